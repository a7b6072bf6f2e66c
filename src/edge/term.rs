//! The terminal: taken over, given back, read and written.
//!
//! Knows escape codes and modes; does not know what is drawn. Invariant: whatever happens, the terminal is given
//! back: [`Screen`] does it when dropped, [`restore`] from a panic, and both may be called twice.

mod ask;
mod decoder;
mod input;
mod screen;
mod signals;

pub use ask::{TermAnswers, TermQuestions, ask};
pub use input::{Input, TermInput};
pub use screen::{Caret, NoTerminal, Screen, release, restore, size};
pub use signals::{ActionSignal, ActionSignals, Signal, Signals, stop_self};
