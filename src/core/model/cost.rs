//! What we cost the server: commands and bytes, counted on what was really sent.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The cost of one round.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Cost {
    /// Calls by their name in `INFO commandstats`.
    pub calls: BTreeMap<Cow<'static, str>, u64>,
    /// Calls inside scripts: the server counts them as commands, and their time as the script's.
    pub scripted: u64,
    /// Bytes of the requests.
    pub request_bytes: u64,
    /// Bytes of the replies.
    pub reply_bytes: u64,
    /// Microseconds that pipelines waited for their replies, each pipeline once: the server spent no more on them.
    pub waited_us: u64,
}

impl Cost {
    /// All calls together.
    pub fn commands(&self) -> u64 {
        self.calls.values().sum::<u64>().saturating_add(self.scripted)
    }

    /// Adds another round's cost.
    pub fn add(&mut self, other: &Self) {
        for (name, calls) in &other.calls {
            *self.calls.entry(name.clone()).or_default() += calls;
        }
        self.scripted = self.scripted.saturating_add(other.scripted);
        self.request_bytes = self.request_bytes.saturating_add(other.request_bytes);
        self.reply_bytes = self.reply_bytes.saturating_add(other.reply_bytes);
        self.waited_us = self.waited_us.saturating_add(other.waited_us);
    }
}
