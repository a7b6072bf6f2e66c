//! Reads for a plan: at a pace, with an end, and no further once it is given up.
//!
//! Knows how to ask and when to rest; not what for. Invariants: no pipeline leaves after the plan was given up or its time
//! is over, each pipeline that left is waited for while the plan goes on, so that what it looked up is known, and the
//! server is left to others as it is while an action runs.

use super::disk::on_disk;
use super::pulse::Pulse;
use crate::config::Target;
use crate::core::limits::{PIPELINE_COMMANDS, PLAN_COUNTS_MS, PLAN_MS};
use crate::core::model::queues::HeldTimes;
use crate::core::ops::pace::Pace;
use crate::core::ops::survey::{SurveyAnswer, SurveyMoment, SurveyPlace, SurveyStep};
use crate::core::ops::{Plan, PlanProgress, Refusal, Request};
use crate::core::wire::{Exchange, ReadCmd};
use crate::edge::clock;
use crate::edge::journal::{ArchiveReader, Archives, JournalError};
use crate::edge::link::{AskResult, Lane, Link, LinkLedger, Pieces, Timeouts};
use futures_util::future::{MaybeDone, maybe_done};
use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// From then on the server is timed: most plans are a matter of a moment.
const TIMED_AFTER: Duration = Duration::from_millis(200);

/// Where a plan is made, and who hears of it.
#[derive(Clone, Debug)]
pub struct Desk {
    /// The target.
    pub target: Target,
    /// How long anything may take.
    pub timeouts: Timeouts,
    /// What is looked up for it is written down there.
    pub ledger: LinkLedger,
    /// How far it is.
    pub progress: watch::Sender<PlanProgress>,
    /// Becomes true when the plan is given up.
    pub cancel: watch::Receiver<bool>,
    /// How long it may take.
    pub time: PlanTime,
    /// How long workers of queues may hold a job.
    pub held: HeldTimes,
}

/// How long a plan may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlanTime {
    /// Until counting ends, and what was counted is told as "at least".
    pub counts: Duration,
    /// Until nothing more is asked.
    pub all: Duration,
}

impl Default for PlanTime {
    fn default() -> Self {
        Self::within(Duration::from_millis(PLAN_MS))
    }
}

impl PlanTime {
    /// So long altogether, and for counting its share of that.
    pub fn within(all: Duration) -> Self {
        let share = PLAN_COUNTS_MS as f64 / PLAN_MS as f64;
        Self { counts: all.mul_f64(share), all }
    }
}

impl Desk {
    /// A desk of which nobody hears anything, and that nobody gives up.
    pub fn quiet(target: &Target, timeouts: Timeouts, ledger: &LinkLedger) -> Self {
        let (progress, _) = watch::channel(PlanProgress::default());
        let (_, cancel) = watch::channel(false);
        Self {
            target: target.clone(),
            timeouts,
            ledger: ledger.clone(),
            progress,
            cancel,
            time: PlanTime::default(),
            held: HeldTimes::default(),
        }
    }

    async fn link(&self) -> Result<Link, Refusal> {
        self.patient_link(self.timeouts.control).await
    }

    /// A link that waits so long for a reply.
    async fn patient_link(&self, reply: Duration) -> Result<Link, Refusal> {
        let timeouts = Timeouts { control: reply, ..self.timeouts };
        let opened = Link::open(&self.target, Lane::Control, &timeouts, &self.ledger).await;
        opened.map_err(|error| Refusal::because(error.to_string()))
    }
}

/// Makes the plan of a request, within [`PLAN_MS`] and the last reply's time-out.
///
/// # Errors
/// Why there is none.
pub async fn survey(desk: &Desk, archives: &Archives, request: &Request) -> Result<Plan, Refusal> {
    Surveyor::open(desk, archives).await?.carry(request).await
}

/// Asks, and gives up when the connection does, when the operator does, or when the time is over.
struct Surveyor {
    desk: Desk,
    archives: Archives,
    /// The archive that is read, of an undo.
    archive: Option<ArchiveReader>,
    link: Link,
    pace: Pace,
    began_us: u64,
    /// The shortest way there and back so far, microseconds: about what it takes with nothing to do.
    shortest_us: u64,
    pulse: Option<Pulse>,
    is_timed: bool,
    /// How long the last questions took, microseconds.
    last_us: u64,
    /// What was sent, and is not waited for yet.
    begun: Option<(u64, MaybeDone<JoinHandle<AskResult>>)>,
}

impl Surveyor {
    async fn open(desk: &Desk, archives: &Archives) -> Result<Self, Refusal> {
        let began_us = clock::now_us();
        let link = desk.link().await?;
        let pace = Pace::new((1, 1, 1), None, true);
        let desk = desk.clone();
        Ok(Self {
            desk,
            archives: archives.clone(),
            archive: None,
            link,
            pace,
            began_us,
            shortest_us: u64::MAX,
            pulse: None,
            is_timed: false,
            last_us: 0,
            begun: None,
        })
    }

