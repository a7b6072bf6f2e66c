//! Whether anything may be written at all: read-only, locked, armed for a while, or a command line's own consent.
//!
//! Knows the rules; not the keys that change them. Invariant: read-only is for ever, and armed ends by itself.

/// What a target allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// What the operator calls the target.
    pub target: String,
    /// Its name has to be typed.
    pub production: bool,
    /// How things stand.
    pub state: WriteState,
    /// Whether the plan is confirmed on a screen, where a slip of the finger is near.
    pub on_screen: bool,
}

/// How things stand with writing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteState {
    /// Nothing can be written: there is no link for it.
    ReadOnly,
    /// Nothing may be written until it is unlocked.
    Locked,
    /// Writing is possible until then: microseconds of the process's clock.
    Armed {
        /// Until when.
        until_us: u64,
    },
    /// A command line says what it wants each time: there is no lock.
    Open,
}

impl WriteState {
    /// As it is at `now_us`: what was armed is locked again when its time is over.
    pub const fn at(self, now_us: u64) -> Self {
        match self {
            Self::Armed { until_us } if now_us >= until_us => Self::Locked,
            state => state,
        }
    }

    /// Unlocks for so long. Read-only stays what it is.
    pub const fn unlocked(self, now_us: u64, for_ms: u64) -> Self {
        match self {
            Self::ReadOnly => Self::ReadOnly,
            _ => Self::Armed { until_us: now_us.saturating_add(for_ms.saturating_mul(1_000)) },
        }
    }

    /// Whether something may be written at `now_us`.
    pub const fn may_write(self, now_us: u64) -> bool {
        matches!(self.at(now_us), Self::Armed { .. } | Self::Open)
    }

    /// Seconds that it stays armed.
    pub const fn armed_s(self, now_us: u64) -> Option<u64> {
        match self.at(now_us) {
            Self::Armed { until_us } => Some(until_us.saturating_sub(now_us).div_ceil(1_000_000)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_armed_is_locked_again_by_itself_and_read_only_is_never_armed() {
        let armed = WriteState::Locked.unlocked(1_000_000, 600_000);
        assert_eq!(armed.armed_s(1_000_000), Some(600));
        assert!(armed.may_write(600_999_999));
        assert_eq!(armed.at(601_000_000), WriteState::Locked);
        assert_eq!(WriteState::ReadOnly.unlocked(0, 600_000), WriteState::ReadOnly);
        assert!(!WriteState::ReadOnly.may_write(0) && !WriteState::Locked.may_write(0));
    }
}
