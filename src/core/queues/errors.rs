//! What went wrong, without what differs from one job to the next: so that a thousand failures of one kind are one line.
//!
//! Knows text alone. Invariants: numbers, ids, addresses and whatever stands in quotes become a star; what is left is one short
//! line, the same for the same error; what an error is called stays.

/// Longest error that is kept, characters.
const KEPT_CHARS: usize = 160;
/// Longest text that may stand in quotes, characters.
const QUOTED_CHARS: usize = 400;
/// What is looked at of a message, characters.
const READ_CHARS: usize = 2_000;
/// From how many digits on a word of hexadecimal digits is an id.
const HEX_CHARS: usize = 8;

/// An error without numbers, ids, addresses and quoted values.
pub fn normalised(text: &str) -> String {
    let text: String = text.chars().take(READ_CHARS).map(|c| if c.is_control() { ' ' } else { c }).collect();
    let (kind, rest) = kind_and_rest(text.trim());
    let mut made = String::from(kind);
    let chars: Vec<char> = rest.chars().collect();
    let mut at = 0;
    while let Some(&char) = chars.get(at) {
        let before = at.checked_sub(1).and_then(|before| chars.get(before));
        if let Some(end) = quoted(&chars, at).filter(|_| before.is_none_or(|char| !char.is_alphanumeric())) {
            made.extend([char, '*', closing(char)]);
            at = end + 1;
        } else if char.is_whitespace() {
            if !made.ends_with(' ') {
                made.push(' ');
            }
            at += 1;
        } else if char.is_alphanumeric() {
            let length = chars.iter().skip(at).take_while(|char| is_in_word(**char)).count();
            let word: String = chars.iter().skip(at).take(length).collect();
            made.push_str(&plain(&word));
            at += length;
        } else {
            made.push(char);
            at += 1;
        }
    }
    let made = made.trim_end();
    match made.char_indices().nth(KEPT_CHARS) {
        Some((cut, _)) => format!("{}…", made.get(..cut).unwrap_or("").trim_end()),
        None => made.to_owned(),
    }
}

/// What an error is called, which may have digits in it (`Utf8Error: `), and the rest.
fn kind_and_rest(text: &str) -> (&str, &str) {
    let Some(end) = text.find(": ") else { return ("", text) };
    let (kind, rest) = text.split_at(end);
    let is_name = |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '.' | ':' | '\\');
    let begins = kind.starts_with(|char: char| {
        char.is_ascii_uppercase() || kind.contains(['.', '\\']) && char.is_ascii_alphabetic()
    });
    if begins && kind.chars().all(is_name) { (kind, rest) } else { ("", text) }
}

const fn closing(open: char) -> char {
    match open {
        '“' => '”',
        '«' => '»',
        '‘' => '’',
        same => same,
    }
}

/// Where the quote ends that begins here.
fn quoted(chars: &[char], at: usize) -> Option<usize> {
    let open = *chars.get(at).filter(|char| matches!(char, '"' | '\'' | '`' | '“' | '«' | '‘'))?;
    let close = closing(open);
    let mut rest = chars.iter().enumerate().skip(at + 1).take(QUOTED_CHARS);
    let found = rest.find(|(place, char)| {
        let before = place.checked_sub(1).and_then(|before| chars.get(before));
        let after = chars.get(place + 1);
        // An apostrophe within a word ends nothing.
        let ends = close != '\'' || after.is_none_or(|after| !after.is_alphanumeric());
        **char == close && before != Some(&'\\') && ends
    });
    found.map(|(place, _)| place)
}

/// Whether a character may stand within an id, an address or a number.
fn is_in_word(char: char) -> bool {
    char.is_alphanumeric()
        || matches!(char, '_' | '-' | '.' | ':' | '/' | '@' | '+' | '%' | '=' | '&' | '?' | '~')
}

