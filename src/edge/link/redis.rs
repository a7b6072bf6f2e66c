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

use super::dial::dial;
use super::stream::{ConnectFailure, Wire};
use crate::config::Target;
use crate::core::limits::{REPLY_FIGURE, ReplyBound};
use crate::core::model::{Fault, Protocol};
use crate::core::wire::{NoReply, Resp};
use filter::ReplyFilter;
use handshake::{GreetError, greet};
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
    ) -> Result<Self, ConnectFailure> {
        let (stream, protocol) = greeted(target, deadline).await?;
        let quota = stream.quota();
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(None)
            .set_response_timeout(Some(response_timeout));
        // Nothing is left for the library to say: without password, database and library name its own
        // handshake is empty.
        let nothing = RedisConnectionInfo::default().set_skip_set_lib_name();
        let made = MultiplexedConnection::new_with_config(&nothing, stream, config).await;
        let (connection, driver) = made.map_err(|_| (Fault::Closed, String::new()))?;
        let channel = RedisChannel { connection, quota };
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
    /// know or does not allow is left out.
    async fn set_up(&mut self, name: &str, deadline: Instant) -> Result<(), ConnectFailure> {
        let mut pipeline = Pipeline::new();
        for words in [
            ["SETNAME", name, ""],
            ["SETINFO", "LIB-NAME", env!("CARGO_PKG_NAME")],
            ["SETINFO", "LIB-VER", env!("CARGO_PKG_VERSION")],
            ["NO-EVICT", "on", ""],
            ["NO-TOUCH", "on", ""],
        ] {
            pipeline.cmd("CLIENT");
            for word in words.into_iter().filter(|word| !word.is_empty()) {
                pipeline.arg(word);
            }
        }
        let count = pipeline.len();
        self.channel.quota.lock().await_replies(std::iter::repeat_n(REPLY_FIGURE, count));
        match timeout_at(deadline, self.channel.connection.req_packed_commands(&pipeline, 0, count)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) if lost(&error) == NoReply::Disconnected => Err((Fault::Closed, String::new())),
            Ok(Err(_)) | Err(_) => Err((Fault::Unanswered, String::new())),
        }
    }
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
        match self.connection.req_packed_commands(&pipeline, 0, count).await {
            Ok(replies) => Ok(replies.into_iter().map(convert::resp).collect()),
            Err(error) => Err(match self.quota.lock().breach() {
                Some(Breach::TooLong { pipeline, reply }) if pipeline == number => Unanswered::TooLong(reply),
                Some(Breach::NotAReply) => Unanswered::NotAReply,
                _ => Unanswered::Lost(lost(&error)),
            }),
        }
    }
}

/// A stream on which the first words have been exchanged. HELLO that made a server hang up is left out on
/// a second connection.
async fn greeted(
    target: &Target,
    deadline: Instant,
) -> Result<(ReplyFilter<Box<dyn Wire>>, Protocol), ConnectFailure> {
    for hello in [true, false] {
        let mut stream = ReplyFilter::new(dial(target, deadline).await?);
        match timeout_at(deadline, greet(&mut stream, target, hello)).await {
            Ok(Ok(protocol)) => return Ok((stream, protocol)),
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
