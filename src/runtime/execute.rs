//! Carries a confirmed plan out: intent on disk, one bounded step after the other, finish on disk.
//!
//! Knows the order of things; what a step is and means is `core::ops`'. Invariants: no byte of a write leaves before the
//! intent is synced; nothing is sent twice; a lost reply ends it as unknown; whatever happens, at most one finish is
//! written.

mod steps;

use super::pulse::Pulse;
use crate::core::limits::GUARD_EVERY_MS;
use crate::core::model::Name;
use crate::core::ops::archive::Header;
use crate::core::ops::pace::Pace;
use crate::core::ops::progress::note;
use crate::core::ops::record::{Finish, Intent, RecordCounts, count_reads, counts, intent_of};
use crate::core::ops::{Confirmed, Control, Outcome, Plan, Progress, Receipt, Run, Subject, Work};
use crate::core::wire::Resp;
use crate::core::wire::write::Settling;
use crate::edge::clock;
use crate::edge::journal::Journal;
use crate::edge::link::{Link, Writer};
use crate::runtime::warm;
use std::time::Duration;
use steps::Steps;
use tokio::sync::watch;

/// What an execution needs of the world.
#[derive(Clone, Debug)]
pub struct Executor {
    /// The right to write.
    pub writer: Writer,
    /// Where it is written down.
    pub journal: Journal,
    /// What all archives together may take, bytes.
    pub archive_max: u64,
    /// The operator's name and machine.
    pub who: (String, String),
    /// Leave the others their share of the server.
    pub is_paced: bool,
    /// Items a second at most.
    pub per_s: Option<u64>,
    /// Wait for the operator where it stops by itself, instead of ending.
    pub waits: bool,
}

impl Executor {
    /// Carries the plan out; tells how far it is, and does what it is told meanwhile.
    pub async fn execute(
        &self,
        confirmed: Confirmed,
        progress: &watch::Sender<Progress>,
        control: watch::Receiver<Control>,
    ) -> Receipt {
        let failed = |why: String| Receipt::nothing_begun(Outcome::Failed(why));
        let opened =
            tokio::try_join!(self.writer.open(), self.writer.open_reader(), self.writer.open_reader());
        let (link, mut reader, pulse) = match opened {
            Ok(opened) => opened,
            Err(error) => return failed(error.to_string()),
        };
        let pulse = Pulse::start(pulse).await;
        let id = new_id();
        let plan = confirmed.plan();
        let before = read_counts(&mut reader, &plan.subject).await.unwrap_or_default();
        let intent = self.intent(plan, &id, before.clone());
        let begun = match self.journal.begin(&intent) {
            Ok(begun) => begun,
            Err(error) => {
                return failed(format!("the journal can't be written, so nothing was done: {error}"));
            }
        };
        progress.send_modify(|progress| progress.id.clone_from(&id));
        let began_us = clock::now_us();
        let header = header_of(plan, &id, (&intent.address, intent.database));
        let mut steps = Steps {
            link,
            run: Run::new(confirmed),
            pace: Pace::new((1, 1, 1), self.per_s, self.is_paced),
            pulse,
            archives: self.journal.archives(),
            archive_max: self.archive_max,
            header,
            writer: None,
            reader: None,
            progress,
            control,
            waits: self.waits,
            began_us,
            stepped_us: began_us,
            guarded_us: None,
            stops_seen: 0,
        };
        let outcome = steps.carry_out().await;
        let (run, has_archive) = (steps.run, steps.writer.is_some());
        let after = self.after(&mut reader, &run.plan().subject).await;
        let outcome = looked_at(outcome, after.as_ref());
        let after = after.unwrap_or_default();
        let took_ms = clock::now_us().saturating_sub(began_us) / 1_000;
        let finish = Finish {
            at_ms: clock::wall_ms(),
            took_ms,
            after: after.clone(),
            ..Finish::of(&id, &outcome, run.tally())
        };
        let unwritten = self.journal.finish(begun, &finish).err();
        let unwritten = unwritten.map(|error| format!("the journal lacks the finish: {error}"));
        let note = unwritten.or_else(|| note(run.plan(), run.tally()));
        let receipt = Receipt {
            id,
            outcome,
            tally: run.tally(),
            before,
            after,
            took_ms,
            note,
            warm_up: None,
            has_archive,
        };
        warm::after(&self.journal, &run.plan().warm_up, receipt).await
    }

    fn intent(&self, plan: &Plan, id: &str, before: RecordCounts) -> Intent {
        let target = self.writer.target();
        let (who, host) = self.who.clone();
        Intent {
            at_ms: clock::wall_ms(),
            who,
            host,
            target: target.name.clone(),
            address: target.address.to_string(),
            database: target.database,
            before,
            ..intent_of(plan, id)
        }
    }

    /// How things stand now: on the connection beside, or on a new one.
    async fn after(&self, reader: &mut Link, subject: &Subject) -> Option<RecordCounts> {
        if let Some(counts) = read_counts(reader, subject).await {
            return Some(counts);
        }
        let mut reader = self.writer.open_reader().await.ok()?;
        read_counts(&mut reader, subject).await
    }
}

/// The outcome, with what was read after a reply was lost.
fn looked_at(outcome: Outcome, after: Option<&RecordCounts>) -> Outcome {
    let Outcome::Unknown(why) = outcome else { return outcome };
    let seen = match after {
        None => "the server can't be read to see".to_owned(),
        Some(after) if after.is_empty() => "nothing can be read to see".to_owned(),
        Some(after) => {
            let parts: Vec<String> = after.iter().map(|(name, number)| format!("{name} {number}")).collect();
            format!("it now reads: {}", parts.join(", "))
        }
    };
    Outcome::Unknown(format!("{why}; {seen}"))
}

async fn read_counts(reader: &mut Link, subject: &Subject) -> Option<RecordCounts> {
    let asked = reader.ask(count_reads(subject)).await;
    let replies: Vec<Resp> = asked.exchanges.into_iter().filter_map(|exchange| exchange.reply.ok()).collect();
    asked.lost.is_none().then(|| counts(subject, &replies))
}

fn header_of(plan: &Plan, id: &str, (address, database): (&str, u32)) -> Header {
    let name = |name: Option<&Name>| name.map(Name::text).unwrap_or_default();
    let group = match &plan.subject {
        Subject::Group(_, group) | Subject::Consumer(_, group, _) => Some(group),
        _ => None,
    };
    let (from, rows_stay) = match &plan.work {
        Work::Settle(work) => match &work.deed {
            Settling::HandOver(to) => (Some(to), true),
            Settling::Release(_) => (None, true),
            _ => (None, false),
        },
        _ => (None, false),
    };
    Header {
        id: id.to_owned(),
        action: plan.deed.word().to_owned(),
        address: address.to_owned(),
        database,
        key: name(plan.subject.stream()),
        group: name(group),
        from: name(from),
        rows_stay,
    }
}

/// When it was, and what no other action of the same second has.
fn new_id() -> String {
    let now = jiff::Timestamp::from_millisecond(clock::wall_ms()).unwrap_or_default();
    format!("{}-{:04x}", now.strftime("%Y%m%d-%H%M%S"), fastrand::u16(..))
}

/// How often the guard is checked.
const GUARD_EVERY: Duration = Duration::from_millis(GUARD_EVERY_MS);
