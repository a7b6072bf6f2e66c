//! The actions as clap has them.
//!
//! Knows words and their help; not what is on the server. Invariant: what is not said is safe, and a reclaim without a
//! verb is a mistake.

use super::Action;
use super::consent::{ArchiveArgs, ConfirmedArgs, RequestArgs};
use super::queues::{DropJobsArgs, PauseQueueArgs, QueueJobsArgs, ResumeQueueArgs, ReviveJobsArgs};
use super::values::{action_id, at_least_one, count, milliseconds, name, pattern, some_time, stream_id};
use crate::core::limits::MIN_IDLE;
use crate::core::model::glob::Glob;
use crate::core::model::id_unit::IdUnit;
use crate::core::model::{Name, StreamId};
use crate::core::ops::reclaim::request::DELIVERIES;
use crate::core::ops::{
    DeleteConsumerRequest, InvalidateRequest, KillClientRequest, KillScriptRequest, ReclaimRequest,
    ReclaimVerb, RemoveConsumersRequest, RemoveGroupsRequest, Request, TrimRequest, TrimTo, UndoRequest,
    for_each_action,
};
use clap::{ArgGroup, Args, Subcommand};

/// `trim`.
#[derive(Args)]
#[command(group = ArgGroup::new("to").args(["safe", "maxlen", "minid", "older_than"]))]
pub(super) struct TrimArgs {
    /// The stream
    #[arg(value_name = "KEY", value_parser = name)]
    key: Name,
    /// Entries that every group has acknowledged [default]
    #[arg(long)]
    safe: bool,
    /// Keep the newest N entries
    #[arg(long, value_name = "N", value_parser = count)]
    maxlen: Option<u64>,
    /// Remove entries before this ID
    #[arg(long, value_name = "ID", value_parser = stream_id)]
    minid: Option<StreamId>,
    /// Remove entries older than this
    #[arg(long, value_name = "AGE", value_parser = some_time)]
    older_than: Option<u64>,
    /// What the ids count, for --older-than: ms, s, us, ns, or snowflake:EPOCH (milliseconds since 1970)
    #[arg(long, value_name = "UNIT", default_value = "ms", value_parser = |text: &str| text.parse::<IdUnit>())]
    id_unit: IdUnit,
    /// Whole nodes only: cheaper, and removes a little less
    #[arg(long)]
    approx: bool,
    #[command(flatten)]
    archive: ArchiveArgs,
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
    /// Let workers claim them (XAUTOCLAIM)
    #[arg(long)]
    release: bool,
    /// Append a copy to the stream, and acknowledge the original
    #[arg(long)]
    requeue: bool,
    /// Move entries that were delivered often to this stream
    #[arg(long, value_name = "KEY", value_parser = name)]
    dead_letter: Option<Name>,
    /// Delivered at least N times, for --dead-letter
    #[arg(long, value_name = "N", default_value_t = DELIVERIES, value_parser = at_least_one)]
    deliveries: u64,
    /// Acknowledge without processing: the group never gets them again
    #[arg(long)]
    drop: bool,
    /// Clean up pending entries that were trimmed
    #[arg(long)]
    sweep: bool,
    /// Only entries idle at least this long
    #[arg(long, value_name = "AGE", default_value = MIN_IDLE, value_parser = milliseconds)]
    min_idle: u64,
    /// At most N entries
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    count: Option<u64>,
    /// Only entries that this consumer holds
    #[arg(long, value_name = "NAME", value_parser = name)]
    consumer: Option<Name>,
    /// Only this entry; repeat for more
    #[arg(long = "id", value_name = "ID", value_parser = stream_id)]
    ids: Vec<StreamId>,
    #[command(flatten)]
    archive: ArchiveArgs,
}

/// `invalidate`.
#[derive(Args)]
pub(super) struct InvalidateArgs {
    /// Glob of the keys, as SCAN MATCH has it
    #[arg(value_name = "PATTERN", value_parser = pattern)]
    pattern: Name,
    /// Remove keys starting with PATTERN (no wildcards)
    #[arg(long)]
    literal: bool,
    /// Only keys of this type: string, hash, list, set, zset
    #[arg(long = "type", value_name = "T")]
    kind: Option<String>,
    /// Expire them, spread over this time, instead of deleting them
    #[arg(long, value_name = "AGE", value_parser = some_time)]
    expire: Option<u64>,
    #[command(flatten)]
    archive: ArchiveArgs,
}

/// `remove-groups`.
#[derive(Args)]
pub(super) struct RemoveGroupsArgs {
    /// The stream
    #[arg(value_name = "KEY", value_parser = name)]
    key: Name,
    /// The group; or a glob of several, with --unread-for
    #[arg(value_name = "GROUP", value_parser = name)]
    group: Name,
    /// All that match GROUP as a glob, were not read for so long and have no consumer alive
    #[arg(long, value_name = "AGE", value_parser = milliseconds)]
    unread_for: Option<u64>,
    /// Idle time from which on a consumer is not alive any more
    #[arg(long, value_name = "AGE", default_value = MIN_IDLE, value_parser = milliseconds)]
    min_idle: u64,
    #[command(flatten)]
    archive: ArchiveArgs,
}

