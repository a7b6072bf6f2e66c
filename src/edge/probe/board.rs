//! Where listeners note what they hear: of one message, how many, the first and the last.
//!
//! Knows numbers. Invariants: whoever waits is woken once, by the last listener, so that nothing stands between two of
//! them; what belongs to another message is not noted.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use tokio::sync::Notify;

/// Deliveries of the message that is under way.
#[derive(Debug)]
pub(super) struct Board {
    expected: u32,
    seq: AtomicU64,
    count: AtomicU32,
    first_us: AtomicU64,
    last_us: AtomicU64,
    complete: Notify,
}

/// Deliveries of one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Got {
    /// How many.
    pub count: u32,
    /// The first, where there is one.
    pub first_us: Option<u64>,
    /// The last so far.
    pub last_us: Option<u64>,
}

impl Board {
    /// For so many listeners.
    pub fn new(expected: u32) -> Self {
        Self {
            expected,
            seq: AtomicU64::new(0),
            count: AtomicU32::new(0),
            first_us: AtomicU64::new(u64::MAX),
            last_us: AtomicU64::new(0),
            complete: Notify::new(),
        }
    }

    /// How many listeners there are.
    pub fn expected(&self) -> u32 {
        self.expected
    }

    /// The next message is under way.
    pub fn begin(&self, seq: u64) {
        self.seq.store(seq, Ordering::SeqCst);
        self.count.store(0, Ordering::SeqCst);
        self.first_us.store(u64::MAX, Ordering::SeqCst);
        self.last_us.store(0, Ordering::SeqCst);
    }

    /// A listener has a message.
    pub fn hear(&self, seq: u64, at_us: u64) {
        if self.seq.load(Ordering::SeqCst) != seq {
            return;
        }
        self.first_us.fetch_min(at_us, Ordering::SeqCst);
        self.last_us.fetch_max(at_us, Ordering::SeqCst);
        if self.count.fetch_add(1, Ordering::SeqCst) + 1 == self.expected {
            self.complete.notify_one();
        }
    }

    /// Waits until everybody has it.
    pub async fn complete(&self) {
        while self.count.load(Ordering::SeqCst) < self.expected {
            self.complete.notified().await;
        }
    }

    /// What was heard so far.
    pub fn got(&self) -> Got {
        let count = self.count.load(Ordering::SeqCst);
        let at = |us: &AtomicU64| (count > 0).then(|| us.load(Ordering::SeqCst));
        Got { count, first_us: at(&self.first_us), last_us: at(&self.last_us) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_and_the_last_of_one_message_are_noted_and_no_other() {
        let board = Board::new(2);
        board.begin(7);
        for (seq, at_us) in [(6, 1), (7, 30), (7, 20)] {
            board.hear(seq, at_us);
        }
        assert_eq!(board.got(), Got { count: 2, first_us: Some(20), last_us: Some(30) });
        board.begin(8);
        assert_eq!(board.got(), Got { count: 0, first_us: None, last_us: None });
    }
}
