//! A round on its way: what was sent, and what of it has come.
//!
//! Knows when all of it is there; not what it means. Invariant: it is taken once.

use crate::core::model::Gap;
use crate::core::model::refusals::RefusalCounts;
use crate::core::wire::decode::FactsSoFar;
use crate::edge::link::AskResult;
use futures_util::future::MaybeDone;
use std::pin::Pin;
use std::task::{Context, Poll};

/// A round that is under way.
pub struct Flight {
    pub(super) gaps: Vec<Gap>,
    /// What we had been refused when it was sent.
    pub(super) refused: RefusalCounts,
    pub(super) answer: MaybeDone<FlightAnswer>,
}

pub(super) type FlightAnswer = Pin<Box<dyn Future<Output = FlightResult> + Send>>;

/// What came of a round, and what it says, as far as it came.
pub struct FlightResult {
    pub(super) asked: AskResult,
    pub(super) facts: FactsSoFar,
}

impl Flight {
    /// Sends it, and later takes in what comes; ready when all of it is there.
    pub fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.answer).poll(cx)
    }

    /// What came of it, once it is there.
    pub fn take(&mut self) -> Option<FlightResult> {
        Pin::new(&mut self.answer).take_output()
    }
}
