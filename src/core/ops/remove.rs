//! Removing groups, and consumers that do nothing.
//!
//! Knows groups and consumers as values; asks nothing itself. Invariants: a group goes only as it was kept, or as somebody
//! typed its name; a consumer with pending rows stays. One that shows a sign of life stays too, as far as the list of a
//! group's consumers is short enough to be read again: no command tells how long a single one has been idle.
//!
//! | action | key | does | refused when |
//! |---|---|---|---|
//! | `remove-groups KEY GROUP` | `E` | `XGROUP DESTROY` of one group; a consumer alive in it (seen within `--min-idle`, 60 s) makes the name necessary | there is no such group |
//! | `remove-groups KEY GLOB --unread-for AGE` | `E` | the same for every group that matches, was not read for AGE and has no consumer alive; in a script that sees that the group stands as it was kept; whoever stays is named; a warning where one command frees more than 5,000 consumers and rows | more than 10,000 match |
//! | `remove-consumers KEY GROUP` | `C` | `XGROUP DELCONSUMER` of all that have nothing pending and are idle for `--min-idle` (60 s), in scripts that look again | the group has more than 111,111 consumers |

pub mod plan;
pub mod request;
pub mod run;
pub(super) mod survey;

use super::plan::ActionKind;

pub use run::{ConsumersWork, GroupsWork};

/// The words of a removal of groups.
pub const GROUPS: ActionKind = ActionKind::new("remove-groups", "Remove", "group");

/// The words of a removal of consumers.
pub const CONSUMERS: ActionKind = ActionKind {
    part: Some("idle consumers of"),
    ..ActionKind::new("remove-consumers", "Remove", "consumer")
};
