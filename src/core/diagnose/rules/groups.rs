//! What the rules about groups have in common: which groups, whom it is about, what can't be told.
//!
//! Knows verdicts that were decided already; decides only how bad each is.

use super::{Blind, RuleAnswer};
use crate::core::diagnose::evidence::{Evidence, GroupCase, GroupCounts};
use crate::core::diagnose::figures::{counted, name};
use crate::core::diagnose::finding::{Finding, FindingSubject, Severity};
use crate::core::diagnose::groups::GroupVerdict;

/// A finding for every group with this verdict; `grade` says how bad it is, `None` to say nothing.
pub fn findings(
    evidence: &Evidence<'_>,
    id: &'static str,
    verdict: GroupVerdict,
    grade: impl Fn(&GroupCase<'_>) -> Option<Severity>,
    finish: impl Fn(&GroupCase<'_>, Finding) -> Finding,
) -> RuleAnswer {
    let with_verdict = evidence.groups.iter().filter(|case| case.judgement.verdict == verdict);
    let one = |case: &GroupCase<'_>| {
        let severity = grade(case)?;
        let subject = FindingSubject::Group(case.key.clone(), case.group.clone());
        let text = format!("{}/{}: {}", name(case.key), name(case.group), case.judgement.reason);
        let finding = Finding::new(id, severity, subject, text, case.since_ms())
            .with("lag", case.lag)
            .with("pending", case.pending)
            .with("consumers", case.consumers);
        Some(finish(case, finding))
    };
    RuleAnswer { findings: with_verdict.filter_map(one).collect(), blind: blind(&evidence.tally) }
}

/// Why there may be more than was found.
fn blind(tally: &GroupCounts) -> Option<Blind> {
    if !tally.is_searched {
        return Some(Blind::TooSoon("the search for streams is not finished".to_owned()));
    }
    if tally.streams_unread > 0 {
        let streams = counted(tally.streams_unread as u64, "stream", "streams");
        return Some(Blind::Unread(format!("the groups of {streams} could not be read")));
    }
    let of = counted(tally.groups as u64, "group", "groups");
    if tally.unread > 0 {
        return Some(Blind::Unread(format!("{} of {of} could not be judged", tally.unread)));
    }
    (tally.too_soon > 0)
        .then(|| Blind::TooSoon(format!("{} of {of} were not watched for long enough", tally.too_soon)))
}

/// Why a rule about pending rows may not see all.
pub fn blind_rows(tally: &GroupCounts) -> Option<Blind> {
    let of = counted(tally.without_rows as u64, "group", "groups");
    blind(tally).or_else(|| {
        (tally.without_rows > 0).then(|| Blind::Unread(format!("the pending rows of {of} were not read")))
    })
}

/// Why a rule about consumers may not see all.
pub fn blind_consumers(tally: &GroupCounts) -> Option<Blind> {
    let of = counted(tally.without_consumers as u64, "group", "groups");
    blind_search(tally).or_else(|| {
        (tally.without_consumers > 0).then(|| Blind::Unread(format!("the consumers of {of} were not read")))
    })
}

fn blind_search(tally: &GroupCounts) -> Option<Blind> {
    blind(&GroupCounts { too_soon: 0, unread: 0, ..*tally })
}
