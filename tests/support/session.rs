//! A session on a test's server: what a test reads with the program's own eyes.

#![allow(dead_code, reason = "each test file uses its own part")]

use crate::server::{PATIENCE, Server};
use std::path::Path;
use std::time::Duration;
use streamgauge::config::{Address, Target};
use streamgauge::core::model::Snapshot;
use streamgauge::core::wire::round::PollSettings;
use streamgauge::core::wire::round::agenda::Turn;
use streamgauge::edge::clock;
use streamgauge::edge::link::Timeouts;
use streamgauge::edge::source::Session;

/// What is reached over this socket.
pub fn target(socket: &Path) -> Target {
    let address = Address::Unix(socket.to_owned());
    Target::plain(address.to_string(), address)
}

/// What a server that answers is given: no busy machine makes it late.
pub const PATIENT: Timeouts = Timeouts { connect: PATIENCE, poll: PATIENCE, control: PATIENCE };

/// Not connected yet; over this socket.
pub fn session_at(socket: &Path, settings: PollSettings) -> Session {
    Session::new(&target(socket), PATIENT, settings)
}

/// Not connected yet; over the server's socket.
pub fn session(server: &Server, settings: PollSettings) -> Session {
    session_at(&server.socket(), settings)
}

/// Counts every lag that does not follow from ids: the first count tries one, and an old server refuses its first form.
pub async fn backlogs(session: &mut Session) -> Vec<Snapshot> {
    let mut told: Vec<Snapshot> = Vec::new();
    while told.len() < 4 && told.last().is_none_or(|last| last.backlogs.len() < 2) {
        let Some(snapshot) = session.turn(Turn::Backlogs).await.unwrap() else { break };
        told.push(snapshot);
    }
    told
}

/// Looks at groups that a trim may run past, as they fall due until then.
pub async fn look_until(session: &mut Session, until: tokio::time::Instant) {
    while let Some(due_us) = session.planner().look_due_us() {
        let due = tokio::time::Instant::now() + Duration::from_micros(due_us.saturating_sub(clock::now_us()));
        if due >= until {
            return;
        }
        tokio::time::sleep_until(due).await;
        session.look().await;
    }
}
