//! Carries out what the console asks for.

use super::actor::Actor;
use super::probes::Probes;
use crate::app::message::{DemoOrder, ProbeOrder};
use crate::app::{Effect, Message};
use crate::edge::demo::DemoControl;
use crate::edge::source::{PollHandle, Request};

/// What an effect means for the loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Go on.
    GoOn,
    /// Leave.
    Quit,
    /// Go back to the shell for a while.
    Suspend,
}

/// Carries one effect out; a message when it could not be.
pub fn perform(
    effect: Effect,
    poll: &PollHandle,
    (probes, actor): (&mut Probes, &mut Actor),
    demo: Option<&DemoControl>,
) -> (Step, Option<Message>) {
    let request = match effect {
        Effect::Quit => return (Step::Quit, None),
        Effect::Suspend => return (Step::Suspend, None),
        Effect::Look(focus) => {
            poll.focus.send_replace(focus);
            return (Step::GoOn, None);
        }
        Effect::Probe(ProbeOrder::Start(plan)) => {
            let trouble = probes.start(plan).err();
            return (Step::GoOn, trouble.map(|error| Message::Trouble(format!("cannot probe: {error}"))));
        }
        Effect::Probe(ProbeOrder::Stop(kind)) => {
            probes.stop(kind);
            return (Step::GoOn, None);
        }
        Effect::Demo(order) => {
            if let Some(demo) = demo {
                match order {
                    DemoOrder::NextScenario => drop(demo.next_scenario()),
                    DemoOrder::Slower => drop(demo.slower()),
                    DemoOrder::Faster => drop(demo.faster()),
                }
            }
            return (Step::GoOn, demo.map(|demo| Message::Demo(demo.status())));
        }
        Effect::Plan(wish) => {
            actor.plan(wish);
            return (Step::GoOn, None);
        }
        Effect::Carry(confirmed, per_s) => {
            actor.carry(confirmed, per_s);
            return (Step::GoOn, None);
        }
        Effect::Control(control) => {
            actor.control(control);
            return (Step::GoOn, None);
        }
        Effect::SetInterval(interval_us) => Request::SetInterval(interval_us),
        Effect::Fetch(fetch) => Request::Fetch(fetch),
        Effect::Retry => Request::Retry,
        Effect::PauseSampler(is_paused) => Request::PauseSampler(is_paused),
        Effect::ReadEntries(question) => Request::Entries(question),
    };
    let sent = poll.requests.try_send(request);
    let trouble = sent
        .err()
        .map(|_| Message::Trouble("the server is slow: too many questions wait already".to_owned()));
    (Step::GoOn, trouble)
}
