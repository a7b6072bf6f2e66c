//! The lines of the journal on disk: appended under a lock, read back within bounds, moved aside when there are many.
//!
//! Knows files and lines; not what a record means. Invariants: a line is whole and on disk when it was written; what
//! can't be read back is counted, never taken for nothing; a file that was moved aside is still read.

use super::private::{LockedHandle, is_same, private_file, sync_folder};
use crate::core::limits::{JOURNAL_FILE_BYTES, JOURNAL_LINE_BYTES, JOURNAL_OLD_FILES, JOURNAL_RECORDS};
use crate::core::ops::record::Record;
use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// How often the file is opened again when others move it aside at the same moment.
const OPENED_AGAIN: u32 = 10;

/// What was read back.
#[derive(Clone, Debug, Default)]
pub(super) struct ReadLines {
    /// The last records, the oldest first.
    pub(super) records: VecDeque<Record>,
    /// Lines that could not be read: too long, cut off or damaged.
    pub(super) unread: u64,
}

/// The file, open and locked.
#[derive(Debug)]
pub(super) struct LockedFile {
    file: LockedHandle,
    folder: PathBuf,
}

pub(super) fn path(folder: &Path) -> PathBuf {
    folder.join("journal.jsonl")
}

/// Files that were moved aside, the youngest first.
fn old_paths(folder: &Path) -> impl Iterator<Item = PathBuf> {
    (1..=JOURNAL_OLD_FILES).map(move |number| folder.join(format!("journal.{number}.jsonl")))
}

impl LockedFile {
    /// Opens the journal in `folder`, for this process alone.
    pub(super) fn open(folder: &Path) -> io::Result<Self> {
        let path = path(folder);
        for _ in 0..OPENED_AGAIN {
            let file = private_file(&path, OpenOptions::new().read(true).append(true).create(true))?;
            let file = LockedHandle::wait(file)?;
            // Whoever had the lock before may have moved the file aside.
            if is_same(&path, &file)? {
                return Ok(Self { file, folder: folder.to_owned() });
            }
        }
        Err(io::Error::other("is moved away again and again: find out by whom"))
    }

    /// Moves a long file aside, and goes on with a new one.
    pub(super) fn rotated(self) -> io::Result<Self> {
        if self.file.metadata()?.len() < JOURNAL_FILE_BYTES {
            return Ok(self);
        }
        let mut older = None;
        for aside in old_paths(&self.folder).collect::<Vec<_>>().into_iter().rev() {
            if let Some(older) = older.replace(aside.clone()) {
                move_aside(&aside, &older)?;
            }
        }
        if let Some(youngest) = older {
            move_aside(&path(&self.folder), &youngest)?;
        }
        let folder = self.folder.clone();
        drop(self);
        Self::open(&folder)
    }

    /// One line, whole and on disk. A line that a crash cut off is ended first.
    pub(super) fn append(&mut self, record: &Record) -> io::Result<()> {
        let mut line = String::new();
        let is_new = self.file.seek(SeekFrom::End(0))? == 0;
        if !is_new {
            self.file.seek(SeekFrom::End(-1))?;
            let mut last = [0];
            self.file.read_exact(&mut last)?;
            if last != *b"\n" {
                line.push('\n');
            }
        }
        line.push_str(&record.line());
        line.push('\n');
        self.file.write_all(line.as_bytes())?;
        self.file.sync_data()?;
        if is_new { sync_folder(&self.folder) } else { Ok(()) }
    }
}

fn move_aside(from: &Path, to: &Path) -> io::Result<()> {
    match fs::rename(from, to) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        moved => moved,
    }
}

/// Everything that can be read back, from the oldest file to the newest.
pub(super) fn read(folder: &Path) -> io::Result<ReadLines> {
    // From the newest to the oldest: a file that is moved aside meanwhile is met twice, and none is missed.
    let mut files: Vec<(File, (u64, u64))> = Vec::new();
    for path in std::iter::once(path(folder)).chain(old_paths(folder)) {
        match private_file(&path, OpenOptions::new().read(true)) {
            Ok(file) => {
                let facts = file.metadata()?;
                let identity = (facts.dev(), facts.ino());
                if files.iter().all(|(_, known)| *known != identity) {
                    files.push((file, identity));
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    let mut found = ReadLines::default();
    for (file, _) in files.into_iter().rev() {
        found.take(file)?;
    }
    Ok(found)
}

impl ReadLines {
    fn take(&mut self, file: File) -> io::Result<()> {
        let mut reader = BufReader::new(file);
        loop {
            let mut line = Vec::new();
            let read = reader.by_ref().take(JOURNAL_LINE_BYTES as u64 + 1).read_until(b'\n', &mut line)?;
            if read == 0 {
                return Ok(());
            }
            let is_whole = line.pop_if(|last| *last == b'\n').is_some();
            if !is_whole && read as u64 > JOURNAL_LINE_BYTES as u64 {
                skip_line(&mut reader)?;
                self.unread += 1;
                continue;
            }
            match std::str::from_utf8(&line).ok().and_then(Record::read) {
                Some(record) => self.records.push_back(record),
                None => self.unread += 1,
            }
            if self.records.len() > JOURNAL_RECORDS * 2 {
                self.records.pop_front();
            }
        }
    }
}

/// Goes to the end of a line that is too long to be taken in.
fn skip_line(reader: &mut BufReader<File>) -> io::Result<()> {
    loop {
        let piece = reader.fill_buf()?;
        let (skipped, is_over) = match piece.iter().position(|byte| *byte == b'\n') {
            Some(at) => (at + 1, true),
            None => (piece.len(), piece.is_empty()),
        };
        reader.consume(skipped);
        if is_over {
            return Ok(());
        }
    }
}
