//! What the groups and consumers of a stream take, and what MEMORY USAGE counts of them.
//!
//! Knows names where lists were read, and numbers where they were not: then by the names of pending rows, or by what
//! MEMORY USAGE says of their length. Invariants: names are looked at once a list, not once a poll; where nobody knows how
//! long they are, what consumers take is told as the least.

use super::SizeModel;
use crate::core::model::Name;
use crate::core::model::memory::members::MeanWeight;
use crate::core::reading::groups::GroupState;
use crate::core::reading::streams::StreamState;

/// What a consumer takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ConsumerWeight {
    /// Bytes.
    pub each: f64,
    /// Whether it is the least, for nobody knows how long the names are.
    pub is_least: bool,
}

impl SizeModel {
    /// Looks at the names of groups and consumers that are new.
    pub(in crate::core::reading) fn weigh(&self, stream: &mut StreamState) {
        let Some(cost) = self.members else { return };
        let is_new =
            |weight: Option<MeanWeight>, count: usize| weight.is_none_or(|weight| weight.count != count);
        let count = stream.groups.len();
        if is_new(stream.groups_weight, count) {
            let each = cost.of_groups(stream.groups.keys());
            stream.groups_weight = (count > 0).then_some(MeanWeight { count, each });
        }
        for group in stream.groups.values_mut() {
            let Some(list) = &group.consumers else { continue };
            let count = list.value.len();
            if is_new(group.consumers_weight, count) {
                let each = cost.of_consumers(list.value.iter().map(|consumer| &consumer.name));
                group.consumers_weight = (count > 0).then_some(MeanWeight { count, each });
            }
        }
    }

    /// Each consumer of a group, without what it has pending.
    pub fn consumer_weight(&self, stream: &StreamState, group: &GroupState) -> Option<ConsumerWeight> {
        let cost = self.members?;
        if let Some(weight) = group.consumers_weight {
            return Some(ConsumerWeight { each: weight.each, is_least: false });
        }
        let count = group.facts.consumers?;
        let length = stream.measured.consumer_name.or_else(|| mean_length(pending_names(group)));
        let each = length.map(|length| cost.of_unseen_consumer(count, length));
        Some(ConsumerWeight {
            each: each.unwrap_or_else(|| cost.least_of_consumer()),
            is_least: each.is_none(),
        })
    }

    /// What all groups of a stream and their consumers take, and whether that is the least.
    pub(super) fn members(&self, stream: &StreamState) -> Option<(u64, bool)> {
        self.members?;
        if stream.groups_at_us.is_none() {
            // Groups that are too many to be read: their consumers are not known.
            return (stream.group_count()? == 0).then_some((0, false));
        }
        let groups = match stream.groups_weight {
            Some(weight) => weight.each * stream.groups.len() as f64,
            None if stream.groups.is_empty() => 0.0,
            None => return None,
        };
        let (mut sum, mut is_least) = (groups, false);
        for group in stream.groups.values().filter(|group| group.facts.consumers != Some(0)) {
            let weight = self.consumer_weight(stream, group)?;
            sum += group.facts.consumers? as f64 * weight.each;
            is_least |= weight.is_least;
        }
        Some((sum as u64, is_least))
    }

    /// What MEMORY USAGE counted of groups and consumers, and the mean length of the names that were not listed, where
    /// that follows: of `others`, what it counted beside lists and tables, entries take so much by their packing. `None`
    /// where it is not known how many consumers there are.
    pub(super) fn counted(
        &self,
        stream: &StreamState,
        others: Option<(f64, u64)>,
    ) -> Option<(f64, Option<f64>)> {
        let Some(cost) = self.members else { return Some((0.0, None)) };
        let each = |length: f64| cost.counted_of_consumer(self.usage, length);
        let mut sum = stream.groups.len() as f64 * cost.counted_of_group(self.usage);
        let mut unseen = 0.0;
        for group in stream.groups.values() {
            let consumers = group.facts.consumers? as f64;
            let listed = group.consumers.iter().flat_map(|list| &list.value).map(|consumer| &consumer.name);
            match mean_length(listed.take(NAMES)) {
                Some(length) => sum += consumers * each(length),
                None => unseen += consumers,
            }
        }
        let (entries, nameless) = (others.map_or(0.0, |(_, entries)| entries as f64), unseen * each(0.0));
        // Where they are most of it, an error about the entries does not matter.
        let length = others
            .filter(|_| nameless > 2.0 * entries)
            .map(|(others, _)| ((others - entries - sum - nameless) / unseen).max(1.0));
        Some((sum + unseen * each(length.unwrap_or(USUAL_LENGTH)), length))
    }
}

/// Names of which the length is looked at.
const NAMES: usize = 200;
/// Length of names that nobody has seen, bytes.
const USUAL_LENGTH: f64 = 24.0;

/// Names of consumers among the pending rows that were read.
fn pending_names(group: &GroupState) -> impl Iterator<Item = &Name> {
    let rows = group.pending.iter().flat_map(|rows| &rows.value);
    rows.map(|row| &row.consumer).filter(|name| !name.as_bytes().is_empty()).take(NAMES)
}

fn mean_length<'a>(names: impl Iterator<Item = &'a Name>) -> Option<f64> {
    let (count, sum) = names.fold((0_u64, 0), |(count, sum), name| (count + 1, sum + name.as_bytes().len()));
    (count > 0).then(|| sum as f64 / count as f64)
}
