//! Bytes of a terminal as keys, presses of the mouse and pasted text.
//!
//! Knows escape sequences of keyboards (xterm, the Linux console, `CSI u`) and of the mouse (SGR); reads nothing itself. Invariant: there
//! are no bytes that it fails on or that keep it from hearing the next key. What is neither a key nor a press of the mouse
//! (its moves, reports of the cursor, answers of the terminal) is dropped, a sequence that stops half way is given up after
//! [`Decoder::patience`], and nothing that is kept grows without a bound.

use crate::app::zone::{MouseAct, MouseReport};
use crate::commands::{Key, KeyCode, Modifiers};
use crate::core::limits;
use std::time::Duration;

/// Esc alone and the first byte of an arrow key are the same byte: what comes within this time belongs to it.
const AFTER_ESC: Duration = Duration::from_millis(30);
/// The rest of a sequence that has begun comes within this time, over slow connections too.
const WITHIN_SEQUENCE: Duration = Duration::from_millis(250);
/// So long a pasted text may pause before it counts as cut off.
const WITHIN_PASTE: Duration = Duration::from_secs(2);
/// No key's sequence has more parameter bytes.
const SEQUENCE_BYTES: usize = 64;
/// What ends a pasted text.
const PASTE_END: &[u8] = b"\x1b[201~";

/// What a terminal sends that means something to the console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InputEvent {
    /// A key.
    Key(Key),
    /// A press of the mouse, or its wheel.
    Mouse(MouseReport),
    /// Pasted text, which is never keys.
    Paste(String),
}

/// Where in a sequence the next byte stands.
#[derive(Debug, Default)]
enum DecoderState {
    #[default]
    Outside,
    /// In a character of several bytes: those so far, and whether Alt is held.
    Character(Vec<u8>, bool),
    AfterEsc,
    /// After `ESC [`, with the parameter bytes so far.
    Csi(Vec<u8>),
    /// After `ESC O`.
    Ss3,
    /// After `ESC [ [`: function keys of the Linux console.
    LinuxKey,
    /// In a mouse report of the old form, with so many bytes to come.
    Mouse(u8),
    /// In a text of the terminal that is for programs which asked: the byte that began it, and whether more came.
    Report(u8, bool),
    /// After an `ESC` in such a text, which ends with `ESC \`.
    ReportEnd,
    /// In a pasted text, with so many bytes of [`PASTE_END`] seen.
    Paste(Vec<u8>, usize),
}

/// Makes keys of bytes.
#[derive(Debug, Default)]
pub struct Decoder {
    state: DecoderState,
}

impl Decoder {
    /// Takes bytes in; what they say, in their order.
    pub fn take(&mut self, bytes: &[u8]) -> Vec<InputEvent> {
        let mut heard = Vec::new();
        for byte in bytes {
            self.state = step(std::mem::take(&mut self.state), *byte, &mut heard);
        }
        heard
    }

    /// How long to wait for the rest of what has begun; none when nothing has.
    pub fn patience(&self) -> Option<Duration> {
        match self.state {
            DecoderState::Outside => None,
            DecoderState::AfterEsc => Some(AFTER_ESC),
            DecoderState::Paste(..) => Some(WITHIN_PASTE),
            _ => Some(WITHIN_SEQUENCE),
        }
    }

    /// The rest does not come: what stands there means itself, and the next byte begins anew.
    pub fn give_up(&mut self) -> Option<InputEvent> {
        match std::mem::take(&mut self.state) {
            DecoderState::AfterEsc => Some(plain(KeyCode::Esc)),
            DecoderState::Csi(bytes) if bytes.is_empty() => Some(character('[', true)),
            DecoderState::Ss3 => Some(character('O', true)),
            DecoderState::Report(first, false) => Some(character(char::from(first), true)),
            DecoderState::Paste(text, _) => Some(pasted(&text)),
            _ => None,
        }
    }
}

fn step(state: DecoderState, byte: u8, heard: &mut Vec<InputEvent>) -> DecoderState {
    match state {
        DecoderState::Outside => outside(byte, false, heard),
        DecoderState::Character(bytes, alt) => more_of_character(bytes, alt, byte, heard),
        DecoderState::AfterEsc => after_esc(byte, heard),
        DecoderState::Csi(bytes) => in_csi(bytes, byte, heard),
        DecoderState::Ss3 => {
            let code = match byte {
                b'P' => Some(KeyCode::F(1)),
                b'Q' => Some(KeyCode::F(2)),
                b'R' => Some(KeyCode::F(3)),
                b'S' => Some(KeyCode::F(4)),
                b'M' => Some(KeyCode::Enter),
                _ => arrow(byte),
            };
            end_or_outside(code, byte, heard)
        }
        DecoderState::LinuxKey => {
            let code = (b'A'..=b'E').contains(&byte).then(|| KeyCode::F(1 + byte.saturating_sub(b'A')));
            end_or_outside(code, byte, heard)
        }
        DecoderState::Mouse(_) if is_control(byte) => outside(byte, false, heard),
        DecoderState::Mouse(left) if left > 1 => DecoderState::Mouse(left - 1),
        DecoderState::Mouse(_) => DecoderState::Outside,
        DecoderState::Report(..) if byte == 0x07 => DecoderState::Outside,
        DecoderState::Report(..) if byte == 0x1b => DecoderState::ReportEnd,
        DecoderState::Report(..) if is_control(byte) => outside(byte, false, heard),
        DecoderState::Report(first, _) => DecoderState::Report(first, true),
        DecoderState::ReportEnd if byte == b'\\' => DecoderState::Outside,
        DecoderState::ReportEnd if is_control(byte) => outside(byte, false, heard),
        DecoderState::ReportEnd => after_esc(byte, heard),
        DecoderState::Paste(text, seen) => in_paste(text, seen, byte, heard),
    }
}

