//! Signals that mean something to a console.

use std::io;
use tokio::signal::unix::{self, SignalKind, signal};

/// What a signal asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Leave, with this exit status: 128 and the signal's number.
    Leave(u8),
    /// Go back to the shell.
    Suspend,
    /// We are back.
    Resumed,
}

/// The signals that are listened to.
pub struct Signals {
    hangup: unix::Signal,
    interrupt: unix::Signal,
    terminate: unix::Signal,
    stop: unix::Signal,
    go_on: unix::Signal,
}

impl Signals {
    /// Listens from now on: signals no longer end the process by themselves.
    ///
    /// # Errors
    /// What the system refused.
    pub fn listen() -> io::Result<Self> {
        Ok(Self {
            hangup: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            stop: signal(SignalKind::from_raw(signal_hook::consts::SIGTSTP))?,
            go_on: signal(SignalKind::from_raw(signal_hook::consts::SIGCONT))?,
        })
    }

    /// The next signal.
    pub async fn next(&mut self) -> Signal {
        // A terminal that hangs up sends SIGCONT too, and that must not come first.
        tokio::select! {
            biased;
            _ = self.hangup.recv() => Signal::Leave(129),
            _ = self.interrupt.recv() => Signal::Leave(130),
            _ = self.terminate.recv() => Signal::Leave(143),
            _ = self.stop.recv() => Signal::Suspend,
            _ = self.go_on.recv() => Signal::Resumed,
        }
    }
}

/// Stops this process until the shell lets it go on.
///
/// # Errors
/// What the system refused.
pub fn stop_self() -> io::Result<()> {
    signal_hook::low_level::emulate_default_handler(signal_hook::consts::SIGTSTP)
}
