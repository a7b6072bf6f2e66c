//! What is drawn: pure functions from values to cells of a `ratatui` buffer.
//!
//! Knows themes, units and shapes. Does not know terminals, time or where figures come from.
//! Invariant: nothing here panics at any size, and nothing draws outside the area it was given.

pub mod dump;
pub mod format;
pub mod theme;
pub mod widgets;
