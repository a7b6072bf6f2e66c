//! The rhythm of polling: rounds, steps of the search and PINGs as they fall due, questions in between.
//!
//! Knows clocks and channels; what comes next is the agenda's to say. Invariants: a request is taken in at once,
//! whatever is under way; it never spins, and ends when nobody listens.

use super::control::{ControlAnswer, ControlJob, control_lane};
use super::flight::{Flight, FlightResult};
use super::session::Session;
use crate::core::limits;
use crate::core::model::snapshot::EntriesPage;
use crate::core::model::{LinkStatus, Outage, Snapshot};
use crate::core::wire::question::EntriesQuestion;
use crate::core::wire::round::agenda::{Agenda, NextTurn, Turn};
use crate::core::wire::round::{Fetch, Focus, Round};
use crate::edge::clock;
use crate::edge::link::Pieces;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;
use tokio::sync::{mpsc, watch};

/// What the poller is asked beside its rounds.
#[derive(Clone, Debug)]
pub enum PollRequest {
    /// Poll in this rhythm, microseconds.
    SetInterval(u64),
    /// Ask for something costly, once.
    Fetch(Fetch),
    /// Connect or poll now.
    Retry,
    /// Begin the walk through the keys anew.
    CountKeys,
    /// Stop measuring keys, or go on.
    PauseSampler(bool),
    /// Read entries.
    Entries(EntriesQuestion),
}

/// What the poller tells.
#[derive(Clone, Debug)]
pub enum Event {
    /// A round was read.
    Observed(Box<Snapshot>),
    /// The connection changed.
    Link(LinkStatus),
    /// Entries were read, or could not be.
    Entries(EntriesQuestion, Result<EntriesPage, String>),
    /// Something costly was asked too recently: seconds to wait.
    FetchLater(Fetch, u64),
}

/// How to talk to a poller.
#[derive(Clone, Debug)]
pub struct PollHandle {
    /// What is looked at.
    pub focus: watch::Sender<Focus>,
    /// Everything else.
    pub requests: mpsc::Sender<PollRequest>,
}

/// Requests that may wait: more than a hand can press within a time-out.
const REQUESTS: usize = 32;
/// Events that may wait: the poller waits for the console when it can't follow.
const EVENTS: usize = 16;
/// The search tells what it found so often at the start, microseconds.
const FOUND_US: u64 = 50_000;

/// Begins to poll; ends when the handle and the events are dropped.
pub fn poll(session: Session) -> (PollHandle, mpsc::Receiver<Event>, tokio::task::JoinHandle<()>) {
    let (focus, focus_seen) = watch::channel(Focus::default());
    let (requests, asked) = mpsc::channel(REQUESTS);
    let (events, told) = mpsc::channel(EVENTS);
    let poller = Poller {
        session,
        agenda: Agenda::default(),
        flights: VecDeque::new(),
        focus: focus_seen,
        asked,
        events,
        opening: limits::OPENING_ROUNDS,
        has_unread_due: false,
    };
    (PollHandle { focus, requests }, told, tokio::spawn(poller.run()))
}

struct Poller {
    session: Session,
    agenda: Agenda,
    /// What is under way on the line of the rounds, in the order sent.
    flights: VecDeque<(Turn, Flight)>,
    focus: watch::Receiver<Focus>,
    asked: mpsc::Receiver<PollRequest>,
    events: mpsc::Sender<Event>,
    /// Rounds of what was never read that may still follow each other without a pause.
    opening: usize,
    /// Whether the next round is one of them.
    has_unread_due: bool,
}

/// Nobody listens any more.
struct PollStopped;

/// What ended a wait.
enum Happened {
    Answered(Box<FlightResult>),
    Beside(ControlAnswer),
    Requested(PollRequest),
    Looked,
    Due,
}

impl Poller {
    async fn run(mut self) {
        let (jobs, mut answers) = control_lane(self.session.control());
        while self.turn(&jobs, &mut answers).await.is_ok() {}
    }

