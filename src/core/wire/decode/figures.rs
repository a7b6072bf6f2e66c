//! Figures that can't be: they fell below zero on the server, or are more than a server can hold.
//!
//! Knows bounds; does not know what a figure is for. Invariant: such a figure is unknown, and one gap a command names its
//! fields.

use crate::core::limits::{COUNTER_MAX, HELD_MAX};
use crate::core::model::gap::GapScope;
use crate::core::model::{Gap, GapReason, Snapshot};
use crate::core::wire::resp::Resp;
use std::collections::BTreeSet;

/// Fields that one sentence names.
const NAMED: usize = 3;

/// Fields of one reply whose figures can't be.
#[derive(Clone, Debug, Default)]
pub struct OddFigures(BTreeSet<&'static str>);

impl OddFigures {
    /// Something that a server holds, or a time that has passed, milliseconds or less fine.
    pub fn held(&mut self, field: &'static str, value: &Resp) -> Option<u64> {
        self.up_to(HELD_MAX, field, value)
    }

    /// Something that is counted since the server's start.
    pub fn counter(&mut self, field: &'static str, value: &Resp) -> Option<u64> {
        self.up_to(COUNTER_MAX, field, value)
    }

    /// A number of any size.
    pub fn any(&mut self, field: &'static str, value: &Resp) -> Option<u64> {
        self.up_to(u64::MAX, field, value)
    }

    /// The same of a word in a text.
    pub fn held_text(&mut self, field: &'static str, text: &[u8]) -> Option<u64> {
        self.held(field, &Resp::bulk(text))
    }

    fn up_to(&mut self, most: u64, field: &'static str, value: &Resp) -> Option<u64> {
        let number = match value {
            Resp::Bytes(bytes) => std::str::from_utf8(bytes).ok()?.trim().parse::<i128>().ok()?,
            value => i128::from(value.int()?),
        };
        let figure = u64::try_from(number).ok().filter(|&figure| figure <= most);
        if figure.is_none() {
            self.0.insert(field);
        }
        figure
    }

    /// One gap for all of them, in replies to `command`.
    pub fn tell(self, snapshot: &mut Snapshot, command: &str) {
        tell(snapshot, command, &self.0.into_iter().collect::<Vec<_>>());
    }
}

/// One gap for all fields in replies to `command` that can't be.
pub fn tell(snapshot: &mut Snapshot, command: &str, fields: &[&str]) {
    let what = format!("{command} figures");
    if fields.is_empty() || snapshot.gaps.iter().any(|gap| gap.what == what) {
        return;
    }
    let named: Vec<&str> = fields.iter().copied().take(NAMED).collect();
    let more = fields.len().saturating_sub(named.len());
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let text = format!(
        "{command}: {}{more} can't be true (counted below zero on the server, or beyond the whole): unknown",
        named.join(", ")
    );
    snapshot.gaps.push(Gap { what, why: GapReason::Failed, text, scope: GapScope::Item });
}
