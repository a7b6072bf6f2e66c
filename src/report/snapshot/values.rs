//! From a reading to the figures of the schema.
//!
//! Knows where each figure comes from; does not know how it is written. Invariant: no figure is made up:
//! whatever the reading does not know, or can't know yet, is `None`.

use super::decimals::tidy;
use super::fanout::fanout;
use super::metrics::Section;
use super::schema::SystemView;
use super::schema::{
    CacheView, ClusterView, ConsumerView, DeliveryView, GapView, GroupView, LatencyView, MemoryView,
    SnapshotView, StreamFanoutView, StreamView, StreamsView, TargetView, VERSION,
};
use super::{TargetLine, keys, queues};
use crate::core::diagnose::consumers::ConsumerVerdict;
use crate::core::diagnose::groups::GroupVerdict;
use crate::core::model::consumers;
use crate::core::model::info::Info;
use crate::core::model::queues::Framework;
use crate::core::model::refusals::RefusalCode;
use crate::core::model::{GapReason, Name};
use crate::core::reading::Reading;
use crate::core::reading::fanout::deliveries;
use crate::core::reading::groups::GroupState;
use crate::core::reading::streams::StreamState;
use crate::report::check;
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;

/// What an endpoint that tells of health needs, in a handful of figures.
fn system(reading: &Reading) -> SystemView {
    let node = reading.this_node();
    let info = node.fresh_info();
    let mut views = reading.queues();
    views.extend(reading.group_queues());
    // Workers of a site may take from several of its queues: the most that one of them has counts. Consumers are of one group.
    let mut workers: BTreeMap<_, u64> = BTreeMap::new();
    for view in &views {
        if let Some(alive) = view.workers {
            let group = view.id.queue.as_ref().filter(|_| view.framework() == Framework::Stream);
            let most = workers.entry((&view.id.site, group)).or_default();
            *most = (*most).max(alive);
        }
    }
    let sum = |workers: BTreeMap<_, u64>| workers.into_values().reduce(u64::saturating_add);
    let limit = info.and_then(|info| info.memory.maxmemory).filter(|bytes| *bytes > 0);
    let used = info.and_then(|info| info.memory.used);
    SystemView {
        status: reading.health().word(),
        redis_up: info.is_some(),
        workers: sum(workers),
        hit_ratio: tidy(super::metrics::cache(node).and_then(|window| window.ratio())),
        memory_bytes: used,
        memory_share: tidy(used.zip(limit).map(|(used, limit)| used as f64 / limit as f64)),
        jobs_ready: views.iter().filter_map(|view| view.ready).reduce(u64::saturating_add),
        oldest_job_ms: views.iter().filter_map(|view| Some(view.oldest?.age_ms)).max(),
    }
}

/// Everything, in the shape of the schema.
pub(super) fn snapshot<'a>(reading: &'a Reading, target: &TargetLine) -> SnapshotView<'a> {
    let info = reading.this_node().info.as_ref().map(|info| &info.value);
    let section = |name| Section(name, reading.this_node());
    SnapshotView {
        schema: VERSION,
        taken_at_ms: Some(reading.this_node().taken_at_ms).filter(|&ms| ms != 0),
        age_ms: reading.this_node().info_age_us().map(|us| us.div_euclid(1000)),
        stale: reading.this_node().fresh_info().is_none(),
        unjudged: reading.unjudged(),
        window_ms: tidy(window_us(reading).map(|us| us as f64 / 1000.0)),
        target: target_of(info, target),
        cluster: cluster(reading),
        health: reading.health().word(),
        system: system(reading),
        findings: reading.findings().iter().map(|finding| check::finding(finding, reading)).collect(),
        memory: MemoryView {
            figures: section("memory"),
            parts: keys::parts(info, reading),
            biggest_keys: keys::biggest(reading),
            savings: keys::savings(reading),
        },
        cache: CacheView {
            figures: section("cache"),
            walk: keys::walk(reading),
            patterns: keys::patterns(reading),
        },
        throughput: section("throughput"),
        clients: section("clients"),
        refusals: refusals(reading),
        persistence: section("persistence"),
        counters: keys::counters(reading),
        streams: streams(reading),
        fanout: fanout(reading),
        queues: queues::queues(reading),
        schedulers: queues::schedules(reading),
        latency: LatencyView { ping_us: section("latency.ping_us"), figures: section("latency") },
        cost: section("cost"),
        gaps: gaps(reading),
    }
}

/// What the rates of the server's counters span, which may be more than the last two readings of INFO.
fn window_us(reading: &Reading) -> Option<i64> {
    let span_us = reading.this_node().rates.commands.span_us().filter(|&us| us > 0);
    span_us.or(reading.this_node().window_us)
}

fn cluster(reading: &Reading) -> ClusterView {
    let cluster = reading.this_node().cluster.unwrap_or_default();
    ClusterView {
        is_part: reading.this_node().info.as_ref().map(|_| reading.part_of_cluster().is_some()),
        ok: cluster.is_ok,
        primaries: cluster.primaries,
        nodes: cluster.nodes,
        slots: cluster.slots,
    }
}

fn target_of(info: Option<&Info>, target: &TargetLine) -> TargetView {
    let server = info.map(|info| &info.server);
    TargetView {
        name: target.name.clone(),
        address: target.address.clone(),
        mode: server.map(|server| server.mode.word()),
        role: server.and_then(|server| server.role.word()),
        server: server.map(|server| server.product.word().to_owned()),
        version: server.and_then(|server| server.version.clone()),
        run_id: server.and_then(|server| server.run_id.clone()),
        uptime_s: server.and_then(|server| server.uptime_s),
    }
}

