//! Both lanes to one server, and what was learnt on them: asks rounds, steps of the search, entries and PING.
//!
//! Knows the planner and the links; does not know when anything is due. Invariant: every reply goes through the
//! decoder and the planner, in the order asked.

use super::flight::{Flight, FlightAnswer, FlightResult};
use super::looks::Looks;
use super::remembered::Remembered;
use crate::config::Target;
use crate::core::limits;
use crate::core::model::cache::OwnLookups;
use crate::core::model::node::NodeId;
use crate::core::model::refusals::{OwnRefusals, RefusalCounts};
use crate::core::model::{Gap, LinkStatus, Names, Outage, Snapshot};
use crate::core::wire::decode::{FactsSoFar, facts, note};
use crate::core::wire::observation::Notes;
use crate::core::wire::round::agenda::Turn;
use crate::core::wire::round::{Fetch, Focus, Planner, PollSettings, Round};
use crate::core::wire::{Exchange, NoReply, Observation, ReadCmd, Resp};
use crate::edge::clock;
use crate::edge::link::{Lane, LinkLedger, Pieces, Supervisor, Timeouts};
use futures_util::future::maybe_done;
use std::future::poll_fn;
use std::path::PathBuf;
use std::sync::mpsc::SyncSender;
use std::task::Poll;
use tokio::time::Instant;

/// A server that is read.
#[derive(Debug)]
pub struct Session {
    node: NodeId,
    planner: Planner,
    poll: Supervisor,
    control: Supervisor,
    clock_offset_us: Option<i64>,
    names: Names,
    ledger: LinkLedger,
    /// PINGs since the last observation.
    pings: Vec<Exchange>,
    looks: Looks,
    connected_at_us: Option<u64>,
    until: Option<Instant>,
    recorder: Option<SyncSender<Observation>>,
    database: u32,
    remembered: Remembered,
}

impl Session {
    /// A session that is not connected yet.
    pub fn new(target: &Target, timeouts: Timeouts, settings: PollSettings) -> Self {
        let ledger = LinkLedger::default();
        let own = ledger.of_refusals();
        Self {
            node: NodeId::from(target.address.to_string().as_str()),
            planner: Planner::new(settings),
            poll: Supervisor::new(target.clone(), Lane::Poll, timeouts, &own),
            control: Supervisor::new(target.clone(), Lane::Control, timeouts, &ledger.of_lookups()),
            clock_offset_us: None,
            names: Names::default(),
            ledger,
            pings: Vec::new(),
            looks: Looks::default(),
            connected_at_us: None,
            until: None,
            recorder: None,
            database: target.database,
            remembered: Remembered::default(),
        }
    }

    /// Hands every observation on to `recorder` too, as it was taken in; one for which it has no room is not kept.
    #[must_use]
    pub fn recorded(mut self, recorder: SyncSender<Observation>) -> Self {
        self.recorder = Some(recorder);
        self
    }

    /// Leaves out of the figures what links of this ledger look up and are refused.
    #[must_use]
    pub fn beside(mut self, ledger: &LinkLedger) -> Self {
        self.ledger = ledger.clone();
        self.poll = self.poll.another(&ledger.of_refusals());
        self.control = self.control();
        self
    }

    /// Rounds send nothing any more after this moment: what is left is a gap.
    pub fn end_by(&mut self, until: Instant) {
        self.until = Some(until);
    }

    /// Keeps the streams that it finds below this folder, and asks first for those that were kept there.
    #[must_use]
    pub fn remembering(mut self, state: Option<PathBuf>) -> Self {
        self.remembered = Remembered::below(state, self.node.to_string(), self.database);
        self
    }

    /// Asks first for streams of earlier runs.
    pub(super) async fn recall(&mut self) {
        self.remembered.recall(&mut self.planner).await;
    }

    /// Keeps the streams that are known for the next run, when it is time.
    pub(super) fn keep(&mut self) {
        self.remembered.keep(&self.planner);
    }

    /// What is asked next.
    pub fn planner(&mut self) -> &mut Planner {
        &mut self.planner
    }

    /// Where the poll lane stands.
    pub fn status(&self) -> LinkStatus {
        self.poll.status()
    }

    /// Connects if a try is due.
    ///
    /// # Errors
    /// The outage, at once while no try is due.
    pub async fn connect(&mut self) -> Result<(), Outage> {
        self.poll.link(clock::now_us()).await?;
        if let LinkStatus::Up { since_us, .. } = self.poll.status()
            && self.connected_at_us != Some(since_us)
        {
            self.connected_at_us = Some(since_us);
            self.clock_offset_us = None;
            self.planner.reconnected();
        }
        Ok(())
    }

