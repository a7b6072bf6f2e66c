//! The actions that remove groups and consumers and end clients and scripts, as clap has them.
//!
//! Knows words and their help; not what is on the server. Invariant: a pattern takes only what nobody has read for a while.

use super::Action;
use super::actions::{ArchiveArgs, ConsentArgs, act, milliseconds, name};
use crate::core::model::Name;
use crate::core::ops::Request;
use crate::core::ops::request::{RemoveConsumersRequest, RemoveGroupsRequest};
use clap::Args;

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
    #[arg(long, value_name = "AGE", default_value = "60s", value_parser = milliseconds)]
    min_idle: u64,
    #[command(flatten)]
    archive: ArchiveArgs,
    #[command(flatten)]
    consent: ConsentArgs,
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
    #[arg(long, value_name = "AGE", default_value = "60s", value_parser = milliseconds)]
    min_idle: u64,
    #[command(flatten)]
    archive: ArchiveArgs,
    #[command(flatten)]
    consent: ConsentArgs,
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
    #[arg(long, value_name = "AGE", default_value = "60s", value_parser = milliseconds)]
    min_idle: u64,
    #[command(flatten)]
    consent: ConsentArgs,
}

/// `kill-client`.
#[derive(Args)]
pub(super) struct KillClientArgs {
    /// Its id, as CLIENT LIST has it
    #[arg(value_name = "ID")]
    id: u64,
    #[command(flatten)]
    consent: ConsentArgs,
}

/// `kill-script`.
#[derive(Args)]
pub(super) struct KillScriptArgs {
    #[command(flatten)]
    consent: ConsentArgs,
}

impl RemoveGroupsArgs {
    pub(super) fn into_action(self) -> Action {
        let request = RemoveGroupsRequest {
            key: self.key,
            pattern: self.group,
            unread_ms: self.unread_for,
            alive_ms: self.min_idle,
            archive: self.archive.wanted(),
        };
        act(Request::RemoveGroups(request), self.consent, None)
    }
}

impl RemoveConsumersArgs {
    pub(super) fn into_action(self) -> Action {
        let request = RemoveConsumersRequest {
            key: self.key,
            group: self.group,
            min_idle_ms: self.min_idle,
            archive: self.archive.wanted(),
        };
        act(Request::RemoveConsumers(request), self.consent, None)
    }
}

impl DeleteConsumerArgs {
    pub(super) fn into_action(self) -> Action {
        let Self { key, group, consumer, min_idle, consent } = self;
        act(Request::DeleteConsumer { key, group, consumer, min_idle_ms: min_idle }, consent, None)
    }
}

impl KillClientArgs {
    pub(super) fn into_action(self) -> Action {
        act(Request::KillClient(self.id), self.consent, None)
    }
}

impl KillScriptArgs {
    pub(super) fn into_action(self) -> Action {
        act(Request::KillScript, self.consent, None)
    }
}
