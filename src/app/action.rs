//! Actions on the screen, as values: what is asked first, what is previewed, what runs, what was done.
//!
//! Knows requests, plans and consent; decides nothing (`update::action` does). Invariants: the focus of a question begins
//! on Cancel, or in the line where a name has to be typed, and the key that opened it does not confirm it.

mod batch;
mod form;
mod formrows;
mod lines;
mod marks;
mod order;
mod queues;
mod wanted;

pub use batch::{BatchPlanning, BatchQuestion, BatchRun};
pub use form::{About, Choice, Form, ReclaimChoice};
pub use lines::typed_span;
pub use marks::{is_about_selected, wanted, why_unmarked, words_of};
pub use order::{BatchOrder, Exclusion, FormOrder, RowRequest};
pub use wanted::{Begin, asked_for};
#[cfg(test)]
pub(in crate::app) use wanted::{pattern, rows, stream};

use crate::commands::Key;
use crate::config::own::ProgramRun;
use crate::core::model::Name;
use crate::core::model::glob::Glob;
use crate::core::model::memory::forecast::FullForecast;
use crate::core::ops::record::Past;
use crate::core::ops::{Challenge, Control, Plan, PlanId, PlanProgress, Progress, Request, WriteState};
use tui_input::Input;

/// What the console is told of actions at its start.
#[derive(Clone, Debug, Default)]
pub struct ActionSetup {
    /// How long writing stays unlocked, milliseconds.
    pub unlock_ms: u64,
    /// Globs of keys that no invalidation touches.
    pub protect: Vec<Name>,
    /// Keys that an invalidation removes a second at most; none for no bound.
    pub invalidate_per_s: Option<u64>,
    /// Patterns and what fills the cache again after each.
    pub warm_ups: Vec<(Glob, Vec<String>)>,
}

/// Actions, running and past.
#[derive(Clone, Debug)]
pub struct Operations {
    /// Whether anything may be written.
    pub write: WriteState,
    /// The one that runs.
    pub running: Option<Progress>,
    /// Those that it is one of, where several run one after the other.
    pub batch: Option<BatchRun>,
    /// What it was told.
    pub control: Control,
    /// The plan that was asked for last.
    pub plan: PlanId,
    /// What the journal has, the oldest first.
    pub past: Vec<Past>,
    /// What the one that runs, or ran last, is about.
    pub touched: Touched,
}

/// What an action is about: measured anew as soon as it is over, and ahead of the rest for a while.
#[derive(Clone, Debug, Default)]
pub struct Touched {
    /// Streams and, where one is meant, a group.
    pub streams: Vec<(Name, Option<Name>)>,
    /// Whether keys of other kinds go or come back.
    pub keys: bool,
    /// How memory stood before it.
    pub forecast: Option<FullForecast>,
    /// Until when it is asked ahead, microseconds of the process's clock; 0 while the action runs.
    pub until_us: u64,
}

impl Operations {
    /// None yet.
    pub fn new(read_only: bool) -> Self {
        let write = if read_only { WriteState::ReadOnly } else { WriteState::Locked };
        Self {
            write,
            running: None,
            batch: None,
            control: Control::default(),
            plan: PlanId::default(),
            past: Vec::new(),
            touched: Touched::default(),
        }
    }
}

/// What stands in the middle of the screen.
#[derive(Clone, Debug)]
pub struct ActionModal {
    /// How far it is.
    pub stage: ActionStage,
    /// The key that opened it.
    pub opened_by: Key,
    /// What it comes from.
    pub origin: Box<ActionOrigin>,
}

/// What a plan comes from: it can be made again with something else chosen.
#[derive(Clone, Debug, Default)]
pub struct ActionOrigin {
    /// What was asked for.
    pub request: Option<Request>,
    /// The form in which it was said.
    pub form: Option<Form>,
    /// The plans of marked rows.
    pub batch: Option<BatchPlanning>,
}

impl ActionModal {
    /// One that comes from nothing that could be changed.
    pub fn new(stage: ActionStage, opened_by: Key) -> Self {
        Self { stage, opened_by, origin: Box::default() }
    }
}

