//! Patterns that are found in the names of keys: `user:*:cart`, `charts:*`, `celery-task-meta-*`.
//!
//! A tree of the parts between separators. What looks like a number or an id is `*` at once; where too many names stand
//! side by side, those that lead no further become one `*`. Knows names and what they come to; not where they are from.
//! Invariants: the tree is bounded, and every key is in exactly one pattern.

use super::{KeyFacts, KeyTotals};
use crate::core::limits;
use std::collections::BTreeMap;

/// Names side by side before they are one `*`.
const SIDE_BY_SIDE: usize = 24;
/// Parts of a name that are told apart.
const DEPTH: usize = 6;
/// What stands for any name.
const WILD: &[u8] = b"*";

/// A tree of names.
#[derive(Clone, Debug, Default)]
pub struct KeyTree {
    root: Node,
    nodes: usize,
}

#[derive(Clone, Debug, Default)]
struct Node {
    own: Option<KeyTotals>,
    children: BTreeMap<Vec<u8>, Node>,
}

/// A pattern that was found, and what its keys come to.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundPattern {
    /// The pattern as it is written; keys that have no separator at all are in the one that is empty.
    pub pattern: Vec<u8>,
    /// Its keys.
    pub tally: KeyTotals,
}

impl KeyTree {
    /// Takes a key in.
    pub fn add(&mut self, key: &KeyFacts, separators: &[u8]) {
        let parts = parts(key.name.as_bytes(), separators);
        let mut node = &mut self.root;
        for part in &parts {
            let known = node.children.contains_key(part);
            let part = if !known && self.nodes >= limits::FOUND_PATTERNS {
                wild_like(part, separators)
            } else {
                part.clone()
            };
            if !node.children.contains_key(&part) {
                self.nodes += 1;
            }
            node = node.children.entry(part).or_default();
        }
        node.own.get_or_insert_default().add(key);
        self.root.collapse(&parts, separators, &mut self.nodes);
    }

    /// The patterns, each with its keys, in the order of their text.
    pub fn patterns(&self) -> Vec<FoundPattern> {
        let mut found: BTreeMap<Vec<u8>, KeyTotals> = BTreeMap::new();
        if let Some(tally) = &self.root.own {
            found.entry(Vec::new()).or_default().merge(tally);
        }
        self.root.gather(&mut Vec::new(), &mut found);
        found.into_iter().map(|(pattern, tally)| FoundPattern { pattern, tally }).collect()
    }
}

impl Node {
    /// Makes one `*` of what stands side by side, along this way, where it has become too much.
    fn collapse(&mut self, way: &[Vec<u8>], separators: &[u8], nodes: &mut usize) {
        if self.children.len() > SIDE_BY_SIDE {
            let has_ends = self.children.values().filter(|child| child.children.is_empty()).count();
            let all = has_ends <= SIDE_BY_SIDE / 2;
            let before = std::mem::take(&mut self.children);
            for (part, child) in before {
                let goes = all || child.children.is_empty();
                let part = if goes { wild_like(&part, separators) } else { part };
                self.adopt(part, child, nodes);
            }
        }
        if let Some((first, rest)) = way.split_first()
            && let Some(child) = self.children.get_mut(first)
        {
            child.collapse(rest, separators, nodes);
        }
    }

    fn merge(&mut self, other: Self, nodes: &mut usize) {
        if let Some(tally) = other.own {
            self.own.get_or_insert_default().merge(&tally);
        }
        for (part, child) in other.children {
            self.adopt(part, child, nodes);
        }
    }

    /// Takes a child in, with what stands there already.
    fn adopt(&mut self, part: Vec<u8>, child: Self, nodes: &mut usize) {
        match self.children.get_mut(&part) {
            None => drop(self.children.insert(part, child)),
            Some(known) => {
                *nodes = nodes.saturating_sub(1);
                known.merge(child, nodes);
            }
        }
    }

    fn gather(&self, path: &mut Vec<u8>, found: &mut BTreeMap<Vec<u8>, KeyTotals>) {
        for (part, child) in &self.children {
            let length = path.len();
            if let Some(tally) = &child.own {
                let mut pattern = path.clone();
                // A name that is one key is no pattern: it goes with its neighbours.
                let is_single = tally.keys <= 1 && !part.ends_with(WILD);
                match is_single {
                    true if path.is_empty() => {}
                    true => pattern.extend_from_slice(WILD),
                    false => pattern.extend_from_slice(part),
                }
                found.entry(pattern).or_default().merge(tally);
            }
            path.extend_from_slice(part);
            child.gather(path, found);
            path.truncate(length);
        }
    }
}

/// The parts of a name, each with the separator behind it, ids as `*`.
fn parts(name: &[u8], separators: &[u8]) -> Vec<Vec<u8>> {
    let mut parts = Vec::new();
    let mut rest = name;
    while !rest.is_empty() {
        let end = rest.iter().position(|byte| separators.contains(byte)).map_or(rest.len(), |at| at + 1);
        if parts.len() + 1 >= DEPTH && end < rest.len() {
            parts.push(WILD.to_vec());
            return parts;
        }
        let (part, after) = rest.split_at(end);
        parts.push(without_ids(part, separators));
        rest = after;
    }
    parts
}

/// A part with `*` in place of numbers, hashes and UUIDs.
fn without_ids(part: &[u8], separators: &[u8]) -> Vec<u8> {
    let (text, separator) = match part.split_last() {
        Some((last, text)) if separators.contains(last) => (text, Some(*last)),
        _ => (part, None),
    };
    let mut out: Vec<u8> = Vec::with_capacity(text.len());
    let mut words = text.split_inclusive(|byte| b"-_.".contains(byte)).peekable();
    while let Some(word) = words.next() {
        let (bare, glue) = match word.split_last() {
            Some((last, bare)) if b"-_.".contains(last) => (bare, Some(*last)),
            _ => (word, None),
        };
        let is_id = is_id(bare);
        let after_wild = out.ends_with(WILD) || (out.len() > 1 && out.get(out.len() - 2) == Some(&b'*'));
        match is_id {
            // `*-*` is `*`: a UUID has five words.
            true if after_wild => {
                while out.last().is_some_and(|last| b"-_.".contains(last)) {
                    out.pop();
                }
            }
            true => out.extend_from_slice(WILD),
            false => out.extend_from_slice(bare),
        }
        if let (Some(glue), true) = (glue, words.peek().is_some() || !is_id) {
            out.push(glue);
        }
    }
    out.extend(separator);
    out
}

/// A number, or hexadecimal digits that are too many or too mixed for a word.
fn is_id(word: &[u8]) -> bool {
    let digits = word.iter().filter(|byte| byte.is_ascii_digit()).count();
    let is_hex = word.iter().all(u8::is_ascii_hexdigit);
    let is_long = word.len() >= 16 && digits >= 3 && word.iter().all(u8::is_ascii_alphanumeric);
    digits > 0 && (digits == word.len() || (is_hex && word.len() >= 4) || is_long)
        || (is_hex && word.len() >= 12)
}

/// `*`, with the separator that the part has.
fn wild_like(part: &[u8], separators: &[u8]) -> Vec<u8> {
    let mut wild = WILD.to_vec();
    wild.extend(part.last().filter(|last| separators.contains(last)));
    wild
}

#[cfg(test)]
mod tests;