    /// Makes a try due now.
    pub fn retry_now(&mut self) {
        self.poll.retry_now(clock::now_us());
        self.control.retry_now(clock::now_us());
    }

    /// Asks for something costly in the next round; seconds to wait when it was asked too recently.
    ///
    /// # Errors
    /// The seconds to wait.
    pub fn fetch(&mut self, fetch: Fetch) -> Result<(), u64> {
        self.planner.fetch(fetch, clock::now_us())
    }

    /// Asks the next round.
    ///
    /// # Errors
    /// The outage, when the connection was lost before anything was answered.
    pub async fn round(&mut self, focus: &Focus) -> Result<Snapshot, Outage> {
        match self.begin_turn(Turn::Round, focus).await? {
            Some(flight) => self.answered(flight).await,
            None => Ok(Snapshot::default()),
        }
    }

    /// Asks what is due in this turn, for whoever has no rounds under way: nothing where nothing is.
    ///
    /// # Errors
    /// As [`Session::round`].
    pub async fn turn(&mut self, turn: Turn) -> Result<Option<Snapshot>, Outage> {
        match self.begin_turn(turn, &Focus::default()).await? {
            Some(flight) => self.answered(flight).await.map(Some),
            None => Ok(None),
        }
    }

    /// Sends what is due in this turn, for whoever does other things before it is answered.
    ///
    /// # Errors
    /// As [`Session::round`].
    pub async fn begin_turn(&mut self, turn: Turn, focus: &Focus) -> Result<Option<Flight>, Outage> {
        match self.planner.turn(turn, clock::now_us(), focus) {
            Some(round) => self.send(round).await,
            None => Ok(None),
        }
    }

    /// Times a PING on the control lane: how long it took. One that fails is no sample; one that is refused rests.
    pub async fn ping(&mut self) -> Option<u64> {
        if !self.planner.may_ping() {
            return None;
        }
        let asked = self.control.link(clock::now_us()).await.ok()?.ask(vec![ReadCmd::Ping]).await;
        let now_us = clock::now_us();
        let took_us = self.pinged(asked.exchanges, now_us);
        if let Some(error) = asked.lost {
            self.control.lost(&error, now_us);
        }
        took_us
    }

    /// Takes in what a PING came to; how long it took, where it was answered.
    pub fn pinged(&mut self, exchanges: Vec<Exchange>, now_us: u64) -> Option<u64> {
        self.planner.learn_control(&exchanges, now_us);
        let mut took_us = None;
        for exchange in exchanges {
            if exchange.reply.as_ref().is_ok_and(|reply| !matches!(reply, Resp::Error(_))) {
                took_us = Some(exchange.received_us.saturating_sub(exchange.sent_us));
            }
            if self.pings.len() < limits::PINGS {
                self.pings.push(exchange);
            }
        }
        took_us
    }

    /// Looks at groups that a trim may run past, where it is due.
    pub async fn look(&mut self) {
        let now_us = clock::now_us();
        let Ok(link) = self.control.link(now_us).await else { return self.planner.look_later(now_us) };
        let Some(commands) = self.planner.look(now_us) else { return self.planner.look_later(now_us) };
        let asked = link.ask(commands).await;
        self.looked(asked.exchanges, clock::now_us());
        if let Some(error) = asked.lost {
            self.control.lost(&error, clock::now_us());
        }
    }

    /// Takes a look in: the next round tells it.
    pub fn looked(&mut self, exchanges: Vec<Exchange>, now_us: u64) {
        self.planner.learn_control(&exchanges, now_us);
        let (taken_at_ms, clock_offset_us) = (clock::wall_ms(), self.clock_offset_us);
        let look = Observation { taken_at_ms, clock_offset_us, exchanges, ..Observation::default() };
        let looked = facts(&look);
        self.planner.learn_look(&looked);
        if looked.groups.is_empty() || !self.looks.keep(look, &looked) {
            self.planner.look_later(now_us);
        }
    }

    /// A control lane of its own for whoever asks beside the rounds: what it looks up is left out of the hit ratio.
    pub fn control(&self) -> Supervisor {
        self.control.another(&self.ledger.of_lookups())
    }

    /// The server's clock less ours, microseconds, where it is known.
    pub fn clock_offset_us(&self) -> Option<i64> {
        self.clock_offset_us
    }

