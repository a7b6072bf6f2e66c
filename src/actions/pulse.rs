//! Times the server while an action is planned or runs, on a connection of its own.
//!
//! Knows when to send a PING; what follows from it is `core::ops::strain`'s. Invariant: a pulse ends with whatever it was begun for.

use crate::core::limits::{PULSE_EVERY_MS, PULSE_QUIET_MS, PULSE_WINDOW};
use crate::core::ops::strain::{Advice, Strain};
use crate::core::wire::ReadCmd;
use crate::edge::clock;
use crate::edge::link::Link;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// Round trips of the quiet moment before, at most.
const QUIET_PINGS: usize = PULSE_WINDOW / 2;
/// The same where nobody is spared, so that only what halves and stops rests on it.
const HURRIED_PINGS: usize = 6;
/// And at least, however long each takes.
const LEAST_PINGS: usize = 2;
/// Between them.
const QUIET_PAUSE: Duration = Duration::from_millis(4);

/// What the pulse advises.
#[derive(Clone, Debug, Default)]
pub(super) struct Advised {
    /// How long to rest after a step, in times of the step.
    pub(super) rest_times: f64,
    /// How often to go half as fast.
    pub(super) halvings: u32,
    /// How often to stop.
    pub(super) stops: u32,
    /// Why, the last time.
    pub(super) why: String,
}

/// When something of ours is at the server, so that what is late without us is not laid to our charge.
#[derive(Debug, Default)]
struct AtServer {
    is_there: AtomicBool,
    /// Until when the last was, microseconds of the process's clock.
    until_us: AtomicU64,
}

impl AtServer {
    /// Whether anything was since then.
    fn was_since(&self, us: u64) -> bool {
        self.is_there.load(Ordering::Acquire) || self.until_us.load(Ordering::Acquire) >= us
    }
}

/// A server that is timed.
pub(super) struct Pulse {
    at_server: Arc<AtServer>,
    task: JoinHandle<()>,
    advised: watch::Receiver<Advised>,
    idle_us: u64,
}

impl Drop for Pulse {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Pulse {
    /// Takes the quiet moment in, a short one where others are not spared, and begins.
    pub(super) async fn start(mut link: Link, is_paced: bool) -> Self {
        let mut quiet = Vec::new();
        let until_us = clock::now_us().saturating_add(PULSE_QUIET_MS * 1_000);
        let pings = if is_paced { QUIET_PINGS } else { HURRIED_PINGS };
        for asked in 0..pings {
            if asked >= LEAST_PINGS && clock::now_us() >= until_us {
                break;
            }
            quiet.extend(ping(&mut link).await);
            tokio::time::sleep(QUIET_PAUSE).await;
        }
        let strain = Strain::new(&quiet);
        let idle_us = strain.least_us();
        let (tell, advised) =
            watch::channel(Advised { rest_times: strain.rest_times(), ..Advised::default() });
        let at_server = Arc::new(AtServer::default());
        let task = tokio::spawn(beat(link, strain, at_server.clone(), tell));
        Self { at_server, task, advised, idle_us }
    }

    /// Something of ours is sent to the server now.
    pub(super) fn begun(&self) {
        self.at_server.is_there.store(true, Ordering::Release);
    }

    /// It was answered at this moment, microseconds of the process's clock.
    pub(super) fn ended(&self, at_us: u64) {
        self.at_server.until_us.store(at_us, Ordering::Release);
        self.at_server.is_there.store(false, Ordering::Release);
    }

    /// The shortest way there and back, microseconds.
    pub(super) fn idle_us(&self) -> u64 {
        self.idle_us
    }

    /// What it advises now.
    pub(super) fn advised(&self) -> Advised {
        self.advised.borrow().clone()
    }
}

async fn ping(link: &mut Link) -> Option<u64> {
    let asked = link.ask(vec![ReadCmd::Ping]).await;
    let exchange = asked.exchanges.first()?;
    exchange.reply.is_ok().then(|| exchange.received_us.saturating_sub(exchange.sent_us))
}

async fn beat(mut link: Link, mut strain: Strain, at_server: Arc<AtServer>, tell: watch::Sender<Advised>) {
    loop {
        let due = Instant::now() + Duration::from_millis(PULSE_EVERY_MS);
        tokio::time::sleep_until(due).await;
        let late_us = u64::try_from(due.elapsed().as_micros()).unwrap_or(u64::MAX);
        let sent_us = clock::now_us();
        // A server that does not answer at all ends the action by its own time-out.
        let Some(trip_us) = ping(&mut link).await else { return };
        let advice = strain.advance(trip_us, at_server.was_since(sent_us), late_us, clock::now_us() / 1_000);
        tell.send_modify(|advised| advised.rest_times = strain.rest_times());
        match advice {
            Advice::GoOn => {}
            Advice::Halve => tell.send_modify(|advised| advised.halvings += 1),
            Advice::Stop(why) => {
                strain.forget();
                tell.send_modify(|advised| {
                    advised.stops += 1;
                    advised.why = why;
                });
            }
        }
    }
}
