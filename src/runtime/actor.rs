//! The console's actions: plans are made and carried out beside the loop, which hears of them by messages.
//!
//! Knows tasks and channels; decides nothing. Invariants: one plan and one action at a time, also where several were agreed to at once; where nothing may be written there is no
//! writer to give to one; whoever leaves ends the action after its step and lets it write its finish.

use super::act::unread_text;
use crate::actions::disk::on_disk;
use crate::actions::execute::{Executor, carry};
use crate::actions::program::{ProgramSetup, run};
use crate::actions::survey::{Desk, PlanTime, survey};
use crate::app::TargetMessage;
use crate::config::Target;
use crate::config::own::{ProgramOutput, ProgramRun};
use crate::core::limits::LEAVE_ACTION_MS;
use crate::core::model::queues::HeldTimes;
use crate::core::ops::{
    Confirmed, Control, Outcome, Plan, PlanId, PlanProgress, Progress, Receipt, Refusal, Request,
};
use crate::edge::clock;
use crate::edge::journal::Journal;
use crate::edge::link::{LinkLedger, Timeouts, Writer};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

/// How often progress is told: more is not drawn.
const PROGRESS_EVERY: Duration = Duration::from_millis(200);
/// Messages that may wait: the loop takes them at once.
const WAITING: usize = 16;
/// How long whoever leaves waits for an action to end, or to stand still.
const LEAVE_WITHIN: Duration = Duration::from_millis(LEAVE_ACTION_MS);

/// What actions are made with.
#[derive(Clone, Debug)]
pub struct ActorSetup {
    /// The target.
    pub target: Target,
    /// How long anything may take.
    pub timeouts: Timeouts,
    /// The right to write; none where nothing may be written.
    pub writer: Option<Writer>,
    /// Where it is written down; none without a home folder.
    pub journal: Option<Journal>,
    /// What all archives may take, bytes.
    pub archive_max: u64,
    /// What its links look up.
    pub ledger: LinkLedger,
    /// How long workers of queues may hold a job.
    pub held: HeldTimes,
    /// The operator's name and machine.
    pub who: (String, String),
    /// What programs of the operator's own are started with; none where none is.
    pub programs: Option<ProgramSetup>,
}

/// Makes plans and carries them out.
pub struct Actor {
    setup: ActorSetup,
    tell: mpsc::Sender<TargetMessage>,
    control: watch::Sender<Control>,
    running: Option<JoinHandle<()>>,
    /// How far it is.
    seen: Option<watch::Receiver<Progress>>,
    /// Whether one runs: for whoever ends the process.
    acting: Arc<AtomicBool>,
    planning: Option<Planning>,
    /// The program of the operator's own that was begun last.
    program: Option<JoinHandle<()>>,
}