    async fn send(&mut self, round: Round) -> Result<Option<Flight>, Outage> {
        self.poll.link(clock::now_us()).await?;
        let mut flight = self.begin(round, Pieces::HALVES);
        if let Some(flight) = &mut flight {
            poll_fn(|cx| Poll::Ready(flight.poll(cx).is_ready())).await;
        }
        Ok(flight)
    }

    /// Waits for what was sent.
    ///
    /// # Errors
    /// As [`Session::round`].
    pub async fn answered(&mut self, mut flight: Flight) -> Result<Snapshot, Outage> {
        poll_fn(|cx| flight.poll(cx)).await;
        match flight.take() {
            Some(result) => self.end(flight, result),
            None => Ok(Snapshot::default()),
        }
    }

    /// Begins to ask a round, in such pieces; nothing while there is no connection.
    pub fn begin(&mut self, round: Round, pieces: Pieces) -> Option<Flight> {
        let head = Observation {
            node: self.node.clone(),
            taken_at_ms: clock::wall_ms(),
            clock_offset_us: self.clock_offset_us,
            cause: round.cause,
            ..Observation::default()
        };
        let mut facts = FactsSoFar::of(head, std::mem::take(&mut self.names));
        // Who records wants replies whole.
        let takes = self.recorder.is_none();
        let (asker, until) = (self.poll.live()?.asker(), self.until);
        let answer: FlightAnswer = Box::pin(async move {
            let seen = |exchanges: &mut [Exchange]| {
                if takes {
                    facts.take(exchanges);
                }
            };
            let asked = asker.ask(round.commands, until, pieces, seen).await;
            FlightResult { asked, facts }
        });
        Some(Flight { gaps: round.gaps, refused: self.ledger.refused().0, answer: maybe_done(answer) })
    }

    /// Takes in what came. Where the connection was lost on the way, what came before is told all the same; the outage is
    /// told by whatever is asked next.
    ///
    /// # Errors
    /// As [`Session::round`].
    pub fn end(&mut self, flight: Flight, result: FlightResult) -> Result<Snapshot, Outage> {
        let (now_us, asked) = (clock::now_us(), result.asked);
        if let Some(error) = asked.lost {
            self.poll.lost(&error, now_us);
            let says_something =
                |exchange: &Exchange| matches!(exchange.reply, Ok(_) | Err(NoReply::TooLong | NoReply::Late));
            if let LinkStatus::Down(outage) = self.poll.status()
                && !asked.exchanges.iter().any(says_something)
            {
                return Err(outage);
            }
        }
        let (mut observation, mut snapshot, names) = result.facts.end(asked.exchanges, self.clock_offset_us);
        // Of two that were under way at once one began without any.
        if names.len() > self.names.len() {
            self.names = names;
        }
        self.planner.learn(&observation, &snapshot, now_us);
        self.remembered.learn_run(&snapshot);
        self.clock_offset_us = snapshot.clock_offset_us.or(self.clock_offset_us);
        observation.notes = self.notes(flight.gaps, flight.refused, &observation);
        note(&mut snapshot, &observation.notes);
        if let Some(recorder) = &self.recorder {
            let _full_or_gone = recorder.try_send(observation);
        }
        Ok(snapshot)
    }

    /// What this session knows of it beside the replies, by now.
    fn notes(&mut self, gaps: Vec<Gap>, refused: RefusalCounts, observation: &Observation) -> Notes {
        let (by_now, unanswered) = self.ledger.refused();
        Notes {
            gaps,
            own_lookups: self.own_lookups(observation),
            own_refusals: OwnRefusals { before: refused, by_now, unanswered },
            interval_us: Some(self.planner.interval_us()),
            discovery: Some(self.planner.discovery()),
            keys_pass: Some(self.planner.sampler().pass()),
            pings: std::mem::take(&mut self.pings),
            looks: self.looks.take(),
            beside: self.ledger.take_cost(),
        }
    }

    /// What our actions had looked up at both ends: what was sent before the first question of the bracket, and
    /// answered before its last. A way there and a way back are so compared with their like.
    fn own_lookups(&self, observation: &Observation) -> OwnLookups {
        let ends = observation.exchanges.first().zip(observation.exchanges.last());
        ends.map_or_else(OwnLookups::default, |(first, last)| OwnLookups {
            first: self.ledger.sent_by(first.sent_us),
            last: self.ledger.answered_by(last.received_us),
        })
    }
}
