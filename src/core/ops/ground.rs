//! What every plan begins with: which server this is, what time it has, and how the stream stands that the action is about.
//!
//! Knows what both say; not what an action makes of it. Invariant: what a plan rests on and could not be read is doubted.

use super::guard::{Guard, StreamMark};
use super::refusal::Refusal;
use super::survey::Reader;
use crate::core::model::groups::Group;
use crate::core::model::server::ServerRole;
use crate::core::model::{Name, Snapshot};
use crate::core::wire::decode::decode;
use crate::core::wire::decode::info::server_ms;
use crate::core::wire::{ErrorKind, Exchange, Observation, ReadCmd, Resp};

/// What every plan begins with.
pub(super) struct Ground {
    /// What the server says of itself, and of the stream that the action is about.
    pub(super) snapshot: Snapshot,
    /// What has to be as it was.
    pub(super) guard: Guard,
    /// The server's clock, milliseconds since 1970; none where TIME can't be read.
    pub(super) server_ms: Option<i64>,
    /// What the server claims to be compatible with: major and minor.
    version: Option<(u32, u32)>,
}

impl Ground {
    /// The groups of the stream that the action is about. Groups that can't be read are not none.
    pub(super) fn groups(&self) -> Result<Vec<Group>, Refusal> {
        let groups = self.snapshot.groups.first().map(|(_, groups)| groups.value.clone());
        groups.ok_or_else(|| {
            Refusal::because(
                "XINFO GROUPS is not answered, so that nobody can tell who needs the entries: allow it to this user",
            )
        })
    }

    /// Whether the server is at least this version; one that does not say is taken for an old one.
    pub(super) fn is_at_least(&self, major: u32, minor: u32) -> bool {
        self.version.is_some_and(|version| version >= (major, minor))
    }
}

impl Reader {
    /// The time by which ages are told: the server's, or, where it does not say, ours, which the plan doubts.
    pub(super) fn now_ms(&self, ground: &Ground) -> i64 {
        ground.server_ms.unwrap_or_else(|| {
            self.doubt("TIME is not answered: ages are by the clock of this machine, which may differ from the server's");
            self.moment().wall_ms
        })
    }

    /// Which server this is, what time it has, and how the stream stands that the action is about.
    pub(super) async fn ground(&self, stream: Option<&Name>) -> Result<Ground, Refusal> {
        let mut commands = vec![ReadCmd::Time, ReadCmd::Info(Vec::new())];
        if let Some(key) = stream {
            commands.extend([ReadCmd::XinfoStream(key.clone()), ReadCmd::XinfoGroups(key.clone())]);
        }
        let exchanges = self.exchange(commands).await?;
        let version = exchanges.iter().find_map(claimed_version);
        let time = exchanges.first().and_then(|exchange| exchange.reply.as_ref().ok());
        let server_ms = time.and_then(server_ms).and_then(|ms| i64::try_from(ms).ok());
        let kind =
            stream.map(|key| (key, exchanges.get(2).and_then(|exchange| exchange.reply.as_ref().ok())));
        if let Some((key, Some(Resp::Error(refusal)))) = kind {
            return Err(Refusal::because(match refusal.kind() {
                ErrorKind::WrongType => format!("{key} is no stream"),
                ErrorKind::Moved => match refusal.other_node() {
                    Some(node) => format!("{key} is on another node of the cluster: {node}"),
                    None => format!("{key} is on its way to another node of the cluster: try again later"),
                },
                _ if refusal.text.contains("no such key") => {
                    format!("there is no key {key} in this database of the server")
                }
                _ => format!("XINFO STREAM {key}: {refusal}"),
            }));
        }
        let snapshot =
            decode(&Observation { taken_at_ms: self.moment().wall_ms, exchanges, ..Observation::default() });
        let told_us = snapshot.info.as_ref().and_then(|info| info.server.time_us);
        let server_ms = server_ms.or(told_us.map(|us| us / 1_000));
        let stream = snapshot.streams.first().map(StreamMark::of);
        let guard = match &snapshot.info {
            Some(info) if info.server.role == ServerRole::Replica => {
                return Err(Refusal::because(
                    "this server is a replica: it takes no writes; connect to its primary",
                ));
            }
            Some(info) => Guard {
                run_id: info.server.run_id.clone(),
                role: info.server.role,
                stream,
                ..Guard::default()
            },
            None => {
                self.doubt("INFO is not answered: nobody can see whether this is a primary, nor whether it stays the same server");
                Guard { stream, ..Guard::default() }
            }
        };
        Ok(Ground { snapshot, guard, server_ms, version })
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
