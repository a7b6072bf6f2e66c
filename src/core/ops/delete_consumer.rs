//! Deleting a consumer that has nothing pending: what is asked, what is looked at, the plan. Its steps are those of a removal of
//! consumers.
//!
//! Knows XINFO CONSUMERS. Invariant: a consumer with pending rows is not deleted, whatever happened since the plan.
//!
//! | action | key | does | refused when |
//! |---|---|---|---|
//! | `delete-consumer KEY GROUP NAME` | `D` | the same for one | it has pending rows, or showed a sign of life within `--min-idle`; more than 111,111 consumers |

use super::guard::Guard;
use super::one_step;
use super::plan::{ActionKind, Plan, PlanWork, Subject};
use super::refusal::Refusal;
use super::remove::ConsumersWork;
use super::survey::Reader;
use crate::core::figures::sentence::span;
use crate::core::model::Name;
use crate::core::model::consumers::Consumer;

/// Its words.
pub const KIND: ActionKind =
    ActionKind { is_single: true, ..ActionKind::new("delete-consumer", "Delete", "consumer") };

/// A deletion of a consumer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeleteConsumerRequest {
    /// The stream.
    pub key: Name,
    /// The group.
    pub group: Name,
    /// The consumer.
    pub consumer: Name,
    /// Idle time that it must have, milliseconds.
    pub min_idle_ms: u64,
}

/// Looks at the consumers of the group.
pub(super) async fn survey(reader: Reader, request: DeleteConsumerRequest) -> Result<Plan, Refusal> {
    let ground = reader.ground(Some(&request.key)).await?;
    let consumers = reader.consumers(&ground, (&request.key, &request.group)).await?;
    plan(&request, &consumers, (ground.guard, reader.moment().now_us))
}

/// The plan to delete a consumer.
///
/// # Errors
/// It is not there, has pending rows, or shows signs of life.
fn plan(request: &DeleteConsumerRequest, consumers: &[Consumer], now: (Guard, u64)) -> Result<Plan, Refusal> {
    let DeleteConsumerRequest { key, group, consumer: name, min_idle_ms } = request;
    let consumer = consumers.iter().find(|consumer| consumer.name == *name);
    let consumer =
        consumer.ok_or_else(|| Refusal::because(format!("group {group} has no consumer {name}")))?;
    match consumer.pending {
        Some(0) => {}
        Some(rows) => {
            return Err(Refusal::because(format!(
                "consumer {name} has {rows} pending entries, which would be lost to the group: hand them over first"
            )));
        }
        None => {
            return Err(Refusal::because(format!(
                "XINFO CONSUMERS does not say whether consumer {name} has pending entries, which would be lost to the group"
            )));
        }
    }
    let idle = match consumer.idle_ms {
        Some(idle_ms) if idle_ms < *min_idle_ms => {
            return Err(Refusal::because(format!("consumer {name} was active {} ago", span(idle_ms))));
        }
        Some(idle_ms) => span(idle_ms),
        None => {
            return Err(Refusal::because(format!(
                "XINFO CONSUMERS does not say how long consumer {name} has been idle: it may be at work"
            )));
        }
    };
    let subject = Subject::Consumer(key.clone(), group.clone(), name.clone());
    let work = ConsumersWork {
        key: key.clone(),
        group: group.clone(),
        consumers: vec![name.clone()],
        min_idle_ms: *min_idle_ms,
        listed: consumers.len() as u64,
    };
    let command = work.command(work.consumers.clone());
    let mut plan = one_step::plan(&KIND, subject, (PlanWork::new(work), command), now);
    plan.facts.push(("consumer", format!("{name}: nothing pending, idle {idle}")));
    plan.facts.push(("archive", "its name is kept, so that it can be made again".to_owned()));
    plan.warnings
        .push("a worker that still runs under this name makes it anew with its next message".to_owned());
    plan.archive = true;
    Ok(plan)
}
