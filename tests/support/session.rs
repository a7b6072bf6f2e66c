//! A session on a test's server: what a test reads with the program's own eyes.

#![allow(dead_code, reason = "each test file uses its own part")]

use crate::server::Server;
use streamgauge::config::{Address, Target};
use streamgauge::core::wire::round::PollSettings;
use streamgauge::edge::link::Timeouts;
use streamgauge::edge::source::Session;

/// Not connected yet; over the server's socket.
pub fn session(server: &Server, settings: PollSettings) -> Session {
    let address = Address::Unix(server.socket());
    let target = Target {
        name: address.to_string(),
        address,
        tls: None,
        username: None,
        password: None,
        database: 0,
        production: false,
        memory_limit: None,
    };
    Session::new(&target, Timeouts::default(), settings)
}
