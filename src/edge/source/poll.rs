//! The rhythm of polling: rounds, steps of the search and PINGs as they fall due, questions in between.
//!
//! Knows clocks and channels; shows nothing. Invariants: it never asks two things at once, never spins, and
//! ends when nobody listens.

use super::session::Session;
use crate::core::limits;
use crate::core::model::snapshot::EntriesPage;
use crate::core::model::{LinkStatus, Outage, Snapshot};
use crate::core::wire::question::EntriesQuestion;
use crate::core::wire::round::{Fetch, Focus};
use crate::edge::clock;
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
/// Time between PINGs, microseconds.
const PING_US: u64 = 250_000;
/// Another place on the screen is read this much sooner than its turn, microseconds.
const LOOK_US: u64 = 50_000;

/// Begins to poll; ends when the handle and the events are dropped.
pub fn poll(session: Session) -> (PollHandle, mpsc::Receiver<Event>, tokio::task::JoinHandle<()>) {
    let (focus, focus_seen) = watch::channel(Focus::default());
    let (requests, asked) = mpsc::channel(REQUESTS);
    let (events, told) = mpsc::channel(EVENTS);
    let poller = Poller {
        session,
        focus: focus_seen,
        asked,
        events,
        next_round_us: 0,
        next_ping_us: 0,
        last_round_us: 0,
        opening: limits::OPENING_ROUNDS,
    };
    (PollHandle { focus, requests }, told, tokio::spawn(poller.run()))
}

struct Poller {
    session: Session,
    focus: watch::Receiver<Focus>,
    asked: mpsc::Receiver<PollRequest>,
    events: mpsc::Sender<Event>,
    next_round_us: u64,
    next_ping_us: u64,
    last_round_us: u64,
    opening: usize,
}

/// Nobody listens any more.
struct PollStopped;

impl Poller {
    async fn run(mut self) {
        while self.turn().await.is_ok() {}
    }

    async fn turn(&mut self) -> Result<(), PollStopped> {
        let was_up = matches!(self.session.status(), LinkStatus::Up { .. });
        if let Err(outage) = self.session.connect().await {
            return self.wait_out(outage).await;
        }
        if !was_up {
            self.tell(Event::Link(self.session.status())).await?;
            self.next_round_us = clock::now_us();
            self.opening = limits::OPENING_ROUNDS;
        }
        let now_us = clock::now_us();
        if now_us >= self.next_round_us {
            self.round(now_us).await
        } else if now_us >= self.next_ping_us {
            self.next_ping_us = now_us.saturating_add(PING_US);
            self.session.ping().await;
            Ok(())
        } else if self.session.planner().search_due_us().is_some_and(|due_us| now_us >= due_us) {
            self.search().await
        } else if self.session.planner().keys_due_us().is_some_and(|due_us| now_us >= due_us) {
            let read = self.session.keys_step().await;
            self.tell_read(read).await
        } else {
            self.wait().await
        }
    }

    async fn round(&mut self, now_us: u64) -> Result<(), PollStopped> {
        let interval_us = self.session.planner().interval_us();
        self.last_round_us = now_us;
        let in_rhythm = self.next_round_us.saturating_add(interval_us);
        self.next_round_us = if in_rhythm > now_us { in_rhythm } else { now_us.saturating_add(interval_us) };
        let focus = self.focus.borrow_and_update().clone();
        let read = self.session.round(&focus).await;
        if read.as_ref().is_ok_and(|snapshot| snapshot.info.is_none())
            && self.opening == limits::OPENING_ROUNDS
        {
            // An old server has refused several sections in one call: it is asked again in its own way, now.
            self.opening -= 1;
            self.next_round_us = now_us;
        }
        self.tell_read(read.map(Some)).await?;
        self.open().await
    }

    /// At the start, and after every connection: reads at once what was never read.
    async fn open(&mut self) -> Result<(), PollStopped> {
        while self.opening > 0 && self.session.planner().has_unread() {
            self.opening -= 1;
            let read = self.session.unread().await;
            let is_lost = read.is_err();
            self.tell_read(read.map(Some)).await?;
            if is_lost {
                break;
            }
        }
        Ok(())
    }

