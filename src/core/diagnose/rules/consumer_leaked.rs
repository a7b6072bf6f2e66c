//! Consumers that were left over: servers keep them for ever, and each takes memory and makes every look at them longer.
//!
//! Knows cases that were decided already, in the order of their streams and groups. Invariant: groups of one stream that leak
//! together are one finding, for one application makes the names.

use super::groups::{ONE_BY_ONE, blind_search};
use super::{Destination, Evidence, Finding, FindingSubject, Rule, RuleAnswer, Severity, Thresholds};
use crate::core::diagnose::evidence::memory::{LeakCase, LeakSign};
use crate::core::diagnose::words::name;
use crate::core::figures::sentence::{bytes, count, counted};
use crate::core::limits::CONSUMERS_LISTED;
use crate::core::model::sums::sum;

const ID: &str = "consumer.leaked";
const REMEDY: &str = "Remove those that hold nothing (streamgauge remove-consumers), and have the application use a fixed name for each \
    worker, or delete its consumer when it ends.";

const REMEDY_MOST: &str = "They are too many to be listed. Where nothing is pending, make the group anew where it stands (XGROUP DESTROY, then XGROUP \
    CREATE with its last-delivered-id), and have the application use a fixed name for each worker.";

/// `consumer.leaked`
pub const RULE: Rule = Rule::at_once(ID, "a group keeps very many consumers that nobody uses", check);

fn check(evidence: &Evidence<'_>, thresholds: &Thresholds) -> RuleAnswer {
    if evidence.info.is_none_or(|info| info.clients.connected.is_none()) {
        return RuleAnswer::unread("how many clients are connected can't be read");
    }
    let grade = |case: &LeakCase<'_>, subject: &FindingSubject| {
        thresholds.leaked_consumers.severity(case.leaked as f64, evidence.standing(ID, subject))
    };
    let mut found = Vec::new();
    for stream in evidence.memory.leaks.chunk_by(|a, b| a.key == b.key) {
        let of_stream = |case: &LeakCase<'_>| FindingSubject::Stream(case.key.clone());
        let of_group = |case: &LeakCase<'_>| FindingSubject::Group(case.key.clone(), case.group.clone());
        let together: Vec<_> =
            stream.iter().filter_map(|case| Some((case, grade(case, &of_stream(case))?))).collect();
        match together.iter().max_by_key(|(case, severity)| (*severity, case.leaked)) {
            Some((worst, severity)) if together.len() > ONE_BY_ONE => {
                let cases: Vec<&LeakCase<'_>> = together.iter().map(|(case, _)| *case).collect();
                let text = format!(
                    "{}: {} groups keep consumers that nobody uses, {} in all; {}",
                    name(worst.key),
                    count(cases.len() as u64),
                    count(sum(cases.iter().map(|case| case.leaked))),
                    sentence(worst)
                );
                found.push(finding(*severity, of_stream(worst), text, &cases, evidence.now_ms));
            }
            _ => found.extend(stream.iter().filter_map(|case| {
                let subject = of_group(case);
                let severity = grade(case, &subject)?;
                let text = format!("{}/{}", name(case.key), sentence(case));
                Some(finding(severity, subject, text, &[case], evidence.now_ms))
            })),
        }
    }
    RuleAnswer { findings: found, blind: blind_search(&evidence.tally) }
}

/// One group, how many, by which sign, what they take.
fn sentence(case: &LeakCase<'_>) -> String {
    let sign = match case.sign {
        LeakSign::Idle => "are idle for an hour or more".to_owned(),
        LeakSign::MoreThanClients => {
            format!("are more than the {} connected could be", counted(case.clients, "client", "clients"))
        }
    };
    let examples: Vec<String> = case.examples.iter().map(|example| name(example)).collect();
    let examples =
        if examples.is_empty() { String::new() } else { format!(", such as {}", examples.join(", ")) };
    let how = if case.is_bytes_least { "at least" } else { "about" };
    let takes = case.bytes.map_or_else(String::new, |taken| format!("; they take {how} {}", bytes(taken)));
    format!(
        "{}: {} of {} consumers hold nothing and {sign}{examples}{takes}",
        name(case.group),
        count(case.leaked),
        count(case.consumers),
    )
}

fn finding(
    severity: Severity,
    subject: FindingSubject,
    text: String,
    cases: &[&LeakCase<'_>],
    now_ms: i64,
) -> Finding {
    let sum = |figure: fn(&LeakCase<'_>) -> Option<u64>| {
        cases.iter().try_fold(0_u64, |sum, case| Some(sum.saturating_add(figure(case)?)))
    };
    let can_be_listed = cases.iter().all(|case| case.consumers <= CONSUMERS_LISTED);
    Finding::new(ID, severity, subject, text, now_ms)
        .remedy(Destination::Consumers, if can_be_listed { REMEDY } else { REMEDY_MOST })
        .with("groups", Some(cases.len() as u64))
        .with("leaked_consumers", sum(|case| Some(case.leaked)))
        .with("consumers", sum(|case| Some(case.consumers)))
        .with("leaked_bytes", sum(|case| case.bytes))
        .with("clients", cases.first().map(|case| case.clients))
}
