//! Writes are refused because the memory is full.
//!
//! Knows the server's count of such errors (6.2); not whose they were.

use super::refusals::{ANY, Refused, refused};
use super::{Destination, Evidence, Rule, RuleAnswer, Thresholds};
use crate::core::model::refusals::RefusalCode;

const ID: &str = "memory.refusing";
const REMEDY: &str =
    "Free memory now: trims, UNLINK and XACK still work; Memory ranks what would free how much.";

/// `memory.refusing`
pub const RULE: Rule = Rule::at_once(ID, "writes are refused for want of memory", check);

fn check(evidence: &Evidence<'_>, _: &Thresholds) -> RuleAnswer {
    let code = RefusalCode::Oom;
    let writes = Refused { id: ID, code, what: ("write was", "writes were"), why: "" };
    refused(evidence, &writes, ANY, |finding| finding.remedy(Destination::Memory, REMEDY))
}