    /// Carries the questions of a survey to the server, and its answers back, until there is a plan.
    async fn carry(&mut self, request: &Request) -> Result<Plan, Refusal> {
        let (address, database) = self.link.address();
        let place = SurveyPlace { address, database, seed: fastrand::u64(..), held: self.desk.held };
        let mut survey = request.clone().survey(place);
        let mut answer = None;
        loop {
            let step = survey.next(answer, self.moment());
            if survey.is_hurried() && self.pace.is_rested() {
                // Somebody has said that nobody else is to be spared.
                self.pace = Pace::new((1, 1, 1), None, false);
            }
            let progress = PlanProgress { halvings: self.pace.halvings(), ..survey.progress() };
            self.desk.progress.send_if_modified(|told| std::mem::replace(told, progress) != progress);
            answer = Some(match step {
                SurveyStep::Done(plan) => {
                    self.settle().await;
                    return plan.map(|plan| *plan);
                }
                SurveyStep::Ask(commands) => self.exchange(commands).await.map(SurveyAnswer::Read),
                SurveyStep::Begin(commands) => self.begin(commands).await.map(|()| SurveyAnswer::Begun),
                SurveyStep::Finish => self.finish().await.map(SurveyAnswer::Read),
                SurveyStep::AskLong(command) => self.patient(command).await.map(SurveyAnswer::Read),
                SurveyStep::Open(id) => self.open_archive(id).await,
                SurveyStep::Load(count) => self.load(count).await,
            });
        }
    }

    fn moment(&mut self) -> SurveyMoment {
        SurveyMoment {
            is_over: self.link.lost().is_some() || self.go_on().is_err(),
            now_us: clock::now_us(),
            wall_ms: clock::wall_ms(),
            trip_us: self.last_us,
            idle_us: self.idle_us(),
            step_us: self.pace.step_us(),
            is_late: self.elapsed() >= self.desk.time.counts,
        }
    }

    async fn open_archive(&mut self, id: String) -> Result<SurveyAnswer, Refusal> {
        let archives = self.archives.clone();
        let opened = on_disk(move || Ok::<_, JournalError>((archives.open(&id)?, archives.kept(&id)?))).await;
        let (archive, kept) =
            opened.map_err(Refusal)?.map_err(|error| Refusal::because(error.to_string()))?;
        let header = archive.header().clone();
        self.archive = Some(archive);
        Ok(SurveyAnswer::Opened(header, kept))
    }

    async fn load(&mut self, count: u32) -> Result<SurveyAnswer, Refusal> {
        let Some(mut archive) = self.archive.take() else {
            return Err(Refusal::because("no archive was opened"));
        };
        let (archive, frames) = on_disk(move || {
            let frames = archive.next(count);
            (archive, frames)
        })
        .await
        .map_err(Refusal)?;
        let frames = frames.map_err(|error| Refusal::because(error.to_string()))?;
        let missing = archive.missing().to_vec();
        self.archive = Some(archive);
        Ok(SurveyAnswer::Loaded(frames, missing))
    }

    /// The way there and back with nothing to do, microseconds.
    fn idle_us(&self) -> u64 {
        let timed_us = self.pulse.as_ref().map_or(u64::MAX, Pulse::idle_us);
        match self.shortest_us.min(timed_us) {
            u64::MAX => 0,
            idle_us => idle_us,
        }
    }

    /// Whether it may go on.
    ///
    /// # Errors
    /// It was given up, its time is over, or the server is under strain.
    fn go_on(&mut self) -> Result<(), Refusal> {
        if *self.desk.cancel.borrow() {
            return Err(Refusal::because("given up"));
        }
        if self.elapsed() >= self.desk.time.all {
            let seconds = self.desk.time.all.as_secs();
            return Err(Refusal::because(format!(
                "the server did not answer all that the plan needs within {seconds} s; nothing was written"
            )));
        }
        let Some(pulse) = &self.pulse else { return Ok(()) };
        let advised = pulse.advised();
        self.pace.set_rest(advised.rest_times);
        while self.pace.halvings() < advised.halvings.min(10) {
            self.pace.halve();
        }
        match advised.stops {
            0 => Ok(()),
            _ => {
                Err(Refusal::because(format!("stopped while looking: {}; nothing was written", advised.why)))
            }
        }
    }

    fn elapsed(&self) -> Duration {
        Duration::from_micros(clock::now_us().saturating_sub(self.began_us))
    }

