//! The plan to end a client's connection: who it is, and what it does.
//!
//! Knows rows of CLIENT LIST; asks nothing. Invariant: what carries the replication, and a streamgauge, has no plan.

use super::KIND;
use super::run::KillClientWork;
use crate::core::figures::sentence::{bytes, span};
use crate::core::model::Name;
use crate::core::model::clients::Client;
use crate::core::ops::guard::Guard;
use crate::core::ops::one_step::{self, OneStep};
use crate::core::ops::plan::{Plan, Subject};
use crate::core::ops::refusal::Refusal;

/// The plan to end a client's connection.
///
/// # Errors
/// It is not connected (any more), or it is a replica, a primary or one of ours.
pub(super) fn plan(id: u64, clients: &[Client], now: (Guard, u64)) -> Result<Plan, Refusal> {
    let client = clients.iter().find(|client| client.id == id);
    let client = client.ok_or_else(|| Refusal::because(format!("client {id} is not connected any more")))?;
    if client.flags.contains(['S', 'M']) {
        return Err(Refusal::because(format!(
            "client {id} carries the replication: it is not killed from here"
        )));
    }
    if client.name.as_bytes().starts_with(b"streamgauge:") {
        return Err(Refusal::because(format!("client {id} is a streamgauge")));
    }
    let mut plan =
        one_step::plan(&KIND, Subject::Client(id, client.name.clone()), KillClientWork(id).planned(), now);
    plan.facts.push((
        "client",
        format!(
            "{} at {}",
            if client.name.as_bytes().is_empty() { Name::from("(no name)") } else { client.name.clone() },
            client.address
        ),
    ));
    plan.facts.push((
        "last",
        match client.age_s {
            Some(age_s) => format!("{}, connected for {}", client.command, span(age_s * 1_000)),
            None => client.command.clone(),
        },
    ));
    plan.facts.extend(client.omem.map(|omem| ("buffers", bytes(omem))));
    plan.warnings.push("most clients reconnect immediately; its current command is lost".to_owned());
    Ok(plan)
}
