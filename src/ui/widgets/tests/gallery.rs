//! All parts on one page, as pictures: text with its roles, the text in ASCII, the attributes without colour.

use super::super::*;
use crate::config::theme::{Role, Theme};
use crate::ui::dump;
use crate::ui::theme::{Depth, GlyphSet, Skin, roles};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

const COLUMNS: [ColumnWidth; 6] = [
    ColumnWidth::figures("", 1, 0),
    ColumnWidth::text("stream", 10, 24, 0),
    ColumnWidth::figures("length", 6, 0),
    ColumnWidth::figures("lag", 7, 0),
    ColumnWidth::text("trend", 6, 6, 2),
    ColumnWidth::figures("bytes", 9, 3),
];

fn row(skin: &Skin, name: &str, role: Role, lag: Option<u64>) -> Vec<StyledText> {
    let figures = skin.figures;
    let mark = skin.glyphs.state(role).unwrap_or(' ');
    let trend = [Some(0.0), Some(2.0), None, Some(5.0), Some(8.0), Some(9.0)];
    vec![
        StyledText::new(mark, role),
        name.into(),
        figures.count(Some(12_345)).into(),
        StyledText::new(figures.marked(lag, crate::core::figures::column::Certainty::AtLeast), role),
        StyledText::new(spark::text(&trend, None, 3, skin.glyphs), Role::Graph1),
        figures.bytes(Some(3_650_722_202)).into(),
    ]
}

fn skin(depth: Depth, set: GlyphSet) -> Skin {
    Skin::new(&Theme::builtin("default").unwrap(), depth, set)
}

fn page(skin: &Skin) -> Buffer {
    let mut buffer = Buffer::empty(Rect::new(0, 0, 64, 20));
    let area = buffer.area;
    let line = |y: u16, height: u16| Rect { y, height, ..area };
    buffer.set_style(area, skin.style(Role::Base));
    let segments = [
        Segment::left(("orders-eu", Role::Title), 0),
        Segment::left(("127.0.0.1:6379", Role::Dim), 3),
        Segment::left(("left out when it is narrow", Role::Dim), 9),
        Segment::right(("READ-ONLY", Role::Text), 2),
        Segment::right(("LIVE", Role::Ok), 1),
    ];
    Headline { segments: &segments, role: Role::Header }.draw(line(0, 1), &mut buffer, skin);
    let panel = Panel::new("Memory").note(("2.6 GiB", Role::Text)).note(("of 3.0 GiB", Role::Dim));
    let inner = panel.draw(line(1, 8), &mut buffer, skin);
    let points: Vec<GraphPoint> = (0..60i64)
        .map(|at| GraphPoint {
            t_ms: at * 5000,
            value: (!(20..25).contains(&at)).then_some(1.9e9 + at as f64 * 1e7),
        })
        .collect();
    let series = [GraphSeries { points: &points, role: Role::Graph1 }];
    let graph = Graph {
        title: "",
        now: Vec::new(),
        series: &series,
        span_ms: (0, 300_000),
        gap_ms: 12_000,
        unit: Unit::Bytes,
        scale: Scale::Zero,
        limit: Some(3.0 * 1024f64.powi(3)),
        fill: true,
    };
    graph.draw(inner, &mut buffer, skin);
    let gauge = Gauge {
        label: "used",
        label_width: 6,
        share: Some(0.84),
        figure: &skin.figures.percent(Some(0.84)),
        figure_width: 6,
        warning_at: Some(0.8),
        critical_at: Some(0.95),
    };
    gauge.draw(line(9, 1), &mut buffer, skin);
    let part = |name, value, figure| StackPart { name, value, figure };
    let parts = [part("data", 60.0, "1.6 GiB"), part("streams", 25.0, "650 MiB"), part("rest", 9.0, "1 MiB")];
    Stack { parts: &parts, whole: Some(100.0) }.draw(line(10, 2), &mut buffer, skin);
    let rows = [
        row(skin, "orders:eu", Role::Critical, Some(1000)),
        row(skin, "payments:ledger:events:v2:eu", Role::Warning, Some(12)),
        row(skin, "sessions", Role::Unknown, None),
    ];
    let table = Table {
        columns: &COLUMNS,
        rows: &rows,
        offset: 0,
        total: 50,
        selected: Some(1),
        marked: &[],
        sorted: Some((3, true)),
    };
    let panel = Panel::new("Streams").focus(true).note((table.position(line(14, 4)), Role::Dim));
    let inner = panel.draw(line(13, 5), &mut buffer, skin);
    table.draw(inner, &mut buffer, skin);
    notice(&StyledText::new("CLIENT LIST: not allowed", Role::Unknown), line(18, 1), &mut buffer, skin);
    let keys = [("q", "quit"), ("?", "help"), ("Enter", "open"), ("/", "filter"), ("Space", "pause")];
    Keyline { keys: &[&keys[..], &keys[..]].concat() }.draw(line(19, 1), &mut buffer, skin);
    let _marked = crate::ui::focus::take(&mut buffer);
    buffer
}

#[test]
fn the_parts_in_full_colour() {
    insta::assert_snapshot!(dump::described(&page(&roles::skin()), roles::role));
}

#[test]
fn the_parts_without_colour() {
    insta::assert_snapshot!(dump::described(&page(&skin(Depth::None, GlyphSet::Full)), roles::attributes));
}

#[test]
fn the_parts_in_ascii() {
    insta::assert_snapshot!(dump::text(&page(&skin(Depth::Ansi16, GlyphSet::Ascii))));
}