    async fn turn(
        &mut self,
        jobs: &mpsc::Sender<ControlJob>,
        answers: &mut mpsc::Receiver<ControlAnswer>,
    ) -> Result<(), PollStopped> {
        let was_up = matches!(self.session.status(), LinkStatus::Up { .. });
        if let Err(outage) = self.session.connect().await {
            self.flights.clear();
            return self.wait_out(outage, jobs).await;
        }
        if !was_up {
            self.flights.clear();
            self.tell(Event::Link(self.session.status())).await?;
            self.agenda.reconnected(clock::now_us());
            (self.opening, self.has_unread_due) = (limits::OPENING_ROUNDS, false);
            self.session.recall().await;
        }
        let until_us = self.begin_all(jobs);
        match self.wait(until_us, answers).await? {
            Happened::Answered(result) => self.answered(*result).await,
            Happened::Beside(answer) => self.take_control(answer).await,
            Happened::Requested(request) => self.take(request, jobs).await,
            Happened::Looked => {
                self.agenda.look(clock::now_us());
                Ok(())
            }
            Happened::Due => Ok(()),
        }
    }

    /// Begins what is due; when there will be more, microseconds.
    fn begin_all(&mut self, jobs: &mpsc::Sender<ControlJob>) -> u64 {
        loop {
            let now_us = clock::now_us();
            let planner = self.session.planner();
            let (due, interval_us) = (planner.turns_due(), planner.interval_us());
            match self.agenda.next(now_us, due) {
                // Polling is never over.
                NextTurn::Over => return u64::MAX,
                NextTurn::Wait(until_us) => return until_us,
                NextTurn::Begin(Turn::Ping) => {
                    self.agenda.begun(Turn::Ping, true, interval_us, now_us);
                    let is_asked =
                        self.session.planner().may_ping() && jobs.try_send(ControlJob::Ping).is_ok();
                    if !is_asked {
                        self.agenda.ended(Turn::Ping, None, now_us);
                    }
                }
                NextTurn::Begin(Turn::Look) => {
                    self.agenda.begun(Turn::Look, true, interval_us, now_us);
                    let commands = self.session.planner().look(now_us);
                    let job = commands.map(ControlJob::Look);
                    if job.is_none_or(|job| jobs.try_send(job).is_err()) {
                        self.session.planner().look_later(now_us);
                        self.agenda.ended(Turn::Look, None, now_us);
                    }
                }
                NextTurn::Begin(turn) => {
                    let round = self.round(turn, now_us);
                    let is_short =
                        round.as_ref().is_none_or(|round| round.commands.len() <= limits::PIPELINE_COMMANDS);
                    let pieces = if self.agenda.is_far() { Pieces::DOUBLE } else { Pieces::WHOLE };
                    self.agenda.begun(turn, is_short, interval_us, now_us);
                    match round.and_then(|round| self.session.begin(round, pieces)) {
                        Some(flight) => self.flights.push_back((turn, flight)),
                        None => self.agenda.ended(turn, None, now_us),
                    }
                }
            }
        }
    }

    fn round(&mut self, turn: Turn, now_us: u64) -> Option<Round> {
        if turn == Turn::Round && std::mem::take(&mut self.has_unread_due) {
            self.opening = self.opening.saturating_sub(1);
            return self.session.planner().turn(Turn::Unread, now_us, &Focus::default());
        }
        let focus = match turn {
            Turn::Round => self.focus.borrow_and_update().clone(),
            _ => Focus::default(),
        };
        self.session.planner().turn(turn, now_us, &focus)
    }

    async fn wait(
        &mut self,
        until_us: u64,
        answers: &mut mpsc::Receiver<ControlAnswer>,
    ) -> Result<Happened, PollStopped> {
        // What was begun is sent by being waited for, each in its turn.
        let first = poll_fn(|cx| {
            let ready: Vec<bool> =
                self.flights.iter_mut().map(|(_, flight)| flight.poll(cx).is_ready()).collect();
            let first = self.flights.front_mut().filter(|_| ready.first() == Some(&true));
            first.and_then(|(_, flight)| flight.take()).map_or(Poll::Pending, Poll::Ready)
        });
        let pause = Duration::from_micros(until_us.saturating_sub(clock::now_us()));
        tokio::select! {
            request = self.asked.recv() => Ok(Happened::Requested(request.ok_or(PollStopped)?)),
            result = first => Ok(Happened::Answered(Box::new(result))),
            answer = answers.recv() => Ok(Happened::Beside(answer.ok_or(PollStopped)?)),
            changed = self.focus.changed() => {
                changed.map_err(|_| PollStopped)?;
                Ok(Happened::Looked)
            }
            () = tokio::time::sleep(pause) => Ok(Happened::Due),
        }
    }

