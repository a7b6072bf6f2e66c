//! From a reading to what rules look at.
//!
//! Knows where each figure comes from; judges nothing. Invariant: what is listed is bounded, what is beyond the
//! bound is counted.

mod memory;

use super::Reading;
use super::fanout::evidence as fanout;
use super::groups::GroupState;
use super::queues::{QueueView, ScheduleView};
use super::tracks::Tracks;
use crate::core::diagnose::consumers::ConsumerVerdict;
use crate::core::diagnose::evidence::memory::MemoryCase;
use crate::core::diagnose::evidence::{ConsumerCase, Evidence, GroupCase, GroupCounts, PingTimes, SlowWork};
use crate::core::diagnose::groups::JudgedGroup;
use crate::core::diagnose::groups::track::GroupTrack;
use crate::core::diagnose::hold::Hold;
use crate::core::diagnose::queues::{OverdueCase, QueueCase};
use crate::core::limits;
use crate::core::model::Name;
use crate::core::model::consumers::Inactivity;

/// "The last seconds" of PING, microseconds: long enough for a median, short enough to be now.
const LATELY_US: i64 = 10_000_000;
/// Round trips before there is a usual one.
const USUAL_SAMPLES: usize = 20;
/// "The last minute" of the slow log, milliseconds.
const MINUTE_MS: i64 = 60_000;

/// Everything that rules look at. `dropped` counts what was not well and is beyond the bound.
pub(super) fn of<'a>(
    reading: &'a Reading,
    tracks: &'a Tracks,
    hold: &'a Hold,
    dropped: &mut u64,
) -> Evidence<'a> {
    let info = reading.this_node().fresh_info();
    let span_us = i64::try_from(tracks.thresholds().hit_ratio_ms.saturating_mul(1000)).unwrap_or(i64::MAX);
    let mut evidence = Evidence {
        now_ms: reading.now_ms(),
        info,
        cache: reading.this_node().cache.window(span_us),
        rejected: tracks.rejected(),
        refusing: reading.this_node().answers.refusing(),
        refusals: reading.this_node().refusals.all().filter(|_| info.is_some()),
        evicted_per_s: reading.this_node().rates.evicted.per_s().filter(|_| info.is_some()),
        slow: slow_work(reading),
        pings: pings(reading),
        fanout: fanout(reading, tracks.thresholds().channel_capacity),
        groups: Vec::new(),
        consumers: Vec::new(),
        tally: GroupCounts { is_searched: is_searched(reading), ..tracks.tally() },
        memory: info.map_or_else(MemoryCase::default, |_| memory::case(reading)),
        queues: queue_cases(reading),
        group_workers: super::queues::group_workers(reading, tracks),
        overdue: overdue_cases(reading),
        queue_leaks: super::queues::leaks(reading),
        standing: hold,
    };
    for key in tracks.unwell() {
        let Some(stream) = reading.streams().get(key) else { continue };
        for (name, group) in &stream.groups {
            if let Some(judged) = tracks.group(key, name) {
                add_group(&mut evidence, (&stream.key, name, group), judged, dropped);
            }
        }
    }
    evidence
}

/// Queues, each with what it is at; what a site keeps for all of them stands for itself.
fn queue_cases(reading: &Reading) -> Vec<QueueCase> {
    let case = |view: QueueView| QueueCase {
        oldest_ms: view.oldest.map(|oldest| oldest.age_ms),
        figures: view.figures(),
        flood: view.flood(),
        tenant: view.tenant_flood(),
        verdict: view.verdict,
        reason: view.reason,
        id: view.id,
    };
    reading.queues().into_iter().map(case).collect()
}

fn overdue_cases(reading: &Reading) -> Vec<OverdueCase> {
    let entries = reading.schedules().entries.into_iter();
    let case = |view: ScheduleView| {
        Some(OverdueCase { overdue_ms: view.overdue_ms?, of: view.of, name: view.entry.name })
    };
    entries.filter_map(case).collect()
}

