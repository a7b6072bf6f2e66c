//! A client does not read what it is sent, and its output buffer fills.
//!
//! Knows what it has not read, how fast that grows, and when the server will cut it off; a limit that can't be read is
//! unknown, not the default.

use super::{Destination, Evidence, Finding, FindingSubject, Rule, RuleAnswer, Thresholds};
use crate::core::diagnose::evidence::memory::OutputCase;
use crate::core::diagnose::words::name;
use crate::core::figures::sentence::{bytes, span};
use crate::core::model::clients::ClientClass;

const ID: &str = "clients.output_buffer";
const REMEDY: &str = "Make the client read faster or ask for less; killing it frees the buffer at once, and its replies are lost.";
const MIB: f64 = 1_048_576.0;

/// `clients.output_buffer`
pub const RULE: Rule = Rule::briefly(ID, "a client does not read what it is sent", check);

fn check(evidence: &Evidence<'_>, thresholds: &Thresholds) -> RuleAnswer {
    if !evidence.memory.has_clients {
        return RuleAnswer::unread("the list of clients can't be read");
    }
    // Subscribers that are listed have a rule of their own, which looks every two seconds.
    let is_told = |case: &OutputCase<'_>| evidence.fanout.is_listed && case.class == ClientClass::Pubsub;
    let found = evidence.memory.outputs.iter().filter(|case| !is_told(case)).filter_map(|case| {
        let subject = FindingSubject::Client(case.id);
        let standing = evidence.standing(ID, &subject);
        let severity = thresholds.output_mib.severity(case.bytes as f64 / MIB, standing)?;
        Some(
            Finding::new(ID, severity, subject, text(case), evidence.now_ms)
                .remedy(Destination::Clients, REMEDY)
                .with("omem_bytes", Some(case.bytes))
                .with("grows_bytes_per_s", case.grows_per_s)
                .with("seconds_to_cut", case.seconds_to_cut)
                .with("class", Some(case.class.word().to_owned())),
        )
    });
    RuleAnswer::of(found)
}

fn text(case: &OutputCase<'_>) -> String {
    let who = if case.name.as_bytes().is_empty() { name(case.address) } else { name(case.name) };
    let mut text = format!("client {} ({who}) has not read {}", case.id, bytes(case.bytes));
    if let Some(per_s) = case.grows_per_s.filter(|per_s| *per_s > 0.0) {
        text.push_str(&format!(", {}/s more", bytes(per_s as u64)));
    }
    text.push_str(&match (case.limit, case.seconds_to_cut) {
        (None, _) => "; when it is cut off can't be read".to_owned(),
        (Some(limit), _) if limit.hard.is_none() && limit.soft.is_none() => {
            format!("; {} clients have no limit", case.class.word())
        }
        (Some(_), Some(seconds)) => format!("; cut off in {} as it goes", span((seconds * 1000.0) as u64)),
        (Some(limit), None) => {
            let at = limit.hard.or(limit.soft).map_or_else(String::new, bytes);
            format!("; cut off at {at}")
        }
    });
    text
}
