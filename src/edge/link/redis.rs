//! One session with one server.
//!
//! Knows how to greet a server, set the session up and exchange pipelines; does not know lanes' policies,
//! retries or what replies mean. Invariant: one error reply fails one command; the connection ends
//! with the session.

mod channel;
mod handshake;
mod probe;
mod quota;
mod reader;

pub(super) use probe::Bare;

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

use super::LinkLedger;
use super::dial::dial;
use super::manners::{Courtesy, Manners, Trial};
use super::stream::{ConnectFailure, Wire};
use crate::config::Target;
use crate::core::limits::{REPLY_FIGURE, ReplyBound};
use crate::core::model::{Fault, Protocol};
use crate::core::wire::{NoReply, Resp};
use crate::edge::clock::now_us;
pub(super) use channel::RedisChannel;
use handshake::{GreetError, Talk, greet};

/// A greeted, set up connection, which ends with it.
pub(super) struct RedisSession {
    channel: RedisChannel,
    protocol: Protocol,
    _open: watch::Sender<()>,
}

/// What came of a pipeline.
pub(super) struct PipelineReplies {
    /// The first of its replies, in order; all where nothing is missing.
    pub(super) came: Vec<Resp>,
    /// Why the others did not come.
    pub(super) missing: Option<Unanswered>,
    /// When it left, microseconds of the process's clock; when it was to leave, where it never did.
    pub(super) sent_us: u64,
}

/// Why a pipeline has not all of its replies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unanswered {
    /// They did not come.
    Lost(NoReply),
    /// The reply to the command of this number did not come in time, though those before it had.
    Late(usize),
    /// The reply to the command of this number was too long: the connection is cut.
    TooLong(usize),
    /// What came is no reply, or one that nobody asked for: the connection is cut.
    NotAReply,
}

impl PipelineReplies {
    /// All of them.
    ///
    /// # Errors
    /// Why some did not come.
    pub(super) fn all(self) -> Result<Vec<Resp>, Unanswered> {
        self.missing.map_or(Ok(self.came), Err)
    }
}

impl RedisSession {
    /// Connects, greets and sets up, all before the deadline; the client will be called `name`.
    pub(super) async fn open(
        target: &Target,
        name: &str,
        response_timeout: Duration,
        deadline: Instant,
        ledger: &LinkLedger,
    ) -> Result<Self, ConnectFailure> {
        let (stream, protocol, _trial) = greeted(target, deadline, ledger).await?;
        let (open, session) = watch::channel(());
        let channel = RedisChannel::new(stream, session, response_timeout, ledger);
        let mut session = Self { channel, protocol, _open: open };
        session.set_up(name, deadline).await?;
        Ok(session)
    }

    /// The protocol agreed on.
    pub(super) fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// Whether the connection has ended.
    pub(super) fn is_over(&self) -> bool {
        self.channel.is_over()
    }

    /// The way over its connection.
    pub(super) fn channel(&self) -> RedisChannel {
        self.channel.clone()
    }

    /// Says who we are, and asks not to be evicted and not to count as use of keys. What a server does not
    /// know or does not allow is left out, and not said again on another connection.
    async fn set_up(&mut self, name: &str, deadline: Instant) -> Result<(), ConnectFailure> {
        let knows_library = self.manners().is_answered(Courtesy::SetInfo);
        let words = [
            (Courtesy::SetName, ["SETNAME", name, ""]),
            (Courtesy::SetInfo, ["SETINFO", "LIB-NAME", env!("CARGO_PKG_NAME")]),
            (Courtesy::NoEvict, ["NO-EVICT", "on", ""]),
            (Courtesy::NoTouch, ["NO-TOUCH", "on", ""]),
        ];
        let said: Vec<_> =
            words.into_iter().filter(|(courtesy, _)| self.manners().may(*courtesy, now_us())).collect();
        let mut commands: Vec<_> = said.iter().map(|(_, words)| client(words)).collect();
        if knows_library {
            commands.push(client(&LIBRARY_VERSION));
        }
        if commands.is_empty() {
            return Ok(());
        }
        let exchange = self.channel.exchange(commands);
        let replies = match timeout_at(deadline, exchange).await.map(PipelineReplies::all) {
            Ok(Ok(replies)) => replies,
            Ok(Err(Unanswered::Lost(NoReply::Disconnected))) => return Err((Fault::Closed, String::new())),
            Ok(Err(_)) | Err(_) => return Err((Fault::Unanswered, String::new())),
        };
        for ((courtesy, _), reply) in said.iter().zip(&replies) {
            self.manners().learn(*courtesy, reply, now_us());
        }
        if !knows_library && self.manners().is_answered(Courtesy::SetInfo) {
            // Only now is it known that this is answered; nobody waits for it.
            let mut channel = self.channel();
            tokio::spawn(async move { channel.exchange(vec![client(&LIBRARY_VERSION)]).await });
        }
        Ok(())
    }

    fn manners(&self) -> &Manners {
        self.channel.ledger().manners()
    }
}

const LIBRARY_VERSION: [&str; 3] = ["SETINFO", "LIB-VER", env!("CARGO_PKG_VERSION")];

/// CLIENT with these words, those that are not empty.
fn client(words: &[&str]) -> (Vec<Vec<u8>>, ReplyBound) {
    let words = std::iter::once(&"CLIENT").chain(words).filter(|word| !word.is_empty());
    (words.map(|word| word.as_bytes().to_vec()).collect(), REPLY_FIGURE)
}

/// A greeted stream, its protocol, and the right to try the words of the set-up that nobody has tried yet.
type Greeted<'a> = (Box<dyn Wire>, Protocol, Option<Trial<'a>>);

/// What is found out once for all connections. PING is left out: it is asked only where HELLO is refused.
const TRIED_FIRST: [Courtesy; 5] =
    [Courtesy::Hello, Courtesy::SetName, Courtesy::SetInfo, Courtesy::NoEvict, Courtesy::NoTouch];

/// A stream on which the first words have been exchanged. HELLO that made a server hang up is left out on
/// a second connection.
async fn greeted<'a>(
    target: &Target,
    deadline: Instant,
    ledger: &'a LinkLedger,
) -> Result<Greeted<'a>, ConnectFailure> {
    let mut trial = None;
    for hello in [true, false] {
        let mut stream = dial(target, deadline).await?;
        if trial.is_none() {
            let waiting = ledger.manners().trial(&TRIED_FIRST, now_us());
            trial = timeout_at(deadline, waiting).await.map_err(|_| (Fault::Unanswered, String::new()))?;
        }
        let mut talk = Talk::new(&mut stream, ledger);
        match timeout_at(deadline, greet(&mut talk, target, hello)).await {
            Ok(Ok(protocol)) => return Ok((stream, protocol, trial)),
            Ok(Err(GreetError::Failed(failure))) => return Err(failure),
            Ok(Err(GreetError::CutAtHello)) => {}
            Err(_) => return Err((Fault::Unanswered, String::new())),
        }
    }
    Err((Fault::Closed, String::new()))
}
