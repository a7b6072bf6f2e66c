//! What an action would do, to the entry: made by reads, shown before anything is written.
//!
//! Knows the numbers and sentences of a preview; not how they are drawn. Invariant: a plan fixes ids, so that what
//! comes after consent is safe, and it expires.

mod subject;

pub use subject::Subject;

use super::archive::Header;
use super::guard::Guard;
use super::step::{Machine, Tally};
use crate::core::figures::sentence::{count, counted, number_of};
use crate::core::limits::{COPIED_WORDS, PLAN_LIVES_MS};
use crate::core::model::Name;
use std::sync::Arc;

/// What an action would do.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Which action.
    pub kind: &'static ActionKind,
    /// To what.
    pub subject: Subject,
    /// What has to be as it was for it to go on.
    pub guard: Guard,
    /// What it would remove or move.
    pub impact: Impact,
    /// What it says of itself: label and sentence, in the order in which they are read.
    pub facts: Vec<(&'static str, String)>,
    /// What the operator should think of first.
    pub warnings: Vec<String>,
    /// The commands, one of each form.
    pub commands: Vec<String>,
    /// Why a name has to be typed; none when it has not.
    pub typed: Option<String>,
    /// Whether what goes is kept.
    pub archive: bool,
    /// Why there is nothing to do, and what holds it.
    pub nothing: Option<String>,
    /// What fills the cache again afterwards: program and arguments.
    pub warm_up: Vec<String>,
    /// The steps.
    pub work: PlanWork,
    /// When it was made: microseconds of the process's clock.
    pub made_us: u64,
}

/// What is the same for every plan of an action: its words, and what it is about. Each action has one, and tells it by
/// its name.
#[derive(Debug, PartialEq, Eq)]
pub struct ActionKind {
    /// Its name, for people, the journal and the command line.
    pub word: &'static str,
    /// The verb, for a button and the beginning of a title.
    pub verb: &'static str,
    /// What it does that to, where its subject is not the whole: `pending entries of`.
    pub part: Option<&'static str>,
    /// What it counts, one of them.
    pub item: &'static str,
    /// Whether the question before it has the verb of the plan, of which it has several.
    pub asks_by_verb: bool,
    /// Whether it is about one item.
    pub is_single: bool,
    /// Whether keys of any kind go, or come back.
    pub is_about_keys: bool,
    /// Whether a rate of the settings holds it back on the screen.
    pub has_rate: bool,
}

/// What goes, or moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Impact {
    /// Entries, rows or keys.
    pub items: u64,
    /// Whether they were counted to the last.
    pub is_exact: bool,
    /// Their bytes: an estimate.
    pub bytes: Option<u64>,
    /// Whether something that somebody still needs is among them.
    pub is_lossy: bool,
}

/// The steps of an action, as its plan fixes them, and what they alone can say of it. Seen by actions only, so that
/// nothing but a run begins them.
pub(in crate::core::ops) trait Work: std::fmt::Debug + Send + Sync {
    /// Begins.
    fn machine(&self, archive: bool) -> Box<dyn Machine>;

    /// Begins where consent came with the plan, so that what it found still stands.
    fn machine_at_once(&self, archive: bool) -> Box<dyn Machine> {
        self.machine(archive)
    }

    /// The verb of what it does, where the action has several.
    fn verb(&self) -> Option<&'static str> {
        None
    }

    /// Streams that it changes beside its subject, with the group where one is meant.
    fn streams(&self) -> Vec<(Name, Option<Name>)> {
        Vec::new()
    }

    /// What the archive has to say so that the rows of a group come back: whose they are now, and whether they stayed
    /// in the list of pending entries.
    fn rows_went(&self) -> (Option<&Name>, bool) {
        (None, false)
    }

    /// What has to be said of how it ended, beside its numbers.
    fn note(&self, _tally: Tally) -> Option<String> {
        None
    }
}

/// The work of a plan, as others may hold it.
#[derive(Clone, Debug)]
pub struct PlanWork(Arc<dyn Work>);

impl PlanWork {
    pub(super) fn new(work: impl Work + 'static) -> Self {
        Self(Arc::new(work))
    }

    pub(super) fn machine(&self, archive: bool, at_once: bool) -> Box<dyn Machine> {
        if at_once { self.0.machine_at_once(archive) } else { self.0.machine(archive) }
    }
}

impl PartialEq for PlanWork {
    /// They are the same where they say the same of themselves.
    fn eq(&self, other: &Self) -> bool {
        format!("{self:?}") == format!("{other:?}")
    }
}

impl ActionKind {
    /// One that counts and does no more than most: the rest is said in its own row.
    pub(super) const fn new(word: &'static str, verb: &'static str, item: &'static str) -> Self {
        Self {
            word,
            verb,
            part: None,
            item,
            asks_by_verb: false,
            is_single: false,
            is_about_keys: false,
            has_rate: false,
        }
    }

    /// So many of what it counts: `1 entry`, `2 entries`.
    pub fn items(&self, number: u64) -> String {
        number_of(number, self.item)
    }

    /// What it does to its subject, as a title: `Trim stream orders`.
    pub fn phrase(&self, subject: &str) -> String {
        self.phrase_of(self.verb, subject)
    }

    pub(super) fn phrase_of(&self, verb: &str, subject: &str) -> String {
        let part = self.part.map_or(String::new(), |part| format!("{part} "));
        format!("{verb} {part}{subject}")
    }
}

