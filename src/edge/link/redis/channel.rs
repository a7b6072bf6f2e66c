//! Pipelines over one connection: several may be under way at once, and are answered in the order sent.
//!
//! Knows requests, replies, their bounds and the time they may take; not what they mean. Invariants: replies are read
//! by whoever waits for them, without a task in between; replies that nobody waits for any more are read past; a
//! request that was not sent whole ends the connection.

use std::future::poll_fn;
use std::io::Write;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use futures_util::future::try_join;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt, ReadBuf, ReadHalf, WriteHalf};
use tokio::sync::{Mutex, watch};
use tokio::task::coop::unconstrained;
use tokio::time::timeout;

use super::super::LinkLedger;
use super::super::stream::Wire;
use super::quota::{Breach, Shared};
use super::reader::ReplyReader;
use super::{PipelineReplies, Unanswered};
use crate::core::limits::ReplyBound;
use crate::core::wire::{NoReply, Resp};
use crate::edge::clock::now_us;

/// A command with the bound of its reply.
pub(super) type BoundedCommand = (Vec<Vec<u8>>, ReplyBound);

/// What goes over a connection, from wherever it is asked; it answers nothing any more once the session has ended.
#[derive(Clone)]
pub(in crate::edge::link) struct RedisChannel {
    ends: Arc<ConnectionEnds>,
    /// Closed when the session ends.
    session: watch::Receiver<()>,
    response_timeout: Duration,
    ledger: LinkLedger,
}

/// Both ends of a connection.
struct ConnectionEnds {
    writer: Mutex<WriteHalf<Box<dyn Wire>>>,
    reader: Arc<Mutex<ConnectionReader>>,
    quota: Shared,
    is_over: AtomicBool,
}

struct ConnectionReader {
    stream: ReadHalf<Box<dyn Wire>>,
    replies: ReplyReader,
}

/// Ends the connection unless what was begun is finished.
struct Unfinished<'a>(Option<&'a AtomicBool>);

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        if let Some(is_over) = self.0 {
            is_over.store(true, Ordering::Relaxed);
        }
    }
}

impl RedisChannel {
    /// Over a greeted stream. It ends with the sender of `session`.
    pub(super) fn new(
        stream: Box<dyn Wire>,
        session: watch::Receiver<()>,
        response_timeout: Duration,
        ledger: &LinkLedger,
    ) -> Self {
        let (read, write) = tokio::io::split(stream);
        let reader = ConnectionReader { stream: read, replies: ReplyReader::default() };
        let ends = ConnectionEnds {
            writer: Mutex::new(write),
            reader: Arc::new(Mutex::new(reader)),
            quota: Shared::default(),
            is_over: AtomicBool::new(false),
        };
        Self { ends: Arc::new(ends), session, response_timeout, ledger: ledger.clone() }
    }

    pub(super) const fn ledger(&self) -> &LinkLedger {
        &self.ledger
    }

    /// Whether the connection has ended: where nobody reads, it is looked at.
    pub(super) fn is_over(&self) -> bool {
        if let Ok(mut reader) = self.ends.reader.try_lock()
            && !reader.is_alive(&self.ends.quota)
        {
            self.ends.is_over.store(true, Ordering::Relaxed);
        }
        self.ends.is_over.load(Ordering::Relaxed)
    }

    /// Sends all commands in one pipeline; one reply for each, in order, errors among them, as far as they come.
    pub(in crate::edge::link) async fn exchange(&mut self, requests: Vec<BoundedCommand>) -> PipelineReplies {
        let flight = self.ledger.sending(requests.len());
        let mut answer =
            PipelineReplies { came: Vec::with_capacity(requests.len()), missing: None, sent_us: now_us() };
        let exchange = timeout(self.response_timeout, self.ends.exchange(&requests, &mut answer));
        let done = tokio::select! {
            biased;
            done = exchange => done.unwrap_or(Err(Unanswered::Lost(NoReply::TimedOut))),
            _ = self.session.changed() => Err(Unanswered::Lost(NoReply::Disconnected)),
        };
        flight.all_answered(&answer.came);
        answer.missing = done.err();
        answer
    }
}

