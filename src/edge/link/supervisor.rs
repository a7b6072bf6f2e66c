//! Keeps one lane connected: hands out the live link, or says at once why there is none and when it will
//! try again.
//!
//! Knows when a try is due; never sleeps (whoever polls waits until `retry_at_us`). Invariant: tries never
//! come faster than the back-off allows, also when a server hangs up right after the greeting.

use super::{Backoff, Lane, Link, LinkError, LinkLedger, Timeouts};
use crate::config::Target;
use crate::core::limits::LINK_PROVEN_MS;
use crate::core::model::{LinkStatus, Outage};
use crate::edge::clock;

/// One lane to one target.
#[derive(Debug)]
pub struct Supervisor {
    target: Target,
    lane: Lane,
    timeouts: Timeouts,
    link: Option<Link>,
    up_since_us: u64,
    backoff: Backoff,
    outage: Option<Outage>,
    ledger: LinkLedger,
}

impl Supervisor {
    /// A lane that is not connected yet; nothing is dialled before [`Supervisor::link`]. What it is refused stands in
    /// `ledger`.
    pub fn new(target: Target, lane: Lane, timeouts: Timeouts, ledger: &LinkLedger) -> Self {
        let backoff = Backoff::default();
        Self {
            target,
            lane,
            timeouts,
            link: None,
            up_since_us: 0,
            backoff,
            outage: None,
            ledger: ledger.clone(),
        }
    }

    /// Another lane of the same kind to the same target, not connected yet, which writes what it looks up into `ledger`.
    #[must_use]
    pub fn another(&self, ledger: &LinkLedger) -> Self {
        Self::new(self.target.clone(), self.lane, self.timeouts, ledger)
    }

    /// The live link; connects if there is none and a try is due at `now_us`.
    ///
    /// # Errors
    /// The outage: at once if no try is due, else after a try of at most the connect time-out.
    pub async fn link(&mut self, now_us: u64) -> Result<&mut Link, Outage> {
        if let Some(error) = self.link.as_ref().and_then(Link::lost) {
            self.lost(&error, now_us);
        }
        let link = match self.link.take() {
            Some(link) => link,
            None => self.connect(now_us).await?,
        };
        Ok(self.link.insert(link))
    }

    /// The link, where there is one that was not lost.
    pub fn live(&self) -> Option<&Link> {
        self.link.as_ref().filter(|link| link.lost().is_none())
    }

    /// Gives the link up because of `error`, as [`super::AskResult::lost`] has it.
    pub fn lost(&mut self, error: &LinkError, now_us: u64) {
        let lived_ms = now_us.saturating_sub(self.up_since_us) / 1_000;
        if self.link.take().is_some() && lived_ms >= LINK_PROVEN_MS {
            self.backoff.succeeded();
        }
        self.failed(error, now_us);
    }

    /// Makes a try due now: the operator has asked for one.
    pub fn retry_now(&mut self, now_us: u64) {
        if let Some(outage) = &mut self.outage {
            outage.retry_at_us = now_us;
        }
    }

    /// Where the lane stands.
    pub fn status(&self) -> LinkStatus {
        match (&self.link, &self.outage) {
            (Some(link), _) => LinkStatus::Up { since_us: self.up_since_us, protocol: link.protocol() },
            (None, Some(outage)) => LinkStatus::Down(outage.clone()),
            (None, None) => LinkStatus::Connecting,
        }
    }

    async fn connect(&mut self, now_us: u64) -> Result<Link, Outage> {
        if let Some(outage) = self.outage.as_ref().filter(|outage| now_us < outage.retry_at_us) {
            return Err(outage.clone());
        }
        match Link::open(&self.target, self.lane, &self.timeouts, &self.ledger).await {
            Ok(link) => {
                tracing::info!(target = %self.target.address, lane = ?self.lane, "connected");
                self.up_since_us = clock::now_us();
                self.outage = None;
                Ok(link)
            }
            Err(error) => Err(self.failed(&error, clock::now_us())),
        }
    }

    fn failed(&mut self, error: &LinkError, now_us: u64) -> Outage {
        let retry_at_us = self.backoff.failed(now_us, fastrand::f64());
        let since_ms = self.outage.as_ref().map_or_else(clock::wall_ms, |outage| outage.since_ms);
        let outage = Outage {
            fault: error.fault(),
            error: error.to_string(),
            since_ms,
            attempts: self.backoff.failures(),
            retry_at_us,
            circuit_open: self.backoff.circuit_open(),
        };
        tracing::warn!(lane = ?self.lane, attempts = outage.attempts, "{error}");
        self.outage = Some(outage.clone());
        outage
    }
}
