//! One reading written down: an object on one line, or a page for people.
//!
//! Knows the schema of docs/SCHEMA.md; does not know what is asked of a server, nor when.
//! Invariants: every object of the schema is always there, a figure that is not known is `null` (JSON) or
//! `—` (text), and one reading is one line of JSON whatever its names hold.

mod decimals;
mod fanout;
mod keys;
mod metrics;
mod patterns;
mod queues;
mod schema;
mod streams;
mod text;
mod values;

use crate::core::reading::Reading;
use serde::Serialize;
use serde_json::ser::Formatter;
use std::io;

/// How the operator calls the server: plain words, without a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetLine {
    /// Name of the target.
    pub name: String,
    /// Its address, as the operator would write it.
    pub address: String,
}

/// Writes the reading as one JSON object on one line, without a line break at its end, stream by stream: all of them
/// together may be a hundred megabytes.
///
/// Control characters and those that change the direction of text are written as `\uNNNN`, so that the line
/// is safe on a terminal too.
///
/// # Errors
/// What cannot be written.
pub fn write_json(reading: &Reading, target: &TargetLine, out: &mut impl io::Write) -> io::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(out, SafeLine);
    Ok(values::snapshot(reading, target).serialize(&mut serializer)?)
}

/// The reading as a page for people, 80 columns or wider, every line ended by a line break.
pub fn text(reading: &Reading, target: &TargetLine) -> String {
    text::page(reading, target)
}

/// Characters outside ASCII stand in strings only, where `\uNNNN` means the same. So does DEL.
struct SafeLine;

impl Formatter for SafeLine {
    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, out: &mut W, text: &str) -> io::Result<()> {
        if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            return out.write_all(text.as_bytes());
        }
        let mut rest = text;
        while let Some((at, c)) = rest.char_indices().find(|(_, c)| is_unsafe(*c)) {
            let (before, from) = rest.split_at(at);
            write!(out, "{before}\\u{:04x}", u32::from(c))?;
            rest = from.get(c.len_utf8()..).unwrap_or_default();
        }
        out.write_all(rest.as_bytes())
    }
}

/// Controls that `serde_json` leaves as they are, line separators, and marks of direction; all below U+10000.
const fn is_unsafe(c: char) -> bool {
    matches!(c,
        '\u{7f}'..='\u{9f}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests;
