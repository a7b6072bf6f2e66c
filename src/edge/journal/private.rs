//! Files and folders for the operator alone: made, opened and locked.
//!
//! Knows owners, modes and locks; not what a file holds. Invariants: no symbolic link is followed, and nothing but a
//! plain file of this user is read or written; opening and locking end within [`JOURNAL_LOCK_MS`].

use crate::core::limits::JOURNAL_LOCK_MS;
use std::fs::{self, File, Metadata, OpenOptions, TryLockError};
use std::io;
use std::ops::{Deref, DerefMut};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::time::{Duration, Instant};

/// How often a lock that somebody holds is tried again.
const LOCK_EVERY: Duration = Duration::from_millis(20);

/// Makes the folder where it is missing. `may_be_link`: the state folder as a whole may lie elsewhere; what is inside
/// may not.
pub(super) fn private_folder(path: &Path, may_be_link: bool) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    let facts = if may_be_link { fs::metadata(path) } else { fs::symlink_metadata(path) }?;
    if facts.is_symlink() {
        return Err(io::Error::other(
            "is a symbolic link, which is not followed: put the folder itself there",
        ));
    }
    own(&facts)?;
    match facts.mode() & 0o022 {
        0 => Ok(()),
        _ => Err(io::Error::other("others may write into it: run chmod 700 on it")),
    }
}

/// Opens a plain file of this user, which others may not read.
pub(super) fn private_file(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    // Opening a named pipe would wait for whoever is at its other end.
    let file = options.mode(0o600).custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK).open(path)?;
    let facts = file.metadata()?;
    if !facts.is_file() {
        return Err(io::Error::other("is no plain file: move it away"));
    }
    own(&facts)?;
    if facts.mode() & 0o077 != 0 {
        file.set_permissions(fs::Permissions::from_mode(0o600))?;
    }
    Ok(file)
}

fn own(facts: &Metadata) -> io::Result<()> {
    // Systems without /proc do not tell: there the mode alone protects.
    let ours = fs::metadata("/proc/self").ok().map(|facts| facts.uid());
    match ours {
        Some(ours) if ours != facts.uid() => Err(io::Error::other(format!(
            "belongs to another user (uid {}): set XDG_STATE_HOME to a folder of yours",
            facts.uid()
        ))),
        _ => Ok(()),
    }
}

/// A file with its lock, which goes with it. A program that is started at that moment has a copy of the open file until it
/// runs, so that closing ours alone would leave the lock for as long.
#[derive(Debug)]
pub(super) struct LockedHandle(File);

impl LockedHandle {
    /// Takes the lock for this process alone, or gives up after a while.
    pub(super) fn wait(file: File) -> io::Result<Self> {
        let deadline = Instant::now() + Duration::from_millis(JOURNAL_LOCK_MS);
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self(file)),
                Err(TryLockError::WouldBlock) if Instant::now() < deadline => std::thread::sleep(LOCK_EVERY),
                Err(TryLockError::WouldBlock) => {
                    let waited_s = JOURNAL_LOCK_MS / 1_000;
                    return Err(io::Error::other(format!(
                        "another process has held it for {waited_s} s: find it with fuser, then try again"
                    )));
                }
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
    }

    /// Takes the lock for this process alone, where nobody has it.
    pub(super) fn alone(file: File) -> Result<Self, TryLockError> {
        file.try_lock().map(|()| Self(file))
    }

    /// Takes the lock beside others who read, where nobody has it alone.
    pub(super) fn shared(file: File) -> Result<Self, TryLockError> {
        file.try_lock_shared().map(|()| Self(file))
    }
}

impl Deref for LockedHandle {
    type Target = File;

    fn deref(&self) -> &File {
        &self.0
    }
}

impl DerefMut for LockedHandle {
    fn deref_mut(&mut self) -> &mut File {
        &mut self.0
    }
}

impl Drop for LockedHandle {
    fn drop(&mut self) {
        let _closing_does_it_too = self.0.unlock();
    }
}

/// Whether a process holds the lock of the file at `path`; a file that is not there is held by nobody.
pub(super) fn is_held(path: &Path) -> bool {
    let opened = private_file(path, OpenOptions::new().read(true));
    opened.is_ok_and(|file| matches!(LockedHandle::alone(file), Err(TryLockError::WouldBlock)))
}

/// Whether `path` still names the file that is open.
pub(super) fn is_same(path: &Path, file: &File) -> io::Result<bool> {
    let open = file.metadata()?;
    match fs::symlink_metadata(path) {
        Ok(there) => Ok((there.dev(), there.ino()) == (open.dev(), open.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Waits until the names in a folder are on disk.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_goes_with_its_owner_though_a_program_that_starts_has_a_copy_of_the_file() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("held");
        let file = private_file(&path, OpenOptions::new().write(true).create_new(true)).unwrap();
        let held = LockedHandle::alone(file).unwrap();
        // As fork makes it.
        let copy = held.try_clone().unwrap();
        assert!(is_held(&path));
        drop(held);
        assert!(!is_held(&path));
        drop(copy);
    }
}
