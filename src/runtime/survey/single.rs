//! Reads for the plans of one step, and of an undo.
//!
//! Knows which reads; decides nothing. Invariant: an archive is read to its end before anything of it is brought back.

use super::Reader;
use crate::core::limits::KEY_BATCH;
use crate::core::model::Name;
use crate::core::ops::plan::single::{delete_consumer, kill_client};
use crate::core::ops::plan::undo::{ArchiveContents, plan, side_of};
use crate::core::ops::{Plan, Refusal};
use crate::core::wire::ReadCmd;
use crate::core::wire::decode::groups::consumers;
use crate::edge::clock;
use crate::edge::journal::Archives;

/// The plan to delete a consumer.
pub(super) async fn consumer(
    reader: &mut Reader,
    (key, group, name): (&Name, &Name, &Name),
    min_idle_ms: u64,
) -> Result<Plan, Refusal> {
    let ground = reader.ground(Some(key)).await?;
    let listed = reader.one(ReadCmd::XinfoConsumers(key.clone(), group.clone())).await?;
    let rows = consumers(&listed).unwrap_or_default();
    delete_consumer((key, group, name), &rows, min_idle_ms, (ground.guard, clock::now_us()))
}

/// The plan to end a connection.
pub(super) async fn client(reader: &mut Reader, id: u64) -> Result<Plan, Refusal> {
    let ground = reader.ground(None).await?;
    let snapshot = reader.snapshot(vec![ReadCmd::ClientList]).await?;
    let clients = snapshot.clients.map(|clients| clients.value);
    let clients = clients.ok_or_else(|| Refusal::because("CLIENT LIST is not answered"))?;
    kill_client(id, &clients, (ground.guard, clock::now_us()))
}

/// The plan of an undo.
pub(super) async fn undo(reader: &mut Reader, archives: &Archives, id: &str) -> Result<Plan, Refusal> {
    let mut archive = archives.open(id).map_err(|error| {
        Refusal::because(format!(
            "action {id} has no archive here, so there is nothing to bring back ({error})"
        ))
    })?;
    let ground = reader.ground(None).await?;
    let mut held = ArchiveContents::default();
    loop {
        let frames = archive.next(KEY_BATCH.2).map_err(|error| Refusal::because(error.to_string()))?;
        if frames.is_empty() {
            break;
        }
        frames.iter().for_each(|frame| held.add(frame));
    }
    let header = archive.header();
    let key = Name::from_text(&header.key).unwrap_or_else(|_| Name::from(header.key.as_str()));
    let side_last = match held.first_entry {
        None => None,
        Some(_) => {
            let snapshot = reader.snapshot(vec![ReadCmd::XinfoStream(side_of(&key))]).await?;
            let side = snapshot.streams.first().and_then(|facts| facts.detail.as_ref());
            side.and_then(|detail| detail.last_generated)
        }
    };
    let (address, database) = reader.address();
    plan(header, &held, (&address, database), side_last, (ground.guard, clock::now_us()))
}
