//! What streams take: their entries, their pending entries lists, and their groups and consumers told apart.
//!
//! Knows how MEMORY USAGE errs on which server and how entries are packed; the formulas are `core::model::memory`'s.
//! What consumers take is worked out by `members`.
//! Invariants: what follows from an estimate is an estimate; a stream that nobody can measure is unknown, never 0.

mod members;

use super::groups::GroupState;
use super::streams::{StreamState, UsageParts};
use crate::core::model::consumers::PendingRow;
use crate::core::model::info::Info;
use crate::core::model::memory::members::{MemberCost, NODE_AS_COUNTED};
use crate::core::model::memory::packed::Packing;
use crate::core::model::memory::pending::{ListCost, Usage};
use crate::core::model::sums::sum_known;

/// What a stream takes.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct StreamSize {
    /// Its entries, bytes.
    pub entries: Option<u64>,
    /// The pending entries lists of all its groups, bytes.
    pub pending: Option<u64>,
    /// Its groups and their consumers, without those lists, bytes; `None` on a server that nobody measured, where
    /// MEMORY USAGE counts them among the entries.
    pub consumers: Option<u64>,
}

impl StreamSize {
    /// All together.
    pub fn total(&self) -> Option<u64> {
        let both = self.entries?.saturating_add(self.pending?);
        Some(both.saturating_add(self.consumers.unwrap_or(0)))
    }
}

/// How a server counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SizeModel {
    list: Option<ListCost>,
    members: Option<MemberCost>,
    usage: Usage,
}

impl SizeModel {
    /// That of a server.
    pub fn of(info: &Info) -> Self {
        let allocator = info.memory.allocator.as_deref();
        Self {
            list: ListCost::on(&info.server, allocator),
            members: MemberCost::on(&info.server, allocator),
            usage: Usage::on(&info.server),
        }
    }

    /// What the lists of all groups of a stream take.
    fn lists(&self, stream: &StreamState) -> Option<u64> {
        if stream.pending() == Some(0) {
            return Some(0);
        }
        stream.groups_at_us?;
        let greatest = stream.greatest_list();
        sum_known(stream.groups.values().map(|group| self.list(group, greatest == Some(&group.facts.name))))
    }

    /// What the list of a group takes; `is_first` for the greatest list of its stream.
    pub fn list(&self, group: &GroupState, is_first: bool) -> Option<u64> {
        let pending = group.facts.pending?;
        let first = group.pending.as_ref().map_or(&[][..], |rows| rows.value.as_slice());
        let pages: Vec<&[PendingRow]> = group.samples.iter().map(|page| page.rows.as_slice()).collect();
        match pending {
            0 => Some(0),
            pending => self.list?.list_bytes(pending, first, &pages, is_first),
        }
    }

    /// What an entry and all lists took when MEMORY USAGE was answered.
    pub(super) fn measure(&self, stream: &StreamState, usage: u64) -> UsageParts {
        let lists = self.lists(stream);
        let pending = stream.pending().unwrap_or(0);
        let length = stream.length.map_or(0, |length| length.value);
        let whole = |bytes: f64| (length > 0).then(|| bytes.max(0.0) / length as f64);
        let of_list =
            |bytes: Option<u64>| bytes.filter(|_| pending > 0).map(|bytes| bytes as f64 / pending as f64);
        let packs = stream.fact(|detail| detail.packs).unwrap_or(0);
        let nodes = stream.fact(|detail| detail.tree_nodes).unwrap_or(0);
        let packed = packing(stream).and_then(|packing| packing.bytes());
        match self.usage {
            Usage::True => {
                let others = lists.map(|lists| usage as f64 - lists as f64);
                let (members, consumer_name) = self.counted(stream, others.zip(packed));
                UsageParts {
                    entry: others.and_then(|others| whole(others - members)),
                    list: of_list(lists),
                    consumer_name,
                }
            }
            Usage::TooMuch { .. } if pending == 0 && packs > 0 => {
                // It takes each node of the tree over the entries for 244 bytes: 50 is right for each pack of them.
                let too_much = NODE_AS_COUNTED * nodes as f64 - 34.0 * packs as f64;
                let others = usage as f64 - too_much;
                let (members, consumer_name) = self.counted(stream, Some(others).zip(packed));
                UsageParts { entry: whole(others - members), list: None, consumer_name }
            }
            Usage::TooMuch { record } => {
                let raw = packing(stream).and_then(|packing| packing.node_bytes());
                let raw = raw.map(|node| node.saturating_mul(packs) as f64);
                let counted = usage as f64
                    - 16.0 * packs as f64
                    - NODE_AS_COUNTED * nodes as f64
                    - (32.0 + record) * pending as f64;
                // The head of a consumer's tree is one of the nodes where it has something pending: those few stay in.
                let (members, consumer_name) = self.counted(stream, None);
                let counted = counted - members;
                let single =
                    stream.groups.values().filter(|group| group.facts.pending != Some(0)).count() == 1;
                let by_nodes = raw
                    .filter(|raw| single && *raw < counted / 2.0)
                    .and_then(|raw| self.list?.bytes_by_nodes(pending, (counted - raw) / NODE_AS_COUNTED));
                let entry = packed.and_then(|bytes| whole(bytes as f64));
                UsageParts { entry, list: of_list(by_nodes.or(lists)), consumer_name }
            }
            Usage::Unknown if pending == 0 => {
                UsageParts { entry: whole(usage as f64), ..UsageParts::default() }
            }
            Usage::Unknown => UsageParts::default(),
        }
    }

    /// What a stream takes now.
    pub fn size(&self, stream: &StreamState) -> StreamSize {
        let length = stream.length.map(|length| length.value);
        let by_packing = || packing(stream).and_then(|packing| packing.bytes());
        let entries = match length {
            Some(0) => Some(0),
            Some(length) => match stream.measured.entry {
                Some(each) => Some((each * length as f64) as u64),
                None => by_packing(),
            },
            None => None,
        };
        let pending = match (stream.pending(), stream.measured.list) {
            (Some(0), _) => Some(0),
            (Some(pending), Some(each)) => Some((each * pending as f64) as u64),
            _ => self.lists(stream),
        };
        StreamSize { entries, pending, consumers: self.members(stream) }
    }
}

/// How a stream's entries are packed.
fn packing(stream: &StreamState) -> Option<Packing> {
    Packing::of(&stream.detail.as_ref()?.value, stream.length?.value)
}
