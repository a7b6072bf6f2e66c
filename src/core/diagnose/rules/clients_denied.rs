//! Commands are refused in numbers because their users may not run them.
//!
//! Knows the server's count of such errors (6.2); not whose they were.

use super::refusals::{Refused, refused};
use super::{Destination, Evidence, Rule, RuleAnswer, Thresholds};
use crate::core::model::refusals::RefusalCode;

const ID: &str = "clients.denied";
const REMEDY: &str = "ACL LOG names the user, the command or the key, and the client: allow it (ACL SETUSER), or stop the program that tries.";

/// `clients.denied`
pub const RULE: Rule = Rule::at_once(ID, "many commands are refused for want of permission", check);

fn check(evidence: &Evidence<'_>, thresholds: &Thresholds) -> RuleAnswer {
    let why = "users try what they may not do";
    let code = RefusalCode::NoPerm;
    let refusals = Refused { id: ID, code, what: ("command was", "commands were"), why };
    refused(evidence, &refusals, thresholds.denied_in_a_minute, |finding| {
        finding.remedy(Destination::Clients, REMEDY)
    })
}
