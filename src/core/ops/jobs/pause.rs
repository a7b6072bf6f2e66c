//! Pausing a queue, and letting it go on: one step each.
//!
//! Knows the words; the script is the framework's row. Invariant: what it stands for all queues at once is told.

use crate::core::model::Name;
use crate::core::model::queues::QueueId;
use crate::core::ops::guard::Guard;
use crate::core::ops::one_step::{self, OneStep};
use crate::core::ops::plan::{Plan, Subject};
use crate::core::queues::deeds::PauseDeed;
use crate::core::wire::write::PauseWrite;
use crate::core::wire::{Resp, WriteCmd};

/// The plan.
pub fn plan(deed: &PauseDeed, (of, key): (QueueId, Name), resumes: bool, now: (Guard, u64)) -> Plan {
    let kind = if resumes { &super::RESUME } else { &super::PAUSE };
    let work = PauseWork(PauseWrite { of: of.clone(), key, resumes });
    let mut plan = one_step::plan(kind, Subject::Queue(of), work.planned(), now);
    let effect =
        if resumes { "workers take jobs again" } else { "workers take no more jobs; what comes waits" };
    plan.facts.push(("effect", effect.to_owned()));
    let undo = if resumes { "pause-queue" } else { "resume-queue" };
    plan.facts.push(("archive", format!("nothing is kept: {undo} is the way back")));
    if deed.is_for_all {
        plan.warnings.push("it is for all queues of this framework here, not for this one alone".to_owned());
    }
    if !deed.caveat.is_empty() && !resumes {
        plan.warnings.push(deed.caveat.to_owned());
    }
    plan
}

#[derive(Clone, Debug)]
struct PauseWork(PauseWrite);

impl OneStep for PauseWork {
    fn command(&self) -> WriteCmd {
        WriteCmd::PauseQueue(self.0.clone())
    }

    fn told(&self, reply: &Resp) -> Option<Result<u64, String>> {
        let already = if self.0.resumes { "it was not paused" } else { "it was paused already" };
        Some(match reply.count()? {
            0 => Err(already.to_owned()),
            done => Ok(done),
        })
    }
}
