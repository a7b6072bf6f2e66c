//! The server answers nothing but errors: a quota, a proxy, a failing node.
//!
//! Knows how the last rounds were answered; BUSY and LOADING are findings of their own.

use super::{Destination, Evidence, Finding, FindingSubject, Rule, RuleAnswer, Severity, Thresholds};
use crate::core::figures::sentence::span;
use crate::core::model::Name;
use crate::core::model::refusals::RefusalCode;

const ID: &str = "server.refusing_all";
const REMEDY: &str = "Clients get the same answer: look at the server's log, at the proxy or the quota before it, and at the permissions of this user.";
/// Characters of the server's words that are told.
const WORDS: usize = 120;

/// `server.refusing_all`
pub const RULE: Rule = Rule::at_once(ID, "every command is refused", check);

fn check(evidence: &Evidence<'_>, _: &Thresholds) -> RuleAnswer {
    let has_its_own = [RefusalCode::Busy, RefusalCode::Loading];
    let refusing =
        evidence.refusing.filter(|refusing| !has_its_own.iter().any(|code| refusing.error.is(*code)));
    RuleAnswer::of(refusing.map(|refusing| {
        let for_ms = evidence.refused_for_ms(refusing);
        let words: String =
            format!("{} {}", refusing.error.code, refusing.error.text).chars().take(WORDS).collect();
        let words = Name::from(words.trim()).to_string();
        let text = format!("the server refuses every command, for {} by now: {words}", span(for_ms));
        Finding::new(ID, Severity::Critical, FindingSubject::Server, text, refusing.since_us.div_euclid(1000))
            .remedy(Destination::Latency, REMEDY)
            .with("refused_ms", Some(for_ms))
            .with("error", Some(refusing.error.code.clone()))
    }))
}
