//! One reading to standard output, or one an interval.
//!
//! Knows when a reading is complete: the keyspace was walked through, every stream and group was read, and a
//! second pass came one interval later, so that rates exist. Invariant: standard output carries readings and
//! nothing else.

use crate::core::model::Outage;
use crate::core::reading::Reading;
use crate::core::wire::round::Focus;
use crate::edge::clock;
use crate::edge::source::Session;
use crate::report::snapshot::{self, TargetLine};
use std::io::{self, Write};
use std::time::Duration;
use tokio::time::Instant;

/// How the reading is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Text,
    /// One object a line.
    Json,
}

/// What is wanted.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// How it is written.
    pub format: Format,
    /// Time between passes.
    pub interval: Duration,
    /// How many readings; `None` for as many as there is time for.
    pub count: Option<u64>,
    /// What the operator calls the target.
    pub target: TargetLine,
}

/// Why there is no (more) reading.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// No connection, or lost before the first reading.
    #[error("{0}")]
    Outage(String),
    /// Standard output is gone or full.
    #[error("cannot write to standard output: {0}")]
    Output(#[from] io::Error),
}

/// Time between PINGs while waiting.
const PING: Duration = Duration::from_millis(100);
/// A walk through the keyspace that takes longer than this ends the search: what was found is reported.
const SEARCH: Duration = Duration::from_secs(600);
/// Rounds of one pass at most: each new stream may show new groups.
const ROUNDS: usize = 50;

/// Writes readings until there are enough. Outages between readings are told on standard error and waited out.
///
/// # Errors
/// No connection at the start, or an output that can't be written.
pub async fn run(mut session: Session, wanted: &Wanted, out: &mut impl Write) -> Result<(), SnapshotError> {
    let half_us = i64::try_from(wanted.interval.as_micros() / 2).unwrap_or(i64::MAX);
    let mut reading = Reading::new(half_us);
    let told = |outage: Outage| SnapshotError::Outage(outage.error);
    session.connect().await.map_err(told)?;
    let mut began = Instant::now();
    pass(&mut session, &mut reading, true).await.map_err(told)?;
    let mut written = 0;
    while wanted.count.is_none_or(|count| written < count) {
        wait(&mut session, began + wanted.interval).await;
        began = (began + wanted.interval).max(Instant::now() - wanted.interval / 10);
        match pass(&mut session, &mut reading, false).await {
            Ok(()) => {}
            Err(outage) if written == 0 && wanted.count == Some(1) => return Err(told(outage)),
            Err(outage) => {
                tracing::error!("{}; trying again", outage.error);
                wait_out(&mut session).await;
                began = Instant::now() - wanted.interval;
                continue;
            }
        }
        let text = match wanted.format {
            Format::Text => snapshot::text(&reading, &wanted.target),
            Format::Json => snapshot::json(&reading, &wanted.target),
        };
        if written > 0 && wanted.format == Format::Text {
            writeln!(out)?;
        }
        writeln!(out, "{}", text.trim_end())?;
        out.flush()?;
        written += 1;
    }
    Ok(())
}

/// Reads everything once.
async fn pass(session: &mut Session, reading: &mut Reading, is_first: bool) -> Result<(), Outage> {
    let focus = Focus::default();
    let until = Instant::now() + SEARCH;
    session.connect().await?;
    reading.advance(session.round(&focus).await?);
    for _ in 0..ROUNDS {
        while !session.planner().has_searched() && Instant::now() < until {
            search(session, reading).await?;
        }
        if !is_first {
            // Later laps of the search take their time; one step at most delays nobody.
            search(session, reading).await?;
        }
        if !session.planner().has_unread() {
            break;
        }
        reading.advance(session.round(&focus).await?);
    }
    if let Some(snapshot) = session.backlogs().await? {
        reading.advance(snapshot);
    }
    Ok(())
}

async fn search(session: &mut Session, reading: &mut Reading) -> Result<(), Outage> {
    let due_us = session.planner().search_due_us();
    let pause_us = due_us.map_or(0, |due_us| due_us.saturating_sub(clock::now_us())).min(100_000);
    if !session.planner().has_searched() {
        tokio::time::sleep(Duration::from_micros(pause_us)).await;
    }
    if let Some(snapshot) = session.search_step().await? {
        reading.advance(snapshot);
    }
    Ok(())
}

/// Waits for the next pass; PINGs meanwhile.
async fn wait(session: &mut Session, until: Instant) {
    while Instant::now() < until {
        session.ping().await;
        tokio::time::sleep_until((Instant::now() + PING).min(until)).await;
    }
}

/// Waits until there is a connection again.
async fn wait_out(session: &mut Session) {
    while let Err(outage) = session.connect().await {
        let pause_us = outage.retry_at_us.saturating_sub(clock::now_us());
        tokio::time::sleep(Duration::from_micros(pause_us)).await;
    }
}
