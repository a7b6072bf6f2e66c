//! `streamgauge check`: watches for a while, then says what is wrong, on standard output and as exit status.
//!
//! Exit status: 0 ok, 1 warning, 2 critical, 3 could not tell. Invariant: what could not be read or judged is
//! never ok.

use super::error::CommandError;
use super::pass::{measure_keys, pass};
use super::probes::Probing;
use crate::core::diagnose::finding::Health;
use crate::core::limits::CHECK_BEYOND_MS;
use crate::core::reading::Reading;
use crate::core::reading::watched::WatchSettings;
use crate::edge::source::Session;
use crate::report::check::{self, CheckWatch};
use std::io::Write;
use std::time::Duration;
use tokio::time::Instant;

/// The status of a check that could not tell, mistakes of usage and configuration included.
pub const COULD_NOT_TELL: u8 = 3;
/// Rates are taken over this, microseconds: as the console has them.
const RATE_WINDOW_US: i64 = 10_000_000;

/// Polls in a watch, where there is time for them, and the least time between two.
const POLLS: u32 = 14;
const POLL_LEAST: Duration = Duration::from_millis(450);

/// The least time for the search.
const SEARCH_LEAST: Duration = Duration::from_secs(5);

/// What is wanted.
#[derive(Clone, Debug)]
pub struct CheckRequest {
    /// How long to watch.
    pub watch: Duration,
    /// Time between passes.
    pub interval: Duration,
    /// As JSON instead of text.
    pub json: bool,
    /// Only what is critical fails.
    pub only_critical: bool,
    /// What is watched, and from when on it is wrong.
    pub watched: WatchSettings,
}

/// Watches, writes what is wrong, and gives the exit status.
///
/// # Errors
/// The connection could not be made or was lost for good, or the output can't be written.
pub async fn run(
    session: &mut Session,
    probing: &mut Probing,
    wanted: &CheckRequest,
    out: &mut impl Write,
) -> Result<u8, CommandError> {
    let mut reading = Reading::new(RATE_WINDOW_US).watching(&wanted.watched);
    session.connect().await?;
    // A watch that is short needs its polls all the same: a slope is made of ten.
    let interval = wanted.interval.min((wanted.watch / POLLS).max(POLL_LEAST));
    let until = Instant::now() + wanted.watch;
    // Half of the watch is for the search, so that what was found is watched too.
    let first_until = Instant::now() + (wanted.watch / 2).max(SEARCH_LEAST);
    let last = until + Duration::from_millis(CHECK_BEYOND_MS);
    let (mut watch, mut is_first) = (CheckWatch::default(), true);
    loop {
        let began = Instant::now();
        let pass_until = if is_first { first_until } else { last };
        pass(session, &mut reading, is_first, pass_until).await?;
        watch.advance(reading.findings());
        if std::mem::take(&mut is_first) {
            measure_keys(session, &mut reading, false, first_until).await?;
            probing.begin(&mut reading);
        }
        if Instant::now() >= until {
            break;
        }
        probing.wait(session, &mut reading, (began + interval).min(until)).await;
    }
    let text = if wanted.json { check::json(&watch, &reading) } else { check::text(&watch, &reading) };
    writeln!(out, "{text}")?;
    out.flush()?;
    Ok(match watch.health(&reading) {
        Health::Ok => 0,
        Health::Warning if wanted.only_critical => 0,
        Health::Warning => 1,
        Health::Critical => 2,
        Health::Unknown => COULD_NOT_TELL,
    })
}
