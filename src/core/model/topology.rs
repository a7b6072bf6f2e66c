//! Which server holds a key: the only one, the one that has the key's slot, or nobody can tell.
//!
//! Knows slots and addresses; who learns them, and when they move, is not told here. Invariant: a slot that nobody is
//! known to serve has no home, never a likely one.

use super::node::NodeId;
use std::collections::BTreeMap;

/// Slots of a cluster.
pub const SLOTS: u16 = 16_384;

/// How the servers of one target hold its keys together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Topology {
    /// One server holds everything.
    Single(NodeId),
    /// Every slot has a primary.
    Cluster(SlotMap),
    /// Sentinels name the primary of each keyspace that they watch.
    Sentinel(BTreeMap<String, NodeId>),
}

/// Which primary serves which slots.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SlotMap {
    /// By the last slot of each range: the first one and who serves it. Ranges do not overlap.
    ranges: BTreeMap<u16, (u16, NodeId)>,
}

impl Topology {
    /// The server that holds this key, or would; `None` while its slot is served by nobody that is known, and under
    /// sentinels that watch several keyspaces, where a key alone says nothing.
    pub fn home(&self, key: &[u8]) -> Option<&NodeId> {
        match self {
            Self::Single(node) => Some(node),
            Self::Cluster(slots) => slots.home(slot(key)),
            Self::Sentinel(primaries) => primaries.values().next().filter(|_| primaries.len() == 1),
        }
    }
}

impl SlotMap {
    /// Gives slots from `first` to `last`, both among them, to a primary, whoever had them before. Slots that no cluster
    /// has are left out.
    pub fn assign(&mut self, first: u16, last: u16, node: &NodeId) {
        let last = last.min(SLOTS - 1);
        if first > last {
            return;
        }
        let over: Vec<u16> = self
            .ranges
            .range(first..)
            .take_while(|(_, (begin, _))| *begin <= last)
            .map(|(end, _)| *end)
            .collect();
        for end in over {
            let Some((begin, owner)) = self.ranges.remove(&end) else { continue };
            if begin < first {
                self.ranges.insert(first - 1, (begin, owner.clone()));
            }
            if end > last {
                self.ranges.insert(end, (last + 1, owner));
            }
        }
        self.ranges.insert(last, (first, node.clone()));
    }

    /// Who serves a slot.
    pub fn home(&self, slot: u16) -> Option<&NodeId> {
        let (_, (first, node)) = self.ranges.range(slot..).next()?;
        (*first <= slot).then_some(node)
    }
}

/// The slot of a key: CRC16 of what stands between its first `{` and the next `}`, or of the whole key where that is
/// nothing (Redis cluster specification, "Hash tags").
pub fn slot(key: &[u8]) -> u16 {
    let tag =
        key.iter().position(|byte| *byte == b'{').and_then(|open| key.get(open + 1..)).and_then(|rest| {
            let close = rest.iter().position(|byte| *byte == b'}').filter(|close| *close > 0)?;
            rest.get(..close)
        });
    crc16(tag.unwrap_or(key)) % SLOTS
}

/// CRC-16/XMODEM: polynomial 0x1021, begun with 0, nothing reflected.
fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc, byte| {
        (0..8).fold(crc ^ (u16::from(*byte) << 8), |crc, _| {
            (crc << 1) ^ if crc & 0x8000 == 0 { 0 } else { 0x1021 }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_checksum_is_that_of_the_specification_and_tags_decide() {
        assert_eq!(crc16(b"123456789"), 0x31C3);
        assert_eq!(slot(b"{user1000}.following"), slot(b"{user1000}.followers"));
        assert_eq!(slot(b"foo{bar}{zap}"), slot(b"bar"));
        assert_eq!(slot(b"foo{{bar}}zap"), slot(b"{bar"));
        assert_eq!(slot(b"foo{}{bar}"), crc16(b"foo{}{bar}") % SLOTS);
        assert_eq!(slot(b"foo{bar"), crc16(b"foo{bar") % SLOTS);
    }

    #[test]
    fn a_key_is_at_home_where_its_slot_is_and_nowhere_while_nobody_serves_it() {
        let [a, b] = ["a:1", "b:1"].map(NodeId::from);
        let mut slots = SlotMap::default();
        slots.assign(0, 8_191, &a);
        let (low, high) = (b"bar", b"foo");
        assert!(slot(low) < 8_192 && slot(high) > 8_191);
        let cluster = Topology::Cluster(slots);
        assert_eq!((cluster.home(low), cluster.home(high)), (Some(&a), None));
        assert_eq!(Topology::Single(b.clone()).home(high), Some(&b));
        let mut primaries = BTreeMap::from([("shop".to_owned(), a.clone())]);
        assert_eq!(Topology::Sentinel(primaries.clone()).home(high), Some(&a));
        primaries.insert("mail".to_owned(), b);
        assert_eq!(Topology::Sentinel(primaries).home(high), None);
    }

    proptest! {
        #[test]
        fn a_slot_belongs_to_whom_it_was_given_last(
            given in proptest::collection::vec((0_u16..40, 0_u16..40, 0_u8..4), 0..30)
        ) {
            let (mut slots, mut plain) = (SlotMap::default(), [None; 40]);
            for (first, last, node) in given {
                slots.assign(first, last, &NodeId::from(node.to_string().as_str()));
                plain.iter_mut().enumerate().for_each(|(at, owner)| {
                    if (first..=last).contains(&(at as u16)) {
                        *owner = Some(node);
                    }
                });
            }
            for (at, owner) in plain.iter().enumerate() {
                let wanted = owner.map(|node| NodeId::from(node.to_string().as_str()));
                prop_assert_eq!(slots.home(at as u16), wanted.as_ref());
            }
        }
    }
}
