//! The server loads its data set and refuses nearly everything meanwhile.
//!
//! Knows what INFO tells of it, which is one of the few commands that are answered then, and how a service answers that
//! refuses INFO too.

use super::{Destination, Evidence, Finding, FindingSubject, Rule, RuleAnswer, Severity, Thresholds};
use crate::core::figures::sentence::{percent, span};
use crate::core::model::refusals::RefusalCode;
use crate::core::model::server::LoadProgress;

const ID: &str = "server.loading";
const REMEDY: &str = "Wait; clients get LOADING errors until it is done.";

/// `server.loading`
pub const RULE: Rule = Rule::at_once(ID, "the server loads its data set", check);

fn check(evidence: &Evidence<'_>, _: &Thresholds) -> RuleAnswer {
    if let Some(refusing) = evidence.refusing.filter(|refusing| refusing.error.is(RefusalCode::Loading)) {
        let for_ms = evidence.refused_for_ms(refusing);
        let text = format!(
            "the server loads its data set: every command is answered LOADING, for {} by now",
            span(for_ms)
        );
        let since_ms = refusing.since_us.div_euclid(1000);
        let found = Finding::new(ID, Severity::Critical, FindingSubject::Server, text, since_ms);
        return RuleAnswer::of([found.remedy(Destination::Memory, REMEDY).with("loading_ms", Some(for_ms))]);
    }
    let Some(info) = evidence.info else { return RuleAnswer::unread("INFO can't be read") };
    RuleAnswer::of(info.server.loading.map(|LoadProgress { share: loaded }| {
        let done = loaded.map_or_else(String::new, |loaded| format!(", {} is loaded", percent(loaded)));
        let text = format!("the server loads its data set{done}");
        Finding::new(ID, Severity::Critical, FindingSubject::Server, text, evidence.now_ms)
            .remedy(Destination::Memory, REMEDY)
            .with("loaded_share", loaded)
    }))
}
