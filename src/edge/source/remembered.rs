//! Streams that were found, kept on disk for the next start, which asks for them while its search has only begun.
//!
//! Knows a folder, its files and when a search is over; what a file says is `core::wire::known_streams`'. Invariants: a name
//! from disk is asked for and never taken for a stream; a file is the operator's alone, and is whole or the one before; one
//! that can't be read or written is told in the log and changes nothing else.

use crate::core::limits::{KNOWN_FILE_BYTES, RECALL_MS};
use crate::core::model::{Name, Snapshot};
use crate::core::wire::known_streams::KnownStreams;
use crate::core::wire::round::Planner;
use crate::edge::clock;
use std::fs::{self, File, OpenOptions};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::task::{JoinHandle, spawn_blocking};

/// What of an address goes into the name of a file.
const ADDRESS_CHARS: usize = 80;

/// Where a session keeps the streams that it found, and what it kept.
#[derive(Debug, Default)]
pub(super) struct Remembered {
    place: Option<KnownPlace>,
    is_recalled: bool,
    run_id: Option<String>,
    /// Laps of the search after which they were looked at.
    passes: u64,
    /// What stands for the names that are on disk.
    kept: Option<u64>,
    writing: Option<JoinHandle<()>>,
}

#[derive(Clone, Debug)]
struct KnownPlace {
    folder: PathBuf,
    address: String,
    database: u32,
}

impl Remembered {
    /// Streams of this database of this address, in a folder below the state folder; none where there is none.
    pub(super) fn below(state: Option<PathBuf>, address: String, database: u32) -> Self {
        let place = state.map(|state| KnownPlace { folder: state.join("known"), address, database });
        Self { place, ..Self::default() }
    }

    /// Asks first for what is on disk, the first time it is called.
    pub(super) async fn recall(&mut self, planner: &mut Planner) {
        let Some(place) = self.place.clone().filter(|_| !self.is_recalled) else { return };
        self.is_recalled = true;
        let read = spawn_blocking(move || place.read());
        // A disk that does not answer is not waited for: the search finds everything.
        match tokio::time::timeout(Duration::from_millis(RECALL_MS), read).await {
            Ok(Ok(Ok(Some(known)))) => {
                self.kept = Some(digest(known.streams.iter()));
                planner.hint(&known.streams, clock::now_us());
            }
            Ok(Ok(Ok(None))) => {}
            Ok(Ok(Err(why))) => tracing::warn!("streams of an earlier run are not known: {why}"),
            Ok(Err(_)) | Err(_) => {
                tracing::warn!("streams of an earlier run are not known: the disk is slow")
            }
        }
    }

    /// Takes in whose streams these are.
    pub(super) fn learn_run(&mut self, snapshot: &Snapshot) {
        if let Some(info) = &snapshot.info {
            self.run_id.clone_from(&info.server.run_id);
        }
    }

    /// Keeps what is known, once after each lap of the search, where it changed.
    pub(super) fn keep(&mut self, planner: &Planner) {
        let passes = planner.discovery().passes;
        let is_writing = self.writing.as_ref().is_some_and(|writing| !writing.is_finished());
        if passes == self.passes || is_writing {
            return;
        }
        let (Some(place), Some(run_id)) = (self.place.clone(), self.run_id.clone()) else { return };
        self.passes = passes;
        let digest = digest(planner.told_streams());
        if self.kept.replace(digest) == Some(digest) {
            return;
        }
        let streams = planner.told_streams().cloned().collect();
        self.writing = Some(spawn_blocking(move || {
            if let Err(error) = place.write(run_id, streams) {
                let folder = place.folder.display();
                tracing::warn!("the streams that were found are not kept in {folder}: {error}");
            }
        }));
    }
}

/// What stands for these names, in whatever order they come.
fn digest<'a>(keys: impl Iterator<Item = &'a Name>) -> u64 {
    keys.fold(0, |sum, key| {
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        sum.wrapping_add(hasher.finish())
    })
}

impl KnownPlace {
    fn file(&self) -> PathBuf {
        let plain = |c: char| if c.is_ascii_alphanumeric() || c == '.' { c } else { '_' };
        let chars = self.address.chars().rev().take(ADDRESS_CHARS).map(plain);
        let address: String = chars.collect::<Vec<char>>().into_iter().rev().collect();
        self.folder.join(format!("{address}-{}.jsonl", self.database))
    }

    /// What is there; none where nothing is, or what is there is of another address.
    fn read(&self) -> Result<Option<KnownStreams>, String> {
        let path = self.file();
        let told = |why: &dyn std::fmt::Display| format!("{}: {why}", path.display());
        let file =
            OpenOptions::new().read(true).custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK).open(&path);
        let file = match file {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(told(&error)),
        };
        if !file.metadata().is_ok_and(|facts| facts.is_file()) {
            return Err(told(&"is no plain file"));
        }
        let mut text = String::new();
        file.take(KNOWN_FILE_BYTES + 1).read_to_string(&mut text).map_err(|error| told(&error))?;
        if text.len() as u64 > KNOWN_FILE_BYTES {
            return Err(told(&"is too large to be ours"));
        }
        let known = KnownStreams::read(&text).map_err(|why| told(&why))?;
        let is_ours = known.address == self.address && known.database == self.database;
        Ok(is_ours.then_some(known))
    }

    /// Puts a new file in the place of the one that is there.
    fn write(&self, run_id: String, streams: Vec<Name>) -> io::Result<()> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.folder)?;
        if fs::symlink_metadata(&self.folder)?.mode() & 0o022 != 0 {
            return Err(io::Error::other("others may write into it: run chmod 700 on it"));
        }
        let known = KnownStreams { address: self.address.clone(), database: self.database, run_id, streams };
        let path = self.file();
        let aside = path.with_extension(format!("{}.new", std::process::id()));
        let written = write_new(&aside, known.text()?.as_bytes()).and_then(|()| fs::rename(&aside, &path));
        if written.is_err() {
            let _none_is_left = fs::remove_file(&aside);
        }
        written?;
        File::open(&self.folder)?.sync_all()
    }
}

fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // One that was left behind by a process that had our number.
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
