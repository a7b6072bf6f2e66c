//! The loop of one action: guard, step, reply, rest, until it is over.
//!
//! Knows what to do with a step; not what it is about. Invariant: between two steps it looks at what the operator and the
//! pulse say, and a step whose reply was lost is the last.

use super::GUARD_EVERY;
use super::archive::ActionArchive;
use crate::actions::pulse::Pulse;
use crate::core::ops::pace::Pace;
use crate::core::ops::step::End;
use crate::core::ops::{Answer, Control, Order, Outcome, Progress, Run, Step, Subject};
use crate::core::wire::{ReadCmd, Resp, WriteCmd};
use crate::edge::clock;
use crate::edge::link::{SendError, WriteLink};
use std::time::Duration;
use tokio::sync::watch;

/// Keys that SCAN passes over in the time of one item that is written.
const SCANNED_AN_ITEM: u64 = 4;

/// One action under way.
pub(super) struct Steps<'a> {
    pub(super) link: WriteLink,
    pub(super) run: Run,
    pub(super) pace: Pace,
    pub(super) pulse: Pulse,
    pub(super) archive: ActionArchive,
    pub(super) progress: &'a watch::Sender<Progress>,
    pub(super) control: watch::Receiver<Control>,
    pub(super) waits: bool,
    pub(super) began_us: u64,
    /// When the last step, with its rest, was over.
    pub(super) stepped_us: u64,
    pub(super) guarded_us: Option<u64>,
    pub(super) stops_seen: u32,
}