    /// Takes in what the first of those under way brought.
    async fn answered(&mut self, result: FlightResult) -> Result<(), PollStopped> {
        let Some((turn, flight)) = self.flights.pop_front() else { return Ok(()) };
        let read = self.session.end(flight, result);
        self.session.keep();
        let now_us = clock::now_us();
        self.agenda.ended(turn, None, now_us);
        if let Ok(snapshot) = &read
            && turn == Turn::Round
            && snapshot.info.is_none()
            && self.opening == limits::OPENING_ROUNDS
        {
            // An old server has refused several sections in one call: it is asked again in its own way, now.
            self.opening -= 1;
            self.agenda.round_now(now_us);
        }
        let is_time = now_us.saturating_sub(self.agenda.last_round_us()) >= FOUND_US;
        let pass_is_over = self.session.planner().discovery().passes > 0;
        let shows = turn == Turn::Round || (turn == Turn::Search && (is_time || pass_is_over));
        if read.is_ok() && shows && self.opening > 0 && self.session.planner().has_unread() {
            // At the start, and after every connection, what was never read is read at once.
            self.has_unread_due = true;
            self.agenda.round_now(now_us);
        }
        match read {
            Ok(snapshot) => self.tell(Event::Observed(Box::new(snapshot))).await,
            Err(outage) => self.tell(Event::Link(LinkStatus::Down(outage))).await,
        }
    }

    async fn take_control(&mut self, answer: ControlAnswer) -> Result<(), PollStopped> {
        match answer {
            ControlAnswer::Ping(exchanges) => {
                let now_us = clock::now_us();
                let took_us = self.session.pinged(exchanges, now_us);
                self.agenda.ended(Turn::Ping, took_us, now_us);
                Ok(())
            }
            ControlAnswer::Look(exchanges) => {
                let now_us = clock::now_us();
                self.session.looked(exchanges, now_us);
                self.agenda.ended(Turn::Look, None, now_us);
                Ok(())
            }
            ControlAnswer::Entries(question, answer, snapshot) => {
                if let Some(snapshot) = snapshot {
                    self.tell(Event::Observed(snapshot)).await?;
                }
                self.tell(Event::Entries(question, answer)).await
            }
        }
    }

    /// Waits for the next try to connect; a question meanwhile is answered with what is wrong.
    async fn wait_out(&mut self, outage: Outage, jobs: &mpsc::Sender<ControlJob>) -> Result<(), PollStopped> {
        let retry_at_us = outage.retry_at_us;
        self.tell(Event::Link(LinkStatus::Down(outage.clone()))).await?;
        let pause = Duration::from_micros(retry_at_us.saturating_sub(clock::now_us()));
        let wake = tokio::time::sleep(pause);
        tokio::pin!(wake);
        loop {
            tokio::select! {
                () = &mut wake => return Ok(()),
                request = self.asked.recv() => match request.ok_or(PollStopped)? {
                    PollRequest::Entries(question) => {
                        self.tell(Event::Entries(question, Err(outage.error.clone()))).await?;
                    }
                    request => {
                        let retries = matches!(request, PollRequest::Retry);
                        self.take(request, jobs).await?;
                        if retries {
                            return Ok(());
                        }
                    }
                }
            }
        }
    }

    async fn take(
        &mut self,
        request: PollRequest,
        jobs: &mpsc::Sender<ControlJob>,
    ) -> Result<(), PollStopped> {
        let now_us = clock::now_us();
        match request {
            PollRequest::SetInterval(interval_us) => {
                self.session.planner().set_interval_us(interval_us);
                self.agenda.set_interval(interval_us, now_us);
            }
            PollRequest::Fetch(fetch) => match self.session.fetch(fetch.clone()) {
                Ok(()) => self.agenda.round_now(now_us),
                Err(wait_s) => self.tell(Event::FetchLater(fetch, wait_s)).await?,
            },
            PollRequest::CountKeys => self.session.planner().sampler().count_anew(),
            PollRequest::PauseSampler(is_paused) => self.session.planner().sampler().pause(is_paused),
            PollRequest::Retry => {
                self.session.retry_now();
                let _full = jobs.try_send(ControlJob::Retry);
                self.agenda.round_now(now_us);
            }
            PollRequest::Entries(question) => {
                let job = ControlJob::Entries(question.clone(), self.session.clock_offset_us());
                if jobs.try_send(job).is_err() {
                    let why = "too much is asked at once: try again".to_owned();
                    self.tell(Event::Entries(question, Err(why))).await?;
                }
            }
        }
        Ok(())
    }

    async fn tell(&mut self, event: Event) -> Result<(), PollStopped> {
        self.events.send(event).await.map_err(|_| PollStopped)
    }
}
