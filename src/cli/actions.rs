//! The actions as clap has them: trim, reclaim, invalidate, undo, and the journal.
//!
//! Knows words and their help; not what is on the server. Invariant: what is not said is safe, and a reclaim without a
//! verb is a mistake.

use super::values::within;
use super::{Action, ActionArgs, JournalVerb, OutputFormat};
use crate::config::units;
use crate::core::model::glob::Glob;
use crate::core::model::id_unit::IdUnit;
use crate::core::model::{Name, StreamId};
use crate::core::ops::Request;
use crate::core::ops::request::{InvalidateRequest, ReclaimRequest, ReclaimVerb, TrimRequest, TrimTo};
use clap::{ArgGroup, Args};
use std::time::Duration;

/// How every action is confirmed and told.
#[derive(Args)]
pub(super) struct ConsentArgs {
    /// Only say what would be done
    #[arg(long)]
    dry_run: bool,
    /// Do it without asking
    #[arg(long)]
    yes: bool,
    /// The name that has to be typed for what can lose something, for `*` and for production
    #[arg(long, value_name = "NAME")]
    confirm: Option<String>,
    /// How long the plan may take at most
    #[arg(long = "for", value_name = "DURATION", default_value = "20s", value_parser = within)]
    within: Duration,
    /// In which form
    #[arg(long, value_enum, default_value_t)]
    format: OutputFormat,
}

/// Whether what goes is kept.
#[derive(Args)]
pub(super) struct ArchiveArgs {
    /// Keep what goes, so that `undo` can bring it back
    #[arg(long, conflicts_with = "no_archive")]
    archive: bool,
    /// Keep nothing
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

/// `trim`.
#[derive(Args)]
#[command(group = ArgGroup::new("to").args(["safe", "maxlen", "minid", "older_than"]))]
pub(super) struct TrimArgs {
    /// The stream
    #[arg(value_name = "KEY", value_parser = name)]
    key: Name,
    /// Up to what some group has not read or not acknowledged [default]
    #[arg(long)]
    safe: bool,
    /// Until N entries are left
    #[arg(long, value_name = "N", value_parser = count)]
    maxlen: Option<u64>,
    /// What is below an id
    #[arg(long, value_name = "ID", value_parser = stream_id)]
    minid: Option<StreamId>,
    /// What is older
    #[arg(long, value_name = "AGE", value_parser = some_time)]
    older_than: Option<u64>,
    /// What the ids count, for --older-than: ms, s, us, ns, or snowflake:EPOCH (milliseconds since 1970)
    #[arg(long, value_name = "UNIT", default_value = "ms", value_parser = |text: &str| text.parse::<IdUnit>())]
    id_unit: IdUnit,
    /// Whole nodes only: cheaper, and a little less goes
    #[arg(long)]
    approx: bool,
    #[command(flatten)]
    archive: ArchiveArgs,
    #[command(flatten)]
    consent: ConsentArgs,
}

/// `reclaim`.
#[derive(Args)]
#[command(group = ArgGroup::new("verb").required(true)
    .args(["to", "release", "requeue", "dead_letter", "drop", "sweep"]))]
pub(super) struct ReclaimArgs {
    /// The stream
    #[arg(value_name = "KEY", value_parser = name)]
    key: Name,
    /// The group
    #[arg(value_name = "GROUP", value_parser = name)]
    group: Name,
    /// Hand over to this consumer
    #[arg(long, value_name = "NAME", value_parser = name)]
    to: Option<Name>,
    /// Let workers' own XAUTOCLAIM take them
    #[arg(long)]
    release: bool,
    /// Append a copy to the stream, and acknowledge
    #[arg(long)]
    requeue: bool,
    /// Move to this stream what was delivered often, and acknowledge
    #[arg(long, value_name = "KEY", value_parser = name)]
    dead_letter: Option<Name>,
    /// Deliveries from which on --dead-letter takes one
    #[arg(long, value_name = "N", default_value = "5", value_parser = at_least_one)]
    deliveries: u64,
    /// Acknowledge: the group gets them no more
    #[arg(long)]
    drop: bool,
    /// Acknowledge what has no entry any more
    #[arg(long)]
    sweep: bool,
    /// Idle time that a row must have
    #[arg(long, value_name = "AGE", default_value = "60s", value_parser = milliseconds)]
    min_idle: u64,
    /// So many at most
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    count: Option<u64>,
    /// Only what this consumer has
    #[arg(long, value_name = "NAME", value_parser = name)]
    consumer: Option<Name>,
    /// Only this entry; may be given again
    #[arg(long = "id", value_name = "ID", value_parser = stream_id)]
    ids: Vec<StreamId>,
    #[command(flatten)]
    archive: ArchiveArgs,
    #[command(flatten)]
    consent: ConsentArgs,
}

/// `invalidate`.
#[derive(Args)]
pub(super) struct InvalidateArgs {
    /// Glob of the keys, as SCAN MATCH has it
    #[arg(value_name = "PATTERN", value_parser = pattern)]
    pattern: Name,
    /// PATTERN is the beginning of the names, and nothing in it is special
    #[arg(long)]
    literal: bool,
    /// Only keys of this type: string, hash, list, set, zset
    #[arg(long = "type", value_name = "T")]
    kind: Option<String>,
    /// Let them expire, spread over this time, instead of removing them
    #[arg(long, value_name = "AGE", value_parser = some_time)]
    expire: Option<u64>,
    /// Keys a second at most; 0 for as fast as it goes [default: of the config]
    #[arg(long, value_name = "N", value_parser = count)]
    rate: Option<u64>,
    #[command(flatten)]
    archive: ArchiveArgs,
    #[command(flatten)]
    consent: ConsentArgs,
}