fn is_searched(reading: &Reading) -> bool {
    reading.discovery().passes > 0 || reading.scan_gap().is_some()
}

fn add_group<'a>(
    evidence: &mut Evidence<'a>,
    (key, name, group): (&'a Name, &'a Name, &'a GroupState),
    judged: &'a JudgedGroup,
    dropped: &mut u64,
) {
    let judgement = judged.judgement();
    if judgement.verdict.is_wrong() {
        // Bounded by the tracks there are.
        evidence.groups.push(GroupCase {
            key,
            group: name,
            judgement,
            lag: group.lag.entries,
            pending: group.facts.pending,
            consumers: group.facts.consumers,
        });
    }
    if judged.track.signs.unwell > 0 {
        add_consumers(evidence, (key, name, group), &judged.track, dropped);
    }
}

fn add_consumers<'a>(
    evidence: &mut Evidence<'a>,
    (key, name, group): (&'a Name, &'a Name, &'a GroupState),
    track: &GroupTrack,
    dropped: &mut u64,
) {
    let Some(list) = &group.consumers else { return };
    let read_ms_ago = evidence.now_ms.saturating_sub(list.at_us.div_euclid(1000)).max(0).unsigned_abs();
    let judged = list.value.iter().zip(&track.signs.verdicts).zip(&track.signs.held_ms);
    for (place, ((consumer, verdict), held_ms)) in judged.enumerate() {
        let Some(verdict) = verdict.filter(|verdict| *verdict >= ConsumerVerdict::Stuck) else { continue };
        let (Some(pending), Some(idle_ms)) = (consumer.pending.filter(|&rows| rows > 0), consumer.idle_ms)
        else {
            continue;
        };
        if evidence.consumers.len() >= limits::UNWELL_CONSUMERS {
            *dropped += 1;
            continue;
        }
        evidence.consumers.push(ConsumerCase {
            key,
            group: name,
            consumer: &consumer.name,
            verdict,
            pending,
            idle_ms,
            held_ms: *held_ms,
            read_ms_ago,
            idle_is_attempt: consumer.inactive != Inactivity::Unsupported,
            silent_ms: track.signs.mute.get(&place).copied(),
        });
    }
}

fn slow_work(reading: &Reading) -> Option<SlowWork> {
    let now_ms = reading.now_ms();
    let mut work = SlowWork::default();
    for entry in reading
        .this_node()
        .slowlog
        .entries()?
        .iter()
        .filter(|entry| reading.this_node().slowlog.is_new(entry))
    {
        let at_ms = entry.at_s.saturating_mul(1000);
        if now_ms.saturating_sub(at_ms) > MINUTE_MS {
            continue;
        }
        work.entries += 1;
        work.total_us = work.total_us.saturating_add(entry.duration_us);
        if work.longest.as_ref().is_none_or(|(_, longest_us, _)| entry.duration_us > *longest_us) {
            work.longest = Some((entry.command.clone(), entry.duration_us, at_ms));
        }
    }
    Some(work)
}

fn pings(reading: &Reading) -> PingTimes {
    let now_us = reading.this_node().at_us;
    let is_late = |(at_us, _): &(i64, u64)| now_us.saturating_sub(*at_us) <= LATELY_US;
    let mut all: Vec<u64> = reading.this_node().pings.trips().map(|(_, trip_us)| trip_us).collect();
    let mut lately: Vec<u64> =
        reading.this_node().pings.trips().filter(is_late).map(|(_, trip_us)| trip_us).collect();
    PingTimes {
        samples: lately.len(),
        longest_us: lately.iter().max().copied(),
        median_us: median(&mut lately),
        usual_us: if all.len() >= USUAL_SAMPLES { median(&mut all) } else { None },
    }
}

fn median(times: &mut [u64]) -> Option<u64> {
    let middle = times.len() / 2;
    (!times.is_empty()).then(|| *times.select_nth_unstable(middle).1)
}
