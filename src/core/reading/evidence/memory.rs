//! From a reading to what rules about memory look at.
//!
//! Knows where each figure comes from. Invariant: what is listed is bounded by what the tracks keep.

use super::super::Reading;
use crate::core::diagnose::evidence::memory::{LeakCase, MemoryCase, PendingCase, TierCase, WalkShare};
use crate::core::limits;
use crate::core::model::keys::KeyKind;
use crate::core::model::sums::{sum, sum_known};
use std::cmp::Reverse;

/// Pending entries lists below this are not worth a word, bytes.
const LISTS_LEAST: u64 = 4 << 20;
/// Nor those below this share of what is used.
const LISTS_SHARE: f64 = 0.05;

/// Everything about memory.
pub(super) fn case(reading: &Reading) -> MemoryCase<'_> {
    let info = reading.this_node().info.as_ref().map(|info| &info.value);
    let keyspace = reading.keys().keyspace();
    let memory = &reading.this_node().memory;
    MemoryCase {
        headroom: info.and_then(|_| memory.headroom()),
        resident_room: info.and_then(|_| memory.resident_room()),
        grows_per_s: memory.clearly_grows_per_s(),
        seconds_to_full: memory.seconds_to_full(),
        is_foretold: memory.is_foretold(),
        grower: memory.grower(),
        over_limit_ms: info.and_then(|info| info.stats.over_limit_ms).and(memory.over_limit_ms()),
        full_syncs: memory.full_syncs(),
        streams: reading.streams().len() as u64,
        lists: (!keyspace.is_empty()).then(|| keyspace.of_kind(KeyKind::List)),
        keys: info.and_then(|info| {
            let keys = sum(info.keyspace.iter().map(|space| space.keys));
            Some((keys, sum_known(info.keyspace.iter().map(|space| space.expires))?))
        }),
        lists_of_pending: lists_of_pending(reading),
        leaks: leaks(reading),
        tiers: tiers(reading),
        keys_seen: seen(reading),
        outputs: reading
            .this_node()
            .clients
            .as_ref()
            .map_or_else(Vec::new, |clients| reading.this_node().outputs.cases(clients)),
        has_clients: reading.this_node().clients.is_some(),
    }
}

fn lists_of_pending(reading: &Reading) -> Vec<PendingCase<'_>> {
    // Where that is not told the rule says so.
    let info = reading.this_node().info.as_ref();
    let Some(used) = info.and_then(|info| info.value.memory.used) else { return Vec::new() };
    let least = LISTS_LEAST.max((used as f64 * LISTS_SHARE) as u64);
    let cases = reading.streams().values().filter_map(|stream| {
        let size = stream.digest.size;
        let (bytes, entries_bytes) = (size.pending?, size.entries?);
        (bytes >= least && bytes > entries_bytes).then_some(PendingCase {
            key: &stream.key,
            group: stream.greatest_list()?,
            pending: stream.pending()?,
            bytes,
            entries_bytes,
        })
    });
    cases.take(limits::FINDINGS).collect()
}

/// The groups with most of them, in the order of their streams.
fn leaks(reading: &Reading) -> Vec<LeakCase<'_>> {
    let groups = reading
        .streams()
        .values()
        .filter(|stream| reading.may_leak(stream))
        .flat_map(|stream| stream.groups.values().map(move |group| (stream, group)));
    let mut cases: Vec<_> =
        groups.filter_map(|(stream, group)| reading.leaked_consumers(stream, group)).collect();
    if cases.len() > limits::LEAKS {
        cases.sort_by_key(|case| Reverse(case.leaked));
        cases.truncate(limits::LEAKS);
        cases.sort_by_key(|case| (case.key, case.group));
    }
    cases
}

fn tiers(reading: &Reading) -> Vec<TierCase<'_>> {
    let keyspace = reading.keys().keyspace();
    let tiers = keyspace.patterns.iter().filter_map(|pattern| {
        let ttl_ms = pattern.ttl_ms?;
        let overdue = pattern.overdue().filter(|&overdue| overdue > 0)?;
        let ttl = &pattern.tally.ttl;
        Some(TierCase {
            glob: &pattern.glob,
            ttl_ms,
            keys: pattern.tally.keys,
            forever: (ttl.forever, pattern.tally.forever_bytes),
            too_long: overdue.saturating_sub(ttl.forever),
            longest_ms: ttl.longest_ms(),
        })
    });
    tiers.collect()
}

/// Keys are measured only where it is on and may be done.
fn seen(reading: &Reading) -> WalkShare {
    let pass = reading.keys().pass();
    match reading.keys().keyspace().share {
        Some(share) if share >= 1.0 => WalkShare::Whole,
        _ if pass.number > 0 && !pass.is_paused => WalkShare::Part,
        _ => WalkShare::Never,
    }
}
