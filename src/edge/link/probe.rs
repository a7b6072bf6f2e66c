//! The probe's own connection, as the door `edge::probe` sees it.
//!
//! Knows targets and faults. Invariant: what goes through it is a [`ProbeCmd`], whose names are the probe's own.

use super::redis::Bare;
use super::{LinkError, LinkLedger, Timeouts};
use crate::config::Target;
use crate::core::wire::Resp;
use crate::core::wire::probe::ProbeCmd;
use tokio::time::Instant;

/// A connection that can do what the probe does, and nothing else.
pub struct ProbeLink {
    target: Target,
    bare: Bare,
}

impl ProbeLink {
    /// Connects and authenticates; what is refused on it stands in `ledger`.
    ///
    /// # Errors
    /// The exact fault, within `timeouts.connect`.
    pub async fn open(target: &Target, timeouts: &Timeouts, ledger: &LinkLedger) -> Result<Self, LinkError> {
        let opening = Bare::open(target, Instant::now() + timeouts.connect, ledger);
        match Box::pin(opening).await {
            Ok(bare) => Ok(Self { target: target.clone(), bare }),
            Err((fault, detail)) => Err(LinkError::new(target, fault, &detail)),
        }
    }

    /// Sends; answers when the first byte left, microseconds of the process's own clock.
    ///
    /// # Errors
    /// When the connection is lost.
    pub async fn send(&mut self, command: &ProbeCmd) -> Result<u64, LinkError> {
        let sent = self.bare.send(command).await;
        sent.map_err(|(fault, detail)| LinkError::new(&self.target, fault, &detail))
    }

    /// The number of the next message, and when its last byte was read. Nothing is lost when this is given up half-way.
    ///
    /// # Errors
    /// When the connection is lost.
    pub async fn message(&mut self) -> Result<(u64, u64), LinkError> {
        let received = self.bare.message().await;
        received.map_err(|(fault, detail)| LinkError::new(&self.target, fault, &detail))
    }

    /// The next reply or message, and when its last byte was read. Waits without an end: whoever calls has a deadline.
    /// Nothing is lost when this is given up half-way.
    ///
    /// # Errors
    /// When the connection is lost.
    pub async fn receive(&mut self) -> Result<(Resp, u64), LinkError> {
        let received = self.bare.receive().await;
        received.map_err(|(fault, detail)| LinkError::new(&self.target, fault, &detail))
    }
}
