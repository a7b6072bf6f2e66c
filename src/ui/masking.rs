//! The mask of the picture that is drawn: every text goes through it before it is measured, cut or wrapped.
//!
//! Knows the mask of one drawing on this thread; it is set for as long as [`during`] draws, so that a picture follows from
//! its arguments alone. Invariant: no text reaches a cell past it.

use crate::core::model::mask::Mask;
use std::borrow::Cow;
use std::cell::RefCell;
use std::sync::Arc;

thread_local! {
    static MASK: RefCell<Option<Arc<Mask>>> = const { RefCell::new(None) };
}

/// What stands for a text that may hold anything.
pub const NOT_SHOWN: &str = "(not shown while names are masked)";

/// Takes the mask off again, whatever happens.
struct Drawing(Option<Arc<Mask>>);

impl Drop for Drawing {
    fn drop(&mut self) {
        MASK.with(|mask| *mask.borrow_mut() = self.0.take());
    }
}

/// Draws under this mask.
pub fn during<T>(mask: Option<&Arc<Mask>>, draw: impl FnOnce() -> T) -> T {
    let _drawing = Drawing(MASK.with(|on| on.replace(mask.cloned())));
    draw()
}

/// Whether names are masked.
pub fn is_on() -> bool {
    MASK.with(|mask| mask.borrow().is_some())
}

/// The text as it may be shown.
pub fn text(text: &str) -> Cow<'_, str> {
    MASK.with(|mask| match &*mask.borrow() {
        Some(mask) => mask.text(text),
        None => Cow::Borrowed(text),
    })
}

/// A text of others that may hold any name: not shown under a mask.
pub fn foreign(text: &str) -> &str {
    if is_on() { NOT_SHOWN } else { text }
}
