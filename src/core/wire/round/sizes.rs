//! What streams take: MEMORY USAGE of each in turn, and rows from the middle of long pending entries lists.
//!
//! Knows whose turn it is and what would take too long; does not know what follows from the figures. Invariants: a
//! stream with so many consumers that MEMORY USAGE would hold the server is measured rarely, or left out and told; a list is sampled in pages
//! spread over it, and rests after that.

use super::super::read::{ReadCmd, ReadVerb};
use super::capabilities::Capabilities;
use super::known::{Known, KnownStream, too_costly};
use super::rotation::Pick;
use super::{Focus, Round};
use crate::core::figures::sentence::latency;
use crate::core::limits;
use crate::core::model::{Name, StreamId};

/// A stream is not measured more often than this, microseconds.
const SIZED_APART_US: u64 = 5_000_000;
/// The same of one with so many consumers that it would be too expensive for every round.
const DEAR_APART_US: u64 = 60_000_000;
/// How long a list rests after it was sampled, microseconds: its make-up changes slowly.
const SAMPLED_APART_US: u64 = 60_000_000;

impl Known {
    /// Asks for the bytes of streams: those looked at, then others in turn.
    pub fn ask_sizes(
        &mut self,
        focus: &Focus,
        places: usize,
        now_us: u64,
        capabilities: &Capabilities,
        round: &mut Round,
    ) {
        if !capabilities.may(ReadVerb::MEMORY_USAGE) {
            return;
        }
        // How many consumers there are says what it takes, and what it is worth.
        let may_know = capabilities.may(ReadVerb::XINFO_GROUPS);
        let is_known = |stream: &KnownStream| {
            !may_know || stream.has_groups || stream.group_count > Some(limits::GROUPS_POLLED)
        };
        let streams = &self.streams;
        let pick = |key: &Name| if streams.get(key).is_some_and(is_known) { Pick::Take } else { Pick::Pass };
        let looked_at = focus.streams.iter().filter(|key| self.size_turns.is_due(key, now_us));
        let looked_at: Vec<Name> = looked_at.take(places).cloned().collect();
        let turn = self.size_turns.turn(now_us, &looked_at, places, pick);
        for key in turn {
            let consumers = self.streams.get(&key).map_or(0, KnownStream::consumers);
            let is_expensive = self.is_expensive(&key);
            if is_expensive && usage_us(consumers) > limits::CALL_US {
                let text = format!(
                    "MEMORY USAGE {key} is not polled: {consumers} consumers would hold the server {}",
                    latency(usage_us(consumers) as f64)
                );
                round.gaps.push(too_costly(format!("MEMORY USAGE {key}"), text));
            } else {
                round.commands.push(ReadCmd::MemoryUsage(key.clone()));
            }
            let apart_us = if is_expensive { DEAR_APART_US } else { SIZED_APART_US };
            self.size_turns.rest(&key, now_us.saturating_add(apart_us));
        }
    }

    /// Whether a stream has so many consumers that MEMORY USAGE takes too long to be asked in every round.
    pub fn is_expensive(&self, key: &Name) -> bool {
        !self.is_usage_sampled && self.streams.get(key).is_some_and(KnownStream::is_expensive)
    }

    /// Asks for rows from all over long pending entries lists.
    pub fn ask_pending_samples(
        &mut self,
        places: usize,
        now_us: u64,
        capabilities: &Capabilities,
        round: &mut Round,
    ) {
        if !capabilities.may(ReadVerb::XPENDING) {
            return;
        }
        for (key, name) in self.sample_turns.turn(now_us, &[], places, |_| Pick::Take) {
            let group = self.streams.get(&key).and_then(|stream| stream.groups.get(&name));
            let Some((first, last)) = group.and_then(|group| group.first_pending.zip(group.cursor)) else {
                continue;
            };
            self.sample_turns.rest(&(key.clone(), name.clone()), now_us.saturating_add(SAMPLED_APART_US));
            for start in spread(first, last, limits::PENDING_SAMPLE_PAGES) {
                let (key, group, count) = (key.clone(), name.clone(), limits::PENDING_SAMPLE_ROWS);
                round.commands.push(ReadCmd::SamplePending { key, group, start, count });
            }
        }
    }
}

impl KnownStream {
    /// Consumers of all groups.
    fn consumers(&self) -> u64 {
        self.groups.values().filter_map(|group| group.consumers).fold(0, u64::saturating_add)
    }

    fn is_expensive(&self) -> bool {
        usage_us(self.consumers()) > limits::POLLED_CALL_US
    }
}

fn usage_us(consumers: u64) -> u64 {
    consumers.saturating_mul(limits::USAGE_CONSUMER_NS) / 1000
}

/// Ids spread evenly over the time from the first to the last: in the middle of each part.
fn spread(first: StreamId, last: StreamId, pages: u64) -> impl Iterator<Item = StreamId> {
    (0..pages).map(move |page| {
        let part = |low: u64, high: u64| {
            let span =
                u128::from(high.saturating_sub(low)) * u128::from(2 * page + 1) / u128::from(2 * pages);
            low.saturating_add(span as u64)
        };
        match first.ms == last.ms {
            true => StreamId::new(first.ms, part(first.seq, last.seq)),
            false => StreamId::new(part(first.ms, last.ms), 0),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_spread_over_the_whole_list_even_of_one_millisecond() {
        let ids = |first, last| spread(first, last, 4).map(|id| (id.ms, id.seq)).collect::<Vec<_>>();
        assert_eq!(
            ids(StreamId::new(100, 7), StreamId::new(500, 0)),
            [(150, 0), (250, 0), (350, 0), (450, 0)]
        );
        assert_eq!(ids(StreamId::new(5, 0), StreamId::new(5, 400)), [(5, 50), (5, 150), (5, 250), (5, 350)]);
        assert_eq!(ids(StreamId::MIN, StreamId::MAX).len(), 4);
    }
}
