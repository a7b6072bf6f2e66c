//! Is it healthy? One word that is read from three metres away, with its mark and its colour, and beside it how much that rests
//! on.
//!
//! Knows what the reading judges and whether it still holds; judges nothing itself. Invariant: it says OK only while the server
//! answers, its figures are fresh and the reading says so.

use super::findings;
use crate::app::State;
use crate::config::theme::Role;
use crate::core::diagnose::finding::{Health, Severity};
use crate::core::figures::sentence;
use crate::core::model::LinkStatus;
use crate::ui::screens::{facts, layout};
use crate::ui::theme::Skin;
use crate::ui::widgets::{LargeText, Pen, PixelSize, StyledText, Textlines};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Rows of large letters: on a screen of ordinary size, and on a wall.
const LARGE: u16 = 5;
const WALL: u16 = 10;
/// Sizes of the upper part from which on there is room for them.
const ROOM_FOR_LARGE: (u16, u16) = (110, 20);
const ROOM_FOR_WALL: (u16, u16) = (190, 34);
/// Blank cells between the letters and what stands beside them.
const GAP: u16 = 4;
/// Narrower text is no text.
const LEAST_BESIDE: u16 = 20;

/// What is said of the whole.
struct OverviewVerdict {
    /// `2 CRITICAL`, `OK`: what large letters have.
    word: String,
    role: Role,
    /// What it rests on, the weightiest first.
    because: Vec<StyledText>,
}

/// Draws it into the uppermost rows. What is left below; and, on a wall, the place beside it.
pub fn draw(state: &State, area: Rect, buffer: &mut Buffer, skin: &Skin) -> (Rect, Option<Rect>) {
    let verdict = of(state, skin);
    let has = |(width, height): (u16, u16)| area.width >= width && area.height >= height;
    let rows = match () {
        () if has(ROOM_FOR_WALL) => WALL,
        () if has(ROOM_FOR_LARGE) => LARGE,
        () => 1,
    };
    let text = LargeText::new(&verdict.word).filter(|_| rows > 1);
    // On a wall the figures stand beside it.
    let beside = if rows == WALL { area.width / 3 } else { LEAST_BESIDE };
    let most = area.width.saturating_sub(GAP + beside);
    let sized = text.and_then(|text| {
        let size = PixelSize::of(&[(text.clone(), most)], rows, skin)?;
        Some((text, size))
    });
    let Some((text, size)) = sized else {
        let (place, rest) = layout::top(area, 1);
        line(&verdict, place, buffer, skin);
        return (rest, None);
    };
    let (place, rest) = layout::top(area, rows + 1);
    let (columns, high) = text.cells(size);
    text.draw(size, skin.ink(verdict.role), place, buffer, skin);
    let (_, beside) = layout::left(place, columns.saturating_add(GAP));
    let beside = Rect { height: high.max(rows), ..beside };
    if beside.width >= LEAST_BESIDE {
        let (above, below) = layout::top(beside, if rows == WALL { 3 } else { rows });
        because(&verdict, above, buffer, skin);
        return (rest, (rows == WALL).then(|| layout::top(below, 1).1));
    }
    (rest, None)
}

/// The word first, whatever the width, and then what it rests on as far as there is room.
fn line(verdict: &OverviewVerdict, area: Rect, buffer: &mut Buffer, skin: &Skin) {
    let mut pen = Pen::new(area, buffer);
    let word = marked(&StyledText::new(verdict.word.clone(), verdict.role), skin);
    let end = pen.text(area.x, area.y, &word.text, skin.style(word.role));
    if verdict.because.is_empty() {
        return;
    }
    let end = pen.text(end, area.y, &format!(" {} ", skin.glyphs.dot), skin.style(Role::Border));
    let (_, rest) = layout::left(area, end.saturating_sub(area.x));
    facts::line(("", 0), &verdict.because, rest, buffer, skin);
}

/// All under each other, with their marks.
fn because(verdict: &OverviewVerdict, area: Rect, buffer: &mut Buffer, skin: &Skin) {
    let word = StyledText::new(verdict.word.clone(), verdict.role);
    let all = std::iter::once(&word).chain(&verdict.because);
    let paragraphs: Vec<StyledText> = all.map(|words| marked(words, skin)).collect();
    Textlines { paragraphs: &paragraphs, offset: 0 }.draw(area, buffer, skin);
}

