//! Aliases in place of names, so that a picture can be shared: `stream-1`, `consumer-3`, `host-2`.
//!
//! Knows names as they are shown; not where they come from. Invariants: a name keeps its alias for as long as the mask lives,
//! and of the names that were learnt none is left in a text as a word of its own.

use crate::core::limits::MASK_NAMES;
use aho_corasick::{AhoCorasick, MatchKind};
use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Characters of a name that a sentence shows: of a longer one the beginning is masked too.
const CUT_CHARS: usize = 60;

worded! {
    /// What a name is of.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum MaskKind {
        /// What is watched.
        Target "target",
        /// A machine, or a socket.
        Host "host",
        /// A stream.
        Stream "stream",
        /// A consumer group.
        Group "group",
        /// A consumer.
        Consumer "consumer",
        /// A key of another type.
        Key "key",
        /// A pattern of keys.
        Pattern "pattern",
        /// A client.
        Client "client",
        /// An ACL user.
        User "user",
        /// A channel.
        Channel "channel",
        /// A queue.
        Queue "queue",
        /// A class of jobs, or what begins them.
        Job "job",
        /// For whom jobs are.
        Tenant "tenant",
        /// What a failed job says.
        Failure "error",
        /// A counter of the operator's.
        Counter "counter",
    }
    /// What an alias begins with.
    fn word
}

/// Names and their aliases.
#[derive(Clone, Debug, Default)]
pub struct Mask {
    aliases: BTreeMap<String, String>,
    counts: BTreeMap<MaskKind, u64>,
    finder: Option<Finder>,
    /// Whether something was learnt since the finder was made.
    is_behind: bool,
    /// Whether there were more names than it holds.
    is_full: bool,
}

#[derive(Clone, Debug)]
struct Finder {
    names: AhoCorasick,
    /// The alias of each.
    aliases: Vec<String>,
}

impl Mask {
    /// Learns a name; numbers are none.
    pub fn learn(&mut self, kind: MaskKind, name: &str) {
        let name = name.trim();
        if !name.chars().any(char::is_alphabetic) || self.aliases.contains_key(name) {
            return;
        }
        if self.aliases.len() >= MASK_NAMES {
            self.is_full = true;
            return;
        }
        let count = self.counts.entry(kind).or_insert(0);
        *count += 1;
        let alias = format!("{}-{count}", kind.word());
        let beginning: String = name.chars().take(CUT_CHARS).collect();
        if beginning.len() < name.len() {
            self.aliases.entry(beginning).or_insert_with(|| alias.clone());
        }
        self.aliases.insert(name.to_owned(), alias);
        self.is_behind = true;
    }

    /// Learns an address: the machine, without its port.
    pub fn learn_address(&mut self, address: &str) {
        let host = match address.rsplit_once(':') {
            Some((host, port)) if port.chars().all(|c| c.is_ascii_digit()) => host,
            _ => address,
        };
        let host = host.trim_start_matches('[').trim_end_matches(']');
        // Digits alone are no name, but four of them are an address.
        if host.contains(['.', ':']) && !host.chars().any(char::is_alphabetic) {
            self.learn_host(host);
        } else {
            self.learn(MaskKind::Host, host);
        }
    }

    fn learn_host(&mut self, host: &str) {
        if self.aliases.contains_key(host) || self.aliases.len() >= MASK_NAMES {
            return;
        }
        let count = self.counts.entry(MaskKind::Host).or_insert(0);
        *count += 1;
        self.aliases.insert(host.to_owned(), format!("host-{count}"));
        self.is_behind = true;
    }

    /// Makes what was learnt work.
    pub fn settle(&mut self) {
        if !std::mem::take(&mut self.is_behind) {
            return;
        }
        // Aliases stand for themselves: what is masked twice stays as it is.
        let own: BTreeSet<&String> =
            self.aliases.values().filter(|alias| !self.aliases.contains_key(*alias)).collect();
        let pairs: Vec<(&String, &String)> =
            self.aliases.iter().chain(own.into_iter().map(|alias| (alias, alias))).collect();
        let built = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .build(pairs.iter().map(|(name, _)| name.as_bytes()));
        let aliases = pairs.iter().map(|(_, alias)| (*alias).clone()).collect();
        // A dictionary that can't be built masks nothing, so that nothing may be shown.
        self.is_full |= built.is_err();
        self.finder = built.ok().map(|names| Finder { names, aliases });
    }

