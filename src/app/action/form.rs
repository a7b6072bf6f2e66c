//! What is asked before a plan is made: choices with lines, and the request that comes of them.
//!
//! Knows what may be typed; asks no server. Invariants: the safest choice stands first, and idle times begin at the limit
//! of the verdict that is acted on.

use super::ActionSetup;
use super::lines::{age, milliseconds, name, name_or_glob, typed_span};
use super::order::Exclusion;
use crate::core::figures::sentence::number_of;
use crate::core::model::glob::Glob;
use crate::core::model::{Name, StreamId};
use crate::core::ops::reclaim::request::DELIVERIES;
use crate::core::ops::{
    InvalidateRequest, JobsRequest, ReclaimRequest, ReclaimVerb, RemoveConsumersRequest, RemoveGroupsRequest,
    Request, TrimRequest, TrimTo,
};
use tui_input::Input;

/// Choices, some of which need a line or two.
#[derive(Clone, Debug)]
pub struct Form {
    /// About what.
    pub about: About,
    /// Which is selected.
    pub selected: usize,
    /// The lines of the selected one; none where nothing has to be typed.
    pub inputs: Vec<FormInput>,
    /// Which of them is typed into.
    pub line: usize,
    /// What is wrong with them.
    pub error: Option<String>,
    /// Marked rows, with what is asked of each; none where it is about one thing.
    pub rows: Vec<(String, About)>,
    /// Marked rows that are nothing for it.
    pub left_out: Vec<Exclusion>,
}

/// A line of a form.
#[derive(Clone, Debug)]
pub struct FormInput {
    /// What stands in it.
    pub input: Input,
    /// Whether it still has the text that it was filled with: that goes when somebody types.
    pub is_filled: bool,
}

impl FormInput {
    fn filled(text: String) -> Self {
        Self { input: Input::new(text), is_filled: true }
    }
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
        /// What is chosen at first.
        first: ReclaimChoice,
        /// Idle time from which on the verdict calls a consumer dead, milliseconds.
        idle_ms: u64,
        /// Only these entries; empty for all.
        ids: Vec<StreamId>,
    },
    /// To remove groups of a stream.
    RemoveGroups {
        /// The stream.
        key: Name,
        /// The group that is selected.
        group: Option<Name>,
        /// Idle time from which on the verdict calls a consumer dead, milliseconds.
        idle_ms: u64,
    },
    /// To remove consumers of a group that do nothing.
    RemoveConsumers {
        /// The stream.
        key: Name,
        /// The group.
        group: Name,
        /// Idle time from which on the verdict calls a consumer dead, milliseconds.
        idle_ms: u64,
    },
    /// To invalidate keys; the pattern that is selected.
    Invalidate(Option<Name>),
    /// To make jobs of a queue ready again, or to drop them.
    Jobs(Box<Request>),
}

/// What can become of pending entries, in the order of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReclaimChoice {
    /// Given to a consumer.
    HandOver,
    /// Left to workers' own XAUTOCLAIM.
    Release,
    /// Appended again.
    Requeue,
    /// Moved to another stream.
    DeadLetter,
    /// Those that were trimmed, acknowledged.
    Sweep,
    /// Acknowledged without processing.
    Drop,
}

/// One choice of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What it does.
    pub title: &'static str,
    /// What has to be typed: a label each, and what stands there at first.
    pub lines: Vec<(&'static str, String)>,
}

impl Form {
    /// A form with its first choice selected, or the first that needs nothing that is not known.
    pub fn new(about: About) -> Self {
        let selected = match &about {
            About::Reclaim { first, .. } => *first as usize,
            about => usize::from(matches!(about, About::RemoveGroups { group: None, .. })),
        };
        let mut form = Self {
            about,
            selected,
            inputs: Vec::new(),
            line: 0,
            error: None,
            rows: Vec::new(),
            left_out: Vec::new(),
        };
        form.select(selected);
        form
    }

    /// Selects a choice, with the lines as they are at first.
    pub fn select(&mut self, selected: usize) {
        let choices = self.choices();
        self.selected = selected % choices.len().max(1);
        let lines = choices.into_iter().nth(self.selected).map(|choice| choice.lines);
        self.inputs = lines.into_iter().flatten().map(|(_, text)| FormInput::filled(text)).collect();
        self.line = 0;
        self.error = None;
    }

    /// The request that comes of it as it stands.
    ///
    /// # Errors
    /// What is wrong with a line.
    pub fn request(&self, setup: &ActionSetup) -> Result<Request, String> {
        let lines: Vec<&str> = self.inputs.iter().map(|line| line.input.value()).collect();
        self.about.request(self.selected, &lines, setup)
    }

