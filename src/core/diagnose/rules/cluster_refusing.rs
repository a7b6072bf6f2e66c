//! Commands are refused because slots of the cluster are served by nobody.
//!
//! Knows this node's count of such errors (6.2); not which slots they are.

use super::refusals::{ANY, Refused, refused};
use super::{Destination, Evidence, Rule, RuleAnswer, Thresholds};
use crate::core::model::refusals::RefusalCode;

const ID: &str = "cluster.refusing";
const REMEDY: &str = "CLUSTER INFO counts the slots that nobody serves, CLUSTER NODES names the nodes that failed: bring them back, or CLUSTER FAILOVER TAKEOVER on a replica of theirs.";

/// `cluster.refusing`
pub const RULE: Rule = Rule::at_once(ID, "commands are refused because the cluster is down", check);

fn check(evidence: &Evidence<'_>, _: &Thresholds) -> RuleAnswer {
    let why = "slots of the cluster are served by no node";
    let code = RefusalCode::ClusterDown;
    let commands = Refused { id: ID, code, what: ("command was", "commands were"), why };
    refused(evidence, &commands, ANY, |finding| finding.remedy(Destination::Clients, REMEDY))
}
