//! Reads for the plan of an invalidation: how things stand, a walk through the keyspace, sizes and who waits.
//!
//! Knows what is asked in which order; how the walk goes is `walk`'s. Decides nothing. Invariant: where only a part of the
//! keys can be seen there is no plan.

use super::plan::{InvalidateFacts, plan};
use super::request::InvalidateRequest;
use super::seen::Samples;
use super::waiting::Waiting;
use super::walk::Walk;
use crate::core::limits::CLIENTS_POLLED;
use crate::core::model::cluster::{Cluster, part};
use crate::core::model::server::Mode;
use crate::core::model::sums::sum;
use crate::core::model::{Name, Snapshot};
use crate::core::ops::ground::Ground;
use crate::core::ops::plan::Plan;
use crate::core::ops::refusal::Refusal;
use crate::core::ops::survey::Reader;
use crate::core::wire::{Inspect, ReadCmd, Resp};

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
    let mut samples = Samples::new(reader.place().seed);
    Walk::new(reader, request, (&mut facts, &mut samples)).go().await?;
    facts.sampled = sizes(reader, samples.keys()).await?;
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

/// Bytes of the samples, and how many of them are still there.
async fn sizes(reader: &Reader, keys: &[Name]) -> Result<(u64, u64), Refusal> {
    let size = |key: &Name| ReadCmd::Inspect(Inspect::MemoryUsage(key.clone()));
    let replies = reader.ask(keys.iter().map(size).collect()).await?;
    let found: Vec<u64> = replies.iter().filter_map(Resp::count).collect();
    Ok((sum(found.iter().copied()), found.len() as u64))
}
