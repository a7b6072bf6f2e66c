//! Names masked and shown again.
//!
//! Knows which names there are; the mask knows their aliases. Invariant: what is drawn while names are masked was learnt
//! before.

use super::notify;
use crate::app::{State, Watch};
use crate::core::model::mask::{Mask, MaskKind};
use crate::core::reading::names;
use std::sync::Arc;

/// Masks names, or shows them again.
pub fn toggle(state: &mut State) {
    let text = match state.mask.take() {
        Some(_) => "Names are shown again",
        None => {
            state.mask = Some(Arc::default());
            learn(state);
            "Names are masked: aliases stand for them on the screen, in pictures and in copies"
        }
    };
    notify(state, text.to_owned(), false);
}

/// Learns the names that there are by now.
pub fn learn(state: &mut State) {
    let Some(mut mask) = state.mask.take() else { return };
    let known = Arc::make_mut(&mut mask);
    for watch in std::iter::once(&state.active).chain(&state.others) {
        of_watch(watch, known);
    }
    known.settle();
    state.mask = Some(mask);
}

fn of_watch(watch: &Watch, mask: &mut Mask) {
    mask.learn(MaskKind::Target, &watch.setup.name);
    mask.learn_address(&watch.setup.address);
    names::learn(&watch.reading, mask);
    watch.frozen.iter().for_each(|frozen| names::learn(frozen, mask));
    for view in &watch.trail {
        if let Some(key) = view.stream() {
            mask.learn(MaskKind::Stream, &key.to_string());
        }
    }
}

/// A text as it may leave the screen.
pub fn masked(state: &State, text: &str) -> String {
    state.mask.as_ref().map_or_else(|| text.to_owned(), |mask| mask.text(text).into_owned())
}
