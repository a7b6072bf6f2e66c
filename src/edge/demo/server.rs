//! A private server process: started, waited for, and ended whatever happens.
//!
//! Knows processes, options and one socket; not what runs on the server. Invariants: the server keeps nothing
//! on disk and listens on loopback at most; when the value is dropped, or this process dies in any way
//! (`kill -9` included: see `keeper.sh`), the server and its folder are gone.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use redis::{AsyncConnectionConfig, Client, ConnectionAddr, ConnectionInfo, IntoConnectionInfo};

use super::error::DemoError;
use super::folder::Folder;
use crate::core::limits::DEMO_MAXMEMORY_MIB;

const KEEPER: &str = include_str!("keeper.sh");
/// A server without data answers within 50 ms; a machine under load may need seconds.
const READY_WITHIN: Duration = Duration::from_secs(10);
/// Between two looks at a server that isn't ready or isn't gone yet.
const LOOK_EVERY: Duration = Duration::from_millis(10);
/// How long the keeper may take to end the server before we do it ourselves.
const KEEPER_ENDS_WITHIN: Duration = Duration::from_secs(1);

/// A running server of our own.
#[derive(Debug)]
pub(super) struct DemoServer {
    binary: PathBuf,
    /// Before `folder`: fields are dropped in this order, and the keeper must be gone before the folder goes.
    _keeper: Keeper,
    folder: Folder,
}

impl DemoServer {
    /// Starts one and waits until it answers.
    ///
    /// # Errors
    /// When it cannot be started, ends at once (a port that is taken) or never answers.
    pub async fn start(binary: PathBuf, port: Option<u16>) -> Result<Self, DemoError> {
        let folder = Folder::new()?;
        folder.write_config()?;
        let options = options(&folder, port.unwrap_or(0));
        let keeper = Keeper::start(folder.path(), &binary, options)
            .map_err(|error| DemoError::Spawn { binary: binary.clone(), error })?;
        let server = Self { binary, _keeper: keeper, folder };
        server.ready().await?;
        Ok(server)
    }

    /// Where it listens for us, and for everybody who was not given a port.
    pub fn socket(&self) -> PathBuf {
        self.folder.socket()
    }

    /// A config with the limits of the demo, for other programs that look at it.
    pub fn config(&self) -> PathBuf {
        self.folder.config()
    }

    /// Where the proxy between the server and some of the workers listens.
    pub fn proxy_socket(&self) -> PathBuf {
        self.folder.proxy_socket()
    }

    /// How redis-rs gets in.
    ///
    /// # Errors
    /// Never for a path, says redis-rs' type otherwise.
    pub fn client(&self) -> redis::RedisResult<Client> {
        client(self.socket())
    }

    /// Why it runs no more; none while it runs.
    pub fn ended(&self) -> Option<String> {
        let status = self.folder.ended()?;
        Some(format!("{}, status {status}: {}", self.binary.display(), self.folder.log_tail()))
    }

    /// Ends it, without holding up the other tasks of the runtime.
    pub async fn stop(self) {
        // A panic in there would have been a panic here; there is nothing to tell.
        let _ = tokio::task::spawn_blocking(move || drop(self)).await;
    }

    async fn ready(&self) -> Result<(), DemoError> {
        let deadline = Instant::now() + READY_WITHIN;
        loop {
            if let Some(status) = self.folder.ended() {
                let log = self.folder.log_tail();
                return Err(DemoError::Ended { binary: self.binary.clone(), status, log });
            }
            match self.ping().await {
                Ok(()) => return Ok(()),
                Err(error) if Instant::now() >= deadline => {
                    return Err(DemoError::NotReady {
                        binary: self.binary.clone(),
                        waited_s: READY_WITHIN.as_secs(),
                        error: error.to_string(),
                        log: self.folder.log_tail(),
                    });
                }
                Err(_) => tokio::time::sleep(LOOK_EVERY).await,
            }
        }
    }

    async fn ping(&self) -> redis::RedisResult<()> {
        let patience = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(Duration::from_secs(1)))
            .set_response_timeout(Some(Duration::from_secs(1)));
        let mut link = self.client()?.get_multiplexed_async_connection_with_config(&patience).await?;
        redis::cmd("PING").query_async(&mut link).await
    }
}

/// How redis-rs gets in at a socket.
///
/// # Errors
/// Never for a path, says redis-rs' type otherwise.
pub(super) fn client(socket: PathBuf) -> redis::RedisResult<Client> {
    let info: ConnectionInfo = ConnectionAddr::Unix(socket).into_connection_info()?;
    Client::open(info)
}

/// The shell that runs the server and outlives us just long enough to end it.
#[derive(Debug)]
struct Keeper {
    shell: Child,
    /// Its end is the keeper's sign to end the server; the kernel closes it when we die.
    lifeline: Option<ChildStdin>,
    folder: PathBuf,
}

impl Keeper {
    fn start(folder: &Path, binary: &Path, options: Vec<OsString>) -> std::io::Result<Self> {
        let mut shell = Command::new("sh")
            .args(["-c", KEEPER, "streamgauge-demo"])
            .arg(folder)
            .arg(binary)
            .args(options)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // Its own group: Ctrl-C in our terminal is ours to answer, and the keeper can end the group whole.
            .process_group(0)
            .spawn()?;
        let lifeline = shell.stdin.take();
        Ok(Self { shell, lifeline, folder: folder.to_owned() })
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        drop(self.lifeline.take());
        let deadline = Instant::now() + KEEPER_ENDS_WITHIN;
        while self.folder.exists() && Instant::now() < deadline {
            std::thread::sleep(LOOK_EVERY);
        }
        // The shell is not reaped yet, so its process group can be nobody else's. Mostly it has ended by now;
        // when it was killed by somebody, or stopped, this ends the server.
        let group = format!("kill -s KILL -- -{}", self.shell.id());
        let ended = Command::new("sh").args(["-c", &group]).stderr(Stdio::null()).status();
        if ended.is_err() {
            // No second shell to be had: at least nothing of ours waits for the first.
            let _ = self.shell.kill();
        }
        let _ = self.shell.wait();
    }
}

/// The server's options: no disk, no network unless asked for, little memory, and something to see in its logs.
fn options(folder: &Folder, port: u16) -> Vec<OsString> {
    let maxmemory = format!("{DEMO_MAXMEMORY_MIB}mb");
    let port = port.to_string();
    let fixed = [
        ("--port", port.as_str()),
        ("--bind", "127.0.0.1"),
        ("--protected-mode", "yes"),
        ("--unixsocketperm", "700"),
        ("--daemonize", "no"),
        ("--save", ""),
        ("--appendonly", "no"),
        ("--logfile", ""),
        ("--loglevel", "notice"),
        ("--databases", "16"),
        ("--maxmemory", maxmemory.as_str()),
        // Keys with a TTL may go when memory is short, streams may not: the alert first costs hits, then writes.
        ("--maxmemory-policy", "volatile-lru"),
        ("--latency-monitor-threshold", "10"),
        // What takes longer than 10 ms here is news; a busy machine holds any command up for a few.
        ("--slowlog-log-slower-than", "10000"),
    ];
    let mut options: Vec<OsString> =
        fixed.iter().flat_map(|(name, value)| [OsString::from(name), OsString::from(value)]).collect();
    options.push("--unixsocket".into());
    options.push(folder.socket().into_os_string());
    options.push("--dir".into());
    options.push(folder.path().as_os_str().to_owned());
    options
}
