//! The journal of actions, on disk: append and sync, and what an earlier run left open.
//!
//! Knows files and locks; not what an action does. Invariants: an intent is on disk before [`Journal::begin`] returns; an
//! action has one intent and at most one finish, whoever writes it; files are for the operator alone (0600); an action
//! of a process that lives is nobody else's to close.

mod archive;
mod error;

pub use archive::{ArchiveFull, ArchiveReader, ArchiveWriter, Archives};
pub use error::JournalError;

use crate::core::limits::JOURNAL_RECORDS;
use crate::core::ops::record::{Finish, Intent, Past, Record, past};
use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Where the journal is.
#[derive(Clone, Debug)]
pub struct Journal {
    folder: PathBuf,
}

/// An action that was begun: held as long as this lives, so that nobody else closes it.
#[derive(Debug)]
pub struct Begun {
    id: String,
    path: PathBuf,
    _held: File,
}

impl Journal {
    /// The journal in this folder, which is made when something is written.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// Its file.
    pub fn path(&self) -> PathBuf {
        self.folder.join("journal.jsonl")
    }

    /// The archives beside it.
    pub fn archives(&self) -> Archives {
        Archives::new(self.folder.join("archive"))
    }

    /// Writes an intent and waits until it is on disk.
    ///
    /// # Errors
    /// The file can't be written: then nothing may be done.
    pub fn begin(&self, intent: &Intent) -> Result<Begun, JournalError> {
        let running = self.running();
        private_folder(&self.folder)?;
        private_folder(&running)?;
        let path = running.join(&intent.id);
        let held = private_file(&path, OpenOptions::new().write(true).create_new(true))
            .map_err(|error| JournalError::of(&path, &error))?;
        held.try_lock().map_err(|error| JournalError::new(&path, error.to_string()))?;
        let begun = Begun { id: intent.id.clone(), path, _held: held };
        self.append(&Record::Intended(intent.clone())).inspect_err(|_| begun.release())?;
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

    /// The actions, the oldest first. Lines that can't be read are left out.
    ///
    /// # Errors
    /// The file is there and can't be read.
    pub fn read(&self) -> Result<Vec<Past>, JournalError> {
        let path = self.path();
        match File::open(&path) {
            Ok(file) => records(&file).map(past).map_err(|error| JournalError::of(&path, &error)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(JournalError::of(&path, &error)),
        }
    }

    /// Closes as unknown what an earlier process left open, and answers it. `at_ms` is our wall clock.
    ///
    /// # Errors
    /// The journal can't be read or written.
    pub fn recover(&self, at_ms: i64) -> Result<Vec<Intent>, JournalError> {
        if self.read()?.iter().all(|past| past.finish.is_some()) {
            return Ok(Vec::new());
        }
        let path = self.path();
        let failed = |error: &std::io::Error| JournalError::of(&path, error);
        let mut file =
            private_file(&path, OpenOptions::new().read(true).append(true)).map_err(|e| failed(&e))?;
        // Another process may do the same at this moment: the second finds nothing open.
        file.lock().map_err(|error| failed(&error))?;
        let mut left = Vec::new();
        for open in past(records(&file).map_err(|error| failed(&error))?) {
            if open.finish.is_none() && self.is_abandoned(&open.intent.id) {
                let finish = Finish { at_ms, ..Finish::abandoned(&open.intent.id) };
                write_line(&mut file, &Record::Finished(finish)).map_err(|error| failed(&error))?;
                let _gone = fs::remove_file(self.running().join(&open.intent.id));
                left.push(open.intent);
            }
        }
        Ok(left)
    }

    fn append(&self, record: &Record) -> Result<(), JournalError> {
        let path = self.path();
        let written = || {
            let mut file = private_file(&path, OpenOptions::new().read(true).append(true).create(true))?;
            file.lock()?;
            write_line(&mut file, record)
        };
        written().map_err(|error| JournalError::of(&path, &error))
    }

    fn running(&self) -> PathBuf {
        self.folder.join("running")
    }

    /// Whether no process holds the action any more: the kernel lets go of a lock when its owner ends.
    fn is_abandoned(&self, id: &str) -> bool {
        match File::open(self.running().join(id)) {
            Ok(file) => file.try_lock().is_ok(),
            Err(_) => true,
        }
    }
}

impl Begun {
    /// Of the action.
    pub fn id(&self) -> &str {
        &self.id
    }

    fn release(&self) {
        let _gone = fs::remove_file(&self.path);
    }
}

/// One line, whole and on disk. A line that a crash cut off is ended first.
fn write_line(file: &mut File, record: &Record) -> std::io::Result<()> {
    let mut line = String::new();
    if file.seek(SeekFrom::End(0))? > 0 {
        file.seek(SeekFrom::End(-1))?;
        let mut last = [0];
        file.read_exact(&mut last)?;
        if last != *b"\n" {
            line.push('\n');
        }
    }
    line.push_str(&record.line());
    line.push('\n');
    file.write_all(line.as_bytes())?;
    file.sync_data()
}

/// The last records of a file.
fn records(mut file: &File) -> std::io::Result<VecDeque<Record>> {
    file.seek(SeekFrom::Start(0))?;
    let mut found = VecDeque::new();
    for line in BufReader::new(file).split(b'\n') {
        if let Some(record) = std::str::from_utf8(&line?).ok().and_then(Record::read) {
            found.push_back(record);
            if found.len() > JOURNAL_RECORDS * 2 {
                found.pop_front();
            }
        }
    }
    Ok(found)
}

fn private_folder(path: &Path) -> Result<(), JournalError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|error| JournalError::of(path, &error))
}

fn private_file(path: &Path, options: &mut OpenOptions) -> std::io::Result<File> {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests;
