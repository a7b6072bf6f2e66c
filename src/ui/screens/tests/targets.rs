//! Several targets in one console: what one tells changes nothing of the picture of another.

use crate::app::action::{ActionModal, ActionStage};
use crate::app::message::{Draw, Effect, Message, TargetMessage};
use crate::app::modal::Modal;
use crate::app::{State, TargetId, Watch, update};
use crate::core::model::LinkStatus;
use crate::core::ops::{PlanId, PlanProgress, Refusal};
use crate::core::wire::round::Fetch;
use crate::ui::screens::fixture::{self, drawn, later, press};

const OTHER: TargetId = TargetId(1);

/// A console that shows one of two targets, and waits for a plan there.
fn two() -> State {
    let mut state = fixture::busy((120, 40));
    let setup = state.active.setup.clone();
    state.others.push(Watch::new(OTHER, setup));
    press(&mut state, "2");
    let stage = ActionStage::Planning(PlanId::default(), PlanProgress::default());
    let opened_by = "T".parse().unwrap();
    state.active.modal = Some(Modal::Action(ActionModal::new(stage, opened_by)));
    state
}

/// Something of every kind that a target may tell; plans and actions bear the ids of those that are waited for.
fn told() -> Vec<TargetMessage> {
    vec![
        TargetMessage::Observed(Box::new(fixture::round(301))),
        TargetMessage::Link(LinkStatus::Down(fixture::outage())),
        TargetMessage::FetchLater(Fetch::Clients, 3),
        TargetMessage::Planning(PlanId::default(), PlanProgress::default()),
        TargetMessage::Planned(PlanId::default(), Err(Refusal("no such stream".to_owned()))),
        TargetMessage::Journal(Vec::new(), vec!["trim orders".to_owned()]),
        TargetMessage::Trouble("polling failed".to_owned()),
    ]
}

#[test]
fn what_another_target_tells_changes_nothing_of_the_picture() {
    let mut state = two();
    let before = drawn(&state);
    for message in told() {
        let (draw, effects) = update(&mut state, Message::From(OTHER, message), later(0));
        assert_eq!(draw, Draw::No);
        assert!(effects.iter().all(|(target, _)| *target == OTHER), "{effects:?}");
        assert_eq!((drawn(&state), state.active.id), (before.clone(), TargetId::default()));
    }
    let [other] = state.others.as_slice() else { panic!() };
    assert!(!other.reading.streams().is_empty() && matches!(other.link, LinkStatus::Down(_)));
    assert!(other.modal.is_some() && other.notice.is_some(), "whoever goes there is told");
}

#[test]
fn what_is_told_of_a_target_that_nobody_watches_is_dropped() {
    let mut state = two();
    let before = format!("{state:?}");
    for message in told() {
        let (draw, effects) = update(&mut state, Message::From(TargetId(9), message), later(0));
        assert_eq!((draw, effects), (Draw::No, Vec::<(TargetId, Effect)>::new()));
    }
    assert_eq!(format!("{state:?}"), before);
}
