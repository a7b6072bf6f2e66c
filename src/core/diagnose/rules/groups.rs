//! What the rules about groups have in common: which groups, whom it is about, what can't be told.
//!
//! Knows verdicts that were decided already; decides only how bad each is. Invariant: many groups of one stream that
//! fail in the same way are one finding, for they fail for one reason.

use super::{Blind, Finding, FindingSubject, RuleAnswer, Severity};
use crate::core::diagnose::evidence::{Evidence, GroupCase, GroupCounts};
use crate::core::diagnose::groups::GroupVerdict;
use crate::core::diagnose::words::name;
use crate::core::figures::sentence::{count, counted};
use crate::core::model::Name;
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// Groups of one stream, or consumers of one group, that are told one by one.
pub const ONE_BY_ONE: usize = 3;
/// Groups that are named where there are many.
const EXAMPLES: usize = 3;

/// A group with how bad it is.
type GradedGroup<'a> = (&'a GroupCase<'a>, Severity);

/// Findings about the groups with this verdict: one a group, or one a stream where many groups of it fail together.
/// `grade` says how bad a group is, `None` to say nothing.
pub fn findings(
    evidence: &Evidence<'_>,
    id: &'static str,
    verdict: GroupVerdict,
    grade: impl Fn(&GroupCase<'_>) -> Option<Severity>,
    finish: impl Fn(&GroupCase<'_>, Finding) -> Finding,
) -> RuleAnswer {
    let with_verdict = evidence.groups.iter().filter(|case| case.judgement.verdict == verdict);
    let graded: Vec<GradedGroup<'_>> = with_verdict.filter_map(|case| Some((case, grade(case)?))).collect();
    let mut found = Vec::new();
    for stream in graded.chunk_by(|(a, _), (b, _)| a.key == b.key) {
        match worst(stream) {
            Some((case, severity)) if stream.len() > ONE_BY_ONE => {
                let finding = of_stream(id, verdict, stream, (case, severity));
                found.push(finish(case, finding));
            }
            _ => found.extend(stream.iter().map(|(case, severity)| {
                let subject = FindingSubject::Group(case.key.clone(), case.group.clone());
                let text = format!("{}/{}: {}", name(case.key), name(case.group), case.judgement.reason);
                let finding = Finding::new(id, *severity, subject, text, case.since_ms())
                    .with("lag", case.lag)
                    .with("pending", case.pending)
                    .with("consumers", case.consumers);
                finish(case, finding)
            })),
        }
    }
    RuleAnswer { findings: found, blind: blind(&evidence.tally) }
}

/// The worst, then the one that began first.
fn worst<'a>(stream: &[GradedGroup<'a>]) -> Option<GradedGroup<'a>> {
    stream.iter().min_by_key(|(case, severity)| (Reverse(*severity), case.since_ms())).copied()
}

/// One finding about many groups of a stream: how many, examples, and the numbers of the worst.
fn of_stream(
    id: &'static str,
    verdict: GroupVerdict,
    stream: &[GradedGroup<'_>],
    (worst, severity): GradedGroup<'_>,
) -> Finding {
    let all = || stream.iter().map(|(case, _)| case);
    let others = all().filter(|case| case.group != worst.group).take(EXAMPLES - 1);
    let examples: Vec<String> =
        std::iter::once(worst).chain(others.copied()).map(|case| name(case.group)).collect();
    let text = format!(
        "{}: {} groups {}, such as {}; {}: {}",
        name(worst.key),
        count(stream.len() as u64),
        many(verdict),
        examples.join(", "),
        name(worst.group),
        worst.judgement.reason
    );
    let sum = |figure: fn(&GroupCase<'_>) -> Option<u64>| {
        all().try_fold(0_u64, |sum, case| Some(sum.saturating_add(figure(case)?)))
    };
    let since_ms = all().map(|case| case.since_ms()).min().unwrap_or_else(|| worst.since_ms());
    let critical = stream.iter().filter(|(_, severity)| *severity == Severity::Critical).count();
    Finding::new(id, severity, FindingSubject::Stream(worst.key.clone()), text, since_ms)
        .with("groups", Some(stream.len() as u64))
        .with("critical_groups", Some(critical as u64))
        .with("worst_group", Some(worst.group.to_string()))
        .with("lag", all().filter_map(|case| case.lag).max())
        .with("pending", sum(|case| case.pending))
        .with("consumers", sum(|case| case.consumers))
}

/// What many groups with this verdict have in common, after their number.
const fn many(verdict: GroupVerdict) -> &'static str {
    match verdict {
        GroupVerdict::TrimAhead => "lose entries to a trim that runs ahead of them",
        GroupVerdict::Loss => "lost entries that were trimmed before they were delivered",
        GroupVerdict::Dead => "have entries waiting and nobody who reads them",
        GroupVerdict::Stopped => "have entries waiting and consumers that do not read",
        GroupVerdict::NotAcknowledging => "are given entries and do not acknowledge them",
        GroupVerdict::Rewound => "were set back",
        GroupVerdict::Poison => "have an entry that is delivered again and again",
        GroupVerdict::Slow => "fall behind",
        GroupVerdict::Ghosts => "have entries pending that are gone from the stream",
        GroupVerdict::Unknown | GroupVerdict::Idle | GroupVerdict::Ok => "are not well",
    }
}

/// The groups, with their streams, that nobody reads for and that are told together.
pub fn dead_together<'a>(evidence: &Evidence<'a>) -> BTreeSet<(&'a Name, &'a Name)> {
    let dead = evidence.groups.iter().filter(|case| case.judgement.verdict == GroupVerdict::Dead);
    let names: Vec<_> = dead.map(|case| (case.key, case.group)).collect();
    let streams = names.chunk_by(|(a, _), (b, _)| a == b);
    streams.filter(|stream| stream.len() > ONE_BY_ONE).flatten().copied().collect()
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

/// Why a rule about all groups may not see all.
pub fn blind_search(tally: &GroupCounts) -> Option<Blind> {
    blind(&GroupCounts { too_soon: 0, unread: 0, ..*tally })
}
