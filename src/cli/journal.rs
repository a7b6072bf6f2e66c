//! The journal as clap has it.
//!
//! Knows words and their help; not what is in the journal.

use super::values::{at_least_one, milliseconds};
use super::{Action, JournalVerb, OutputFormat};
use clap::Args;
use std::time::Duration;

/// `journal`.
#[derive(Args)]
pub(super) struct JournalArgs {
    /// Only this action, by the name of its command: trim, reclaim, remove-groups, kill-client, undo
    #[arg(long, value_name = "NAME")]
    action: Option<String>,
    /// Only those that ended so: done, refused, stopped, failed, unknown, open
    #[arg(long, value_name = "WORD")]
    outcome: Option<String>,
    /// Only those whose subject has this in its name
    #[arg(long, value_name = "TEXT")]
    about: Option<String>,
    /// The last N
    #[arg(long, value_name = "N", default_value = "50", value_parser = at_least_one)]
    last: u64,
    /// Remove archives that are older, and say which
    #[arg(long, value_name = "AGE", value_parser = milliseconds)]
    prune: Option<u64>,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: OutputFormat,
}

impl JournalArgs {
    pub(super) fn into_action(self) -> Action {
        Action::Journal(JournalVerb {
            action: self.action,
            outcome: self.outcome,
            about: self.about,
            last: self.last,
            prune: self.prune.map(Duration::from_millis),
            format: self.format,
        })
    }
}