/// A state with its mark: never colour alone.
fn marked(words: &StyledText, skin: &Skin) -> StyledText {
    let mark = skin.glyphs.state(words.role);
    let text = mark.map_or_else(|| words.text.clone(), |mark| format!("{mark} {}", words.text));
    StyledText::new(text, words.role)
}

fn of(state: &State, skin: &Skin) -> OverviewVerdict {
    let Some(health) = state.health() else { return without_link(state, skin) };
    let (word, role) = match health {
        Health::Critical => (counted(state, Severity::Critical, ("CRITICAL", "CRITICAL")), Role::Critical),
        Health::Warning => (counted(state, Severity::Warning, ("WARNING", "WARNINGS")), Role::Warning),
        Health::Ok => ("OK".to_owned(), Role::Ok),
        Health::Unknown => ("UNKNOWN".to_owned(), Role::Unknown),
    };
    let mut because = Vec::new();
    if state.is_stale() {
        let age = skin.figures.duration_ms(state.data_age_ms());
        because.push(StyledText::new(format!("the figures are {age} old"), Role::Stale));
    }
    because.extend(match health {
        Health::Critical | Health::Warning => of_findings(state, health, skin),
        Health::Unknown if state.shown().health() == Health::Unknown => {
            vec![findings::calm_words(state.shown(), skin)]
        }
        Health::Unknown => Vec::new(),
        Health::Ok => vec![watched(state, skin)],
    });
    OverviewVerdict { word, role, because }
}

/// Nobody knows how a server fares that does not answer.
fn without_link(state: &State, skin: &Skin) -> OverviewVerdict {
    let old = state.data_age_ms().map(|age_ms| {
        let age = skin.figures.duration_ms(Some(age_ms));
        StyledText::new(format!("the figures are {age} old"), Role::Stale)
    });
    let (word, role, why) = match &state.active.link {
        LinkStatus::Down(_) => ("DOWN", Role::Critical, "the server does not answer"),
        LinkStatus::Connecting | LinkStatus::Up { .. } => ("UNKNOWN", Role::Unknown, "connecting"),
    };
    let because = [Some(StyledText::new(why, role)), old].into_iter().flatten().collect();
    OverviewVerdict { word: word.to_owned(), role, because }
}

fn count(state: &State, severity: Severity) -> u64 {
    let findings = state.shown().findings().iter();
    findings.filter(|finding| finding.severity == severity).fold(0, |count, _| count + 1)
}

/// How many findings are so bad; where more were found than are listed the number is a bound.
fn counted(state: &State, severity: Severity, (one, many): (&str, &str)) -> String {
    let count = count(state, severity);
    format!("{count} {}", if count == 1 { one } else { many })
}

/// How much else there is, and since when the first of the worst stands.
fn of_findings(state: &State, health: Health, skin: &Skin) -> Vec<StyledText> {
    let reading = state.shown();
    let worst = if health == Health::Critical { Severity::Critical } else { Severity::Warning };
    let first_ms = reading
        .findings()
        .iter()
        .filter(|finding| finding.severity == worst)
        .map(|finding| finding.since_ms)
        .min();
    let since_ms = first_ms.and_then(|ms| u64::try_from(reading.now_ms().saturating_sub(ms)).ok());
    let mut words = Vec::new();
    let warnings = count(state, Severity::Warning);
    if worst == Severity::Critical && warnings > 0 {
        let text = sentence::number_of(warnings, "warning");
        words.push(StyledText::new(text, Role::Warning));
    }
    words.extend(
        since_ms.map(|ms| StyledText::from(format!("the first for {}", skin.figures.duration_ms(Some(ms))))),
    );
    let dropped = reading.judged().dropped();
    if dropped > 0 {
        words.push(StyledText::new(format!("{dropped} more not listed"), Role::Dim));
    }
    let blind = u64::try_from(reading.judged().cannot_tell().len()).unwrap_or(u64::MAX);
    if blind > 0 {
        let text = sentence::counted(blind, "check cannot tell", "checks cannot tell");
        words.push(StyledText::new(text, Role::Dim));
    }
    words
}

/// For how long, and what could not be told.
fn watched(state: &State, skin: &Skin) -> StyledText {
    let watched = skin.figures.duration_ms(Some(state.shown().watched_ms()));
    StyledText::new(format!("watched for {}", watched.trim()), Role::Dim)
}
