//! The probe as its keys begin and end it: messages in, orders out.

use crate::app::message::{Effect, Message, ProbeOrder, TargetMessage};
use crate::app::modal::{Modal, Purpose};
use crate::app::{State, TargetId, update};
use crate::core::model::probe::ProbeKind;
use crate::core::model::server::ServerRole;
use crate::core::ops::WriteState;
use crate::core::reading::probe::ProbeState;
use crate::ui::screens::fixture;

fn orders(effects: &[(TargetId, Effect)]) -> Vec<ProbeOrder> {
    let order = |(_, effect): &(TargetId, Effect)| match effect {
        Effect::Probe(order) => Some(*order),
        _ => None,
    };
    effects.iter().filter_map(order).collect()
}

fn observe(state: &mut State, role: ServerRole) -> Vec<ProbeOrder> {
    let mut snapshot = fixture::round(301);
    if let Some(info) = &mut snapshot.info {
        info.server.role = role;
    }
    orders(&update(state, TargetMessage::Observed(Box::new(snapshot)).into(), fixture::later(0)).1)
}

fn typed(state: &mut State, keys: &str) -> Vec<ProbeOrder> {
    let mut all = Vec::new();
    for key in keys.split_whitespace() {
        let effects = update(state, Message::Key(key.parse().unwrap()), fixture::later(0)).1;
        all.extend(orders(&effects));
    }
    all
}

fn unlocked() -> State {
    let mut state = fixture::busy((80, 24));
    state.active.operations.write = WriteState::Open;
    state
}

#[test]
fn the_stream_probe_asks_how_often_it_is_to_send() {
    let mut state = unlocked();
    assert_eq!(typed(&mut state, "6 S"), []);
    assert!(matches!(&state.active.modal, Some(Modal::Prompt(prompt))
        if prompt.purpose == Purpose::StreamProbe && prompt.input.value() == "1s" && prompt.note.is_some()));
    assert_eq!(typed(&mut state, "backspace backspace 9 m s enter"), [], "nine milliseconds are too few");
    let begun = typed(&mut state, "ctrl-u 5 0 0 m s enter");
    assert!(
        matches!(begun.as_slice(), [ProbeOrder::Start(plan)]
            if plan.kind == ProbeKind::Stream && plan.interval_us == 500_000),
        "{begun:?}"
    );
}

#[test]
fn neither_probe_begins_on_a_locked_or_a_production_target() {
    for key in ["P", "S"] {
        let mut state = fixture::busy((80, 24));
        state.active.operations.write = WriteState::Locked;
        assert_eq!(typed(&mut state, &format!("6 {key} enter")), []);
        assert!(
            state.active.modal.is_none() && state.active.notice.as_ref().unwrap().text.contains("W unlocks")
        );
        let mut state = unlocked();
        state.active.setup.production = true;
        assert_eq!(typed(&mut state, &format!("6 {key} enter")), []);
        assert!(
            state.active.modal.is_none() && state.active.notice.as_ref().unwrap().text.contains("production")
        );
    }
    let mut setup = fixture::console((80, 24)).setup;
    (setup.target.probe.enabled, setup.target.production) = (true, true);
    let mut state = State::new(setup, fixture::later(0));
    assert_eq!(observe(&mut state, ServerRole::Primary), []);
    assert!(!state.active.reading.probes().pubsub.is_on());
}

#[test]
fn nothing_is_sent_before_a_number_of_subscribers_is_confirmed() {
    let mut state = unlocked();
    assert_eq!(typed(&mut state, "6 P backspace 2 0"), []);
    let begun = typed(&mut state, "enter");
    assert!(matches!(begun.as_slice(), [ProbeOrder::Start(plan)] if plan.subscribers == 20), "{begun:?}");
    assert_eq!(typed(&mut state, "P"), [ProbeOrder::Stop(ProbeKind::PubSub)]);
    assert_eq!(typed(&mut state, "P backspace 1 0 1 enter"), [], "101 are too many");
}

#[test]
fn a_probe_of_the_command_line_waits_until_it_is_known_that_this_is_no_replica() {
    let mut setup = fixture::console((80, 24)).setup;
    setup.target.probe.enabled = true;
    let mut state = State::new(setup, fixture::later(0));
    assert_eq!(state.active.reading.probes().pubsub.state, ProbeState::Waiting);
    assert_eq!(observe(&mut state, ServerRole::Replica), [ProbeOrder::Stop(ProbeKind::PubSub)]);
    assert!(
        matches!(&state.active.reading.probes().pubsub.state, ProbeState::Refused(why) if why.contains("replica"))
    );
}

#[test]
fn a_primary_that_becomes_a_replica_is_probed_no_more() {
    let mut state = unlocked();
    typed(&mut state, "6 P enter S enter");
    assert!(state.active.reading.probes().pubsub.is_on() && state.active.reading.probes().stream.is_on());
    let stopped = observe(&mut state, ServerRole::Replica);
    assert_eq!(stopped, [ProbeOrder::Stop(ProbeKind::PubSub), ProbeOrder::Stop(ProbeKind::Stream)]);
    assert!(!state.active.reading.probes().pubsub.is_on());
}

#[test]
fn read_only_keeps_the_stream_probe_away() {
    let mut state = fixture::busy((80, 24));
    state.active.setup.read_only = true;
    state.active.operations.write = WriteState::ReadOnly;
    assert_eq!(typed(&mut state, "6 S enter"), [ProbeOrder::Stop(ProbeKind::Stream)]);
    assert!(state.active.notice.as_ref().unwrap().text.contains("read-only"));
}
