//! Subscribers that do not read as fast as they are sent to: the server keeps what waits, and cuts them off at a limit.
//!
//! Knows output buffers over time. A buffer that is filled for a moment is none; many at once are one finding, for they
//! have one cause.

use super::subscribers::{FEW, who};
use super::{Destination, Evidence, Finding, FindingSubject, Rule, RuleAnswer, Severity, Thresholds};
use crate::core::diagnose::evidence::fanout::Behind;
use crate::core::figures::sentence::{bytes, counted, span};

const ID: &str = "fanout.slow_subscriber";
const REMEDY: &str = "Inspect the subscriber: it reads too slowly or not at all. Ending it frees its buffer; it may subscribe \
    again, and what waited is lost.";
/// Lists in which a buffer has grown before a small one is told.
const GROWN: usize = 3;

/// `fanout.slow_subscriber`
pub const RULE: Rule = Rule::at_once(ID, "a subscriber does not read what it is sent", check);

fn check(evidence: &Evidence<'_>, thresholds: &Thresholds) -> RuleAnswer {
    let fanout = &evidence.fanout;
    if let Some(answer) = super::subscribers::blind(fanout) {
        return answer;
    }
    let is_wrong = |behind: &&Behind<'_>| {
        let grows = behind.growth_per_s.is_some_and(|growth| growth > 0.0);
        behind.bytes >= thresholds.subscriber_behind_bytes || (grows && behind.samples >= GROWN)
    };
    let wrong: Vec<&Behind<'_>> = fanout.behind.iter().filter(is_wrong).collect();
    let severity = |behind: &Behind<'_>| {
        let is_near =
            behind.cut_s.is_some_and(|seconds| seconds * 1000.0 <= thresholds.subscriber_cut_ms as f64);
        if is_near { Severity::Critical } else { Severity::Warning }
    };
    if wrong.len() > FEW {
        return RuleAnswer::of(together(&wrong, severity));
    }
    RuleAnswer::of(wrong.into_iter().map(|behind| {
        let grows = behind
            .growth_per_s
            .filter(|growth| *growth >= 1.0)
            .map_or_else(String::new, |growth| format!(", growing by {}/s", bytes(growth as u64)));
        let until = match behind.cut_s {
            Some(seconds) => format!("; cut off in about {}", span((seconds * 1000.0) as u64)),
            None => String::new(),
        };
        let text = format!("{} has {} to read{grows}{until}", who(&behind.who), bytes(behind.bytes));
        Finding::new(ID, severity(behind), FindingSubject::Client(behind.who.id), text, behind.since_ms)
            .remedy(Destination::Fanout, REMEDY)
            .with("omem_bytes", Some(behind.bytes))
            .with("growth_bytes_per_s", behind.growth_per_s)
            .with("seconds_to_disconnect", behind.cut_s)
    }))
}

fn together(wrong: &[&Behind<'_>], severity: impl Fn(&Behind<'_>) -> Severity) -> Option<Finding> {
    let worst = wrong.iter().max_by_key(|behind| behind.bytes)?;
    let all_bytes = wrong.iter().map(|behind| behind.bytes).fold(0, u64::saturating_add);
    let soonest_s = wrong.iter().filter_map(|behind| behind.cut_s).reduce(f64::min);
    let until = soonest_s.map_or_else(String::new, |seconds| {
        format!("; the first is cut off in about {}", span((seconds * 1000.0) as u64))
    });
    let text = format!(
        "{} do not read what they are sent: {} wait for them, most for {}{until}",
        counted(wrong.len() as u64, "subscriber", "subscribers"),
        bytes(all_bytes),
        who(&worst.who)
    );
    let severity = wrong.iter().map(|behind| severity(behind)).max()?;
    let since_ms = wrong.iter().map(|behind| behind.since_ms).min()?;
    let finding = Finding::new(ID, severity, FindingSubject::Server, text, since_ms)
        .remedy(Destination::Fanout, REMEDY)
        .with("subscribers", Some(wrong.len() as u64))
        .with("omem_bytes", Some(all_bytes))
        .with("seconds_to_disconnect", soonest_s);
    Some(finding)
}
