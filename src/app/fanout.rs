//! The lists of the fan-out screen: one has the cursor, the others wait.
//!
//! Knows which there are and which matters most; not what is in them. Invariant: what somebody chose stays, what nobody
//! chose follows what is wrong.

use super::cell::TableId;
use crate::core::reading::Reading;
use crate::core::worded::worded;

worded! {
    /// One of its lists.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum FanoutPart {
        /// Who listens, whoever is behind first.
        Subscribers "Subscribers",
        /// Channels with their subscribers.
        Channels "Channels",
        /// Groups of streams, side by side.
        Groups "Streams by group",
        /// Channel layers.
        Layers "Channel layers",
    }
    /// What it is called.
    fn title
}

impl FanoutPart {
    /// Its table.
    pub const fn table(self) -> TableId {
        match self {
            Self::Subscribers => TableId::Subscribers,
            Self::Channels => TableId::Channels,
            Self::Groups => TableId::Deliveries,
            Self::Layers => TableId::Layers,
        }
    }

    /// The next one, all the way round.
    pub fn next(self) -> Self {
        let at = Self::ALL.iter().position(|part| *part == self).unwrap_or(0);
        Self::ALL.get((at + 1) % Self::ALL.len()).copied().unwrap_or(self)
    }

    /// The one that says most now: whoever is behind, else channels, else streams, else layers.
    pub fn telling(reading: &Reading) -> Self {
        let track = reading.fanout();
        let has_groups = reading.streams().values().any(|stream| !stream.groups.is_empty());
        if track.subscribers.is_anybody_slow() {
            Self::Subscribers
        } else if track.channel_count() == 0 && has_groups {
            Self::Groups
        } else {
            Self::Channels
        }
    }
}
