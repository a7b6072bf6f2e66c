//! Names as Redis has them: bytes. Keys, groups, consumers and client names may hold anything.
//!
//! Knows two text forms, both of which read back to the same bytes. Does not know what a name names.
//! Invariant: neither form ever carries a byte that a terminal would take for a command (`Display`),
//! and no name is lost or merged with another by being shown.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::{Borrow, Cow};
use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

/// A name in Redis: any bytes, cheap to clone, ordered bytewise.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(Arc<[u8]>);

/// Why a text is not the escaped form of a name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{text}' has a bad escape at byte {at}: write \\\\ for a backslash and \\xNN for a byte")]
pub struct BadEscape {
    /// The whole text.
    pub text: String,
    /// Where the escape begins, in bytes.
    pub at: usize,
}

impl Name {
    /// The name made of these bytes.
    pub fn new(bytes: impl Into<Arc<[u8]>>) -> Self {
        Self(bytes.into())
    }

    /// The bytes, as the server has them.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The form for machines: UTF-8 as it is, `\xNN` for bytes that are not, `\\` for a backslash.
    pub fn text(&self) -> String {
        text_of(&self.0)
    }

    /// Reads either text form back.
    pub fn from_text(text: &str) -> Result<Self, BadEscape> {
        bytes_of(text).map(Self::new)
    }
}

/// Any bytes in the form for machines.
pub fn text_of(bytes: &[u8]) -> String {
    escape(bytes, |_| false)
}

/// Reads either text form back to its bytes.
pub fn bytes_of(text: &str) -> Result<Vec<u8>, BadEscape> {
    let bytes = text.as_bytes();
    let mut name = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if byte != b'\\' {
            name.push(byte);
            at += 1;
            continue;
        }
        match bytes.get(at + 1) {
            Some(b'\\') => {
                name.push(b'\\');
                at += 2;
            }
            Some(b'x') => {
                let digits =
                    text.get(at + 2..at + 4).filter(|pair| pair.bytes().all(|c| c.is_ascii_hexdigit()));
                let value = digits.and_then(|pair| u8::from_str_radix(pair, 16).ok());
                name.push(value.ok_or_else(|| BadEscape { text: text.to_owned(), at })?);
                at += 4;
            }
            _ => return Err(BadEscape { text: text.to_owned(), at }),
        }
    }
    Ok(name)
}

fn escape(bytes: &[u8], hide: impl Fn(char) -> bool) -> String {
    let mut out = String::with_capacity(bytes.len());
    let hex = |out: &mut String, bytes: &[u8]| {
        for byte in bytes {
            out.push_str(&format!("\\x{byte:02x}"));
        }
    };
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            if c == '\\' {
                out.push_str("\\\\");
            } else if hide(c) {
                hex(&mut out, c.encode_utf8(&mut [0; 4]).as_bytes());
            } else {
                out.push(c);
            }
        }
        hex(&mut out, chunk.invalid());
    }
    out
}

/// Characters that move the cursor, change direction, take no cell or can't be seen.
fn is_unsafe_to_show(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
            | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}'
            | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}' | '\u{1F3FB}'..='\u{1F3FF}' | '\u{E0000}'..='\u{E0FFF}')
        || unicode_width::UnicodeWidthChar::width(c).unwrap_or(0) == 0
}

/// A line that somebody else wrote, as a terminal may be shown it: as it is, but for what would move the cursor or can't be
/// seen.
pub fn shown_line(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\t' => out.push_str("    "),
                c if is_unsafe_to_show(c) => {
                    out.push_str(&escape(c.encode_utf8(&mut [0; 4]).as_bytes(), |_| true))
                }
                c => out.push(c),
            }
        }
        out.push_str(&escape(chunk.invalid(), |_| true));
    }
    out
}

