//! The plan to delete a consumer: whether it has anything pending, and whether it is at work.
//!
//! Knows rows of XINFO CONSUMERS; asks nothing. Invariant: what a row does not say is a refusal, not a leave.

use super::KIND;
use super::request::DeleteConsumerRequest;
use crate::core::figures::sentence::span;
use crate::core::model::consumers::Consumer;
use crate::core::ops::guard::Guard;
use crate::core::ops::one_step;
use crate::core::ops::plan::{Plan, PlanWork, Subject};
use crate::core::ops::refusal::Refusal;
use crate::core::ops::remove::ConsumersWork;

/// The plan to delete a consumer.
///
/// # Errors
/// It is not there, has pending rows, or shows signs of life.
pub(super) fn plan(
    request: &DeleteConsumerRequest,
    consumers: &[Consumer],
    now: (Guard, u64),
) -> Result<Plan, Refusal> {
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
