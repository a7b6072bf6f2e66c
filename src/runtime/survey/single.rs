//! Reads for the plans of one step, and of an undo.
//!
//! Knows which reads; decides nothing. Invariant: an archive is read to its end before anything of it is brought back.

use super::Reader;
use crate::core::limits::KEY_BATCH;
use crate::core::model::Name;
use crate::core::model::server::Mode;
use crate::core::ops::single::plan::{delete_consumer, kill_client, kill_script};
use crate::core::ops::undo::plan::{ArchiveContents, SideStream, plan, side_of};
use crate::core::ops::{ActionKind, Plan, Refusal};
use crate::core::wire::decode::decode;
use crate::core::wire::{ErrorKind, Observation, ReadCmd, Resp};
use crate::edge::clock;
use crate::edge::journal::{Archives, JournalError};
use crate::runtime::disk::on_disk;

/// The plan to delete a consumer.
pub(super) async fn consumer(
    reader: &mut Reader,
    (key, group, name): (&Name, &Name, &Name),
    min_idle_ms: u64,
) -> Result<Plan, Refusal> {
    let ground = reader.ground(Some(key)).await?;
    let rows = reader.consumers(&ground, (key, group)).await?;
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

/// The plan to end what holds the server. It answers BUSY to everything else, so that nothing else is asked.
pub(super) async fn script(reader: &mut Reader) -> Result<Plan, Refusal> {
    let reply = reader.ask(vec![ReadCmd::Ping]).await.map_err(|why| {
        Refusal::because(format!(
            "{why}; a script that has run for less than busy-reply-threshold (5 s) lets the server answer nobody: try again"
        ))
    })?;
    let reply = reply.first().ok_or_else(|| Refusal::because("PING: no reply"))?;
    kill_script(reply, clock::now_us())
}

/// The plan of an undo.
pub(super) async fn undo(reader: &mut Reader, archives: &Archives, id: &str) -> Result<Plan, Refusal> {
    let (opened, name) = (archives.clone(), id.to_owned());
    let opened = on_disk(move || {
        let archive = opened.open(&name)?;
        Ok((archive, opened.kept(&name)?))
    });
    let opened: Result<_, JournalError> = opened.await.map_err(Refusal)?;
    let (mut archive, kept) = opened.map_err(|error| {
        Refusal::because(format!(
            "action {id} has no archive here that can be read, so there is nothing to bring back ({error})"
        ))
    })?;
    let ground = reader.ground(None).await?;
    let header = archive.header().clone();
    let key = Name::from_text(&header.key).unwrap_or_else(|_| Name::from(header.key.as_str()));
    let mode = ground.snapshot.info.as_ref().map(|info| info.server.mode);
    let is_cluster = mode == Some(Mode::Cluster);
    let mut held = ArchiveContents {
        now_ms: u64::try_from(reader.now_ms(&ground))
            .map_err(|_| Refusal::because("the server's clock is before 1970"))?,
        // Only a trim keeps entries.
        side: if header.action == ActionKind::Trim.word() {
            side_stream(reader, &side_of(&key, is_cluster)).await?
        } else {
            None
        },
        is_cluster,
        kept,
        ..ArchiveContents::default()
    };
    loop {
        let (read, frames) = on_disk(move || {
            let frames = archive.next(KEY_BATCH.2);
            (archive, frames)
        })
        .await
        .map_err(Refusal)?;
        archive = read;
        let frames = frames.map_err(|error| Refusal::because(error.to_string()))?;
        if frames.is_empty() {
            break;
        }
        frames.iter().for_each(|frame| held.add(frame));
    }
    held.missing = archive.missing().to_vec();
    let (address, database) = reader.address();
    plan(&header, &held, (&address, database), (ground.guard, clock::now_us()))
}

fn is_elsewhere(reply: &Resp) -> bool {
    matches!(reply, Resp::Error(refusal) if refusal.kind() == ErrorKind::Moved)
}

/// The stream into which entries come back, as it is.
async fn side_stream(reader: &mut Reader, side: &Name) -> Result<Option<SideStream>, Refusal> {
    let exchanges = reader.exchange(vec![ReadCmd::XinfoStream(side.clone())]).await?;
    let reply = exchanges.first().and_then(|exchange| exchange.reply.as_ref().ok());
    if let Some(Resp::Error(refusal)) = reply.filter(|reply| is_elsewhere(reply)) {
        return Err(Refusal::because(format!(
            "the entries would come back into {side}, which is on another node of the cluster ({refusal}): nothing is \
             lost, the archive stays; its name can't be chosen yet"
        )));
    }
    let snapshot = decode(&Observation { exchanges, ..Observation::default() });
    let facts = snapshot.streams.first();
    let detail = facts.and_then(|facts| facts.detail.as_ref());
    Ok(detail.and_then(|detail| {
        let last = detail.last_generated?;
        Some(SideStream { first: detail.first_entry, last, length: facts.and_then(|facts| facts.length) })
    }))
}