/// `undo`.
#[derive(Args)]
pub(super) struct UndoArgs {
    /// The action, as the journal has it
    #[arg(value_name = "ID", value_parser = action_id)]
    id: String,
    #[command(flatten)]
    consent: ConsentArgs,
}

/// `journal`.
#[derive(Args)]
pub(super) struct JournalArgs {
    /// Only this action: as its command is called: trim, reclaim, remove-groups, kill-client, undo
    #[arg(long, value_name = "NAME")]
    action: Option<String>,
    /// Only those that ended so: done, refused, stopped, failed, unknown, open
    #[arg(long, value_name = "WORD")]
    outcome: Option<String>,
    /// Only those about something that has this in its name
    #[arg(long, value_name = "TEXT")]
    about: Option<String>,
    /// The last so many
    #[arg(long, value_name = "N", default_value = "50", value_parser = at_least_one)]
    last: u64,
    /// Remove archives that are older, and say which
    #[arg(long, value_name = "AGE", value_parser = milliseconds)]
    prune: Option<u64>,
    /// In which form
    #[arg(long, value_enum, default_value_t)]
    format: OutputFormat,
}

pub(super) fn act(request: Request, consent: ConsentArgs, per_s: Option<u64>) -> Action {
    let ConsentArgs { dry_run, yes, confirm, within, format } = consent;
    Action::Act(Box::new(ActionArgs { request, dry_run, yes, confirm, within, format, per_s }))
}

impl TrimArgs {
    pub(super) fn into_action(self) -> Action {
        let to = match (self.maxlen, self.minid, self.older_than) {
            (Some(entries), _, _) => TrimTo::MaxLen(entries),
            (_, Some(id), _) => TrimTo::MinId(id),
            (_, _, Some(age_ms)) => TrimTo::OlderThan { age_ms, unit: self.id_unit },
            // --safe is what is meant without a word.
            _ => TrimTo::Safe,
        };
        let _said = self.safe;
        let archive = self.archive.wanted();
        act(
            Request::Trim(TrimRequest { key: self.key, to, approx: self.approx, archive }),
            self.consent,
            None,
        )
    }
}

impl ReclaimArgs {
    pub(super) fn into_action(self) -> Action {
        let verb = match (self.to, self.dead_letter) {
            (Some(to), _) => ReclaimVerb::HandOver(to),
            (_, Some(to)) => ReclaimVerb::DeadLetter { to, deliveries: self.deliveries },
            _ if self.release => ReclaimVerb::Release,
            _ if self.requeue => ReclaimVerb::Requeue,
            _ if self.drop => ReclaimVerb::Drop,
            _ => ReclaimVerb::Sweep,
        };
        let archive = self.archive.wanted();
        let request = ReclaimRequest {
            key: self.key,
            group: self.group,
            verb,
            min_idle_ms: self.min_idle,
            count: self.count,
            consumer: self.consumer,
            ids: self.ids,
            archive,
        };
        act(Request::Reclaim(request), self.consent, None)
    }
}

impl InvalidateArgs {
    pub(super) fn into_action(self) -> Action {
        let written = self.pattern;
        let pattern = match self.literal {
            true => Glob::literal_prefix(written.as_bytes()).text().clone(),
            false => written.clone(),
        };
        let request = InvalidateRequest {
            pattern,
            written,
            kind: self.kind,
            expire_ms: self.expire,
            per_s: self.rate.filter(|rate| *rate > 0),
            archive: self.archive.wanted(),
            protect: Vec::new(),
            warm_up: Vec::new(),
        };
        act(Request::Invalidate(request), self.consent, self.rate)
    }
}

impl UndoArgs {
    pub(super) fn into_action(self) -> Action {
        act(Request::Undo(self.id), self.consent, None)
    }
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

pub(super) fn name(text: &str) -> Result<Name, String> {
    // An empty name is a name to Redis, of keys as of groups.
    Name::from_text(text).map_err(|bad| {
        format!("a bad escape at byte {}: write \\\\ for a backslash and \\xNN for a byte", bad.at)
    })
}

/// A backslash escapes in globs too: what is no escape of ours is taken as it stands.
fn pattern(text: &str) -> Result<Name, String> {
    Ok(Name::from_text(text).unwrap_or_else(|_| Name::from(text)))
}

pub(super) fn milliseconds(text: &str) -> Result<u64, String> {
    let duration = units::duration(text).map_err(|bad| bad.hint.to_owned())?;
    u64::try_from(duration.as_millis()).map_err(|_| "too long".to_owned())
}

fn count(text: &str) -> Result<u64, String> {
    units::count(text).map_err(|bad| bad.hint.to_owned())
}

/// None at all is a slip of the hand, and would be journalled as if something had been done.
fn at_least_one(text: &str) -> Result<u64, String> {
    match count(text)? {
        0 => Err("at least 1".to_owned()),
        count => Ok(count),
    }
}

/// No time at all would take everything there is.
fn some_time(text: &str) -> Result<u64, String> {
    match milliseconds(text)? {
        0 => Err("at least 1ms".to_owned()),
        time => Ok(time),
    }
}

/// clap quotes the text itself, masked where it has to be.
fn stream_id(text: &str) -> Result<StreamId, String> {
    text.parse().map_err(|_| "write <milliseconds>-<sequence>, such as 1700000000000-0".to_owned())
}

/// It becomes the name of a file.
fn action_id(text: &str) -> Result<String, String> {
    let is_id = !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if is_id {
        Ok(text.to_owned())
    } else {
        Err("an id of the journal, such as 20260101-120000-1a2b".to_owned())
    }
}
