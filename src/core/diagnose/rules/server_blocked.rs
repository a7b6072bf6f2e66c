//! The server answers late: something holds its one thread, or the way to it.
//!
//! Knows round trips of PING against the usual one, and the event loop's mean turn (7.2); a link that is always
//! slow is not blocked.

use super::{Destination, Evidence, Finding, FindingSubject, Rule, RuleAnswer, Severity, Thresholds};
use crate::core::figures::sentence::latency;

const ID: &str = "server.blocked";
const REMEDY: &str =
    "See the slow log, latency events and forks: one command, a fork or the disk may hold the server.";
/// Round trips in the last seconds that make a median mean something.
const ENOUGH: usize = 10;

/// `server.blocked`
pub const RULE: Rule = Rule::at_once(ID, "the server answers late", check);

fn check(evidence: &Evidence<'_>, thresholds: &Thresholds) -> RuleAnswer {
    let (pings, loop_us) = (evidence.pings, evidence.info.and_then(|info| info.stats.eventloop_us));
    if pings.usual_us.is_none() && loop_us.is_none() {
        return RuleAnswer::too_soon("what a PING usually takes is not known yet");
    }
    let standing = evidence.standing(ID, &FindingSubject::Server);
    // Without a usual time nobody knows whether the way is long: then PINGs say nothing.
    let usual_ms = pings.usual_us.map_or(f64::INFINITY, |us| us as f64 / 1e3);
    let beyond_ms = |us: Option<u64>| us.map(|us| us as f64 / 1e3 - usual_ms);
    let by_longest = beyond_ms(pings.longest_us)
        .and_then(|ms| thresholds.ping_longest_ms.severity(ms, standing))
        .map(|severity| (severity, say("a PING took", pings.longest_us, usual_ms)));
    let by_median = beyond_ms(pings.median_us.filter(|_| pings.samples >= ENOUGH))
        .and_then(|ms| thresholds.ping_median_ms.severity(ms, standing))
        .map(|severity| (severity, say("half of all PINGs took at least", pings.median_us, usual_ms)));
    let by_loop =
        loop_us.and_then(|us| thresholds.loop_ms.severity(us as f64 / 1e3, standing)).map(|severity| {
            (severity, format!("a turn of the event loop takes {}", latency(loop_us.unwrap_or(0) as f64)))
        });
    let worst: Option<(Severity, String)> =
        [by_loop, by_median, by_longest].into_iter().flatten().max_by_key(|(severity, _)| *severity);
    RuleAnswer::of(worst.map(|(severity, text)| {
        Finding::new(ID, severity, FindingSubject::Server, text, evidence.now_ms)
            .remedy(Destination::Latency, REMEDY)
            .with("ping_longest_us", pings.longest_us)
            .with("ping_median_us", pings.median_us)
            .with("ping_usual_us", pings.usual_us)
            .with("eventloop_us", loop_us)
    }))
}

fn say(what: &str, us: Option<u64>, usual_ms: f64) -> String {
    format!(
        "{what} {} in the last seconds, {} is usual",
        latency(us.unwrap_or(0) as f64),
        latency(usual_ms * 1e3)
    )
}
