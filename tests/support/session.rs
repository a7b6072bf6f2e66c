//! A session on a test's server: what a test reads with the program's own eyes.

#![allow(dead_code, reason = "each test file uses its own part")]

use crate::server::{PATIENCE, Server};
use std::path::Path;
use streamgauge::config::{Address, Target};
use streamgauge::core::wire::round::PollSettings;
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
