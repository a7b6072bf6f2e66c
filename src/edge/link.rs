//! Links to a Redis: ask, and be told exactly why there is no answer.
//!
//! Knows lanes, time-outs and pipelines; does not know what is worth asking or what replies mean.
//! Invariant: a [`Link`] can read and nothing else, every wait has an end, and every command that was
//! handed in comes back with its reply or with the reason for none. A [`WriteLink`] takes orders of a confirmed run.

mod backoff;
mod dial;
mod error;
mod ledger;
mod manners;
mod probe;
mod redis;
mod stream;
mod supervisor;
mod tls;
mod unverified;
mod write;

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

use futures_util::future::maybe_done;
use tokio::task::{consume_budget, coop::unconstrained};
use tokio::time::Instant;

use crate::config::Target;
use crate::core::limits::{CONNECT_TIMEOUT_MS, PIPELINE_COMMANDS, RESPONSE_TIMEOUT_MS};
use crate::core::model::cache::Lookups;
use crate::core::model::cost::Cost;
use crate::core::model::node::NodeId;
use crate::core::model::{Fault, Protocol};
use crate::core::wire::{Exchange, NoReply, ReadCmd, cost, lookups, redact};
use crate::edge::clock::now_us;

pub use backoff::Backoff;
pub use error::LinkError;
pub use ledger::LinkLedger;
pub use probe::ProbeLink;
use redis::{PipelineReplies, Unanswered};
pub use supervisor::Supervisor;
pub use write::{SendError, WriteLink, Writer};

/// What a connection is for. Each lane has a connection of its own, so that no poll delays a key press.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lane {
    /// Rounds of the poller.
    Poll,
    /// What the operator asks for.
    Control,
    /// What a confirmed action does.
    Write,
}

/// How long anything may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// From the name lookup to the end of the set-up.
    pub connect: Duration,
    /// One pipeline of the poll lane.
    pub poll: Duration,
    /// One pipeline of the control lane.
    pub control: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        let response = Duration::from_millis(RESPONSE_TIMEOUT_MS);
        Self { connect: Duration::from_millis(CONNECT_TIMEOUT_MS), poll: response, control: response }
    }
}

/// A live connection that can read.
pub struct Link {
    lane: Lane,
    session: redis::RedisSession,
    asker: LinkAsker,
}

/// Asks over a connection, from wherever it is held.
#[derive(Clone)]
pub struct LinkAsker {
    target: Arc<Target>,
    channel: redis::RedisChannel,
    ledger: LinkLedger,
    lost: Arc<Mutex<Option<(NoReply, LinkError)>>>,
}

/// What was asked and what came back, all of it, in order.
#[derive(Clone, Debug, PartialEq)]
pub struct AskResult {
    /// One for every command.
    pub exchanges: Vec<Exchange>,
    /// Why the link is lost, if it is: drop it then, since late replies would hold up the next.
    pub lost: Option<LinkError>,
}

/// How many commands are a pipeline, and how many pipelines are under way at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pieces {
    commands: usize,
    at_once: usize,
}

impl Pieces {
    /// One after another.
    pub const WHOLE: Self = Self { commands: PIPELINE_COMMANDS, at_once: 1 };
    /// Half of one while the other half is answered: where somebody waits, neither side does.
    pub const HALVES: Self = Self { commands: PIPELINE_COMMANDS / 2, at_once: 2 };
    /// Two at once: where a round trip is long, the line would stand idle for most of the time.
    pub const DOUBLE: Self = Self { commands: PIPELINE_COMMANDS, at_once: 2 };
}

impl Lane {
    /// What the server shows as the client's name.
    pub fn client_name(self) -> &'static str {
        match self {
            Self::Poll => "streamgauge:poll",
            Self::Control => "streamgauge:control",
            Self::Write => "streamgauge:write",
        }
    }

    fn response_timeout(self, timeouts: &Timeouts) -> Duration {
        match self {
            Self::Poll => timeouts.poll,
            Self::Control => timeouts.control,
            Self::Write => write::write_timeout(timeouts),
        }
    }
}

