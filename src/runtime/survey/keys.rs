//! Reads for the plan of an invalidation: a walk through the keyspace that counts what matches.
//!
//! Knows pages, types and samples; decides nothing. Invariant: a step of the walk holds the server for less than a
//! millisecond, and each key is counted once.

use super::SurveyReader;
use crate::core::limits::{PLANNED_KEYS, SAMPLED_KEYS, SCAN_CALL_US, SCAN_COUNT, SHOWN_NAMES};
use crate::core::model::Name;
use crate::core::ops::invalidate::type_reads;
use crate::core::ops::plan::invalidate::{InvalidateFacts, plan};
use crate::core::ops::protect::Protection;
use crate::core::ops::wish::InvalidateRequest;
use crate::core::ops::{Plan, Refusal};
use crate::core::wire::{Inspect, ReadCmd, Resp, ScanFor};
use crate::edge::clock;
use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

/// COUNT of the first page, and the least: it takes 0.1 ms of the server, which nobody else feels.
const FIRST_COUNT: u32 = 100;

/// Keys whose types are asked by one script: 0.1 ms of the server.
const TYPES_TOGETHER: usize = 100;
/// COUNT of a page where nothing holds the action back: 0.3 to 0.8 ms of the server.
const UNPACED_COUNT: u32 = 1_000;

/// The plan of an invalidation.
pub(super) async fn survey(reader: &mut SurveyReader<'_>, wish: &InvalidateRequest) -> Result<Plan, Refusal> {
    if wish.pattern.as_bytes().is_empty() {
        return Err(Refusal::because("an empty pattern matches nothing: give one, or '*' for everything"));
    }
    let ground = reader.ground(None).await?;
    let all_keys = reader.one(ReadCmd::Inspect(Inspect::Dbsize)).await?.count();
    let protected = Protection::new(&wish.protect);
    let mut facts = InvalidateFacts {
        is_exact: true,
        all_keys,
        has_lt: ground.is_at_least(7, 0),
        scan_count: FIRST_COUNT,
        seed: fastrand::u64(..),
        guard: ground.guard,
        ..InvalidateFacts::default()
    };
    let (mut cursor, mut samples) = (0, Samples::default());
    let (mut seen, hashes) = (HashSet::new(), RandomState::new());
    loop {
        let began_us = clock::now_us();
        let (pattern, count) = (Some(wish.pattern.clone()), facts.scan_count);
        let page = reader.one(ReadCmd::Scan { cursor, pattern, count, wanted: ScanFor::Sizes }).await?;
        adapt(&mut facts.scan_count, clock::now_us().saturating_sub(began_us));
        let strange = || Refusal::because("SCAN: a reply that streamgauge does not know");
        let [next, keys] = page.items().unwrap_or_default() else { return Err(strange()) };
        let mut keys: Vec<Name> =
            keys.items().unwrap_or_default().iter().filter_map(Resp::bytes).map(Name::from).collect();
        keys.retain(|key| seen.len() >= PLANNED_KEYS || seen.insert(hashes.hash_one(key)));
        facts.is_exact = seen.len() < PLANNED_KEYS;
        look(reader, wish, &protected, keys, (&mut facts, &mut samples)).await?;
        cursor = next.text().and_then(|next| next.parse().ok()).ok_or_else(strange)?;
        if cursor == 0 {
            break;
        }
    }
    // A page of the run is looked at, key by key: what is fine for a count is too much for that.
    facts.scan_count = if wish.per_s.is_some() { FIRST_COUNT } else { UNPACED_COUNT };
    facts.sampled = sizes(reader, &samples.keys).await?;
    facts.at_us = clock::now_us();
    plan(wish, &facts)
}

/// Follows the time that a page takes, network included: further away it stays small.
fn adapt(count: &mut u32, took_us: u64) {
    if took_us > SCAN_CALL_US * 2 {
        *count = (*count / 2).max(FIRST_COUNT);
    } else if took_us < SCAN_CALL_US / 2 {
        *count = (*count + *count / 4).min(*SCAN_COUNT.end());
    }
}

async fn look(
    reader: &mut SurveyReader<'_>,
    wish: &InvalidateRequest,
    protected: &Protection,
    keys: Vec<Name>,
    (facts, samples): (&mut InvalidateFacts, &mut Samples),
) -> Result<(), Refusal> {
    if keys.is_empty() {
        return Ok(());
    }
    let mut replies = Vec::new();
    for chunk in keys.chunks(TYPES_TOGETHER) {
        let types = reader.ask(type_reads(chunk, true)).await?;
        match types.as_slice() {
            [Resp::Array(types)] => replies.extend(types.iter().cloned()),
            _ => replies.extend(reader.ask(type_reads(chunk, false)).await?),
        }
    }
    for (key, reply) in keys.into_iter().zip(replies) {
        let kind = match reply {
            Resp::Error(refusal) => return Err(Refusal::because(format!("TYPE {key}: {refusal}"))),
            reply => reply.text().unwrap_or_default(),
        };
        if kind == "none" || wish.kind.as_deref().is_some_and(|wanted| wanted != kind) {
            continue;
        }
        if let Some(reason) = protected.reason(&key, &kind) {
            facts.stays.entry(reason.to_owned()).or_insert_with(|| (0, key)).0 += 1;
            continue;
        }
        facts.keys += 1;
        *facts.kinds.entry(kind).or_default() += 1;
        if facts.names.len() < SHOWN_NAMES {
            facts.names.push(key.clone());
        }
        samples.take(key);
    }
    Ok(())
}

/// Some keys, each as likely as another.
#[derive(Default)]
struct Samples {
    keys: Vec<Name>,
    offered: usize,
}

impl Samples {
    fn take(&mut self, key: Name) {
        self.offered += 1;
        if self.keys.len() < SAMPLED_KEYS {
            self.keys.push(key);
        } else if let Some(place) = self.keys.get_mut(fastrand::usize(..self.offered)) {
            *place = key;
        }
    }
}

/// Bytes of the samples, and how many of them are still there.
async fn sizes(reader: &mut SurveyReader<'_>, keys: &[Name]) -> Result<(u64, u64), Refusal> {
    let size = |key: &Name| ReadCmd::Inspect(Inspect::MemoryUsage(key.clone()));
    let replies = reader.ask(keys.iter().map(size).collect()).await?;
    let found: Vec<u64> = replies.iter().filter_map(Resp::count).collect();
    Ok((found.iter().sum(), found.len() as u64))
}
