//! Deleting a consumer that has nothing pending. Its steps are those of a removal of consumers (`remove::run`).
//!
//! Knows XINFO CONSUMERS. Invariant: a consumer with pending rows is not deleted, whatever happened since the plan.
//!
//! | action | key | does | refused when |
//! |---|---|---|---|
//! | `delete-consumer KEY GROUP NAME` | `D` | the same for one | it has pending rows, or showed a sign of life within `--min-idle`; more than 111,111 consumers |

mod plan;
pub mod request;
pub(super) mod survey;

use super::plan::ActionKind;

/// Its words.
pub const KIND: ActionKind =
    ActionKind { is_single: true, ..ActionKind::new("delete-consumer", "Delete", "consumer") };
