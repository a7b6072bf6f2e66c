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
use crate::core::ops::types::{TYPES_TOGETHER, type_reads, types_of};
use crate::core::wire::{Inspect, ReadCmd, Resp, ScanFor};
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
        let kinds = kinds.into_iter().collect::<Result<Vec<String>, Refusal>>()?;
        let found: Vec<(Name, String)> = keys
            .drain(..)
            .zip(kinds)
            .filter(|(_, kind)| kind != "none" && request.kind.as_ref().is_none_or(|wanted| wanted == kind))
            .collect();
        let parts = parts(reader, &protected, &found, &mut together).await?;
        for (key, part) in found.into_iter().zip(parts) {
            sort(&protected, key, part, (facts, samples));
        }
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
) -> Result<Vec<Result<String, Refusal>>, Refusal> {
    let strange = || Refusal::because("TYPE: a reply that streamgauge does not know");
    let is_refused = |reply: &Resp| !matches!(reply, Resp::Array(_));
    let types: Vec<Resp> = if *together && replies.iter().any(is_refused) {
        *together = false;
        reader.ask(type_reads(keys, false)).await?
    } else if *together {
        let lists: Option<Vec<&[Resp]>> = replies.iter().map(Resp::items).collect();
        lists.ok_or_else(strange)?.concat()
    } else {
        replies.into()
    };
    if types.len() != keys.len() {
        return Err(Refusal::because("TYPE: a reply is missing"));
    }
    let kind = |(key, reply): (&Name, Resp)| match reply {
        Resp::Error(refusal) => Err(Refusal::because(format!("TYPE {key}: {refusal}"))),
        reply => reply.text().ok_or_else(strange),
    };
    Ok(keys.iter().zip(types).map(kind).collect())
}

/// For each key whose queue it is part of, if of any: told by the keys beside it.
async fn parts(
    reader: &Reader,
    protected: &Protection,
    found: &[(Name, String)],
    together: &mut bool,
) -> Result<Vec<Option<&'static str>>, Refusal> {
    let asked: Vec<_> = found.iter().map(|(key, kind)| protected.companions(key, kind)).collect();
    let mut types = BTreeMap::new();
    for some in shapes::names(asked.iter().flatten()).chunks(TYPES_TOGETHER) {
        let replies = reader.ask(type_reads(some, *together)).await?;
        let found = kinds(reader, some, replies.into(), together).await?;
        if found.len() != some.len() {
            return Err(Refusal::because("TYPE: a reply is missing"));
        }
        for (name, kind) in some.iter().zip(found) {
            types.insert(name.clone(), kind?);
        }
    }
    Ok(asked.iter().map(|companions| shapes::whose(companions, &types)).collect())
}

/// Counts one key where it belongs.
fn sort(
    protected: &Protection,
    (key, kind): (Name, String),
    part: Option<&'static str>,
    (facts, samples): (&mut InvalidateFacts, &mut Samples),
) {
    if let Some(reason) = protected.reason(&key, &kind).or(part) {
        facts.stays.entry(reason.to_owned()).or_insert_with(|| (0, key)).0 += 1;
        return;
    }
    facts.keys += 1;
    *facts.kinds.entry(kind).or_default() += 1;
    if facts.names.len() < SHOWN_NAMES {
        facts.names.push(key.clone());
    }
    samples.take(key);
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
