//! Ending a client's connection: what is looked at, the plan, the one step.
//!
//! Knows CLIENT LIST. Invariant: what carries the replication, and a streamgauge, is left alone.
//!
//! | action | key | does | refused when |
//! |---|---|---|---|
//! | `kill-client ID` | `K` | `CLIENT KILL ID` | it carries the replication, or is a streamgauge |

use super::guard::Guard;
use super::one_step::{self, OneStep};
use super::plan::{ActionKind, Plan, Subject};
use super::refusal::Refusal;
use super::survey::Reader;
use crate::core::figures::sentence::{bytes, span};
use crate::core::model::Name;
use crate::core::model::clients::Client;
use crate::core::wire::{ReadCmd, Resp, WriteCmd};

/// Its words.
pub const KIND: ActionKind =
    ActionKind { is_single: true, ..ActionKind::new("kill-client", "Kill", "client") };

/// Looks for the client.
pub(super) async fn survey(reader: Reader, id: u64) -> Result<Plan, Refusal> {
    let ground = reader.ground(None).await?;
    let snapshot = reader.snapshot(vec![ReadCmd::ClientList]).await?;
    let clients = snapshot.clients.map(|clients| clients.value);
    let clients = clients.ok_or_else(|| Refusal::because("CLIENT LIST is not answered"))?;
    plan(id, &clients, (ground.guard, reader.moment().now_us))
}

/// The plan to end a client's connection.
///
/// # Errors
/// It is not connected (any more), or it is a replica, a primary or one of ours.
fn plan(id: u64, clients: &[Client], now: (Guard, u64)) -> Result<Plan, Refusal> {
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
    let mut plan = one_step::plan(&KIND, Subject::Client(id), KillClientWork(id).planned(), now);
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
    plan.warnings.push("most clients connect again at once; what it had under way is lost to it".to_owned());
    Ok(plan)
}

#[derive(Clone, Debug)]
struct KillClientWork(u64);

impl OneStep for KillClientWork {
    fn command(&self) -> WriteCmd {
        WriteCmd::KillClient(self.0)
    }

    fn told(&self, reply: &Resp) -> Option<Result<u64, String>> {
        Some(match reply.count()? {
            0 => Err("that client is not connected any more".to_owned()),
            ended => Ok(ended),
        })
    }
}
