//! Clients take much memory on average: long replies that are read slowly, long commands.
//!
//! Knows the sum of all; `clients.output_buffer` names the one.

use super::{Destination, Evidence, Finding, FindingSubject, Rule, RuleAnswer, Severity, Thresholds};
use crate::core::figures::sentence::{bytes, counted};

const ID: &str = "clients.buffers";
const REMEDY: &str =
    "See who holds it under Clients, by memory; killing a client gives its buffers back at once.";
/// Bytes a client on average: MEMORY DOCTOR's own limit.
const LARGE: u64 = 200 << 10;

/// `clients.buffers`
pub const RULE: Rule = Rule::briefly(ID, "buffers of clients are large on average", check);

fn check(evidence: &Evidence<'_>, _thresholds: &Thresholds) -> RuleAnswer {
    let Some(info) = evidence.info else { return RuleAnswer::unread("memory can't be read") };
    let clients = info.clients.connected.filter(|&clients| clients > 0);
    let found = info.memory.clients_normal.zip(clients).filter(|(all, clients)| all / clients > LARGE);
    RuleAnswer::of(found.map(|(all, clients)| {
        let text = format!(
            "{} take {} in buffers, {} each on average",
            counted(clients, "client", "clients"),
            bytes(all),
            bytes(all / clients)
        );
        Finding::new(ID, Severity::Warning, FindingSubject::Server, text, evidence.now_ms)
            .remedy(Destination::Clients, REMEDY)
            .with("buffers_bytes", Some(all))
            .with("clients", Some(clients))
    }))
}
