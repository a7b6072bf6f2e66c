//! Bringing back what an action removed, from its archive.
//!
//! Knows frames and how each goes back; reads no file. Invariants: nothing that is there again is written over, a row
//! that somebody has touched since stays as it is, and what was kept but not removed is not brought back.
//!
//! | action | key | does | refused when |
//! |---|---|---|---|
//! | `undo ID` | `U`, the last one that is not back yet | brings back from the archive | another target; the stream beside is in the way |

pub mod plan;
pub mod request;
pub mod run;
pub(super) mod survey;

use super::plan::ActionKind;

pub use run::UndoWork;

/// Its words.
pub const KIND: ActionKind = ActionKind { is_about_keys: true, ..ActionKind::new("undo", "Undo", "item") };
