//! Commands are refused in numbers because their clients have not logged in.
//!
//! Knows the server's count of such errors (6.2); not whose they were.

use super::refusals::{Refused, refused};
use super::{Destination, Evidence, Rule, RuleAnswer, Thresholds};
use crate::core::model::refusals::RefusalCode;

const ID: &str = "clients.no_login";
const REMEDY: &str = "Give these clients their user and password: a service may have lost its secret; Clients shows from where they connect.";

/// `clients.no_login`
pub const RULE: Rule = Rule::at_once(ID, "many commands come from clients that have not logged in", check);

fn check(evidence: &Evidence<'_>, thresholds: &Thresholds) -> RuleAnswer {
    let why = "clients have not logged in";
    let code = RefusalCode::NoAuth;
    let refusals = Refused { id: ID, code, what: ("command was", "commands were"), why };
    refused(evidence, &refusals, thresholds.denied_in_a_minute, |finding| {
        finding.remedy(Destination::Clients, REMEDY)
    })
}
