//! Groups of streams as queues: the same columns, from what is known of the group.
//!
//! Knows groups and their verdicts; asks nothing of its own. Invariants: a group of a stream that a framework uses as its
//! queue is shown once, with the framework; the verdict is that of the group, the same on every screen.

use super::{AgeKind, OldestJob, QueueView};
use crate::core::diagnose::consumers::ConsumerVerdict;
use crate::core::diagnose::groups::GroupVerdict;
use crate::core::diagnose::groups::group_consumers::GroupSigns;
use crate::core::diagnose::queues::{GroupWorkers, QueueVerdict};
use crate::core::model::Name;
use crate::core::model::keys::KeyKind;
use crate::core::model::queues::{Framework, QueueId, QueueSite};
use crate::core::model::sums::sum_known;
use crate::core::queues::{adapter, names};
use crate::core::reading::Reading;
use crate::core::reading::groups::GroupState;
use crate::core::reading::streams::StreamState;
use crate::core::reading::tracks::Tracks;
use std::collections::BTreeSet;

/// Groups with fewer living consumers than are wanted of every queue, or with nobody knows how many; none where none are wanted.
pub fn group_workers(reading: &Reading, tracks: &Tracks) -> Vec<GroupWorkers> {
    let wanted = tracks.thresholds().queue_workers;
    if wanted == 0 {
        return Vec::new();
    }
    let of_frameworks = reading.streams_of_frameworks();
    let streams = reading.streams().values().filter(|stream| !of_frameworks.contains(&stream.key));
    let groups = streams.flat_map(|stream| stream.groups.values().map(move |group| (stream, group)));
    let told = groups.map(|(stream, group)| {
        let (key, name) = (&stream.key, &group.facts.name);
        let signs = tracks.group(key, name).map(|judged| &judged.track.signs);
        GroupWorkers { key: key.clone(), group: name.clone(), alive: living(group, signs) }
    });
    told.filter(|case| case.alive.is_none_or(|alive| alive < wanted)).collect()
}

/// Consumers of a group that show signs of life.
fn living(group: &GroupState, signs: Option<&GroupSigns>) -> Option<u64> {
    if group.facts.consumers == Some(0) {
        return Some(0);
    }
    let listed = group.consumers.as_ref()?.value.len();
    signs.filter(|signs| signs.verdicts.len() == listed)?.living()
}

impl Reading {
    /// Every group of every stream as a queue, by stream and group: ready is its lag, in flight what it has pending, orphaned
    /// what dead consumers hold. Groups of streams that are queues of a framework are left out.
    pub fn group_queues(&self) -> Vec<QueueView> {
        let of_frameworks = self.streams_of_frameworks();
        let waiting = self
            .this_node()
            .clients
            .as_ref()
            .map(|clients| clients.value.iter().filter(|client| client.waits_for_entry()).count() as u64);
        let streams = self.streams().values().filter(|stream| !of_frameworks.contains(&stream.key));
        let groups = streams.flat_map(|stream| stream.groups.values().map(move |group| (stream, group)));
        groups.map(|(stream, group)| self.group_queue(stream, group, waiting)).collect()
    }

    fn streams_of_frameworks(&self) -> BTreeSet<Name> {
        let mut keys = BTreeSet::new();
        for id in self.keyspace.queues.queues.keys().filter(|id| id.queue.is_some()) {
            let Some(adapter) = adapter(id.site.framework) else { continue };
            let signs = adapter.signs.iter().filter(|sign| sign.kind == KeyKind::Stream);
            keys.extend(signs.map(|sign| names::key(sign.key, id, None)));
        }
        keys
    }

    fn group_queue(&self, stream: &StreamState, group: &GroupState, waiting: Option<u64>) -> QueueView {
        let (key, name) = (&stream.key, &group.facts.name);
        let site = QueueSite { framework: Framework::Stream, prefix: key.clone() };
        let judgement = self.group_verdict(key, name);
        let (in_per_s, out_per_s) = (stream.in_per_s(), group.delivered_per_s());
        let dead = |verdict: Option<ConsumerVerdict>| verdict == Some(ConsumerVerdict::Dead);
        let verdicts = self.consumer_verdicts(key, name);
        let consumers = group.consumers.as_ref().filter(|consumers| consumers.value.len() == verdicts.len());
        let orphaned = consumers.and_then(|consumers| {
            let held = consumers.value.iter().zip(verdicts).filter(|(_, verdict)| dead(**verdict));
            sum_known(held.map(|(consumer, _)| consumer.pending))
        });
        let first = stream.detail.as_ref().and_then(|detail| detail.value.first_entry);
        let waits = group.lag.entries != Some(0);
        let age_ms = group.oldest_undelivered_age_ms(first, self.now_ms()).filter(|_| waits);
        QueueView {
            id: QueueId { site, queue: Some(name.clone()) },
            ready: group.lag.entries,
            ready_kind: group.lag.kind,
            in_flight: group.facts.pending,
            orphaned: if group.facts.pending == Some(0) { Some(0) } else { orphaned },
            delayed: None,
            dead: None,
            oldest: age_ms.map(|age_ms| OldestJob { age_ms, kind: AgeKind::Exact }),
            in_per_s,
            out_per_s,
            growth_per_s: in_per_s.zip(out_per_s).map(|(come, go)| come - go),
            workers: living(group, self.group_signs(key, name)),
            is_paused: None,
            untouched_ms: None,
            blocked: waiting,
            silent: None,
            verdict: QueueVerdict::Group(judgement.map_or(GroupVerdict::Unknown, |judged| judged.verdict)),
            reason: judgement.map_or_else(String::new, |judged| judged.reason.to_string()),
            classes: Vec::new(),
            tenants: Vec::new(),
            failures: Vec::new(),
            kept: None,
            kept_bytes: None,
        }
    }
}
