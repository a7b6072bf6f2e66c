//! A connection for the probe: greeted as any other, then spoken to word by word, so that a reply can be timed at the
//! moment its last byte was read.
//!
//! Knows frames and clocks; not what is measured. Invariants: it says what [`ProbeCmd`] can say and nothing else, and
//! no reply is kept that is longer than a message could be.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::Instant;

use super::super::dial::{Failure, Wire};
use super::convert::resp;
use super::legible::Legible;
use crate::config::Target;
use crate::core::limits::HANDSHAKE_REPLY_BYTES;
use crate::core::model::Fault;
use crate::core::model::probe::CLIENT_NAME;
use crate::core::wire::Resp;
use crate::core::wire::probe::{ProbeCmd, reply_len};
use crate::edge::clock::now_us;

/// A greeted connection, and what was read of the next reply.
pub(in crate::edge::link) struct Bare {
    stream: Legible<Box<dyn Wire>>,
    buffer: Vec<u8>,
    read_us: u64,
}

impl Bare {
    /// Connects, greets and says who we are.
    pub(in crate::edge::link) async fn open(target: &Target, deadline: Instant) -> Result<Self, Failure> {
        let (stream, _) = super::greeted(target, deadline).await?;
        let mut bare = Self { stream, buffer: Vec::with_capacity(1024), read_us: now_us() };
        let set_up: [&[&str]; 2] = [&["CLIENT", "SETNAME", CLIENT_NAME], &["CLIENT", "NO-EVICT", "on"]];
        for words in set_up {
            let words: Vec<Vec<u8>> = words.iter().map(|word| word.as_bytes().to_vec()).collect();
            bare.write(&[words]).await?;
            // What a server does not know or does not allow is left out.
            let reply = tokio::time::timeout_at(deadline, bare.receive()).await;
            reply.map_err(|_| (Fault::Unanswered, String::new()))??;
        }
        Ok(bare)
    }

    /// Sends; answers when the first byte left.
    pub(in crate::edge::link) async fn send(&mut self, command: &ProbeCmd) -> Result<u64, Failure> {
        self.write(&command.commands()).await
    }

    async fn write(&mut self, commands: &[Vec<Vec<u8>>]) -> Result<u64, Failure> {
        let mut packed = Vec::with_capacity(256);
        for words in commands {
            let mut command = redis::Cmd::new();
            for word in words {
                command.arg(word.as_slice());
            }
            packed.extend(command.get_packed_command());
        }
        let sent_us = now_us();
        let closed = |error: std::io::Error| (Fault::Closed, error.to_string());
        self.stream.write_all(&packed).await.map_err(closed)?;
        self.stream.flush().await.map_err(closed)?;
        Ok(sent_us)
    }

    /// The next reply or message, and when its last byte was read. Nothing is lost when this is given up half-way.
    pub(in crate::edge::link) async fn receive(&mut self) -> Result<(Resp, u64), Failure> {
        let foreign = || (Fault::NotRedis, "its reply can't be read".to_owned());
        loop {
            if let Some(len) = reply_len(&self.buffer).map_err(|_| foreign())? {
                let reply: Vec<u8> = self.buffer.drain(..len).collect();
                let value = redis::parse_redis_value(&reply).map_err(|_| foreign())?;
                return Ok((resp(value), self.read_us));
            }
            if self.buffer.len() > HANDSHAKE_REPLY_BYTES {
                return Err(foreign());
            }
            let read = self.stream.read_buf(&mut self.buffer).await;
            self.read_us = now_us();
            match read {
                Ok(0) => return Err((Fault::Closed, String::new())),
                Ok(_) => {}
                Err(error) => return Err((Fault::Closed, error.to_string())),
            }
        }
    }
}
