//! What the rules about consumers have in common: one finding a consumer, one for all of a group, or one for many
//! groups of a stream.
//!
//! Knows cases in the order of their streams and groups. Invariant: many consumers of one group, and consumers of many
//! groups of one stream, that fail together are one finding, for they fail for one reason.

use super::groups::ONE_BY_ONE;
use crate::core::diagnose::evidence::ConsumerCase;
use crate::core::diagnose::finding::{Finding, FindingSubject, Severity};
use crate::core::diagnose::thresholds::Thresholds;
use crate::core::diagnose::words::name;
use crate::core::figures::sentence::{count, counted, span};

/// What a rule says of its consumers.
pub struct ConsumerTexts {
    /// The rule.
    pub id: &'static str,
    /// What the span is called in the evidence.
    pub span_name: &'static str,
    /// How bad a span is.
    pub grade: fn(u64, &Thresholds) -> Option<Severity>,
    /// The sentence about one, after its name: what it holds, for how long.
    pub one: fn(&ConsumerCase<'_>, u64) -> String,
    /// The same of many.
    pub many: &'static str,
}

/// Findings about these: a case with its span in milliseconds each, group by group.
pub fn findings(
    cases: &[(&ConsumerCase<'_>, u64)],
    words: &ConsumerTexts,
    now_ms: i64,
    thresholds: &Thresholds,
) -> Vec<Finding> {
    let grade = |ms: u64| (words.grade)(ms, thresholds).unwrap_or(Severity::Warning);
    let same_group = |a: &(&ConsumerCase<'_>, u64), b: &(&ConsumerCase<'_>, u64)| {
        (a.0.key, a.0.group) == (b.0.key, b.0.group)
    };
    let of_one = |&(case, ms): &(&ConsumerCase<'_>, u64)| {
        let subject = FindingSubject::Consumer(case.key.clone(), case.group.clone(), case.consumer.clone());
        let of = format!("{} of {}/{}", name(case.consumer), name(case.key), name(case.group));
        let text = format!("{of} {}", (words.one)(case, ms));
        Finding::new(words.id, grade(ms), subject, text, now_ms.saturating_sub_unsigned(ms))
            .with("pending", Some(case.pending))
            .with(words.span_name, Some(ms))
    };
    let mut found = Vec::new();
    for stream in cases.chunk_by(|a, b| a.0.key == b.0.key) {
        if stream.chunk_by(same_group).count() > ONE_BY_ONE {
            found.extend(of_many(stream, words, now_ms, thresholds));
            continue;
        }
        for group in stream.chunk_by(same_group) {
            if group.len() > ONE_BY_ONE {
                found.extend(of_many(group, words, now_ms, thresholds));
            } else {
                found.extend(group.iter().map(of_one));
            }
        }
    }
    found
}

/// One finding about many consumers of one group, or of many groups of one stream.
fn of_many(
    cases: &[(&ConsumerCase<'_>, u64)],
    words: &ConsumerTexts,
    now_ms: i64,
    thresholds: &Thresholds,
) -> Option<Finding> {
    let (first, _) = cases.first()?;
    let groups = cases.chunk_by(|a, b| a.0.group == b.0.group).count() as u64;
    let pending: u64 = cases.iter().map(|(case, _)| case.pending).fold(0, u64::saturating_add);
    let longest_ms = cases.iter().map(|(_, ms)| *ms).max().unwrap_or(0);
    let (of, subject) = match groups {
        1 => (
            format!("{}/{}", name(first.key), name(first.group)),
            FindingSubject::Group(first.key.clone(), first.group.clone()),
        ),
        _ => (
            format!("{} groups of {}", count(groups), name(first.key)),
            FindingSubject::Stream(first.key.clone()),
        ),
    };
    let text = format!(
        "{} consumers of {of} hold {} and {}, the worst for {}",
        count(cases.len() as u64),
        counted(pending, "entry", "entries"),
        words.many,
        span(longest_ms)
    );
    let severity = (words.grade)(longest_ms, thresholds).unwrap_or(Severity::Warning);
    let finding = Finding::new(words.id, severity, subject, text, now_ms.saturating_sub_unsigned(longest_ms))
        .with("consumers", Some(cases.len() as u64))
        .with("groups", (groups > 1).then_some(groups))
        .with("pending", Some(pending))
        .with(words.span_name, Some(longest_ms));
    Some(finding)
}
