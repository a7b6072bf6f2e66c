//! The probes that run: begun and ended by kind, their events in one place.
//!
//! Knows handles; decides nothing. Invariant: one of a kind runs at a time, and what was ended tells no more.

use crate::config::Target;
use crate::core::model::probe::{ProbeEvent, ProbeKind, ProbePlan};
use crate::edge::link::Timeouts;
use crate::edge::probe::{self, Probe};
use tokio::sync::mpsc::Receiver;

/// A probe and what it tells.
type Running = (Probe, Receiver<ProbeEvent>);

/// Probes of one target.
#[derive(Debug)]
pub struct Probes {
    target: Target,
    timeouts: Timeouts,
    pubsub: Option<Running>,
    stream: Option<Running>,
}

impl Probes {
    /// None runs yet.
    pub fn new(target: Target, timeouts: Timeouts) -> Self {
        Self { target, timeouts, pubsub: None, stream: None }
    }

    fn place(&mut self, kind: ProbeKind) -> &mut Option<Running> {
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
        let running = probe::start(self.target.clone(), self.timeouts, plan)?;
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
        let stop = |running: Option<Running>| async {
            if let Some((probe, _)) = running {
                probe.stop().await;
            }
        };
        let [pubsub, stream] = ends.map(stop);
        tokio::join!(pubsub, stream);
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

async fn told(running: &mut Option<Running>) -> Option<ProbeEvent> {
    match running {
        Some((_, events)) => events.recv().await,
        None => std::future::pending().await,
    }
}