    async fn search(&mut self) -> Result<(), PollStopped> {
        let read = self.session.search_step().await;
        self.tell_read(read).await?;
        let now_us = clock::now_us();
        let is_time = now_us.saturating_sub(self.last_round_us) >= LOOK_US;
        let lap_is_over = self.session.planner().discovery().laps > 0;
        if is_time || lap_is_over {
            self.last_round_us = now_us;
            return self.open().await;
        }
        Ok(())
    }

    async fn tell_read(&mut self, read: Result<Option<Snapshot>, Outage>) -> Result<(), PollStopped> {
        match read {
            Ok(None) => Ok(()),
            Ok(Some(snapshot)) => self.tell(Event::Observed(Box::new(snapshot))).await,
            Err(outage) => self.tell(Event::Link(LinkStatus::Down(outage))).await,
        }
    }

    /// Waits until something is due, somebody asks or looks elsewhere.
    async fn wait(&mut self) -> Result<(), PollStopped> {
        let search_us = self.session.planner().search_due_us().unwrap_or(u64::MAX);
        let keys_us = self.session.planner().keys_due_us().unwrap_or(u64::MAX);
        let due_us = self.next_round_us.min(self.next_ping_us).min(search_us).min(keys_us);
        let pause = Duration::from_micros(due_us.saturating_sub(clock::now_us()));
        tokio::select! {
            () = tokio::time::sleep(pause) => Ok(()),
            request = self.asked.recv() => self.answer(request.ok_or(PollStopped)?).await,
            changed = self.focus.changed() => {
                changed.map_err(|_| PollStopped)?;
                self.next_round_us = self.next_round_us.min(self.last_round_us.max(clock::now_us()).saturating_add(LOOK_US));
                Ok(())
            }
        }
    }

    /// Waits for the next try to connect; a question meanwhile is answered with what is wrong.
    async fn wait_out(&mut self, outage: Outage) -> Result<(), PollStopped> {
        let retry_at_us = outage.retry_at_us;
        self.tell(Event::Link(LinkStatus::Down(outage))).await?;
        let pause = Duration::from_micros(retry_at_us.saturating_sub(clock::now_us()));
        let wake = tokio::time::sleep(pause);
        tokio::pin!(wake);
        loop {
            tokio::select! {
                () = &mut wake => return Ok(()),
                request = self.asked.recv() => {
                    let request = request.ok_or(PollStopped)?;
                    let retries = matches!(request, PollRequest::Retry);
                    self.answer(request).await?;
                    if retries {
                        return Ok(());
                    }
                }
            }
        }
    }

    async fn answer(&mut self, request: PollRequest) -> Result<(), PollStopped> {
        match request {
            PollRequest::SetInterval(interval_us) => {
                self.session.planner().set_interval_us(interval_us);
                self.next_round_us = self.next_round_us.min(clock::now_us().saturating_add(interval_us));
                Ok(())
            }
            PollRequest::Fetch(fetch) => match self.session.fetch(fetch.clone()) {
                Ok(()) => {
                    self.next_round_us = clock::now_us();
                    Ok(())
                }
                Err(wait_s) => self.tell(Event::FetchLater(fetch, wait_s)).await,
            },
            PollRequest::PauseSampler(is_paused) => {
                self.session.planner().sampler().pause(is_paused);
                Ok(())
            }
            PollRequest::Retry => {
                self.session.retry_now();
                self.next_round_us = clock::now_us();
                Ok(())
            }
            PollRequest::Entries(question) => {
                let (answer, snapshot) = self.session.entries(&question).await;
                if let Some(snapshot) = snapshot {
                    self.tell(Event::Observed(Box::new(snapshot))).await?;
                }
                self.tell(Event::Entries(question, answer)).await
            }
        }
    }

    async fn tell(&self, event: Event) -> Result<(), PollStopped> {
        self.events.send(event).await.map_err(|_| PollStopped)
    }
}
