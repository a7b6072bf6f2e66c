//! A connection for the probe: greeted as any other, then spoken to word by word, so that a reply can be timed at the
//! moment its last byte was read.
//!
//! Knows frames and clocks; not what is measured. Invariants: it says what [`ProbeCmd`] can say and nothing else, and
//! no reply is kept that is longer than a message could be.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::Instant;

use super::super::LinkLedger;
use super::super::ledger::InFlight;
use super::super::manners::Courtesy;
use super::super::stream::{ConnectFailure, Wire};
use super::channel::encoded;
use super::reader::whole;
use crate::config::Target;
use crate::core::limits::HANDSHAKE_REPLY_BYTES;
use crate::core::model::Fault;
use crate::core::model::probe::CLIENT_NAME;
use crate::core::wire::Resp;
use crate::core::wire::probe::{ProbeCmd, reply_len, seq_at_end};
use crate::edge::clock::now_us;

/// A greeted connection, and what was read of the next reply.
pub(in crate::edge::link) struct Bare {
    stream: Box<dyn Wire>,
    buffer: Vec<u8>,
    read_us: u64,
    ledger: LinkLedger,
    /// What was sent last and has no reply yet.
    flight: Option<InFlight>,
}

impl Bare {
    /// Connects, greets and says who we are.
    pub(in crate::edge::link) async fn open(
        target: &Target,
        deadline: Instant,
        ledger: &LinkLedger,
    ) -> Result<Self, ConnectFailure> {
        let (stream, _, _trial) = super::greeted(target, deadline, ledger).await?;
        let (buffer, ledger) = (Vec::with_capacity(1024), ledger.clone());
        let mut bare = Self { stream, buffer, read_us: now_us(), ledger: ledger.clone(), flight: None };
        let set_up: [(Courtesy, &[&str]); 2] = [
            (Courtesy::SetName, &["CLIENT", "SETNAME", CLIENT_NAME]),
            (Courtesy::NoEvict, &["CLIENT", "NO-EVICT", "on"]),
        ];
        for (courtesy, words) in set_up {
            if !ledger.manners().may(courtesy, now_us()) {
                continue;
            }
            let words: Vec<Vec<u8>> = words.iter().map(|word| word.as_bytes().to_vec()).collect();
            bare.write(&[words]).await?;
            // What a server does not know or does not allow is left out.
            let reply = tokio::time::timeout_at(deadline, bare.receive()).await;
            let (reply, _) = reply.map_err(|_| (Fault::Unanswered, String::new()))??;
            ledger.manners().learn(courtesy, &reply, now_us());
        }
        Ok(bare)
    }

    /// Sends; answers when the first byte left.
    pub(in crate::edge::link) async fn send(&mut self, command: &ProbeCmd) -> Result<u64, ConnectFailure> {
        self.write(&command.commands()).await
    }

    async fn write(&mut self, commands: &[Vec<Vec<u8>>]) -> Result<u64, ConnectFailure> {
        let packed = encoded(commands.iter().map(Vec::as_slice));
        self.flight = Some(self.ledger.sending(commands.len()));
        let sent_us = now_us();
        let closed = |error: std::io::Error| (Fault::Closed, error.to_string());
        self.stream.write_all(&packed).await.map_err(closed)?;
        self.stream.flush().await.map_err(closed)?;
        Ok(sent_us)
    }

    /// The number of the next message, and when its last byte was read. What is read beside it is dropped: messages come
    /// one at a time. The time-stamp is taken first and nothing is made of the rest, so that whoever listens on the next
    /// connection is not kept waiting.
    pub(in crate::edge::link) async fn message(&mut self) -> Result<(u64, u64), ConnectFailure> {
        loop {
            if let Some(seq) = seq_at_end(&self.buffer) {
                self.buffer.clear();
                return Ok((seq, self.read_us));
            }
            self.read().await?;
        }
    }

    /// The next reply or message, and when its last byte was read. Nothing is lost when this is given up half-way.
    pub(in crate::edge::link) async fn receive(&mut self) -> Result<(Resp, u64), ConnectFailure> {
        let foreign = || (Fault::NotRedis, "its reply can't be read".to_owned());
        loop {
            if let Some(number) = count(&self.buffer) {
                // What PUBLISH answers, taken apart by hand: listeners wait meanwhile.
                self.buffer.clear();
                self.answered(&Resp::Int(number));
                return Ok((Resp::Int(number), self.read_us));
            }
            if let Some(len) = reply_len(&self.buffer).map_err(|_| foreign())? {
                let reply: Vec<u8> = self.buffer.drain(..len).collect();
                let value = whole(reply).ok_or_else(foreign)?;
                self.answered(&value);
                return Ok((value, self.read_us));
            }
            self.read().await?;
        }
    }

    fn answered(&mut self, reply: &Resp) {
        if let Some(flight) = &mut self.flight {
            flight.answered(reply);
        }
    }

    async fn read(&mut self) -> Result<(), ConnectFailure> {
        if self.buffer.len() > HANDSHAKE_REPLY_BYTES {
            return Err((Fault::NotRedis, "its reply is too long".to_owned()));
        }
        let read = self.stream.read_buf(&mut self.buffer).await;
        self.read_us = now_us();
        match read {
            Ok(0) => Err((Fault::Closed, String::new())),
            Ok(_) => Ok(()),
            Err(error) => Err((Fault::Closed, error.to_string())),
        }
    }
}

/// The number of a reply that is one and nothing more.
fn count(bytes: &[u8]) -> Option<i64> {
    let line = bytes.strip_prefix(b":")?.strip_suffix(b"\r\n")?;
    std::str::from_utf8(line).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_number_alone_is_taken_apart_by_hand() {
        assert_eq!([count(b":20\r\n"), count(b":-1\r\n")], [Some(20), Some(-1)]);
        for other in [&b""[..], b":2", b":2\r\n:3\r\n", b"+OK\r\n", b"-ERR 1\r\n"] {
            assert_eq!(count(other), None);
        }
    }
}
