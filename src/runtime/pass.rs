//! One complete reading of a server: everything once, at the planner's pace.
//!
//! Knows when a reading is complete; does not know what it is for. Invariant: every loop ends, by count or by time.

use crate::core::limits;
use crate::core::model::Outage;
use crate::core::reading::Reading;
use crate::core::wire::round::Focus;
use crate::edge::clock;
use crate::edge::source::Session;
use std::time::Duration;
use tokio::time::Instant;

/// Time between PINGs while waiting.
const PING: Duration = Duration::from_millis(100);
/// Share of the time that is for the search: the rest is for what it found.
const SEARCH_SHARE: f64 = 0.6;
/// Rounds of one pass at most: each new stream may show new groups, and each reads a thousand.
const ROUNDS: usize = 1_000;

/// Reads everything once, as far as it comes until then: what is missing is a gap. A connection that was cut because one
/// reply was too long or too late is made again, for that one rests.
pub async fn pass(
    session: &mut Session,
    reading: &mut Reading,
    is_first: bool,
    until: Instant,
) -> Result<(), Outage> {
    session.end_by(until);
    if !is_first {
        session.planner().read_again();
    }
    loop {
        match read(session, reading, is_first, until).await {
            Err(outage) if outage.fault.is_of_one_reply() && Instant::now() < until => {
                session.retry_now();
            }
            Err(outage) if outage.fault.is_of_one_reply() => {
                reading.judge();
                return Ok(());
            }
            result => return result,
        }
    }
}

async fn read(
    session: &mut Session,
    reading: &mut Reading,
    is_first: bool,
    until: Instant,
) -> Result<(), Outage> {
    let focus = Focus::default();
    session.connect().await?;
    reading.advance(session.round(&focus).await?);
    if is_first && reading.this_node().info.is_none() {
        // A server before 7.0 refuses INFO with several sections, which the first round found out; without this
        // one the second pass would bring the first counters, and no rate would exist.
        reading.advance(session.round(&focus).await?);
    }
    // What was found by then is read, however far the search is.
    let found_by = Instant::now() + until.saturating_duration_since(Instant::now()).mul_f64(SEARCH_SHARE);
    for _ in 0..ROUNDS {
        search_all(session, reading, found_by).await?;
        if !is_first {
            // Later laps of the search take their time; one step at most delays nobody.
            search(session, reading).await?;
        }
        if !session.planner().has_unread() || Instant::now() >= until {
            break;
        }
        reading.advance_part(session.unread().await?);
    }
    for snapshot in session.backlogs().await? {
        reading.advance_part(snapshot);
    }
    reading.judge();
    Ok(())
}

/// Measures keys at once: until all were, until that has taken as much of the server as one reading may, or until then.
pub async fn measure_keys(
    session: &mut Session,
    reading: &mut Reading,
    all: bool,
    until: Instant,
) -> Result<(), Outage> {
    session.planner().sampler().hurry(true);
    let mut told = None;
    while Instant::now() < until {
        let begun = session.begin_keys().await;
        // What came of one step is taken in while the next is under way.
        if let Some(snapshot) = told.take() {
            reading.advance(snapshot);
        }
        let answered = match begun {
            Ok(Some(flight)) => session.answered(flight).await,
            Ok(None) => break,
            Err(outage) => Err(outage),
        };
        match answered {
            Ok(snapshot) => told = Some(snapshot),
            // It is made again with the next pass.
            Err(outage) if outage.fault.is_of_one_reply() => break,
            Err(outage) => return Err(outage),
        }
        let sampler = session.planner().sampler();
        let is_spent = !all && sampler.owed_us() > limits::SAMPLER_HURRY_US;
        if sampler.pass().is_over || is_spent {
            break;
        }
    }
    if let Some(snapshot) = told {
        reading.advance(snapshot);
    }
    session.planner().sampler().hurry(false);
    Ok(())
}

/// Searches the keyspace to its end, or until then. What came of one step is taken in while the next is under way.
async fn search_all(session: &mut Session, reading: &mut Reading, until: Instant) -> Result<(), Outage> {
    let mut told = None;
    while !session.planner().has_searched() && Instant::now() < until {
        pause(search_pause(session)).await;
        let begun = session.begin_search().await;
        if let Some(snapshot) = told.take() {
            reading.advance(snapshot);
        }
        if let Some(flight) = begun? {
            told = Some(session.answered(flight).await?);
        }
    }
    if let Some(snapshot) = told {
        reading.advance(snapshot);
    }
    Ok(())
}

/// A timer counts whole milliseconds, also where there is nothing to wait for.
async fn pause(time: Duration) {
    if !time.is_zero() {
        tokio::time::sleep(time).await;
    }
}

/// Until the next step of the search is due, and no longer than somebody waits who may be told something else.
fn search_pause(session: &mut Session) -> Duration {
    let due_us = session.planner().search_due_us();
    let pause_us = due_us.map_or(0, |due_us| due_us.saturating_sub(clock::now_us())).min(100_000);
    Duration::from_micros(pause_us)
}

async fn search(session: &mut Session, reading: &mut Reading) -> Result<(), Outage> {
    if !session.planner().has_searched() {
        pause(search_pause(session)).await;
    }
    if let Some(snapshot) = session.search_step().await? {
        reading.advance(snapshot);
    }
    Ok(())
}

/// Waits for the next pass; PINGs, measures keys and looks at groups at their pace meanwhile: once at least, however late
/// it is. What is lost is told by the next pass.
pub async fn wait(session: &mut Session, reading: &mut Reading, until: Instant) {
    loop {
        session.ping().await;
        let next = (Instant::now() + PING).min(until);
        while let Ok(Some(snapshot)) = session.keys_step().await {
            reading.advance(snapshot);
            let due_us = session.planner().keys_due_us().unwrap_or(u64::MAX);
            let pause = Duration::from_micros(due_us.saturating_sub(clock::now_us()));
            if Instant::now() + pause >= next {
                break;
            }
            tokio::time::sleep(pause).await;
        }
        session.look_until(next).await;
        tokio::time::sleep_until(next).await;
        if Instant::now() >= until {
            return;
        }
    }
}

/// Waits until there is a connection again.
pub async fn wait_out(session: &mut Session) {
    while let Err(outage) = session.connect().await {
        let pause_us = outage.retry_at_us.saturating_sub(clock::now_us());
        tokio::time::sleep(Duration::from_micros(pause_us)).await;
    }
}
