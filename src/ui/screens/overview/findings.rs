//! What is wrong, ranked, with the selected finding in full and its remedy; or one calm line.
//!
//! Knows what the reading found; judges nothing. Invariant: "nothing is wrong" is said only when the reading says
//! so, and not before its window is full.

use crate::app::action::asked_for;
use crate::app::cell::TableId;
use crate::app::geometry::Areas;
use crate::app::zone::Zone;
use crate::app::{State, View};
use crate::commands::CommandId;
use crate::config::theme::Role;
use crate::core::diagnose::finding::Health;
use crate::core::reading::Reading;
use crate::ui::screens::table::TableView;
use crate::ui::screens::{detail, layout};
use crate::ui::theme::Skin;
use crate::ui::widgets::textlines::wrap;
use crate::ui::widgets::{StyledText, Textlines, notice};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Draws the table, what the selected finding is about, and what to do.
pub fn draw(state: &State, areas: &Areas, buffer: &mut Buffer, skin: &Skin) -> Vec<Zone> {
    let reading = state.shown();
    let dropped = reading.judged().dropped();
    let more = (dropped > 0).then(|| StyledText::new(format!("{dropped} more not listed"), Role::Dim));
    let view = TableView {
        id: TableId::Findings,
        title: "Findings",
        notes: more.into_iter().collect(),
        empty: Vec::new(),
    };
    let drawn = view.draw(state, areas.main, buffer, skin);
    detail::below(state, drawn.free, buffer, skin);
    in_full(state, layout::inset(areas.note), buffer, skin);
    drawn.zones
}

/// The sentence of the selected finding, whole, and of its remedy what there is room for.
fn in_full(state: &State, area: Rect, buffer: &mut Buffer, skin: &Skin) {
    let Some(finding) = state.selected_finding() else { return };
    let mut remedy = finding.remedy.as_ref().map(|remedy| remedy.text.to_owned()).unwrap_or_default();
    if let Some(cure) = state.active.cure.as_ref().filter(|_| !state.active.setup.read_only) {
        let key = state.setup.keymap.keys_of(asked_for(&cure.deed)).first().map(ToString::to_string);
        remedy = format!("{}  {}. {remedy}", key.unwrap_or_default(), cure.effect);
    }
    let key = state.setup.keymap.keys_of(CommandId::Open).first().map(ToString::to_string);
    if let Some((key, view)) = key.zip(View::of_finding(finding)) {
        remedy = format!("{remedy} ({key}: {})", view.title());
    }
    let rows = |text: &str| u16::try_from(wrap(text, area.width).len()).unwrap_or(u16::MAX);
    let (sentence, place) = layout::top(area, rows(&finding.text));
    let text = [StyledText::from(finding.text.clone())];
    Textlines { paragraphs: &text, offset: 0 }.draw(sentence, buffer, skin);
    Textlines { paragraphs: &[StyledText::new(remedy, Role::Accent)], offset: 0 }.draw(place, buffer, skin);
}

/// One line while nothing is found.
pub fn calm(state: &State, area: Rect, buffer: &mut Buffer, skin: &Skin) {
    notice(&calm_words(state.shown(), skin), area, buffer, skin);
}

/// Why nothing was found: there is nothing, or nobody knows yet.
pub fn calm_words(reading: &Reading, skin: &Skin) -> StyledText {
    let span = |ms| skin.figures.duration_ms(Some(ms));
    let unsure = match reading.judged().cannot_tell() {
        [] => String::new(),
        [one] => format!(", as far as can be told; {} cannot tell: {}", one.id, one.blind.text()),
        [first, more @ ..] => {
            format!(", as far as can be told; {} and {} more cannot tell", first.id, more.len())
        }
    };
    if reading.health() == Health::Ok {
        return StyledText::new(format!("No problems found{unsure}"), Role::Ok);
    }
    let (watched_ms, window_ms) = (reading.watched_ms(), reading.judged().thresholds().window_ms);
    let unjudged = reading.unjudged();
    let text = match reading.this_node().fresh_info().is_none() {
        _ if watched_ms >= window_ms && !unjudged.is_empty() => {
            format!("unknown so far: {}", unjudged.join("; "))
        }
        true if watched_ms >= window_ms => {
            "nothing can be said of the server as a whole without INFO".to_owned()
        }
        _ => format!("learning: {} of {}", span(watched_ms.min(window_ms)), span(window_ms)),
    };
    StyledText::new(text, Role::Unknown)
}