    /// The line that is typed into.
    pub fn input(&mut self) -> Option<&mut FormInput> {
        self.inputs.get_mut(self.line)
    }
}

impl About {
    /// Its title.
    pub fn title(&self) -> String {
        match self {
            Self::Trim(key) => format!("Trim {key}"),
            Self::Reclaim { group, ids, .. } if !ids.is_empty() => {
                format!("Reclaim {} of group {group}", number_of(ids.len() as u64, "entry"))
            }
            Self::Reclaim { group, consumer: None, .. } => format!("Reclaim from group {group}"),
            Self::Reclaim { consumer: Some(consumer), .. } => format!("Reclaim from {consumer}"),
            Self::RemoveGroups { key, .. } => format!("Remove groups of {key}"),
            Self::RemoveConsumers { group, .. } => format!("Remove consumers of group {group}"),
            Self::Invalidate(_) => "Invalidate keys".to_owned(),
            Self::Jobs(request) => {
                let what = match **request {
                    Request::RequeueOrphans(_) => "Requeue orphans",
                    Request::ReviveJobs(_) => "Revive dead jobs",
                    _ => "Drop jobs",
                };
                let jobs = jobs_of(request);
                let queue = jobs.and_then(|jobs| jobs.of.queue.as_ref());
                let class = jobs.and_then(|jobs| jobs.class.as_ref());
                let class = class.map_or(String::new(), |class| format!(" {class}"));
                format!("{what}{class} of {}", queue.map_or_else(String::new, Name::to_string))
            }
        }
    }

