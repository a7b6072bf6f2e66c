//! How the types of many keys are asked: by one script, or one by one where no script may be run.
//!
//! Knows the reads alone; not what a type means to an action.

use crate::core::model::Name;
use crate::core::wire::{Inspect, ReadCmd};

/// Keys whose types are asked by one script: 0.1 ms of the server.
pub const TYPES_TOGETHER: usize = 100;

/// The reads that tell the types of keys: by one script, or one by one.
pub fn type_reads(keys: &[Name], together: bool) -> Vec<ReadCmd> {
    match together {
        true => vec![ReadCmd::Inspect(Inspect::Types(keys.to_vec()))],
        false => keys.iter().cloned().map(ReadCmd::Type).collect(),
    }
}

/// The same for any number of keys.
pub fn types_of(keys: &[Name], together: bool) -> Vec<ReadCmd> {
    keys.chunks(TYPES_TOGETHER).flat_map(|some| type_reads(some, together)).collect()
}
