//! Reading a small text file, at most so many bytes of it.
//!
//! Knows the ways in which that fails; not what a file is for. Invariant: an error says what is wrong in words
//! and never what the file holds.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Why a file could not be read: what is wrong, what to try.
#[derive(Debug)]
pub struct FileError {
    /// There is none.
    pub is_missing: bool,
    /// What is wrong.
    pub what: String,
    /// What to try.
    pub hint: &'static str,
}

/// The text of a file.
pub fn text(path: &Path, limit_bytes: u64) -> Result<String, FileError> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(limit_bytes + 1).read_to_end(&mut bytes));
    let unread = |what: String, hint| FileError { is_missing: false, what, hint };
    match read {
        Err(error) => Err(FileError {
            is_missing: error.kind() == io::ErrorKind::NotFound,
            ..unread(in_words(&error), "check the path and who may read it")
        }),
        Ok(_) if u64::try_from(bytes.len()).map_or(true, |length| length > limit_bytes) => Err(unread(
            format!("is larger than {} KB", limit_bytes >> 10),
            "this is another file, or a broken one",
        )),
        Ok(_) => {
            String::from_utf8(bytes).map_err(|_| unread("is not UTF-8 text".to_owned(), "save it as UTF-8"))
        }
    }
}

/// What the system says, in words.
pub fn in_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "is not there".to_owned(),
        io::ErrorKind::PermissionDenied => "may not be read or written by you".to_owned(),
        io::ErrorKind::IsADirectory => "is a folder".to_owned(),
        _ => error.to_string(),
    }
}
