//! What the rules about the probe's times share: a target that is broken for long enough.
//!
//! Knows the share of messages that counts; not which time it is. Invariant: one late message is none: of a minute's
//! messages more than one in twenty must be late.

use super::{Destination, Evidence, Finding, FindingSubject, RuleAnswer, Severity};
use crate::core::diagnose::evidence::fanout::Probed;
use crate::core::diagnose::thresholds::{Band, Bands};
use crate::core::figures::sentence::{count, latency};

const REMEDY: &str = "See the event loop and slow commands: everybody waits for them. Fewer subscribers to a channel, or sharded \
    pub/sub, make each message cheaper.";

/// A time and how long it may be.
pub struct TimeTarget {
    /// The rule.
    pub id: &'static str,
    /// The beginning of the sentence.
    pub what: &'static str,
    /// Which time.
    pub figure: fn(&Probed) -> Option<f64>,
    /// How long it may be, milliseconds.
    pub bands: Bands,
    /// What it is called in the evidence.
    pub evidence: &'static str,
}

/// Whether the target is broken.
pub fn late(evidence: &Evidence<'_>, target: &TimeTarget) -> RuleAnswer {
    let Some(probed) = &evidence.fanout.probe else { return off(evidence) };
    let Some(ms) = (target.figure)(probed) else {
        return RuleAnswer::too_soon(format!("the probe has sent {} of 20 messages", probed.samples.min(19)));
    };
    let standing = evidence.standing(target.id, &FindingSubject::Server);
    RuleAnswer::of(target.bands.severity(ms, standing).map(|severity| {
        let allowed = |band: Option<Band>| band.map_or(0.0, |band| band.raise);
        let limit = match severity {
            Severity::Warning => allowed(target.bands.warning),
            Severity::Critical => allowed(target.bands.critical),
        };
        let text = format!(
            "{} {} in 95 of 100 cases of the last minute, and may take {} ({} of the probe)",
            target.what,
            latency(ms * 1e3),
            latency(limit * 1e3),
            count(probed.samples)
        );
        Finding::new(target.id, severity, FindingSubject::Server, text, evidence.now_ms)
            .remedy(Destination::Fanout, REMEDY)
            .with(target.evidence, Some(ms))
            .with("limit_ms", Some(limit))
            .with("samples", Some(probed.samples))
    }))
}

/// A probe that nobody asked for tells nothing, and that is no gap; a server that tells nothing is one.
pub fn off(evidence: &Evidence<'_>) -> RuleAnswer {
    if evidence.info.is_none() {
        return RuleAnswer::unread("whether the server may be probed can't be read");
    }
    RuleAnswer::default()
}
