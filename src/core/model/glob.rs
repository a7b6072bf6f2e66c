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
        Self { text, parts }
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

    /// Whether the name matches.
    pub fn matches(&self, name: &[u8]) -> bool {
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
    }
}
