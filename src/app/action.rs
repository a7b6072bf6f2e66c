//! Actions on the screen, as values: what is asked first, what is previewed, what runs, what was done.
//!
//! Knows wishes, plans and consent; decides nothing (`update::action` does). Invariants: the focus of a question begins
//! on Cancel, and the key that opened it does not confirm it.

use crate::commands::Key;
use crate::core::model::glob::Glob;
use crate::core::model::id_unit::BadIdUnit;
use crate::core::model::{Name, StreamId};
use crate::core::ops::record::Past;
use crate::core::ops::wish::{InvalidateRequest, ReclaimRequest, ReclaimVerb, TrimRequest, TrimTo};
use crate::core::ops::{Challenge, Control, PlanId, PlanProgress, Progress, Request, WriteState};
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
    /// What it was told.
    pub control: Control,
    /// The plan that was asked for last.
    pub plan: PlanId,
    /// What the journal has, the oldest first.
    pub past: Vec<Past>,
}

impl Operations {
    /// None yet.
    pub fn new(read_only: bool) -> Self {
        let write = if read_only { WriteState::ReadOnly } else { WriteState::Locked };
        Self { write, running: None, control: Control::default(), plan: PlanId::default(), past: Vec::new() }
    }
}

/// What stands in the middle of the screen.
#[derive(Clone, Debug)]
pub struct ActionModal {
    /// How far it is.
    pub stage: ActionStage,
    /// The key that opened it.
    pub opened_by: Key,
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
        /// Lines scrolled down.
        offset: usize,
    },
}

/// Choices, one of which may need a line.
#[derive(Clone, Debug)]
pub struct Form {
    /// About what.
    pub about: About,
    /// Which is selected.
    pub selected: usize,
    /// The line of the selected one.
    pub input: Input,
    /// Whether it still has the text that it was filled with: that goes when somebody types.
    pub is_filled: bool,
    /// What is wrong with it.
    pub error: Option<String>,
}

/// What a form is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// To trim a stream.
    Trim(Name),
    /// To settle pending rows.
    Reclaim {
        /// The stream.
        key: Name,
        /// The group.
        group: Name,
        /// Only those of this consumer.
        consumer: Option<Name>,
        /// Who should get them.
        proposed: Option<Name>,
    },
    /// To invalidate keys; the pattern that is selected.
    Invalidate(Option<Name>),
}

/// One choice of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What it does.
    pub title: &'static str,
    /// What has to be typed, and what stands there at first.
    pub line: Option<(&'static str, String)>,
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
    /// On No.
    #[default]
    Cancel,
    /// On Yes.
    Go,
}

impl Question {
    /// A question with the focus on Cancel.
    pub fn new(ask: Ask) -> Self {
        Self { ask, focus: DialogFocus::default(), input: Input::default(), error: None, offset: 0 }
    }

    /// The name that has to be typed, and why.
    pub fn typed(&self) -> Option<(&str, &str)> {
        match &self.ask {
            Ask::Unlock(name) => name.as_deref().map(|name| ("a production target", name)),
            Ask::Carry(challenge) => challenge.typed().map(|typed| (typed.why.as_str(), typed.name.as_str())),
            Ask::Leave(_) => None,
        }
    }

    /// Whether what is typed is the name.
    pub fn is_typed(&self) -> bool {
        match &self.ask {
            Ask::Unlock(name) => name.as_deref().is_none_or(|name| name == self.input.value()),
            Ask::Carry(challenge) => challenge.accepts(self.input.value()),
            Ask::Leave(_) => true,
        }
    }
}

impl About {
    /// Its title.
    pub fn title(&self) -> String {
        match self {
            Self::Trim(key) => format!("Trim {key}"),
            Self::Reclaim { group, consumer: None, .. } => format!("Reclaim from group {group}"),
            Self::Reclaim { consumer: Some(consumer), .. } => format!("Reclaim from {consumer}"),
            Self::Invalidate(_) => "Invalidate keys".to_owned(),
        }
    }

