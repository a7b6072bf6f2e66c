//! Ending a client's connection.
//!
//! Knows CLIENT LIST. Invariant: what carries the replication, and a streamgauge, is left alone.
//!
//! | action | key | does | refused when |
//! |---|---|---|---|
//! | `kill-client ID` | `K` | `CLIENT KILL ID` | it carries the replication, or is a streamgauge |

mod plan;
pub mod request;
mod run;
pub(super) mod survey;

use super::plan::ActionKind;

/// Its words.
pub const KIND: ActionKind =
    ActionKind { is_single: true, ..ActionKind::new("kill-client", "Kill", "client") };
