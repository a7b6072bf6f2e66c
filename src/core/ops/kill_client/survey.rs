//! What is asked before a client's connection is ended: who is connected.
//!
//! Knows which reads; decides nothing. Invariant: where CLIENT LIST is not answered there is no plan.

use super::plan::plan;
use super::request::KillClientRequest;
use crate::core::ops::plan::Plan;
use crate::core::ops::refusal::Refusal;
use crate::core::ops::survey::Reader;
use crate::core::wire::ReadCmd;

/// Looks for the client.
pub(in crate::core::ops) async fn survey(
    reader: Reader,
    request: KillClientRequest,
) -> Result<Plan, Refusal> {
    let ground = reader.ground(None).await?;
    let snapshot = reader.snapshot(vec![ReadCmd::ClientList]).await?;
    let clients = snapshot.clients.map(|clients| clients.value);
    let clients = clients.ok_or_else(|| Refusal::because("CLIENT LIST is not answered"))?;
    plan(request.id, &clients, (ground.guard, reader.moment().now_us))
}
