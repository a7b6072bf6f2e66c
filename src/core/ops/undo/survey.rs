//! Reads for the plan of an undo: what the archive holds, and the stream beside the old one.
//!
//! Knows which reads; decides nothing. Invariant: an archive is read to its end before anything of it is brought back.

use super::plan::{ArchiveContents, SideStream, plan, side_of};
use super::request::UndoRequest;
use crate::core::limits::KEY_BATCH;
use crate::core::model::Name;
use crate::core::model::server::Mode;
use crate::core::ops::plan::Plan;
use crate::core::ops::refusal::Refusal;
use crate::core::ops::survey::Reader;
use crate::core::wire::decode::decode;
use crate::core::wire::{ErrorKind, Observation, ReadCmd, Resp};

/// The plan of an undo.
pub(in crate::core::ops) async fn survey(reader: Reader, request: UndoRequest) -> Result<Plan, Refusal> {
    let (reader, id) = (&reader, request.id.as_str());
    let (header, kept) = reader.open(id).await.map_err(|error| {
        Refusal::because(format!(
            "action {id} has no archive here that can be read, so there is nothing to bring back ({error})"
        ))
    })?;
    let ground = reader.ground(None).await?;
    let key = Name::from_text(&header.key).unwrap_or_else(|_| Name::from(header.key.as_str()));
    let mode = ground.snapshot.info.as_ref().map(|info| info.server.mode);
    let is_cluster = mode == Some(Mode::Cluster);
    let mut held = ArchiveContents {
        now_ms: u64::try_from(reader.now_ms(&ground))
            .map_err(|_| Refusal::because("the server's clock is before 1970"))?,
        // Only a trim keeps entries.
        side: if header.action == crate::core::ops::trim::KIND.word {
            side_stream(reader, &side_of(&key, is_cluster)).await?
        } else {
            None
        },
        is_cluster,
        kept,
        ..ArchiveContents::default()
    };
    loop {
        let (frames, missing) = reader.load(KEY_BATCH.2).await?;
        if frames.is_empty() {
            held.missing = missing;
            break;
        }
        frames.iter().for_each(|frame| held.add(frame));
    }
    let place = reader.place();
    plan(&header, &held, (&place.address, place.database), (ground.guard, reader.moment().now_us))
}

fn is_elsewhere(reply: &Resp) -> bool {
    matches!(reply, Resp::Error(refusal) if refusal.kind() == ErrorKind::Moved)
}

/// The stream into which entries come back, as it is.
async fn side_stream(reader: &Reader, side: &Name) -> Result<Option<SideStream>, Refusal> {
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
