//! Short strings and numbers in what Python pickles, without unpickling anything.
//!
//! Knows three opcodes of protocols 4 and 5, and the first field of protocol buffers. Invariant: whatever the bytes are, no
//! more is read of them than is there.

/// `SHORT_BINUNICODE`: a length in one byte, then text.
const STRING: u8 = 0x8c;
/// `LONG1`: a length in one byte, then a number, the lowest byte first.
const LONG: u8 = 0x8a;
/// `MEMOIZE`, which stands after each string.
const MEMO: u8 = 0x94;

/// What stands after a key of a dictionary.
fn after_key<'a>(text: &'a [u8], key: &str) -> Option<&'a [u8]> {
    let length = u8::try_from(key.len()).ok()?;
    let place = [&[STRING, length], key.as_bytes(), &[MEMO]].concat();
    let at = text.windows(place.len()).position(|window| window == place)?;
    text.get(at + place.len()..)
}

/// The short string with which a text begins, and what follows.
fn first_string(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let [STRING, length, rest @ ..] = text else { return None };
    rest.split_at_checked(usize::from(*length))
}

/// The short string under a key.
pub fn string_under<'a>(text: &'a [u8], key: &str) -> Option<&'a [u8]> {
    first_string(after_key(text, key)?).map(|(string, _)| string)
}

/// The short string, or the small number, under a key, as text.
pub fn value_under(text: &[u8], key: &str) -> Option<String> {
    let rest = after_key(text, key)?;
    if let Some((string, _)) = first_string(rest) {
        return Some(String::from_utf8_lossy(string).into_owned());
    }
    match rest {
        [b'K', number, ..] => Some(number.to_string()),
        [b'M', low, high, ..] => Some(u16::from_le_bytes([*low, *high]).to_string()),
        [b'J', a, b, c, d, ..] => Some(i32::from_le_bytes([*a, *b, *c, *d]).to_string()),
        _ => None,
    }
}

/// The number under a key.
pub fn number_under(text: &[u8], key: &str) -> Option<i64> {
    let [LONG, length, rest @ ..] = after_key(text, key)? else { return None };
    let bytes = rest.get(..usize::from(*length)).filter(|bytes| bytes.len() < 8)?;
    Some(bytes.iter().rev().fold(0, |number, byte| number << 8 | i64::from(*byte)))
}

/// The short string with this number, from 0, after the pickle's beginning.
pub fn string_at(text: &[u8], number: usize) -> Option<&[u8]> {
    let is_pickle = |window: &[u8]| matches!(window, [0x80, 2..=5, 0x95, ..] | [0x80, 2..=5, STRING, ..]);
    let at = text.windows(3).position(is_pickle)?;
    let mut rest = text.get(at + 2..)?;
    // A frame: its length is eight bytes.
    if let [0x95, ..] = rest {
        rest = rest.get(9..)?;
    }
    let mut found = 0;
    while !rest.is_empty() {
        match first_string(rest) {
            Some((string, _)) if found == number => return Some(string),
            Some((_, after)) => {
                found += 1;
                rest = after;
            }
            None => rest = rest.get(1..)?,
        }
    }
    None
}

/// The first eight bytes as microseconds, in milliseconds, where a pickle begins behind them.
pub fn first_micros(text: &[u8]) -> Option<i64> {
    let (micros, rest) = text.split_first_chunk::<8>()?;
    let [0x80, 2..=5, ..] = rest else { return None };
    i64::try_from(u64::from_be_bytes(*micros) / 1000).ok()
}

/// The first field of a message of protocol buffers, where it is a short text.
pub fn proto_first(text: &[u8]) -> Option<&[u8]> {
    let [0x0a, length @ 0..=0x7f, rest @ ..] = text else { return None };
    rest.get(..usize::from(*length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_and_numbers_are_found_under_their_keys() {
        let job = b"\x80\x05\x95\x40\0\0\0\0\0\0\0}\x94(\x8c\x01t\x94K\x01\x8c\x01f\x94\x8c\x06resize\x94\x8c\x02et\x94\x8a\x06\x00\xe4\x0bT\x02\x01u.";
        assert_eq!(string_under(job, "f"), Some(&b"resize"[..]));
        assert_eq!(number_under(job, "et"), Some(0x01_02_54_0b_e4_00));
        assert_eq!((string_under(job, "x"), number_under(b"\x8c\x02et\x94\x8a\x09", "et")), (None, None));
    }

    #[test]
    fn strings_are_counted_from_where_a_pickle_begins() {
        let message = b"\x80\x05\x95\x40\0\0\0\0\0\0\0\x8c\x01m\x94\x8c\x01M\x94\x93\x94(\x8c\x02id\x94\x8c\x04mail\x94N";
        assert_eq!(string_at(message, 3), Some(&b"mail"[..]));
        assert_eq!(string_at(message, 4), None);
        let first = [&[0, 6, 0x61, 0x64, 0x3a, 0x19, 0x3f, 0xf9], &message[..]].concat();
        assert_eq!(string_at(&first, 3), Some(&b"mail"[..]));
        assert_eq!(first_micros(&first), Some(0x0006_6164_3a19_3ff9 / 1000));
        assert_eq!(first_micros(message), None);
        assert_eq!(proto_first(b"\x0a\x04mail\x12\x02{}"), Some(&b"mail"[..]));
        assert_eq!(proto_first(b"\x0a\x7fmail"), None);
    }
}
