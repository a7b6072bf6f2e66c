//! Keys as the program thinks of them, and as people write them in the config.
//!
//! Knows names and modifiers; nothing of terminals. Invariant: a key that a terminal can't tell from another
//! is the same value ([`Key::new`] makes it so), and what is shown reads back to the same key.

use std::fmt;
use std::str::FromStr;

/// What is pressed, without its modifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyCode {
    /// A character as typed: `G` is `Char('G')`.
    Char(char),
    /// Enter, Return.
    Enter,
    /// Escape.
    Esc,
    /// Tab.
    Tab,
    /// Backspace.
    Backspace,
    /// Delete.
    Delete,
    /// Insert.
    Insert,
    /// Arrow up.
    Up,
    /// Arrow down.
    Down,
    /// Arrow left.
    Left,
    /// Arrow right.
    Right,
    /// Home.
    Home,
    /// End.
    End,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// A function key, 1 to 24.
    F(u8),
}

/// What is held down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Modifiers {
    /// Control.
    pub ctrl: bool,
    /// Alt, Meta, Option.
    pub alt: bool,
    /// Shift; never set on characters, which say it themselves.
    pub shift: bool,
}

/// One press of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// What is pressed.
    pub code: KeyCode,
    /// What is held down.
    pub modifiers: Modifiers,
}

/// Why a text is not a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{text}' is not a key")]
pub struct BadKey {
    /// The text as written.
    pub text: String,
    /// What to try.
    pub hint: String,
}

const NAMES: &[(&str, KeyCode)] = &[
    ("enter", KeyCode::Enter),
    ("return", KeyCode::Enter),
    ("esc", KeyCode::Esc),
    ("escape", KeyCode::Esc),
    ("tab", KeyCode::Tab),
    ("space", KeyCode::Char(' ')),
    ("backspace", KeyCode::Backspace),
    ("delete", KeyCode::Delete),
    ("del", KeyCode::Delete),
    ("insert", KeyCode::Insert),
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("pgup", KeyCode::PageUp),
    ("pageup", KeyCode::PageUp),
    ("pgdn", KeyCode::PageDown),
    ("pagedown", KeyCode::PageDown),
];

impl Key {
    /// The key, in the one form that equal presses have: Shift is in the character itself, control works on
    /// lower case, and Ctrl-I, Ctrl-M and Ctrl-[ are what a terminal sends for Tab, Enter and Esc.
    pub fn new(code: KeyCode, modifiers: Modifiers) -> Self {
        let KeyCode::Char(c) = code else { return Self { code, modifiers } };
        let Modifiers { ctrl, alt, shift } = modifiers;
        if ctrl {
            let alone = Modifiers { ctrl: false, alt, shift: false };
            return match c.to_ascii_lowercase() {
                'i' => Self { code: KeyCode::Tab, modifiers: alone },
                'm' => Self { code: KeyCode::Enter, modifiers: alone },
                '[' => Self { code: KeyCode::Esc, modifiers: alone },
                c => Self { code: KeyCode::Char(c), modifiers: Modifiers { ctrl, alt, shift: false } },
            };
        }
        let c = if shift { c.to_ascii_uppercase() } else { c };
        Self { code: KeyCode::Char(c), modifiers: Modifiers { ctrl, alt, shift: false } }
    }

    /// The key without modifiers.
    pub fn plain(code: KeyCode) -> Self {
        Self::new(code, Modifiers::default())
    }
}

impl From<char> for Key {
    fn from(c: char) -> Self {
        Self::plain(KeyCode::Char(c))
    }
}

/// Reads `q`, `?`, `G`, `space`, `ctrl-d`, `shift-tab` or `backtab`, `alt-x`, `f1`, `pgdn`. Names don't mind case.
impl FromStr for Key {
    type Err = BadKey;

    fn from_str(text: &str) -> Result<Self, BadKey> {
        let mut rest = text;
        let mut modifiers = Modifiers::default();
        while let Some((prefix, after)) = rest.split_once(['-', '+']).filter(|(_, after)| !after.is_empty()) {
            match prefix.to_ascii_lowercase().as_str() {
                "ctrl" | "control" | "c" => modifiers.ctrl = true,
                "alt" | "meta" | "a" => modifiers.alt = true,
                "shift" => modifiers.shift = true,
                _ => break,
            }
            rest = after;
        }
        code(rest, &mut modifiers).map(|code| Self::new(code, modifiers)).ok_or_else(|| bad(text, rest))
    }
}