    /// Its choices, the safest first.
    pub fn choices(&self) -> Vec<Choice> {
        let plain = |title| Choice { title, line: None };
        let with = |title, label, text: &str| Choice { title, line: Some((label, text.to_owned())) };
        match self {
            Self::Trim(_) => vec![
                plain("safe: what every group is done with"),
                with("what is older than ('24h s' where ids count seconds)", "age", "24h"),
                with("until so many are left", "entries", "1000"),
                with("what is below an id", "id", ""),
            ],
            Self::Reclaim { proposed, .. } => {
                let to = proposed.as_ref().map(Name::to_string).unwrap_or_default();
                vec![
                    with("hand over to a consumer", "to", &to),
                    with("release, for workers' own XAUTOCLAIM; idle at least", "idle", "60s"),
                    with("requeue a copy; idle at least", "idle", "60s"),
                    with("dead-letter what was delivered 5 times or more", "to", &self.dead_letters()),
                    with("sweep rows whose entry is gone; idle at least", "idle", "60s"),
                    with("drop: acknowledge undone; idle at least", "idle", "60s"),
                ]
            }
            Self::Invalidate(selected) => {
                let glob = selected.as_ref().map(Name::to_string).unwrap_or_default();
                let prefix = glob.strip_suffix('*').filter(|rest| !rest.contains(['*', '?', '[', '\\']));
                vec![
                    with("remove the keys of a pattern", "pattern", &glob),
                    with(
                        "remove the keys with a beginning, taken literally",
                        "prefix",
                        prefix.unwrap_or_default(),
                    ),
                    with("let the keys of a pattern expire within 60 s", "pattern", &glob),
                ]
            }
        }
    }

    fn dead_letters(&self) -> String {
        match self {
            Self::Reclaim { key, .. } => format!("{key}:dlq"),
            _ => String::new(),
        }
    }

    /// The wish of a choice with its line.
    ///
    /// # Errors
    /// What is wrong with the line.
    pub fn wish(&self, selected: usize, line: &str, setup: &ActionSetup) -> Result<Request, String> {
        /// Rows that were in use a minute ago may still be.
        const MIN_IDLE_MS: u64 = 60_000;
        match self {
            Self::Trim(key) => {
                let to = match selected {
                    0 => TrimTo::Safe,
                    1 => age(line)?,
                    2 => TrimTo::MaxLen(crate::config::units::count(line).map_err(|bad| bad.what)?),
                    _ => TrimTo::MinId(line.parse::<StreamId>().map_err(|bad| bad.to_string())?),
                };
                Ok(Request::Trim(TrimRequest { key: key.clone(), to, approx: false, archive: None }))
            }
            Self::Reclaim { key, group, consumer, .. } => {
                let (verb, min_idle_ms) = match selected {
                    0 => (ReclaimVerb::HandOver(name(line)?), MIN_IDLE_MS),
                    1 => (ReclaimVerb::Release, milliseconds(line)?),
                    2 => (ReclaimVerb::Requeue, milliseconds(line)?),
                    3 => (ReclaimVerb::DeadLetter { to: name(line)?, deliveries: 5 }, MIN_IDLE_MS),
                    4 => (ReclaimVerb::Sweep, milliseconds(line)?),
                    _ => (ReclaimVerb::Drop, milliseconds(line)?),
                };
                Ok(Request::Reclaim(ReclaimRequest {
                    key: key.clone(),
                    group: group.clone(),
                    verb,
                    min_idle_ms,
                    count: None,
                    consumer: consumer.clone(),
                    ids: Vec::new(),
                    archive: None,
                }))
            }
            Self::Invalidate(_) => {
                let written = name_or_glob(line)?;
                let pattern = match selected {
                    1 => Glob::literal_prefix(written.as_bytes()).text().clone(),
                    _ => written.clone(),
                };
                let warm_up = setup.warm_ups.iter().find(|(glob, _)| *glob.text() == pattern);
                Ok(Request::Invalidate(InvalidateRequest {
                    warm_up: warm_up.map(|(_, words)| words.clone()).unwrap_or_default(),
                    pattern,
                    written,
                    kind: None,
                    expire_ms: (selected == 2).then_some(60_000),
                    per_s: setup.invalidate_per_s,
                    archive: None,
                    protect: setup.protect.clone(),
                }))
            }
        }
    }
}

/// `24h`, or `24h s` where ids count seconds.
fn age(line: &str) -> Result<TrimTo, String> {
    let (age, unit) = line.split_once(' ').unwrap_or((line, "ms"));
    let unit = unit.trim().parse().map_err(|bad: BadIdUnit| bad.to_string())?;
    Ok(TrimTo::OlderThan { age_ms: milliseconds(age)?, unit })
}

fn milliseconds(line: &str) -> Result<u64, String> {
    let duration =
        crate::config::units::duration(line).map_err(|bad| format!("{}: {}", bad.what, bad.hint))?;
    u64::try_from(duration.as_millis()).map_err(|_| "too long".to_owned())
}

fn name(line: &str) -> Result<Name, String> {
    match line {
        "" => Err("type a name".to_owned()),
        _ => Name::from_text(line).map_err(|bad| bad.to_string()),
    }
}

fn name_or_glob(line: &str) -> Result<Name, String> {
    match line {
        "" => Err("type a pattern".to_owned()),
        _ => Ok(Name::from_text(line).unwrap_or_else(|_| Name::from(line))),
    }
}
