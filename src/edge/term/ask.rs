//! What the terminal says of itself when it is asked: how wide it draws lines and blocks, and how light its ground is.
//!
//! Knows the escape codes of question and answer. Invariants: it takes 100 ms at most, leaves nothing on the screen, and
//! what somebody typed meanwhile is kept for whoever reads keys next.

use crossterm::terminal;
use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Token};
use std::fs::File;
use std::io::{self, IsTerminal, Read, Write};
use std::os::fd::{AsFd, AsRawFd};
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// How long the terminal has to answer.
const PATIENCE: Duration = Duration::from_millis(100);
/// More than any answer has.
const MOST_BYTES: usize = 1024;
/// A line and a block: the cursor stands in the third column after them, where each takes one cell.
const SAMPLE: &str = "─█";
const NARROW_COLUMN: u16 = 3;

/// What was typed while the terminal was asked.
static TYPED: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// What the terminal is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TermQuestions {
    /// How wide it draws lines and blocks.
    pub width: bool,
    /// How light its ground is.
    pub ground: bool,
}

/// What it answered; `None` where it did not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TermAnswers {
    /// Whether lines and blocks take two cells each.
    pub is_wide: Option<bool>,
    /// Whether its ground is light.
    pub is_light: Option<bool>,
}

/// Asks the terminal, if there is one.
pub fn ask(questions: TermQuestions) -> TermAnswers {
    let is_asked = questions.width || questions.ground;
    if !is_asked || !io::stdout().is_terminal() || !io::stdin().is_terminal() {
        return TermAnswers::default();
    }
    let Ok(bytes) = asked(questions) else { return TermAnswers::default() };
    let (answers, rest) = understood(&bytes);
    if let Ok(mut typed) = TYPED.lock() {
        typed.extend(rest);
    }
    TermAnswers { is_wide: answers.is_wide.filter(|_| questions.width), ..answers }
}

/// What was typed while the terminal was asked; it is told once.
pub(super) fn typed() -> Vec<u8> {
    TYPED.lock().map(|mut typed| std::mem::take(&mut *typed)).unwrap_or_default()
}

fn asked(questions: TermQuestions) -> io::Result<Vec<u8>> {
    let input = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    terminal::enable_raw_mode()?;
    let ground = if questions.ground { "\x1b]11;?\x1b\\" } else { "" };
    // Answers come in the order of the questions, and every terminal knows the last one.
    let heard = say(&format!("{ground}\r{SAMPLE}\x1b[6n")).and_then(|()| hear(input));
    let _gone = say("\r\x1b[K");
    let _gone = terminal::disable_raw_mode();
    heard
}

fn say(text: &str) -> io::Result<()> {
    let mut out = io::stdout();
    out.write_all(text.as_bytes())?;
    out.flush()
}

fn hear(mut input: File) -> io::Result<Vec<u8>> {
    let until = Instant::now() + PATIENCE;
    let (mut poll, mut ready) = (Poll::new()?, Events::with_capacity(1));
    poll.registry().register(&mut SourceFd(&input.as_raw_fd()), Token(0), Interest::READABLE)?;
    let mut bytes = Vec::new();
    while bytes.len() < MOST_BYTES && understood(&bytes).0.is_wide.is_none() {
        let left = until.saturating_duration_since(Instant::now());
        poll.poll(&mut ready, Some(left))?;
        if ready.is_empty() {
            break;
        }
        let mut piece = [0; MOST_BYTES];
        let length = input.read(&mut piece)?;
        bytes.extend(piece.iter().take(length));
        if length == 0 {
            break;
        }
    }
    Ok(bytes)
}

/// The answers among these bytes, and the bytes that are none.
fn understood(bytes: &[u8]) -> (TermAnswers, Vec<u8>) {
    let mut answers = TermAnswers::default();
    let mut typed = Vec::new();
    let mut rest = bytes;
    while let Some((first, after)) = rest.split_first() {
        if let Some((column, left)) = column_of(rest) {
            (answers.is_wide, rest) = (Some(column > NARROW_COLUMN), left);
        } else if let Some((is_light, left)) = ground_of(rest) {
            (answers.is_light, rest) = (is_light, left);
        } else {
            typed.push(*first);
            rest = after;
        }
    }
    (answers, typed)
}

/// `ESC [ row ; column R` at the beginning: the column, and what comes after.
fn column_of(bytes: &[u8]) -> Option<(u16, &[u8])> {
    let rest = bytes.strip_prefix(b"\x1b[")?;
    let end = rest.iter().take(16).position(|byte| *byte == b'R')?;
    let text = std::str::from_utf8(rest.get(..end)?).ok()?;
    let (row, column) = text.split_once(';')?;
    let (_row, column): (u16, u16) = (row.parse().ok()?, column.parse().ok()?);
    Some((column, rest.get(end + 1..)?))
}

/// `ESC ] 11 ; rgb: … BEL` or `ESC \` at the beginning: whether that is light, and what comes after.
fn ground_of(bytes: &[u8]) -> Option<(Option<bool>, &[u8])> {
    let rest = bytes.strip_prefix(b"\x1b]11;")?;
    let end = rest.iter().take(64).position(|byte| matches!(byte, 0x07 | 0x1b))?;
    let text = std::str::from_utf8(rest.get(..end)?).ok()?;
    let after = rest.get(end..)?;
    let after = after.strip_prefix(b"\x07").or_else(|| after.strip_prefix(b"\x1b\\"))?;
    Some((is_light(text), after))
}

/// Whether `rgb:ffff/ffff/ffff` is nearer to white than to black, as the eye has it.
fn is_light(text: &str) -> Option<bool> {
    let parts = text.strip_prefix("rgb:").or_else(|| text.strip_prefix("rgba:"))?;
    let share = |part: &str| {
        let most =
            16_f64.powi(i32::try_from(part.len()).ok().filter(|digits| (1..=4).contains(digits))?) - 1.0;
        Some(f64::from(u32::from_str_radix(part, 16).ok()?) / most)
    };
    let mut shares = parts.split('/').map(share);
    let (red, green, blue) = (shares.next()??, shares.next()??, shares.next()??);
    Some(0.299 * red + 0.587 * green + 0.114 * blue > 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn answers_are_taken_out_of_what_was_typed() {
        let (answers, typed) = understood(b"q\x1b]11;rgb:ffff/f7f7/f0f0\x1b\\\x1b[1;3Rj");
        assert_eq!(answers, TermAnswers { is_wide: Some(false), is_light: Some(true) });
        assert_eq!(typed, b"qj");
        let (answers, _) = understood(b"\x1b]11;rgb:10/15/1c\x07\x1b[24;5R");
        assert_eq!(answers, TermAnswers { is_wide: Some(true), is_light: Some(false) });
        assert_eq!(understood(b"\x1b[A").1, b"\x1b[A");
    }

    proptest! {
        #[test]
        fn nothing_that_a_terminal_sends_is_more_than_bytes(bytes: Vec<u8>) {
            let (_, typed) = understood(&bytes);
            prop_assert!(typed.len() <= bytes.len());
        }
    }
}
