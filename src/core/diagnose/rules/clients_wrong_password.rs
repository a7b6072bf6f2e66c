//! Logins are refused in numbers.
//!
//! Knows the server's count of such errors (6.2); not whose they were.

use super::refusals::{Refused, refused};
use super::{Destination, Evidence, Rule, RuleAnswer, Thresholds};
use crate::core::model::refusals::RefusalCode;

const ID: &str = "clients.wrong_password";
const REMEDY: &str = "A password was changed and a service still has the old one, or somebody guesses: ACL LOG names the users and the addresses.";

/// `clients.wrong_password`
pub const RULE: Rule = Rule::at_once(ID, "many logins are refused", check);

fn check(evidence: &Evidence<'_>, thresholds: &Thresholds) -> RuleAnswer {
    let why = "the user or the password is wrong";
    let code = RefusalCode::WrongPass;
    let refusals = Refused { id: ID, code, what: ("login was", "logins were"), why };
    refused(evidence, &refusals, thresholds.denied_in_a_minute, |finding| {
        finding.remedy(Destination::Clients, REMEDY)
    })
}