impl ConnectionEnds {
    async fn exchange(
        &self,
        requests: &[BoundedCommand],
        answer: &mut PipelineReplies,
    ) -> Result<(), Unanswered> {
        let bytes = encoded(requests.iter().map(|(words, _)| words.as_slice()));
        let mut writer = self.writer.lock().await;
        if self.is_over.load(Ordering::Relaxed) {
            return Err(Unanswered::Lost(NoReply::Disconnected));
        }
        let number = self.quota.lock().await_replies(requests.iter().map(|(_, bound)| *bound));
        // It stands in line for its replies before the next request can be written, whatever else this task has done.
        let mut turn = pin!(unconstrained(self.reader.clone().lock_owned()));
        let ready = poll_fn(|cx| Poll::Ready(turn.as_mut().poll(cx))).await;
        // As late as can be: whoever compares counters wants to know what the server had seen before it.
        answer.sent_us = now_us();
        let came = &mut answer.came;
        let write = async {
            let mut unfinished = Unfinished(Some(&self.is_over));
            let written = async {
                writer.write_all(&bytes).await?;
                writer.flush().await
            };
            written.await.map_err(|_| Unanswered::Lost(NoReply::Disconnected))?;
            unfinished.0 = None;
            drop(writer);
            Ok(())
        };
        let read = async {
            let mut reader = match ready {
                Poll::Ready(reader) => reader,
                Poll::Pending => turn.await,
            };
            let read = reader.replies(number, requests.len(), came, &self.quota).await;
            if read.is_err() {
                self.is_over.store(true, Ordering::Relaxed);
            }
            read
        };
        try_join(write, read).await.map(|_| ())
    }
}

impl ConnectionReader {
    /// Puts the replies of pipeline `number` into `came`; what is left of earlier ones is read past.
    async fn replies(
        &mut self,
        number: u64,
        count: usize,
        came: &mut Vec<Resp>,
        quota: &Shared,
    ) -> Result<(), Unanswered> {
        while came.len() < count {
            let next = {
                let mut quota = quota.lock();
                let is_ours = quota.pipeline() == Some(number);
                (self.replies.next(&mut quota), is_ours)
            };
            match next {
                (Ok(Some(reply)), true) => came.push(reply),
                (Ok(Some(_)), false) => {}
                (Ok(None), _) => match self.stream.read_buf(self.replies.room()).await {
                    Ok(read) if read > 0 => {}
                    _ => return Err(Unanswered::Lost(NoReply::Disconnected)),
                },
                (Err(Breach::TooLong { pipeline, reply }), _) if pipeline == number => {
                    return Err(Unanswered::TooLong(reply));
                }
                (Err(Breach::TooLong { .. }), _) => return Err(Unanswered::Lost(NoReply::Disconnected)),
                (Err(Breach::NotAReply), _) => return Err(Unanswered::NotAReply),
            }
        }
        Ok(())
    }

    /// Whether the stream goes on, as far as can be told without waiting. Where replies are awaited nothing is taken: they
    /// belong to somebody, who may have sent a command since this look began.
    fn is_alive(&mut self, quota: &Shared) -> bool {
        let mut bytes = [0; 1024];
        let mut context = Context::from_waker(Waker::noop());
        loop {
            {
                let mut quota = quota.lock();
                if quota.pipeline().is_some() {
                    return true;
                }
                // Nothing is awaited: only messages are passed over.
                if !matches!(self.replies.next(&mut quota), Ok(None)) {
                    return false;
                }
            }
            let mut read = ReadBuf::new(&mut bytes);
            match Pin::new(&mut self.stream).poll_read(&mut context, &mut read) {
                Poll::Pending => return true,
                Poll::Ready(Ok(())) if !read.filled().is_empty() => {
                    self.replies.room().extend_from_slice(read.filled());
                }
                Poll::Ready(_) => return false,
            }
        }
    }
}

/// Commands as the protocol has them.
pub(super) fn encoded<'a>(commands: impl IntoIterator<Item = &'a [Vec<u8>]>) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(1024);
    for words in commands {
        // A vector takes all that is written.
        let _ = write!(bytes, "*{}\r\n", words.len());
        for word in words {
            let _ = write!(bytes, "${}\r\n", word.len());
            bytes.extend_from_slice(word);
            bytes.extend_from_slice(b"\r\n");
        }
    }
    bytes
}