fn code(name: &str, modifiers: &mut Modifiers) -> Option<KeyCode> {
    let mut chars = name.chars();
    if let (Some(c), None) = (chars.next(), chars.next()) {
        return Some(KeyCode::Char(c)).filter(|_| !c.is_control());
    }
    let name = name.to_ascii_lowercase();
    if name == "backtab" {
        modifiers.shift = true;
        return Some(KeyCode::Tab);
    }
    let number = name.strip_prefix('f').filter(|digits| !digits.starts_with(['0', '+']));
    if let Some(number) = number.and_then(|digits| digits.parse().ok()) {
        return Some(KeyCode::F(number)).filter(|_| (1..=24).contains(&number));
    }
    NAMES.iter().find(|(known, _)| *known == name).map(|(_, code)| *code)
}

fn bad(text: &str, name: &str) -> BadKey {
    let nearest = super::nearest(&name.to_ascii_lowercase(), NAMES.iter().map(|(known, _)| *known));
    let hint = match nearest {
        Some(known) => format!("did you mean '{known}'?"),
        None => "write a character (q, ?, G) or a name (enter, esc, tab, space, up, pgdn, f1), \
                 with ctrl-, alt- or shift- before it"
            .to_owned(),
    };
    BadKey { text: text.to_owned(), hint }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        for (held, prefix) in
            [(self.modifiers.ctrl, "ctrl-"), (self.modifiers.alt, "alt-"), (self.modifiers.shift, "shift-")]
        {
            if held {
                text.push_str(prefix);
            }
        }
        match NAMES.iter().find(|(_, code)| *code == self.code) {
            Some((name, _)) => text.push_str(name),
            None => match self.code {
                KeyCode::Char(c) => text.push(c),
                KeyCode::F(number) => text.push_str(&format!("f{number}")),
                other => text.push_str(&format!("{other:?}").to_lowercase()),
            },
        }
        f.pad(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key(text: &str) -> Key {
        text.parse().unwrap()
    }

    #[test]
    fn keys_are_read_as_people_write_them() {
        let ctrl = Modifiers { ctrl: true, ..Modifiers::default() };
        let shift = Modifiers { shift: true, ..Modifiers::default() };
        assert_eq!(key("q"), Key::from('q'));
        assert_eq!(key("ctrl-d"), Key::new(KeyCode::Char('d'), ctrl));
        assert_eq!(key("Ctrl+D"), key("ctrl-d"));
        assert_eq!(key("backtab"), Key::new(KeyCode::Tab, shift));
        assert_eq!(key("shift-tab"), key("backtab"));
        assert_eq!(key("F1"), Key::plain(KeyCode::F(1)));
        assert_eq!(key("-"), Key::from('-'));
        assert_eq!(key("+"), Key::from('+'));
        assert_eq!(key("ctrl--"), Key::new(KeyCode::Char('-'), ctrl));
        assert_eq!(key("space"), Key::from(' '));
        assert_eq!(key("PgDn"), Key::plain(KeyCode::PageDown));
    }

    #[test]
    fn presses_that_a_terminal_cannot_tell_apart_are_one_key() {
        assert_eq!(key("shift-g"), key("G"));
        assert_eq!(key("ctrl-i"), key("tab"));
        assert_eq!(key("ctrl-m"), key("enter"));
        assert_eq!(key("ctrl-["), key("esc"));
        assert_ne!(key("g"), key("G"));
    }

    #[test]
    fn a_text_that_is_no_key_is_an_error_with_a_hint() {
        assert_eq!("entr".parse::<Key>().unwrap_err().hint, "did you mean 'enter'?");
        for text in ["", "f0", "f25", "f+1", "hyper-x", "ctrl-", "qq", "\u{7}"] {
            assert!(text.parse::<Key>().is_err(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_shown_reads_back(c in "[!-~é ]", ctrl: bool, alt: bool, shift: bool) {
            let key = Key::new(KeyCode::Char(c.chars().next().unwrap()), Modifiers { ctrl, alt, shift });
            prop_assert_eq!(key.to_string().parse::<Key>().unwrap(), key);
        }
    }
}
