//! Key patterns as the server reads them: `SCAN MATCH`, `KEYS` and ACLs have this one syntax.
//!
//! Knows `*`, `?`, `[a-z]`, `[^a]` and `\`; nothing of where keys come from. Invariants, held against a real server by a
//! test: a glob matches what the server's own `stringmatchlen` matches, and matching takes no more than pattern times
//! name.

use super::Name;

/// A pattern as it is typed: its backslashes stay single.
pub fn glob_text(glob: &Name) -> String {
    glob.to_string().replace("\\\\", "\\")
}

/// A pattern of keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glob {
    text: Name,
    parts: Vec<GlobPart>,
    bare: Option<BareGlob>,
}

/// A pattern that is plain text but for a star at its beginning, at its end, or both: most are, and a look at their text
/// tells.
#[derive(Clone, Debug, PartialEq, Eq)]
struct BareGlob {
    text: Vec<u8>,
    begins: bool,
    ends: bool,
}

/// Where the text of a pattern stands that is plain but for stars around it, and the byte that tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BareText {
    /// At the beginning of a name, whose first byte this is.
    Begins(u8),
    /// At its end, whose last byte this is.
    Ends(u8),
    /// Anywhere: this is the first byte of the text.
    Within(u8),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum GlobPart {
    Star,
    Any,
    Byte(u8),
    Class { not: bool, ranges: Vec<(u8, u8)> },
}

impl Glob {
    /// Reads a pattern: every text is one.
    pub fn new(text: Name) -> Self {
        let mut parts = Vec::new();
        let mut rest = text.as_bytes();
        while let Some((&first, after)) = rest.split_first() {
            rest = after;
            let part = match (first, after) {
                (b'*', _) => GlobPart::Star,
                (b'?', _) => GlobPart::Any,
                (b'[', _) => {
                    let (class, after) = class(after);
                    rest = after;
                    class
                }
                (b'\\', [escaped, after @ ..]) => {
                    rest = after;
                    GlobPart::Byte(*escaped)
                }
                (byte, _) => GlobPart::Byte(byte),
            };
            if part != GlobPart::Star || parts.last() != Some(&GlobPart::Star) {
                parts.push(part);
            }
        }
        let bare = BareGlob::of(&parts);
        Self { text, parts, bare }
    }

    /// The pattern that matches names with this beginning and no others: what is special in it is escaped.
    pub fn literal_prefix(prefix: &[u8]) -> Self {
        let mut text = Vec::with_capacity(prefix.len() + 1);
        for byte in prefix {
            if b"*?[]\\^".contains(byte) {
                text.push(b'\\');
            }
            text.push(*byte);
        }
        text.push(b'*');
        Self::new(Name::from(text))
    }

    /// The pattern that matches this name and no other.
    pub fn literal(name: &[u8]) -> Self {
        let prefix = Self::literal_prefix(name);
        let bytes = prefix.text.as_bytes();
        Self::new(Name::from(bytes.strip_suffix(b"*").unwrap_or(bytes).to_vec()))
    }

    /// The pattern as written.
    pub fn text(&self) -> &Name {
        &self.text
    }

    /// Whether it has no wildcard, so that it is one name.
    pub fn is_literal(&self) -> bool {
        self.parts.iter().all(|part| matches!(part, GlobPart::Byte(_)))
    }

    /// Whether it matches every name.
    pub fn is_everything(&self) -> bool {
        self.parts == [GlobPart::Star]
    }

    /// Where its text stands in the names that it matches, and with which byte it is found there; none where it has to be
    /// tried.
    pub fn bare_text(&self) -> Option<BareText> {
        let bare = self.bare.as_ref()?;
        let (first, last) = (*bare.text.first()?, *bare.text.last()?);
        Some(match (bare.begins, bare.ends) {
            (true, _) => BareText::Begins(first),
            (false, true) => BareText::Ends(last),
            (false, false) => BareText::Within(first),
        })
    }

    /// Whether its plain text stands at the beginning of this; not where it is more than plain text.
    pub fn begins_at(&self, rest: &[u8]) -> bool {
        self.bare.as_ref().is_some_and(|bare| begins(rest, &bare.text))
    }

    /// Whether the name matches.
    pub fn matches(&self, name: &[u8]) -> bool {
        self.bare.as_ref().map_or_else(|| self.matches_parts(name), |bare| bare.matches(name))
    }

    fn matches_parts(&self, name: &[u8]) -> bool {
        let (mut part, mut byte) = (0, 0);
        // Where the last star stands, and how much of the name it has taken so far.
        let mut star: Option<(usize, usize)> = None;
        loop {
            match (self.parts.get(part), name.get(byte)) {
                (Some(GlobPart::Star), _) => {
                    star = Some((part, byte));
                    part += 1;
                }
                (Some(one), Some(&found)) if one.takes(found) => (part, byte) = (part + 1, byte + 1),
                (None, None) => return true,
                _ => match star {
                    Some((at, taken)) if taken < name.len() => {
                        star = Some((at, taken + 1));
                        (part, byte) = (at + 1, taken + 1);
                    }
                    _ => return false,
                },
            }
        }
    }
}