/// Names that a line has room for.
const FEW_NAMES: usize = 3;

/// A few of these names, and how many more there are: `a, b, c and 37 more`.
pub(super) fn few_of(names: &[&Name]) -> String {
    let shown: Vec<String> = names.iter().take(FEW_NAMES).map(ToString::to_string).collect();
    let more = names.len().saturating_sub(FEW_NAMES) as u64;
    let more = if more > 0 { format!(" and {} more", count(more)) } else { String::new() };
    format!("{}{more}", shown.join(", "))
}

impl Plan {
    /// The same, resting on something that could not be read: it is told, and the name has to be typed.
    #[must_use]
    pub fn in_doubt(mut self, why: &str) -> Self {
        self.warnings.push(why.to_owned());
        self.typed.get_or_insert_with(|| why.to_owned());
        self
    }

    /// The streams that it changes, with the group where one is meant.
    pub fn streams(&self) -> Vec<(Name, Option<Name>)> {
        let mut found: Vec<(Name, Option<Name>)> = match &self.subject {
            Subject::Stream(key) | Subject::Groups(key, _) => vec![(key.clone(), None)],
            Subject::Group(key, group) | Subject::Consumer(key, group, _) => {
                vec![(key.clone(), Some(group.clone()))]
            }
            Subject::Keys(_)
            | Subject::Client(..)
            | Subject::Script
            | Subject::Queue(_)
            | Subject::Action(_) => Vec::new(),
        };
        found.extend(self.work.0.streams());
        found
    }

    /// The verb of what it does, for a button: a reclaim has several.
    pub fn verb(&self) -> &'static str {
        self.work.0.verb().unwrap_or(self.kind.verb)
    }

    /// The button that carries it out: the verb and the number, and before them that it unlocks writing first.
    pub fn button(&self, unlocks: bool) -> String {
        let Impact { items, is_exact, .. } = self.impact;
        let number = if self.kind.is_single || !is_exact {
            String::new()
        } else {
            format!(" {}", self.kind.items(items))
        };
        let does = format!("{}{number}", self.verb());
        if unlocks { format!("Unlock and {}", does.to_lowercase()) } else { does }
    }

    /// The question that is asked before it.
    pub fn question(&self) -> String {
        let verb = if self.kind.asks_by_verb { self.verb() } else { self.kind.verb };
        format!("{}?", self.kind.phrase_of(verb, &self.subject.title()))
    }

    /// Whether keys of any kind go, or come back.
    pub const fn is_about_keys(&self) -> bool {
        self.kind.is_about_keys
    }

    /// What its archive begins with: which action, on which server.
    pub fn header(&self, id: &str, (address, database): (&str, u32)) -> Header {
        let name = |name: Option<&Name>| name.map_or_else(String::new, Name::text);
        let group = match &self.subject {
            Subject::Group(_, group) | Subject::Consumer(_, group, _) => Some(group),
            _ => None,
        };
        let (from, rows_stay) = self.work.0.rows_went();
        Header {
            id: id.to_owned(),
            action: self.kind.word.to_owned(),
            address: address.to_owned(),
            database,
            key: name(self.subject.stream()),
            group: name(group),
            from: name(from),
            rows_stay,
        }
    }

    /// What has to be said of how it ended, beside its numbers.
    pub fn note(&self, tally: Tally) -> Option<String> {
        let wide = (tally.wide > 0).then(|| {
            format!(
                "{} more than {} fields, which no script can copy: such an entry stays pending",
                counted(tally.wide, "entry has", "entries have"),
                count(u64::from(COPIED_WORDS / 2))
            )
        });
        wide.or_else(|| self.work.0.note(tally))
    }

    /// Whether it is too old to be carried out.
    pub const fn has_expired(&self, now_us: u64) -> bool {
        now_us.saturating_sub(self.made_us) > PLAN_LIVES_MS * 1_000
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::core::model::StreamId;
    use crate::core::ops::trim::TrimWork;
    use crate::core::wire::write::Made;

    /// A trim of stream `orders`.
    pub fn plan() -> Plan {
        trim(false)
    }

    fn trim(approx: bool) -> Plan {
        let work = TrimWork {
            key: Name::from("orders"),
            to: StreamId::new(5, 0),
            is_safe: true,
            approx,
            has_minid: true,
            has_scripts: true,
            made: Made::default(),
        };
        Plan {
            kind: &crate::core::ops::trim::KIND,
            subject: Subject::Stream(work.key.clone()),
            guard: Guard::default(),
            impact: Impact { items: 3, is_exact: true, bytes: None, is_lossy: false },
            facts: Vec::new(),
            warnings: Vec::new(),
            commands: work.commands(false),
            typed: None,
            archive: false,
            nothing: None,
            warm_up: Vec::new(),
            work: PlanWork::new(work),
            made_us: 0,
        }
    }

    #[test]
    fn an_approximate_trim_that_removed_nothing_says_why() {
        assert_eq!(plan().note(Tally::default()), None);
        assert!(trim(true).note(Tally::default()).unwrap().contains("one node"));
    }

    #[test]
    fn a_plan_expires_after_two_minutes() {
        assert!(!plan().has_expired(120_000_000));
        assert!(plan().has_expired(120_000_001));
    }
}
