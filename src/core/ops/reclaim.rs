//! Settling pending rows of a group: hand over, release, requeue, dead-letter, drop, sweep.
//!
//! | action | key | does | refused when |
//! |---|---|---|---|
//! | `reclaim --to NAME` | `R` | gives rows to a consumer; deliveries stay as they are; rows without an entry are dropped and counted apart | there is no such consumer |
//! | `reclaim --release` | `R` | leaves rows with their owner, so old that workers' own XAUTOCLAIM takes them | |
//! | `reclaim --requeue`, `--dead-letter KEY` | `R` | appends a copy (with its origin in `_key _id _group _consumer _deliveries`) and acknowledges, in one script | the other key is no stream |
//! | `reclaim --drop`, `--sweep` | `R`, `A` for one row | acknowledges rows, or those whose entry is gone | |

pub mod plan;
pub mod request;
pub mod run;
pub(super) mod survey;

pub use run::SettleWork;

use super::plan::ActionKind;

/// Its words.
pub const KIND: ActionKind = ActionKind {
    part: Some("pending entries of"),
    asks_by_verb: true,
    ..ActionKind::new("reclaim", "Reclaim", "pending entry")
};
