//! Questions of somebody who looks at something: entries of a stream, a page at a time.
//!
//! Knows which command answers a question; does not know who asks.

use super::read::ReadCmd;
use crate::core::model::{Name, StreamId};

/// Entries on one page.
pub const PAGE: u32 = 100;

/// What is asked: a page of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntriesQuestion {
    /// The stream.
    pub key: Name,
    /// Which page.
    pub from: Page,
}

/// Which page of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// The newest entries.
    Newest,
    /// The oldest entries.
    Oldest,
    /// From this id on, itself included.
    From(StreamId),
    /// Those right before this id.
    Before(StreamId),
    /// Those right after this id.
    After(StreamId),
}

impl EntriesQuestion {
    /// The command that answers it.
    pub fn command(&self) -> ReadCmd {
        let (key, count) = (self.key.clone(), PAGE);
        let (min, max) = (StreamId::MIN, StreamId::MAX);
        match self.from {
            Page::Newest => ReadCmd::Xrevrange { key, end: max, start: min, count },
            Page::Oldest => ReadCmd::Xrange { key, start: min, end: max, count },
            Page::From(id) => ReadCmd::Xrange { key, start: id, end: max, count },
            Page::After(id) => ReadCmd::Xrange { key, start: id.successor(), end: max, count },
            Page::Before(id) => ReadCmd::Xrevrange { key, end: id.predecessor(), start: min, count },
        }
    }
}
