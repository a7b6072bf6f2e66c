//! Archives: what actions removed, a file an action, bounded and for the operator alone.
//!
//! Knows files, checksums and the bound; not what the frames mean. Invariants: what [`ArchiveWriter::keep`] took is on
//! disk, in the file that the name still stands for, when it returns; what it did not take is not in it; all archives
//! together stay below the bound; an archive that is written or read is not removed.

use super::error::JournalError;
use super::private::{LockedHandle, is_held, is_same, private_file, private_folder, sync_folder};
use super::reader::ArchiveReader;
use super::running;
use crate::core::limits::{ARCHIVE_FRAME_BYTES, ARCHIVE_HEADER_BYTES};
use crate::core::ops::archive::{Frame, HEADER_FRAME, Header, MAGIC, checksum};
use crate::core::ops::record::Record;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// The folder of archives.
#[derive(Clone, Debug)]
pub struct Archives {
    state: PathBuf,
    folder: PathBuf,
}

/// An archive that is being written.
#[derive(Debug)]
pub struct ArchiveWriter {
    path: PathBuf,
    file: LockedHandle,
    left_bytes: u64,
    written_bytes: u64,
}

/// Why something could not be kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ArchiveFull {
    /// The bound of all archives was reached.
    #[error("the archives have reached their bound of {}: prune them, or raise archive_max", crate::core::figures::sentence::bytes(*.0))]
    Bound(u64),
    /// The disk refused.
    #[error("{0}")]
    Disk(JournalError),
    /// The file was removed, replaced or changed: what was kept in it is lost.
    #[error("{0}; what was removed before can't be brought back")]
    Gone(JournalError),
}

/// What a removal of old archives did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Actions whose archives were removed, with their bytes.
    pub removed: Vec<(String, u64)>,
    /// Actions whose archives are old enough, and stay since they are in use.
    pub in_use: Vec<String>,
}

impl Archives {
    pub(super) fn new(state: &Path) -> Self {
        Self { state: state.to_owned(), folder: state.join("archive") }
    }

    fn path(&self, id: &str) -> PathBuf {
        self.folder.join(format!("{id}.archive"))
    }

    /// Begins the archive of an action. All archives together take `max_bytes` at most.
    ///
    /// # Errors
    /// The file can't be made; the folder can't be read, so that nobody knows what is used.
    pub fn create(&self, header: &Header, max_bytes: u64) -> Result<ArchiveWriter, ArchiveFull> {
        let made = private_folder(&self.folder, false);
        made.map_err(|error| ArchiveFull::Disk(JournalError::of(&self.folder, &error)))?;
        let used: u64 = self.list().map_err(ArchiveFull::Disk)?.iter().map(|(_, bytes)| bytes).sum();
        let path = self.path(&header.id);
        let disk = |error: &io::Error| ArchiveFull::Disk(JournalError::of(&path, error));
        let line = serde_json::to_string(header).unwrap_or_default();
        if line.len() > ARCHIVE_HEADER_BYTES {
            return Err(ArchiveFull::Disk(JournalError::new(&path, "the names are too long for an archive")));
        }
        // Twice: the second one has a checksum.
        let framed = framed(&[&[HEADER_FRAME], line.as_bytes()].concat()).unwrap_or_default();
        let head = [MAGIC, line.as_bytes(), b"\n", &framed].concat();
        let Some(left_bytes) = max_bytes.checked_sub(used + head.len() as u64) else {
            return Err(ArchiveFull::Bound(max_bytes));
        };
        let made = private_file(&path, OpenOptions::new().append(true).create_new(true));
        let mut file = made.and_then(LockedHandle::wait).map_err(|error| disk(&error))?;
        let written = file.write_all(&head).and_then(|()| file.sync_all());
        // The name has to be on disk too.
        let written = written.and_then(|()| sync_folder(&self.folder));
        written.map_err(|error| {
            let _gone = fs::remove_file(&path);
            disk(&error)
        })?;
        Ok(ArchiveWriter { path, file, left_bytes, written_bytes: head.len() as u64 })
    }

    /// Opens the archive of an action, which nobody removes as long as it is read.
    ///
    /// # Errors
    /// There is none, it is not one, or its action still runs.
    pub fn open(&self, id: &str) -> Result<ArchiveReader, JournalError> {
        let path = self.path(id);
        let file = private_file(&path, OpenOptions::new().read(true))
            .map_err(|error| JournalError::of(&path, &error))?;
        let in_use = "is in use: its action still runs, or it is being removed";
        if is_held(&running(&self.state).join(id)) {
            return Err(JournalError::new(&path, in_use));
        }
        let file = LockedHandle::shared(file).map_err(|_| JournalError::new(&path, in_use))?;
        match is_same(&path, &file) {
            Ok(true) => ArchiveReader::new(path, file),
            Ok(false) => Err(JournalError::new(&path, "was removed a moment ago")),
            Err(error) => Err(JournalError::of(&path, &error)),
        }
    }

