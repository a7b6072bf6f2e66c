//! A proxy between the demo's server and some of its workers, which can cut connections so that neither side notices.
//!
//! Knows bytes and two sockets; not what is said over them. Invariants: a connection that was cut once carries nothing any
//! more, whatever the scenario, and ends when one of its sides closes; there are never more than a few.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::control::WorkloadSetting;
use super::topology::is_cut;

/// Connections at once; one more waits until another has ended.
const CONNECTIONS: usize = 16;
/// Bytes read at once.
const CHUNK: usize = 16 * 1024;
/// After a failure to take a connection.
const PAUSE: Duration = Duration::from_millis(100);

/// Listens at one socket and carries what comes to another.
pub(super) struct WorkerProxy {
    listener: UnixListener,
    server: PathBuf,
    setting: watch::Receiver<WorkloadSetting>,
}

impl WorkerProxy {
    /// Listens; carries nothing before [`WorkerProxy::run`].
    ///
    /// # Errors
    /// When the socket can't be made.
    pub fn bind(
        socket: &Path,
        server: PathBuf,
        setting: watch::Receiver<WorkloadSetting>,
    ) -> io::Result<Self> {
        Ok(Self { listener: UnixListener::bind(socket)?, server, setting })
    }

    /// Carries connections for good.
    pub async fn run(self) {
        let mut carried = JoinSet::new();
        loop {
            while carried.len() >= CONNECTIONS {
                carried.join_next().await;
            }
            while carried.try_join_next().is_some() {}
            match self.listener.accept().await {
                Ok((worker, _)) => {
                    carried.spawn(carry(worker, self.server.clone(), self.setting.clone()));
                }
                Err(_) => tokio::time::sleep(PAUSE).await,
            }
        }
    }
}

/// Carries one connection until one side closes it. What comes after the cut is read and dropped.
async fn carry(worker: UnixStream, server: PathBuf, setting: watch::Receiver<WorkloadSetting>) {
    let Ok(server) = UnixStream::connect(server).await else { return };
    let (mut from_worker, mut to_worker) = worker.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let (mut up, mut down) = (vec![0; CHUNK], vec![0; CHUNK]);
    let mut cut = false;
    loop {
        let (read, is_up) = tokio::select! {
            read = from_worker.read(&mut up) => (read, true),
            read = from_server.read(&mut down) => (read, false),
        };
        let Some(length) = read.ok().filter(|length| *length > 0) else { return };
        cut |= is_cut(&setting.borrow());
        if cut {
            continue;
        }
        let sent = match is_up {
            true => to_server.write_all(up.get(..length).unwrap_or_default()).await,
            false => to_worker.write_all(down.get(..length).unwrap_or_default()).await,
        };
        if sent.is_err() {
            return;
        }
    }
}
