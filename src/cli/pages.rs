//! What the command line says of itself: help of one command, manual pages, completions.
//!
//! Knows clap's description of the options; writes nowhere. Invariant: everything here is made from that description, so
//! that none of it can tell of an option that does not exist.

use super::args::Args;
use clap::error::ErrorKind;
use clap::{Command, CommandFactory};
use clap_complete::Shell;
use std::ffi::OsString;

/// Two uses of each command.
const EXAMPLES: &[(&str, [&str; 2])] = &[
    ("snapshot", ["snapshot prod --format json", "snapshot cache:6380 --watch --interval 10s"]),
    ("check", ["check prod --for 10s", "check cache:6380 --fail-on critical --format json"]),
    ("trim", ["trim orders --dry-run", "trim orders --older-than 24h --archive"]),
    (
        "reclaim",
        ["reclaim orders billing --to w2 --min-idle 5m", "reclaim orders billing --dead-letter orders:dead"],
    ),
    ("invalidate", ["invalidate 'dashboard:*' --dry-run", "invalidate 'dashboard:*' --expire 10m"]),
    ("remove-groups", ["remove-groups orders old-billing", "remove-groups orders 'tmp-*' --unread-for 24h"]),
    (
        "remove-consumers",
        ["remove-consumers orders billing --dry-run", "remove-consumers orders billing --min-idle 24h"],
    ),
    (
        "delete-consumer",
        ["delete-consumer orders billing w1", "delete-consumer orders billing w1 --min-idle 1h --yes"],
    ),
    ("kill-client", ["kill-client 4711 --dry-run", "kill-client 4711 --yes"]),
    ("kill-script", ["kill-script --dry-run", "kill-script --yes"]),
    ("requeue-orphans", ["requeue-orphans rq mail --dry-run", "requeue-orphans celery celery --count 100"]),
    ("revive-jobs", ["revive-jobs sidekiq default --dry-run", "revive-jobs rq mail --class mail.send --yes"]),
    (
        "drop-jobs",
        [
            "drop-jobs rq mail --class mail.send --dry-run",
            "drop-jobs bullmq thumbs --class resize --part delayed",
        ],
    ),
    ("pause-queue", ["pause-queue bullmq thumbs --dry-run", "pause-queue bullmq thumbs --yes"]),
    ("resume-queue", ["resume-queue bullmq thumbs --dry-run", "resume-queue bullmq thumbs --yes"]),
    ("undo", ["undo 20260101-120000-1a2b --dry-run", "undo 20260101-120000-1a2b --yes"]),
    ("journal", ["journal --last 10", "journal --action trim --about orders"]),
    (
        "picture",
        ["picture memory.svg -t prod --keys 4", "picture burst.html --demo burst --for 20s --size 160x50"],
    ),
    ("demo", ["demo --scenario memory-alert", "demo --scenario burst --port 7001 --headless"]),
    ("config", ["config init", "config check"]),
    ("keys", ["keys", "keys --config other.toml"]),
    ("themes", ["themes", "themes --config other.toml"]),
    ("completions", ["completions bash", "completions zsh > ~/.zfunc/_streamgauge"]),
    ("man", ["man | man -l -", "man trim | man -l -"]),
];

/// The description of the command line, with two examples at each command.
pub(super) fn command() -> Command {
    EXAMPLES.iter().fold(Args::command(), |command, (name, examples)| {
        let [first, second] = examples;
        let text = format!(
            "Examples:\n  streamgauge {first}\n  streamgauge {second}\n\nConnection (-u -t -h -p -s -a -n --tls ...) and \
             common options (--config --interval ...): streamgauge --help"
        );
        command.mut_subcommand(name, |command| command.after_help(text))
    })
}

/// `help` and `help COMMAND` as `--help` and `COMMAND --help`.
pub(super) fn without_help_verb(mut args: Vec<OsString>) -> Vec<OsString> {
    if args.get(1).is_some_and(|arg| arg == "help") {
        args.remove(1);
        args.push("--help".into());
    }
    args
}

/// The help of a command without the options that every command has.
pub(super) fn shortened(error: clap::Error, args: &[OsString]) -> clap::Error {
    let names = command();
    let is_command = |arg: &OsString| names.get_subcommands().any(|known| arg == known.get_name());
    if error.kind() != ErrorKind::DisplayHelp || !args.iter().any(is_command) {
        return error;
    }
    let own = command().mut_args(|arg| if arg.is_global_set() { arg.hide(true) } else { arg });
    own.try_get_matches_from(args).err().unwrap_or(error)
}

/// A manual page in roff: of the program, or of one of its commands.
///
/// # Errors
/// There is no such command: which there are.
pub fn man(name: Option<&str>) -> Result<Vec<u8>, String> {
    let mut all = command();
    all.build();
    let page = match name {
        None => all,
        Some(name) => {
            let names: Vec<&str> = all.get_subcommands().map(Command::get_name).collect();
            let found = all.find_subcommand(name).ok_or_else(|| {
                let near = crate::commands::nearest(name, names.iter().copied());
                let hint = near.map_or_else(
                    || format!("one of {}", names.join(", ")),
                    |near| format!("did you mean {near}?"),
                );
                format!("there is no command '{name}': {hint}")
            })?;
            found.clone().name(format!("streamgauge-{name}"))
        }
    };
    let mut text = Vec::new();
    clap_mangen::Man::new(page).render(&mut text).map_err(|error| error.to_string())?;
    Ok(text)
}

/// What a shell has to know to complete our words.
pub fn completions(shell: Shell) -> Vec<u8> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut command(), "streamgauge", &mut text);
    text
}
