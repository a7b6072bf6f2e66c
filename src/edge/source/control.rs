//! What is asked beside the rounds, over the control lane: PINGs, looks at groups that a trim may run past, and entries
//! that somebody looks at.
//!
//! Knows a lane; not when a PING is due. Invariants: nothing waits for what was asked before it, and every question is
//! answered, if only with why there is no answer.

use crate::core::model::Snapshot;
use crate::core::model::snapshot::EntriesPage;
use crate::core::wire::decode::decode;
use crate::core::wire::question::EntriesQuestion;
use crate::core::wire::{Exchange, Observation, ReadCmd};
use crate::edge::clock;
use crate::edge::link::{AskResult, Pieces, Supervisor};
use tokio::sync::mpsc;

/// What is asked.
#[derive(Clone, Debug)]
pub enum ControlJob {
    /// PING.
    Ping,
    /// Facts and groups of streams, between two rounds.
    Look(Vec<ReadCmd>),
    /// A page of entries; with the server's clock less ours.
    Entries(EntriesQuestion, Option<i64>),
    /// Connect now, if there is no connection.
    Retry,
}

/// What came of it.
pub enum ControlAnswer {
    /// Of a PING; nothing where there is no connection.
    Ping(Vec<Exchange>),
    /// Of a look; nothing where there is no connection.
    Look(Vec<Exchange>),
    /// Of a page, with what it cost.
    Entries(EntriesQuestion, Result<EntriesPage, String>, Option<Box<Snapshot>>),
}

/// Jobs and answers that may wait: more than a hand can press within a time-out.
const WAITING: usize = 32;

/// Begins; it ends when the jobs' sender is dropped.
pub fn control_lane(lane: Supervisor) -> (mpsc::Sender<ControlJob>, mpsc::Receiver<ControlAnswer>) {
    let (jobs, asked) = mpsc::channel(WAITING);
    let (tell, told) = mpsc::channel(WAITING);
    tokio::spawn(work(lane, asked, tell));
    (jobs, told)
}

async fn work(mut lane: Supervisor, mut jobs: mpsc::Receiver<ControlJob>, tell: mpsc::Sender<ControlAnswer>) {
    while let Some(job) = jobs.recv().await {
        if let ControlJob::Retry = job {
            lane.retry_now(clock::now_us());
            continue;
        }
        let (taken_at_ms, tell) = (clock::wall_ms(), tell.clone());
        match lane.link(clock::now_us()).await {
            Ok(link) => {
                let asking = link.begin(commands(&job), None, Pieces::WHOLE);
                tokio::spawn(async move {
                    let answer = answer(job, asking.await, taken_at_ms);
                    let _closed = tell.send(answer).await;
                });
            }
            Err(outage) => {
                let answer = match job {
                    ControlJob::Entries(question, _) => {
                        ControlAnswer::Entries(question, Err(outage.error), None)
                    }
                    ControlJob::Look(_) => ControlAnswer::Look(Vec::new()),
                    _ => ControlAnswer::Ping(Vec::new()),
                };
                let _closed = tell.send(answer).await;
            }
        }
    }
}

fn commands(job: &ControlJob) -> Vec<ReadCmd> {
    match job {
        ControlJob::Entries(question, _) => vec![question.command()],
        ControlJob::Look(commands) => commands.clone(),
        ControlJob::Ping | ControlJob::Retry => vec![ReadCmd::Ping],
    }
}

fn answer(job: ControlJob, asked: AskResult, taken_at_ms: i64) -> ControlAnswer {
    let (question, clock_offset_us) = match job {
        ControlJob::Entries(question, clock_offset_us) => (question, clock_offset_us),
        ControlJob::Look(_) => return ControlAnswer::Look(asked.exchanges),
        ControlJob::Ping | ControlJob::Retry => return ControlAnswer::Ping(asked.exchanges),
    };
    let exchanges = asked.exchanges;
    let mut snapshot =
        decode(&Observation { taken_at_ms, clock_offset_us, exchanges, ..Observation::default() });
    let page = snapshot.entries.pop();
    let answer = match asked.lost {
        Some(error) => Err(error.to_string()),
        None => page.ok_or_else(|| {
            let gap = snapshot.gaps.first().map(|gap| gap.text.clone());
            gap.unwrap_or_else(|| format!("{} is no stream (any more)", question.key))
        }),
    };
    ControlAnswer::Entries(question, answer, Some(Box::new(snapshot)))
}
