//! Reads for the plan of an invalidation: a walk through the keyspace that counts what matches.
//!
//! Knows pages, types and samples; decides nothing. Invariant: a step of the walk holds the server for less than a
//! millisecond, and each key is counted once.

use super::plan::{InvalidateFacts, plan};
use super::request::InvalidateRequest;
use super::spread::Chance;
use super::waiting::Waiting;
use crate::core::limits::{CLIENTS_POLLED, PLANNED_KEYS, SAMPLED_KEYS, SCAN_COUNT, SHOWN_NAMES};
use crate::core::model::cluster::{Cluster, part};
use crate::core::model::server::Mode;
use crate::core::model::sums::sum;
use crate::core::model::{Name, Snapshot};
use crate::core::ops::ground::Ground;
use crate::core::ops::item_price::ItemPrice;
use crate::core::ops::plan::Plan;
use crate::core::ops::protect::{Protection, shapes};
use crate::core::ops::refusal::Refusal;
use crate::core::ops::survey::{Reader, SurveyMoment};
use crate::core::ops::types::{TYPES_TOGETHER, kind_word, type_reads, types_in, types_of};
use crate::core::wire::{Inspect, ReadCmd, Resp, ScanFor};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};

/// COUNT of the first page, and the least: it takes 0.1 ms of the server, which nobody else feels.
const FIRST_COUNT: u32 = 100;

/// The plan of an invalidation.
pub(in crate::core::ops) async fn survey(
    reader: Reader,
    request: InvalidateRequest,
) -> Result<Plan, Refusal> {
    let (reader, request) = (&reader, &request);
    if request.pattern.as_bytes().is_empty() {
        return Err(Refusal::because("an empty pattern matches nothing: give one, or '*' for everything"));
    }
    let ground = reader.ground(None).await?;
    refuse_part(reader, &ground).await?;
    if request.per_s.is_none() {
        reader.hurry();
    }
    let all_keys = reader.one(ReadCmd::Inspect(Inspect::Dbsize)).await?.held();
    let mut facts = InvalidateFacts {
        is_exact: true,
        all_keys,
        has_lt: ground.is_at_least(7, 0),
        seed: reader.place().seed,
        guard: ground.guard,
        ..InvalidateFacts::default()
    };
    let chance = Chance::new(reader.place().seed);
    let mut samples = Samples { keys: Vec::new(), offered: 0, chance };
    walk(reader, request, (&mut facts, &mut samples)).await?;
    facts.sampled = sizes(reader, &samples.keys).await?;
    if let Some(kind) = &request.kind {
        facts.waiting = waiting(reader, &ground.snapshot, kind).await?;
    }
    facts.at_us = reader.moment().now_us;
    plan(request, &facts)
}

/// One node of a cluster has a part of the keys, and a part of the queues that protect keys beside them.
async fn refuse_part(reader: &Reader, ground: &Ground) -> Result<(), Refusal> {
    let Some(info) = ground.snapshot.info.as_ref().filter(|info| info.server.mode == Mode::Cluster) else {
        return Ok(());
    };
    let reply = reader.ask(vec![ReadCmd::ClusterInfo]).await?.pop();
    let cluster = reply.and_then(|reply| Cluster::read(&reply.text()?));
    match part(info, cluster.as_ref()) {
        Some(part) => Err(Refusal::because(format!(
            "this server is one node of a cluster{part}: keys of the other nodes would stay, and queues there that \
             protect keys here can't be seen; invalidate through the application"
        ))),
        None => Ok(()),
    }
}

/// Who waits for the next item of some list or sorted set; unknown where there are too many clients to ask, or none are
/// told.
async fn waiting(reader: &Reader, now: &Snapshot, kind: &str) -> Result<Waiting, Refusal> {
    if !matches!(kind, "list" | "zset") {
        return Ok(Waiting::NotAsked);
    }
    let connected = now.info.as_ref().and_then(|info| info.clients.connected);
    if connected.is_none_or(|clients| clients > CLIENTS_POLLED) {
        return Ok(Waiting::Unknown("there are too many clients to list".to_owned()));
    }
    let told = reader.snapshot(vec![ReadCmd::ClientList]).await?;
    let why = || told.gaps.first().map_or("CLIENT LIST is not answered".to_owned(), |gap| gap.text.clone());
    Ok(match &told.clients {
        Some(clients) => Waiting::of(&clients.value, kind),
        None => Waiting::Unknown(why()),
    })
}

