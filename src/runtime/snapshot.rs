//! One reading to standard output, or one an interval.
//!
//! Knows when a reading is complete: the keyspace was walked through, every stream and group was read, and a
//! second pass came one interval later, so that rates exist. Invariant: standard output carries readings and
//! nothing else.

use super::error::CommandError;
use super::pass::{measure_keys, pass, wait_out};
use super::probes::Probing;
use crate::core::limits::{RESPONSE_TIMEOUT_MS, SECOND_LOOK_PERCENT};
use crate::core::reading::Reading;
use crate::core::reading::watched::WatchSettings;
use crate::edge::source::Session;
use crate::report::snapshot::{self, TargetLine};
use std::io::{self, BufWriter, Write};
use std::time::Duration;
use tokio::time::Instant;

/// What is on its way when the time is over may take so long.
const LAST_REPLY: Duration = Duration::from_millis(RESPONSE_TIMEOUT_MS);

/// Bytes that are written at a time.
const OUT_BYTES: usize = 64 << 10;

/// How the reading is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SnapshotFormat {
    /// For people.
    Text,
    /// One object a line.
    Json,
}

/// What is wanted.
#[derive(Clone, Debug)]
pub struct SnapshotRequest {
    /// How it is written.
    pub format: SnapshotFormat,
    /// Time between passes.
    pub interval: Duration,
    /// Whether to measure every key before the first reading, however many there are.
    pub all_keys: bool,
    /// How long one reading may take, the wait of one interval aside.
    pub within: Duration,
    /// How many readings; `None` for as many as there is time for.
    pub count: Option<u64>,
    /// What is watched, and from when on it is wrong.
    pub watched: WatchSettings,
    /// What the operator calls the target.
    pub target: TargetLine,
}

/// Writes readings until there are enough; whether the server told of itself, without which nothing can be judged. Outages between readings are told on standard error and waited out.
///
/// # Errors
/// No connection at the start, or an output that can't be written.
pub async fn run(
    session: &mut Session,
    probing: &mut Probing,
    wanted: &SnapshotRequest,
    out: &mut impl Write,
) -> Result<bool, CommandError> {
    let half_us = i64::try_from(wanted.interval.as_micros() / 2).unwrap_or(i64::MAX);
    let mut reading = Reading::new(half_us).watching(&wanted.watched);
    let start = Instant::now();
    session.connect().await?;
    // The second look waits for the interval, and has its share of the time whenever that is.
    let second = wanted.within * SECOND_LOOK_PERCENT / 100;
    let last_reply = LAST_REPLY.min(wanted.within / 10);
    let first_until = start + wanted.within.saturating_sub(second + last_reply);
    let mut began = Instant::now();
    pass(session, &mut reading, true, first_until).await?;
    measure_keys(session, &mut reading, wanted.all_keys, first_until).await?;
    probing.begin(&mut reading);
    probing.wait_for_samples(session, &mut reading).await;
    let mut written = 0;
    while wanted.count.is_none_or(|count| written < count) {
        probing.wait(session, &mut reading, began + wanted.interval).await;
        began = (began + wanted.interval).max(Instant::now() - wanted.interval / 10);
        let until = Instant::now() + second.saturating_sub(last_reply);
        match pass(session, &mut reading, false, until).await {
            Ok(()) => {}
            Err(outage) if written == 0 && wanted.count == Some(1) => return Err(outage.into()),
            Err(outage) => {
                tracing::error!("{}; trying again", outage.error);
                wait_out(session).await;
                began = Instant::now() - wanted.interval;
                continue;
            }
        }
        write(&reading, wanted, written == 0, out)?;
        written += 1;
    }
    Ok(reading.this_node().info.is_some())
}

fn write(
    reading: &Reading,
    wanted: &SnapshotRequest,
    is_first: bool,
    out: &mut impl Write,
) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(OUT_BYTES, out);
    match wanted.format {
        SnapshotFormat::Text => {
            if !is_first {
                writeln!(out)?;
            }
            write!(out, "{}", snapshot::text(reading, &wanted.target).trim_end())?;
        }
        SnapshotFormat::Json => {
            snapshot::write_json(reading, &wanted.target, &mut out)?;
        }
    }
    writeln!(out)?;
    out.flush()
}