    /// Sends a pipeline, which is answered while something else is done.
    async fn begin(&mut self, commands: Vec<ReadCmd>) -> Result<(), Refusal> {
        self.go_on()?;
        self.begin_timing().await;
        self.mark_begun();
        let mut answer = Box::pin(maybe_done(self.link.begin(commands, None, Pieces::WHOLE)));
        let sent_us = clock::now_us();
        // It is sent before anything else is done, and read when it comes, whatever we are at: what it looked up belongs to
        // the moment in which it was answered.
        poll_fn(|cx| Poll::Ready(answer.as_mut().poll(cx).is_ready())).await;
        let read = tokio::spawn(async move {
            answer.as_mut().await;
            let lost = AskResult { exchanges: Vec::new(), lost: None };
            answer.as_mut().take_output().unwrap_or(lost)
        });
        self.begun = Some((sent_us, maybe_done(read)));
        Ok(())
    }

    /// Waits for what was begun, and rests after it.
    async fn finish(&mut self) -> Result<Vec<Exchange>, Refusal> {
        let Some((sent_us, mut begun)) = self.begun.take() else { return Ok(Vec::new()) };
        Pin::new(&mut begun).await;
        let asked = Pin::new(&mut begun).take_output();
        let Some(Ok(asked)) = asked else { return Err(Refusal::because("the task that reads is gone")) };
        if let Some(error) = asked.lost {
            return Err(Refusal::because(error.to_string()));
        }
        let received_us = asked.exchanges.last().map_or_else(clock::now_us, |last| last.received_us);
        self.mark_ended(received_us);
        self.last_us = received_us.saturating_sub(sent_us);
        self.shortest_us = self.shortest_us.min(self.last_us);
        self.rest(self.last_us).await;
        Ok(asked.exchanges)
    }

    fn mark_begun(&self) {
        self.pulse.iter().for_each(Pulse::begun);
    }

    fn mark_ended(&self, at_us: u64) {
        self.pulse.iter().for_each(|pulse| pulse.ended(at_us));
    }

    /// Waits until what was begun is answered.
    async fn settle(&mut self) {
        if let Some((_, begun)) = &mut self.begun {
            Pin::new(begun).await;
        }
    }

    /// Asks a pipeline at a time, and rests after each. What was begun is answered first.
    async fn exchange(&mut self, commands: Vec<ReadCmd>) -> Result<Vec<Exchange>, Refusal> {
        let mut exchanges = Vec::with_capacity(commands.len());
        let mut rest = commands.into_iter();
        self.settle().await;
        self.last_us = 0;
        loop {
            let pipeline: Vec<ReadCmd> = rest.by_ref().take(PIPELINE_COMMANDS).collect();
            if pipeline.is_empty() {
                return Ok(exchanges);
            }
            self.go_on()?;
            self.begin_timing().await;
            let sent_us = clock::now_us();
            self.mark_begun();
            let asked = self.link.ask(pipeline).await;
            self.mark_ended(clock::now_us());
            if let Some(error) = asked.lost {
                return Err(Refusal::because(error.to_string()));
            }
            exchanges.extend(asked.exchanges);
            let trip_us = clock::now_us().saturating_sub(sent_us);
            self.shortest_us = self.shortest_us.min(trip_us);
            self.last_us = self.last_us.saturating_add(trip_us);
            self.rest(trip_us).await;
        }
    }

    /// Asks for what may take as long as the plan has time, over a link of its own.
    async fn patient(&mut self, command: ReadCmd) -> Result<Vec<Exchange>, Refusal> {
        let left = self.desk.time.all.saturating_sub(self.elapsed());
        let patient = self.desk.patient_link(left).await?;
        let usual = std::mem::replace(&mut self.link, patient);
        let exchanges = self.exchange(vec![command]).await;
        self.link = usual;
        exchanges
    }

    /// Begins to time the server, once it is clear that the plan is not a matter of a moment.
    async fn begin_timing(&mut self) {
        if self.is_timed || self.elapsed() < TIMED_AFTER {
            return;
        }
        self.is_timed = true;
        // Without a second connection the pace is what is left.
        if let Ok(link) = self.desk.link().await {
            self.pulse = Some(Pulse::start(link, self.pace.is_rested()).await);
        }
    }

    /// Leaves the others their share of the server.
    async fn rest(&mut self, trip_us: u64) {
        let rest_us = self.pace.looked(trip_us, self.idle_us());
        let rest_us = self.pace.owe(rest_us);
        if rest_us == 0 {
            return;
        }
        let began_us = clock::now_us();
        let rest = tokio::time::sleep(Duration::from_micros(rest_us));
        tokio::select! {
            () = rest => {}
            // Whoever asked for it is gone, or has given it up: the next question sees it.
            Ok(()) = self.desk.cancel.changed() => {}
        }
        self.pace.rested(clock::now_us().saturating_sub(began_us));
    }
}
