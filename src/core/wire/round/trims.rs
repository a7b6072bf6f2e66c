//! Where the trim of a stream stands, from round to round, and whether it may pass a cursor before the next one.
//!
//! Knows ids; not what was lost. Invariant: a cursor that the trim can't reach before the next round gives no reason to
//! look more often, nor does one that stands still.

use crate::core::model::groups::Group;
use crate::core::model::streams::StreamDetail;
use crate::core::model::{Name, StreamId};

/// Where a trim stood in the last round.
#[derive(Clone, Copy, Debug, Default)]
pub struct TrimMark {
    first: Option<StreamId>,
    deleted: Option<StreamId>,
    is_known: bool,
}

impl TrimMark {
    /// Takes a round in: whether the trim may pass a cursor before the next one. `before` are the cursors of the last.
    pub fn advance(
        &mut self,
        (detail, groups): (&StreamDetail, &[Group]),
        before: impl Fn(&Name) -> Option<StreamId>,
        (now_ms, interval_us): (i64, u64),
    ) -> bool {
        let last = std::mem::replace(
            self,
            Self { first: detail.first_entry, deleted: detail.max_deleted, is_known: true },
        );
        let Some(first) = detail.first_entry else { return false };
        if !last.is_known {
            // It reaches back less far than the round after the next is away.
            let reaches_ms = now_ms.saturating_sub(i64::try_from(first.ms).unwrap_or(i64::MAX));
            return u64::try_from(reaches_ms).is_ok_and(|ms| ms.saturating_mul(1000) < interval_us * 2);
        }
        let Some(last_first) = last.first.filter(|last_first| *last_first < first) else { return false };
        let reach_ms = first.ms.saturating_add(first.ms.saturating_sub(last_first.ms).saturating_mul(2));
        let reach = StreamId::new(reach_ms, u64::MAX);
        // A cursor that stands still hides nothing, and what is deleted one by one is no trim.
        let is_near = |group: &Group| {
            group.last_delivered <= Some(reach) && before(&group.name) != group.last_delivered
        };
        detail.max_deleted == last.deleted && groups.iter().any(is_near)
    }
}
