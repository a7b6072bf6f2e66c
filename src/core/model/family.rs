//! Names that differ by an id only, such as `rq:results:7f1d…`: what they have in common is their family.
//!
//! Knows names alone. Invariants: a part of a name is an id by its own characters, whatever stands beside it, so that a name
//! always has the same family; words are never ids, nor are short ones with a number in them, such as `v2` or `eu-1`.

/// Keys of one family from which on they are told as one.
pub const LEAST: usize = 10;

/// A word of hexadecimal digits is an id from this length on, and one of any letters and digits from this one.
const HEX_BYTES: usize = 8;
const WORD_BYTES: usize = 16;

/// Writes the family of a name: the name with `*` for each id. Whether there was one.
pub fn family(name: &[u8], into: &mut Vec<u8>) -> bool {
    into.clear();
    let mut has_id = false;
    for part in name.split_inclusive(|byte| matches!(byte, b':' | b'.' | b'/' | b'|' | b'{' | b'}' | b'_')) {
        let (body, end) = match part.split_last() {
            Some((last, body)) if !last.is_ascii_alphanumeric() && *last != b'-' && *last < 0x80 => {
                (body, Some(*last))
            }
            _ => (part, None),
        };
        if is_id(body) {
            has_id = true;
            // Ids beside each other are one.
            if !ends_with_id(into) {
                into.push(b'*');
            }
        } else {
            into.extend_from_slice(body);
        }
        into.extend(end);
    }
    has_id
}

fn ends_with_id(text: &[u8]) -> bool {
    text.last() == Some(&b'*')
}

/// Whether a part of a name is an id: a number, a UUID, hexadecimal digits, or a long word with figures.
fn is_id(part: &[u8]) -> bool {
    let digits = part.iter().filter(|byte| byte.is_ascii_digit()).count();
    if digits == 0 {
        return false;
    }
    let dashes = part.iter().filter(|byte| **byte == b'-').count();
    let is_all = |is: fn(&u8) -> bool| part.iter().all(|byte| *byte == b'-' || is(byte));
    digits + dashes == part.len()
        || part.len() >= HEX_BYTES && is_all(u8::is_ascii_hexdigit)
        || part.len() >= WORD_BYTES && digits >= 4 && is_all(u8::is_ascii_alphanumeric)
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
            ("orders:eu-1", None),
            ("events:v2", None),
            ("deadbeef", None),
            ("", None),
        ] {
            assert_eq!(told(name).as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn a_family_has_itself_for_a_family_or_none() {
        for name in ["a:1:2:b", "x:*:7", "\u{fc}:9", "::", "7:"] {
            if let Some(once) = told(name) {
                assert_eq!(told(&once).unwrap_or(once.clone()), once);
            }
        }
    }
}
