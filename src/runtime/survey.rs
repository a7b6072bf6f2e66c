//! Looks at the server for a plan: reads, and nothing else.
//!
//! Knows which reads an action's plan is made of; decides nothing (`core::ops::plan` does). Invariants: every walk has an
//! end, by count and by time, and what was not counted to the last says so.

mod groups;
mod keys;
mod pending;
mod reader;
mod rows;
mod single;
mod trim;

use crate::core::model::groups::Group;
use crate::core::model::server::ServerRole;
use crate::core::model::{Name, Snapshot};
use crate::core::ops::guard::StreamMark;
use crate::core::ops::{Guard, Plan, Refusal, Request};
use crate::core::wire::decode::decode;
use crate::core::wire::{ErrorKind, Exchange, Observation, ReadCmd, Resp};
use crate::edge::clock;
use crate::edge::journal::Archives;
use reader::Reader;

pub use reader::{Desk, PlanTime};

/// Makes the plan of a wish, within [`PLAN_MS`](crate::core::limits::PLAN_MS) and the last reply's time-out.
///
/// # Errors
/// Why there is none.
pub async fn survey(desk: &Desk, archives: &Archives, wish: &Request) -> Result<Plan, Refusal> {
    let mut reader = Reader::open(desk).await?;
    match wish {
        Request::Trim(wish) => trim::survey(&mut reader, wish).await,
        Request::Reclaim(wish) => rows::survey(&mut reader, wish).await,
        Request::Invalidate(wish) => keys::survey(&mut reader, wish).await,
        Request::DeleteConsumer { key, group, consumer, min_idle_ms } => {
            single::consumer(&mut reader, (key, group, consumer), *min_idle_ms).await
        }
        Request::RemoveGroups(wish) => groups::groups(&mut reader, wish).await,
        Request::RemoveConsumers(wish) => groups::idle(&mut reader, wish).await,
        Request::KillScript => single::script(&mut reader).await,
        Request::KillClient(id) => single::client(&mut reader, *id).await,
        Request::Undo(id) => single::undo(&mut reader, archives, id).await,
    }
}

/// What every plan begins with.
struct Ground {
    snapshot: Snapshot,
    guard: Guard,
    now_ms: i64,
    /// What the server claims to be compatible with: major and minor.
    version: (u32, u32),
}

impl Ground {
    /// The groups of the stream that the action is about. Groups that can't be read are not none.
    fn groups(&self) -> Result<Vec<Group>, Refusal> {
        let groups = self.snapshot.groups.first().map(|(_, groups)| groups.value.clone());
        groups.ok_or_else(|| {
            Refusal::because(
                "XINFO GROUPS is not answered, so that nobody can tell who needs the entries: allow it to this user",
            )
        })
    }

    /// Whether the server is at least this version; one that does not say is taken for an old one.
    fn is_at_least(&self, major: u32, minor: u32) -> bool {
        self.version >= (major, minor)
    }
}

impl Reader {
    /// Which server this is, what time it has, and how the stream stands that the action is about.
    async fn ground(&mut self, stream: Option<&Name>) -> Result<Ground, Refusal> {
        let mut commands = vec![ReadCmd::Time, ReadCmd::Info(Vec::new())];
        if let Some(key) = stream {
            commands.extend([ReadCmd::XinfoStream(key.clone()), ReadCmd::XinfoGroups(key.clone())]);
        }
        let exchanges = self.exchange(commands).await?;
        let version = exchanges.iter().find_map(claimed_version).unwrap_or((0, 0));
        let time = exchanges.first().and_then(|exchange| exchange.reply.as_ref().ok());
        let parts = time.and_then(Resp::items).unwrap_or_default();
        let seconds = parts.first().and_then(Resp::int);
        let now_ms = seconds.map_or_else(clock::wall_ms, |seconds| {
            seconds.saturating_mul(1_000) + parts.get(1).and_then(Resp::int).unwrap_or(0) / 1_000
        });
        let kind =
            stream.map(|key| (key, exchanges.get(2).and_then(|exchange| exchange.reply.as_ref().ok())));
        if let Some((key, Some(Resp::Error(refusal)))) = kind {
            return Err(Refusal::because(match refusal.code.as_str() {
                "WRONGTYPE" => format!("{key} is no stream"),
                _ if refusal.kind() == ErrorKind::Moved => match refusal.other_node() {
                    Some(node) => format!("{key} is on another node of the cluster: {node}"),
                    None => format!("{key} is on its way to another node of the cluster: try again later"),
                },
                _ if refusal.text.contains("no such key") => format!("there is no key {key}"),
                _ => format!("XINFO STREAM {key}: {refusal}"),
            }));
        }
        let snapshot =
            decode(&Observation { taken_at_ms: clock::wall_ms(), exchanges, ..Observation::default() });
        let server = snapshot.info.as_ref().map(|info| info.server.clone()).unwrap_or_default();
        if server.role == ServerRole::Replica {
            return Err(Refusal::because(
                "this server is a replica: it takes no writes; connect to its primary",
            ));
        }
        let stream = snapshot.streams.first().map(StreamMark::of);
        let guard = Guard { run_id: server.run_id, role: server.role, stream };
        Ok(Ground { snapshot, guard, now_ms, version })
    }
}

/// `redis_version`, which forks keep at what they are compatible with.
fn claimed_version(exchange: &Exchange) -> Option<(u32, u32)> {
    let (ReadCmd::Info(_), Ok(reply)) = (&exchange.command, &exchange.reply) else { return None };
    let text = reply.text()?;
    let version = text.lines().find_map(|line| line.strip_prefix("redis_version:"))?;
    let mut parts = version.trim().split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}
