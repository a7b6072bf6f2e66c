//! The state in words: a few sentences that somebody can listen to, or hand over to the next on duty.
//!
//! Knows a reading; not where the sentences go. Invariants: what is not known is said to be so, and the lists are bounded.

use super::Reading;
use super::groups::Drain;
use super::streams::StreamState;
use crate::core::diagnose::finding::{Finding, FindingSubject, Health, Severity};
use crate::core::diagnose::groups::GroupVerdict;
use crate::core::figures::column::Figures;
use crate::core::figures::sentence::{bytes, clock, count, counted, number_of, percent, span};
use crate::core::limits::SUMMARY_ROWS;
use crate::core::model::memory::LimitOf;
use std::cmp::Reverse;

const FIGURES: Figures = Figures::new(false);
/// Findings that the state names whole.
const FEW: usize = 3;
const MINUTE_US: i64 = 60_000_000;

/// The state in sentences, the weightiest first; `called` is the target.
pub fn state(reading: &Reading, called: &str) -> Vec<String> {
    if reading.this_node().taken_at_ms == 0 {
        return vec![format!("Nothing was read of {called} yet.")];
    }
    let all = [health(reading, called), memory(reading), streams_line(reading)];
    let rest = [queues(reading), cache(reading), server(reading)];
    all.into_iter().chain(rest.into_iter().flatten()).collect()
}

/// Every finding as a sentence with what can be done, the worst first.
pub fn findings(reading: &Reading) -> Vec<String> {
    let mut all: Vec<&Finding> = reading.findings().iter().collect();
    all.sort_by_key(|finding| (Reverse(finding.severity), finding.since_ms));
    let mut lines: Vec<String> =
        all.iter().take(SUMMARY_ROWS).map(|finding| told(reading, finding)).collect();
    lines.extend(more(all.len()));
    if lines.is_empty() {
        lines.push(match reading.health() {
            Health::Unknown => "No finding, but not everything can be judged yet.".to_owned(),
            _ => "No findings.".to_owned(),
        });
    }
    lines
}

/// The streams, the worst first.
pub fn streams(reading: &Reading) -> Vec<String> {
    let all = in_order(reading);
    let mut lines: Vec<String> =
        all.iter().take(SUMMARY_ROWS).map(|stream| format!("{}.", stream_words(reading, stream))).collect();
    lines.extend(more(all.len()));
    if lines.is_empty() {
        lines.push("No stream was found.".to_owned());
    }
    lines
}

/// The stream that fares worst, where one is not well.
pub fn worst_stream<'a>(reading: &'a Reading) -> Option<(&'a StreamState, GroupVerdict)> {
    let judged = |stream: &'a StreamState| Some((stream, reading.stream_verdict(&stream.key)?));
    let wrong = reading.streams().values().filter_map(judged).filter(|(_, verdict)| verdict.is_wrong());
    wrong.max_by_key(|(stream, verdict)| {
        (reading.group_severity(&stream.key, None, *verdict), behind(stream), Reverse(&stream.key))
    })
}

/// One stream in words: verdict, lag, pending, what comes and goes.
pub fn stream_words(reading: &Reading, stream: &StreamState) -> String {
    let mut parts = vec![match reading.stream_verdict(&stream.key) {
        Some(verdict) => format!("{}: {}", stream.key, verdict.word().replace('_', " ")),
        None => format!("{}: verdict not known yet", stream.key),
    }];
    parts.extend(stream.length.map(|length| number_of(length.value, "entry")));
    parts.extend(behind(stream).map(|lag| format!("lag {}", count(lag))));
    parts.extend(stream.pending().map(|pending| format!("{} pending", count(pending))));
    parts.extend(stream.in_per_s().map(|rate| format!("{} in", FIGURES.rate(Some(rate)))));
    parts.extend(stream.out_per_s().map(|rate| format!("{} out", FIGURES.rate(Some(rate)))));
    if let Some(Drain::In(seconds)) = stream.worst_group().map(|group| group.drain(stream.in_per_s()))
        && seconds >= 1.0
    {
        parts.push(format!("catches up in {}", span((seconds * 1_000.0) as u64)));
    }
    parts.join(", ")
}

/// One finding in words, with since when and what can be done.
pub fn told(reading: &Reading, finding: &Finding) -> String {
    let since = clock(finding.since_ms).map_or(String::new(), |at| format!(" since {at}"));
    let cure = reading.cure(finding).map_or(String::new(), |cure| format!(" To do: {}.", cure.effect));
    format!("{}{since}: {}.{cure}", capital(finding.severity.word()), about(finding))
}

/// What is wrong, with whom it is about named once.
pub fn about(finding: &Finding) -> String {
    let (subject, text) = (finding.subject.to_string(), finding.text.trim_end_matches('.'));
    let is_named = finding.subject == FindingSubject::Server || text.starts_with(&subject);
    if is_named { text.to_owned() } else { format!("{subject}: {text}") }
}