    /// Its choices, the safest first.
    pub fn choices(&self) -> Vec<Choice> {
        let plain = |title| Choice { title, lines: Vec::new() };
        let with = |title, label, text: &str| Choice { title, lines: vec![(label, text.to_owned())] };
        match self {
            Self::Trim(_) => vec![
                plain("Safe: entries that every group has acknowledged"),
                with("Older than an age ('24h s' where ids count seconds)", "age", "24h"),
                with("Keep the newest", "entries", "1000"),
                with("Before an ID", "id", ""),
            ],
            Self::Reclaim { proposed, idle_ms, .. } => {
                let to = proposed.as_ref().map(Name::to_string).unwrap_or_default();
                let idle = ("idle at least", typed_span(*idle_ms));
                let idle_only = |title| Choice { title, lines: vec![idle.clone()] };
                let to_and_idle = |title, to: String| Choice { title, lines: vec![("to", to), idle.clone()] };
                // A poisoned entry is in use again and again: its idle time says nothing.
                let at_once = ("idle at least", "0s".to_owned());
                vec![
                    to_and_idle("Hand over to a consumer", to),
                    idle_only("Release: let workers claim them (XAUTOCLAIM)"),
                    idle_only("Requeue: append a copy, acknowledge the old"),
                    Choice {
                        title: "Dead-letter what was delivered 5 times or more",
                        lines: vec![("to", self.dead_letters()), at_once],
                    },
                    idle_only("Clean up pending entries that were trimmed"),
                    idle_only("Drop: acknowledge without processing"),
                ]
            }
            Self::RemoveGroups { group, .. } => {
                let name = group.as_ref().map(Name::to_string).unwrap_or_default();
                vec![
                    with("Remove one group", "group", &name),
                    Choice {
                        title: "Remove all that were not read for a while and have no live consumer",
                        lines: vec![("pattern", "*".to_owned()), ("not read for", "24h".to_owned())],
                    },
                ]
            }
            Self::RemoveConsumers { idle_ms, .. } => {
                let lines = vec![("idle at least", typed_span(*idle_ms))];
                vec![Choice { title: "Remove those with nothing pending", lines }]
            }
            Self::Jobs(_) => vec![plain("All of them"), with("So many at most", "jobs", "100")],
            Self::Invalidate(selected) => {
                let glob = selected.as_ref().map(Name::to_string).unwrap_or_default();
                let prefix = glob.strip_suffix('*').filter(|rest| !rest.contains(['*', '?', '[', '\\']));
                vec![
                    with("Remove keys that match a pattern", "pattern", &glob),
                    with(
                        "Remove keys that start with a text (no wildcards)",
                        "prefix",
                        prefix.unwrap_or_default(),
                    ),
                    with("Let keys that match a pattern expire within 60 s", "pattern", &glob),
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

    /// The request of a choice with its lines.
    ///
    /// # Errors
    /// What is wrong with a line.
    pub fn request(&self, selected: usize, lines: &[&str], setup: &ActionSetup) -> Result<Request, String> {
        let line = lines.first().copied().unwrap_or("");
        let second = lines.get(1).copied().unwrap_or("");
        match self {
            Self::Trim(key) => {
                let to = match selected {
                    0 => TrimTo::Safe,
                    1 => age(line)?,
                    2 => TrimTo::MaxLen(crate::config::units::count(line).map_err(|bad| bad.what)?),
                    _ => TrimTo::MinId(line.parse::<StreamId>().map_err(|bad| bad.to_string())?),
                };
                Ok(Request::Trim(TrimRequest::new(key.clone(), to)))
            }
            Self::Reclaim { key, group, consumer, ids, .. } => {
                let mut wanted = reclaim((key, group, consumer.as_ref()), selected, (line, second))?;
                wanted.ids.clone_from(ids);
                Ok(Request::Reclaim(wanted))
            }
            Self::RemoveGroups { key, idle_ms, .. } => {
                let (pattern, unread_ms) = match selected {
                    0 => (name(line)?, None),
                    _ => (name_or_glob(line)?, Some(milliseconds(second)?)),
                };
                let (key, alive_ms) = (key.clone(), *idle_ms);
                Ok(Request::RemoveGroups(RemoveGroupsRequest {
                    key,
                    pattern,
                    unread_ms,
                    alive_ms,
                    archive: None,
                }))
            }
            Self::RemoveConsumers { key, group, .. } => {
                let (key, group, min_idle_ms) = (key.clone(), group.clone(), milliseconds(line)?);
                Ok(Request::RemoveConsumers(RemoveConsumersRequest {
                    key,
                    group,
                    min_idle_ms,
                    archive: None,
                }))
            }
            Self::Jobs(wanted) => so_many((**wanted).clone(), (selected > 0).then_some(line)),
            Self::Invalidate(_) => {
                let written = name_or_glob(line)?;
                let pattern = match selected {
                    1 => Glob::literal_prefix(written.as_bytes()).text().clone(),
                    _ => written.clone(),
                };
                let warm_up = setup.warm_ups.iter().find(|(glob, _)| *glob.text() == pattern);
                Ok(Request::Invalidate(InvalidateRequest {
                    warm_up: warm_up.map(|(_, words)| words.clone()).unwrap_or_default(),
                    written,
                    expire_ms: (selected == 2).then_some(60_000),
                    per_s: setup.invalidate_per_s,
                    protect: setup.protect.clone(),
                    ..InvalidateRequest::new(pattern)
                }))
            }
        }
    }
}

/// The same about so many jobs at most, where a number was typed.
fn so_many(mut request: Request, most: Option<&str>) -> Result<Request, String> {
    let count = most.map(crate::config::units::count).transpose().map_err(|bad| bad.what)?;
    if count == Some(0) {
        return Err("type a number above 0".to_owned());
    }
    match &mut request {
        Request::RequeueOrphans(jobs) | Request::ReviveJobs(jobs) => jobs.count = count,
        Request::DropJobs(drop) => drop.jobs.count = count,
        _ => {}
    }
    Ok(request)
}

/// The jobs that a request is about.
const fn jobs_of(request: &Request) -> Option<&JobsRequest> {
    match request {
        Request::RequeueOrphans(jobs) | Request::ReviveJobs(jobs) => Some(jobs),
        Request::DropJobs(drop) => Some(&drop.jobs),
        _ => None,
    }
}

fn reclaim(
    (key, group, consumer): (&Name, &Name, Option<&Name>),
    selected: usize,
    (line, second): (&str, &str),
) -> Result<ReclaimRequest, String> {
    let (verb, min_idle_ms) = match selected {
        0 => (ReclaimVerb::HandOver(name(line)?), milliseconds(second)?),
        1 => (ReclaimVerb::Release, milliseconds(line)?),
        2 => (ReclaimVerb::Requeue, milliseconds(line)?),
        3 => (ReclaimVerb::DeadLetter { to: name(line)?, deliveries: DELIVERIES }, milliseconds(second)?),
        4 => (ReclaimVerb::Sweep, milliseconds(line)?),
        _ => (ReclaimVerb::Drop, milliseconds(line)?),
    };
    let request = ReclaimRequest::new(key.clone(), group.clone(), verb, min_idle_ms);
    Ok(ReclaimRequest { consumer: consumer.cloned(), ..request })
}
