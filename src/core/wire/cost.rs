//! What a command costs the server in calls and bytes, by what was really sent and answered.
//!
//! Knows names of `INFO commandstats` and what scripts call. Invariant: a call inside a script is counted as the server
//! counts it, beside the script.

use super::lookups;
use super::observation::Exchange;
use super::read::ScriptCalls;
use super::resp::Resp;
use super::write::WriteCmd;
use crate::core::model::cost::Cost;

/// Adds what a read costs.
pub fn add_read(cost: &mut Cost, exchange: &Exchange) {
    count(cost, exchange.command.verb().stat_name());
    cost.scripted = cost.scripted.saturating_add(read_inside(exchange));
    cost.request_bytes = cost.request_bytes.saturating_add(exchange.command.encoded_len());
    cost.reply_bytes = cost.reply_bytes.saturating_add(exchange.reply_bytes);
}

/// Adds what a write costs, of which so many bytes were sent.
pub fn add_write(cost: &mut Cost, command: &WriteCmd, sent_bytes: u64, reply: &Resp) {
    count(cost, command.stat_name());
    if command.stat_name() == "eval" {
        // What a script looks up is what it calls, but for a few.
        cost.scripted = cost.scripted.saturating_add(lookups::of_write(command, reply).total().max(1));
        cost.scripted = cost.scripted.saturating_add(removed(command, reply));
    }
    cost.request_bytes = cost.request_bytes.saturating_add(sent_bytes);
    cost.reply_bytes = cost.reply_bytes.saturating_add(reply.encoded_len());
}

/// Bytes of the words of a command as the protocol has them: each with a head of its length, and two line ends.
pub fn sent_bytes(words: &[Vec<u8>]) -> u64 {
    words.iter().map(|word| word.len() as u64 + 8).sum()
}

/// UNLINKs that a script has called: they look nothing up.
fn removed(command: &WriteCmd, reply: &Resp) -> u64 {
    match (command, reply) {
        (WriteCmd::UnlinkTyped(_), Resp::Array(keys)) => {
            keys.iter().filter(|reply| reply.int() == Some(1)).count() as u64
        }
        (WriteCmd::UnlinkFree(_), Resp::Array(found)) => {
            u64::from(found.first().and_then(Resp::count).is_some_and(|removed| removed > 0))
        }
        _ => 0,
    }
}

fn count(cost: &mut Cost, name: &'static str) {
    *cost.calls.entry(name.into()).or_default() += 1;
}

/// Calls inside the script of a read.
fn read_inside(exchange: &Exchange) -> u64 {
    match exchange.command.row().calls {
        ScriptCalls::Exactly(calls) => calls,
        ScriptCalls::OneAndEachRow => {
            let rows = exchange.reply.as_ref().ok().and_then(|reply| reply.items()?.first()?.held());
            rows.unwrap_or(0).saturating_add(1)
        }
    }
}
