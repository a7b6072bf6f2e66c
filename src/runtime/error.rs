//! Why a command came to no result.
//!
//! Knows what failed, in words for people; not which exit status that is.

use crate::core::model::Outage;
use std::io;

/// Why there is no result, or no more of it.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// It could not be done: no connection, for one.
    #[error("{0}")]
    Failed(String),
    /// Standard output is gone or full.
    #[error("cannot write to standard output: {0}")]
    Output(#[from] io::Error),
}

impl From<Outage> for CommandError {
    fn from(outage: Outage) -> Self {
        Self::Failed(outage.error)
    }
}
