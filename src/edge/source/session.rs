//! Both lanes to one server, and what was learnt on them: asks rounds, steps of the search, entries and PING.
//!
//! Knows the planner and the links; does not know when anything is due. Invariant: every reply goes through the
//! decoder and the planner, in the order asked.

use crate::config::Target;
use crate::core::limits;
use crate::core::model::cache::{Lookups, OwnLookups};
use crate::core::model::snapshot::EntriesPage;
use crate::core::model::{LinkStatus, Outage, Snapshot};
use crate::core::wire::decode::decode;
use crate::core::wire::question::EntriesQuestion;
use crate::core::wire::round::{Fetch, Focus, Planner, PollSettings, Round};
use crate::core::wire::{Exchange, NoReply, Observation, ReadCmd, ReadVerb, Resp};
use crate::edge::clock;
use crate::edge::link::{Lane, LookupLedger, Supervisor, Timeouts};
use tokio::time::Instant;

/// A server that is read.
#[derive(Debug)]
pub struct Session {
    planner: Planner,
    poll: Supervisor,
    control: Supervisor,
    clock_offset_us: Option<i64>,
    ledger: LookupLedger,
    pings_us: Vec<u64>,
    ping_exchanges: Vec<Exchange>,
    connected_at_us: Option<u64>,
    until: Option<Instant>,
}

impl Session {
    /// A session that is not connected yet.
    pub fn new(target: &Target, timeouts: Timeouts, settings: PollSettings) -> Self {
        Self {
            planner: Planner::new(settings),
            poll: Supervisor::new(target.clone(), Lane::Poll, timeouts),
            control: Supervisor::new(target.clone(), Lane::Control, timeouts),
            clock_offset_us: None,
            ledger: LookupLedger::default(),
            pings_us: Vec::new(),
            ping_exchanges: Vec::new(),
            connected_at_us: None,
            until: None,
        }
    }

    /// Leaves out of the hit ratio what links of this ledger look up.
    #[must_use]
    pub fn beside(mut self, ledger: &LookupLedger) -> Self {
        self.ledger = ledger.clone();
        self
    }

    /// Rounds send nothing any more after this moment: what is left is a gap.
    pub fn end_by(&mut self, until: Instant) {
        self.until = Some(until);
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
        let round = self.planner.round(clock::now_us(), focus);
        self.observe(round).await
    }

    /// Asks a round of what was never read yet.
    ///
    /// # Errors
    /// As [`Session::round`].
    pub async fn unread(&mut self) -> Result<Snapshot, Outage> {
        let round = self.planner.unread_round(clock::now_us());
        self.observe(round).await
    }

    /// Counts every lag that does not follow from ids, when there is one.
    ///
    /// # Errors
    /// As [`Session::round`].
    pub async fn backlogs(&mut self) -> Result<Option<Snapshot>, Outage> {
        let Some(round) = self.planner.backlog_round(clock::now_us()) else { return Ok(None) };
        let mut snapshot = self.observe(round).await?;
        // The first tries one; an old server refuses its first form, and the second is another command.
        for _ in 0..3 {
            if snapshot.backlogs.len() > 1 {
                break;
            }
            let Some(round) = self.planner.backlog_round(clock::now_us()) else { break };
            let cost = snapshot.cost;
            snapshot = self.observe(round).await?;
            snapshot.cost.add(&cost);
        }
        Ok(Some(snapshot))
    }

    /// Asks the next step of the search for streams, when it is due.
    ///
    /// # Errors
    /// As [`Session::round`].
    pub async fn search_step(&mut self) -> Result<Option<Snapshot>, Outage> {
        match self.planner.search_step(clock::now_us()) {
            Some(round) => self.observe(round).await.map(Some),
            None => Ok(None),
        }
    }

    /// Asks the next step of the walk that measures keys, when it is due.
    ///
    /// # Errors
    /// As [`Session::round`].
    pub async fn keys_step(&mut self) -> Result<Option<Snapshot>, Outage> {
        let Some(round) = self.planner.keys_step(clock::now_us()) else { return Ok(None) };
        let mut snapshot = self.observe(round).await?;
        snapshot.measures_keys = true;
        Ok(Some(snapshot))
    }

