//! One stream over time: length, what comes in, its ages and its groups.
//!
//! Invariant: a stream that was deleted and made anew under the same key begins anew here too.

use super::digest::StreamDigest;
use super::groups::GroupState;
use crate::core::model::groups::{Group, ReadCounter};
use crate::core::model::history::History;
use crate::core::model::memory::members::MeanWeight;
use crate::core::model::meter::Meter;
use crate::core::model::node::NodeId;
use crate::core::model::streams::{StreamDetail, StreamFacts, id_age_ms};
use crate::core::model::sums::sum_known;
use crate::core::model::{Name, NameMap, Stamped, StreamId};
use std::collections::BTreeSet;

/// What was worked out when MEMORY USAGE was answered, bytes.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct UsageParts {
    /// Of an entry.
    pub entry: Option<f64>,
    /// Of a pending entry in the lists.
    pub list: Option<f64>,
    /// Mean length of the names of consumers that were not listed.
    pub consumer_name: Option<f64>,
}

/// What is known of a stream.
#[derive(Clone, Debug)]
pub struct StreamState {
    /// Its key.
    pub key: Name,
    /// The server that holds it.
    pub home: NodeId,
    /// Entries in it.
    pub length: Option<Stamped<u64>>,
    /// The rest of XINFO STREAM, perhaps older than the length.
    pub detail: Option<Stamped<StreamDetail>>,
    /// Its groups, by name.
    pub groups: NameMap<Box<GroupState>>,
    /// When its groups were read, on the clock of all stamps.
    pub groups_at_us: Option<i64>,
    /// Entries added (7.0).
    pub added: Meter,
    /// Length over time.
    pub length_series: History,
    /// Entries added a second over time.
    pub added_series: History,
    /// Entries delivered a second over time, all groups together.
    pub out_series: History,
    /// What an entry, and a pending one, was found to take.
    pub measured: UsageParts,
    /// What its groups take without what is in them, by their names.
    pub groups_weight: Option<MeanWeight>,
    /// What follows from all that.
    pub(super) digest: StreamDigest,
    /// Whether something was told of it in this round.
    pub(super) is_told: bool,
    window_us: i64,
}

impl StreamState {
    /// A stream of which nothing is known but its key.
    pub fn new(key: Name, home: NodeId, window_us: i64) -> Self {
        Self {
            key,
            home,
            length: None,
            detail: None,
            groups: NameMap::new(),
            groups_at_us: None,
            added: Meter::new(window_us),
            length_series: History::minutes(),
            added_series: History::minutes(),
            out_series: History::minutes(),
            measured: UsageParts::default(),
            groups_weight: None,
            digest: StreamDigest::default(),
            is_told: false,
            window_us,
        }
    }

    /// Takes the next facts in.
    pub fn advance(&mut self, facts: &StreamFacts) {
        let at_us = facts.at_us;
        let at_ms = at_us.div_euclid(1000);
        if let Some(detail) = &facts.detail {
            let before = self.detail.as_ref().map(|detail| &detail.value);
            if before.is_some_and(|before| is_another_stream(before, detail)) {
                self.begin_anew();
                self.groups.clear();
                self.measured = UsageParts::default();
                self.groups_weight = None;
            }
            self.added.add(at_us, detail.entries_added);
            self.added_series.add(at_ms, self.added.last_per_s());
            if detail.groups == Some(0) {
                self.groups.clear();
                self.groups_at_us = Some(at_us);
            }
            self.detail = Some(Stamped { at_us, value: detail.clone() });
        }
        if let Some(length) = facts.length {
            self.length = Some(Stamped { at_us, value: length });
        }
        self.length_series.add(at_ms, facts.length.map(|length| length as f64));
    }

    /// Takes the list of its groups in: groups that are not on it are gone.
    pub fn advance_groups(
        &mut self,
        list: &Stamped<Vec<Group>>,
        series_left: &mut usize,
        counter: ReadCounter,
    ) {
        self.groups_at_us = Some(list.at_us);
        let length = self.length.map(|length| length.value);
        for facts in &list.value {
            if !self.groups.contains_key(&facts.name) {
                let has_series = *series_left > 0;
                *series_left = series_left.saturating_sub(1);
                let state = GroupState::new(facts.clone(), self.window_us, has_series);
                self.groups.insert(facts.name.clone(), Box::new(state));
            }
            if let Some(state) = self.groups.get_mut(&facts.name) {
                state.advance(facts, list.at_us, length, self.detail.as_ref(), counter);
            }
        }
        let listed: BTreeSet<&Name> = list.value.iter().map(|facts| &facts.name).collect();
        if self.groups.len() > listed.len() {
            self.groups.retain(|name, _| listed.contains(name));
        }
        let rates = self.groups.values().map(|group| group.last_delivered_per_s());
        let out = rates.sum::<Option<f64>>().filter(|_| !self.groups.is_empty());
        self.out_series.add(list.at_us.div_euclid(1000), out);
    }