/// Goes through the keyspace. The types of one page are asked together with the next page: far away a page takes one
/// round trip.
async fn walk(
    reader: &Reader,
    request: &InvalidateRequest,
    (facts, samples): (&mut InvalidateFacts, &mut Samples),
) -> Result<(), Refusal> {
    let protected = Protection::new(&request.protect, request.kind.as_deref());
    let mut seen = HashSet::new();
    // The names are somebody else's: how they are hashed is not for them to know.
    let hash = |key: &Name| {
        let mut hasher = DefaultHasher::new();
        (reader.place().seed, key).hash(&mut hasher);
        hasher.finish()
    };
    let (mut cursor, mut keys, mut asked) = (Some(0), Vec::<Name>::new(), 0_u64);
    let (mut price, mut count) = (ItemPrice::default(), FIRST_COUNT);
    // Where scripts are refused they are not asked for again.
    let mut together = true;
    while cursor.is_some() || !keys.is_empty() {
        let types = types_of(&keys, together);
        let pattern = Some(request.pattern.clone());
        let scan = cursor.map(|cursor| ReadCmd::Scan { cursor, pattern, count, wanted: ScanFor::Sizes });
        asked = asked.saturating_add(u64::from(count));
        let figures = price.figures(reader.moment().now_us);
        let is_figured = figures.is_some();
        let commands: Vec<ReadCmd> = figures.into_iter().chain(types).chain(scan).collect();
        let mut exchanges = VecDeque::from(reader.exchange(commands).await?);
        if let Some(told) = is_figured.then(|| exchanges.pop_front()).flatten() {
            price.figured(told, &["scan", "eval", "type"]);
        }
        count = next_count(&mut price, count, reader.moment());
        let mut replies: VecDeque<Resp> =
            exchanges.into_iter().filter_map(|exchange| exchange.reply.ok()).collect();
        let page = match cursor {
            Some(_) => Some(replies.pop_back().ok_or_else(|| Refusal::because("SCAN: no reply"))?),
            None => None,
        };
        let kinds = kinds(reader, &keys, replies, &mut together).await?;
        let found: Vec<(Name, Cow<'static, str>)> = keys
            .drain(..)
            .zip(kinds)
            .filter(|(_, kind)| kind != "none" && request.kind.as_ref().is_none_or(|wanted| wanted == kind))
            .collect();
        sort_all(reader, &protected, found, &mut together, (facts, samples)).await?;
        let Some(page) = page else { break };
        reader.tell("keys", facts.all_keys.map_or(asked, |all| asked.min(all)), facts.all_keys);
        (cursor, keys) = read_page(page)?;
        keys.retain(|key| seen.len() >= PLANNED_KEYS || seen.insert(hash(key)));
        facts.is_exact = seen.len() < PLANNED_KEYS;
        if reader.moment().is_late && cursor.is_some() {
            facts.cut_at = Some(asked);
            facts.is_exact = false;
            cursor = None;
        }
    }
    Ok(())
}

/// COUNT of the page after one of `count` that was just answered: by what it takes of the server, in the server's own
/// figures where it tells them, whatever the network adds.
fn next_count(price: &mut ItemPrice, count: u32, moment: SurveyMoment) -> u32 {
    price.took(u64::from(count), moment.trip_us, moment.idle_us);
    price.fitting(moment.step_us, count).clamp(FIRST_COUNT, *SCAN_COUNT.end())
}

/// Cursor and keys of a page of SCAN; no cursor at the end.
fn read_page(page: Resp) -> Result<(Option<u64>, Vec<Name>), Refusal> {
    let strange = || Refusal::because("SCAN: a reply that streamgauge does not know");
    if let Resp::Error(refusal) = &page {
        return Err(Refusal::because(format!("SCAN: {refusal}")));
    }
    let Some([next, keys]) = page.items() else { return Err(strange()) };
    let keys: Option<Vec<Name>> =
        keys.items().and_then(|keys| keys.iter().map(|key| key.bytes().map(Name::from)).collect());
    let keys = keys.ok_or_else(strange)?;
    let next: u64 = next.text().and_then(|next| next.parse().ok()).ok_or_else(strange)?;
    Ok(((next > 0).then_some(next), keys))
}

/// What each key is, from the replies; asked key by key where the script was refused.
async fn kinds(
    reader: &Reader,
    keys: &[Name],
    replies: VecDeque<Resp>,
    together: &mut bool,
) -> Result<Vec<Cow<'static, str>>, Refusal> {
    let strange = || Refusal::because("TYPE: a reply that streamgauge does not know");
    let is_refused = |reply: &Resp| !matches!(reply, Resp::Array(_));
    let types: Vec<Resp> = if *together && replies.iter().any(is_refused) {
        *together = false;
        reader.ask(type_reads(keys, false)).await?
    } else if *together {
        types_in(replies).ok_or_else(strange)?
    } else {
        replies.into()
    };
    if types.len() != keys.len() {
        return Err(Refusal::because("TYPE: a reply is missing"));
    }
    let kind = |(key, reply): (&Name, Resp)| match reply {
        Resp::Error(refusal) => Err(Refusal::because(format!("TYPE {key}: {refusal}"))),
        reply => kind_word(&reply).ok_or_else(strange),
    };
    keys.iter().zip(types).map(kind).collect()
}

