//! The journal's lines: what was intended, and what came of it.
//!
//! Knows the form; writes no file. Invariants: no line holds a secret; an action has one intent and at most one finish;
//! an action without a finish is open.

use super::plan::{Plan, Subject};
use super::run::Outcome;
use super::step::Tally;
use crate::core::figures::sentence::{count, number_of};
use crate::core::limits::{JOURNAL_LINE_BYTES, JOURNAL_RECORDS, JOURNAL_WRITTEN_BYTES};
use crate::core::model::Name;
use crate::core::wire::decode::groups::{consumers, groups};
use crate::core::wire::{Inspect, ReadCmd, Resp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Numbers by their name, before or after.
pub type RecordCounts = BTreeMap<String, u64>;

/// One line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "lowercase")]
pub enum Record {
    /// An action is about to begin.
    Intended(Intent),
    /// It is over.
    Finished(Finish),
    /// The cache was filled again after it.
    Warmed {
        /// Of the action.
        id: String,
        /// When: our wall clock, milliseconds since 1970.
        at_ms: i64,
        /// What the command did.
        result: String,
    },
}

/// What is about to be done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Intent {
    /// Of the action.
    pub id: String,
    /// When: our wall clock, milliseconds since 1970.
    pub at_ms: i64,
    /// The operator's name on their machine.
    pub who: String,
    /// Their machine.
    pub host: String,
    /// Which Redis: what the operator calls it.
    pub target: String,
    /// Its address, without secrets.
    pub address: String,
    /// Its logical database.
    pub database: u32,
    /// The action.
    pub action: String,
    /// What it is about, for people.
    pub subject: String,
    /// The commands, one of each form.
    pub commands: Vec<String>,
    /// Items that it was to touch.
    pub items: u64,
    /// Whether they were counted to the last.
    pub items_exact: bool,
    /// What the operator was warned of.
    pub warnings: Vec<String>,
    /// Whether what goes is kept.
    pub archive: bool,
    /// How things stood.
    pub before: RecordCounts,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finish {
    /// Of the action.
    pub id: String,
    /// When: our wall clock, milliseconds since 1970.
    pub at_ms: i64,
    /// `done`, `refused`, `stopped`, `failed` or `unknown`.
    pub outcome: String,
    /// Why, where it is not done.
    pub reason: Option<String>,
    /// What was done; of what is kept that which can be brought back.
    #[serde(flatten)]
    pub tally: Tally,
    /// How long it took, milliseconds.
    pub took_ms: u64,
    /// How things stand.
    pub after: RecordCounts,
}

/// An action of the journal.
#[derive(Clone, Debug, PartialEq)]
pub struct Past {
    /// What was intended.
    pub intent: Intent,
    /// What came of it; none while it runs, or where nobody knows.
    pub finish: Option<Finish>,
    /// What the command of its warm-up did.
    pub warm_up: Option<String>,
}

impl Record {
    /// The line, without its end: [`JOURNAL_WRITTEN_BYTES`] at most. Texts that would make it longer are cut, and say so.
    pub fn line(&self) -> String {
        let text = |record: &Self| serde_json::to_string(record).unwrap_or_default();
        let whole = text(self);
        let shorter = || TEXT_BYTES.iter().map(|bytes| text(&self.cut(*bytes)));
        let fits = |line: &String| line.len() <= JOURNAL_WRITTEN_BYTES;
        if fits(&whole) { whole } else { shorter().find(fits).unwrap_or_default() }
    }

    /// Reads a line back; `None` for a line that is none, such as one that was cut off by a crash.
    pub fn read(line: &str) -> Option<Self> {
        (line.len() <= JOURNAL_LINE_BYTES).then(|| serde_json::from_str(line).ok()).flatten()
    }

    /// The same with no text longer than `bytes`, and no more of a list than [`LISTED`].
    fn cut(&self, bytes: usize) -> Self {
        let mut record = self.clone();
        match &mut record {
            Self::Intended(intent) => {
                let Intent {
                    who, host, target, address, action, subject, commands, warnings, before, ..
                } = intent;
                for text in [who, host, target, address, action, subject] {
                    shorten(text, bytes);
                }
                for list in [commands, warnings] {
                    let more = list.len().saturating_sub(LISTED);
                    list.truncate(LISTED);
                    list.iter_mut().for_each(|text| shorten(text, bytes));
                    list.extend((more > 0).then(|| format!("and {more} more")));
                }
                *before = shorter_counts(before, bytes);
            }
            Self::Finished(finish) => {
                finish.reason.iter_mut().for_each(|text| shorten(text, bytes));
                finish.after = shorter_counts(&finish.after, bytes);
            }
            Self::Warmed { result, .. } => shorten(result, bytes),
        }
        record
    }
}

/// How long texts may be in a line that would be too long, tried one after the other.
const TEXT_BYTES: [usize; 4] = [2_048, 512, 128, 24];
/// Texts of a list, and numbers by name, in such a line.
const LISTED: usize = 100;

/// Cuts a text and says how much is missing.
fn shorten(text: &mut String, bytes: usize) {
    if text.len() > bytes {
        let fits = |end: &mut usize, length: usize| {
            *end += length;
            (*end <= bytes).then_some(length)
        };
        let kept: usize = text.chars().map(char::len_utf8).scan(0, fits).sum();
        let missing = text.len() - kept;
        text.truncate(kept);
        text.push_str(&format!("… ({missing} more bytes)"));
    }
}

/// The greatest of many numbers, and one for the rest.
fn shorter_counts(counts: &RecordCounts, bytes: usize) -> RecordCounts {
    let mut sorted: Vec<(&String, u64)> = counts.iter().map(|(name, number)| (name, *number)).collect();
    sorted.sort_by_key(|(_, number)| std::cmp::Reverse(*number));
    let (shown, rest) = sorted.split_at(sorted.len().min(LISTED));
    let mut short: RecordCounts = RecordCounts::new();
    for (name, number) in shown {
        let mut name = (*name).clone();
        shorten(&mut name, bytes);
        let sum = short.entry(name).or_default();
        *sum = sum.saturating_add(*number);
    }
    if !rest.is_empty() {
        let sum = rest.iter().fold(0u64, |sum, (_, number)| sum.saturating_add(*number));
        short.insert(format!("{} more, together", rest.len()), sum);
    }
    short
}

impl Past {
    /// The word for how it ended: `open` while nobody knows.
    pub fn outcome(&self) -> &str {
        self.finish.as_ref().map_or("open", |finish| finish.outcome.as_str())
    }

    /// How much was done, in words; a lower bound where nobody knows all that happened.
    pub fn amount(&self) -> String {
        let planned = || {
            let rough = if self.intent.items_exact { "" } else { ", not counted to the last" };
            format!("{} planned{rough}", number_of(self.intent.items, "item"))
        };
        match &self.finish {
            None => planned(),
            Some(finish) if finish.outcome != "unknown" => format!("{} done", count(finish.tally.done)),
            Some(finish) if finish.tally.done > 0 => format!("at least {} done", count(finish.tally.done)),
            Some(_) => format!("{}, how many done is not known", planned()),
        }
    }
}

/// The actions of a journal, the oldest first: the last [`JOURNAL_RECORDS`].
pub fn past(lines: impl IntoIterator<Item = Record>) -> Vec<Past> {
    let mut found: Vec<Past> = Vec::new();
    for record in lines {
        match record {
            Record::Intended(intent) => found.push(Past { intent, finish: None, warm_up: None }),
            Record::Finished(finish) => {
                let open = |past: &&mut Past| past.intent.id == finish.id && past.finish.is_none();
                if let Some(past) = found.iter_mut().rev().find(open) {
                    past.finish = Some(finish);
                }
            }
            Record::Warmed { id, result, .. } => {
                if let Some(past) = found.iter_mut().rev().find(|past| past.intent.id == id) {
                    past.warm_up = Some(result);
                }
            }
        }
    }
    let surplus = found.len().saturating_sub(JOURNAL_RECORDS);
    found.split_off(surplus)
}

impl Intent {
    /// Of an action that was begun, whose line can't be read.
    pub fn unreadable(id: &str, at_ms: i64) -> Self {
        let unknown = || "unknown".to_owned();
        Self {
            id: id.to_owned(),
            at_ms,
            who: unknown(),
            host: unknown(),
            target: unknown(),
            address: unknown(),
            database: 0,
            action: unknown(),
            subject: "an action whose line in the journal can't be read".to_owned(),
            commands: Vec::new(),
            items: 0,
            items_exact: false,
            warnings: Vec::new(),
            archive: false,
            before: RecordCounts::new(),
        }
    }
}

impl Finish {
    /// How an action ended.
    pub fn of(id: &str, outcome: &Outcome, tally: Tally) -> Self {
        Self {
            id: id.to_owned(),
            at_ms: 0,
            outcome: outcome.word().to_owned(),
            reason: outcome.reason().map(str::to_owned),
            tally,
            took_ms: 0,
            after: RecordCounts::new(),
        }
    }

    /// The finish of an action that nobody finished.
    pub fn abandoned(id: &str) -> Self {
        let why = "streamgauge ended before it was over: some of it may have been done".to_owned();
        Self::of(id, &Outcome::Unknown(why), Tally::default())
    }
}

/// The name of used memory among the counts, bytes.
pub const MEMORY: &str = "memory";

/// What the name of a consumer's pending entries begins with among the counts.
pub const CONSUMER: &str = "consumer ";

/// What the name of the number of consumers of a group begins with among the counts.
pub const CONSUMERS: &str = "consumers of ";

/// Consumers whose rows are told one by one.
const CONSUMERS_TOLD: usize = 32;

/// What is asked to see how things stand with a subject, before and after.
pub fn count_reads(subject: &Subject) -> Vec<ReadCmd> {
    let memory = ReadCmd::Info(vec!["memory"]);
    match subject {
        Subject::Stream(key)
        | Subject::Group(key, _)
        | Subject::Groups(key, _)
        | Subject::Consumer(key, _, _) => {
            vec![memory, ReadCmd::Xlen(key.clone()), ReadCmd::XinfoGroups(key.clone())]
        }
        Subject::Keys(_) => vec![memory, ReadCmd::Inspect(Inspect::Dbsize)],
        Subject::Queue(id) => std::iter::once(memory).chain(super::queue_counts::reads(id)).collect(),
        Subject::Client(..) | Subject::Script | Subject::Action(_) => Vec::new(),
    }
}

/// What is asked after that: the list of a few consumers. A long one would hold the server, and is not told.
pub fn list_read(subject: &Subject, replies: &[Resp]) -> Option<ReadCmd> {
    let (Subject::Group(key, group) | Subject::Consumer(key, group, _)) = subject else { return None };
    let found = replies.get(2).and_then(groups)?.into_iter().find(|found| found.name == *group)?;
    let is_short = found.consumers.is_some_and(|consumers| consumers <= CONSUMERS_TOLD as u64);
    is_short.then(|| ReadCmd::XinfoConsumers(key.clone(), group.clone()))
}

/// What the answers say, those of [`count_reads`] and after them that of [`list_read`].
pub fn counts(subject: &Subject, replies: &[Resp]) -> RecordCounts {
    let mut found = RecordCounts::new();
    let used = replies.first().and_then(Resp::text);
    let used =
        used.as_deref().and_then(|text| text.lines().find_map(|line| line.strip_prefix("used_memory:")));
    let used = used.and_then(|used| used.trim().parse().ok());
    found.extend(used.map(|used: u64| (MEMORY.to_owned(), used)));
    let first = replies.get(1).and_then(Resp::count);
    match subject {
        Subject::Keys(_) => found.extend(first.map(|keys| ("keys".to_owned(), keys))),
        Subject::Stream(_) | Subject::Group(..) | Subject::Consumer(..) => {
            found.extend(first.map(|length| ("length".to_owned(), length)));
            let of_subject = |name: &Name| match subject {
                Subject::Group(_, group) | Subject::Consumer(_, group, _) => group == name,
                _ => true,
            };
            // What is not told has no figure.
            for group in replies.get(2).and_then(groups).into_iter().flatten() {
                if !of_subject(&group.name) {
                    continue;
                }
                let name = group.name.text();
                found.extend(group.pending.map(|pending| (format!("pending of {name}"), pending)));
                if !matches!(subject, Subject::Stream(_)) {
                    found.extend(group.consumers.map(|all| (format!("{CONSUMERS}{name}"), all)));
                }
            }
            // Of a few it is told who has how many; of many the sum is what one reads.
            let listed = replies.get(3).and_then(consumers);
            for consumer in listed.filter(|all| all.len() <= CONSUMERS_TOLD).into_iter().flatten() {
                let pending = consumer.pending.map(|pending| (consumer.name.text(), pending));
                found.extend(pending.map(|(name, pending)| (format!("{CONSUMER}{name}"), pending)));
            }
        }
        Subject::Groups(..) => {
            let groups = replies.get(2).and_then(groups);
            found.extend(groups.map(|groups| ("groups".to_owned(), groups.len() as u64)));
        }
        Subject::Queue(id) => found.extend(super::queue_counts::counts(id, replies)),
        Subject::Client(..) | Subject::Script | Subject::Action(_) => {}
    }
    found
}

/// The intent of a plan: who, where and when are for the caller to say.
pub fn intent_of(plan: &Plan, id: &str) -> Intent {
    Intent {
        id: id.to_owned(),
        at_ms: 0,
        who: String::new(),
        host: String::new(),
        target: String::new(),
        address: String::new(),
        database: 0,
        action: plan.kind.word.to_owned(),
        subject: plan.subject.to_string(),
        commands: plan.commands.clone(),
        items: plan.impact.items,
        items_exact: plan.impact.is_exact,
        warnings: plan.warnings.clone(),
        archive: plan.archive,
        before: RecordCounts::new(),
    }
}

#[cfg(test)]
mod tests;
