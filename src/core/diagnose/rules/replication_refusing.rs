//! Writes are refused because too few replicas are there to take them (`min-replicas-to-write`).
//!
//! Knows the server's count of such errors (6.2) and how many replicas are connected; not how many it asks for.

use super::refusals::{ANY, Refused, WRITES, refused};
use super::{Destination, Evidence, Rule, RuleAnswer, Thresholds};
use crate::core::figures::sentence::counted;
use crate::core::model::refusals::RefusalCode;

const ID: &str = "replication.refusing";
const REMEDY: &str = "Bring the replicas back (one that is slower than min-replicas-max-lag does not count), or lower min-replicas-to-write if writes may go on with fewer copies.";

/// `replication.refusing`
pub const RULE: Rule = Rule::at_once(ID, "writes are refused because replicas are missing", check);

fn check(evidence: &Evidence<'_>, _: &Thresholds) -> RuleAnswer {
    let replicas = evidence.info.and_then(|info| info.replication.replicas);
    let why = match replicas {
        Some(replicas) => format!(
            "fewer replicas follow than min-replicas-to-write asks for ({} connected)",
            counted(replicas, "is", "are")
        ),
        None => "fewer replicas follow than min-replicas-to-write asks for".to_owned(),
    };
    let code = RefusalCode::NoReplicas;
    let writes = Refused { id: ID, code, what: WRITES, why: &why };
    refused(evidence, &writes, ANY, |finding| {
        finding.remedy(Destination::Clients, REMEDY).with("replicas", replicas)
    })
}
