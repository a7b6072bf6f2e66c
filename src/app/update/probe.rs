//! The probe on the console: asked for, begun as soon as it may, ended when it may not any more.
//!
//! Knows when; `edge::probe` sends. Invariants: nothing is sent before it is known that this is no replica and not full,
//! and what is predicted is shown before it begins.

use super::notify;
use crate::app::State;
use crate::app::message::{Effect, ProbeOrder};
use crate::app::modal::Purpose;
use crate::commands::CommandId;
use crate::config::units;
use crate::core::figures::sentence::latency;
use crate::core::limits::PROBE_SUBSCRIBERS;
use crate::core::model::probe::{ProbeKind, ProbePlan};
use crate::core::ops::WriteState;
use crate::core::reading::probe::ProbeState;
use crate::core::reading::probe::guard::{Permit, permit};
use std::ops::RangeInclusive;
use std::time::Duration;

/// How often a probe may send.
const PROBE_EVERY: RangeInclusive<Duration> = Duration::from_millis(10)..=Duration::from_secs(60);

const KINDS: [ProbeKind; 2] = [ProbeKind::PubSub, ProbeKind::Stream];

/// The key of a probe: ends it, or answers what line to take before it may begin: how many subscribers it is to have, how
/// long it is to wait between its entries.
pub fn press(state: &mut State, kind: ProbeKind, effects: &mut Vec<Effect>) -> Option<Purpose> {
    if state.active.reading.probes().of(kind).is_on() {
        end(state, kind, None, effects);
        return None;
    }
    if let Some(why) = barred(state) {
        notify(state, why, true);
        return None;
    }
    Some(match kind {
        ProbeKind::PubSub => Purpose::Probe,
        ProbeKind::Stream => Purpose::StreamProbe,
    })
}

/// Why nothing of ours is sent to this target: what a probe sends is a write like another. On a read-only target, where
/// nothing can be unlocked, the guard says which probe may run.
fn barred(state: &State) -> Option<String> {
    if state.active.setup.production {
        let target = &state.active.setup.name;
        return Some(format!("{target} is a production target: no probe is sent to it"));
    }
    let is_locked = state.active.operations.write != WriteState::ReadOnly
        && !state.active.operations.write.may_write(state.now_us);
    is_locked.then(|| {
        let key = state.setup.keymap.keys_of(CommandId::Unlock);
        let key = key.first().map_or_else(|| "unlock".to_owned(), ToString::to_string);
        format!("Read-only for now: {key} unlocks writing, then the probe may begin")
    })
}

/// What a probe of so many subscribers will do.
pub fn plan(state: &State, kind: ProbeKind, subscribers: u32) -> ProbePlan {
    ProbePlan { kind, interval_us: state.active.setup.probe.interval_us, subscribers }
}

/// The probe that a typed line asks for.
///
/// # Errors
/// What may be typed instead.
pub fn asked(state: &State, purpose: Purpose, text: &str) -> Result<ProbePlan, String> {
    if purpose == Purpose::StreamProbe {
        let interval = units::duration(text.trim()).ok().filter(|every| PROBE_EVERY.contains(every));
        let interval = interval.ok_or_else(|| "a time, 10ms to 60s".to_owned())?;
        let interval_us = u64::try_from(interval.as_micros()).unwrap_or(u64::MAX);
        return Ok(ProbePlan { interval_us, ..plan(state, ProbeKind::Stream, 1) });
    }
    let wanted = text.trim().parse::<u32>().ok().filter(|many| (1..=PROBE_SUBSCRIBERS).contains(many));
    let wanted = wanted.ok_or_else(|| format!("a number of subscribers, 1 to {PROBE_SUBSCRIBERS}"))?;
    Ok(plan(state, ProbeKind::PubSub, wanted))
}

/// What a probe of so many costs, before it begins.
pub fn prediction(plan: &ProbePlan) -> String {
    let (least_us, most_us) = plan.stall_us();
    format!("{} to {} of the server a message", latency(least_us as f64), latency(most_us as f64))
}

/// Begins a probe, at once or as soon as it is known that it may run.
pub fn begin(state: &mut State, plan: ProbePlan, effects: &mut Vec<Effect>) {
    state.active.reading.probes_mut().of_mut(plan.kind).begin(plan, ProbeState::Waiting);
    let text = format!("the {} probe begins: {}", plan.kind.word(), prediction(&plan));
    notify(state, text, false);
    watch(state, effects);
}

fn end(state: &mut State, kind: ProbeKind, why: Option<String>, effects: &mut Vec<Effect>) {
    let text = match &why {
        None => format!("the {} probe has ended", kind.word()),
        Some(why) => format!("no {} probe: {why}", kind.word()),
    };
    notify(state, text, why.is_some());
    let at_ms = state.active.reading.now_ms();
    state.active.reading.probes_mut().of_mut(kind).end(why, at_ms);
    effects.push(Effect::Probe(ProbeOrder::Stop(kind)));
}

/// After a round, or when something was asked for: begins what waited, ends what may not run any more.
pub fn watch(state: &mut State, effects: &mut Vec<Effect>) {
    for kind in KINDS {
        let track = state.active.reading.probes().of(kind);
        let Some(plan) = track.plan else { continue };
        let waits = track.state == ProbeState::Waiting;
        match permit(&state.active.reading, kind, state.active.setup.read_only) {
            Permit::Granted if waits => {
                state.active.reading.probes_mut().of_mut(kind).state = ProbeState::Starting;
                effects.push(Effect::Probe(ProbeOrder::Start(plan)));
            }
            Permit::Granted | Permit::Unknown => {}
            Permit::Refused(why) => end(state, kind, Some(why), effects),
        }
    }
}

/// What the config or the command line asks for, at the start: nothing is sent yet.
pub fn at_start(state: &mut State) {
    let probe = state.active.setup.probe;
    if !probe.enabled {
        return;
    }
    if state.active.setup.production {
        let why = barred(state).unwrap_or_default();
        return notify(state, why, true);
    }
    let pubsub = plan(state, ProbeKind::PubSub, probe.subscribers.clamp(1, PROBE_SUBSCRIBERS));
    state.active.reading.probes_mut().pubsub.begin(pubsub, ProbeState::Waiting);
    if probe.stream {
        let stream = plan(state, ProbeKind::Stream, 1);
        state.active.reading.probes_mut().stream.begin(stream, ProbeState::Waiting);
    }
}