/// The form for people: as [`Name::text`], and what a terminal would not show as itself is `\xNN` too.
impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&escape(&self.0, is_unsafe_to_show))
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{self}'")
    }
}

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text())
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        Self::from_text(&text).map_err(serde::de::Error::custom)
    }
}

/// Hashes as its bytes do, by derivation.
impl Borrow<[u8]> for Name {
    fn borrow(&self) -> &[u8] {
        &self.0
    }
}

/// Fewer names than this are not worth looking for those that nobody holds any more.
const NAMES_LEAST: usize = 1_024;

/// Names that stand once in memory, however often they are told: that of a consumer comes with every reply about any
/// group that it reads. Those that nobody else holds are let go by and by.
#[derive(Clone, Debug, Default)]
pub struct Names {
    kept: HashSet<Name>,
    let_go_at: usize,
}

impl Names {
    /// The name made of these bytes.
    pub fn of(&mut self, bytes: &[u8]) -> Name {
        if let Some(name) = self.kept.get(bytes) {
            return name.clone();
        }
        if self.kept.len() >= self.let_go_at {
            self.kept.retain(|name| Arc::strong_count(&name.0) > 1);
            self.let_go_at = self.kept.len().saturating_mul(2).max(NAMES_LEAST);
        }
        let name = Name::new(bytes);
        self.kept.insert(name.clone());
        name
    }

    /// How many stand here.
    pub fn len(&self) -> usize {
        self.kept.len()
    }

    /// Whether none does.
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }
}

impl From<&str> for Name {
    fn from(text: &str) -> Self {
        Self::new(text.as_bytes())
    }
}

impl From<Cow<'_, [u8]>> for Name {
    fn from(bytes: Cow<'_, [u8]>) -> Self {
        Self::new(&*bytes)
    }
}

impl From<Vec<u8>> for Name {
    fn from(bytes: Vec<u8>) -> Self {
        Self::new(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn escape_sequences_and_invisible_characters_are_shown_as_bytes() {
        assert_eq!(Name::from("a\x1b[31mb").to_string(), "a\\x1b[31mb");
        assert_eq!(Name::from("a\u{202e}b").to_string(), "a\\xe2\\x80\\xaeb");
        assert_eq!(Name::from("e\u{301}").to_string(), "e\\xcc\\x81");
        assert_eq!(Name::new(&b"\xff\xfe"[..]).to_string(), "\\xff\\xfe");
        assert_eq!(Name::from("queue \u{1F600}").to_string(), "queue \u{1F600}");
    }

    #[test]
    fn the_form_for_machines_keeps_what_is_utf8() {
        assert_eq!(Name::from("a\x1bb\\").text(), "a\x1bb\\\\");
        assert_eq!(Name::new(&b"k\xff"[..]).text(), "k\\xff");
    }

    #[test]
    fn a_name_that_is_told_again_is_the_same_and_one_that_nobody_holds_is_let_go() {
        let mut names = Names::default();
        let held = names.of(b"worker");
        assert!(Arc::ptr_eq(&held.0, &names.of(b"worker").0));
        for number in 0..10_000_u32 {
            assert_eq!(names.of(&number.to_be_bytes()).as_bytes(), number.to_be_bytes());
        }
        assert!(names.len() <= NAMES_LEAST && Arc::ptr_eq(&held.0, &names.of(b"worker").0));
    }

    #[test]
    fn a_bad_escape_is_an_error_with_its_place() {
        assert_eq!(Name::from_text("ab\\q").unwrap_err().at, 2);
        assert_eq!(Name::from_text("\\x1").unwrap_err().at, 0);
        assert_eq!(Name::from_text("\\x+1").unwrap_err().at, 0);
    }

    proptest! {
        #[test]
        fn every_name_reads_back_from_both_forms(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let name = Name::new(bytes);
            prop_assert_eq!(Name::from_text(&name.text()).unwrap(), name.clone());
            prop_assert_eq!(Name::from_text(&name.to_string()).unwrap(), name);
        }
    }
}
