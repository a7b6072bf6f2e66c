//! The probe's messages take longer than they may: to be published, to arrive, and on the whole way.
//!
//! Knows what the probe measured over the last minute; while it does not run there is nothing to tell. Invariant: one
//! late message is none: of a minute's messages more than one in twenty must be late.

use super::{Destination, Evidence, Finding, FindingSubject, Rule, RuleAnswer, Severity};
use crate::core::diagnose::evidence::fanout::Probed;
use crate::core::diagnose::thresholds::{Band, Bands};
use crate::core::figures::sentence::{count, latency};

const REMEDY: &str = "See the event loop and slow commands: everybody waits for them. Fewer subscribers to a channel, or sharded \
    pub/sub, make each message cheaper.";

const PUBLISH_ID: &str = "fanout.publish_late";
const DELIVERY_ID: &str = "fanout.delivery_late";
const WHOLE_WAY_ID: &str = "fanout.whole_way_late";

/// Publishing takes longer than it may.
pub const PUBLISH: Rule =
    Rule::briefly(PUBLISH_ID, "messages of the probe are published late", |evidence, thresholds| {
        let (what, bands) = ("PUBLISH took up to", thresholds.publish_ms);
        let figure = |probed: &Probed| probed.publish_ms;
        late(evidence, &TimeTarget { id: PUBLISH_ID, what, figure, bands, evidence: "publish_p95_ms" })
    });

/// Messages take longer from PUBLISH to the last subscriber than they may.
pub const DELIVERY: Rule =
    Rule::briefly(DELIVERY_ID, "messages of the probe arrive late", |evidence, thresholds| {
        let (what, bands) = ("messages took up to", thresholds.delivery_ms);
        let figure = |probed: &Probed| probed.delivery_ms;
        late(evidence, &TimeTarget { id: DELIVERY_ID, what, figure, bands, evidence: "delivery_p95_ms" })
    });

/// Messages take longer from when they are due to the last subscriber than they may.
pub const WHOLE_WAY: Rule =
    Rule::briefly(WHOLE_WAY_ID, "messages of the probe take too long in all", |evidence, thresholds| {
        let (what, bands) = ("messages took, from when they were due, up to", thresholds.whole_way_ms);
        let figure = |probed: &Probed| probed.whole_way_ms;
        late(evidence, &TimeTarget { id: WHOLE_WAY_ID, what, figure, bands, evidence: "whole_way_p95_ms" })
    });

/// A time and how long it may be.
struct TimeTarget {
    /// The rule.
    id: &'static str,
    /// The beginning of the sentence.
    what: &'static str,
    /// Which time.
    figure: fn(&Probed) -> Option<f64>,
    /// How long it may be, milliseconds.
    bands: Bands,
    /// What it is called in the evidence.
    evidence: &'static str,
}

/// Whether the target is broken.
fn late(evidence: &Evidence<'_>, target: &TimeTarget) -> RuleAnswer {
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
