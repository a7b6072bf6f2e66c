//! How much of a reply may still come: kept between whoever asks and whoever reads the stream.
//!
//! Knows which replies are awaited, in order, and their bounds; not what they say. Invariants: a reply that nobody
//! asked for breaks the quota, and what was broken stays broken.

use crate::core::limits::{PIPELINE_REPLY, REPLY_FIGURE, ReplyBound};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Why a stream is not read any further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Breach {
    /// This reply of this pipeline is longer than its bound, or all of them together are.
    TooLong { pipeline: u64, reply: usize },
    /// Lists within lists without an end, a line that does not end, or a reply that nobody asked for.
    NotAReply,
}

/// An awaited reply.
#[derive(Clone, Copy, Debug)]
struct Awaited {
    pipeline: u64,
    reply: usize,
    bound: ReplyBound,
}

/// What is left of every bound.
#[derive(Debug, Default)]
pub(super) struct Quota {
    is_open: bool,
    awaited: VecDeque<Awaited>,
    pipelines: u64,
    /// What was read of the reply that comes now, and of its pipeline.
    of_reply: Used,
    of_pipeline: Used,
    breach: Option<Breach>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Used {
    bytes: u64,
    values: u64,
}

impl Used {
    fn fits(self, bound: ReplyBound) -> bool {
        self.bytes <= bound.bytes && self.values <= bound.values
    }

    fn add(&mut self, bytes: u64, values: u64) {
        self.bytes = self.bytes.saturating_add(bytes);
        self.values = self.values.saturating_add(values);
    }
}

impl Quota {
    /// Awaits a pipeline's replies; its number.
    pub(super) fn await_replies(&mut self, bounds: impl Iterator<Item = ReplyBound>) -> u64 {
        self.is_open = true;
        self.pipelines += 1;
        let pipeline = self.pipelines;
        let awaited = bounds.enumerate().map(|(reply, bound)| Awaited { pipeline, reply, bound });
        self.awaited.extend(awaited);
        pipeline
    }

    /// The pipeline whose reply comes next.
    pub(super) fn pipeline(&self) -> Option<u64> {
        self.awaited.front().map(|awaited| awaited.pipeline)
    }

    /// Notes what can be no reply.
    pub(super) fn break_off(&mut self) -> Breach {
        *self.breach.get_or_insert(Breach::NotAReply)
    }

    /// Counts bytes and values of the reply that comes now.
    pub(super) fn count(&mut self, bytes: u64, values: u64) -> Result<(), Breach> {
        self.of_reply.add(bytes, values);
        self.of_pipeline.add(bytes, values);
        self.check(0, 0)
    }

    /// Bytes that are thrown away unread: they count for the pipeline alone.
    pub(super) fn count_dropped(&mut self, bytes: u64) -> Result<(), Breach> {
        self.of_pipeline.add(bytes, 0);
        self.check(0, 0)
    }

    /// Whether so much more would fit, as a length or a number of items claims.
    pub(super) fn check(&mut self, bytes: u64, values: u64) -> Result<(), Breach> {
        let (mut reply, mut pipeline) = (self.of_reply, self.of_pipeline);
        reply.add(bytes, values);
        pipeline.add(bytes, values);
        let front = self.awaited.front();
        // The greeting, before anything is awaited, is short; so is what a server tells without being asked.
        let bound = front.map_or(REPLY_FIGURE, |awaited| awaited.bound);
        if reply.fits(bound) && pipeline.fits(PIPELINE_REPLY) {
            return Ok(());
        }
        let breach = match front {
            Some(awaited) => Breach::TooLong { pipeline: awaited.pipeline, reply: awaited.reply },
            None => Breach::NotAReply,
        };
        Err(*self.breach.get_or_insert(breach))
    }

    /// A reply begins.
    pub(super) fn begin_reply(&mut self) -> Result<(), Breach> {
        match self.is_open && self.awaited.is_empty() {
            true => Err(self.break_off()),
            false => Ok(()),
        }
    }

    /// A reply, or a message in between, has ended.
    pub(super) fn end_reply(&mut self, is_reply: bool) {
        if is_reply {
            self.of_reply = Used::default();
            let ended = self.awaited.pop_front().map(|awaited| awaited.pipeline);
            if ended != self.awaited.front().map(|awaited| awaited.pipeline) {
                self.of_pipeline = Used::default();
            }
        }
    }
}

/// A quota that two hold.
#[derive(Clone, Debug, Default)]
pub(super) struct Shared(Arc<Mutex<Quota>>);

impl Shared {
    /// The quota. Nothing in here can leave it half-changed, so that a panic elsewhere does no harm.
    pub(super) fn lock(&self) -> MutexGuard<'_, Quota> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
