//! Counting what groups have not been given yet, and sampling how long deliveries took.
//!
//! Knows whose lag does not follow from ids alone and what a count costs; takes turns within a budget of server
//! time. Invariant: no count holds the server for 1 ms, whatever the size of the entries.

use super::super::read::{ReadCmd, ReadVerb};
use super::capabilities::Capabilities;
use super::known::{Known, KnownGroup, KnownStream};
use super::rotation::Pick;
use super::{Focus, Round};
use crate::core::limits;
use crate::core::model::{Name, Snapshot, StreamId};

impl Known {
    /// Asks for counts: of what is looked at, then of others in turn, each within `call_us` of server time, until
    /// `budget_us` is spent.
    pub fn ask_backlogs(
        &mut self,
        focus: &Focus,
        mut budget_us: u64,
        call_us: u64,
        now_us: u64,
        capabilities: &Capabilities,
        round: &mut Round,
    ) {
        let Some(read_only) = capabilities.counting_script() else { return };
        let of_streams = focus.streams.iter().flat_map(|key| {
            let groups = self.streams.get(key).into_iter().flat_map(|stream| stream.groups.keys());
            groups.map(move |group| (key.clone(), group.clone()))
        });
        let looked_at: Vec<_> = focus.groups.iter().cloned().chain(of_streams).collect();
        let streams = &self.streams;
        self.count_turns.turn(now_us, &looked_at, limits::BACKLOGS_PER_ROUND, |(key, group)| {
            let Some(stream) = streams.get(key) else { return Pick::Pass };
            let Some(state) = stream.groups.get(group) else { return Pick::Pass };
            let cap = cap(stream, state, call_us);
            let expected = state.backlog.unwrap_or(0).saturating_mul(2).max(16).min(u64::from(cap));
            let cost_us = limits::COUNT_BASE_US + expected * entry_ns(stream) / 1000;
            if cost_us > budget_us {
                return Pick::Stop;
            }
            budget_us -= cost_us;
            let (key, group) = (key.clone(), group.clone());
            round.commands.push(ReadCmd::CountUndelivered { key, group, cap, read_only });
            Pick::Take
        });
    }

    /// Asks for rows that were delivered since the last sample: how long did they wait?
    pub fn ask_deliveries(
        &mut self,
        key: &Name,
        name: &Name,
        capabilities: &Capabilities,
        round: &mut Round,
    ) {
        let minute_ago = u64::try_from(self.now_ms.saturating_sub(60_000)).unwrap_or(0);
        let Some(group) = self.streams.get_mut(key).and_then(|stream| stream.groups.get_mut(name)) else {
            return;
        };
        let Some(cursor) = group.cursor else { return };
        let from = group.sampled_to.unwrap_or(StreamId::new(minute_ago, 0));
        if !capabilities.may(ReadVerb::XPENDING)
            || group.pending == Some(0)
            || cursor <= from
            || minute_ago == 0
        {
            return;
        }
        group.sampled_to = Some(cursor);
        round.commands.push(ReadCmd::Xpending {
            key: key.clone(),
            group: name.clone(),
            start: from.successor(),
            count: limits::DELIVERY_ROWS,
            consumer: None,
        });
    }

    /// Takes counts and samples in.
    pub(super) fn learn_backlogs(&mut self, snapshot: &Snapshot) {
        self.now_ms = snapshot.at_us.div_euclid(1000);
        for (key, name, backlog) in &snapshot.backlogs {
            let group = self.streams.get_mut(key).and_then(|stream| stream.groups.get_mut(name));
            if let Some(group) = group {
                group.backlog = Some(backlog.value.entries);
                group.was_capped = backlog.value.is_capped;
            }
        }
        for page in snapshot.pending.iter().filter(|page| page.consumer.is_none()) {
            let stream = self.streams.get_mut(&page.key);
            let Some(group) = stream.and_then(|stream| stream.groups.get_mut(&page.group)) else { continue };
            if page.start == StreamId::MIN {
                group.first_pending = page.rows.first().map(|row| row.id);
            } else {
                group.sampled_to = group.sampled_to.max(page.rows.last().map(|row| row.id));
            }
        }
    }
}

/// Entries counted at most: fewer where they are long. Of a backlog that was beyond that, and is by the server's
/// own figure still, only the first is read.
fn cap(stream: &KnownStream, group: &KnownGroup, call_us: u64) -> u32 {
    let cap = (call_us * 1000 / entry_ns(stream)).clamp(10, u64::from(limits::COUNT_CAP));
    let is_long = group.was_capped && group.server_lag.is_some_and(|lag| lag > cap);
    if is_long { limits::COUNT_FIRST } else { u32::try_from(cap).unwrap_or(limits::COUNT_CAP) }
}

/// What an entry of this stream adds to a count, nanoseconds: by the size of its first and last one.
fn entry_ns(stream: &KnownStream) -> u64 {
    let entry_bytes = (stream.reply_bytes.saturating_sub(limits::XINFO_STREAM_BYTES) / 2).max(30);
    entry_bytes * limits::COUNT_BYTE_NS + 100
}