/// A plan that is being made.
struct Planning {
    id: PlanId,
    cancel: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Actor {
    /// Begins: what the journal has is the first message.
    pub fn new(setup: ActorSetup) -> (Self, mpsc::Receiver<TargetMessage>) {
        let (tell, told) = mpsc::channel(WAITING);
        let (control, _) = watch::channel(Control::default());
        let (seen, acting) = (None, Arc::default());
        let actor = Self { setup, tell, control, running: None, seen, acting, planning: None, program: None };
        actor.read_journal(true);
        (actor, told)
    }

    /// Does something that may wait for a disk beside the loop, and tells what came of it.
    pub fn tell_later(&self, work: impl FnOnce() -> TargetMessage + Send + 'static) {
        let tell = self.tell.clone();
        // Whoever leaves meanwhile hears nothing any more.
        drop(tokio::task::spawn_blocking(move || tell.blocking_send(work()).is_ok()));
    }

    /// Looks at the server for a plan. One that is being made is given up first: there is one at a time on the server.
    pub fn plan(&mut self, id: PlanId, request: Request) {
        let before = self.planning.take();
        if let Some(before) = &before {
            before.cancel.send_replace(true);
        }
        let (setup, tell) = (self.setup.clone(), self.tell.clone());
        let (cancel, cancelled) = watch::channel(false);
        let task = tokio::spawn(async move {
            if let Some(before) = before {
                // It ends with the reply that it waits for, which has a time-out.
                let _panicked = before.task.await;
            }
            let (progress, seen) = watch::channel(PlanProgress::default());
            let shown =
                tokio::spawn(show(seen, tell.clone(), move |progress| TargetMessage::Planning(id, progress)));
            let plan = Box::pin(plan(&setup, &request, (progress, cancelled))).await;
            shown.abort();
            let _closed = tell.send(TargetMessage::Planned(id, plan.map(Box::new))).await;
        });
        self.planning = Some(Planning { id, cancel, task });
    }

    /// Gives a plan up: nothing more is asked for it.
    pub fn cancel_plan(&mut self, id: PlanId) {
        if let Some(planning) = self.planning.as_ref().filter(|planning| planning.id == id) {
            planning.cancel.send_replace(true);
        }
    }

    /// Carries plans out, one after the other. Each is answered: where one failed, was stopped or may have been done, those
    /// after it are not begun.
    pub fn carry(&mut self, confirmed: Vec<Confirmed>, per_s: Option<u64>) {
        let (tell, number) = (self.tell.clone(), confirmed.len());
        // The queue may be full, and an action that was asked for has to be answered.
        let refuse = |why: &str| {
            let outcome = Outcome::Refused(why.to_owned());
            tokio::spawn(async move {
                for _ in 0..number {
                    let receipt = Receipt::nothing_begun(outcome.clone());
                    let _closed = tell.send(TargetMessage::Finished(Box::new(receipt))).await;
                }
            });
        };
        let Some(first) = confirmed.first().map(Confirmed::plan) else { return };
        let (Some(writer), Some(journal)) = (self.setup.writer.clone(), self.setup.journal.clone()) else {
            let why = "there is no home folder for the journal, or nothing may be written";
            return refuse(why);
        };
        if self.running.as_ref().is_some_and(|running| !running.is_finished()) {
            return refuse("one action at a time: another still runs");
        }
        self.control.send_replace(Control::default());
        let executor = Executor {
            writer,
            journal: journal.clone(),
            archive_max: self.setup.archive_max,
            who: self.setup.who.clone(),
            is_paced: true,
            per_s,
            waits: true,
        };
        let (tell, control) = (self.tell.clone(), self.control.subscribe());
        let (progress, seen) = watch::channel(Progress::of(first, per_s));
        self.seen = Some(seen.clone());
        let acting = Arc::clone(&self.acting);
        acting.store(true, Ordering::Relaxed);
        self.running = Some(tokio::spawn(async move {
            let mut ended = None;
            for (at, one) in confirmed.into_iter().enumerate() {
                if ended.is_none() && control.borrow().cancel {
                    ended = Some("not begun: stopped before");
                }
                if let Some(why) = ended.filter(|_| at > 0) {
                    let receipt = Receipt::nothing_begun(Outcome::Stopped(why.to_owned()));
                    let _closed = tell.send(TargetMessage::Finished(Box::new(receipt))).await;
                    continue;
                }
                progress.send_replace(Progress::of(one.plan(), per_s));
                let shown = tokio::spawn(show(seen.clone(), tell.clone(), TargetMessage::Progress));
                let receipt = Box::pin(carry(executor.clone(), one, progress.clone(), control.clone())).await;
                shown.abort();
                ended = ends_the_rest(&receipt.outcome);
                if at + 1 == number {
                    acting.store(false, Ordering::Relaxed);
                }
                let _closed = tell.send(TargetMessage::Finished(Box::new(receipt))).await;
            }
            acting.store(false, Ordering::Relaxed);
            let read = on_disk(move || told_journal(&journal, false)).await;
            let _closed = tell.send(read.unwrap_or_else(TargetMessage::Trouble)).await;
        }));
    }

    /// Runs a program of the operator's own beside the loop, and tells what it came to.
    pub fn run_program(&mut self, wanted: ProgramRun) {
        let (tell, setup) = (self.tell.clone(), self.setup.programs.clone());
        self.program = Some(tokio::spawn(async move {
            let output = match setup {
                Some(setup) => run(&setup, &wanted).await,
                None => ProgramOutput {
                    name: wanted.name,
                    end: "programs are not run from here".to_owned(),
                    is_error: true,
                    lines: Vec::new(),
                    took_ms: 0,
                },
            };
            tracing::info!("the program '{}' of the config: {}", output.name, output.end);
            let _closed = tell.send(TargetMessage::Ran(Box::new(output))).await;
        }));
    }

    /// Tells the action that runs.
    pub fn control(&self, control: Control) {
        self.control.send_replace(control);
    }

    /// Whether an action runs.
    pub fn acting(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.acting)
    }