    /// How many items the action kept, as the journal has it; none where it does not say, or the action was never
    /// finished.
    ///
    /// # Errors
    /// The journal can't be read.
    pub fn kept(&self, id: &str) -> Result<Option<u64>, JournalError> {
        let lines = super::lines::read(&self.state).map_err(|error| JournalError::of(&self.state, &error))?;
        let finish = |record: &Record| match record {
            Record::Finished(finish) if finish.id == id => Some(finish.tally.kept),
            _ => None,
        };
        Ok(lines.records.iter().find_map(finish))
    }

    /// The archives there are, with their bytes.
    ///
    /// # Errors
    /// The folder is there and can't be read.
    pub fn list(&self) -> Result<Vec<(String, u64)>, JournalError> {
        let listed = || -> io::Result<Vec<(String, u64)>> {
            let mut found = Vec::new();
            for entry in fs::read_dir(&self.folder)? {
                let entry = entry?;
                let name = entry.file_name().into_string().unwrap_or_default();
                let Some(id) = name.strip_suffix(".archive") else { continue };
                match entry.metadata() {
                    Ok(facts) => found.push((id.to_owned(), facts.len())),
                    // Somebody has just removed it.
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    Err(error) => return Err(error),
                }
            }
            found.sort();
            Ok(found)
        };
        match listed() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            listed => listed.map_err(|error| JournalError::of(&self.folder, &error)),
        }
    }

    /// Removes archives that were last written before `older_than`, except those that are in use.
    ///
    /// # Errors
    /// One can't be removed.
    pub fn prune(&self, older_than: Duration) -> Result<Pruned, JournalError> {
        let mut pruned = Pruned::default();
        for (id, bytes) in self.list()? {
            let path = self.path(&id);
            match self.prune_one(&id, older_than) {
                Ok(None) => {}
                Ok(Some(true)) => pruned.removed.push((id, bytes)),
                Ok(Some(false)) => pruned.in_use.push(id),
                Err(error) => return Err(JournalError::of(&path, &error)),
            }
        }
        Ok(pruned)
    }

    /// Removes an archive; whether it could be, and none where it is too young.
    fn prune_one(&self, id: &str, older_than: Duration) -> io::Result<Option<bool>> {
        let path = self.path(id);
        let file = private_file(&path, OpenOptions::new().read(true))?;
        let written = file.metadata()?.modified()?;
        // The clock is read after the file's: what an action writes at this very moment has an age of zero, not less.
        let age = SystemTime::now().duration_since(written).unwrap_or_default();
        if age < older_than {
            return Ok(None);
        }
        // The action holds its mark before its archive exists, and both for as long as it runs.
        if is_held(&running(&self.state).join(id)) {
            return Ok(Some(false));
        }
        let Ok(_alone) = LockedHandle::alone(file) else { return Ok(Some(false)) };
        fs::remove_file(&path)?;
        Ok(Some(true))
    }
}

impl ArchiveWriter {
    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Takes frames in and waits until they are on disk.
    ///
    /// # Errors
    /// The bound is reached, the disk refuses, or the file is not what it was: then none of them is in it.
    pub fn keep(&mut self, frames: &[Frame], max_bytes: u64) -> Result<(), ArchiveFull> {
        self.check()?;
        let mut bytes = Vec::new();
        for frame in frames {
            let framed = framed(&frame.encode());
            bytes.extend(framed.ok_or(ArchiveFull::Bound(max_bytes))?);
        }
        let left = self.left_bytes.checked_sub(bytes.len() as u64).ok_or(ArchiveFull::Bound(max_bytes))?;
        let written = self.file.write_all(&bytes).and_then(|()| self.file.sync_data());
        if let Err(error) = written {
            // What will not be removed is not to be brought back.
            let _cut = self.file.set_len(self.written_bytes).and_then(|()| self.file.sync_data());
            return Err(ArchiveFull::Disk(JournalError::of(&self.path, &error)));
        }
        self.written_bytes += bytes.len() as u64;
        self.left_bytes = left;
        self.check()
    }

    /// Sees that the file is still there, and holds what was written.
    ///
    /// # Errors
    /// It was removed, replaced or changed.
    pub fn check(&self) -> Result<(), ArchiveFull> {
        let gone = |what: &str| Err(ArchiveFull::Gone(JournalError::new(&self.path, what)));
        let facts = is_same(&self.path, &self.file)
            .and_then(|is_same| Ok((is_same, self.file.metadata()?.len())))
            .map_err(|error| ArchiveFull::Gone(JournalError::of(&self.path, &error)))?;
        match facts {
            (false, _) => gone("was removed or replaced while the action ran"),
            (true, bytes) if bytes != self.written_bytes => gone("was changed while the action ran"),
            (true, _) => Ok(()),
        }
    }
}

/// The bytes of a frame with its length and checksum; none where it is too long.
fn framed(encoded: &[u8]) -> Option<Vec<u8>> {
    let length = u32::try_from(encoded.len()).ok().filter(|length| *length <= ARCHIVE_FRAME_BYTES)?;
    Some([&length.to_le_bytes(), &checksum(encoded).to_le_bytes(), encoded].concat())
}
