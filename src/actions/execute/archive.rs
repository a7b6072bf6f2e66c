//! The intent and the archive of an action that runs, off the threads that others need.
//!
//! Knows that a disk may be slow or gone; not what is kept. Invariants: nothing here waits longer than [`DISK_MS`]; what
//! was not on disk by then counts as not kept.

use crate::actions::disk::{on_disk, too_slow};
use crate::core::limits::{DISK_MS, KEY_BATCH};
use crate::core::ops::Outcome;
use crate::core::ops::archive::{Frame, Header};
use crate::core::ops::record::{Finish, Intent};
use crate::edge::clock;
use crate::edge::journal::{ArchiveFull, ArchiveReader, ArchiveWriter, Archives, Begun, Journal};
use std::time::Duration;
use tokio::sync::oneshot;

/// The archive that an action writes, or reads.
#[derive(Debug)]
pub(super) struct ActionArchive {
    archives: Archives,
    header: Header,
    max_bytes: u64,
    writer: Option<ArchiveWriter>,
    reader: Option<ArchiveReader>,
    /// Whether what was kept is lost.
    is_gone: bool,
}

impl ActionArchive {
    pub(super) fn new(archives: Archives, header: Header, max_bytes: u64) -> Self {
        Self { archives, header, max_bytes, writer: None, reader: None, is_gone: false }
    }

    /// Whether something was kept, and can be brought back.
    pub(super) fn is_whole(&self) -> bool {
        self.writer.is_some() && !self.is_gone
    }

    /// Keeps frames, on disk.
    pub(super) async fn keep(&mut self, frames: Vec<Frame>) -> Result<(), Outcome> {
        let (writer, archives, header, max_bytes) =
            (self.writer.take(), self.archives.clone(), self.header.clone(), self.max_bytes);
        let kept = on_disk(move || {
            let made = match writer {
                Some(writer) => Ok(writer),
                None => archives.create(&header, max_bytes),
            };
            match made {
                Ok(mut writer) => {
                    let kept = writer.keep(&frames, max_bytes);
                    (Some(writer), kept)
                }
                Err(error) => (None, Err(error)),
            }
        });
        let (writer, kept) = kept.await.inspect_err(|_| self.is_gone = true).map_err(Outcome::Stopped)?;
        self.writer = writer;
        self.take(kept)
    }

    /// Sees that what was kept is still there, at the end.
    pub(super) async fn check(&mut self) -> Result<(), Outcome> {
        let Some(writer) = self.writer.take() else { return Ok(()) };
        let checked = on_disk(move || {
            let checked = writer.check();
            (writer, checked)
        });
        let (writer, checked) =
            checked.await.inspect_err(|_| self.is_gone = true).map_err(Outcome::Stopped)?;
        self.writer = Some(writer);
        self.take(checked)
    }

    fn take(&mut self, kept: Result<(), ArchiveFull>) -> Result<(), Outcome> {
        kept.map_err(|error| {
            self.is_gone |= matches!(error, ArchiveFull::Gone(_));
            Outcome::Stopped(error.to_string())
        })
    }

    /// The next kept items of the action `id`.
    pub(super) async fn load(&mut self, id: &str, count: u32) -> Result<Vec<Frame>, Outcome> {
        let (reader, archives, id) = (self.reader.take(), self.archives.clone(), id.to_owned());
        let count = count.min(KEY_BATCH.2);
        let loaded = on_disk(move || {
            let mut reader = match reader {
                Some(reader) => reader,
                None => archives.open(&id)?,
            };
            let frames = reader.next(count)?;
            Ok((reader, frames))
        });
        let failed = |error: crate::edge::journal::JournalError| Outcome::Failed(error.to_string());
        let (reader, frames) = loaded.await.map_err(Outcome::Failed)?.map_err(failed)?;
        self.reader = Some(reader);
        Ok(frames)
    }
}

/// Writes the intent of an action.
pub(super) async fn begin(journal: &Journal, intent: Intent) -> Result<Begun, String> {
    let (tell, told) = oneshot::channel();
    let journal = journal.clone();
    tokio::task::spawn_blocking(move || {
        let begun = journal.begin(&intent);
        // Nobody waits any more: then it was not begun, and the journal has to say so.
        if let Err(Ok(begun)) = tell.send(begun) {
            let why = Outcome::Failed("the disk took too long, so nothing was done".to_owned());
            let finish =
                Finish { at_ms: clock::wall_ms(), ..Finish::of(&intent.id, &why, Default::default()) };
            if let Err(error) = journal.finish(begun, &finish) {
                tracing::warn!("the journal lacks the finish of {}: {error}", intent.id);
            }
        }
    });
    match tokio::time::timeout(Duration::from_millis(DISK_MS), told).await {
        Ok(Ok(begun)) => begun.map_err(|error| error.to_string()),
        Ok(Err(_)) => Err("writing it failed inside streamgauge: see the log".to_owned()),
        Err(_) => Err(too_slow()),
    }
}
