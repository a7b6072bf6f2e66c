//! One target with all that works for it: its state, its poller, its probes, its actions, the demo behind it.
//!
//! Knows which task carries out which effect; draws nothing. Invariant: a message and all that follows from it are carried
//! out before the next one is taken.

use super::actor::{Actor, ActorSetup};
use super::effects::{LoopStep, perform};
use super::probes::ProbeTasks;
use crate::app::{self, Draw, Effect, Message, Now, Setup, State, TargetId, TargetMessage};
use crate::config::settings::PictureChoice;
use crate::edge::clock;
use crate::edge::demo::{Demo, DemoControl};
use crate::edge::source::{Event, PollHandle};
use std::time::Duration;
use tokio::sync::mpsc::Receiver;

/// What is to be done on the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScreenOrder {
    /// This text goes into the terminal's clipboard.
    Copy(String),
    /// The selected row as text goes there.
    CopyRow,
    /// The screen is saved as a picture.
    Save(PictureChoice),
    /// The mouse is ours, or the terminal's.
    Mouse(bool),
}

/// What works for one target.
pub struct TargetTasks {
    /// Whose tasks they are.
    target: TargetId,
    /// What is known and shown.
    pub state: State,
    /// The poller's levers.
    pub poll: PollHandle,
    /// Probes that run.
    pub probes: ProbeTasks,
    /// Plans and actions.
    pub actor: Actor,
    /// The demo, if it is one.
    pub demo: Option<DemoControl>,
    /// What is to be done on the screen, in its order: whoever has one takes it.
    pub orders: Vec<ScreenOrder>,
}

impl TargetTasks {
    /// Puts them together; with the messages of actions.
    pub fn new(
        setup: Setup,
        poll: PollHandle,
        (probes, actor): (ProbeTasks, ActorSetup),
        demo: Option<&Demo>,
    ) -> (Self, Receiver<TargetMessage>) {
        let (actor, acts) = Actor::new(actor);
        let (state, demo) = (State::new(setup, now()), demo.map(Demo::control));
        (Self { target: state.active.id, state, poll, probes, actor, demo, orders: Vec::new() }, acts)
    }

    /// What the target tells, as a message.
    pub fn message_from(&self, message: TargetMessage) -> Message {
        Message::From(self.target, message)
    }

    /// Takes a message in and carries out what follows; `want` hears how soon to draw.
    pub fn take(&mut self, message: Message, mut want: impl FnMut(Draw)) -> LoopStep {
        let mut waiting = vec![message];
        let mut result = LoopStep::GoOn;
        while let Some(message) = waiting.pop() {
            let (draw, effects) = app::update(&mut self.state, message, now());
            want(draw);
            for effect in effects.into_iter().filter(|(target, _)| *target == self.target) {
                match &effect.1 {
                    Effect::Copy(text) => self.orders.push(ScreenOrder::Copy(text.clone())),
                    Effect::CopyRow => self.orders.push(ScreenOrder::CopyRow),
                    Effect::SaveScreen(format) => self.orders.push(ScreenOrder::Save(*format)),
                    Effect::Mouse(is_ours) => self.orders.push(ScreenOrder::Mouse(*is_ours)),
                    _ => {}
                }
                let tasks = (&mut self.probes, &mut self.actor);
                let (step, answer) = perform(effect, &self.poll, tasks, self.demo.as_ref());
                waiting.extend(answer);
                if step != LoopStep::GoOn {
                    result = step;
                }
            }
        }
        result
    }
}

/// What the poller tells, as the target's message.
pub fn message_of(event: Event) -> TargetMessage {
    match event {
        Event::Observed(snapshot) => TargetMessage::Observed(snapshot),
        Event::Link(status) => TargetMessage::Link(status),
        Event::Entries(question, answer) => TargetMessage::Entries(question, answer),
        Event::FetchLater(fetch, wait_s) => TargetMessage::FetchLater(fetch, wait_s),
    }
}

/// A tick a second; those that were missed are not made up for.
pub fn every_second() -> tokio::time::Interval {
    let mut tick = tokio::time::interval(Duration::from_secs(1));
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    tick
}

fn now() -> Now {
    Now { wall_ms: clock::wall_ms(), process_us: clock::now_us() }
}