impl Link {
    /// Connects, authenticates and sets the session up: RESP3 where the server can, else RESP2. What it asks, looks up and
    /// is refused stands in `ledger`.
    ///
    /// # Errors
    /// The exact fault, within `timeouts.connect`.
    pub async fn open(
        target: &Target,
        lane: Lane,
        timeouts: &Timeouts,
        ledger: &LinkLedger,
    ) -> Result<Self, LinkError> {
        let deadline = Instant::now() + timeouts.connect;
        let response_timeout = lane.response_timeout(timeouts);
        let name = lane.client_name();
        match Box::pin(redis::RedisSession::open(target, name, response_timeout, deadline, ledger)).await {
            Ok(session) => {
                let (channel, target) = (session.channel(), Arc::new(target.clone()));
                let (ledger, lost) = (ledger.clone(), Arc::default());
                Ok(Self { lane, session, asker: LinkAsker { target, channel, ledger, lost } })
            }
            Err((fault, detail)) => Err(LinkError::new(target, fault, &detail)),
        }
    }

    /// Where it leads, without secrets, and the logical database.
    pub fn address(&self) -> (String, u32) {
        (self.asker.target.address.to_string(), self.asker.target.database)
    }

    /// Which server it leads to.
    pub fn node(&self) -> NodeId {
        NodeId::from(self.asker.target.address.to_string())
    }

    /// The protocol agreed on.
    pub fn protocol(&self) -> Protocol {
        self.session.protocol()
    }

    /// Whether the link has been lost, by a time-out or because the server hung up.
    pub fn lost(&self) -> Option<LinkError> {
        let is_over =
            || self.session.is_over().then(|| LinkError::new(&self.asker.target, Fault::Closed, ""));
        self.asker.lost().map(|(_, error)| error).or_else(is_over)
    }

    /// Asks all commands, at most [`PIPELINE_COMMANDS`] at a time. A command that is refused is a reply; after a time-out
    /// or a disconnect the rest is not sent.
    pub async fn ask(&mut self, commands: Vec<ReadCmd>) -> AskResult {
        self.ask_until(commands, None).await
    }

    /// The same, where nothing is sent any more after a moment: what is on its way then is awaited.
    pub async fn ask_until(&mut self, commands: Vec<ReadCmd>, until: Option<Instant>) -> AskResult {
        self.begin(commands, until, Pieces::HALVES).await
    }

    /// The same, for whoever does other things meanwhile, in such pieces. The first are sent when the answer is first
    /// waited for.
    pub fn begin(
        &self,
        commands: Vec<ReadCmd>,
        until: Option<Instant>,
        pieces: Pieces,
    ) -> impl Future<Output = AskResult> + Send + use<> {
        self.asker().ask(commands, until, pieces, |_| ())
    }

    /// Who asks over this connection from elsewhere.
    pub fn asker(&self) -> LinkAsker {
        self.asker.clone()
    }
}