/// How far an action is before it runs, and when it is over.
#[derive(Clone, Debug)]
pub enum ActionStage {
    /// What exactly?
    Form(Form),
    /// The server is looked at.
    Planning(PlanId, PlanProgress),
    /// Is that what is wanted?
    Question(Box<Question>),
    /// What came of it.
    Told {
        /// The title.
        title: String,
        /// What is said.
        lines: Vec<String>,
        /// Whether something went wrong.
        is_error: bool,
        /// Where its form can be changed: whether the focus is on that, and not on Close.
        change: Option<bool>,
        /// Lines scrolled down.
        offset: usize,
    },
}

/// A question: yes or no, perhaps with a name.
#[derive(Clone, Debug)]
pub struct Question {
    /// What is done after a yes.
    pub ask: Ask,
    /// Where the focus is.
    pub focus: DialogFocus,
    /// What is typed so far.
    pub input: Input,
    /// What is missing.
    pub error: Option<String>,
    /// Whether a yes unlocks writing first, as its button says.
    pub unlocks: bool,
    /// Lines scrolled down.
    pub offset: usize,
}

/// What a yes does.
#[derive(Clone, Debug)]
pub enum Ask {
    /// Unlocks writing; the name that has to be typed.
    Unlock(Option<String>),
    /// Carries a plan out.
    Carry(Box<Challenge>),
    /// Carries several plans out, one after the other.
    CarryAll(Box<BatchQuestion>),
    /// Runs a program of the operator's own; the name that has to be typed.
    Run(Box<ProgramRun>, Option<String>),
    /// Leaves while an action runs.
    Leave(LeaveHow),
}

/// How somebody leaves the console.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaveHow {
    /// For good.
    Quit,
    /// Back to the shell for a while.
    Suspend,
}

/// Where the focus of a question is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DialogFocus {
    /// In the line where a name has to be typed.
    Name,
    /// On No.
    #[default]
    Cancel,
    /// On Yes.
    Go,
}

impl Question {
    /// A question with the focus on Cancel; where a name has to be typed, in its line.
    pub fn new(ask: Ask) -> Self {
        let (focus, input) = (DialogFocus::default(), Input::default());
        let mut question = Self { ask, focus, input, error: None, unlocks: false, offset: 0 };
        if question.typed().is_some() {
            question.focus = DialogFocus::Name;
        }
        question
    }

    /// The plan that it is about.
    pub fn plan(&self) -> Option<&Plan> {
        match &self.ask {
            Ask::Carry(challenge) => Some(challenge.plan()),
            Ask::CarryAll(_) | Ask::Unlock(_) | Ask::Run(..) | Ask::Leave(_) => None,
        }
    }

    /// Whether what goes is kept, where it is about plans.
    pub fn archives(&self) -> Option<bool> {
        match &self.ask {
            Ask::CarryAll(all) => Some(all.batch.archives()),
            _ => self.plan().map(|plan| plan.archive),
        }
    }

    /// Goes on with the focus, or back: name, Cancel, Do.
    pub fn move_focus(&mut self, on: bool) {
        let has_name = self.typed().is_some();
        self.focus = match (self.focus, on) {
            (DialogFocus::Cancel, true) => DialogFocus::Go,
            (DialogFocus::Go, true) | (DialogFocus::Cancel, false) if has_name => DialogFocus::Name,
            (DialogFocus::Cancel, false) | (DialogFocus::Name, false) => DialogFocus::Go,
            (DialogFocus::Go, _) | (DialogFocus::Name, true) => DialogFocus::Cancel,
        };
    }

    /// The name that has to be typed, and why.
    pub fn typed(&self) -> Option<(&str, &str)> {
        match &self.ask {
            Ask::Unlock(name) | Ask::Run(_, name) => {
                name.as_deref().map(|name| ("a production target", name))
            }
            Ask::Carry(challenge) => challenge.typed().map(|typed| (typed.why.as_str(), typed.name.as_str())),
            Ask::CarryAll(all) => all.batch.typed().map(|typed| (typed.why.as_str(), typed.name.as_str())),
            Ask::Leave(_) => None,
        }
    }

    /// Whether what is typed is the name.
    pub fn is_typed(&self) -> bool {
        match &self.ask {
            Ask::Unlock(name) | Ask::Run(_, name) => {
                name.as_deref().is_none_or(|name| name == self.input.value())
            }
            Ask::Carry(challenge) => challenge.accepts(self.input.value()),
            Ask::CarryAll(all) => all.batch.accepts(self.input.value()),
            Ask::Leave(_) => true,
        }
    }
}
