//! Trimming a stream: up to where, and who still needs what would go.
//!
//! Knows groups and counts as values; asks nothing itself. Invariant: a safe trim goes no further than the lowest id
//! that some group has not been given or has not acknowledged, and every step of it sees to that again on the server.
//!
//! | action | key | does | refused when |
//! |---|---|---|---|
//! | `trim --safe` | `T` | removes what every group has read and acknowledged, in one script with the check; whole nodes first, the rest last (`--approx`: whole nodes only) | the stream has no groups; a group was set back below the plan |
//! | `trim --maxlen N`, `--minid ID`, `--older-than AGE` | `T` | removes up to an id that the plan fixes, whoever needs it; says per group what it loses | |

mod pending;
pub mod plan;
pub mod request;
pub mod run;
pub(super) mod survey;

use super::plan::ActionKind;
use super::refusal::Refusal;
use crate::core::model::groups::Group;
use crate::core::model::{Name, StreamId};

pub use run::TrimWork;

/// Its words.
pub const KIND: ActionKind = ActionKind::new("trim", "Trim", "entry");

/// From which id on a group needs the entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Floor {
    /// From this one on.
    Known(StreamId),
    /// From this one on for sure, perhaps from an earlier one: its pending entries can't be read.
    AtMost(StreamId),
    /// It does not say where it stands.
    Unknown,
}

/// What a group still needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// The group.
    pub group: Name,
    /// The lowest id that it was not given, or that it has not acknowledged and that is still there.
    pub floor: Floor,
    /// Whether that is a pending one.
    pub is_pending: bool,
}

/// The first pending row of a group whose entry is still in the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstPending {
    /// This one; or one of the rows after it, where too many before had lost their entry.
    Row(StreamId),
    /// No row has an entry.
    None,
    /// It could not be read.
    Unknown,
}

/// What a group would lose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// The group.
    pub group: Name,
    /// Entries that it was not given.
    pub undelivered: u64,
    /// Entries that it has not acknowledged.
    pub pending: u64,
    /// Whether both were counted to the last; else at least so many.
    pub is_exact: bool,
    /// Why more may be lost than can be told.
    pub unknown: Option<&'static str>,
}

/// What each group still needs: the lowest pending id where there is one, else what follows its cursor.
pub fn needs(groups: &[(Group, FirstPending)]) -> Vec<Need> {
    groups
        .iter()
        .map(|(group, first_pending)| {
            let unread = group.last_delivered.map(StreamId::successor);
            let (floor, is_pending) = match (unread, first_pending) {
                (None, _) => (Floor::Unknown, false),
                (Some(unread), FirstPending::Row(row)) => (Floor::Known(unread.min(*row)), *row < unread),
                (Some(unread), FirstPending::None) => (Floor::Known(unread), false),
                (Some(unread), FirstPending::Unknown) => (Floor::AtMost(unread), false),
            };
            Need { group: group.name.clone(), floor, is_pending }
        })
        .collect()
}

/// The group that holds the most.
pub fn holder(needs: &[Need]) -> Option<&Need> {
    needs.iter().min_by_key(|need| need.floor.lowest())
}

/// The lowest id that some group needs.
///
/// # Errors
/// There is no group, or one that does not say all that it needs.
pub fn safe_floor(needs: &[Need]) -> Result<StreamId, Refusal> {
    let mut lowest = None;
    for need in needs {
        match need.floor {
            Floor::Known(floor) => lowest = Some(lowest.map_or(floor, |before: StreamId| before.min(floor))),
            Floor::AtMost(_) => {
                return Err(Refusal::because(format!(
                    "group {} has pending entries that can't be read, so nobody can say what it needs: allow XPENDING to this user",
                    need.group
                )));
            }
            Floor::Unknown => {
                let why = format!("group {} does not say where it stands", need.group);
                return Err(Refusal::because(why));
            }
        }
    }
    lowest.ok_or_else(|| {
        Refusal::because(
            "the stream has no groups, so nothing says what is still needed: trim by an age, a number of entries or an ID instead",
        )
    })
}

impl Floor {
    /// What lies below is not needed; nothing is below where that is not known.
    pub const fn lowest(self) -> StreamId {
        match self {
            Self::Known(floor) | Self::AtMost(floor) => floor,
            Self::Unknown => StreamId::MIN,
        }
    }

    /// Why the group may need more than is known.
    pub const fn doubt(self) -> Option<&'static str> {
        match self {
            Self::Known(_) => None,
            Self::AtMost(_) => Some("its pending entries can't be read (XPENDING)"),
            Self::Unknown => Some("it does not say where it stands"),
        }
    }
}

impl Need {
    /// Why it holds what it holds, for people.
    pub fn text(&self) -> String {
        match (self.floor, self.is_pending) {
            (Floor::Known(floor), true) => format!("group {} has not acknowledged {floor}", self.group),
            (Floor::Known(floor), false) => {
                format!("group {} has read up to {}", self.group, floor.predecessor())
            }
            (Floor::AtMost(floor), _) => format!(
                "group {} has read up to {}; its pending entries can't be read",
                self.group,
                floor.predecessor()
            ),
            (Floor::Unknown, _) => format!("group {} does not say where it stands", self.group),
        }
    }
}

#[cfg(test)]
mod tests;
