//! Invalidating keys: a walk through the keyspace, and per page what may go.
//!
//! Knows pages and types as values; asks nothing itself. Invariant: a key is looked at right before it goes, and one
//! that is protected, of another type or not as it was kept stays; the cursor goes on over what was removed.
//!
//! | action | key | does | refused when |
//! |---|---|---|---|
//! | `invalidate PATTERN` | `I` | SCAN (or the names that the plan found, where consent came with it), then a script that removes those keys whose type and name leave no doubt, and tells the types of the others, which are looked at first; a key goes only while it still has its type (where EVAL is not allowed TYPE and UNLINK are two commands, between which a key may change); or with `--expire AGE` a time to live between half of AGE and all of it, never longer than before | all that matches is protected; the server is one node of a cluster with several primaries |

mod found;
pub mod plan;
pub mod request;
mod run;
mod seen;
mod spread;
pub(super) mod survey;
pub mod waiting;
mod walk;
mod work;

pub use work::InvalidateWork;

use super::plan::ActionKind;

/// Its words.
pub const KIND: ActionKind =
    ActionKind { is_about_keys: true, has_rate: true, ..ActionKind::new("invalidate", "Invalidate", "key") };
