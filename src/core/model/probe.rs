//! The probe: names that nothing else has, what it is to do, what it tells.
//!
//! Knows shapes and what a message costs; what comes of samples is `core::reading::probe`'s. Invariant: whatever the probe makes begins with
//! [`PREFIX`], so that it is never taken for the operator's, nor the other way round.

use super::Name;
use super::clients::Client;
use super::cost::Cost;

/// What every channel and key of the probe begins with.
pub const PREFIX: &str = "__streamgauge:probe:";

/// What the server shows as the name of the probe's connections.
pub const CLIENT_NAME: &str = "streamgauge:probe";

/// What the names of all our connections begin with.
const CLIENTS: &[u8] = b"streamgauge:";

/// Whether a channel or key is the probe's.
pub fn is_ours(name: &Name) -> bool {
    name.as_bytes().starts_with(PREFIX.as_bytes())
}

/// Whether a client is one of ours.
pub fn is_our_client(client: &Client) -> bool {
    client.name.as_bytes().starts_with(CLIENTS)
}

worded! {
    /// Which way a probe goes.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum ProbeKind {
        /// PUBLISH to subscribers.
        PubSub "pub/sub",
        /// XADD to XREADGROUP.
        Stream "stream",
    }
    /// The word for people.
    fn word
}

/// What a probe is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProbePlan {
    /// Which way it goes.
    pub kind: ProbeKind,
    /// Time between messages, microseconds.
    pub interval_us: u64,
    /// Subscribers of our own, each with a connection; one reader for a stream.
    pub subscribers: u32,
}

/// What a subscriber adds to the time that a message holds the server, microseconds: least and most.
const STALL_US: (u64, u64) = (5, 10);

impl ProbePlan {
    /// How long each of its messages will hold the server, microseconds: least and most.
    pub const fn stall_us(&self) -> (u64, u64) {
        (STALL_US.0 * self.subscribers as u64, STALL_US.1 * self.subscribers as u64)
    }

    /// The share of the server's time that it will take at most.
    pub fn share(&self) -> f64 {
        self.stall_us().1 as f64 / self.interval_us.max(1) as f64
    }
}

/// One message and how long it took. Times are microseconds of the process's own clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProbeSample {
    /// When it should have left.
    pub due_us: u64,
    /// When it left.
    pub sent_us: u64,
    /// From then to the reply of PUBLISH, or of the XADD.
    pub publish_us: u64,
    /// From then to the first subscriber; `None` when none got it in time.
    pub first_us: Option<u64>,
    /// From then to the last; `None` when one did not get it in time.
    pub last_us: Option<u64>,
    /// Deliveries that never came.
    pub lost: u32,
    /// Time between messages as it is now, microseconds.
    pub interval_us: u64,
}

/// What a probe tells.
#[derive(Clone, Debug, PartialEq)]
pub enum ProbeEvent {
    /// It is connected and sends.
    Running,
    /// A message came through, or did not.
    Sample(ProbeSample, Cost),
    /// It could not go on, and tries again.
    Failed(String),
}