impl Steps<'_> {
    /// Goes on until it is over. What was kept has to be there at the end.
    pub(super) async fn carry_out(&mut self) -> Outcome {
        let outcome = self.go_on().await;
        match (outcome, self.archive.check().await) {
            (Outcome::Done, Err(lost)) => lost,
            (outcome, _) => outcome,
        }
    }

    async fn go_on(&mut self) -> Outcome {
        let per_s = self.pace.per_s();
        let is_rested = self.pace.is_rested();
        self.pace = Pace::new(self.run.batch(), per_s, is_rested);
        let mut answer = Answer::Begin;
        loop {
            if let Err(outcome) = self.listen().await {
                // What was just done counts, though nothing follows.
                let _unsent = self.run.next(answer, 1);
                return outcome;
            }
            let step = self.run.next(answer, self.pace.batch());
            let done = match step {
                Step::Done(End::Complete) => return Outcome::Done,
                Step::Done(End::Refused(why)) => return Outcome::Refused(why),
                Step::Done(End::Failed(why)) => return Outcome::Failed(why),
                Step::Ask(reads) => self.ask(reads).await,
                Step::Keep(frames) => self.archive.keep(frames).await.map(|()| Answer::Kept),
                Step::Load(count) => self.load(count).await,
                Step::Tell(order) => self.tell(&order, Vec::new()).await.map(|(told, _)| Answer::Told(told)),
                Step::TellAndAsk(order, reads) => {
                    self.tell(&order, reads).await.map(|(told, read)| Answer::ToldAndRead(told, read))
                }
            };
            answer = match done {
                Ok(answer) => answer,
                Err(outcome) => return outcome,
            };
            self.report();
        }
    }

    async fn ask(&mut self, reads: Vec<ReadCmd>) -> Result<Answer, Outcome> {
        let began_us = clock::now_us();
        self.pulse.begun();
        let asked = self.link.ask(reads).await;
        self.pulse.ended(clock::now_us());
        if let Some(error) = asked.lost {
            return Err(Outcome::Failed(format!("{error}; nothing was under way")));
        }
        let replies: Vec<Resp> =
            asked.exchanges.into_iter().filter_map(|exchange| exchange.reply.ok()).collect();
        let took_us = clock::now_us().saturating_sub(began_us);
        let rest_us = self.pace.looked(took_us, self.pulse.idle_us());
        self.rest(rest_us).await;
        Ok(Answer::Read(replies))
    }

    async fn load(&mut self, count: u32) -> Result<Answer, Outcome> {
        let Subject::Action(id) = &self.run.plan().subject else { return Ok(Answer::Loaded(Vec::new())) };
        self.archive.load(id, count).await.map(Answer::Loaded)
    }

    /// Sends an order, and asks meanwhile.
    async fn tell(&mut self, order: &Order, reads: Vec<ReadCmd>) -> Result<(Vec<Resp>, Vec<Resp>), Outcome> {
        if !self.link.is_home_of(order) {
            let why = "the plan was made of another server than this connection leads to: make the plan anew";
            return Err(Outcome::Refused(why.to_owned()));
        }
        let written = order.commands().iter().take(1).map(WriteCmd::stat_name);
        let names: Vec<&str> = written.chain(reads.iter().map(|read| read.verb().stat_name())).collect();
        self.guard(&names, order.commands().iter().all(WriteCmd::sees_for_itself)).await?;
        let items = (order.items() as u64).max(scanned(&reads) / SCANNED_AN_ITEM);
        let began_us = clock::now_us();
        self.pulse.begun();
        let batch = self.pace.batch();
        let run = &mut self.run;
        // The server works meanwhile.
        let ahead = async { run.prepare(batch) };
        let ((told, asked), ()) = tokio::join!(biased; self.link.tell_and_ask(order, reads), ahead);
        self.pulse.ended(clock::now_us());
        let replies = told.map_err(|untold| match untold {
            SendError::Unsent(error) => Outcome::Failed(format!("{error}; nothing was under way")),
            SendError::Lost(error) => {
                let line = order.commands().first().map(WriteCmd::text).unwrap_or_default();
                Outcome::Unknown(format!("{error}; it may or may not have been done: {line}"))
            }
        })?;
        let read = asked.exchanges.into_iter().filter_map(|exchange| exchange.reply.ok()).collect();
        if let Some(error) = asked.lost {
            // What was told counts, though nothing follows.
            let _unsent = self.run.next(Answer::ToldAndRead(replies, read), 1);
            return Err(Outcome::Failed(format!("{error}; nothing was under way")));
        }
        let took_us = clock::now_us().saturating_sub(began_us);
        let since_us = clock::now_us().saturating_sub(self.stepped_us);
        let weight = self.weight(items, &replies);
        let rest_us = self.pace.stepped(weight, took_us, self.pulse.idle_us(), since_us);
        self.stepped_us = clock::now_us();
        if self.rest(rest_us).await {
            self.stepped_us = clock::now_us();
        }
        Ok((replies, read))
    }

    /// How many items a step was about: a trim is one command about as many entries as it removed.
    fn weight(&self, items: u64, replies: &[Resp]) -> u64 {
        let removed = match replies {
            [Resp::Int(removed)] => u64::try_from(*removed).ok(),
            [Resp::Array(parts)] => parts.get(1).and_then(Resp::count),
            _ => None,
        };
        removed.unwrap_or(items).max(items)
    }

    /// Owes the others so much more rest, and takes it once it is worth a timer, unless it is told to end or to stand
    /// still. Whether it did.
    async fn rest(&mut self, rest_us: u64) -> bool {
        let rest_us = self.pace.owe(rest_us);
        if rest_us == 0 {
            return false;
        }
        let mut control = self.control.clone();
        let told = control.wait_for(|control| control.cancel || control.pause);
        // Whoever told is gone: then nobody says anything any more.
        let told = async move {
            if told.await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        let began_us = clock::now_us();
        let _slept = tokio::time::timeout(Duration::from_micros(rest_us), told).await;
        self.pace.rested(clock::now_us().saturating_sub(began_us));
        true
    }

    /// Checks that everything is as it was planned, often enough, and what commands of these names take.
    async fn guard(&mut self, names: &[&str], sees_for_itself: bool) -> Result<(), Outcome> {
        loop {
            let now_us = clock::now_us();
            if !self.is_guard_due(now_us, sees_for_itself) {
                return Ok(());
            }
            let figures = self.pace.price().figures(now_us);
            let is_figured = figures.is_some();
            let reads = self.run.plan().guard.reads().into_iter().chain(figures).collect();
            let mut asked = self.link.ask(reads).await;
            if let Some(error) = asked.lost {
                return Err(Outcome::Failed(format!("{error}; nothing was under way")));
            }
            self.guarded_us = Some(clock::now_us());
            if let Some(told) = is_figured.then(|| asked.exchanges.pop()).flatten() {
                self.pace.price().figured(told, names);
            }
            match self.run.plan().guard.check(&asked.exchanges) {
                Ok(()) => return Ok(()),
                Err(changed) if changed.is_strain => self.hold(changed.why.to_string()).await?,
                Err(changed) => return Err(Outcome::Refused(format!("{}: make the plan anew", changed.why))),
            }
            self.guarded_us = None;
        }
    }

    /// A tenth of a second is long enough; but what somebody needs and nobody keeps is looked at before every step that does
    /// not see for itself.
    fn is_guard_due(&self, now_us: u64, sees_for_itself: bool) -> bool {
        let Some(at_us) = self.guarded_us else { return true };
        let plan = self.run.plan();
        let is_bare = plan.impact.is_lossy && !plan.archive && !sees_for_itself;
        let age_us = u128::from(now_us.saturating_sub(at_us));
        age_us >= GUARD_EVERY.as_micros() || (is_bare && at_us < self.stepped_us)
    }

    /// Does what the operator and the pulse say.
    async fn listen(&mut self) -> Result<(), Outcome> {
        let advised = self.pulse.advised();
        self.pace.set_rest(advised.rest_times);
        while self.pace.halvings() < advised.halvings.min(10) {
            self.pace.halve();
        }
        if advised.stops > self.stops_seen {
            self.stops_seen = advised.stops;
            self.hold(advised.why).await?;
        }
        let control = self.control.borrow_and_update().clone();
        if let Some(per_s) = control.per_s {
            self.pace.set_per_s(per_s);
        }
        if control.cancel {
            return Err(Outcome::Stopped("cancelled".to_owned()));
        }
        if control.pause { self.stand("paused".to_owned(), |control| !control.pause).await } else { Ok(()) }
    }

    /// Stops by itself: waits for the operator where there is one.
    async fn hold(&mut self, why: String) -> Result<(), Outcome> {
        if !self.waits {
            return Err(Outcome::Stopped(why));
        }
        let resumes = self.control.borrow().resumes;
        self.stand(format!("stopped by itself: {why}"), move |control| control.resumes > resumes).await
    }

    /// Stands still until `goes_on`, or until it is cancelled.
    async fn stand(&mut self, why: String, goes_on: impl Fn(&Control) -> bool) -> Result<(), Outcome> {
        self.progress.send_modify(|progress| progress.held = Some(why.clone()));
        loop {
            let control = self.control.borrow_and_update().clone();
            if control.cancel {
                return Err(Outcome::Stopped(format!("cancelled while it was {why}")));
            }
            if goes_on(&control) {
                break;
            }
            if self.control.changed().await.is_err() {
                return Err(Outcome::Stopped(why));
            }
        }
        self.progress.send_modify(|progress| progress.held = None);
        Ok(())
    }

    fn report(&self) {
        let (tally, per_s, halvings) = (self.run.tally(), self.pace.per_s(), self.pace.halvings());
        let elapsed_us = clock::now_us().saturating_sub(self.began_us);
        self.progress.send_modify(|progress| {
            (progress.tally, progress.per_s, progress.halvings) = (tally, per_s, halvings);
            progress.elapsed_us = elapsed_us;
        });
    }
}

/// Keys that these pass over.
fn scanned(reads: &[ReadCmd]) -> u64 {
    let count = |read: &ReadCmd| match read {
        ReadCmd::Scan { count, .. } => u64::from(*count),
        _ => 0,
    };
    reads.iter().map(count).sum()
}
