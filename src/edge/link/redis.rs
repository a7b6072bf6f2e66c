//! One session with one server: the only place, with `redis/`, that names the client library.
//!
//! Knows how to greet a server, set the session up and exchange pipelines; does not know lanes' policies,
//! retries or what replies mean. Invariant: one error reply fails one command; the driver of the
//! connection ends with the session.

mod convert;
mod filter;
mod handshake;
mod probe;
mod quota;

pub(super) use probe::Bare;

use std::time::Duration;

use redis::aio::{ConnectionLike, MultiplexedConnection};
use redis::{AsyncConnectionConfig, Pipeline, RedisConnectionInfo, RedisError};
use tokio::task::JoinHandle;
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
use filter::ReplyFilter;
use handshake::{GreetError, Talk, greet};
use quota::{Breach, Shared};

/// A greeted, set up connection.
pub(super) struct RedisSession {
    channel: RedisChannel,
    driver: JoinHandle<()>,
    protocol: Protocol,
}

/// What goes over its connection, from wherever it is asked; it answers nothing any more once the session has ended.
#[derive(Clone)]
pub(super) struct RedisChannel {
    connection: MultiplexedConnection,
    quota: Shared,
    ledger: LinkLedger,
}

/// Why a pipeline has no replies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unanswered {
    /// None came, or not all of them.
    Lost(NoReply),
    /// The reply to the command of this number was too long: the connection is cut.
    TooLong(usize),
    /// What came is no reply, or one that nobody asked for: the connection is cut.
    NotAReply,
}

impl Drop for RedisSession {
    fn drop(&mut self) {
        self.driver.abort();
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
        let quota = stream.quota();
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(None)
            .set_response_timeout(Some(response_timeout));
        // Nothing is left for the library to say: without password, database and library name its own
        // handshake is empty.
        let nothing = RedisConnectionInfo::default().set_skip_set_lib_name();
        let made = MultiplexedConnection::new_with_config(&nothing, stream, config).await;
        let (connection, driver) = made.map_err(|_| (Fault::Closed, String::new()))?;
        let channel = RedisChannel { connection, quota, ledger: ledger.clone() };
        let mut session = Self { channel, driver: tokio::spawn(driver), protocol };
        session.set_up(name, deadline).await?;
        Ok(session)
    }

    /// The protocol agreed on.
    pub(super) fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// Whether the connection has ended.
    pub(super) fn is_over(&self) -> bool {
        self.driver.is_finished()
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
        let replies = match timeout_at(deadline, exchange).await {
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
        self.channel.ledger.manners()
    }
}

const LIBRARY_VERSION: [&str; 3] = ["SETINFO", "LIB-VER", env!("CARGO_PKG_VERSION")];

/// CLIENT with these words, those that are not empty.
fn client(words: &[&str]) -> (Vec<Vec<u8>>, ReplyBound) {
    let words = std::iter::once(&"CLIENT").chain(words).filter(|word| !word.is_empty());
    (words.map(|word| word.as_bytes().to_vec()).collect(), REPLY_FIGURE)
}

impl RedisChannel {
    /// Sends all commands in one pipeline; one reply for each, in order, errors among them. Each comes with the bound
    /// of its reply.
    pub(super) async fn exchange(
        &mut self,
        commands: Vec<(Vec<Vec<u8>>, ReplyBound)>,
    ) -> Result<Vec<Resp>, Unanswered> {
        let (mut pipeline, count) = (Pipeline::new(), commands.len());
        let number = self.quota.lock().await_replies(commands.iter().map(|(_, bound)| *bound));
        for (command, _) in commands {
            let mut words = redis::Cmd::new();
            for word in command {
                words.arg(word);
            }
            pipeline.add_command(words);
        }
        let flight = self.ledger.sending(count);
        match self.connection.req_packed_commands(&pipeline, 0, count).await {
            Ok(replies) => {
                let replies: Vec<Resp> = replies.into_iter().map(convert::resp).collect();
                flight.all_answered(&replies);
                Ok(replies)
            }
            Err(error) => Err(match self.quota.lock().breach() {
                Some(Breach::TooLong { pipeline, reply }) if pipeline == number => Unanswered::TooLong(reply),
                Some(Breach::NotAReply) => Unanswered::NotAReply,
                _ => Unanswered::Lost(lost(&error)),
            }),
        }
    }
}

/// A greeted stream, its protocol, and the right to try the words of the set-up that nobody has tried yet.
type Greeted<'a> = (ReplyFilter<Box<dyn Wire>>, Protocol, Option<Trial<'a>>);

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
        let mut stream = ReplyFilter::new(dial(target, deadline).await?);
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

fn lost(error: &RedisError) -> NoReply {
    if error.is_timeout() { NoReply::TimedOut } else { NoReply::Disconnected }
}
