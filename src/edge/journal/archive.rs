//! Archives: what actions removed, a file an action, bounded and for the operator alone.
//!
//! Knows files, checksums and the bound; not what the frames mean. Invariants: what [`ArchiveWriter::keep`] took is on
//! disk when it returns; all archives together stay below the bound; a file that was damaged is an error, and one that
//! was cut off by a crash ends at its last whole frame (nothing after that was removed).

use super::error::JournalError;
use super::{private_file, private_folder};
use crate::core::limits::ARCHIVE_FRAME_BYTES;
use crate::core::ops::archive::{Frame, Header, MAGIC, checksum};
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// The folder of archives.
#[derive(Clone, Debug)]
pub struct Archives {
    folder: PathBuf,
}

/// An archive that is being written.
#[derive(Debug)]
pub struct ArchiveWriter {
    path: PathBuf,
    file: File,
    left_bytes: u64,
}

/// Why something could not be kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ArchiveFull {
    /// The bound of all archives was reached.
    #[error("the archives have reached their bound of {} MiB: prune them, or raise archive_max", .0 >> 20)]
    Bound(u64),
    /// The disk refused.
    #[error("{0}")]
    Disk(JournalError),
}

/// An archive that is read.
#[derive(Debug)]
pub struct ArchiveReader {
    path: PathBuf,
    header: Header,
    file: BufReader<File>,
}

impl Archives {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    fn path(&self, id: &str) -> PathBuf {
        self.folder.join(format!("{id}.archive"))
    }

    /// Begins the archive of an action. All archives together take `max_bytes` at most.
    ///
    /// # Errors
    /// The file can't be made.
    pub fn create(&self, header: &Header, max_bytes: u64) -> Result<ArchiveWriter, ArchiveFull> {
        private_folder(&self.folder).map_err(ArchiveFull::Disk)?;
        let used: u64 = self.list().iter().map(|(_, bytes)| bytes).sum();
        let path = self.path(&header.id);
        let disk = |error: &io::Error| ArchiveFull::Disk(JournalError::of(&path, error));
        let made = private_file(&path, OpenOptions::new().write(true).create_new(true));
        let mut file = made.map_err(|error| disk(&error))?;
        let line = serde_json::to_string(header).unwrap_or_default();
        let head = [MAGIC, line.as_bytes(), b"\n"].concat();
        let Some(left_bytes) = max_bytes.checked_sub(used + head.len() as u64) else {
            let _gone = fs::remove_file(&path);
            return Err(ArchiveFull::Bound(max_bytes));
        };
        file.write_all(&head).and_then(|()| file.sync_all()).map_err(|error| disk(&error))?;
        // The name has to be on disk too.
        File::open(&self.folder).and_then(|folder| folder.sync_all()).map_err(|error| disk(&error))?;
        Ok(ArchiveWriter { path, file, left_bytes })
    }

    /// Opens the archive of an action.
    ///
    /// # Errors
    /// There is none, or it is not one.
    pub fn open(&self, id: &str) -> Result<ArchiveReader, JournalError> {
        let path = self.path(id);
        let file = File::open(&path).map_err(|error| JournalError::of(&path, &error))?;
        let mut file = BufReader::new(file);
        let mut magic = vec![0; MAGIC.len()];
        let is_ours = file.read_exact(&mut magic).is_ok() && magic == MAGIC;
        let mut line = Vec::new();
        let read = io::BufRead::read_until(&mut io::Read::take(&mut file, 1 << 20), b'\n', &mut line);
        let header = read.ok().and_then(|_| serde_json::from_slice(&line).ok());
        match header {
            Some(header) if is_ours => Ok(ArchiveReader { path, header, file }),
            _ => Err(JournalError::new(&path, "is no archive of streamgauge")),
        }
    }

    /// The archives there are, with their bytes.
    pub fn list(&self) -> Vec<(String, u64)> {
        let Ok(entries) = fs::read_dir(&self.folder) else { return Vec::new() };
        let of = |entry: io::Result<fs::DirEntry>| {
            let entry = entry.ok()?;
            let name = entry.file_name().into_string().ok()?;
            Some((name.strip_suffix(".archive")?.to_owned(), entry.metadata().ok()?.len()))
        };
        let mut found: Vec<(String, u64)> = entries.filter_map(of).collect();
        found.sort();
        found
    }

    /// Removes archives that were last written before `older_than`; what was removed, with its bytes.
    ///
    /// # Errors
    /// One can't be removed.
    pub fn prune(&self, older_than: Duration) -> Result<Vec<(String, u64)>, JournalError> {
        let before = SystemTime::now().checked_sub(older_than);
        let mut removed = Vec::new();
        for (id, bytes) in self.list() {
            let path = self.path(&id);
            let written = fs::metadata(&path).and_then(|facts| facts.modified());
            let is_old = written.ok().zip(before).is_some_and(|(written, before)| written <= before);
            if is_old {
                fs::remove_file(&path).map_err(|error| JournalError::of(&path, &error))?;
                removed.push((id, bytes));
            }
        }
        Ok(removed)
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
    /// The bound is reached (then none of them is in it), or the disk refuses.
    pub fn keep(&mut self, frames: &[Frame], max_bytes: u64) -> Result<(), ArchiveFull> {
        let mut bytes = Vec::new();
        for frame in frames {
            let encoded = frame.encode();
            let length = u32::try_from(encoded.len()).ok().filter(|length| *length <= ARCHIVE_FRAME_BYTES);
            let Some(length) = length else { return Err(ArchiveFull::Bound(max_bytes)) };
            bytes.extend(length.to_le_bytes());
            bytes.extend(checksum(&encoded).to_le_bytes());
            bytes.extend(encoded);
        }
        let left = self.left_bytes.checked_sub(bytes.len() as u64);
        self.left_bytes = left.ok_or(ArchiveFull::Bound(max_bytes))?;
        let written = self.file.write_all(&bytes).and_then(|()| self.file.sync_data());
        written.map_err(|error| ArchiveFull::Disk(JournalError::of(&self.path, &error)))
    }
}

impl ArchiveReader {
    /// What it says of itself.
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// The next frames, so many at most; none at the end.
    ///
    /// # Errors
    /// A frame was damaged.
    pub fn next(&mut self, count: u32) -> Result<Vec<Frame>, JournalError> {
        let mut frames = Vec::new();
        while (frames.len() as u64) < u64::from(count) {
            match self.frame()? {
                Some(frame) => frames.push(frame),
                None => break,
            }
        }
        Ok(frames)
    }

    fn frame(&mut self) -> Result<Option<Frame>, JournalError> {
        let damaged = || JournalError::new(&self.path, "is damaged: what follows is not brought back");
        let mut head = [0; 8];
        if self.file.read_exact(&mut head).is_err() {
            return Ok(None);
        }
        let [a, b, c, d, e, f, g, h] = head;
        let (length, expected) = (u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h]));
        if length > ARCHIVE_FRAME_BYTES {
            return Err(damaged());
        }
        let mut encoded = Vec::new();
        let read = io::Read::take(&mut self.file, u64::from(length)).read_to_end(&mut encoded);
        match read {
            Ok(read) if read as u64 == u64::from(length) => {}
            _ => return Ok(None),
        }
        if checksum(&encoded) != expected {
            return Err(damaged());
        }
        Frame::decode(&encoded).map(Some).ok_or_else(damaged)
    }
}