/// A byte that begins something, perhaps with Alt held.
fn outside(byte: u8, alt: bool, heard: &mut Vec<InputEvent>) -> DecoderState {
    match byte {
        0x1b => return DecoderState::AfterEsc,
        // The first bytes of characters of two to four.
        0xc2..=0xf4 => return DecoderState::Character(vec![byte], alt),
        0x80..=0xff => {}
        b' '..=b'~' => heard.push(character(char::from(byte), alt)),
        _ => heard.push(control(byte, alt)),
    }
    DecoderState::Outside
}

fn after_esc(byte: u8, heard: &mut Vec<InputEvent>) -> DecoderState {
    match byte {
        0x1b => {
            heard.push(plain(KeyCode::Esc));
            DecoderState::AfterEsc
        }
        b'[' => DecoderState::Csi(Vec::new()),
        b'O' => DecoderState::Ss3,
        b']' | b'P' | b'X' | b'^' | b'_' => DecoderState::Report(byte, false),
        _ => outside(byte, true, heard),
    }
}

fn more_of_character(mut bytes: Vec<u8>, alt: bool, byte: u8, heard: &mut Vec<InputEvent>) -> DecoderState {
    if !(0x80..=0xbf).contains(&byte) {
        return outside(byte, false, heard);
    }
    bytes.push(byte);
    match std::str::from_utf8(&bytes) {
        Ok(text) => heard.extend(text.chars().map(|c| character(c, alt))),
        // No length: the bytes so far are a beginning.
        Err(error) if error.error_len().is_none() => return DecoderState::Character(bytes, alt),
        Err(_) => {}
    }
    DecoderState::Outside
}

fn in_csi(mut bytes: Vec<u8>, byte: u8, heard: &mut Vec<InputEvent>) -> DecoderState {
    match byte {
        // Parameters, and what may stand between them and the last byte.
        0x20..=0x3f => {
            // Of a sequence that is too long the end is awaited, and nothing kept.
            if bytes.len() < SEQUENCE_BYTES {
                bytes.push(byte);
            }
            DecoderState::Csi(bytes)
        }
        b'[' if bytes.is_empty() => DecoderState::LinuxKey,
        b'M' if bytes.is_empty() => DecoderState::Mouse(3),
        b'~' if bytes == b"200" => DecoderState::Paste(Vec::new(), 0),
        b'M' if bytes.first() == Some(&b'<') => {
            heard.extend(mouse_of_sgr(&bytes).map(InputEvent::Mouse));
            DecoderState::Outside
        }
        0x40..=0x7e => {
            heard.extend(key_of_csi(&bytes, byte).map(InputEvent::Key));
            DecoderState::Outside
        }
        _ => outside(byte, false, heard),
    }
}

fn in_paste(mut text: Vec<u8>, seen: usize, byte: u8, heard: &mut Vec<InputEvent>) -> DecoderState {
    if PASTE_END.get(seen) == Some(&byte) {
        if seen + 1 == PASTE_END.len() {
            heard.push(pasted(&text));
            return DecoderState::Outside;
        }
        return DecoderState::Paste(text, seen + 1);
    }
    text.extend(PASTE_END.iter().take(seen));
    let seen = usize::from(byte == 0x1b);
    if seen == 0 {
        text.push(byte);
    }
    text.truncate(limits::PASTE_BYTES);
    DecoderState::Paste(text, seen)
}

/// The key of a short sequence; a byte that ends none of them begins something else if it is a control.
fn end_or_outside(code: Option<KeyCode>, byte: u8, heard: &mut Vec<InputEvent>) -> DecoderState {
    heard.extend(code.map(plain));
    if code.is_none() && is_control(byte) { outside(byte, false, heard) } else { DecoderState::Outside }
}

