//! What the operator wants to be watched, and from when on something is wrong.
//!
//! Knows values; the config makes them. Invariant: without a config everything is watched as best it can be.

use crate::core::diagnose::thresholds::Thresholds;
use crate::core::model::counters::CounterSpec;
use crate::core::model::keys::Tier;

/// What a reading is told once.
#[derive(Clone, Debug, PartialEq)]
pub struct WatchSettings {
    /// From when on something is wrong.
    pub thresholds: Thresholds,
    /// Keys by pattern.
    pub tiers: Vec<Tier>,
    /// Characters between the parts of a key's name.
    pub separators: Vec<u8>,
    /// Counters of the operator's own.
    pub counters: Vec<CounterSpec>,
    /// Commands that need not be answered for all to be well, as `XINFO GROUPS`.
    pub accept_blind: Vec<String>,
    /// Memory of the server's container, bytes, where it has a limit.
    pub memory_limit: Option<u64>,
    /// The logical database.
    pub database: u32,
}

impl Default for WatchSettings {
    fn default() -> Self {
        Self {
            thresholds: Thresholds::default(),
            tiers: Vec::new(),
            separators: b":".to_vec(),
            counters: Vec::new(),
            accept_blind: Vec::new(),
            memory_limit: None,
            database: 0,
        }
    }
}
