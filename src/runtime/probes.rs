//! The probes that run: begun and ended by kind, their events in one place.
//!
//! Knows handles; decides nothing. Invariant: one of a kind runs at a time, and what was ended tells no more.

use super::pass;
use crate::config::Target;
use crate::core::model::probe::{ProbeEvent, ProbeKind, ProbePlan};
use crate::core::reading::Reading;
use crate::core::reading::probe::guard::{Permit, permit};
use crate::core::reading::probe::{ProbeState, ProbeTrack};
use crate::edge::link::{LinkLedger, Timeouts};
use crate::edge::probe::{self, Probe};
use crate::edge::source::Session;
use std::time::Duration;
use tokio::sync::mpsc::Receiver;
use tokio::time::Instant;

/// A probe and what it tells.
type RunningProbe = (Probe, Receiver<ProbeEvent>);

/// Probes of one target.
#[derive(Debug)]
pub struct ProbeTasks {
    target: Target,
    timeouts: Timeouts,
    ledger: LinkLedger,
    pubsub: Option<RunningProbe>,
    stream: Option<RunningProbe>,
}

impl ProbeTasks {
    /// None runs yet; what they are refused will stand in `ledger`.
    pub fn new(target: Target, timeouts: Timeouts, ledger: LinkLedger) -> Self {
        Self { target, timeouts, ledger, pubsub: None, stream: None }
    }

    fn place(&mut self, kind: ProbeKind) -> &mut Option<RunningProbe> {
        match kind {
            ProbeKind::PubSub => &mut self.pubsub,
            ProbeKind::Stream => &mut self.stream,
        }
    }

    /// Begins one; one of its kind that runs ends.
    ///
    /// # Errors
    /// When there can be no thread.
    pub fn start(&mut self, plan: ProbePlan) -> std::io::Result<()> {
        let running = probe::start(self.target.clone(), self.timeouts, plan, self.ledger.clone())?;
        *self.place(plan.kind) = Some(running);
        Ok(())
    }

    /// Ends one: it cleans up by itself.
    pub fn stop(&mut self, kind: ProbeKind) {
        *self.place(kind) = None;
    }

    /// Ends all, and waits a second at most until what they made is removed.
    pub async fn stop_all(&mut self) {
        let ends = [self.pubsub.take(), self.stream.take()];
        let stop = |running: Option<RunningProbe>| async {
            if let Some((probe, _)) = running {
                probe.stop().await;
            }
        };
        let [pubsub, stream] = ends.map(stop);
        tokio::join!(pubsub, stream);
    }

    /// What one of them has told already and nobody has taken yet.
    pub fn told_already(&mut self) -> Option<(ProbeKind, ProbeEvent)> {
        [ProbeKind::PubSub, ProbeKind::Stream].into_iter().find_map(|kind| {
            let (_, events) = self.place(kind).as_mut()?;
            Some((kind, events.try_recv().ok()?))
        })
    }

    /// The next that one of them tells; waits for ever while none does.
    pub async fn next(&mut self) -> (ProbeKind, ProbeEvent) {
        loop {
            let (kind, event) = tokio::select! {
                event = told(&mut self.pubsub) => (ProbeKind::PubSub, event),
                event = told(&mut self.stream) => (ProbeKind::Stream, event),
            };
            match event {
                Some(event) => return (kind, event),
                // Its thread is over.
                None => self.stop(kind),
            }
        }
    }
}

async fn told(running: &mut Option<RunningProbe>) -> Option<ProbeEvent> {
    match running {
        Some((_, events)) => events.recv().await,
        None => std::future::pending().await,
    }
}

/// Time between two looks at what probes tell: they wait when nobody takes it.
const TAKE: Duration = Duration::from_millis(500);
/// Messages without which one reading says nothing of them, and how long they are waited for.
const SAMPLES: u64 = 5;
const SAMPLES_WITHIN: Duration = Duration::from_secs(15);

/// Probes beside readings without a console.
#[derive(Debug)]
pub struct Probing {
    /// Those that run.
    pub probes: ProbeTasks,
    /// What was asked for.
    pub plans: Vec<ProbePlan>,
    /// Whether nothing may be written.
    pub read_only: bool,
}

impl Probing {
    /// Begins what was asked for, where it may run; the reading says why it may not.
    pub fn begin(&mut self, reading: &mut Reading) {
        for plan in &self.plans {
            let begun = match permit(reading, plan.kind, self.read_only) {
                Permit::Granted => self.probes.start(*plan).map_err(|error| format!("cannot probe: {error}")),
                Permit::Refused(why) => Err(why),
                Permit::Unknown => Err("INFO could not be read".to_owned()),
            };
            match begun {
                Ok(()) => reading.probes_mut().of_mut(plan.kind).begin(*plan, ProbeState::Starting),
                Err(why) => refuse(reading, plan.kind, why),
            }
        }
    }

    /// Waits until then; PINGs and takes in what probes tell meanwhile, and ends those that may not run any more.
    pub async fn wait(&mut self, session: &mut Session, reading: &mut Reading, until: Instant) {
        loop {
            pass::wait(session, reading, until.min(Instant::now() + TAKE)).await;
            while let Some((kind, event)) = self.probes.told_already() {
                reading.advance_probe(kind, &event);
            }
            if Instant::now() >= until {
                break;
            }
        }
        for kind in [ProbeKind::PubSub, ProbeKind::Stream] {
            if reading.probes().of(kind).is_on()
                && let Permit::Refused(why) = permit(reading, kind, self.read_only)
            {
                self.probes.stop(kind);
                refuse(reading, kind, why);
            }
        }
    }

    /// Waits until each probe that runs has sent a few messages, or does not get anywhere.
    pub async fn wait_for_samples(&mut self, session: &mut Session, reading: &mut Reading) {
        let until = Instant::now() + SAMPLES_WITHIN;
        let lacks = |track: &ProbeTrack| track.is_on() && track.minutes.samples < SAMPLES;
        while Instant::now() < until && (lacks(&reading.probes().pubsub) || lacks(&reading.probes().stream)) {
            self.wait(session, reading, Instant::now() + TAKE).await;
        }
    }
}

fn refuse(reading: &mut Reading, kind: ProbeKind, why: String) {
    tracing::warn!("no {} probe: {why}", kind.word());
    let at_ms = reading.now_ms();
    reading.probes_mut().of_mut(kind).end(Some(why), at_ms);
}
