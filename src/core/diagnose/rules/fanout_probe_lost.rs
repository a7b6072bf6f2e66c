//! Messages of the probe that never came: what is lost on its way to us is lost to others too.
//!
//! Knows what was sent and what arrived within five seconds; why it was lost is not to be seen from here.

use super::fanout_late::off;
use super::{Destination, Evidence, Finding, FindingSubject, Rule, RuleAnswer, Severity, Thresholds};
use crate::core::figures::sentence::{count, counted};

const ID: &str = "fanout.probe_lost";
const REMEDY: &str = "Check whether connections are cut or the server stands still; subscribers lose what is sent while they are away.";

/// `fanout.probe_lost`
pub const RULE: Rule = Rule::at_once(ID, "messages of the probe never arrived", check);

fn check(evidence: &Evidence<'_>, _: &Thresholds) -> RuleAnswer {
    let Some(probed) = &evidence.fanout.probe else { return off(evidence) };
    RuleAnswer::of((probed.lost > 0).then(|| {
        let text = format!(
            "{} of the probe never arrived, of {} sent in five minutes",
            counted(probed.lost, "delivery", "deliveries"),
            count(probed.sent)
        );
        Finding::new(ID, Severity::Critical, FindingSubject::Server, text, evidence.now_ms)
            .remedy(Destination::Fanout, REMEDY)
            .with("lost", Some(probed.lost))
            .with("sent", Some(probed.sent))
    }))
}