/// Counts keys where they belong: of those that may be part of a queue, the keys beside them are asked for.
async fn sort_all(
    reader: &Reader,
    protected: &Protection,
    found: Vec<(Name, Cow<'static, str>)>,
    together: &mut bool,
    (facts, samples): (&mut InvalidateFacts, &mut Samples),
) -> Result<(), Refusal> {
    let mut open = Vec::new();
    for (key, kind) in found {
        if protected.free_kinds(&key).contains(&kind.as_ref()) {
            facts.goes(key, &kind, samples);
        } else if let Some(reason) = protected.reason(&key, &kind) {
            facts.stays(reason, key);
        } else {
            let companions = shapes::companions(&key, &kind);
            open.push((key, kind, companions));
        }
    }
    let mut types = BTreeMap::new();
    let asked = shapes::names(open.iter().flat_map(|(_, _, companions)| companions));
    for some in asked.chunks(TYPES_TOGETHER) {
        let replies = reader.ask(type_reads(some, *together)).await?;
        let found = kinds(reader, some, replies.into(), together).await?;
        types.extend(some.iter().cloned().zip(found));
    }
    for (key, kind, companions) in open {
        match shapes::whose(&companions, &types) {
            Some(reason) => facts.stays(reason, key),
            None => facts.goes(key, &kind, samples),
        }
    }
    Ok(())
}

impl InvalidateFacts {
    fn stays(&mut self, reason: &str, key: Name) {
        match self.stays.get_mut(reason) {
            Some((count, _)) => *count += 1,
            None => drop(self.stays.insert(reason.to_owned(), (1, key))),
        }
    }

    fn goes(&mut self, key: Name, kind: &str, samples: &mut Samples) {
        self.keys += 1;
        match self.kinds.get_mut(kind) {
            Some(count) => *count += 1,
            None => drop(self.kinds.insert(kind.to_owned(), 1)),
        }
        if self.names.len() < SHOWN_NAMES {
            self.names.push(key.clone());
        }
        samples.take(key);
    }
}

/// Some keys, each as likely as another.
struct Samples {
    keys: Vec<Name>,
    offered: u64,
    chance: Chance,
}

impl Samples {
    fn take(&mut self, key: Name) {
        self.offered += 1;
        if self.keys.len() < SAMPLED_KEYS {
            self.keys.push(key);
        } else if let Some(place) =
            usize::try_from(self.chance.below(self.offered)).ok().and_then(|at| self.keys.get_mut(at))
        {
            *place = key;
        }
    }
}

/// Bytes of the samples, and how many of them are still there.
async fn sizes(reader: &Reader, keys: &[Name]) -> Result<(u64, u64), Refusal> {
    let size = |key: &Name| ReadCmd::Inspect(Inspect::MemoryUsage(key.clone()));
    let replies = reader.ask(keys.iter().map(size).collect()).await?;
    let found: Vec<u64> = replies.iter().filter_map(Resp::count).collect();
    Ok((sum(found.iter().copied()), found.len() as u64))
}
