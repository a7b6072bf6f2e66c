//! Ending the script or function that holds the server.
//!
//! Knows the words of BUSY. Invariant: nothing but PING is asked before, since the server answers BUSY to everything else.
//!
//! | action | key | does | refused when |
//! |---|---|---|---|
//! | `kill-script` | `B` | `SCRIPT KILL` or `FUNCTION KILL`, whichever the server's BUSY names; works while the server answers BUSY to everything else | it has written already (UNKILLABLE); a module command holds the server |

mod plan;
pub mod request;
mod run;
pub(super) mod survey;

use super::plan::ActionKind;

/// Its words.
pub const KIND: ActionKind =
    ActionKind { is_single: true, ..ActionKind::new("kill-script", "Kill", "script") };
