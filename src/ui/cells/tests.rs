//! What cells promise: the unknown is no number, ids are never shortened, pictures are of five minutes.

use super::*;
use crate::config::theme::Theme;
use crate::core::figures::column::Certainty;
use crate::core::model::{Name, Snapshot, StreamId, streams::StreamFacts};
use crate::core::reading::groups::Drain;
use crate::ui::theme::{Depth, GlyphSet};

fn skin(set: GlyphSet) -> Skin {
    Skin::new(&Theme::builtin("default").unwrap(), Depth::True, set)
}

fn written(cell: &Cell) -> (String, Role) {
    let words = self::cell(cell, &RowId::Client(1), 10, &Reading::new(0), &skin(GlyphSet::Narrow));
    (words.text, words.role)
}

#[test]
fn every_meaning_has_its_form() {
    let lag = |entries, kind| Cell::Lag(Lag { entries, kind });
    for (cell, text, role) in [
        (Cell::Name(Name::from("a\x1bb")), "a\\x1bb", Role::Text),
        (Cell::Name(Name::from("")), "\"\"", Role::Dim),
        (Cell::Text("—".into()), "—", Role::Unknown),
        (Cell::Number(1_234_567), "1234567", Role::Text),
        (Cell::Count(Some(1234)), "1.23k", Role::Text),
        (Cell::Count(Some(0)), "0", Role::Dim),
        (Cell::Count(None), "—", Role::Unknown),
        (lag(Some(12), Certainty::Exact), "12", Role::Text),
        (lag(Some(12), Certainty::Estimate), "~12", Role::Text),
        (lag(Some(1000), Certainty::AtLeast), "≥1000", Role::Text),
        (lag(None, Certainty::Unknown), "—", Role::Unknown),
        (Cell::Ms(Some(125_000)), "2m 05s", Role::Text),
        (Cell::WholeSeconds(Some(0)), "<1 s", Role::Dim),
        (Cell::WholeSeconds(Some(14)), "14 s", Role::Text),
        (Cell::WholeSeconds(Some(125)), "2m 05s", Role::Text),
        (Cell::Drain(Drain::In(0.0)), "0 s", Role::Dim),
        (Cell::Us(Some(850.0)), "850 µs", Role::Text),
        (Cell::Rate(Some(9.5)), "9.5/s", Role::Text),
        (Cell::Drain(Drain::Unknown), "—", Role::Unknown),
        (Cell::Drain(Drain::Never { grows_per_s: 2.0 }), "growing", Role::Warning),
        (Cell::Id(StreamId::new(1_700_000_000_000, 3)), "1700000000000-3", Role::Text),
        (Cell::Time(1_795_179_907_000), "2026-11-20 13:05:07", Role::Text),
        (Cell::Time(i64::MAX), "—", Role::Unknown),
    ] {
        assert_eq!(written(&cell), (text.to_owned(), role), "{cell:?}");
    }
}

#[test]
fn in_ascii_the_unknown_is_ascii_too() {
    let words =
        cell(&Cell::Text("—".into()), &RowId::Client(1), 10, &Reading::new(0), &skin(GlyphSet::Ascii));
    assert_eq!(words.text, "-");
}

#[test]
fn a_new_row_is_told_by_a_mark() {
    let new = Row { id: RowId::Slow(7), cells: vec![Cell::Number(7)], mark: RowMark::New };
    let words = row(&new, 0, &Reading::new(0), &skin(GlyphSet::Narrow));
    assert_eq!(words, [StyledText::new("+7", Role::Accent)]);
}

/// A reading of one stream, a length a second; `None` is a round in which the length was not read.
fn lengths(lengths: impl IntoIterator<Item = Option<u64>>) -> Reading {
    let mut reading = Reading::new(0);
    for (second, length) in (1_700_000_000_i64..).zip(lengths) {
        let at_us = second * 1_000_000;
        let key = Name::from("s");
        let facts = StreamFacts { key, at_us, length, detail: None, reply_bytes: None };
        reading.advance(Snapshot {
            taken_at_ms: second * 1000,
            at_us,
            streams: vec![facts],
            ..Snapshot::default()
        });
    }
    reading
}

fn picture(reading: &Reading) -> String {
    cell(&Cell::Trend, &RowId::Stream(Name::from("s")), 10, reading, &skin(GlyphSet::Ascii)).text
}

#[test]
fn a_picture_spans_five_minutes_and_what_was_not_read_is_a_hole() {
    let seconds = (0..300).map(|second| (!(120..180).contains(&second)).then_some(second / 30 * 1000));
    let drawn = picture(&lengths(seconds));
    assert_eq!(drawn.len(), 10);
    assert!(drawn.starts_with(['_', ' ']) && drawn.ends_with('^'), "'{drawn}'");
    assert!(drawn.trim().contains(' '), "'{drawn}'");
}

#[test]
fn a_length_that_hardly_moves_is_drawn_flat() {
    let drawn = picture(&lengths((0..300).map(|second| Some(100_000 + second % 2))));
    assert!(drawn.trim().chars().all(|c| c == '_'), "'{drawn}'");
    assert_eq!(picture(&Reading::new(0)), "");
}
