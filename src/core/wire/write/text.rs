//! Commands that write as people read them: what stands in a preview and in the journal.
//!
//! Knows words and bounds; not what is sent (the parent does). Invariant: one line each, nothing in it that a terminal
//! obeys, and what a script does is told by its commands.

use super::{BusyWith, SettleKind, StepExtent, TrimCheck, WriteCmd};
use crate::core::model::{Name, StreamId};

/// Characters of one name in a line: a key may have a megabyte.
const NAME_CHARS: usize = 120;

impl WriteCmd {
    /// The line that stands for it.
    pub fn text(&self) -> String {
        match self {
            Self::Trim { key, to, cut, check } => trim(key, *to, *cut, *check),
            Self::Settle { key, group, kind, min_idle_ms, .. } => settle(key, group, kind, *min_idle_ms),
            Self::GiveBack { key, group, from, .. } => {
                let force = if from.is_none() { "FORCE " } else { "" };
                format!(
                    "EVAL: if untouched: XCLAIM {} {} <owner> 0 <id> TIME <ms> RETRYCOUNT <n> {force}JUSTID",
                    word(key),
                    word(group)
                )
            }
            Self::DeleteConsumers { key, group, consumers } => {
                let (each, consumer) = match consumers.as_slice() {
                    [consumer] => ("if nothing is pending", word(consumer)),
                    _ => ("for each consumer with nothing pending", "<consumer>".to_owned()),
                };
                format!("EVAL: {each}: XGROUP DELCONSUMER {} {} {consumer}", word(key), word(group))
            }
            Self::DestroyGroup { key, group, as_kept } => {
                let only = as_kept.map_or_else(String::new, |(id, _)| format!("if it is at {id}: "));
                format!("EVAL: {only}XGROUP DESTROY {} {}", word(key), word(group))
            }
            Self::CreateGroup { key, group, last_delivered, entries_read } => {
                let read = entries_read.map_or_else(String::new, |read| format!(" ENTRIESREAD {read}"));
                format!(
                    "EVAL: if it is not there: XGROUP CREATE {} {} {last_delivered}{read}",
                    word(key),
                    word(group)
                )
            }
            Self::CreateConsumer { key, group, consumer } => {
                format!("XGROUP CREATECONSUMER {} {} {}", word(key), word(group), word(consumer))
            }
            Self::Unlink(key) => format!("UNLINK {}", word(key)),
            Self::UnlinkTyped(_) => "EVAL: for each key that still has its type: UNLINK <key>".to_owned(),
            Self::UnlinkFree(_) => "EVAL: those with a type that may go: UNLINK <key> ...".to_owned(),
            Self::UnlinkKept { key, .. } => format!("EVAL: if it is as archived: UNLINK {}", word(key)),
            Self::Expire { key, ms, lt: true } => format!("PEXPIRE {} {ms} LT", word(key)),
            Self::Expire { key, ms, lt: false } => {
                format!("EVAL: if it has longer: PEXPIRE {} {ms}", word(key))
            }
            Self::ExpireAt { key, at_ms, lt: true } => format!("PEXPIREAT {} {at_ms} LT", word(key)),
            Self::ExpireAt { key, at_ms, lt: false } => {
                format!("EVAL: if it has longer: PEXPIREAT {} {at_ms}", word(key))
            }
            Self::GiveTimeBack { key, set_ms, expires_ms, .. } => {
                let (key, set) = (word(key), format!("EVAL: if it expires at {set_ms} as set:"));
                match expires_ms {
                    Some(ms) => {
                        format!("{set} PEXPIREAT {key} {ms}; if it has: RESTORE {key} {ms} <payload> ABSTTL")
                    }
                    None => format!("{set} PERSIST {key}; if it has: RESTORE {key} 0 <payload>"),
                }
            }
            Self::Restore { key, expires_ms: Some(ms), .. } => {
                format!("RESTORE {} {ms} <payload> ABSTTL", word(key))
            }
            Self::Restore { key, .. } => format!("RESTORE {} 0 <payload>", word(key)),
            Self::Append { key, id, .. } => format!("XADD {} {id} <fields>", word(key)),
            Self::KillClient(id) => format!("CLIENT KILL ID {id}"),
            Self::KillScript(BusyWith::Script) => "SCRIPT KILL".to_owned(),
            Self::KillScript(BusyWith::Function) => "FUNCTION KILL".to_owned(),
            Self::Jobs(write) => write.text(),
            Self::PauseQueue(write) => write.text(),
        }
    }
}

fn trim(key: &Name, to: StreamId, cut: StepExtent, check: TrimCheck) -> String {
    let key = word(key);
    let trim = match cut {
        StepExtent::Nodes(limit) => format!("XTRIM {key} MINID ~ {to} LIMIT {limit}"),
        StepExtent::All => format!("XTRIM {key} MINID = {to}"),
        StepExtent::Counted(_) => format!("count entries below {to}, XTRIM {key} MAXLEN = the rest"),
    };
    match check {
        TrimCheck::Nothing => trim,
        TrimCheck::Same(_) => format!("EVAL: if {key} was not made anew: {trim}"),
        TrimCheck::Safe(_) => format!("EVAL: if every group of {key} is at {to} or beyond: {trim}"),
    }
}

fn settle(key: &Name, group: &Name, kind: &SettleKind, min_idle_ms: u64) -> String {
    let at = format!("{} {}", word(key), word(group));
    let ack = format!("XACK {at} <id>");
    let does = match kind {
        SettleKind::HandOver(to) => format!("XCLAIM {at} {} 0 <id ...> JUSTID", word(to)),
        SettleKind::Release(ms) => format!("XCLAIM {at} <owner> 0 <id ...> IDLE {ms} JUSTID"),
        SettleKind::Requeue => format!("XADD {} * <fields>, {ack}", word(key)),
        SettleKind::DeadLetter(to) => format!("XADD {} * <origin> <fields>, {ack}", word(to)),
        SettleKind::Drop => ack,
        SettleKind::Sweep => format!("if the entry is gone: {ack}"),
    };
    format!("EVAL: for ids pending and idle {min_idle_ms} ms or more: {does}")
}

/// A name as one word of a command line: quoted where it has to be.
pub fn word(name: &Name) -> String {
    let text = name.to_string();
    let cut: String = text.chars().take(NAME_CHARS).collect();
    let cut = if cut.len() < text.len() { format!("{cut}...") } else { cut };
    let is_plain = !cut.is_empty() && !cut.contains([' ', '"', '\'']);
    if is_plain { cut } else { format!("\"{}\"", cut.replace('"', "\\\"")) }
}
