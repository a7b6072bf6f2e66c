//! What is asked before a consumer is deleted: the consumers of its group.
//!
//! Knows which reads; decides nothing. Invariant: where they can't be read there is no plan.

use super::plan::plan;
use super::request::DeleteConsumerRequest;
use crate::core::ops::plan::Plan;
use crate::core::ops::refusal::Refusal;
use crate::core::ops::survey::Reader;

/// Looks at the consumers of the group.
pub(in crate::core::ops) async fn survey(
    reader: Reader,
    request: DeleteConsumerRequest,
) -> Result<Plan, Refusal> {
    let ground = reader.ground(Some(&request.key)).await?;
    let consumers = reader.consumers(&ground, (&request.key, &request.group)).await?;
    plan(&request, &consumers, (ground.guard, reader.moment().now_us))
}
