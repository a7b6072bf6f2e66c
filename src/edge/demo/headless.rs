//! The demo without the console: says where it is and runs until it is told to end.
//!
//! Knows signals and two ways to write an address. Writes to what it is given, not to stdout. Invariant: whether
//! by a signal, a closed pipe or an error, it returns only when server and folder are gone.

use std::io::{self, Write};
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{Demo, DemoError, DemoOptions};
use crate::config::Address;

/// How often to look whether the server still runs.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Starts a demo, writes its address to `out` and runs until SIGINT, SIGTERM or SIGHUP. A closed `out` ends it
/// quietly.
///
/// # Errors
/// When the demo cannot be started, its server ends, or `out` fails.
pub async fn headless(options: DemoOptions, out: &mut impl Write) -> Result<(), DemoError> {
    // Before the server: a signal that comes while it starts is kept, not lost.
    let mut signals = StopSignals::new().map_err(DemoError::Signals)?;
    let demo = Demo::start(options).await?;
    let written = out.write_all(lines(&demo).as_bytes()).and_then(|()| out.flush());
    let ended = match written {
        Ok(()) => tokio::select! {
            () = signals.any() => Ok(()),
            why = server_end(&demo) => Err(DemoError::ServerGone(why)),
        },
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(DemoError::Output(error)),
    };
    demo.stop().await;
    ended
}

fn lines(demo: &Demo) -> String {
    let (options, url) = match demo.target().address {
        Address::Tcp { host, port } => (format!("-p {port}"), format!("redis://{host}:{port}")),
        Address::Unix(path) => (format!("-s {}", path.display()), format!("redis+unix://{}", path.display())),
    };
    let (scenario, config) = (demo.control().status().scenario, demo.config());
    let check = format!("streamgauge check {options} --config {}", config.display());
    format!("redis-cli {options}\n{url}\n{check}\nscenario {scenario}; end it with Ctrl-C\n")
}

async fn server_end(demo: &Demo) -> String {
    loop {
        if let Some(why) = demo.ended() {
            return why;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

struct StopSignals {
    interrupt: Signal,
    terminate: Signal,
    hang_up: Signal,
}

impl StopSignals {
    fn new() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    async fn any(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = self.hang_up.recv() => {}
        }
    }
}