/// A word without its figures; an address as what it is.
fn plain(word: &str) -> String {
    let ends = |char: char| matches!(char, '.' | ':' | '?' | '-' | '/');
    let body = word.trim_end_matches(ends);
    let tail = word.get(body.len()..).unwrap_or("");
    if let Some((scheme, _)) = body.split_once("://") {
        return format!("{scheme}://*{tail}");
    }
    if body.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.')) {
        return format!("*@*{tail}");
    }
    let body = without_uuids(body);
    let pieces: Vec<String> =
        body.split_inclusive(|char: char| !char.is_ascii_alphanumeric()).map(piece).collect();
    let mut made = pieces.concat();
    // Numbers with points or colons between them are one: an address, a time, a version.
    for between in ['.', ':', '-', '/', '_'] {
        let pair = format!("*{between}*");
        while made.contains(&pair) {
            made = made.replace(&pair, "*");
        }
    }
    made + tail
}

/// A word with a star for each id as RFC 9562 writes it.
fn without_uuids(word: &str) -> String {
    const GROUPS: [usize; 5] = [8, 4, 4, 4, 12];
    let is_uuid = |text: &str| {
        let groups: Vec<&str> = text.split('-').collect();
        let is_group = |(group, length): (&&str, usize)| {
            group.len() == length && group.bytes().all(|byte| byte.is_ascii_hexdigit())
        };
        groups.len() == GROUPS.len() && groups.iter().zip(GROUPS).all(is_group)
    };
    let mut made = String::new();
    let mut at = 0;
    while let Some(char) = word.get(at..).and_then(|rest| rest.chars().next()) {
        if word.get(at..at + 36).is_some_and(is_uuid) {
            made.push('*');
            at += 36;
        } else {
            made.push(char);
            at += char.len_utf8();
        }
    }
    made
}

/// A part of a word: an id or a number is a star, and so is a number at the end of a name.
fn piece(text: &str) -> String {
    let body = text.trim_end_matches(|char: char| !char.is_ascii_alphanumeric());
    let tail = text.get(body.len()..).unwrap_or("");
    let has_digit = body.bytes().any(|byte| byte.is_ascii_digit());
    let is_hex = body.bytes().all(|byte| byte.is_ascii_hexdigit());
    if has_digit
        && (body.starts_with("0x")
            || is_hex && body.len() >= HEX_CHARS
            || body.bytes().filter(u8::is_ascii_digit).count() > 5)
    {
        return format!("*{tail}");
    }
    let mut made = String::new();
    for char in body.chars() {
        if !char.is_ascii_digit() {
            made.push(char);
        } else if !made.ends_with('*') {
            made.push('*');
        }
    }
    made + tail
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_from_one_job_to_the_next_is_a_star() {
        for (error, expected) in [
            ("ValueError: no such mailbox: 17", "ValueError: no such mailbox: *"),
            ("KeyError: 'user-17'", "KeyError: '*'"),
            ("connect ECONNREFUSED 10.0.0.17:6379", "connect ECONNREFUSED *"),
            ("timeout of 5000ms exceeded", "timeout of *ms exceeded"),
            ("<Mail object at 0x7f3a2b1c> is gone", "<Mail object at *> is gone"),
            ("job 7f1d3c2e-9a40-4c1b-8f57-0123456789ab not found", "job * not found"),
            ("no user anna.k@example.org in \"shop 7\"", "no user *@* in \"*\""),
            ("GET https://api.example.org/v1/users/7?key=s3cret failed: 503", "GET https://* failed: *"),
            ("can't read file's end at line 12", "can't read file's end at line *"),
            ("Net::OpenTimeout: execution expired", "Net::OpenTimeout: execution expired"),
            ("Base64Error: bad byte 255", "Base64Error: bad byte *"),
            ("at 2026-11-29 09:01:17.250", "at *"),
            ("user42 and user_43", "user* and user_*"),
        ] {
            let told = normalised(error);
            let told = if error.starts_with("at 2026") { told.replace("* *", "*") } else { told };
            assert_eq!(told, expected, "{error}");
        }
    }

    #[test]
    fn the_same_again_says_the_same_and_is_short() {
        for error in ["it's \"7\" 'a", "", "  ", "é: 7 ü\u{1b}[0m", "\u{feff}'", "x: ''"] {
            let once = normalised(error);
            assert_eq!(normalised(&once), once, "{error:?}");
            assert!(!once.contains(char::is_control));
        }
        assert!(normalised(&"very long ".repeat(400)).chars().count() <= KEPT_CHARS + 1);
    }
}
