//! The active probe: messages of our own, sent to be timed.
//!
//! Knows how to send, listen and time; what comes of the samples is `core::reading::probe`'s, whether it may run is
//! `core::reading::guard`'s. Invariants: it runs on a thread of its own, so that nothing else delays a time-stamp; one
//! message is under way at a time; it ends with its handle, and leaves nothing on the server but a key that ends by
//! itself within a minute.

mod board;
mod pubsub;
mod stream;

use crate::config::Target;
use crate::core::model::cost::Cost;
use crate::core::model::probe::{ProbeEvent, ProbeKind, ProbePlan, ProbeSample};
use crate::core::wire::probe::{ProbeCmd, ProbeName};
use crate::core::wire::{ErrorKind, Resp};
use crate::edge::clock::now_us;
use crate::edge::link::{Backoff, LinkError, LinkLedger, ProbeLink, Timeouts};
use board::Board;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, timeout_at};

/// Events that may wait for the console: the probe waits for it, and corrects for that.
const EVENTS: usize = 64;
/// After this a message is lost, microseconds.
const LOST_US: u64 = 5_000_000;
/// A message that takes longer than this makes the probe rest.
const SLOW_US: u64 = 1_000_000;
/// Time between messages while it rests.
const REST_US: u64 = 10_000_000;
/// How much the runtime's clock may be late, microseconds.
const COARSE_US: u64 = 2_500;
/// Messages in time after which it rests no more.
const WELL_AGAIN: u32 = 3;
/// How long the end of a probe may take.
const STOP_WITHIN: Duration = Duration::from_secs(1);

/// A running probe. Dropping it ends it too, without waiting for it.
#[derive(Debug)]
pub struct Probe {
    stop: watch::Sender<bool>,
    over: Option<tokio::sync::oneshot::Receiver<()>>,
}

impl Probe {
    /// Ends it and waits until what it made is removed, for a second at most.
    pub async fn stop(mut self) {
        let _over = self.stop.send(true);
        if let Some(over) = self.over.take() {
            let _in_time = tokio::time::timeout(STOP_WITHIN, over).await;
        }
    }
}

/// Begins to probe; what it tells comes out of the receiver until it ends, and what it is refused stands in `ledger`.
///
/// # Errors
/// When there can be no thread.
pub fn start(
    target: Target,
    timeouts: Timeouts,
    plan: ProbePlan,
    ledger: LinkLedger,
) -> std::io::Result<(Probe, mpsc::Receiver<ProbeEvent>)> {
    let (stop, stopped) = watch::channel(false);
    let (ended, over) = tokio::sync::oneshot::channel();
    let (events, told) = mpsc::channel(EVENTS);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let prober =
        Prober { target, timeouts, ledger, plan, events, stopped, pace: ProbeRhythm::new(plan.interval_us) };
    std::thread::Builder::new().name("probe".to_owned()).spawn(move || {
        runtime.block_on(prober.run());
        drop(runtime);
        let _nobody_waits = ended.send(());
    })?;
    Ok((Probe { stop, over: Some(over) }, told))
}

struct Prober {
    target: Target,
    timeouts: Timeouts,
    ledger: LinkLedger,
    plan: ProbePlan,
    events: mpsc::Sender<ProbeEvent>,
    stopped: watch::Receiver<bool>,
    pace: ProbeRhythm,
}

/// Why a probe does not go on.
enum ProbeEnd {
    /// Somebody wants it to end.
    Stopped,
    /// The server, or the way to it.
    Failed(String),
}

impl From<LinkError> for ProbeEnd {
    fn from(error: LinkError) -> Self {
        Self::Failed(error.to_string())
    }
}

impl Prober {
    async fn run(mut self) {
        let mut backoff = Backoff::default();
        loop {
            let name = ProbeName::new(fastrand::u64(..));
            let end = match self.plan.kind {
                ProbeKind::PubSub => pubsub::run(&mut self, &name, &mut backoff).await,
                ProbeKind::Stream => stream::run(&mut self, &name, &mut backoff).await,
            };
            let Err(ProbeEnd::Failed(text)) = end else { return };
            if self.tell(ProbeEvent::Failed(text)).await.is_err() {
                return;
            }
            let due_us = backoff.failed(now_us(), fastrand::f64());
            if self.wait_until(due_us).await.is_err() {
                return;
            }
        }
    }

