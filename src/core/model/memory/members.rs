//! What consumers and groups take, from the outside: a record, trees of their own, and a place in a tree by name.
//!
//! A consumer is a record, its name and an empty radix tree for what it has pending; a group is a record and two such
//! trees. Each stands in a radix tree by name, of which the shape follows from the names. The records are the server's
//! own (`streamConsumer` and `streamCG` of `stream.h`, `rax` and `raxNode` of `rax.h`). Measured against what creating
//! 100,000 of them took on Redis 5.0 to 8.2 and Valkey 8.1: within 3 % where names are known, within 30 % where only
//! their number and mean length are. Knows names, not entries. Invariant: nobody takes nothing.

use super::allocator::Allocator;
use super::pending::Usage;
use crate::core::model::Name;
use crate::core::model::server::{Product, Server};

/// A name is taken to be no longer where its length is only worked out, bytes.
const LONGEST_NAME: f64 = 1_024.0;
/// Names that are looked at to know the shape of a tree: a few thousand more change it by a few bytes each.
const LOOKED_AT: usize = 2_000;

/// What consumers and groups take on a server, bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MemberCost {
    allocator: Allocator,
    /// The record of a consumer.
    consumer: u64,
    /// The record of a group.
    group: u64,
    /// The head of a radix tree.
    tree: u64,
}

/// What some consumers or groups were found to take by their names.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeanWeight {
    /// How many they were.
    pub count: usize,
    /// Bytes of each.
    pub each: f64,
}

impl MemberCost {
    /// That of a server; `None` for one that nobody measured.
    pub fn on(server: &Server, allocator: Option<&str>) -> Option<Self> {
        let (consumer, group, tree) = match (&server.product, server.release()) {
            (Product::Valkey, (8.., _)) => (32, 40, 32),
            (Product::Redis, (8, 4..) | (9.., _)) => (32, 56, 32),
            (Product::Valkey, _) | (Product::Redis, (8.., _) | (7, 2..)) => (32, 40, 24),
            (Product::Redis, (7, _)) => (24, 40, 24),
            (Product::Redis, _) => (24, 32, 24),
            (Product::Other(_), _) => return None,
        };
        Some(Self { allocator: Allocator::on(server, allocator), consumer, group, tree })
    }

    /// A radix tree without anything in it.
    fn empty_tree(&self) -> u64 {
        self.allocator.given(self.tree) + self.allocator.given(8)
    }

    fn each_consumer(&self, name: usize) -> u64 {
        self.allocator.given(self.consumer) + self.allocator.given(text_bytes(name)) + self.empty_tree()
    }

    fn each_group(&self) -> u64 {
        self.allocator.given(self.group) + 2 * self.empty_tree()
    }

