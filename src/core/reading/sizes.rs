//! What streams take: their entries, their pending entries lists, and their groups and consumers told apart.
//!
//! Knows how MEMORY USAGE errs on which server and how entries are packed; the formulas are `core::model::memory`'s.
//! What consumers take is worked out by `members`.
//! Invariants: what follows from an estimate is an estimate; a stream that nobody can measure is unknown, never 0.

mod members;

use super::digest::StreamSize;
use super::groups::GroupState;
use super::streams::{StreamState, UsageParts};
use crate::core::model::consumers::PendingRow;
use crate::core::model::info::Info;
use crate::core::model::memory::members::{MemberCost, NODE_AS_COUNTED};
use crate::core::model::memory::packed::Packing;
use crate::core::model::memory::pending::{ListCost, Usage};
use crate::core::model::sums::sum_known;

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
        let length = stream.length.map(|length| length.value).filter(|&length| length > 0);
        let whole = |bytes: f64| length.map(|length| bytes.max(0.0) / length as f64);
        let pending = stream.pending();
        let of_list = |bytes: Option<u64>| {
            let (bytes, pending) = bytes.zip(pending.filter(|&pending| pending > 0))?;
            Some(bytes as f64 / pending as f64)
        };
        let packs = stream.fact(|detail| detail.packs);
        let tree = packs.zip(stream.fact(|detail| detail.tree_nodes));
        let packed = packing(stream).and_then(|packing| packing.bytes());
        match (self.usage, pending, tree.filter(|(packs, _)| *packs > 0)) {
            (Usage::True, ..) => {
                let others = lists.map(|lists| usage as f64 - lists as f64);
                let (members, consumer_name) = self.counted(stream, others.zip(packed)).unzip();
                UsageParts {
                    entry: others.zip(members).and_then(|(others, members)| whole(others - members)),
                    list: of_list(lists),
                    consumer_name: consumer_name.flatten(),
                }
            }
            (Usage::TooMuch { .. }, Some(0), Some((packs, nodes))) => {
                // It takes each node of the tree over the entries for 244 bytes: 50 is right for each pack of them.
                let too_much = NODE_AS_COUNTED * nodes as f64 - 34.0 * packs as f64;
                let others = usage as f64 - too_much;
                let (members, consumer_name) = self.counted(stream, Some(others).zip(packed)).unzip();
                UsageParts {
                    entry: members.and_then(|members| whole(others - members)),
                    list: None,
                    consumer_name: consumer_name.flatten(),
                }
            }
            (Usage::TooMuch { record }, ..) => {
                let by_nodes = pending.zip(tree).and_then(|(pending, (packs, nodes))| {
                    let raw = packing(stream)?.node_bytes()?.saturating_mul(packs) as f64;
                    // The head of a consumer's tree is one of the nodes where it has something pending: those few stay in.
                    let counted = usage as f64
                        - 16.0 * packs as f64
                        - NODE_AS_COUNTED * nodes as f64
                        - (32.0 + record) * pending as f64
                        - self.counted(stream, None)?.0;
                    let single =
                        stream.groups.values().filter(|group| group.facts.pending != Some(0)).count() == 1;
                    let rest = (counted - raw) / NODE_AS_COUNTED;
                    if single && raw < counted / 2.0 {
                        self.list?.bytes_by_nodes(pending, rest)
                    } else {
                        None
                    }
                });
                let entry = packed.and_then(|bytes| whole(bytes as f64));
                UsageParts { entry, list: of_list(by_nodes.or(lists)), consumer_name: None }
            }
            (Usage::Unknown, Some(0), _) => {
                UsageParts { entry: whole(usage as f64), ..UsageParts::default() }
            }
            (Usage::Unknown, ..) => UsageParts::default(),
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
        let (consumers, is_consumers_least) =
            self.members(stream).map_or((None, false), |(bytes, is_least)| (Some(bytes), is_least));
        StreamSize { entries, pending, consumers, is_consumers_least }
    }
}

/// How a stream's entries are packed.
fn packing(stream: &StreamState) -> Option<Packing> {
    Packing::of(&stream.detail.as_ref()?.value, stream.length?.value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::model::groups::{Group, ServerLag};
    use crate::core::model::server::Product;
    use crate::core::model::streams::StreamDetail;
    use crate::core::model::{Name, Stamped};

    /// Whether MEMORY USAGE says what an entry takes, in a stream with one group.
    fn tells(product: Product, pending: Option<u64>, consumers: Option<u64>) -> bool {
        let mut info = Info::default();
        (info.server.product, info.server.version) = (product, Some("7.0.15".to_owned()));
        let name = Name::from("g");
        let lag = ServerLag::Unsupported;
        let facts =
            Group { name: name.clone(), consumers, pending, last_delivered: None, entries_read: None, lag };
        let mut stream = StreamState::new(Name::from("s"), crate::core::model::node::NodeId::default(), 0);
        stream.length = Some(Stamped { at_us: 0, value: 1_000 });
        let value = StreamDetail { packs: Some(10), tree_nodes: Some(12), ..StreamDetail::default() };
        stream.detail = Some(Stamped { at_us: 0, value });
        stream.groups_at_us = Some(0);
        stream.groups.insert(name, Box::new(GroupState::new(facts, 0, false)));
        SizeModel::of(&info).measure(&stream, 90_000).entry.is_some()
    }

    #[test]
    fn what_is_not_known_of_a_group_is_not_taken_for_entries() {
        for product in [Product::Redis, Product::Other("kv".to_owned())] {
            assert!(tells(product.clone(), Some(0), Some(0)), "{product:?}");
            assert!(!tells(product, None, Some(0)), "pending rows are not known");
        }
        assert!(!tells(Product::Redis, Some(0), None), "consumers are not known");
    }
}
