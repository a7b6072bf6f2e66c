//! The cells of the fan-out screen's lists.
//!
//! Knows how each is written. Invariant: what is wrong has a mark beside its colour.

use super::{known, quiet, state, unknown};
use crate::config::theme::Role;
use crate::core::reading::fanout::subscribers::Cutoff;
use crate::ui::theme::Skin;
use crate::ui::widgets::StyledText;

/// Who is cut off within this is in danger, and within the other in trouble; seconds.
const SOON_S: f64 = 600.0;
const AT_ONCE_S: f64 = 60.0;

/// How a buffer grows.
pub fn growth(per_s: Option<f64>, skin: &Skin) -> StyledText {
    let text = skin.figures.signed_bytes_rate(per_s);
    match per_s {
        Some(per_s) if per_s >= 1.0 => StyledText::new(text, Role::Warning),
        per_s => known(per_s, text, per_s == Some(0.0)),
    }
}

/// When a subscriber is cut off.
pub fn cut(cut: Cutoff, skin: &Skin) -> StyledText {
    match cut {
        Cutoff::Unknown => unknown(skin),
        Cutoff::Never => quiet("never".to_owned()),
        Cutoff::In(seconds) => {
            let text = skin.figures.duration_s(Some(seconds));
            let role = match seconds {
                seconds if seconds <= AT_ONCE_S => Role::Critical,
                seconds if seconds <= SOON_S => Role::Warning,
                _ => Role::Text,
            };
            StyledText::new(text, role)
        }
    }
}

/// How far the slowest group lies behind the quickest.
pub fn among(ms: Option<u64>, skin: &Skin) -> StyledText {
    match ms {
        None => quiet(String::new()),
        Some(ms) => StyledText::from(format!("slowest, +{}", skin.figures.duration_ms(Some(ms)))),
    }
}

/// Whether a channel of a layer drops what comes.
pub fn full(is_full: Option<bool>, skin: &Skin) -> StyledText {
    match is_full {
        None => quiet(String::new()),
        Some(false) => state("ok", Role::Ok, skin),
        Some(true) => state("dropping", Role::Critical, skin),
    }
}
