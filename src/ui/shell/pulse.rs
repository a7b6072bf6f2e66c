//! Whether the figures on the screen are live, and if not, why and since when: as words for the header.
//!
//! Knows the link and the age of the data. Invariant: stopped, stale and live never look the same.

use crate::app::State;
use crate::config::theme::Role;
use crate::core::diagnose::finding::Health;
use crate::core::model::LinkStatus;
use crate::ui::cells;
use crate::ui::theme::Skin;
use crate::ui::widgets::StyledText;

/// The words, the weightiest last.
pub fn words(state: &State, skin: &Skin) -> Vec<StyledText> {
    let mut words = Vec::new();
    words.extend(stale(state, skin));
    match &state.active.link {
        LinkStatus::Connecting => words.push(marked("CONNECTING", Role::Warning, skin)),
        LinkStatus::Down(outage) => {
            words.push(StyledText::new(super::outage::next_try(state, outage), Role::Stale));
            words.push(marked("DOWN", Role::Critical, skin));
        }
        LinkStatus::Up { .. } if !state.is_paused() => {
            let role = if words.is_empty() { Role::Ok } else { Role::Stale };
            words.push(StyledText::new(if words.is_empty() { "LIVE" } else { "LATE" }, role));
        }
        LinkStatus::Up { .. } => {}
    }
    if state.is_paused() {
        let at_ms = state.shown().this_node().taken_at_ms;
        let time = cells::time(at_ms).filter(|_| at_ms > 0);
        let time = time.and_then(|time| time.get(11..).map(str::to_owned));
        let text = time.map_or(" PAUSED ".to_owned(), |time| format!(" PAUSED at {time} UTC "));
        words.push(StyledText::new(text, Role::Paused));
    }
    words
}

/// How the server fares, as wide as its longest word; nothing while the link is down, for then nobody knows. Figures
/// that are stale say nothing good of it.
pub fn health(state: &State, skin: &Skin) -> Option<StyledText> {
    let health = state.health()?;
    let role = match health {
        Health::Ok => Role::Ok,
        Health::Warning => Role::Warning,
        Health::Critical => Role::Critical,
        Health::Unknown => Role::Unknown,
    };
    let words = marked(health.word(), role, skin);
    Some(StyledText::new(format!("{:>10}", words.text), words.role))
}

/// The age of the data, where they are older than they should be. A stopped picture says its time instead.
fn stale(state: &State, skin: &Skin) -> Option<StyledText> {
    let age_ms = state.data_age_ms().filter(|_| !state.is_paused())?;
    let is_down = matches!(state.active.link, LinkStatus::Down(_) | LinkStatus::Connecting);
    let text =
        || StyledText::new(format!("stale {:>7}", skin.figures.duration_ms(Some(age_ms))), Role::Stale);
    (state.is_stale() || is_down).then(text)
}

fn marked(word: &str, role: Role, skin: &Skin) -> StyledText {
    let mark = skin.glyphs.state(role).map_or(String::new(), |mark| format!("{mark} "));
    StyledText::new(format!("{mark}{word}"), role)
}
