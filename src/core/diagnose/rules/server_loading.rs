//! The server loads its data set and refuses nearly everything meanwhile.
//!
//! Knows what INFO tells of it; INFO is one of the few commands that are answered then.

use super::{AT_ONCE, Rule, RuleAnswer};
use crate::core::diagnose::evidence::Evidence;
use crate::core::diagnose::figures::share;
use crate::core::diagnose::finding::{Destination, Finding, FindingSubject, Severity};
use crate::core::diagnose::thresholds::Thresholds;

const ID: &str = "server.loading";
const REMEDY: &str = "Wait; clients get LOADING errors until it is done.";

/// `server.loading`
pub const RULE: Rule =
    Rule { id: ID, doc: "the server loads its data set", raise: AT_ONCE, is_held: false, check };

fn check(evidence: &Evidence<'_>, _: &Thresholds) -> RuleAnswer {
    let Some(info) = evidence.info else { return RuleAnswer::unread("INFO can't be read") };
    RuleAnswer::of(info.server.loading.map(|loaded| {
        let text = format!("the server loads its data set, {} is loaded", share(loaded));
        Finding::new(ID, Severity::Critical, FindingSubject::Server, text, evidence.now_ms)
            .remedy(Destination::Memory, REMEDY)
            .with("loaded_share", Some(loaded))
    }))
}