/// `remove-consumers`.
#[derive(Args)]
pub(super) struct RemoveConsumersArgs {
    /// The stream
    #[arg(value_name = "KEY", value_parser = name)]
    key: Name,
    /// The group
    #[arg(value_name = "GROUP", value_parser = name)]
    group: Name,
    /// Idle time that each must have
    #[arg(long, value_name = "AGE", default_value = MIN_IDLE, value_parser = milliseconds)]
    min_idle: u64,
    #[command(flatten)]
    archive: ArchiveArgs,
}

/// `delete-consumer`.
#[derive(Args)]
pub(super) struct DeleteConsumerArgs {
    /// The stream
    #[arg(value_name = "KEY", value_parser = name)]
    key: Name,
    /// The group
    #[arg(value_name = "GROUP", value_parser = name)]
    group: Name,
    /// The consumer
    #[arg(value_name = "CONSUMER", value_parser = name)]
    consumer: Name,
    /// Idle time that it must have
    #[arg(long, value_name = "AGE", default_value = MIN_IDLE, value_parser = milliseconds)]
    min_idle: u64,
}

/// `kill-client`.
#[derive(Args)]
pub(super) struct KillClientArgs {
    /// Its id, as CLIENT LIST has it
    #[arg(value_name = "ID")]
    id: u64,
}

/// `kill-script`.
#[derive(Args)]
pub(super) struct KillScriptArgs {}

/// `undo`.
#[derive(Args)]
pub(super) struct UndoArgs {
    /// The action, as the journal has it
    #[arg(value_name = "ID", value_parser = action_id)]
    id: String,
}

/// The commands, one of each action.
macro_rules! verbs {
    ({ $($(#[$doc:meta])* $name:ident($wanted:ident, $args:ty) $folder:ident $kind:ident $survey:ident
        $key:literal $title:literal [$($place:ident)+] $help:literal;)* }) => {
        #[derive(Subcommand)]
        pub(super) enum ActionVerb {
            $($(#[$doc])* $name(ConfirmedArgs<$args>),)*
        }

        impl ActionVerb {
            pub(super) fn into_action(self) -> Action {
                match self {
                    $(Self::$name(args) => args.into_action(),)*
                }
            }
        }
    };
}

for_each_action! { verbs }

impl RequestArgs for TrimArgs {
    fn request(self) -> Request {
        let to = match (self.maxlen, self.minid, self.older_than) {
            (Some(entries), _, _) => TrimTo::MaxLen(entries),
            (_, Some(id), _) => TrimTo::MinId(id),
            (_, _, Some(age_ms)) => TrimTo::OlderThan { age_ms, unit: self.id_unit },
            // --safe is what is meant without a word.
            _ => TrimTo::Safe,
        };
        let _said = self.safe;
        let archive = self.archive.wanted();
        Request::Trim(TrimRequest { approx: self.approx, archive, ..TrimRequest::new(self.key, to) })
    }
}

impl RequestArgs for ReclaimArgs {
    fn request(self) -> Request {
        let verb = match (self.to, self.dead_letter) {
            (Some(to), _) => ReclaimVerb::HandOver(to),
            (_, Some(to)) => ReclaimVerb::DeadLetter { to, deliveries: self.deliveries },
            _ if self.release => ReclaimVerb::Release,
            _ if self.requeue => ReclaimVerb::Requeue,
            _ if self.drop => ReclaimVerb::Drop,
            _ => ReclaimVerb::Sweep,
        };
        Request::Reclaim(ReclaimRequest {
            count: self.count,
            consumer: self.consumer,
            ids: self.ids,
            archive: self.archive.wanted(),
            ..ReclaimRequest::new(self.key, self.group, verb, self.min_idle)
        })
    }
}

impl RequestArgs for InvalidateArgs {
    fn request(self) -> Request {
        let pattern = match self.literal {
            true => Glob::literal_prefix(self.pattern.as_bytes()).text().clone(),
            false => self.pattern.clone(),
        };
        Request::Invalidate(InvalidateRequest {
            written: self.pattern,
            kind: self.kind,
            expire_ms: self.expire,
            archive: self.archive.wanted(),
            ..InvalidateRequest::new(pattern)
        })
    }
}

impl RequestArgs for RemoveGroupsArgs {
    fn request(self) -> Request {
        Request::RemoveGroups(RemoveGroupsRequest {
            key: self.key,
            pattern: self.group,
            unread_ms: self.unread_for,
            alive_ms: self.min_idle,
            archive: self.archive.wanted(),
        })
    }
}

impl RequestArgs for RemoveConsumersArgs {
    fn request(self) -> Request {
        Request::RemoveConsumers(RemoveConsumersRequest {
            key: self.key,
            group: self.group,
            min_idle_ms: self.min_idle,
            archive: self.archive.wanted(),
        })
    }
}

impl RequestArgs for DeleteConsumerArgs {
    fn request(self) -> Request {
        let Self { key, group, consumer, min_idle } = self;
        Request::DeleteConsumer(DeleteConsumerRequest { key, group, consumer, min_idle_ms: min_idle })
    }
}

impl RequestArgs for KillClientArgs {
    fn request(self) -> Request {
        Request::KillClient(KillClientRequest { id: self.id })
    }
}

impl RequestArgs for KillScriptArgs {
    fn request(self) -> Request {
        Request::KillScript(KillScriptRequest)
    }
}

impl RequestArgs for UndoArgs {
    fn request(self) -> Request {
        Request::Undo(UndoRequest { id: self.id })
    }
}
