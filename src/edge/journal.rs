//! The journal of actions, on disk: append and sync, and what an earlier run left open.
//!
//! Knows files and locks; not what an action does. Invariants: an intent is on disk before [`Journal::begin`] returns; an
//! action has one intent and at most one finish, whoever writes it; files are for the operator alone (0600), and no
//! symbolic link is followed; an action of a process that lives is nobody else's to close.

mod archive;
mod error;
mod lines;
mod private;
mod reader;

pub use archive::{ArchiveFull, ArchiveWriter, Archives, Pruned};
pub use error::JournalError;
pub use reader::ArchiveReader;

use crate::core::ops::record::{Finish, Intent, Past, Record, past};
use lines::{LockedFile, ReadLines};
use private::{LockedHandle, is_held, private_file, private_folder};
use std::collections::HashSet;
use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// Where the journal is.
#[derive(Clone, Debug)]
pub struct Journal {
    folder: PathBuf,
}

/// What the journal says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct JournalContents {
    /// The actions, the oldest first.
    pub past: Vec<Past>,
    /// Lines that could not be read: too long, cut off or damaged.
    pub unread_lines: u64,
}

/// An action that was begun: held as long as this lives, so that nobody else closes it.
#[derive(Debug)]
pub struct Begun {
    id: String,
    path: PathBuf,
    _held: LockedHandle,
}

impl Journal {
    /// The journal in this folder, which is made when something is written.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// Its file.
    pub fn path(&self) -> PathBuf {
        lines::path(&self.folder)
    }

    /// The archives beside it.
    pub fn archives(&self) -> Archives {
        Archives::new(&self.folder)
    }

    /// Writes an intent and waits until it is on disk.
    ///
    /// # Errors
    /// The file can't be written: then nothing may be done.
    pub fn begin(&self, intent: &Intent) -> Result<Begun, JournalError> {
        let running = running(&self.folder);
        private_folder(&self.folder, true).map_err(|error| JournalError::of(&self.folder, &error))?;
        private_folder(&running, false).map_err(|error| JournalError::of(&running, &error))?;
        // Whoever closes what was left open holds the journal too: so it meets no action that is half begun.
        let mut file = self.locked(true)?;
        let path = running.join(&intent.id);
        let held = private_file(&path, OpenOptions::new().write(true).create_new(true))
            .and_then(LockedHandle::wait)
            .map_err(|error| JournalError::of(&path, &error))?;
        let begun = Begun { id: intent.id.clone(), path, _held: held };
        let written = file.append(&Record::Intended(intent.clone()));
        written.map_err(|error| {
            begun.release();
            JournalError::of(&self.path(), &error)
        })?;
        Ok(begun)
    }

    /// Writes the finish of an action and waits until it is on disk.
    ///
    /// # Errors
    /// The file can't be written: the next start finds the action open.
    pub fn finish(&self, begun: Begun, finish: &Finish) -> Result<(), JournalError> {
        debug_assert_eq!(begun.id, finish.id);
        self.append(&Record::Finished(finish.clone()))?;
        begun.release();
        Ok(())
    }

    /// Writes what the command of a warm-up did.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn warmed(&self, id: &str, at_ms: i64, result: &str) -> Result<(), JournalError> {
        self.append(&Record::Warmed { id: id.to_owned(), at_ms, result: result.to_owned() })
    }

    /// What it says.
    ///
    /// # Errors
    /// A file is there and can't be read.
    pub fn read(&self) -> Result<JournalContents, JournalError> {
        let ReadLines { records, unread } = self.lines()?;
        Ok(JournalContents { past: past(records), unread_lines: unread })
    }

    /// Closes as unknown what an earlier process left open, and answers it. `at_ms` is our wall clock.
    ///
    /// # Errors
    /// The journal can't be read or written.
    pub fn recover(&self, at_ms: i64) -> Result<Vec<Intent>, JournalError> {
        let is_closed = |past: &Past| past.finish.is_some();
        if self.read()?.past.iter().all(is_closed) && self.begun_ids()?.is_empty() {
            return Ok(Vec::new());
        }
        // Another process may do the same at this moment: the second finds nothing open.
        let mut file = self.locked(false)?;
        let known = past(self.lines()?.records);
        let mut left: Vec<Intent> =
            known.iter().filter(|past| !is_closed(past)).map(|past| past.intent.clone()).collect();
        let ids: HashSet<&str> = known.iter().map(|past| past.intent.id.as_str()).collect();
        let begun = self.begun_ids()?;
        let unreadable: Vec<Intent> = begun
            .iter()
            .filter(|id| !ids.contains(id.as_str()))
            .map(|id| Intent::unreadable(id, at_ms))
            .collect();
        left.retain(|intent| !self.is_running(&intent.id));
        for intent in unreadable.into_iter().filter(|intent| !self.is_running(&intent.id)) {
            let written = file.append(&Record::Intended(intent.clone()));
            written.map_err(|error| JournalError::of(&self.path(), &error))?;
            left.push(intent);
        }
        for intent in &left {
            let finish = Finish { at_ms, ..Finish::abandoned(&intent.id) };
            let written = file.append(&Record::Finished(finish));
            written.map_err(|error| JournalError::of(&self.path(), &error))?;
        }
        for id in begun.iter().filter(|id| !self.is_running(id)) {
            let _gone = fs::remove_file(running(&self.folder).join(id));
        }
        Ok(left)
    }

    fn append(&self, record: &Record) -> Result<(), JournalError> {
        self.locked(false)?.append(record).map_err(|error| JournalError::of(&self.path(), &error))
    }

    /// The file, locked. Where it may begin anew it is moved aside when it is long.
    fn locked(&self, may_rotate: bool) -> Result<LockedFile, JournalError> {
        let opened = LockedFile::open(&self.folder);
        let opened = if may_rotate { opened.and_then(LockedFile::rotated) } else { opened };
        opened.map_err(|error| JournalError::of(&self.path(), &error))
    }

    fn lines(&self) -> Result<ReadLines, JournalError> {
        lines::read(&self.folder).map_err(|error| JournalError::of(&self.path(), &error))
    }

    /// Actions that were begun and have not said that they are over.
    fn begun_ids(&self) -> Result<Vec<String>, JournalError> {
        let running = running(&self.folder);
        let names = || -> io::Result<Vec<String>> {
            let mut names = Vec::new();
            for entry in fs::read_dir(&running)? {
                names.extend(entry?.file_name().into_string());
            }
            names.sort();
            Ok(names)
        };
        match names() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            names => names.map_err(|error| JournalError::of(&running, &error)),
        }
    }

    /// Whether a process holds the action: the kernel lets go of a lock when its owner ends.
    fn is_running(&self, id: &str) -> bool {
        is_held(&running(&self.folder).join(id))
    }
}

/// Where actions that run are held.
fn running(folder: &Path) -> PathBuf {
    folder.join("running")
}

impl Begun {
    fn release(&self) {
        let _gone = fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests;