fn refusals(reading: &Reading) -> BTreeMap<String, Option<u64>> {
    let one =
        |code: RefusalCode| (code.word().to_ascii_lowercase(), reading.this_node().refusals.of_others(code));
    RefusalCode::COUNTED.into_iter().map(one).collect()
}

/// `None` while none is known and the search for them was never finished: that is not "no streams".
fn streams(reading: &Reading) -> Option<StreamsView<'_>> {
    let is_known = !reading.streams().is_empty() || reading.discovery().passes > 0;
    is_known.then_some(StreamsView(reading))
}

impl Serialize for StreamsView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.streams().values().map(|state| stream(state, self.0)))
    }
}

fn stream(state: &StreamState, reading: &Reading) -> StreamView {
    let now_ms = reading.now_ms();
    let groups = state
        .groups_at_us
        .map(|_| state.groups.iter().map(|(name, group)| self::group(name, group, state, reading)).collect());
    let size = reading.stream_size(state);
    let age_us = state.length.map(|length| reading.this_node().at_us.saturating_sub(length.at_us));
    StreamView {
        key: state.key.text(),
        age_ms: age_us.map(|us| us.div_euclid(1000)),
        stale: age_us.is_none_or(|us| reading.this_node().answers.is_stale(us)),
        length: state.length.map(|length| length.value),
        bytes: size.total(),
        entries_bytes: size.entries,
        pending_bytes: size.pending,
        consumers_bytes: size.consumers,
        consumers_bytes_at_least: size.consumers.map(|_| size.is_consumers_least),
        bytes_per_s: tidy(reading.this_node().memory.stream_grows_per_s(&state.key)),
        entries_added: state.fact(|detail| detail.entries_added),
        in_per_s: tidy(state.in_per_s()),
        oldest_entry_age_ms: state.oldest_entry_age_ms(now_ms),
        newest_entry_age_ms: state.newest_entry_age_ms(now_ms),
        verdict: reading.stream_verdict(&state.key).map(GroupVerdict::word),
        fanout: fanout_of(state, reading.this_node().at_us),
        groups,
    }
}

fn fanout_of(state: &StreamState, now_us: i64) -> StreamFanoutView {
    let deliveries = deliveries::deliveries(state, now_us);
    deliveries::spread(&deliveries).map_or_else(StreamFanoutView::default, |spread| StreamFanoutView {
        slowest_group: Some(spread.slowest.text()),
        slowest_ms: Some(spread.slowest_ms),
        spread_ms: Some(spread.spread_ms),
    })
}

fn group(name: &Name, state: &GroupState, stream: &StreamState, reading: &Reading) -> GroupView {
    let now_ms = reading.now_ms();
    let consumers = state.consumers.as_ref();
    let delivery = state.delivery_ms(reading.this_node().at_us);
    let judgement = reading.group_verdict(&stream.key, name);
    let verdicts = reading.consumer_verdicts(&stream.key, name);
    GroupView {
        name: name.text(),
        lag: state.lag.entries,
        lag_kind: state.lag.kind.word(),
        server_lag: state.facts.lag.raw(),
        pending: state.facts.pending,
        oldest_pending_age_ms: state.oldest_pending_age_ms(now_ms),
        oldest_undelivered_age_ms: state.oldest_undelivered_age_ms(stream.first_entry(), now_ms),
        delivered_per_s: tidy(state.delivered_per_s()),
        acked_per_s: tidy(state.acked_per_s()),
        seconds_to_drain: tidy(state.seconds_to_drain(stream.in_per_s())),
        delivery_ms: DeliveryView {
            p50: delivery.p50,
            p95: delivery.p95,
            p99: delivery.p99,
            samples: delivery.samples,
        },
        lost_undelivered: state.lost_undelivered().entries,
        lost_kind: state.lost_undelivered().kind.word(),
        untold: state.untold(),
        verdict: judgement.map(|judgement| judgement.verdict.word()),
        reason: judgement.map(|judgement| judgement.reason.to_string()),
        consumers: consumers.map(|consumers| {
            let judged = verdicts.iter().copied().chain(std::iter::repeat(None));
            consumers.value.iter().zip(judged).map(|(row, verdict)| consumer(row, verdict)).collect()
        }),
    }
}

fn consumer(row: &consumers::Consumer, verdict: Option<ConsumerVerdict>) -> ConsumerView {
    ConsumerView {
        name: row.name.text(),
        pending: row.pending,
        idle_ms: row.idle_ms,
        inactive_ms: row.inactive.ms(),
        verdict: verdict.map(ConsumerVerdict::word),
    }
}

fn gaps(reading: &Reading) -> Vec<GapView> {
    let one = |gap: &crate::core::model::Gap| GapView {
        what: gap.what.clone(),
        why: gap.why.word(),
        text: gap.text.clone(),
    };
    let dropped = (reading.this_node().gaps.dropped > 0).then(|| GapView {
        what: "gaps".to_owned(),
        why: GapReason::Bound.word(),
        text: format!("{} more since the start are not listed", reading.this_node().gaps.dropped),
    });
    reading.this_node().gaps.iter().map(one).chain(dropped).collect()
}