    /// Bytes of the consumers of a group with these names, each.
    pub fn of_consumers<'a>(&self, names: impl Iterator<Item = &'a Name>) -> f64 {
        self.mean(names, |name| self.each_consumer(name.len()))
    }

    /// Bytes of the groups of a stream with these names, each.
    pub fn of_groups<'a>(&self, names: impl Iterator<Item = &'a Name>) -> f64 {
        self.mean(names, |_| self.each_group())
    }

    fn mean<'a>(&self, names: impl Iterator<Item = &'a Name>, each: impl Fn(&[u8]) -> u64) -> f64 {
        let mut names: Vec<&[u8]> = names.take(LOOKED_AT).map(Name::as_bytes).collect();
        names.sort_unstable();
        let records: u64 = names.iter().map(|name| each(name)).sum();
        let sum = records.saturating_add(self.name_tree(&names));
        if names.is_empty() { 0.0 } else { sum as f64 / names.len() as f64 }
    }

    /// Bytes of one of so many consumers whose names nobody has seen, by their mean length.
    pub fn of_unseen_consumer(&self, count: u64, name_bytes: f64) -> f64 {
        let name = name_bytes.clamp(1.0, LONGEST_NAME);
        self.each_consumer(name as usize) as f64 + self.unseen_place(count, name)
    }

    /// Bytes that a consumer takes whatever its name.
    pub fn least_of_consumer(&self) -> f64 {
        self.each_consumer(1) as f64 + self.leaf()
    }

    /// A place in the tree without a part of the name.
    fn leaf(&self) -> f64 {
        self.allocator.given(16) as f64 + 9.0
    }

    /// A place in the tree by name, between those of names that are counted up and of random ones.
    fn unseen_place(&self, count: u64, name: f64) -> f64 {
        // Random names of hexadecimal digits part after so many.
        let rest = name - (count.max(1) as f64).log(16.0) - 0.5;
        let tail = if rest >= 2.0 {
            self.allocator.given(compressed(rest as usize, false)) as f64 + 4.0
        } else {
            0.0
        };
        let alike = self.each_consumer(name as usize) as f64 + self.leaf();
        // As far from one as from the other: long names are stored once or twice.
        2.0 * alike * (alike + tail) / (2.0 * alike + tail) - alike + self.leaf()
    }

    /// The radix tree of these names, sorted, without its head.
    fn name_tree(&self, names: &[&[u8]]) -> u64 {
        let mut sum = 0_u64;
        let mut open = vec![(names, 0_usize)];
        while let Some((names, depth)) = open.pop() {
            let is_key = names.first().is_some_and(|name| name.len() <= depth);
            let rest = names.get(usize::from(is_key)..).unwrap_or_default();
            let (Some(first), Some(last)) = (rest.first(), rest.last()) else {
                sum += self.allocator.given(node(0, is_key));
                continue;
            };
            let alike = first.iter().zip(last.iter()).skip(depth).take_while(|(a, b)| a == b).count();
            if alike > 0 {
                let bytes = if alike == 1 { node(1, is_key) } else { compressed(alike, is_key) };
                sum += self.allocator.given(bytes);
                open.push((rest, depth + alike));
                continue;
            }
            let branches = rest.chunk_by(|a, b| a.get(depth) == b.get(depth));
            let before = open.len();
            open.extend(branches.map(|branch| (branch, depth + 1)));
            sum += self.allocator.given(node((open.len() - before) as u64, is_key));
        }
        sum
    }

    /// What MEMORY USAGE counts of a consumer whose name is so long.
    pub fn counted_of_consumer(&self, usage: Usage, name_bytes: f64) -> f64 {
        self.consumer as f64 + name_bytes + self.counted_tree(usage)
    }

    /// What MEMORY USAGE counts of a group without what it has pending.
    pub fn counted_of_group(&self, usage: Usage) -> f64 {
        self.group as f64 + self.counted_tree(usage)
    }

    fn counted_tree(&self, usage: Usage) -> f64 {
        match usage {
            Usage::TooMuch { .. } => NODE_AS_COUNTED,
            Usage::True | Usage::Unknown => self.empty_tree() as f64,
        }
    }
}

/// What MEMORY USAGE takes a node of a radix tree for, before it was put right, bytes.
pub const NODE_AS_COUNTED: f64 = 244.0;

/// A text as the server keeps it (`sds.c`): its bytes, a head and an end.
fn text_bytes(length: usize) -> u64 {
    let head = match length {
        0..32 => 1,
        32..256 => 3,
        256..65_536 => 5,
        _ => 9,
    };
    length as u64 + head + 1
}

/// A node that branches to so many (`raxNewNode`), with a value where a name ends at it.
fn node(branches: u64, is_key: bool) -> u64 {
    (4 + branches).next_multiple_of(8) + 8 * branches + 8 * u64::from(is_key)
}

/// A node that holds so many bytes which all names below it have in common.
fn compressed(bytes: usize, is_key: bool) -> u64 {
    (4 + bytes as u64).next_multiple_of(8) + 8 + 8 * u64::from(is_key)
}

#[cfg(test)]
mod tests;
