//! What every action takes on the command line: how it is confirmed and told, and whether what goes is kept.
//!
//! Invariant: what is not said is safe.

use super::values::{count, within};
use super::{Action, ActionArgs, OutputFormat};
use crate::core::ops::Request;
use clap::Args;
use std::time::Duration;

/// How every action is confirmed and told.
#[derive(Args)]
struct ConsentArgs {
    /// Show the plan only
    #[arg(long)]
    dry_run: bool,
    /// Do it without asking
    #[arg(long)]
    yes: bool,
    /// The name that has to be typed for what can lose something, for `*` and for production
    #[arg(long, value_name = "NAME")]
    confirm: Option<String>,
    /// At most N items a second; 0 for no limit, however slow others become [default: the config's for invalidate,
    /// else as fast as others do not notice]
    #[arg(long, value_name = "N", value_parser = count)]
    rate: Option<u64>,
    /// How long the plan may take at most
    #[arg(long = "for", value_name = "DURATION", default_value = "20s", value_parser = within)]
    within: Duration,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: OutputFormat,
}

/// Whether what goes is kept.
#[derive(Args)]
pub(super) struct ArchiveArgs {
    /// Archive removed data for undo
    #[arg(long, conflicts_with = "no_archive")]
    archive: bool,
    /// Archive nothing
    #[arg(long)]
    no_archive: bool,
}

impl ArchiveArgs {
    pub(super) fn wanted(&self) -> Option<bool> {
        match (self.archive, self.no_archive) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            _ => None,
        }
    }
}

/// The arguments of an action, with how it is confirmed and told.
#[derive(Args)]
pub(super) struct ConfirmedArgs<T: Args> {
    #[command(flatten)]
    wanted: T,
    #[command(flatten)]
    consent: ConsentArgs,
}

impl<T: Args + RequestArgs> ConfirmedArgs<T> {
    pub(super) fn into_action(self) -> Action {
        let ConsentArgs { dry_run, yes, confirm, rate: per_s, within, format } = self.consent;
        let request = self.wanted.request();
        Action::Act(Box::new(ActionArgs { request, dry_run, yes, confirm, within, format, per_s }))
    }
}

/// The arguments of an action.
pub(super) trait RequestArgs {
    /// What is wanted.
    fn request(self) -> Request;
}
