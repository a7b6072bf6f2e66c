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
mod schema;
mod streams;
mod text;
mod values;

use crate::core::reading::Reading;

/// How the operator calls the server: plain words, without a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetLine {
    /// Name of the target.
    pub name: String,
    /// Its address, as the operator would write it.
    pub address: String,
}

/// The reading as one JSON object on one line, without a line break at its end.
///
/// Control characters and those that change the direction of text are written as `\uNNNN`, so that the line
/// is safe on a terminal too.
pub fn json(reading: &Reading, target: &TargetLine) -> String {
    let snapshot = values::snapshot(reading, target);
    match serde_json::to_string(&snapshot) {
        Ok(line) => escape_unsafe(&line),
        // Nothing in the schema's types can fail; should it ever, the line says so instead of vanishing.
        Err(error) => format!("{{\"schema\":{},\"error\":{:?}}}", schema::VERSION, error.to_string()),
    }
}

/// The reading as a page for people, 80 columns or wider, every line ended by a line break.
pub fn text(reading: &Reading, target: &TargetLine) -> String {
    text::page(reading, target)
}

/// Characters outside ASCII stand in strings only, where `\uNNNN` means the same. So does DEL.
fn escape_unsafe(json: &str) -> String {
    let mut line = String::with_capacity(json.len());
    for c in json.chars() {
        if is_unsafe(c) {
            line.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            line.push(c);
        }
    }
    line
}

/// Controls that `serde_json` leaves as they are, line separators, and marks of direction; all below U+10000.
const fn is_unsafe(c: char) -> bool {
    matches!(c,
        '\u{7f}'..='\u{9f}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests;
