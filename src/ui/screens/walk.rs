//! How far the walk is that measures keys, in words; and why nothing was measured yet.
//!
//! Invariant: a count that is not exact is never called so: the share that was seen stands beside it.

use super::{gaps, reasons};
use crate::app::State;
use crate::config::theme::Role;
use crate::core::reading::Reading;
use crate::core::reading::gaps::KEYS;
use crate::ui::theme::Skin;
use crate::ui::widgets::StyledText;

/// What is to be said beside a table of keys or patterns.
pub fn notes(reading: &Reading, skin: &Skin) -> Vec<StyledText> {
    let (pass, keyspace) = (reading.keys().pass(), reading.keys().keyspace());
    let mut notes: Vec<StyledText> = gaps::this_node(reading).into_iter().collect();
    if pass.is_paused {
        notes.push(StyledText::new("walk paused", Role::Warning));
    }
    if pass.number == 0 {
        return notes;
    }
    let figures = skin.figures;
    let age_ms = u64::try_from(reading.this_node().at_us.saturating_sub(keyspace.at_us) / 1000).unwrap_or(0);
    let is_whole = keyspace.share.is_some_and(|share| share >= 1.0);
    if is_whole {
        let took = u64::try_from(keyspace.took_us / 1000).unwrap_or(0);
        let text = format!(
            "measured {} ago in {}",
            figures.duration_ms(Some(age_ms)),
            figures.duration_ms(Some(took))
        );
        notes.push(StyledText::new(text, Role::Dim));
    }
    if !pass.is_over {
        let share = figures.percent(pass.share());
        let text = match pass.keys {
            Some(keys) => format!("walk {share} of {} keys", figures.count(Some(keys))),
            None => format!("walk: {} keys so far", figures.count(Some(pass.measured))),
        };
        notes.push(StyledText::new(text, if is_whole { Role::Dim } else { Role::Accent }));
    }
    notes
}

/// Why there are no keys or patterns to show.
pub fn why_nothing(state: &State) -> StyledText {
    let reading = state.shown();
    let refused =
        ["SCAN", "TYPE", "PTTL"].into_iter().find(|command| reading.this_node().gaps.of(command).is_some());
    if let Some(command) = refused {
        return reasons::why(state, command);
    }
    let pass = reading.keys().pass();
    if reading.this_node().info.is_none() {
        return reasons::why(state, "INFO");
    }
    match pass.number {
        _ if pass.is_paused => StyledText::new("the walk is paused: m goes on", Role::Unknown),
        0 => StyledText::new("keys are not measured: [sampler] enabled is false", Role::Unknown),
        _ if pass.is_over => reading
            .this_node()
            .gaps
            .of(KEYS)
            .map_or_else(|| StyledText::new("no keys in this database", Role::Dim), gaps::words),
        _ => StyledText::new("measuring the first keys", Role::Unknown),
    }
}
