//! The whole program against servers that fail, deny, hang or hold odd things, and what it costs them.
//!
//! Knows the words of header and outage lines, and the names that the tests put into the server. Does not know
//! how screens are laid out.

#![cfg(test)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod actions;
mod batch;
mod cost;
mod names;
mod outages;
mod outcomes;
mod own;
mod passwords;
mod plain;
#[path = "../support/proxy.rs"]
mod proxy;
mod rights;
#[path = "../support/server.rs"]
mod server;
mod share;
mod subscribers;
mod tasks;
#[path = "../support/terminal.rs"]
mod terminal;
mod verdicts;

use server::{Options, Server};
use terminal::{Launch, Terminal};

/// A server with streams `orders-n00` to `orders-n19`, each with the group `billing` and its consumer `worker`.
fn server() -> Server {
    let server = Server::start(Options::default());
    fill(&server);
    server
}

fn fill(server: &Server) {
    let mut pipeline = redis::pipe();
    for number in 0..20 {
        let key = format!("orders-n{number:02}");
        pipeline.cmd("XADD").arg(&[&key, "*", "amount", "42"]);
        pipeline.cmd("XGROUP").arg(&["CREATE", &key, "billing", "0"]);
        pipeline.cmd("XREADGROUP").arg(&["GROUP", "billing", "worker", "STREAMS", &key, ">"]);
    }
    pipeline.exec(&mut connect(server)).unwrap();
}

fn connect(server: &Server) -> redis::Connection {
    let url = format!("redis+unix://{}", server.socket().display());
    redis::Client::open(url).unwrap().get_connection().unwrap()
}

/// How to start the console on `server`, with more words on its command line.
fn launch(server: &Server, more: &[&str]) -> Launch {
    let socket = server.socket();
    let args = [&["-s", socket.to_str().unwrap()], more].concat();
    Launch::console(server.folder(), &args)
}

/// The console on `server`, live, on its second screen.
fn console(server: &Server) -> Terminal {
    let mut terminal = launch(server, &[]).start();
    terminal.wait_for("it is live", |screen| is_live(screen) && screen.contents().contains("orders-n00"));
    terminal.press("2");
    terminal.wait_for_text("orders-n19");
    terminal
}

/// The header of the screen.
fn header(screen: &vt100::Screen) -> String {
    screen.contents().lines().next().unwrap_or_default().to_owned()
}

fn is_live(screen: &vt100::Screen) -> bool {
    header(screen).contains("LIVE")
}

fn is_down(screen: &vt100::Screen) -> bool {
    header(screen).contains("DOWN")
}
