//! Pages of pending entries and lists of consumers, as surveys read them.
//!
//! Knows how long the list of a group's consumers may be, which can't be read in parts. Invariants: what can't be read is a
//! refusal, never an empty list; a list that is longer than its bound is not asked for.

use super::ground::Ground;
use super::refusal::Refusal;
use super::survey::Reader;
use crate::core::limits::{CONSUMERS_LISTED, CONSUMERS_READ_AGAIN};
use crate::core::model::Name;
use crate::core::model::consumers::{Consumer, PendingRow};
use crate::core::wire::decode::groups::{consumers, pending};
use crate::core::wire::{ReadCmd, Resp};

/// The rows of a page.
///
/// # Errors
/// It was refused, or the reply has another shape.
pub(super) fn rows(reply: &Resp, group: &Name) -> Result<Vec<PendingRow>, Refusal> {
    match reply {
        Resp::Error(error) => Err(Refusal::because(format!("XPENDING of group {group}: {error}"))),
        reply => pending(reply).ok_or_else(|| {
            Refusal::because(format!("XPENDING of group {group}: a reply that streamgauge does not know"))
        }),
    }
}

impl Reader {
    /// Every consumer of a group.
    ///
    /// # Errors
    /// There are too many of them, the reply is an error, or it has another shape: consumers that can't be read are not
    /// none.
    pub(super) async fn consumers(
        &self,
        ground: &Ground,
        (key, group): (&Name, &Name),
    ) -> Result<Vec<Consumer>, Refusal> {
        let groups = ground.snapshot.groups.iter().flat_map(|(_, groups)| &groups.value);
        let all = groups.filter(|found| found.name == *group).find_map(|found| found.consumers);
        let asked = ReadCmd::XinfoConsumers(key.clone(), group.clone());
        let reply = match all {
            Some(all) if all > CONSUMERS_LISTED => {
                return Err(Refusal::because(format!(
                    "group {group} has {all} consumers, and a list of more than {CONSUMERS_LISTED} is too long to be read: \
                     where nothing is pending, make the group anew where it stands (XGROUP DESTROY, then XGROUP CREATE \
                     with its last-delivered-id)"
                )));
            }
            Some(all) if all > CONSUMERS_READ_AGAIN => self.one_long(asked).await?,
            Some(_) | None => self.one(asked).await?,
        };
        consumers(&reply).ok_or_else(|| {
            Refusal::because(format!(
                "XINFO CONSUMERS of group {group}: a reply that streamgauge does not know"
            ))
        })
    }
}