    /// Whether there are names that it does not know: then nothing may be shown.
    pub fn is_full(&self) -> bool {
        self.is_full
    }

    /// The text with aliases in the place of names.
    pub fn text<'text>(&self, text: &'text str) -> Cow<'text, str> {
        let Some(finder) = &self.finder else { return Cow::Borrowed(text) };
        let mut found: Vec<(usize, usize, &str)> = finder
            .names
            .find_overlapping_iter(text)
            .filter(|found| is_whole(text, found.start(), found.end()))
            .filter_map(|found| {
                Some((found.start(), found.end(), finder.aliases.get(found.pattern().as_usize())?.as_str()))
            })
            .collect();
        if found.is_empty() {
            return Cow::Borrowed(text);
        }
        // At each place the longest name.
        found.sort_by_key(|(start, end, _)| (*start, Reverse(*end)));
        let (mut out, mut at) = (String::with_capacity(text.len()), 0);
        for (start, end, alias) in found {
            if start < at {
                continue;
            }
            out.push_str(text.get(at..start).unwrap_or(""));
            out.push_str(alias);
            at = end;
        }
        out.push_str(text.get(at..).unwrap_or(""));
        Cow::Owned(out)
    }
}

/// Whether no letter before or after goes on with the word.
fn is_whole(text: &str, start: usize, end: usize) -> bool {
    let is_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let (before, found, after) =
        (text.get(..start).unwrap_or(""), text.get(start..end).unwrap_or(""), text.get(end..).unwrap_or(""));
    let goes_on_before = is_word(before.chars().next_back()) && is_word(found.chars().next());
    let goes_on_after = is_word(found.chars().next_back()) && is_word(after.chars().next());
    !goes_on_before && !goes_on_after
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mask() -> Mask {
        let mut mask = Mask::default();
        mask.learn(MaskKind::Stream, "orders");
        mask.learn(MaskKind::Stream, "orders:1");
        mask.learn(MaskKind::Group, "g");
        mask.learn(MaskKind::Group, "42");
        mask.learn(MaskKind::Consumer, "stream");
        mask.learn_address("10.0.3.1:6379");
        mask.settle();
        mask
    }

    #[test]
    fn names_are_replaced_as_words_the_longest_first_and_figures_stay() {
        let mask = mask();
        assert_eq!(mask.text("orders/g: 42 entries lag"), "stream-1/group-1: 42 entries lag");
        assert_eq!(
            mask.text("orders:1 and preorders and orders:12"),
            "stream-2 and preorders and stream-1:12"
        );
        assert_eq!(mask.text("10.0.3.1:6379 10.0.3.17"), "host-1:6379 10.0.3.17");
        assert!(matches!(mask.text("nothing of it"), Cow::Borrowed(_)));
    }

    #[test]
    fn what_is_masked_twice_is_masked_once() {
        let mask = mask();
        let once = mask.text("stream orders of g").into_owned();
        assert_eq!(once, "consumer-1 stream-1 of group-1");
        assert_eq!(mask.text(&once), once);
    }

    #[test]
    fn a_name_keeps_its_alias_and_of_a_long_one_the_beginning_is_masked() {
        let mut mask = mask();
        let long = "tenant".repeat(20);
        mask.learn(MaskKind::Stream, &long);
        mask.learn(MaskKind::Stream, "orders");
        mask.settle();
        assert_eq!(mask.text("orders"), "stream-1");
        let cut: String = long.chars().take(CUT_CHARS).collect();
        assert_eq!(mask.text(&format!("{cut}… is slow")), "stream-3… is slow");
    }
}