    /// Times a PING on the control lane. One that fails is no sample; one that is refused rests.
    pub async fn ping(&mut self) {
        if !self.planner.may_ping() {
            return;
        }
        let Ok(link) = self.control.link(clock::now_us()).await else { return };
        let asked = link.ask(vec![ReadCmd::Ping]).await;
        let now_us = clock::now_us();
        self.planner.learn_beside(&asked.exchanges, now_us);
        for exchange in asked.exchanges {
            if exchange.reply.as_ref().is_ok_and(|reply| !matches!(reply, Resp::Error(_))) {
                self.pings_us.push(exchange.received_us.saturating_sub(exchange.sent_us));
            }
            if self.ping_exchanges.len() < limits::PINGS {
                self.ping_exchanges.push(exchange);
            }
        }
        if let Some(error) = asked.lost {
            self.control.lost(&error, now_us);
        }
    }

    /// Reads entries on the control lane, inside a bracket of its own: the snapshot carries that.
    ///
    /// # Errors
    /// One line for the operator.
    pub async fn entries(
        &mut self,
        question: &EntriesQuestion,
    ) -> (Result<EntriesPage, String>, Option<Snapshot>) {
        let round = self.planner.detail(vec![question.command()]);
        let link = match self.control.link(clock::now_us()).await {
            Ok(link) => link,
            Err(outage) => return (Err(outage.error), None),
        };
        let (taken_at_ms, first) = (clock::wall_ms(), self.ledger.total());
        let asked = link.ask(round.commands).await;
        let observation =
            Observation { taken_at_ms, clock_offset_us: self.clock_offset_us, exchanges: asked.exchanges };
        let mut snapshot = decode(&observation);
        self.stand_beside(&mut snapshot, first);
        if let Some(error) = asked.lost {
            self.control.lost(&error, clock::now_us());
            return (Err(error.to_string()), Some(snapshot));
        }
        let page = snapshot.entries.pop();
        let answer = page.ok_or_else(|| {
            let gap = snapshot
                .gaps
                .iter()
                .find(|gap| gap.what.starts_with("XRANGE") || gap.what.starts_with("XREVRANGE"));
            gap.map_or_else(|| format!("{} is no stream (any more)", question.key), |gap| gap.text.clone())
        });
        (answer, Some(snapshot))
    }

    /// Asks, and takes in what came. Where the connection was lost on the way, what came before is told all the same;
    /// the outage is told by whatever is asked next.
    async fn observe(&mut self, round: Round) -> Result<Snapshot, Outage> {
        let taken_at_ms = clock::wall_ms();
        let link = self.poll.link(clock::now_us()).await?;
        let first = self.ledger.total();
        let asked = link.ask_until(round.commands, self.until).await;
        let now_us = clock::now_us();
        if let Some(error) = asked.lost {
            self.poll.lost(&error, now_us);
            let says_something =
                |exchange: &Exchange| matches!(exchange.reply, Ok(_) | Err(NoReply::TooLong));
            if let LinkStatus::Down(outage) = self.poll.status()
                && !asked.exchanges.iter().any(says_something)
            {
                return Err(outage);
            }
        }
        let mut observation =
            Observation { taken_at_ms, clock_offset_us: self.clock_offset_us, exchanges: asked.exchanges };
        let mut snapshot = decode(&observation);
        self.stand_beside(&mut snapshot, first);
        self.planner.learn(&observation, &snapshot, now_us);
        self.clock_offset_us = snapshot.clock_offset_us.or(self.clock_offset_us);
        snapshot.gaps.extend(round.gaps);
        snapshot.discovery = Some(self.planner.discovery());
        snapshot.keys_pass = Some(self.planner.sampler().pass());
        snapshot.pings_us.append(&mut self.pings_us);
        observation.exchanges = std::mem::take(&mut self.ping_exchanges);
        let mut beside = decode(&observation);
        snapshot.cost.add(&beside.cost);
        snapshot.answered.append(&mut beside.answered);
        // A PING that was lost is the connection's own affair; one that was refused is told.
        snapshot.gaps.extend(beside.gaps.into_iter().filter(|gap| gap.what == ReadVerb::Ping.label()));
        Ok(snapshot)
    }

    /// Adds what our actions had looked up at both ends.
    fn stand_beside(&self, snapshot: &mut Snapshot, first: Lookups) {
        if let Some(bracket) = &mut snapshot.bracket {
            bracket.beside = OwnLookups { first, last: self.ledger.total() };
        }
    }
}
