//! Clients write to a replica, which refuses it.
//!
//! Knows the server's count of such errors (6.2) and whose replica it is; not who writes.

use super::refusals::{Refused, WRITES, refused};
use super::{Destination, Evidence, Rule, RuleAnswer, Thresholds};
use crate::core::model::refusals::RefusalCode;

const ID: &str = "replication.read_only";
const REMEDY: &str = "Send writers to the primary: after a failover they may still hold connections to this node, and CLIENT KILL TYPE normal makes them connect anew.";

/// `replication.read_only`
pub const RULE: Rule = Rule::at_once(ID, "clients write to a replica", check);

fn check(evidence: &Evidence<'_>, thresholds: &Thresholds) -> RuleAnswer {
    let primary = evidence.info.and_then(|info| info.replication.primary.clone());
    let why = match &primary {
        Some(primary) => format!("clients write to this replica of {primary}"),
        None => "clients wrote to this server while it was a replica".to_owned(),
    };
    let code = RefusalCode::ReadOnly;
    let writes = Refused { id: ID, code, what: WRITES, why: &why };
    refused(evidence, &writes, thresholds.read_only_in_a_minute, |finding| {
        finding.remedy(Destination::Clients, REMEDY).with("primary", primary.clone())
    })
}
