//! What every part of a screen promises: at any size and place it does not panic and stays inside.

mod gallery;

use super::*;
use crate::config::theme::{Role, Theme};
use crate::ui::theme::{Depth, GlyphSet, Skin};
use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

const COLUMNS: [ColumnWidth; 3] = [
    ColumnWidth::text("stream", 6, 40, 0),
    ColumnWidth::figures("length", 6, 1),
    ColumnWidth::figures("lag", 5, 2),
];

fn words(text: &str, role: Role) -> StyledText {
    StyledText::new(text, role)
}

/// Draws every part into the area, one after another.
fn draw_all(area: Rect, buffer: &mut Buffer, skin: &Skin, value: f64, text: &str) {
    let points: Vec<GraphPoint> = (0..50i64)
        .map(|at| GraphPoint { t_ms: at * 700, value: (at % 7 != 0).then_some(value * at as f64) })
        .chain([
            GraphPoint { t_ms: i64::MAX, value: Some(f64::NAN) },
            GraphPoint { t_ms: i64::MIN, value: Some(1.0) },
        ])
        .collect();
    let series = [
        GraphSeries { points: &points, role: Role::Graph1 },
        GraphSeries { points: points.get(..9).unwrap(), role: Role::Graph2 },
    ];
    for (scale, unit) in
        [(Scale::Zero, Unit::Bytes), (Scale::Log, Unit::LatencyUs), (Scale::UpTo(1.0), Unit::Share)]
    {
        let graph = Graph {
            title: text,
            now: vec![words(text, Role::Ok), words("—", Role::Unknown)],
            series: &series,
            span_ms: (0, 30_000),
            gap_ms: 2000,
            unit,
            scale,
            limit: Some(value),
            fill: true,
        };
        graph.draw(area, buffer, skin);
    }
    let line = spark::text(&[Some(value), None, Some(1.0)], None, area.width, skin.glyphs);
    assert_eq!(line.chars().count(), usize::from(area.width));
    Gauge {
        label: text,
        label_width: 8,
        share: Some(value),
        figure: "12.3%",
        figure_width: 6,
        warning_at: Some(0.8),
        critical_at: Some(f64::NAN),
    }
    .draw(area, buffer, skin);
    let part = StackPart { name: text, value, figure: "1" };
    Stack { parts: &[part; 5], whole: None }.draw(area, buffer, skin);
    draw_lines(area, buffer, skin, text);
}

fn draw_lines(area: Rect, buffer: &mut Buffer, skin: &Skin, text: &str) {
    let rows = vec![vec![words(text, Role::Text), words("1", Role::Dim), words(text, Role::Critical)]; 9];
    Table {
        columns: &COLUMNS,
        rows: &rows,
        offset: 2,
        total: 900,
        selected: Some(4),
        marked: &[],
        sorted: Some((0, true)),
    }
    .draw(area, buffer, skin);
    for panel in [Panel::new(text), Panel::new(text).boxed().focus(true)] {
        panel.note(words(text, Role::Dim)).note("12").draw(area, buffer, skin);
    }
    notice(&words(text, Role::Unknown), area, buffer, skin);
    Keyline { keys: &[("q", "quit"), (text, text)] }.draw(area, buffer, skin);
    let segments = [Segment::left(text, 0), Segment::left(words(text, Role::Ok), 2), Segment::right(text, 1)];
    Headline { segments: &segments, role: Role::Header }.draw(area, buffer, skin);
    Textlines { paragraphs: &[words(text, Role::Text)], offset: 0 }.draw(area, buffer, skin);
    dialog::buttons(&[text, "Cancel"], Some(1), area, buffer, skin);
}

fn skins() -> impl Strategy<Value = Skin> {
    let depth = prop::sample::select(vec![Depth::None, Depth::Ansi16, Depth::Ansi256, Depth::True]);
    let theme = prop::sample::select(vec!["default", "light", "mono"]);
    (depth, theme, prop::sample::select(GlyphSet::ALL.to_vec()))
        .prop_map(|(depth, theme, set)| Skin::new(&Theme::builtin(theme).unwrap(), depth, set))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn no_part_panics_or_draws_outside_its_area(
        (x, y, width, height) in (0u16..30, 0u16..12, 0u16..90, 0u16..20),
        value in prop_oneof![any::<f64>(), 0.0..2.0f64], text in "\\PC{0,12}", skin in skins(),
    ) {
        let whole = Rect::new(3, 2, 60, 14);
        let mut buffer = Buffer::filled(whole, ratatui::buffer::Cell::new("#"));
        let area = Rect::new(x, y, width, height);
        draw_all(area, &mut buffer, &skin, value, &text);
        for position in whole.positions().filter(|position| !area.contains(*position)) {
            prop_assert_eq!(&buffer[position], &ratatui::buffer::Cell::new("#"), "{}", position);
        }
    }

    #[test]
    fn what_draws_without_a_mark_for_the_unknown_is_ascii_where_it_must_be(
        width in 0u16..90, height in 0u16..20, value in 0.0..2.0f64,
    ) {
        let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
        let skin = Skin::new(&Theme::builtin("default").unwrap(), Depth::True, GlyphSet::Ascii);
        draw_all(buffer.area, &mut buffer, &skin, value, "name");
        let text = crate::ui::dump::text(&buffer).replace('—', "-");
        prop_assert!(text.is_ascii(), "{}", text);
    }

    #[test]
    fn a_dialog_covers_what_lies_beneath_at_any_size(
        width in 0u16..90, height in 0u16..20, wide: u16, high: u16, skin in skins(),
    ) {
        let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
        for y in 0..height {
            buffer.set_string(0, y, "漢".repeat(usize::from(width / 2)), ratatui::style::Style::new());
        }
        let dialog = Dialog { title: "help", note: Some("esc".into()), size: (wide, high) };
        let inner = dialog.draw(buffer.area, &mut buffer, &skin);
        let place = dialog.place(buffer.area);
        prop_assert_eq!(place.intersection(inner).area(), inner.area());
        for position in place.positions() {
            prop_assert_ne!(buffer[position].symbol(), "漢");
        }
        // Nothing wide reaches into the box from the left.
        if place.x > 0 {
            for y in place.y..place.bottom() {
                prop_assert_ne!(buffer[(place.x - 1, y)].symbol(), "漢");
            }
        }
    }
}
