//! The probe on the console: asked for, begun as soon as it may, ended when it may not any more.
//!
//! Knows when; `edge::probe` sends. Invariants: nothing is sent before it is known that this is no replica and not full,
//! and what is predicted is shown before it begins.

use super::{notify, prompt};
use crate::app::State;
use crate::app::message::{Effect, ProbeOrder};
use crate::app::modal::Purpose;
use crate::core::limits::PROBE_SUBSCRIBERS;
use crate::core::model::probe::{ProbeKind, ProbePlan};
use crate::core::reading::probe::ProbeState;
use crate::core::reading::probe::guard::{Permit, permit};

const KINDS: [ProbeKind; 2] = [ProbeKind::PubSub, ProbeKind::Stream];

/// The key of the pub/sub probe: ends it, or asks how many subscribers it is to have.
pub fn press_pubsub(state: &mut State, effects: &mut Vec<Effect>) {
    if state.reading.probes.pubsub.is_on() {
        end(state, ProbeKind::PubSub, None, effects);
    } else {
        prompt::begin(state, Purpose::Probe);
    }
}

/// The key of the stream probe: ends or begins it.
pub fn press_stream(state: &mut State, effects: &mut Vec<Effect>) {
    if state.reading.probes.stream.is_on() {
        end(state, ProbeKind::Stream, None, effects);
    } else {
        begin(state, plan(state, ProbeKind::Stream, 1), effects);
    }
}

/// What a probe of so many subscribers will do.
pub fn plan(state: &State, kind: ProbeKind, subscribers: u32) -> ProbePlan {
    ProbePlan { kind, interval_us: state.setup.probe.interval_us, subscribers }
}

/// Reads how many subscribers are wanted.
pub fn read(text: &str) -> Result<u32, String> {
    let wanted = text.trim().parse::<u32>().ok().filter(|many| (1..=PROBE_SUBSCRIBERS).contains(many));
    wanted.ok_or_else(|| format!("a number of subscribers, 1 to {PROBE_SUBSCRIBERS}"))
}

/// What a probe of so many costs, before it begins.
pub fn prediction(plan: &ProbePlan) -> String {
    let (least_us, most_us) = plan.stall_us();
    let span = if most_us < 1_000 {
        format!("{least_us} to {most_us} \u{b5}s")
    } else {
        format!("{:.1} to {:.1} ms", least_us as f64 / 1e3, most_us as f64 / 1e3)
    };
    format!("{span} of the server a message")
}

/// Begins a probe, at once or as soon as it is known that it may run.
pub fn begin(state: &mut State, plan: ProbePlan, effects: &mut Vec<Effect>) {
    state.reading.probes.of_mut(plan.kind).begin(plan, ProbeState::Waiting);
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
    let at_ms = state.reading.now_ms();
    state.reading.probes.of_mut(kind).end(why, at_ms);
    effects.push(Effect::Probe(ProbeOrder::Stop(kind)));
}

/// After a round, or when something was asked for: begins what waited, ends what may not run any more.
pub fn watch(state: &mut State, effects: &mut Vec<Effect>) {
    for kind in KINDS {
        let track = state.reading.probes.of(kind);
        let Some(plan) = track.plan else { continue };
        let waits = track.state == ProbeState::Waiting;
        match permit(&state.reading, kind, state.setup.read_only) {
            Permit::Granted if waits => {
                state.reading.probes.of_mut(kind).state = ProbeState::Starting;
                effects.push(Effect::Probe(ProbeOrder::Start(plan)));
            }
            Permit::Granted | Permit::Unknown => {}
            Permit::Refused(why) => end(state, kind, Some(why), effects),
        }
    }
}

/// What the config or the command line asks for, at the start: nothing is sent yet.
pub fn at_start(state: &mut State) {
    let probe = state.setup.probe;
    if !probe.enabled {
        return;
    }
    let pubsub = plan(state, ProbeKind::PubSub, probe.subscribers.clamp(1, PROBE_SUBSCRIBERS));
    state.reading.probes.pubsub.begin(pubsub, ProbeState::Waiting);
    if probe.stream {
        let stream = plan(state, ProbeKind::Stream, 1);
        state.reading.probes.stream.begin(stream, ProbeState::Waiting);
    }
}
