//! What a table shows: what is selected, sorted and cut, and that nothing moves.

use super::*;
use crate::config::theme::Theme;
use crate::ui::dump;
use crate::ui::theme::GlyphSet;

fn skin(depth: Depth) -> Skin {
    Skin::new(&Theme::builtin("default").unwrap(), depth, GlyphSet::Full)
}

const COLUMNS: [ColumnWidth; 3] = [
    ColumnWidth::text("stream", 6, 12, 0),
    ColumnWidth::figures("length", 6, 0),
    ColumnWidth::figures("lag", 5, 1),
];

fn rows() -> Vec<Vec<StyledText>> {
    let row = |name: &str, length: &str, lag: &str| {
        vec![name.into(), length.into(), StyledText::new(lag, Role::Critical)]
    };
    vec![row("orders:european", "1.2 k", "12"), row("漢字漢字漢字漢字", "999", "—"), row("c", "1", "0")]
}

fn drawn(width: u16, height: u16, selected: Option<usize>, depth: Depth) -> Buffer {
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
    let rows = rows();
    let table = Table { selected, total: 9, offset: 4, ..Table::list(&COLUMNS, &rows, Some((1, true))) };
    table.draw(buffer.area, &mut buffer, &skin(depth));
    buffer
}

#[test]
fn figures_stand_right_names_are_cut_and_the_sorted_column_is_marked() {
    insta::assert_snapshot!(dump::text(&drawn(32, 4, Some(5), Depth::True)), @r#"
         stream       ▾length    lag
         orders⋯opean   1.2 k     12   │
        ▸漢字漢⋯漢字      999      —   ┃
         c                  1      0   │
        "#);
}

#[test]
fn a_narrow_table_leaves_out_the_least_important_column() {
    insta::assert_snapshot!(dump::text(&drawn(17, 4, None, Depth::True)), @r#"
        stream  ▾length
        orde⋯ean  1.2 k│
        漢字⋯字     999┃
        c             1│
        "#);
}

#[test]
fn the_selected_row_is_told_by_its_ground_and_without_colour_by_reverse_and_a_mark() {
    let ground = skin(Depth::True).style(Role::Selection).bg;
    let buffer = drawn(32, 4, Some(5), Depth::True);
    assert!((0..31).all(|x| buffer[(x, 2)].bg == ground.unwrap()));
    let buffer = drawn(32, 4, Some(5), Depth::None);
    assert!((0..31).all(|x| buffer[(x, 2)].modifier.contains(ratatui::style::Modifier::REVERSED)));
    assert_eq!(buffer[(0, 2)].symbol(), "▸");
}

#[test]
fn the_note_says_which_rows_are_seen() {
    let rows = rows();
    let table = Table { offset: 4, total: 9, ..Table::list(&COLUMNS, &rows, None) };
    assert_eq!(table.position(Rect::new(0, 0, 30, 4)), "5-7 of 9");
    assert_eq!(Table { total: 3, offset: 0, ..table }.position(Rect::new(0, 0, 30, 9)), "3");
}

#[test]
fn a_marked_row_has_a_mark_in_every_glyph_set_and_the_selected_one_keeps_its_ground() {
    for set in GlyphSet::ALL {
        let skin = Skin::new(&Theme::builtin("default").unwrap(), Depth::None, set);
        let (rows, marked) = (rows(), [true, true]);
        let mut buffer = Buffer::empty(Rect::new(0, 0, 32, 4));
        let table = Table { selected: Some(1), marked: &marked, ..Table::list(&COLUMNS, &rows, None) };
        table.draw(buffer.area, &mut buffer, &skin);
        let marks: Vec<&str> = (1..4).map(|y| buffer[(0, y)].symbol()).collect();
        assert_eq!(marks, ["*", "*", " "], "{set:?}");
        assert!(buffer[(0, 2)].modifier.contains(ratatui::style::Modifier::REVERSED));
    }
}
