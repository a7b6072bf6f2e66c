//! Why a journal or an archive can't be used: what, where, what to try.
//!
//! Knows words. Invariant: one line.

use std::io;
use std::path::Path;

/// Why a journal or an archive can't be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct JournalError(String);

impl JournalError {
    /// What is wrong with a file.
    pub(super) fn new(path: &Path, what: impl std::fmt::Display) -> Self {
        Self(format!("{}: {what}", path.display()).replace(|c: char| c.is_control(), " "))
    }

    /// What the system says of a file.
    pub(super) fn of(path: &Path, error: &io::Error) -> Self {
        let what = match error.kind() {
            io::ErrorKind::NotFound => "is not there".to_owned(),
            io::ErrorKind::PermissionDenied => {
                "may not be read or written by you; set XDG_STATE_HOME".to_owned()
            }
            io::ErrorKind::StorageFull => "the disk is full: make room first".to_owned(),
            // The system's own words speak of too many levels.
            _ if error.raw_os_error() == Some(libc::ELOOP) => {
                "is a symbolic link, which is not followed: move it away".to_owned()
            }
            _ => error.to_string(),
        };
        Self::new(path, what)
    }
}
