//! What a screen reader hears: it reads the line on which the terminal's cursor stands.

use super::pictures::planned;
use super::{WAYS, fixture, skin};
use crate::app::State;
use crate::ui::focus::FocusCell;
use crate::ui::theme::{Depth, GlyphSet};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

fn drawn(state: &State) -> (Buffer, Option<FocusCell>) {
    let mut buffer = Buffer::empty(Rect::new(0, 0, state.size.0, state.size.1));
    let skin = skin("default", Depth::True, GlyphSet::Full);
    let (_, focus) = crate::ui::view_with_focus(state, &skin, &mut buffer);
    (buffer, focus)
}

/// Where the cursor stands, and the line that is read there.
fn heard(state: &State) -> String {
    let (buffer, focus) = drawn(state);
    let Some(FocusCell { x, y, is_typed }) = focus else { return "nowhere".to_owned() };
    let text = crate::ui::dump::text(&buffer);
    let line = text.lines().nth(usize::from(y)).unwrap_or_default().trim();
    format!("{x},{y}{}  {line}", if is_typed { " typed" } else { "" })
}

#[test]
fn a_memory_alert_can_be_followed_by_ear_to_the_button_that_frees() {
    let mut state = fixture::busy((100, 30));
    state.setup.actions.unlock_ms = 600_000;
    let mut told = vec![format!("(start)  {}", heard(&state))];
    let mut hear = |state: &mut State, key: &str| {
        fixture::press(state, key);
        told.push(format!("{key}  {}", heard(state)));
    };
    hear(&mut state, "down");
    hear(&mut state, "4");
    hear(&mut state, "2");
    hear(&mut state, "T");
    hear(&mut state, "down");
    hear(&mut state, "up");
    fixture::press(&mut state, "enter");
    planned(&mut state);
    let mut hear = |state: &mut State, key: &str| {
        fixture::press(state, key);
        told.push(format!("{key}  {}", heard(state)));
    };
    hear(&mut state, "o");
    hear(&mut state, "tab");
    hear(&mut state, "tab");
    hear(&mut state, "esc");
    hear(&mut state, ":");
    hear(&mut state, "t");
    hear(&mut state, "esc");
    hear(&mut state, "/");
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("by_ear", told.join("\n"));
    });
}

#[test]
fn wherever_a_row_is_selected_the_cursor_stands_on_it_and_no_mark_is_left() {
    let (mut with, mut marks) = (0, Modifier::RAPID_BLINK);
    marks.insert(Modifier::SLOW_BLINK);
    for way in WAYS {
        let mut state = fixture::busy((100, 30));
        fixture::press(&mut state, way);
        let (buffer, focus) = drawn(&state);
        assert!(buffer.content.iter().all(|cell| !cell.modifier.intersects(marks)), "{way}");
        let is_selected = state.table().is_some_and(|table| table.selected().is_some());
        if is_selected && state.active.modal.is_none() && state.zoomed().is_none() {
            let FocusCell { x, y, is_typed } = focus.unwrap_or_else(|| panic!("{way}: nowhere"));
            let before = buffer.cell((x - 1, y)).unwrap().symbol();
            let glyph = skin("default", Depth::True, GlyphSet::Full).glyphs.cursor.to_string();
            assert!(!is_typed && before == glyph, "{way}: {x},{y} {before}");
            with += 1;
        }
    }
    assert!(with > 5, "{with} places with a selected row");
}
