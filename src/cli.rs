//! The command line, as clap reads it, made into values.
//!
//! Parses and nothing else: no file, no environment, no exit. Short options are redis-cli's, so `-h` is the
//! host and help is `--help`. Invariant: no error that comes from here shows a text that may hold a password.

mod actions;
mod args;
mod consent;
mod journal;
mod mask;
mod pages;
mod queues;
mod target;
mod values;

use crate::commands::Key;
use crate::config::{ConfigVerb, Flags};
use crate::core::demo::Scenario;
use crate::core::ops::Request;
use clap::FromArgMatches;
use clap::error::ErrorKind;
pub use pages::{completions, man};
use std::ffi::OsString;
use std::num::NonZeroU64;
use std::path::PathBuf;
use std::time::Duration;

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cli {
    /// The options that every command has.
    pub flags: Flags,
    /// What to do.
    pub action: Action,
}

/// What to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// The console.
    Console,
    /// The console without a screen: changes as lines.
    Plain,
    /// The console on a private server with a workload, or that alone.
    Demo(DemoArgs),
    /// A picture of the console, to a file.
    Picture(PictureArgs),
    /// Readings to stdout.
    Snapshot(SnapshotArgs),
    /// What is wrong, to stdout and as exit code.
    Check(CheckArgs),
    /// An action, without the screen.
    Act(Box<ActionArgs>),
    /// What was done.
    Journal(JournalVerb),
    /// Something about the config file.
    Config(ConfigVerb),
    /// The table of keys.
    Keys,
    /// The names of the themes.
    Themes,
    /// What a shell has to know to complete our words.
    Completions(clap_complete::Shell),
    /// The manual page: the program's, or a command's.
    Man(Option<String>),
}

/// `snapshot`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SnapshotArgs {
    /// In which form.
    pub format: OutputFormat,
    /// One reading each interval, instead of one.
    pub watch: bool,
    /// Measure every key first, however many there are.
    pub all_keys: bool,
    /// How long a reading may take; none for the usual.
    pub within: Option<Duration>,
    /// How many, when watching; without it, until it is ended.
    pub count: Option<NonZeroU64>,
}

/// `check`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CheckArgs {
    /// How long to watch.
    pub watch: Duration,
    /// What does not pass.
    pub fail_on: FailOn,
    /// In which form.
    pub format: OutputFormat,
}

/// `trim`, `reclaim`, `invalidate` and `undo`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionArgs {
    /// What is wanted.
    pub request: Request,
    /// Only say what would be done.
    pub dry_run: bool,
    /// Do it without asking.
    pub yes: bool,
    /// The name, as typed.
    pub confirm: Option<String>,
    /// In which form.
    pub format: OutputFormat,
    /// How long the plan may take.
    pub within: Duration,
    /// Items a second at most, 0 for as fast as it goes; none for the config's.
    pub per_s: Option<u64>,
}

/// `journal`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalVerb {
    /// Only this action.
    pub action: Option<String>,
    /// Only those that ended so.
    pub outcome: Option<String>,
    /// Only those about something that has this in its name.
    pub about: Option<String>,
    /// The last so many.
    pub last: u64,
    /// Remove archives that are older.
    pub prune: Option<Duration>,
    /// In which form.
    pub format: OutputFormat,
}

/// What makes `check` fail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum FailOn {
    /// Any finding
    #[default]
    Warn,
    /// Only what is critical
    Critical,
}

/// In which form results are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum OutputFormat {
    /// For people
    #[default]
    Text,
    /// One object a line
    Json,
}

/// `picture`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PictureArgs {
    /// Where it goes.
    pub file: PathBuf,
    /// Keys to press first.
    pub keys: Vec<Key>,
    /// How long to watch before.
    pub after: Duration,
    /// Columns and rows.
    pub size: (u16, u16),
    /// On a demo of this scenario, instead of a target.
    pub demo: Option<Scenario>,
}

/// `demo`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DemoArgs {
    /// What goes wrong, or doesn't.
    pub scenario: Scenario,
    /// Loopback port of the private server; without one it listens on a unix socket.
    pub port: Option<u16>,
    /// Without the console.
    pub headless: bool,
    /// The server to start, instead of the first one on the path.
    pub server_bin: Option<PathBuf>,
}

/// Reads the arguments, the program's name first.
///
/// # Errors
/// clap's own: wrong usage (exit code 2), or the text of `--help` and `--version` (exit code 0).
pub fn parse<Arg: Into<OsString>>(args: impl IntoIterator<Item = Arg>) -> Result<Cli, clap::Error> {
    let args = pages::without_help_verb(args.into_iter().map(Into::into).collect());
    let told = |error| mask::masked(pages::shortened(error, &args));
    let matches = command().try_get_matches_from(&args).map_err(told)?;
    let args = args::Args::from_arg_matches(&matches).map_err(mask::masked)?;
    args.checked().map_err(|what| command().error(ErrorKind::ArgumentConflict, what))?;
    Ok(args.into_cli())
}

/// The command line's own description.
pub fn command() -> clap::Command {
    pages::command()
}

#[cfg(test)]
mod tests;
