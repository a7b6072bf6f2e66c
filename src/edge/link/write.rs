//! The link that can write: a connection of its own, which takes orders of a confirmed run and nothing else.
//!
//! Knows what was sent and what was not; does not know what an order means. Invariants: where the target is read-only
//! there is no [`Writer`], so there is nothing to call; nothing is sent twice; a reply that does not come is lost, for
//! good.

use std::time::Duration;

use super::{AskResult, Lane, Link, LinkError, LinkLedger, Pieces, Timeouts};
use crate::config::Target;
use crate::core::limits::{PIPELINE_REPLY, WRITE_TIMEOUT_MS};
use crate::core::model::cache::Lookups;
use crate::core::model::cost::Cost;
use crate::core::model::topology::Topology;
use crate::core::ops::Order;
use crate::core::wire::{ReadCmd, Resp, cost, lookups};
use crate::edge::clock::now_us;

/// The right to write to a target.
#[derive(Clone, Debug)]
pub struct Writer {
    target: Target,
    timeouts: Timeouts,
    ledger: LinkLedger,
}

impl Writer {
    /// The right to write, unless the target is read-only.
    pub fn new(target: &Target, timeouts: Timeouts, read_only: bool) -> Option<Self> {
        (!read_only).then(|| Self { target: target.clone(), timeouts, ledger: LinkLedger::default() })
    }

    /// Writes what its links look up into `ledger`.
    #[must_use]
    pub fn noted_in(mut self, ledger: &LinkLedger) -> Self {
        self.ledger = ledger.clone();
        self
    }

    /// The target.
    pub const fn target(&self) -> &Target {
        &self.target
    }

    /// Connects.
    ///
    /// # Errors
    /// As [`Link::open`].
    pub async fn open(&self) -> Result<WriteLink, LinkError> {
        let link = Link::open(&self.target, Lane::Write, &self.timeouts, &self.ledger).await?;
        Ok(WriteLink { topology: Topology::Single(link.node()), link })
    }

    /// A connection beside, for what is read meanwhile.
    ///
    /// # Errors
    /// As [`Link::open`].
    pub async fn open_reader(&self) -> Result<Link, LinkError> {
        Link::open(&self.target, Lane::Control, &self.timeouts, &self.ledger).await
    }
}

/// A live connection that can write, to one server.
#[derive(Debug)]
pub struct WriteLink {
    link: Link,
    topology: Topology,
}

/// Why an order has no replies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendError {
    /// The connection was over before it was sent: nothing was done.
    Unsent(LinkError),
    /// It was sent, and no reply came: it may have been done.
    Lost(LinkError),
}

impl WriteLink {
    /// Whether this connection leads where an order has to go.
    pub fn is_home_of(&self, order: &Order) -> bool {
        order.route().leads_to(&self.topology) == Some(&self.link.node())
    }

    /// Reads, on the connection of the writes.
    pub async fn ask(&mut self, commands: Vec<ReadCmd>) -> AskResult {
        self.link.ask(commands).await
    }

    /// Sends an order, and asks meanwhile over the same connection: what is asked leaves first, and is read while the server
    /// is at the order.
    ///
    /// # Errors
    /// Whether the order was sent.
    pub async fn tell_and_ask(
        &mut self,
        order: &Order,
        reads: Vec<ReadCmd>,
    ) -> (Result<Vec<Resp>, SendError>, AskResult) {
        let asked = self.link.begin(reads, None, Pieces::WHOLE);
        let (asked, told) = tokio::join!(biased; asked, self.tell(order));
        (told, asked)
    }

    /// Sends an order in one pipeline; one reply for each of its commands, errors among them.
    ///
    /// # Errors
    /// Whether it was sent.
    pub async fn tell(&mut self, order: &Order) -> Result<Vec<Resp>, SendError> {
        if let Some(error) = self.link.lost() {
            return Err(SendError::Unsent(error));
        }
        // A script tells about the rows or keys of one step.
        let words: Vec<_> = order.commands().iter().map(|command| (command.args(), PIPELINE_REPLY)).collect();
        let sent: Vec<u64> = words.iter().map(|(words, _)| cost::sent_bytes(words)).collect();
        let answer = self.link.asker.channel.exchange(words).await;
        let sent_us = answer.sent_us;
        let told = answer.all();
        let (mut looked_up, mut cost) = (Lookups::default(), Cost::default());
        for ((command, reply), sent) in order.commands().iter().zip(told.iter().flatten()).zip(sent) {
            looked_up = looked_up.and(lookups::of_write(command, reply));
            cost::add_write(&mut cost, command, sent, reply);
        }
        self.link.asker.ledger.add(sent_us, now_us(), (looked_up, &cost));
        told.map_err(|unanswered| {
            self.link.asker.lose(unanswered);
            SendError::Lost(super::loss(&self.link.asker.target, unanswered))
        })
    }
}

/// How long a reply to a write may take: at least so long, whatever reads are given.
pub(super) fn write_timeout(timeouts: &Timeouts) -> Duration {
    timeouts.control.max(Duration::from_millis(WRITE_TIMEOUT_MS))
}
