//! Reads for the plans that remove groups, and consumers that do nothing.
//!
//! Knows which reads; decides nothing. Invariant: whose consumers can't be read is told so, and stays.

use super::plan::{GroupFacts, remove_consumers, remove_groups};
use super::request::{RemoveConsumersRequest, RemoveGroupsRequest};
use crate::core::limits::REMOVED_GROUPS;
use crate::core::model::Name;
use crate::core::model::glob::Glob;
use crate::core::ops::plan::Plan;
use crate::core::ops::refusal::Refusal;
use crate::core::ops::survey::Reader;

/// The plan to remove groups.
pub(in crate::core::ops) async fn groups(
    reader: Reader,
    request: RemoveGroupsRequest,
) -> Result<Plan, Refusal> {
    let ground = reader.ground(Some(&request.key)).await?;
    let pattern = Glob::new(request.pattern.clone());
    // The one that is named is meant, whatever stands in its name.
    let is_meant = |name: &Name| match request.unread_ms {
        None => *name == request.pattern,
        Some(_) => pattern.matches(name.as_bytes()),
    };
    let found: Vec<_> = ground.groups()?.into_iter().filter(|group| is_meant(&group.name)).collect();
    if found.len() > REMOVED_GROUPS {
        return Err(Refusal::because(format!(
            "{} groups match, and one action removes {REMOVED_GROUPS} at most: give a narrower pattern",
            found.len()
        )));
    }
    let mut facts = Vec::with_capacity(found.len());
    let all = Some(found.len() as u64);
    for group in found {
        let consumers = match reader.consumers(&ground, (&request.key, &group.name)).await {
            Err(why) if reader.moment().is_over => return Err(why),
            found => found.ok(),
        };
        facts.push(GroupFacts { group, consumers });
        reader.tell("groups", facts.len() as u64, all);
    }
    let now_ms = match request.unread_ms {
        Some(_) => reader.now_ms(&ground),
        // It only says how old the last read is.
        None => ground.server_ms.unwrap_or_else(|| reader.moment().wall_ms),
    };
    remove_groups(&request, &facts, (ground.guard, now_ms, reader.moment().now_us))
}

/// The plan to remove the consumers of a group that do nothing.
pub(in crate::core::ops) async fn consumers(
    reader: Reader,
    request: RemoveConsumersRequest,
) -> Result<Plan, Refusal> {
    let ground = reader.ground(Some(&request.key)).await?;
    let rows = reader.consumers(&ground, (&request.key, &request.group)).await?;
    Ok(remove_consumers(&request, &rows, (ground.guard, reader.moment().now_us)))
}