/// A word with a capital letter.
fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

fn more(all: usize) -> Option<String> {
    let rest = all.saturating_sub(SUMMARY_ROWS);
    (rest > 0).then(|| format!("And {} more.", count(rest as u64)))
}

fn behind(stream: &StreamState) -> Option<u64> {
    stream.worst_group().and_then(|group| group.lag.entries)
}

fn in_order(reading: &Reading) -> Vec<&StreamState> {
    let mut all: Vec<(Option<Severity>, &StreamState)> = reading
        .streams()
        .values()
        .map(|stream| {
            let verdict = reading.stream_verdict(&stream.key);
            (verdict.and_then(|verdict| reading.group_severity(&stream.key, None, verdict)), stream)
        })
        .collect();
    all.sort_by_key(|(severity, stream)| (Reverse(*severity), Reverse(behind(stream)), &stream.key));
    all.into_iter().map(|(_, stream)| stream).collect()
}

fn health(reading: &Reading, called: &str) -> String {
    let mut all: Vec<&Finding> = reading.findings().iter().collect();
    all.sort_by_key(|finding| (Reverse(finding.severity), finding.since_ms));
    let mut text = match (reading.health(), all.is_empty()) {
        (Health::Ok, _) => format!("{called} is ok: no findings."),
        (Health::Unknown, true) => {
            let why = reading.unjudged().into_iter().next();
            let why = why.map_or(String::new(), |why| format!(": {why}"));
            format!("Whether {called} is well is not known{why}.")
        }
        (health, _) => format!("{called}: {}, {}.", health.word(), number_of(all.len() as u64, "finding")),
    };
    for finding in all.iter().take(FEW) {
        text.push_str(&format!(" {}", told(reading, finding)));
    }
    if all.len() > FEW {
        text.push_str(&format!(" And {} more.", all.len() - FEW));
    }
    text
}

fn memory(reading: &Reading) -> String {
    let node = reading.this_node();
    let Some(used) = node.info.as_ref().and_then(|info| info.value.memory.used) else {
        return "Memory: not known.".to_owned();
    };
    let of = node.memory.headroom().map_or_else(String::new, |room| {
        let whose = match room.of {
            LimitOf::Maxmemory => "maxmemory",
            LimitOf::Container => "its container",
            LimitOf::Host => "the machine",
        };
        format!(", {} of {whose} {}", percent(room.fullness()), bytes(room.limit))
    });
    let full = match node.memory.seconds_to_full().filter(|seconds| *seconds > 0.0 && *seconds < 86_400.0) {
        Some(seconds) => format!(", full in {}", span((seconds * 1_000.0) as u64)),
        None => String::new(),
    };
    format!("Memory: {} used{}{full}.", bytes(used), of)
}

fn streams_line(reading: &Reading) -> String {
    let all = reading.streams().len() as u64;
    match (all, worst_stream(reading)) {
        (0, _) => "Streams: none was found.".to_owned(),
        (all, None) => format!("Streams: {}, none of them behind.", count(all)),
        (all, Some((stream, _))) => {
            format!("Streams: {}; the worst is {}.", count(all), stream_words(reading, stream))
        }
    }
}

fn queues(reading: &Reading) -> Option<String> {
    let all = reading.queues();
    if all.is_empty() {
        return None;
    }
    let ready: Option<u64> = all.iter().map(|queue| queue.ready).sum();
    let ready = ready.map_or(String::new(), |ready| format!(", {} ready", number_of(ready, "job")));
    Some(format!("Queues: {}{ready}.", counted(all.len() as u64, "queue", "queues")))
}

fn cache(reading: &Reading) -> Option<String> {
    let ratio = reading.this_node().cache.window(MINUTE_US).ratio()?;
    Some(format!("Cache: {} of reads hit in the last minute.", percent(ratio)))
}

fn server(reading: &Reading) -> Option<String> {
    let node = reading.this_node();
    let info = &node.info.as_ref()?.value;
    let version = info.server.version.as_deref().map_or("of unknown version", |version| version);
    let mut parts = vec![format!("Server: {} {version}", info.server.product.word())];
    parts.extend(info.clients.connected.map(|clients| number_of(clients, "client")));
    parts.extend(node.rates.commands.per_s().map(|rate| format!("{} commands", FIGURES.rate(Some(rate)))));
    let p99 = node.pings.percentiles(node.at_us, MINUTE_US).p99;
    parts.extend(p99.map(|us| format!("PING p99 {}", FIGURES.latency_us(Some(us as f64)))));
    let at = clock(node.taken_at_ms).map_or(String::new(), |at| format!(" Read at {at}."));
    Some(format!("{}.{at}", parts.join(", ")))
}
