//! What frameworks have left behind: jobs and results that are kept with no end, and keys that nobody reads.
//!
//! Knows the columns of queues and what the walk through all keys has seen; not how much is too much. Invariant: of keys the
//! count is that of those that were seen, and the share of all keys is told with it.

use crate::core::diagnose::queues::QueueLeak;
use crate::core::model::keys::KeyKind;
use crate::core::model::queues::Framework;
use crate::core::queues::leaks::LEAKS;
use crate::core::reading::Reading;

const KEPT: &str = "finished jobs that are kept with no end";
const ANY_STREAMS: &str = "streams without an end whose names differ by an id only";
const ANY_REMEDY: &str = "Give each an end (EXPIRE) when it is written, or delete it once it was read.";
/// Streams of a pattern that are named here, and how long each of them is on the average at most, bytes: a server gives the
/// first entries of a stream room for 4 KiB at once.
const MANY_STREAMS: u64 = 1_000;
const SHORT_BYTES: u64 = 8_192;

/// Everything that is left behind.
pub fn leaks(reading: &Reading) -> Vec<QueueLeak> {
    let keyspace = reading.keys().keyspace();
    let rows = LEAKS.iter().zip(&keyspace.leaks).filter(|(_, (keys, _))| *keys > 0);
    let mut all: Vec<QueueLeak> = rows
        .map(|(leak, (keys, bytes))| QueueLeak {
            of: leak.framework.to_owned(),
            what: leak.what,
            count: *keys,
            bytes: Some(*bytes),
            seen: keyspace.share,
            remedy: leak.remedy,
        })
        .collect();
    all.extend(reading.queues().into_iter().filter_map(|view| {
        let count = view.kept.filter(|kept| *kept > 0)?;
        let remedy = match view.framework() {
            Framework::BullMq | Framework::Bull => {
                "Set removeOnComplete to a number or an age, and clean the queue once."
            }
            Framework::Rq => "Give jobs a result_ttl: -1 keeps them for ever.",
            _ => "Read results, or have none stored.",
        };
        let of = format!("{} queue {}", view.framework().word(), view.name());
        Some(QueueLeak { of, what: KEPT, count, bytes: view.kept_bytes, seen: None, remedy })
    }));
    let is_told = |glob: &[u8]| LEAKS.iter().any(|leak| leak.matches(glob));
    all.extend(keyspace.patterns.iter().filter_map(|pattern| {
        let (streams, forever) = (pattern.tally.of_kind(KeyKind::Stream), pattern.tally.ttl.forever);
        let count = streams.min(forever);
        let mean = pattern.tally.forever_bytes.checked_div(forever)?;
        let is_leak = count >= MANY_STREAMS && mean <= SHORT_BYTES && !is_told(pattern.glob.as_bytes());
        is_leak.then(|| QueueLeak {
            of: pattern.glob.to_string(),
            what: ANY_STREAMS,
            count,
            bytes: Some(pattern.tally.forever_bytes),
            seen: keyspace.share,
            remedy: ANY_REMEDY,
        })
    }));
    all
}
