//! Commands that write as words to send.
//!
//! Knows how each is written for the server; for people the file beside does. Invariant: whatever a name holds goes as it
//! is, in a word of its own.

use super::{BusyWith, Made, SettleKind, StepExtent, TrimCheck, WriteCmd, scripts};
use crate::core::limits::{COPIED_WORDS, GHOSTS_PASSED};
use crate::core::model::{Name, StreamId};

/// A script over keys, with a word for each.
fn of_each<T>(text: &str, keys: &[(Name, T)], word: impl Fn(&T) -> String) -> Vec<Vec<u8>> {
    let names: Vec<&Name> = keys.iter().map(|(key, _)| key).collect();
    keys.iter().fold(script(text, &names), |args, (_, of_key)| args.more(&[&word(of_key)]))
}

/// The types once for all keys that may go with them.
fn unlink_free(alike: &[(Vec<&'static str>, Vec<Name>)]) -> Vec<Vec<u8>> {
    let names: Vec<&Name> = alike.iter().flat_map(|(_, keys)| keys).collect();
    let mut args = script(scripts::UNLINK_FREE, &names);
    for (kinds, keys) in alike {
        args = args.more(&[&kinds.join(" "), &keys.len().to_string()]);
    }
    args
}

fn kill(busy: BusyWith) -> Vec<Vec<u8>> {
    match busy {
        BusyWith::Script => words(&["SCRIPT", "KILL"]),
        BusyWith::Function => words(&["FUNCTION", "KILL"]),
    }
}

impl WriteCmd {
    /// The words to send.
    pub fn args(&self) -> Vec<Vec<u8>> {
        match self {
            Self::Trim { key, to, cut: StepExtent::Nodes(limit), check: TrimCheck::Nothing } => words(&[
                "XTRIM",
            ])
            .name(key)
            .more(&["MINID", "~", &to.to_string(), "LIMIT", &limit.to_string()]),
            Self::Trim { key, to, check: TrimCheck::Nothing, .. } => {
                words(&["XTRIM"]).name(key).more(&["MINID", "=", &to.to_string()])
            }
            Self::Trim { key, to, cut, check: TrimCheck::Same(made) } => trim(key, *to, *cut, "", *made),
            Self::Trim { key, to, cut, check: TrimCheck::Safe(made) } => trim(key, *to, *cut, "safe", *made),
            Self::Settle { key, group, kind, min_idle_ms, together, ids } => {
                let args = settle(key, group, kind, *min_idle_ms);
                let args = args.more(&[if *together { "together" } else { "" }]);
                ids.iter().fold(args, |args, id| args.more(&[&id.to_string()]))
            }
            Self::GiveBack { key, group, from, rows } => {
                let forced = if from.is_none() { "force" } else { "" };
                let mut args = script(scripts::GIVE_BACK, &[key]).name(group).more(&[forced]);
                args = args.name(from.as_ref().unwrap_or(&Name::from("")));
                for row in rows {
                    args = args.more(&[&row.id.to_string()]).name(&row.consumer);
                    let delivered = row.delivered_ms.map_or_else(String::new, |ms| ms.to_string());
                    args = args.more(&[&delivered, &row.deliveries.to_string()]);
                }
                args
            }
            Self::DeleteConsumers { .. }
            | Self::DestroyGroup { .. }
            | Self::CreateGroup { .. }
            | Self::CreateConsumer { .. } => self.group_args(),
            Self::Unlink(key) => words(&["UNLINK"]).name(key),
            Self::UnlinkTyped(keys) => of_each(scripts::UNLINK_TYPED, keys, Clone::clone),
            Self::UnlinkFree(alike) => unlink_free(alike),
            Self::UnlinkKept { key, checksum, length } => {
                let mut args = script(scripts::UNLINK_KEPT, &[key]);
                args.push(checksum.clone());
                args.more(&[&length.to_string()])
            }
            Self::Expire { key, ms, lt: true } => {
                words(&["PEXPIRE"]).name(key).more(&[&ms.to_string(), "LT"])
            }
            Self::Expire { key, ms, lt: false } => script(scripts::EXPIRE, &[key]).more(&[&ms.to_string()]),
            Self::ExpireAt { key, at_ms, lt: true } => {
                words(&["PEXPIREAT"]).name(key).more(&[&at_ms.to_string(), "LT"])
            }
            Self::ExpireAt { key, at_ms, lt: false } => {
                script(scripts::EXPIRE_AT, &[key]).more(&[&at_ms.to_string()])
            }
            Self::GiveTimeBack { key, set_ms, expires_ms, payload } => {
                give_time_back(key, *set_ms, *expires_ms, payload)
            }
            Self::Restore { key, expires_ms, payload } => restore(key, *expires_ms, payload),
            Self::Append { key, id, fields } => {
                let mut args = words(&["XADD"]).name(key).more(&[&id.to_string()]);
                for (field, value) in fields {
                    args = args.name(field).name(value);
                }
                args
            }
            Self::KillClient(id) => words(&["CLIENT", "KILL", "ID", &id.to_string()]),
            Self::KillScript(busy) => kill(*busy),
            Self::Jobs(write) => write.args(),
            Self::PauseQueue(write) => write.args(),
        }
    }

    /// The words of what is about groups and consumers as such.
    fn group_args(&self) -> Vec<Vec<u8>> {
        match self {
            Self::DeleteConsumers { key, group, consumers } => {
                let args = script(scripts::DELETE_CONSUMERS, &[key]).name(group);
                consumers.iter().fold(args, |args, name| args.name(name))
            }
            Self::DestroyGroup { key, group, as_kept } => {
                let (id, pending) = as_kept
                    .map_or_else(Default::default, |(id, pending)| (id.to_string(), pending.to_string()));
                script(scripts::DESTROY_GROUP, &[key]).name(group).more(&[&id, &pending])
            }
            Self::CreateGroup { key, group, last_delivered, entries_read } => {
                let read = entries_read.map_or_else(String::new, |read| read.to_string());
                script(scripts::CREATE_GROUP, &[key]).name(group).more(&[&last_delivered.to_string(), &read])
            }
            Self::CreateConsumer { key, group, consumer } => {
                words(&["XGROUP", "CREATECONSUMER"]).name(key).name(group).name(consumer)
            }
            _ => Vec::new(),
        }
    }
}

/// Words that are added to one after the other.
trait CommandWords {
    fn name(self, name: &Name) -> Self;
    fn more(self, words: &[&str]) -> Self;
}

impl CommandWords for Vec<Vec<u8>> {
    fn name(mut self, name: &Name) -> Self {
        self.push(name.as_bytes().to_vec());
        self
    }

    fn more(mut self, more: &[&str]) -> Self {
        self.extend(words(more));
        self
    }
}

fn words(words: &[&str]) -> Vec<Vec<u8>> {
    words.iter().map(|word| word.as_bytes().to_vec()).collect()
}

fn script(script: &str, keys: &[&Name]) -> Vec<Vec<u8>> {
    let mut args = words(&["EVAL", script, &keys.len().to_string()]);
    for key in keys {
        args = args.name(key);
    }
    args
}

fn trim(key: &Name, to: StreamId, cut: StepExtent, safe: &str, made: Made) -> Vec<Vec<u8>> {
    let (how, limit) = match cut {
        StepExtent::Nodes(limit) => ("nodes", limit),
        StepExtent::All => ("all", 0),
        StepExtent::Counted(limit) => ("counted", limit),
    };
    let below = to.predecessor().to_string();
    let last = made.last.map_or_else(String::new, |last| last.to_string());
    let added = made.added.map_or_else(String::new, |added| added.to_string());
    let (to, limit, rows) = (to.to_string(), limit.to_string(), GHOSTS_PASSED.to_string());
    script(scripts::TRIM, &[key]).more(&[&to, how, &limit, safe, &below, &last, &added, &rows])
}

fn give_time_back(key: &Name, set_ms: u64, expires_ms: Option<u64>, payload: &[u8]) -> Vec<Vec<u8>> {
    let expires = expires_ms.map_or_else(String::new, |ms| ms.to_string());
    let mut args = script(scripts::GIVE_TIME_BACK, &[key]).more(&[&set_ms.to_string(), &expires]);
    args.push(payload.to_vec());
    args
}

fn restore(key: &Name, expires_ms: Option<u64>, payload: &[u8]) -> Vec<Vec<u8>> {
    let time = expires_ms.unwrap_or(0).to_string();
    let mut args = words(&["RESTORE"]).name(key).more(&[&time]);
    args.push(payload.to_vec());
    if expires_ms.is_some() { args.more(&["ABSTTL"]) } else { args }
}

fn settle(key: &Name, group: &Name, kind: &SettleKind, min_idle_ms: u64) -> Vec<Vec<u8>> {
    let none = Name::from("");
    let (verb, argument, keys) = match kind {
        SettleKind::HandOver(to) => ("hand-over", to.clone(), vec![key]),
        SettleKind::Release(idle_ms) => ("release", Name::from(idle_ms.to_string().as_str()), vec![key]),
        SettleKind::Requeue => ("requeue", none, vec![key]),
        SettleKind::DeadLetter(to) => ("dead-letter", none, vec![key, to]),
        SettleKind::Drop => ("drop", none, vec![key]),
        SettleKind::Sweep => ("sweep", none, vec![key]),
    };
    let args = script(scripts::SETTLE, &keys).more(&[verb]).name(group);
    args.more(&[&min_idle_ms.to_string()]).name(&argument).more(&[&COPIED_WORDS.to_string()])
}
