//! Carries out what the console asks for.

use super::actor::Actor;
use super::probes::ProbeTasks;
use crate::app::message::{DemoOrder, ProbeOrder};
use crate::app::{Effect, Message, TargetId, TargetMessage};
use crate::edge::demo::DemoControl;
use crate::edge::source::{PollHandle, PollRequest};

/// What an effect means for the loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoopStep {
    /// Go on.
    GoOn,
    /// Leave.
    Quit,
    /// Go back to the shell for a while.
    Suspend,
}

/// Carries one effect out, for the target of these tasks; a message when it could not be.
pub fn perform(
    (target, effect): (TargetId, Effect),
    poll: &PollHandle,
    (probes, actor): (&mut ProbeTasks, &mut Actor),
    demo: Option<&DemoControl>,
) -> (LoopStep, Option<Message>) {
    let tell = |text: String| Message::From(target, TargetMessage::Trouble(text));
    let request = match effect {
        Effect::Quit => return (LoopStep::Quit, None),
        Effect::Suspend => return (LoopStep::Suspend, None),
        Effect::Look(focus) => {
            poll.focus.send_replace(focus);
            return (LoopStep::GoOn, None);
        }
        Effect::Probe(ProbeOrder::Start(plan)) => {
            let trouble = probes.start(plan).err().map(|error| format!("cannot probe: {error}"));
            return (LoopStep::GoOn, trouble.map(tell));
        }
        Effect::Probe(ProbeOrder::Stop(kind)) => {
            probes.stop(kind);
            return (LoopStep::GoOn, None);
        }
        Effect::Demo(order) => {
            if let Some(demo) = demo {
                match order {
                    DemoOrder::NextScenario => drop(demo.next_scenario()),
                    DemoOrder::Slower => drop(demo.slower()),
                    DemoOrder::Faster => drop(demo.faster()),
                }
            }
            return (LoopStep::GoOn, demo.map(|demo| Message::Demo(demo.status())));
        }
        Effect::Plan(id, request) => {
            actor.plan(id, request);
            return (LoopStep::GoOn, None);
        }
        Effect::CancelPlan(id) => {
            actor.cancel_plan(id);
            return (LoopStep::GoOn, None);
        }
        Effect::Carry(confirmed, per_s) => {
            actor.carry(confirmed, per_s);
            return (LoopStep::GoOn, None);
        }
        Effect::RunProgram(run) => {
            actor.run_program(*run);
            return (LoopStep::GoOn, None);
        }
        Effect::Control(control) => {
            actor.control(control);
            return (LoopStep::GoOn, None);
        }
        // The screen's own: `tasks` hands them on.
        Effect::Copy(_) | Effect::CopyRow | Effect::SaveScreen(_) | Effect::Mouse(_) => {
            return (LoopStep::GoOn, None);
        }
        Effect::SetInterval(interval_us) => PollRequest::SetInterval(interval_us),
        Effect::Fetch(fetch) => PollRequest::Fetch(fetch),
        Effect::Retry => PollRequest::Retry,
        Effect::CountKeys => PollRequest::CountKeys,
        Effect::PauseSampler(is_paused) => PollRequest::PauseSampler(is_paused),
        Effect::ReadEntries(question) => PollRequest::Entries(question),
    };
    let sent = poll.requests.try_send(request);
    let trouble = sent.err().map(|_| tell("the server is slow: too many questions wait already".to_owned()));
    (LoopStep::GoOn, trouble)
}
