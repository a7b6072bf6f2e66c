//! The demo's private folder: sockets, log, nothing else.
//!
//! Knows paths and file modes, not servers. Invariants: nobody but us can enter it, the socket's path fits
//! into what an address may hold, and it is gone when the value is.

use std::fs::{self, DirBuilder};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::error::DemoError;
use crate::core::limits::{DEMO_LOG_TAIL_BYTES, SOCKET_PATH_BYTES};

const SOCKET: &str = "redis.sock";
/// No longer than the other.
const PROXY_SOCKET: &str = "proxy.sock";
/// Names that may be taken before we give up; eight random characters collide once in 10^12.
const TRIES: usize = 8;

/// A folder of our own.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
}

impl Folder {
    /// Makes one in the first place whose path is short enough for a socket.
    ///
    /// # Errors
    /// When no place can be written.
    pub fn new() -> Result<Self, DemoError> {
        let places = [std::env::temp_dir(), PathBuf::from("/tmp")];
        Self::within(&places)
    }

    fn within(places: &[PathBuf]) -> Result<Self, DemoError> {
        let mut refused = None;
        for place in places {
            match Self::below(place) {
                Ok(folder) => return Ok(folder),
                Err(error) => {
                    refused.get_or_insert(DemoError::Folder { path: place.clone(), error });
                }
            }
        }
        Err(refused.unwrap_or_else(|| DemoError::Folder {
            path: PathBuf::new(),
            error: io::Error::other("no place to make it in"),
        }))
    }

    fn below(place: &Path) -> io::Result<Self> {
        let mut taken = io::Error::from(io::ErrorKind::AlreadyExists);
        for _ in 0..TRIES {
            let name: String = std::iter::repeat_with(fastrand::alphanumeric).take(8).collect();
            let path = std::path::absolute(place)?.join(format!("sg-demo-{name}"));
            if path.join(SOCKET).as_os_str().len() >= SOCKET_PATH_BYTES {
                return Err(io::Error::other("the path is too long for a socket"));
            }
            match DirBuilder::new().mode(0o700).create(&path) {
                Ok(()) => return Ok(Self { path }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => taken = error,
                Err(error) => return Err(error),
            }
        }
        Err(taken)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The server's socket.
    pub fn socket(&self) -> PathBuf {
        self.path.join(SOCKET)
    }

    /// The socket of the proxy between the server and some of the workers.
    pub fn proxy_socket(&self) -> PathBuf {
        self.path.join(PROXY_SOCKET)
    }

    /// The config that [`Folder::write_config`] writes.
    pub fn config(&self) -> PathBuf {
        self.path.join("streamgauge.toml")
    }

    /// Writes the limits of the demo as a config, for `streamgauge check`.
    ///
    /// # Errors
    /// What the system refused.
    pub fn write_config(&self) -> Result<(), DemoError> {
        fs::write(self.config(), super::CONFIG)
            .map_err(|error| DemoError::Folder { path: self.path.clone(), error })
    }

    /// The exit status that the keeper wrote down; none while the server runs.
    pub fn ended(&self) -> Option<String> {
        let status = fs::read_to_string(self.path.join("ended")).ok()?;
        // Made before it is filled: an empty one is not finished.
        status.ends_with('\n').then(|| status.trim().to_owned())
    }

    /// The last lines of the server's log, as one line.
    pub fn log_tail(&self) -> String {
        let mut tail = Vec::new();
        if let Ok(mut log) = fs::File::open(self.path.join("server.log")) {
            let length = log.metadata().map_or(0, |found| found.len());
            let from = length.saturating_sub(DEMO_LOG_TAIL_BYTES);
            if log.seek(SeekFrom::Start(from)).is_ok() {
                // What could be read is worth showing even when the rest could not.
                let _ = log.take(DEMO_LOG_TAIL_BYTES).read_to_end(&mut tail);
            }
        }
        one_line(&String::from_utf8_lossy(&tail))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // The keeper may be removing it at the same time: then one of us finds things gone.
        for _ in 0..TRIES {
            match fs::remove_dir_all(&self.path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    std::thread::sleep(Duration::from_millis(5));
                }
                _ if self.path.exists() => {}
                _ => return,
            }
        }
    }
}

/// The last four lines that say something, in one, without control characters.
fn one_line(log: &str) -> String {
    let said: Vec<&str> = log.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let last = said.get(said.len().saturating_sub(4)..).unwrap_or_default().join(" / ");
    let clean: String = last.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if clean.is_empty() { "(its log is empty)".to_owned() } else { clean }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn nobody_else_may_enter_and_it_is_gone_when_dropped() {
        let folder = Folder::new().unwrap();
        let path = folder.path().to_owned();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o700);
        fs::write(path.join("file"), "x").unwrap();
        drop(folder);
        assert!(!path.exists());
    }

    #[test]
    fn a_place_too_deep_for_a_socket_is_passed_over_and_left_as_it_was() {
        let place = tempfile::tempdir().unwrap();
        let deep = place.path().join("x".repeat(90));
        fs::create_dir(&deep).unwrap();
        let folder = Folder::within(&[deep.clone(), place.path().to_owned()]).unwrap();
        assert_eq!(folder.path().parent(), Some(place.path()));
        assert_eq!(fs::read_dir(&deep).unwrap().count(), 0);
        let error = Folder::within(&[deep]).unwrap_err().to_string();
        assert!(error.contains("too long for a socket") && error.contains("TMPDIR"), "{error}");
    }

    #[test]
    fn the_log_tail_is_one_clean_line() {
        let folder = Folder::new().unwrap();
        assert_eq!(folder.log_tail(), "(its log is empty)");
        let log = format!("{}\none\n\ntwo\n\x1b[31mthree\nfour\nfive\n", "old ".repeat(5000));
        fs::write(folder.path().join("server.log"), log).unwrap();
        assert_eq!(folder.log_tail(), "two /  [31mthree / four / five");
    }

    #[test]
    fn a_status_counts_only_when_it_is_written_to_its_end() {
        let folder = Folder::new().unwrap();
        assert_eq!(folder.ended(), None);
        fs::write(folder.path().join("ended"), "").unwrap();
        assert_eq!(folder.ended(), None);
        fs::write(folder.path().join("ended"), "1\n").unwrap();
        assert_eq!(folder.ended().as_deref(), Some("1"));
    }
}
