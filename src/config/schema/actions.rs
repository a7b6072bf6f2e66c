//! The settings of `[actions]`: what is protected, how long writing stays unlocked, what is kept, how fast it goes.
//!
//! Knows keys and defaults; not what an action does. Invariant: every default reads and takes effect.

use super::{Setting, rows};
use crate::config::value::{Kind, Value};

/// Every key of `[actions]`.
pub const ACTIONS: &[Setting] = rows! {
    "actions.unlock_for", Kind::DurationMs(10_000, 28_800_000), "\"10m\"", Duration, actions.unlock_for,
        "How long writing stays unlocked in the console, 10s to 8h.";
    "actions.protect", Kind::List, "[]", List, actions.protect,
        "Globs of keys that no invalidation touches, beside streams, locks and the keys of queues.";
    "actions.archive_max", Kind::Size, "\"1gb\"", Size, actions.archive_max,
        "What all archives of removed data may take on this disk. An action stops before it would exceed that.";
    "actions.invalidate_per_s", Kind::Whole(0, 10_000_000), "1000000", Whole, actions.invalidate_per_s,
        "Keys that an invalidation removes a second at most, where others do not feel it; 0 for as fast as it goes.";
};
