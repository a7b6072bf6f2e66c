//! Cells of the tables of queues.
//!
//! Knows how each is written. Invariant: an age that is not exact says so.

use super::{known, role_of, state, unknown};
use crate::config::theme::Role;
use crate::core::diagnose::finding::Severity;
use crate::core::diagnose::queues::QueueVerdict;
use crate::core::figures::column::Certainty;
use crate::core::reading::queues::{AgeKind, OldestJob};
use crate::ui::theme::Skin;
use crate::ui::widgets::StyledText;

/// How long the oldest job has waited: `12s`, `~12s`, `≥12s`.
pub fn oldest(oldest: Option<OldestJob>, skin: &Skin) -> StyledText {
    let Some(oldest) = oldest else { return unknown(skin) };
    let mark = match oldest.kind {
        AgeKind::Exact => "",
        AgeKind::Estimate => skin.figures.mark(Certainty::Estimate),
        AgeKind::AtLeast => skin.figures.mark(Certainty::AtLeast),
    };
    known(Some(oldest.age_ms), format!("{mark}{}", skin.figures.duration_ms(Some(oldest.age_ms))), false)
}

/// What a queue is at, in the colour of the finding that tells of it.
pub fn verdict(verdict: QueueVerdict, wrong: Option<(Severity, &'static str)>, skin: &Skin) -> StyledText {
    if let QueueVerdict::Group(verdict) = verdict {
        return super::group((verdict, wrong.map(|(severity, _)| severity)), skin);
    }
    if let Some((severity, word)) = wrong {
        return state(word, role_of(severity), skin);
    }
    let role = match verdict {
        QueueVerdict::Ok => Role::Ok,
        QueueVerdict::Idle | QueueVerdict::Paused => Role::Dim,
        QueueVerdict::Unknown => Role::Unknown,
        _ => Role::Text,
    };
    let word = if verdict == QueueVerdict::NotListening { "nobody listens" } else { verdict.word() };
    state(word, role, skin)
}
