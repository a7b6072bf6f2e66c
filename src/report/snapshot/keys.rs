//! Keys, patterns, counters and what memory is made of, as the schema has them.
//!
//! Knows where each figure comes from. Invariant: what a walk that is not over has seen is told for all keys, and said not
//! to be exact.

use super::decimals::tidy;
use super::schema::{BigKeyView, CounterView, MemoryPartView, PatternView, SavingView, TtlView, WalkView};
use crate::core::model::info::Info;
use crate::core::reading::Reading;
use crate::core::reading::saving::SavingKind;

/// The biggest keys that are listed.
const BIGGEST: usize = 20;
/// Ways to free memory that are listed.
const SAVINGS: usize = 20;

pub(super) fn parts(info: Option<&Info>, reading: &Reading) -> Option<Vec<MemoryPartView>> {
    let parts = reading.this_node().memory.parts(info?)?.into_iter();
    let one = |growing: crate::core::reading::memory::GrowingPart| MemoryPartView {
        part: growing.part.kind.id(),
        bytes: growing.part.bytes,
        bytes_per_s: tidy(growing.grows_per_s),
    };
    Some(parts.map(one).collect())
}

pub(super) fn walk(reading: &Reading) -> WalkView {
    let keyspace = reading.keys().keyspace();
    let is_known = !keyspace.is_empty();
    let ms = |us: i64| u64::try_from(us / 1000).ok().filter(|_| is_known);
    WalkView {
        share: tidy(keyspace.share.filter(|_| is_known)),
        age_ms: ms(reading.this_node().at_us.saturating_sub(keyspace.at_us)),
        took_ms: ms(keyspace.took_us),
        keys: keyspace.whole(keyspace.total.keys).filter(|_| is_known),
    }
}

pub(super) fn patterns(reading: &Reading) -> Vec<PatternView> {
    let keyspace = reading.keys().keyspace();
    let named_or_found = keyspace.patterns.iter().filter(|pattern| !pattern.glob.as_bytes().is_empty());
    let one = |pattern: &crate::core::reading::keys::Pattern| {
        let tally = &pattern.tally;
        PatternView {
            pattern: pattern.glob.text(),
            name: pattern.name.clone(),
            keys: keyspace.whole(tally.keys),
            keys_exact: keyspace.is_exact,
            bytes: tally.bytes_of_all().and_then(|bytes| keyspace.whole(bytes)),
            bytes_per_s: tidy(pattern.grows_per_s),
            ttl_ms: TtlView {
                none: tidy(tally.ttl.forever_share()),
                p50: tally.ttl.median_ms(),
                max: tally.ttl.longest_ms(),
            },
            too_long: pattern.overdue().and_then(|overdue| keyspace.whole(overdue)),
        }
    };
    named_or_found.map(one).collect()
}

pub(super) fn biggest(reading: &Reading) -> Vec<BigKeyView> {
    let one = |key: &crate::core::reading::keys::BigKey| BigKeyView {
        key: key.facts.name.text(),
        r#type: key.facts.kind.map(|kind| kind.word()),
        bytes: key.facts.bytes,
        bytes_per_s: tidy(key.grows_per_s),
    };
    reading.biggest_keys().iter().take(BIGGEST).map(one).collect()
}

pub(super) fn savings(reading: &Reading) -> Vec<SavingView> {
    let one = |saving: crate::core::reading::saving::Saving| {
        let (way, subject) = match &saving.kind {
            SavingKind::Trim { key, .. } => ("trim", key.text()),
            SavingKind::TrimUnread { key, .. } => ("trim_unread", key.text()),
            SavingKind::Acknowledge { key, group, .. } => {
                ("acknowledge", format!("{}/{}", key.text(), group.text()))
            }
            SavingKind::RemoveConsumers { key, group, can_be_listed, .. } => {
                let way = if *can_be_listed { "remove_consumers" } else { "remake_group" };
                (way, format!("{}/{}", key.text(), group.text()))
            }
            SavingKind::Overdue { glob, .. } => ("overdue", glob.text()),
            SavingKind::Cache { glob, .. } => ("cache", glob.text()),
            SavingKind::Kill { id, .. } => ("kill", id.to_string()),
            SavingKind::Purge => ("purge", "server".to_owned()),
        };
        SavingView { way, subject, bytes: saving.bytes, counts_for_maxmemory: saving.kind.counts() }
    };
    reading.savings().into_iter().take(SAVINGS).map(one).collect()
}

pub(super) fn counters(reading: &Reading) -> Vec<CounterView> {
    let track = reading.counters();
    let one = |counter: &crate::core::reading::counters::Counter| CounterView {
        name: counter.spec.name.clone(),
        key: counter.spec.key.text(),
        field: counter.spec.field.as_ref().map(|field| field.text()),
        value: counter.number(),
        per_s: tidy(counter.per_s()),
        share: tidy(track.share(counter)),
        share_now: tidy(track.share_now(counter)),
    };
    track.rows().iter().map(one).collect()
}