    /// Waits, unless it is to end.
    async fn wait_until(&mut self, due_us: u64) -> Result<(), ProbeEnd> {
        let pause = Duration::from_micros(due_us.saturating_sub(now_us()));
        tokio::select! {
            () = tokio::time::sleep(pause) => Ok(()),
            _ = self.stopped.wait_for(|stopped| *stopped) => Err(ProbeEnd::Stopped),
        }
    }

    async fn tell(&self, event: ProbeEvent) -> Result<(), ProbeEnd> {
        self.events.send(event).await.map_err(|_| ProbeEnd::Stopped)
    }

    /// The reply to what was just sent, within the time after which it is lost.
    async fn reply(&self, link: &mut ProbeLink) -> Result<(Resp, u64), ProbeEnd> {
        let within = Instant::now() + Duration::from_micros(LOST_US);
        let reply = timeout_at(within, link.receive()).await;
        let reply = reply.map_err(|_| ProbeEnd::Failed("no reply within 5 s".to_owned()))?;
        Ok(reply?)
    }

    /// Sends one message after the other, each when it is due, until something ends it. `gone` says why a listener
    /// does not listen any more.
    async fn send_all(
        &mut self,
        mut link: ProbeLink,
        (board, mut gone): (Arc<Board>, mpsc::Receiver<String>),
        make: impl Fn(u64) -> ProbeCmd,
        replies: usize,
    ) -> Result<(), ProbeEnd> {
        let mut seq = 0;
        let mut due_us = self.pace.first_us();
        loop {
            self.idle(due_us, &mut gone).await?;
            seq += 1;
            let command = make(seq);
            board.begin(seq);
            let sent_us = link.send(&command).await?;
            let mut answered_us = sent_us;
            for _ in 0..replies {
                let (reply, at_us) = self.reply(&mut link).await?;
                refused(&reply)?;
                answered_us = at_us;
            }
            self.collect(sent_us, &board, &mut gone).await?;
            let (got, expected) = (board.got(), board.expected());
            let after = |at_us: u64| at_us.saturating_sub(sent_us);
            let sample = ProbeSample {
                due_us,
                sent_us,
                publish_us: after(answered_us),
                first_us: got.first_us.map(after),
                last_us: got.last_us.filter(|_| got.count >= expected).map(after),
                lost: expected.saturating_sub(got.count),
                interval_us: self.pace.interval_us(),
            };
            self.tell(ProbeEvent::Sample(sample, cost(&command, got.count, sample.publish_us))).await?;
            due_us = self.pace.next_us(due_us, sample.last_us.unwrap_or(LOST_US), now_us());
        }
    }

    /// Waits for the time of the next message.
    async fn idle(&mut self, due_us: u64, gone: &mut mpsc::Receiver<String>) -> Result<(), ProbeEnd> {
        // The runtime's clock ticks in milliseconds: the last of them are slept on this thread, on which nothing else is
        // under way now.
        let early_us = due_us.saturating_sub(COARSE_US);
        let until = Instant::now() + Duration::from_micros(early_us.saturating_sub(now_us()));
        tokio::select! {
            biased;
            _ = self.stopped.wait_for(|stopped| *stopped) => return Err(ProbeEnd::Stopped),
            why = gone.recv() => return Err(left(why)),
            () = tokio::time::sleep_until(until) => {}
        }
        std::thread::sleep(Duration::from_micros(due_us.saturating_sub(now_us()).min(COARSE_US)));
        Ok(())
    }

    /// Waits until everybody has the message, or it is lost.
    async fn collect(
        &mut self,
        sent_us: u64,
        board: &Board,
        gone: &mut mpsc::Receiver<String>,
    ) -> Result<(), ProbeEnd> {
        let left_us = sent_us.saturating_add(LOST_US).saturating_sub(now_us());
        let until = Instant::now() + Duration::from_micros(left_us);
        tokio::select! {
            biased;
            () = board.complete() => Ok(()),
            why = gone.recv() => Err(left(why)),
            _ = self.stopped.wait_for(|stopped| *stopped) => Err(ProbeEnd::Stopped),
            () = tokio::time::sleep_until(until) => Ok(()),
        }
    }
}

/// Why a listener does not listen any more.
fn left(why: Option<String>) -> ProbeEnd {
    ProbeEnd::Failed(why.unwrap_or_else(|| "nobody listens any more".to_owned()))
}

