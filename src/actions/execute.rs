//! Carries a confirmed plan out: intent on disk, one bounded step after the other, finish on disk.
//!
//! Knows the order of things; what a step is and means is `core::ops`'. Invariants: no byte of a write leaves before the
//! intent is synced; nothing is sent twice; a lost reply ends it as unknown; whatever happens, at most one finish is
//! written.

mod archive;
mod steps;

use super::pulse::Pulse;
use crate::actions::disk::on_disk;
use crate::actions::warm;
use crate::core::limits::GUARD_EVERY_MS;
use crate::core::ops::pace::Pace;
use crate::core::ops::record::{Finish, Intent, RecordCounts, count_reads, counts, intent_of, list_read};
use crate::core::ops::{Confirmed, Control, Outcome, Plan, Progress, Receipt, Run, Subject, Tally};
use crate::edge::clock;
use crate::edge::journal::{Begun, Journal};
use crate::edge::link::{Link, Writer};
use archive::ActionArchive;
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

/// Carries a plan out in a task of its own. A receipt always comes: where the task fails inside, it says so, and the
/// action is closed as unknown.
pub async fn carry(
    executor: Executor,
    confirmed: Confirmed,
    progress: watch::Sender<Progress>,
    control: watch::Receiver<Control>,
) -> Receipt {
    let (journal, told) = (executor.journal.clone(), progress.clone());
    let task = tokio::spawn(async move { Box::pin(executor.execute(confirmed, &progress, control)).await });
    match task.await {
        Ok(receipt) => receipt,
        Err(_) => {
            let progress = told.borrow().clone();
            failed_inside(journal, progress).await
        }
    }
}

/// What is known of an action whose task failed.
async fn failed_inside(journal: Journal, progress: Progress) -> Receipt {
    let why = "streamgauge failed inside (see the log): some of it may have been done".to_owned();
    let nothing = Receipt::nothing_begun(Outcome::Unknown(why));
    let closed = on_disk(move || journal.recover(clock::wall_ms())).await;
    let note = match closed {
        Ok(Ok(_)) => None,
        Ok(Err(error)) => Some(format!("the journal lacks the finish: {error}")),
        Err(error) => Some(format!("the journal lacks the finish: {error}")),
    };
    Receipt { id: progress.id, tally: progress.tally, note, ..nothing }
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
        let pulse = Pulse::start(pulse, self.is_paced).await;
        let id = new_id();
        let plan = confirmed.plan();
        let before = read_counts(&mut reader, &plan.subject).await.unwrap_or_default();
        let intent = self.intent(plan, &id, before.clone());
        let header = plan.header(&id, (&intent.address, intent.database));
        let begun = match archive::begin(&self.journal, intent).await {
            Ok(begun) => begun,
            Err(error) => {
                return failed(format!("the journal can't be written, so nothing was done: {error}"));
            }
        };
        progress.send_modify(|progress| progress.id.clone_from(&id));
        let began_us = clock::now_us();
        let mut steps = Steps {
            link,
            run: Run::new(confirmed),
            pace: Pace::new((1, 1, 1), self.per_s, self.is_paced),
            pulse,
            archive: ActionArchive::new(self.journal.archives(), header, self.archive_max),
            progress,
            control: control.clone(),
            waits: self.waits,
            began_us,
            stepped_us: began_us,
            guarded_us: None,
            stops_seen: 0,
        };
        let outcome = steps.carry_out().await;
        let run = &steps.run;
        let after = self.after(&mut reader, &run.plan().subject).await;
        let outcome = looked_at(outcome, after.as_ref());
        let receipt = Receipt {
            id,
            outcome,
            tally: run.tally(),
            before,
            after: after.unwrap_or_default(),
            took_ms: clock::now_us().saturating_sub(began_us) / 1_000,
            note: run.plan().note(run.tally()),
            warm_up: None,
            has_archive: steps.archive.is_whole(),
        };
        let receipt = self.finish(begun, receipt).await;
        warm::after(&self.journal, &run.plan().warm_up, receipt, control).await
    }

    /// Writes the finish down.
    async fn finish(&self, begun: Begun, mut receipt: Receipt) -> Receipt {
        // What is lost can't be brought back.
        let kept = if receipt.has_archive { receipt.tally.kept } else { 0 };
        let finish = Finish {
            at_ms: clock::wall_ms(),
            took_ms: receipt.took_ms,
            after: receipt.after.clone(),
            ..Finish::of(&receipt.id, &receipt.outcome, Tally { kept, ..receipt.tally })
        };
        let journal = self.journal.clone();
        let written = on_disk(move || journal.finish(begun, &finish).map_err(|error| error.to_string()));
        if let Err(error) = written.await.and_then(|written| written) {
            receipt.note = Some(format!("the journal lacks the finish: {error}"));
        }
        receipt
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
    let mut replies = Vec::new();
    let mut reads = count_reads(subject);
    while !reads.is_empty() {
        let asked = reader.ask(std::mem::take(&mut reads)).await;
        if asked.lost.is_some() {
            return None;
        }
        let is_first = replies.is_empty();
        replies.extend(asked.exchanges.into_iter().filter_map(|exchange| exchange.reply.ok()));
        reads.extend(list_read(subject, &replies).filter(|_| is_first));
    }
    Some(counts(subject, &replies))
}

/// When it was, and what no other action of the same second has.
fn new_id() -> String {
    let now = jiff::Timestamp::from_millisecond(clock::wall_ms()).unwrap_or_default();
    format!("{}-{:04x}", now.strftime("%Y%m%d-%H%M%S"), fastrand::u16(..))
}

/// How often the guard is checked.
const GUARD_EVERY: Duration = Duration::from_millis(GUARD_EVERY_MS);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::ops::plan::tests::plan;

    #[tokio::test]
    async fn an_action_that_fails_inside_is_told_and_closed_as_unknown() {
        let folder = tempfile::TempDir::new().unwrap();
        let journal = Journal::new(folder.path());
        // What a task that panics leaves behind: an intent, whose lock is let go.
        let panicked = tokio::spawn({
            let journal = journal.clone();
            async move {
                let _begun = journal.begin(&intent_of(&plan(), "1")).unwrap();
                panic!("inside");
            }
        });
        assert!(panicked.await.is_err());
        let progress = Progress { id: "1".to_owned(), ..Progress::of(&plan(), None) };
        let receipt = failed_inside(journal.clone(), progress).await;
        assert!(matches!(receipt.outcome, Outcome::Unknown(_)) && receipt.note.is_none(), "{receipt:?}");
        let past = journal.read().unwrap().past;
        assert_eq!(past[0].finish.as_ref().unwrap().outcome, "unknown");
    }
}