impl LinkAsker {
    fn lost(&self) -> Option<(NoReply, LinkError)> {
        self.lost.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The first loss is the one that counts.
    fn lose(&self, unanswered: Unanswered) {
        let lost = match unanswered {
            Unanswered::Lost(lost) => lost,
            Unanswered::Late(_) => NoReply::TimedOut,
            Unanswered::TooLong(_) | Unanswered::NotAReply => NoReply::Disconnected,
        };
        let mut slot = self.lost.lock().unwrap_or_else(PoisonError::into_inner);
        slot.get_or_insert_with(|| (lost, loss(&self.target, unanswered)));
    }

    /// As [`Link::begin`]. `seen` looks at each pipeline as it comes, and may take of it what nobody needs any more.
    pub async fn ask(
        self,
        commands: Vec<ReadCmd>,
        until: Option<Instant>,
        pieces: Pieces,
        mut seen: impl FnMut(&mut [Exchange]) + Send,
    ) -> AskResult {
        let (mut exchanges, mut flying) = (Vec::with_capacity(commands.len()), VecDeque::new());
        let mut rest = commands.into_iter().peekable();
        loop {
            let is_late = until.is_some_and(|until| Instant::now() >= until);
            while !is_late && flying.len() < pieces.at_once && rest.peek().is_some() {
                let chunk: Vec<ReadCmd> = rest.by_ref().take(pieces.commands).collect();
                // It is sent now, and answered in its turn: who has used up the runtime's budget would not stand in line yet,
                // and whoever comes later would be answered first, and never be waited for.
                let mut flight = Box::pin(maybe_done(unconstrained(self.clone().ask_at_once(chunk))));
                poll_fn(|cx| Poll::Ready(flight.as_mut().poll(cx).is_ready())).await;
                flying.push_back(flight);
            }
            let Some(mut first) = flying.pop_front() else { break };
            first.as_mut().await;
            let mut answered = first.as_mut().take_output().unwrap_or_default();
            seen(&mut answered);
            exchanges.append(&mut answered);
            consume_budget().await;
        }
        exchanges.extend(rest.map(unasked));
        AskResult { exchanges, lost: self.lost().map(|(_, error)| error) }
    }

    async fn ask_at_once(mut self, commands: Vec<ReadCmd>) -> Vec<Exchange> {
        let replies = match self.lost() {
            Some((lost, _)) => {
                let missing = Some(Unanswered::Lost(lost));
                PipelineReplies { came: Vec::new(), missing, sent_us: now_us() }
            }
            None => {
                let words = commands.iter().map(|command| (command.args(), command.row().bound));
                self.channel.exchange(words.collect()).await
            }
        };
        let (sent_us, received_us) = (replies.sent_us, now_us());
        let (count, mut came) = (replies.came.len(), replies.came.into_iter());
        let missing = replies.missing.map(|missing| named(missing, count, &commands));
        if let Some(unanswered) = missing {
            self.lose(unanswered);
        }
        let (mut looked_up, mut cost) = (Lookups::default(), Cost::default());
        let exchange = |(at, command): (usize, ReadCmd)| {
            let lost = match missing {
                Some(Unanswered::TooLong(number)) if number == at => NoReply::TooLong,
                Some(Unanswered::Late(number)) if number == at => NoReply::Late,
                Some(Unanswered::Late(_)) => NoReply::TimedOut,
                Some(Unanswered::Lost(lost)) => lost,
                _ => NoReply::Disconnected,
            };
            let reply = came.next().ok_or(lost);
            let reply_bytes = reply.as_ref().map_or(0, |reply| reply.encoded_len());
            if let Ok(reply) = &reply {
                looked_up = looked_up.and(lookups::of_read(&command, reply));
            }
            let reply = reply.map(|reply| redact(&command, reply));
            let exchange = Exchange { command, sent_us, received_us, reply, reply_bytes };
            if self.ledger.takes_lookups() {
                cost::add_read(&mut cost, &exchange);
            }
            exchange
        };
        let exchanges = commands.into_iter().enumerate().map(exchange).collect();
        self.ledger.add(sent_us, received_us, (looked_up, &cost));
        exchanges
    }
}

/// Says which command took long, where so many others were answered before it and it is about one key.
fn named(missing: Unanswered, came: usize, commands: &[ReadCmd]) -> Unanswered {
    let is_of_a_key = commands.get(came).is_some_and(|command| command.key().is_some());
    match missing {
        Unanswered::Lost(NoReply::TimedOut) if came > 0 && is_of_a_key => Unanswered::Late(came),
        missing => missing,
    }
}

fn unasked(command: ReadCmd) -> Exchange {
    let at_us = now_us();
    Exchange { command, sent_us: at_us, received_us: at_us, reply: Err(NoReply::OutOfTime), reply_bytes: 0 }
}

fn loss(target: &Target, unanswered: Unanswered) -> LinkError {
    let fault = match unanswered {
        Unanswered::Lost(NoReply::TimedOut) => Fault::ResponseTimeout,
        Unanswered::Lost(_) => Fault::Closed,
        Unanswered::Late(_) => Fault::ReplyLate,
        Unanswered::TooLong(_) => Fault::ReplyTooLong,
        Unanswered::NotAReply => Fault::NotRedis,
    };
    LinkError::new(target, fault, "")
}

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Link")
            .field("target", &self.asker.target)
            .field("lane", &self.lane)
            .field("protocol", &self.protocol())
            .field("lost", &self.asker.lost())
            .finish_non_exhaustive()
    }
}