impl BareGlob {
    fn of(parts: &[GlobPart]) -> Option<Self> {
        let after = parts.strip_prefix(&[GlobPart::Star]).unwrap_or(parts);
        let between = after.strip_suffix(&[GlobPart::Star]).unwrap_or(after);
        let byte = |part: &GlobPart| match part {
            GlobPart::Byte(byte) => Some(*byte),
            _ => None,
        };
        let text = between.iter().map(byte).collect::<Option<Vec<u8>>>()?;
        Some(Self { text, begins: after.len() == parts.len(), ends: between.len() == after.len() })
    }

    fn matches(&self, name: &[u8]) -> bool {
        match (self.begins, self.ends) {
            (true, true) => name == self.text,
            (true, false) => begins(name, &self.text),
            (false, true) => name.ends_with(&self.text),
            (false, false) => holds(name, &self.text),
        }
    }
}

/// Whether a text stands somewhere in a name.
fn holds(name: &[u8], text: &[u8]) -> bool {
    let Some(first) = text.first() else { return true };
    let mut places = name.iter().enumerate().filter(|(_, byte)| *byte == first);
    places.any(|(at, _)| name.get(at..).is_some_and(|rest| begins(rest, text)))
}

/// Whether a name begins with a text: most differ within their first bytes, which is seen sooner than by comparing memory.
fn begins(name: &[u8], text: &[u8]) -> bool {
    name.len() >= text.len() && name.iter().zip(text).all(|(one, other)| one == other)
}

impl GlobPart {
    fn takes(&self, byte: u8) -> bool {
        match self {
            Self::Star => false,
            Self::Any => true,
            Self::Byte(own) => *own == byte,
            Self::Class { not, ranges } => {
                ranges.iter().any(|(low, high)| (*low..=*high).contains(&byte)) != *not
            }
        }
    }
}

/// A class after its bracket, and what follows it. One that is not closed ends with the pattern.
fn class(text: &[u8]) -> (GlobPart, &[u8]) {
    let (not, mut rest) = match text {
        [b'^', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    let mut ranges = Vec::new();
    loop {
        rest = match rest {
            [] => break,
            [b'\\', escaped, after @ ..] => {
                ranges.push((*escaped, *escaped));
                after
            }
            [b']', after @ ..] => {
                rest = after;
                break;
            }
            [from, b'-', to, after @ ..] => {
                ranges.push((*from.min(to), *from.max(to)));
                after
            }
            [one, after @ ..] => {
                ranges.push((*one, *one));
                after
            }
        };
    }
    (GlobPart::Class { not, ranges }, rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn matches(pattern: &str, name: &str) -> bool {
        Glob::new(Name::from(pattern)).matches(name.as_bytes())
    }

    #[test]
    fn wildcards_classes_and_escapes_mean_what_they_mean_to_the_server() {
        for (pattern, name) in [
            ("user:*", "user:1"),
            ("*:1", "user:1"),
            ("u?er:*", "user:"),
            ("a[bc]d", "acd"),
            ("a[^b]d", "acd"),
            ("a[c-a]d", "abd"),
            ("a\\*b", "a*b"),
            ("a[\\]]b", "a]b"),
            ("**", "x"),
            ("a[", "a["),
        ] {
            assert_eq!(matches(pattern, name), pattern != "a[", "{pattern} {name}");
        }
        for (pattern, name) in
            [("user:*", "use:1"), ("a[^b]d", "abd"), ("a?", "a"), ("a\\*b", "axb"), ("", "a")]
        {
            assert!(!matches(pattern, name), "{pattern} {name}");
        }
    }

    #[test]
    fn a_pattern_of_many_stars_is_tried_in_a_time_that_does_not_explode() {
        let name = "a".repeat(10_000);
        assert!(!matches(&"a*".repeat(200), &"b".repeat(10_000)));
        assert!(!matches(&format!("{}b", "*a".repeat(50)), &name));
    }

    #[test]
    fn a_literal_prefix_escapes_what_is_special() {
        let glob = Glob::literal_prefix(b"user[1]:");
        assert_eq!(glob.text(), &Name::from("user\\[1\\]:*"));
        assert!(glob.matches(b"user[1]:x") && !glob.matches(b"user1:x"));
        assert!(Glob::new(Name::from("a\\*")).is_literal() && !glob.is_literal());
        assert!(Glob::new(Name::from("**")).is_everything());
    }

    proptest! {
        #[test]
        fn a_literal_prefix_matches_just_what_begins_so(
            prefix in proptest::collection::vec(any::<u8>(), 0..12), rest in proptest::collection::vec(any::<u8>(), 0..12)
        ) {
            let glob = Glob::literal_prefix(&prefix);
            prop_assert!(glob.matches(&[prefix.clone(), rest.clone()].concat()));
            prop_assert_eq!(glob.matches(&rest), rest.starts_with(&prefix));
        }

        #[test]
        fn plain_text_with_stars_around_it_matches_as_part_by_part(pattern in "[*]?[ab]{0,3}[*]?", name in "[ab]{0,6}") {
            let glob = Glob::new(Name::from(pattern.as_str()));
            prop_assert!(glob.bare.is_some());
            prop_assert_eq!(glob.matches(name.as_bytes()), glob.matches_parts(name.as_bytes()), "{} {}", pattern, name);
        }
    }
}
