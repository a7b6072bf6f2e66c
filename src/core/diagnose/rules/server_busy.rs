//! A script or a function holds the server: every command is answered BUSY.
//!
//! Knows how the last rounds were answered. The server says BUSY once a script has run for `busy-reply-threshold`
//! (5 s unless it was told otherwise).

use super::{Destination, Evidence, Finding, FindingSubject, Rule, RuleAnswer, Severity, Thresholds};
use crate::core::figures::sentence::span;
use crate::core::model::refusals::RefusalCode;

const ID: &str = "server.busy";
const REMEDY: &str = "End it: B in the console, or `streamgauge kill-script` (SCRIPT KILL, or FUNCTION KILL for a function). Once it has written, the server refuses to end it.";

/// `server.busy`
pub const RULE: Rule = Rule::at_once(ID, "a script holds the server", check);

fn check(evidence: &Evidence<'_>, _: &Thresholds) -> RuleAnswer {
    let busy = evidence.refusing.filter(|refusing| refusing.error.is(RefusalCode::Busy));
    RuleAnswer::of(busy.map(|refusing| {
        let for_ms = evidence.refused_for_ms(refusing);
        let text =
            format!("a script holds the server: every command is answered BUSY, for {} by now", span(for_ms));
        Finding::new(ID, Severity::Critical, FindingSubject::Server, text, refusing.since_us.div_euclid(1000))
            .remedy(Destination::Latency, REMEDY)
            .with("busy_ms", Some(for_ms))
    }))
}