    /// Lets the action that runs stand still, and waits until it does: a process that is stopped misses replies.
    pub async fn stand_still(&self) {
        let Some(mut seen) = self.seen.clone().filter(|_| self.acting.load(Ordering::Relaxed)) else {
            return;
        };
        self.control.send_modify(|control| control.pause = true);
        let stands = seen.wait_for(|progress| progress.held.is_some());
        let _late = tokio::time::timeout(LEAVE_WITHIN, stands).await;
    }

    /// Ends what runs, and waits until it has written its finish.
    pub async fn leave(mut self) {
        if let Some(program) = self.program.take() {
            // Who drops it ends it.
            program.abort();
        }
        let Some(running) = self.running.take().filter(|running| !running.is_finished()) else { return };
        self.control.send_modify(|control| control.cancel = true);
        drop(self.tell);
        let _late = tokio::time::timeout(LEAVE_WITHIN, running).await;
    }

    /// What an earlier run left open is closed, and told.
    fn read_journal(&self, recovers: bool) {
        let (Some(journal), tell) = (self.setup.journal.clone(), self.tell.clone()) else { return };
        tokio::spawn(async move {
            let read = on_disk(move || told_journal(&journal, recovers)).await;
            let _closed = tell.send(read.unwrap_or_else(TargetMessage::Trouble)).await;
        });
    }
}

/// Why those after an action that ended so are not begun; what was refused says nothing of them.
const fn ends_the_rest(outcome: &Outcome) -> Option<&'static str> {
    match outcome {
        Outcome::Done | Outcome::Refused(_) => None,
        Outcome::Stopped(_) => Some("not begun: the one before was stopped"),
        Outcome::Failed(_) => Some("not begun: the one before failed"),
        Outcome::Unknown(_) => Some("not begun: what came of the one before is unknown"),
    }
}

/// What the journal says; what an earlier run left open is closed first.
fn told_journal(journal: &Journal, recovers: bool) -> TargetMessage {
    let left = if recovers { journal.recover(clock::wall_ms()) } else { Ok(Vec::new()) };
    match left.and_then(|left| Ok((left, journal.read()?))) {
        Ok((left, contents)) => {
            if contents.unread_lines > 0 {
                tracing::warn!("{}", unread_text(contents.unread_lines, journal));
            }
            let line = |intent: &crate::core::ops::record::Intent| {
                format!("{} {} ({})", intent.action, intent.subject, intent.id)
            };
            TargetMessage::Journal(contents.past, left.iter().map(line).collect())
        }
        Err(error) => TargetMessage::Trouble(error.to_string()),
    }
}

async fn plan(
    setup: &ActorSetup,
    request: &Request,
    (progress, cancel): (watch::Sender<PlanProgress>, watch::Receiver<bool>),
) -> Result<Plan, Refusal> {
    let no_home = || Refusal::because("there is no home folder for the journal: set HOME or XDG_STATE_HOME");
    let archives = setup.journal.as_ref().ok_or_else(no_home)?.archives();
    let (target, timeouts, ledger) = (setup.target.clone(), setup.timeouts, setup.ledger.clone());
    let time = PlanTime::default();
    survey(&Desk { target, timeouts, ledger, progress, cancel, time, held: setup.held }, &archives, request)
        .await
}

async fn show<T: Clone>(
    mut seen: watch::Receiver<T>,
    tell: mpsc::Sender<TargetMessage>,
    message: impl Fn(T) -> TargetMessage,
) {
    while seen.changed().await.is_ok() {
        let progress = seen.borrow_and_update().clone();
        if tell.send(message(progress)).await.is_err() {
            return;
        }
        tokio::time::sleep(PROGRESS_EVERY).await;
    }
}
