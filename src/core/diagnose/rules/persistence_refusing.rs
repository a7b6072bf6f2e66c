//! Writes are refused because the server can't save to disk what is written.
//!
//! Knows the server's count of such errors (6.2) and what INFO says of the last save; not what the disk lacks.

use super::refusals::{ANY, Refused, WRITES, refused};
use super::{Destination, Evidence, Rule, RuleAnswer, Thresholds};
use crate::core::model::refusals::RefusalCode;

const ID: &str = "persistence.refusing";
const REMEDY: &str = "Check the disk and the server's log (disk full, no right to write, no memory for the fork): writes go on as soon as a BGSAVE or a write to the append-only file succeeds.";

/// `persistence.refusing`
pub const RULE: Rule = Rule::at_once(ID, "writes are refused because saving fails", check);

fn check(evidence: &Evidence<'_>, _: &Thresholds) -> RuleAnswer {
    let state = evidence.info.map(|info| &info.persistence);
    let has_failed = |ok: Option<bool>| ok == Some(false);
    let rdb = state.is_some_and(|state| has_failed(state.rdb_last_ok));
    let aof = state.is_some_and(|state| has_failed(state.aof_last_write_ok));
    let why = match (rdb, aof) {
        (true, true) => "the last RDB save failed, and so did the last write to the append-only file",
        (true, false) => "the last RDB save failed",
        (false, true) => "the last write to the append-only file failed",
        (false, false) => "the server could not save to disk",
    };
    let code = RefusalCode::Misconf;
    let writes = Refused { id: ID, code, what: WRITES, why };
    refused(evidence, &writes, ANY, |finding| finding.remedy(Destination::Memory, REMEDY))
}
