//! What a round, and the looks before it, tell of groups that are known already.
//!
//! Knows where each part belongs; judges nothing. Invariant: what is about a stream or a group that is gone changes
//! nothing.

use super::Reading;
use crate::core::model::Snapshot;
use crate::core::model::snapshot::GroupsLook;

impl Reading {
    /// The inside of groups: backlogs, consumers, pending rows.
    pub(super) fn advance_groups(&mut self, snapshot: &mut Snapshot) {
        for (key, group, backlog) in std::mem::take(&mut snapshot.backlogs) {
            let Some(stream) = self.streams.get_mut(&key) else { continue };
            let length = stream.length.map(|length| length.value);
            let detail = stream.detail.as_ref().map(|detail| &detail.value);
            if let Some(state) = stream.groups.get_mut(&group) {
                state.take_backlog(&backlog, length, detail);
            }
        }
        for (key, group, consumers) in std::mem::take(&mut snapshot.consumers) {
            if let Some(state) = self.streams.get_mut(&key).and_then(|stream| stream.groups.get_mut(&group)) {
                state.consumers = Some(consumers);
            }
        }
        if let Some(size_model) = self.memory.size_model() {
            self.streams.values_mut().for_each(|stream| size_model.weigh(stream));
        }
        for page in std::mem::take(&mut snapshot.pending) {
            let stream = self.streams.get_mut(&page.key);
            if let Some(state) = stream.and_then(|stream| stream.groups.get_mut(&page.group)) {
                state.take_pending(page);
            }
        }
        for (key, group, ids) in std::mem::take(&mut snapshot.missing) {
            let stream = self.streams.get_mut(&key);
            if let Some(state) = stream.and_then(|stream| stream.groups.get_mut(&group)) {
                state.take_missing(ids);
            }
        }
        for page in std::mem::take(&mut snapshot.pending_samples) {
            let stream = self.streams.get_mut(&page.key);
            if let Some(state) = stream.and_then(|stream| stream.groups.get_mut(&page.group)) {
                state.take_sample(page);
            }
        }
    }

    /// Looks between two rounds: they tell what happened meanwhile, and nothing that is shown.
    pub(super) fn take_looks(&mut self, looks: &[GroupsLook]) {
        for look in looks {
            let Some(stream) = self.streams.get_mut(&look.facts.key) else { continue };
            for facts in &look.groups {
                if let Some(state) = stream.groups.get_mut(&facts.name) {
                    state.look(look, facts);
                }
            }
        }
    }
}
