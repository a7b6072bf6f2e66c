//! Why a panel is empty, in one line: denied, not supported, not reachable, or not read yet.
//!
//! Does not know panels. Invariant: there is always a reason.

use super::gaps;
use crate::app::State;
use crate::config::theme::Role;
use crate::core::model::LinkStatus;
use crate::ui::widgets::Words;

/// Why nothing is known of what this command tells.
pub fn why(state: &State, command: &str) -> Words {
    if let Some(gap) = gaps::of(state.shown(), command) {
        return gaps::words(gap);
    }
    match &state.link {
        LinkStatus::Connecting => Words::new("connecting", Role::Unknown),
        LinkStatus::Down(outage) => Words::new(outage.error.clone(), Role::Unknown),
        LinkStatus::Up { .. } => Words::new("not read yet", Role::Unknown),
    }
}
