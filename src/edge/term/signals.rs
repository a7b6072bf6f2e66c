//! Signals that mean something to a console, and to a command that carries an action out.

use signal_hook::consts as number;
use std::io;
use std::task::Poll;
use tokio::signal::unix::{self, SignalKind, signal};

/// What ends a process unless it listens, in the order in which it is obeyed. What is not here can't be survived
/// (SIGKILL, a fault of the processor) or means nothing by itself.
const ENDING: &[i32] = &[
    number::SIGHUP,
    number::SIGINT,
    number::SIGTERM,
    number::SIGQUIT,
    number::SIGUSR1,
    number::SIGUSR2,
    number::SIGALRM,
    number::SIGVTALRM,
    number::SIGPROF,
    number::SIGXCPU,
    number::SIGXFSZ,
    number::SIGSYS,
    number::SIGTRAP,
    // Input and output that are ready, a coprocessor, the power supply: nobody means us, but the process would end.
    #[cfg(target_os = "linux")]
    number::SIGIO,
    #[cfg(target_os = "linux")]
    16,
    #[cfg(target_os = "linux")]
    30,
];

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
    ending: Vec<(unix::Signal, u8)>,
    stop: unix::Signal,
    go_on: unix::Signal,
}

impl Signals {
    /// Listens from now on: signals no longer end the process by themselves.
    ///
    /// # Errors
    /// What the system refused.
    pub fn listen() -> io::Result<Self> {
        let listen = |number: i32| signal(SignalKind::from_raw(number));
        let status = |number: i32| 128_u8.saturating_add(u8::try_from(number).unwrap_or(0));
        let ending = ENDING.iter().map(|number| Ok((listen(*number)?, status(*number))));
        Ok(Self {
            ending: ending.collect::<io::Result<_>>()?,
            stop: listen(number::SIGTSTP)?,
            go_on: listen(number::SIGCONT)?,
        })
    }

    /// The next signal.
    pub async fn next(&mut self) -> Signal {
        let Self { ending, stop, go_on } = self;
        let leave = std::future::poll_fn(|context| {
            let mut come = ending
                .iter_mut()
                .filter_map(|(signal, status)| signal.poll_recv(context).is_ready().then_some(*status));
            come.next().map_or(Poll::Pending, Poll::Ready)
        });
        // A terminal that hangs up sends SIGCONT too, and that must not come first.
        tokio::select! {
            biased;
            status = leave => Signal::Leave(status),
            _ = stop.recv() => Signal::Suspend,
            _ = go_on.recv() => Signal::Resumed,
        }
    }
}

/// What a command that carries an action out is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActionSignal {
    /// End after the step that is under way.
    End,
    /// Go back to the shell after the step that is under way.
    Suspend,
}

/// The signals that such a command listens to.
pub struct ActionSignals {
    interrupt: unix::Signal,
    terminate: unix::Signal,
    stop: unix::Signal,
    hangup: Option<unix::Signal>,
}

impl ActionSignals {
    /// Listens from now on. Who started us with nohup wants no hang-up to end it.
    ///
    /// # Errors
    /// What the system refused.
    pub fn listen() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            stop: signal(SignalKind::from_raw(signal_hook::consts::SIGTSTP))?,
            hangup: if ignores_hangup() { None } else { Some(signal(SignalKind::hangup())?) },
        })
    }

    /// The next signal.
    pub async fn next(&mut self) -> ActionSignal {
        let hangup = async {
            match &mut self.hangup {
                Some(hangup) => hangup.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.interrupt.recv() => ActionSignal::End,
            _ = self.terminate.recv() => ActionSignal::End,
            _ = hangup => ActionSignal::End,
            _ = self.stop.recv() => ActionSignal::Suspend,
        }
    }
}

/// Whether whoever started us said that a hang-up is to be ignored. Where the system does not tell, it is not.
fn ignores_hangup() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    ignored.is_some_and(|mask| mask & 1 << (signal_hook::consts::SIGHUP - 1) != 0)
}

/// Stops this process until the shell lets it go on.
///
/// # Errors
/// What the system refused.
pub fn stop_self() -> io::Result<()> {
    signal_hook::low_level::emulate_default_handler(signal_hook::consts::SIGTSTP)
}
