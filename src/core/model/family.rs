//! Names that differ by an id only, such as `rq:results:7f1d…`: what they have in common is their family.
//!
//! Knows names alone. Invariants: a part of a name is an id by its own characters, whatever stands beside it, so that a name
//! always has the same family; words are never ids, nor are short ones with a number in them, such as `v2`.

/// Keys of one family from which on they are told as one.
pub const LEAST: usize = 10;

/// A word of hexadecimal digits is an id from this length on, and one of any letters and digits from this one.
const HEX_BYTES: usize = 8;
const WORD_BYTES: usize = 16;
/// A UUID: hexadecimal digits with dashes at four places.
const UUID_BYTES: usize = 36;
const UUID_DASHES: [usize; 4] = [8, 13, 18, 23];

/// Writes the family of a name: the name with `*` for each id. Whether there was one.
pub fn family(name: &[u8], into: &mut Vec<u8>) -> bool {
    into.clear();
    let mut has_id = false;
    for part in name.split_inclusive(is_separator) {
        let (body, end) = match part.split_last() {
            Some((last, body)) if is_separator(last) => (body, Some(*last)),
            _ => (part, None),
        };
        has_id |= fold_words(body, into);
        into.extend(end);
    }
    has_id
}

/// What stands between parts of a name. A dash separates, too, but for those within UUIDs, dates and other numbers.
fn is_separator(byte: &u8) -> bool {
    matches!(byte, b':' | b'.' | b'/' | b'|' | b'{' | b'}' | b'_')
}

/// Writes a part with `*` for each id between its dashes.
fn fold_words(mut rest: &[u8], into: &mut Vec<u8>) -> bool {
    let mut has_id = false;
    while !rest.is_empty() {
        let id = id_bytes(rest);
        let word = if id > 0 { id } else { word_bytes(rest) };
        let Some((word, after)) = rest.split_at_checked(word) else { break };
        match id > 0 {
            true => into.push(b'*'),
            false => into.extend_from_slice(word),
        }
        has_id |= id > 0;
        rest = match after.split_first() {
            Some((dash, after)) => {
                into.push(*dash);
                after
            }
            None => after,
        };
    }
    has_id
}

/// Bytes up to the next dash.
fn word_bytes(text: &[u8]) -> usize {
    text.iter().position(|byte| *byte == b'-').unwrap_or(text.len())
}

/// Bytes of the id with which a text begins: a UUID, numbers with dashes between them, or a word that is one; 0 without.
fn id_bytes(text: &[u8]) -> usize {
    let ends = |at: usize| text.get(at).is_none_or(|byte| *byte == b'-');
    if ends(UUID_BYTES) && text.get(..UUID_BYTES).is_some_and(is_uuid) {
        return UUID_BYTES;
    }
    let mut numbers = 0;
    while let Some(rest) = text.get(numbers + usize::from(numbers > 0)..) {
        let word = word_bytes(rest);
        if !rest.get(..word).is_some_and(is_number) {
            break;
        }
        numbers = text.len() - rest.len() + word;
    }
    let word = word_bytes(text);
    match numbers {
        0 if text.get(..word).is_some_and(is_id) => word,
        numbers => numbers,
    }
}

fn is_uuid(text: &[u8]) -> bool {
    let is_place = |(at, byte): (usize, &u8)| match UUID_DASHES.contains(&at) {
        true => *byte == b'-',
        false => byte.is_ascii_hexdigit(),
    };
    text.iter().enumerate().all(is_place)
}

/// Whether a word is a number, or a day and time, of which `T` and `Z` are part.
fn is_number(word: &[u8]) -> bool {
    let is_part = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'T' | b'Z');
    word.first().is_some_and(u8::is_ascii_digit) && word.iter().all(is_part)
}

/// Whether a word is an id: a number or a time, hexadecimal digits, or a long word with figures.
fn is_id(word: &[u8]) -> bool {
    let digits = word.iter().filter(|byte| byte.is_ascii_digit()).count();
    let is_all = |is: fn(&u8) -> bool| word.iter().all(is);
    is_number(word)
        || digits > 0 && word.len() >= HEX_BYTES && is_all(u8::is_ascii_hexdigit)
        || digits >= 4 && word.len() >= WORD_BYTES && is_all(u8::is_ascii_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(name: &str) -> Option<String> {
        let mut into = Vec::new();
        family(name.as_bytes(), &mut into).then(|| String::from_utf8(into).unwrap())
    }

    #[test]
    fn names_that_differ_by_an_id_have_one_family() {
        for (name, expected) in [
            ("rq:results:7f1d3c2e-9a40-4c1b-8f57-0123456789ab", Some("rq:results:*")),
            ("shop:{17}:events", Some("shop:{*}:events")),
            ("user:17:events:2026-11-29", Some("user:*:events:*")),
            ("job_0042", Some("job_*")),
            ("session.01HZX5R9QK3B7M2N8P4T6V0WYA", Some("session.*")),
            ("17", Some("*")),
            ("orders", None),
            ("stream-0001", Some("stream-*")),
            ("orders:eu-1", Some("orders:eu-*")),
            ("worker-7f1d3c2e-9a40-4c1b-8f57-0123456789ab-out", Some("worker-*-out")),
            ("7f1d3c2e9a404c1b8f570123456789ab", Some("*")),
            ("log-2026-11-29T09", Some("log-*")),
            ("cafe-bar-17", Some("cafe-bar-*")),
            ("a--7", Some("a--*")),
            ("a-", None),
            ("cafe-feed", None),
            ("events:v2", None),
            ("events-v2", None),
            ("deadbeef", None),
            ("", None),
        ] {
            assert_eq!(told(name).as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn a_family_has_itself_for_a_family_or_none() {
        for name in ["a:1:2:b", "a-1-2", "x:*:7", "x-*-7", "\u{fc}:9", "::", "7:", "7-"] {
            if let Some(once) = told(name) {
                assert_eq!(told(&once).unwrap_or(once.clone()), once);
            }
        }
    }
}