/// A key of `ESC [ parameters last`, or none: a report, a release, a key that nobody here knows.
fn key_of_csi(parameters: &[u8], last: u8) -> Option<Key> {
    // Private parameters and intermediate bytes make a sequence something else than a key.
    if !parameters.iter().all(|byte| matches!(byte, b'0'..=b'9' | b';' | b':')) {
        return None;
    }
    let text = std::str::from_utf8(parameters).ok()?;
    // Arrows and the like have their first number left out, these never.
    if matches!(last, b'~' | b'u') && !text.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let mut fields = text.split(';');
    let number = |field: Option<&str>| {
        field.filter(|text| !text.is_empty()).map_or(Some(1), |text| text.parse::<u32>().ok())
    };
    let code = number(fields.next().unwrap_or("").split(':').next())?;
    let mut second = fields.next().unwrap_or("").split(':');
    let (mask, kind) = (number(second.next())?, number(second.next())?);
    // Pressed, held down, let go.
    if kind > 2 {
        return None;
    }
    let bits = mask.saturating_sub(1);
    let mut modifiers = Modifiers { shift: bits & 1 != 0, alt: bits & 2 != 0, ctrl: bits & 4 != 0 };
    let code = match last {
        b'P' => KeyCode::F(1),
        b'Q' => KeyCode::F(2),
        b'S' => KeyCode::F(4),
        b'Z' => {
            modifiers.shift = true;
            KeyCode::Tab
        }
        b'~' => numbered(code)?,
        b'u' => of_character(code)?,
        _ => arrow(last)?,
    };
    Some(Key::new(code, modifiers))
}

/// What the mouse did, of `ESC [ < button ; column ; row M`: its first button went down or its wheel turned, with no key
/// held. Moves, other buttons and positions that there are not are none.
fn mouse_of_sgr(parameters: &[u8]) -> Option<MouseReport> {
    let text = std::str::from_utf8(parameters.strip_prefix(b"<")?).ok()?;
    let mut fields = text.split(';');
    let act = match fields.next()? {
        "0" => MouseAct::Press,
        "64" => MouseAct::WheelUp,
        "65" => MouseAct::WheelDown,
        _ => return None,
    };
    let mut place = || fields.next()?.parse::<u16>().ok()?.checked_sub(1);
    let at = (place()?, place()?);
    fields.next().is_none().then_some(MouseReport { act, at })
}

fn arrow(last: u8) -> Option<KeyCode> {
    Some(match last {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'F' => KeyCode::End,
        b'H' => KeyCode::Home,
        _ => return None,
    })
}

/// The key of `ESC [ number ~`, as VT220 and xterm have them.
fn numbered(number: u32) -> Option<KeyCode> {
    Some(match number {
        1 | 7 => KeyCode::Home,
        2 => KeyCode::Insert,
        3 => KeyCode::Delete,
        4 | 8 => KeyCode::End,
        5 => KeyCode::PageUp,
        6 => KeyCode::PageDown,
        11..=34 => {
            // Keys on a keyboard stand in blocks, and so do their numbers: 16, 22, 27 and 30 are none.
            let gaps = match number {
                11..=15 => 10,
                17..=21 => 11,
                23..=26 => 12,
                28..=29 => 13,
                31..=34 => 14,
                _ => return None,
            };
            KeyCode::F(u8::try_from(number - gaps).ok()?)
        }
        _ => return None,
    })
}

/// The key of `ESC [ codepoint u`.
fn of_character(codepoint: u32) -> Option<KeyCode> {
    Some(match char::from_u32(codepoint)? {
        '\r' => KeyCode::Enter,
        '\x1b' => KeyCode::Esc,
        '\t' => KeyCode::Tab,
        '\x7f' => KeyCode::Backspace,
        // Keys without a character have codepoints of private use.
        '\u{e000}'..='\u{f8ff}' => return None,
        c if c.is_control() => return None,
        c => KeyCode::Char(c),
    })
}

fn control(byte: u8, alt: bool) -> InputEvent {
    let (code, ctrl) = match byte {
        b'\r' => (KeyCode::Enter, false),
        b'\t' => (KeyCode::Tab, false),
        0x7f => (KeyCode::Backspace, false),
        0 => (KeyCode::Char(' '), true),
        0x01..=0x1a => (KeyCode::Char(char::from(b'a' + (byte - 1))), true),
        // Ctrl and a digit, as VT220 has them.
        _ => (KeyCode::Char(char::from(b'4' + byte.saturating_sub(0x1c).min(3))), true),
    };
    InputEvent::Key(Key::new(code, Modifiers { ctrl, alt, shift: false }))
}

fn is_control(byte: u8) -> bool {
    byte < 0x20
}

fn plain(code: KeyCode) -> InputEvent {
    InputEvent::Key(Key::plain(code))
}

fn character(c: char, alt: bool) -> InputEvent {
    InputEvent::Key(Key::new(KeyCode::Char(c), Modifiers { ctrl: false, alt, shift: false }))
}

fn pasted(text: &[u8]) -> InputEvent {
    InputEvent::Paste(String::from_utf8_lossy(text).into_owned())
}

#[cfg(test)]
mod tests;
