//! The demo: a private, real server with a live workload of its own.
//!
//! Knows how to start both, drive them and end them. Does not know the console: that is shown a [`Target`] like
//! any other. Names redis-rs by itself, since its workload writes, which links for operators' servers may not.
//! Invariant: nothing of it outlives the [`Demo`] value, nor this process.

mod control;
mod error;
mod find;
mod folder;
mod headless;
mod proxy;
mod server;
mod topology;
mod workload;

use std::path::{Path, PathBuf};

use crate::config::{Address, Config, Env, Flags, Problems, Source, Target, resolve};
use crate::core::demo::Scenario;
use find::ServerSearch;
use proxy::WorkerProxy;
use server::DemoServer;
use workload::{ProxiedClient, Workload};

pub use control::DemoControl;
pub use error::DemoError;
pub use headless::headless;

/// What the operator may choose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DemoOptions {
    /// What to show first.
    pub scenario: Scenario,
    /// Port on 127.0.0.1; none (or 0) for the unix socket alone.
    pub port: Option<u16>,
    /// The server program, instead of the first that is found.
    pub server_bin: Option<PathBuf>,
}

/// A running demo. Dropping it ends the server too; [`Demo::stop`] does so without holding up the runtime.
#[derive(Debug)]
pub struct Demo {
    /// Before `server`, so that nobody sees it go.
    workload: Workload,
    server: DemoServer,
    control: DemoControl,
    target: Target,
}

impl Demo {
    /// Finds a server, starts it on a socket in a private folder, and the workload on it.
    ///
    /// # Errors
    /// When there is no server, it does not start or refuses the workload: each says what to try.
    pub async fn start(options: DemoOptions) -> Result<Self, DemoError> {
        let binary = ServerSearch::here(options.server_bin).server()?;
        let port = options.port.filter(|port| *port != 0);
        let server = DemoServer::start(binary, port).await?;
        let control = DemoControl::new(options.scenario);
        let refused = |error: redis::RedisError| DemoError::Setup(error.to_string());
        let client = server.client().map_err(refused)?;
        let socket = server.proxy_socket();
        let proxy = WorkerProxy::bind(&socket, server.socket(), control.setting())
            .map_err(|error| DemoError::Folder { path: socket.clone(), error })?;
        let proxy = ProxiedClient { client: server::client(socket).map_err(refused)?, proxy };
        let workload = Workload::start(client, proxy, &control).await.map_err(refused)?;
        let target = target(&server, port);
        Ok(Self { workload, server, control, target })
    }

    /// Where it is, named `demo`: the port when one was asked for, else the socket.
    pub fn target(&self) -> Target {
        self.target.clone()
    }

    /// A config with the limits of the demo: for `streamgauge check --config`.
    pub fn config(&self) -> PathBuf {
        self.server.config()
    }

    /// The levers and dials.
    pub fn control(&self) -> DemoControl {
        self.control.clone()
    }

    /// Why the server runs no more; none while it runs. Reads a file: not for every frame.
    pub fn ended(&self) -> Option<String> {
        self.server.ended()
    }

    /// Ends the workload and the server, within about a second.
    pub async fn stop(self) {
        self.workload.stop().await;
        self.server.stop().await;
    }
}

fn target(server: &DemoServer, port: Option<u16>) -> Target {
    let address = match port {
        Some(port) => Address::Tcp { host: "127.0.0.1".to_owned(), port },
        None => Address::Unix(server.socket()),
    };
    Target::plain("demo".to_owned(), address)
}

/// The demo's own config: what its console watches, and what [`Demo::config`] holds for others.
///
/// # Errors
/// What is wrong with it.
pub fn config() -> Result<Config, Problems> {
    let source = Source { path: Path::new("demo.toml"), text: CONFIG };
    resolve(Some(source), &Env::default(), &Flags::default())
}

const CONFIG: &str = include_str!("demo/demo.toml");

#[cfg(test)]
mod tests {
    use crate::core::diagnose::thresholds::Thresholds;

    #[test]
    fn the_demos_limits_are_only_quicker_and_its_tiers_and_counters_are_named() {
        let config = super::config().unwrap();
        let (demo, usual) = (config.settings.thresholds, Thresholds::default());
        for (short, long) in [
            (demo.consumer_dead, usual.consumer_dead),
            (demo.group_stopped, usual.group_stopped),
            (demo.oldest_pending, usual.oldest_pending),
        ] {
            assert!(short.warning_ms < long.warning_ms && short.critical_ms < long.critical_ms);
            assert!(short.warning_ms < short.critical_ms);
        }
        assert_eq!(demo.memory, usual.memory);
        assert_eq!((config.tiers.len(), config.counters.len()), (4, 2));
    }
}
