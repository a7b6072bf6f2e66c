//! The program in a pseudo-terminal, on a real server: the terminal is taken over and given back, whatever
//! happens; sizes, keys and pasted text.
//!
//! Knows escape codes by what a terminal makes of them. Does not know what a screen says, beyond the names
//! that the tests put into the server.

#![cfg(test)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod anything;
mod leaving;
mod manners;
mod mouse;
mod noise;
mod panics;
#[path = "../support/server.rs"]
mod server;
mod sizes;
mod suspend;
#[path = "../support/terminal.rs"]
mod terminal;

use server::{Options, Server};
use terminal::{Launch, Terminal};

/// A server with streams `orders-n00` to `orders-n19`, each with the group `billing` and its consumer `worker`
/// with pending rows.
fn server() -> Server {
    let server = Server::start(Options::default());
    for number in 0..20 {
        let key = format!("orders-n{number:02}");
        server.redis_cli(&["XADD", &key, "*", "amount", "42"]);
        server.redis_cli(&["XGROUP", "CREATE", &key, "billing", "0"]);
        server.redis_cli(&["XREADGROUP", "GROUP", "billing", "worker", "STREAMS", &key, ">"]);
    }
    server
}

/// How to start the console on `server`.
fn launch(server: &Server) -> Launch {
    Launch::console(server.folder(), &["-s", server.socket().to_str().unwrap()])
}

/// The console on `server`, with its streams on the screen.
fn console(server: &Server) -> Terminal {
    let terminal = launch(server).start();
    await_streams(&terminal);
    terminal
}

/// Waits until streams are on the screen.
fn await_streams(terminal: &Terminal) {
    terminal.wait_for("it shows streams", |screen| {
        screen.alternate_screen() && screen.contents().contains("orders-n00")
    });
}
