//! How bad a verdict is: as bad as the finding that tells of it, so that one thing has one colour wherever it shows.
//!
//! Knows verdicts and findings; judges nothing. Invariant: what no finding tells of is never critical.

use super::Reading;
use crate::core::diagnose::consumers::ConsumerVerdict;
use crate::core::diagnose::finding::{Finding, FindingSubject, Severity};
use crate::core::diagnose::groups::GroupVerdict;
use crate::core::model::Name;

/// How bad the verdicts on the consumers of a group are.
#[derive(Clone, Debug, Default)]
pub struct ConsumerSeverities<'a> {
    /// Of the group or its whole stream: for every consumer with this verdict.
    of_group: Vec<(ConsumerVerdict, Severity)>,
    /// Of one consumer.
    own: Vec<(&'a Name, ConsumerVerdict, Severity)>,
}

impl ConsumerSeverities<'_> {
    /// How bad it is for this consumer; `None` where nothing is wrong.
    pub fn of(&self, consumer: &Name, verdict: ConsumerVerdict) -> Option<Severity> {
        let own = self.own.iter().filter(|(name, of, _)| *name == consumer && *of == verdict);
        let shared = self.of_group.iter().filter(|(of, _)| *of == verdict).map(|(_, severity)| *severity);
        let worst = own.map(|(_, _, severity)| *severity).chain(shared).max();
        let is_wrong = verdict >= ConsumerVerdict::Slow;
        is_wrong.then(|| worst.unwrap_or(Severity::Warning))
    }
}

impl Reading {
    /// How bad the verdict on a group is, or on a stream by the worst of its groups; `None` where nothing is wrong.
    pub fn group_severity(
        &self,
        key: &Name,
        group: Option<&Name>,
        verdict: GroupVerdict,
    ) -> Option<Severity> {
        if !verdict.is_wrong() {
            return None;
        }
        let tells = |finding: &&Finding| {
            finding.id.strip_prefix("stream.") == Some(verdict.word())
                && match &finding.subject {
                    FindingSubject::Stream(stream) => stream == key,
                    FindingSubject::Group(stream, name) => {
                        stream == key && group.is_none_or(|group| group == name)
                    }
                    _ => false,
                }
        };
        let worst = self.findings().iter().filter(tells).map(|finding| finding.severity).max();
        Some(worst.unwrap_or(Severity::Warning))
    }

    /// How bad the verdicts on the consumers of a group are.
    pub fn consumer_severities(&self, key: &Name, group: &Name) -> ConsumerSeverities<'_> {
        let mut found = ConsumerSeverities::default();
        for finding in self.findings() {
            let verdict = match finding.id {
                // Where nobody in a group shows a sign of life, the finding about the group tells of all of them.
                "consumer.dead" | "stream.dead" => ConsumerVerdict::Dead,
                "consumer.stuck" => ConsumerVerdict::Stuck,
                _ => continue,
            };
            match &finding.subject {
                FindingSubject::Consumer(stream, of, name) if stream == key && of == group => {
                    found.own.push((name, verdict, finding.severity));
                }
                FindingSubject::Group(stream, of) if stream == key && of == group => {
                    found.of_group.push((verdict, finding.severity));
                }
                FindingSubject::Stream(stream) if stream == key => {
                    found.of_group.push((verdict, finding.severity));
                }
                _ => {}
            }
        }
        found
    }
}