    /// Windows begin anew; what is known stays.
    pub fn begin_anew(&mut self) {
        self.added.clear();
        for group in self.groups.values_mut() {
            group.begin_anew();
        }
    }

    /// Entries added a second; `None` before 7.0 and in the first window.
    pub fn in_per_s(&self) -> Option<f64> {
        self.added.per_s()
    }

    /// Entries delivered a second, all groups together.
    pub fn out_per_s(&self) -> Option<f64> {
        let rates = self.groups.values().map(|group| group.delivered_per_s());
        rates.sum::<Option<f64>>().filter(|_| !self.groups.is_empty())
    }

    /// Age of the oldest entry in milliseconds: how far back the stream reaches.
    pub fn oldest_entry_age_ms(&self, now_ms: i64) -> Option<u64> {
        id_age_ms(self.fact(|detail| detail.first_entry)?, now_ms)
    }

    /// Age of the newest entry in milliseconds: how long producers have been silent.
    pub fn newest_entry_age_ms(&self, now_ms: i64) -> Option<u64> {
        id_age_ms(self.fact(|detail| detail.last_entry.or(detail.last_generated))?, now_ms)
    }

    /// Pending entries of all groups; `None` where a group's are unknown or the groups are.
    pub fn pending(&self) -> Option<u64> {
        self.groups_at_us?;
        sum_known(self.groups.values().map(|group| group.facts.pending))
    }

    /// The group whose pending entries list is the greatest.
    pub fn greatest_list(&self) -> Option<&Name> {
        let greatest = self
            .groups
            .values()
            .max_by_key(|group| (group.facts.pending, std::cmp::Reverse(&group.facts.name)));
        greatest.map(|group| &group.facts.name)
    }

    /// How many groups it has.
    pub fn group_count(&self) -> Option<u64> {
        self.groups_at_us.map(|_| self.groups.len() as u64).or_else(|| self.fact(|detail| detail.groups))
    }

    /// The group that is furthest behind.
    pub fn worst_group(&self) -> Option<&GroupState> {
        self.groups.values().map(Box::as_ref).max_by_key(|group| (group.lag.entries, group.facts.pending))
    }

    /// A part of the detail.
    pub fn fact<T>(&self, part: impl Fn(&StreamDetail) -> Option<T>) -> Option<T> {
        self.detail.as_ref().and_then(|detail| part(&detail.value))
    }

    /// The group's oldest entry that nobody has read, where it is the oldest of all.
    pub fn first_entry(&self) -> Option<StreamId> {
        self.fact(|detail| detail.first_entry)
    }
}

fn is_another_stream(before: &StreamDetail, now: &StreamDetail) -> bool {
    let ids =
        matches!((before.last_generated, now.last_generated), (Some(before), Some(now)) if now < before);
    let counts =
        matches!((before.entries_added, now.entries_added), (Some(before), Some(now)) if now < before);
    ids || counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::limits::HELD_MAX;
    use crate::core::model::groups::ServerLag;
    use crate::core::wire::Resp;
    use crate::core::wire::decode::groups::groups;

    #[test]
    fn pending_entries_of_a_hundred_thousand_groups_never_overflow() {
        let word = |word: &str| Resp::bulk(word);
        let row = |n| {
            let pending = Resp::Int(HELD_MAX as i64);
            Resp::Array(vec![word("name"), word(&format!("g{n}")), word("pending"), pending])
        };
        let rows = groups(&Resp::Array((0..100_000).map(row).collect())).unwrap();
        let mut stream = StreamState::new(Name::from("s"), NodeId::default(), 0);
        stream.groups_at_us = Some(1);
        stream.groups.extend(
            rows.into_iter().map(|group| (group.name.clone(), Box::new(GroupState::new(group, 0, false)))),
        );
        assert_eq!(stream.pending(), Some(u64::MAX));
    }

    #[test]
    fn acknowledgements_are_counted_from_the_first_number_of_pending_rows_that_is_known() {
        let facts = |pending| Group {
            name: Name::from("g"),
            consumers: Some(1),
            pending,
            last_delivered: Some(StreamId::new(9, 0)),
            entries_read: Some(100),
            lag: ServerLag::Unsupported,
        };
        let mut group = GroupState::new(facts(None), 0, false);
        for (at_us, pending) in [(1_000_000, None), (2_000_000, Some(500)), (3_000_000, Some(400))] {
            group.advance(&facts(pending), at_us, None, None, ReadCounter::Counts);
        }
        assert_eq!(group.acked_per_s(), Some(100.0));
    }
}
