//! Work with a disk that may be slow, on threads of its own, so that it stops nobody else.
//!
//! Knows a time-out; not what is written or read. Invariant: nobody waits longer than [`DISK_MS`].

use crate::core::limits::DISK_MS;
use std::time::Duration;

/// Does something with the disk, elsewhere.
///
/// # Errors
/// In one line: it took too long, and may still be done; or it failed inside.
pub async fn on_disk<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, String> {
    match tokio::time::timeout(Duration::from_millis(DISK_MS), tokio::task::spawn_blocking(work)).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(_)) => Err("the work with the journal failed inside streamgauge: see the log".to_owned()),
        Err(_) => Err(too_slow()),
    }
}

/// What is said of a disk that does not answer.
pub(super) fn too_slow() -> String {
    format!("the disk of the journal has not answered for {} s", DISK_MS / 1_000)
}