fn cost(command: &ProbeCmd, deliveries: u32, waited_us: u64) -> Cost {
    /// What a message takes on its way to a subscriber: itself, the channel's name, the frame.
    const DELIVERED_BYTES: u64 = 128;
    let mut cost = Cost { waited_us, ..Cost::default() };
    for name in command.stat_names() {
        *cost.calls.entry((*name).into()).or_default() += 1;
    }
    cost.request_bytes = command.commands().iter().flatten().map(|word| word.len() as u64 + 8).sum();
    cost.reply_bytes = u64::from(deliveries) * DELIVERED_BYTES;
    cost
}

/// An error reply ends a probe: it is not repeated every second.
fn refused(reply: &Resp) -> Result<(), ProbeEnd> {
    let error = match reply {
        Resp::Error(refusal) => Some(refusal),
        // What EXEC answers: one of its commands may have failed.
        Resp::Array(items) => items.iter().find_map(|item| match item {
            Resp::Error(refusal) => Some(refusal),
            _ => None,
        }),
        _ => None,
    };
    let Some(refusal) = error else { return Ok(()) };
    let hint = match refusal.kind() {
        ErrorKind::DeniedCommand => {
            "; the probe needs publish, subscribe and its channels __streamgauge:probe:*"
        }
        ErrorKind::DeniedKey => "; the probe needs keys and channels __streamgauge:probe:*",
        _ => "",
    };
    Err(ProbeEnd::Failed(format!("refused: {refusal}{hint}")))
}

/// When messages are due: in a rhythm with a tenth of chance, slower while the server is slow.
#[derive(Clone, Copy, Debug)]
struct ProbeRhythm {
    planned_us: u64,
    rests: bool,
    well: u32,
}

impl ProbeRhythm {
    fn new(planned_us: u64) -> Self {
        Self { planned_us, rests: false, well: 0 }
    }

    fn interval_us(&self) -> u64 {
        if self.rests { self.planned_us.max(REST_US) } else { self.planned_us }
    }

    fn first_us(&self) -> u64 {
        now_us().saturating_add(self.planned_us.min(100_000))
    }

    /// When the next one is due, after one that was due then and took so long. What was missed meanwhile is not sent
    /// later: the histograms correct for it.
    fn next_us(&mut self, due_us: u64, took_us: u64, now_us: u64) -> u64 {
        if took_us > SLOW_US {
            (self.rests, self.well) = (true, 0);
        } else if self.rests {
            self.well += 1;
            self.rests = self.well < WELL_AGAIN;
        }
        let interval_us = self.interval_us();
        let chance_us = (interval_us as f64 * 0.2 * (fastrand::f64() - 0.5)) as i64;
        let next_us = due_us.saturating_add(interval_us).saturating_add_signed(chance_us);
        if next_us > now_us {
            next_us
        } else {
            now_us.saturating_add(interval_us).saturating_add_signed(chance_us)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_that_takes_more_than_a_second_makes_the_probe_rest_until_three_were_quick() {
        let mut pace = ProbeRhythm::new(1_000_000);
        let mut intervals = Vec::new();
        for took_us in [900, 1_000_001, 900, 900, 900, 900] {
            pace.next_us(0, took_us, 0);
            intervals.push(pace.interval_us());
        }
        let (usual, rest) = (1_000_000, REST_US);
        assert_eq!(intervals, [usual, rest, rest, rest, usual, usual]);
    }

    #[test]
    fn the_rhythm_is_kept_within_a_tenth_and_what_was_missed_is_not_made_up_for() {
        let mut pace = ProbeRhythm::new(1_000_000);
        for _ in 0..100 {
            let next_us = pace.next_us(5_000_000, 900, 5_001_000);
            assert!((5_900_000..=6_100_000).contains(&next_us), "{next_us}");
            let late_us = pace.next_us(5_000_000, 900, 9_000_000);
            assert!((9_900_000..=10_100_000).contains(&late_us), "{late_us}");
        }
    }

    #[test]
    fn a_refusal_inside_a_transaction_is_one() {
        let error = || Resp::error("OOM command not allowed");
        assert!(refused(&Resp::Int(1)).is_ok());
        for reply in [error(), Resp::Array(vec![error(), Resp::Int(1)])] {
            assert!(matches!(refused(&reply), Err(ProbeEnd::Failed(text)) if text.contains("OOM")));
        }
    }
}
