//! What lies over the picture and takes the keys: help, and lines to type.

use super::action::ActionModal;
use crate::core::worded::worded;
use tui_input::Input;

/// What lies over the picture.
#[derive(Clone, Debug)]
pub enum Modal {
    /// The keys that work here.
    Help {
        /// Lines scrolled down.
        offset: usize,
    },
    /// The themes: the one under the cursor is on the screen.
    Themes {
        /// Which one it was before.
        before: usize,
    },
    /// What a program of the operator's own said.
    Output {
        /// Lines scrolled down.
        offset: usize,
    },
    /// Commands to be found by what is typed.
    Palette(CommandSearch),
    /// A line to type.
    Prompt(Prompt),
    /// An action: what exactly, is that what is wanted, what came of it.
    Action(ActionModal),
}

/// Commands to be found by what is typed.
#[derive(Clone, Debug, Default)]
pub struct CommandSearch {
    /// What is typed so far.
    pub input: Input,
    /// Which of the commands found has the cursor.
    pub cursor: usize,
}

/// A line to type.
#[derive(Clone, Debug)]
pub struct Prompt {
    /// What for.
    pub purpose: Purpose,
    /// What is typed so far.
    pub input: Input,
    /// Whether it still has the text that it was filled with, and that goes when somebody types.
    pub is_filled: bool,
    /// What is wrong with it.
    pub error: Option<String>,
    /// What will come of it.
    pub note: Option<String>,
}

worded! {
    /// What a line is typed for.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Purpose {
        /// To filter the table.
        Filter "filter",
        /// To go to an entry.
        GoTo "go to id",
        /// How many subscribers the probe is to have.
        Probe "subscribers of the probe, 1 to 100",
        /// How long the stream probe is to wait between its entries.
        StreamProbe "time between entries of the stream probe",
    }
    /// What stands before the line.
    fn label
}

/// Characters that a line holds at most.
pub const LINE_CHARS: usize = 512;
