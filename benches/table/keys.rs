//! What a hand feels: from a key to its picture, and how many bytes a picture sends over a line.
//!
//! Knows the program's keys. Invariant: a key is pressed when nothing was written for a while, so that what comes next
//! is its answer; beside it stands `cat` in the same kind of terminal, which does nothing but write the key back.

use std::time::{Duration, Instant};

use crate::server::Server;
use crate::terminal::{Launch, Terminal};
use crate::{fill, scaled};

/// Keys that are pressed.
const KEYS: usize = 200;
/// The longest wait for the answer to one.
const LONGEST: Duration = Duration::from_secs(2);
/// How long nothing is written before a key is pressed.
const QUIET: Duration = Duration::from_millis(40);
/// How long bytes are counted.
const COUNTED: Duration = Duration::from_secs(20);

/// From key to picture with 5,000 streams, with a server that has stopped, and what a demo writes.
pub fn hands() {
    let cat = tempfile::tempdir().unwrap();
    let mut terminal = Launch::program("/bin/cat", cat.path(), &[]).start();
    say("cat, which writes the key back", answers(&mut terminal, ["a", "b"]));
    terminal.signal("TERM");

    let streams = scaled(5_000);
    let (server, mut connection) = fill::server();
    fill::streams(&mut connection, streams, 3, 10);
    let mut terminal = console(&server);
    std::thread::sleep(COUNTED);
    terminal.press("2");
    say(&format!("{streams} streams"), answers(&mut terminal, ["j", "k"]));
    server.freeze();
    std::thread::sleep(Duration::from_secs(5));
    say("the same, and the server has stopped", answers(&mut terminal, ["j", "k"]));
    server.thaw();
    leave(&mut terminal);

    let home = tempfile::tempdir().unwrap();
    let mut terminal = Launch::console(home.path(), &["demo", "--scenario", "steady"]).start();
    std::thread::sleep(COUNTED);
    let shown = bytes_a_second(&terminal);
    terminal.press(" ");
    std::thread::sleep(Duration::from_secs(2));
    let paused = bytes_a_second(&terminal);
    println!("\nwritten by demo steady, 120x40, 1 Hz: {shown:.0} B/s; while it is paused {paused:.0} B/s");
    leave(&mut terminal);
}

fn console(server: &Server) -> Terminal {
    let socket = server.socket().display().to_string();
    Launch::console(server.folder(), &["-s", &socket]).start()
}

fn leave(terminal: &mut Terminal) {
    terminal.press("q");
    terminal.exit_status();
}

fn bytes_a_second(terminal: &Terminal) -> f64 {
    let (before, began) = (terminal.written(), Instant::now());
    std::thread::sleep(COUNTED);
    (terminal.written() - before) as f64 / began.elapsed().as_secs_f64()
}

/// How long each of the keys, pressed by turns, took to be answered; the longest wait where it was not.
fn answers(terminal: &mut Terminal, keys: [&str; 2]) -> Vec<Duration> {
    keys.into_iter().cycle().take(KEYS).map(|key| answer(terminal, key)).collect()
}

fn answer(terminal: &mut Terminal, key: &str) -> Duration {
    let (mut written, mut since) = (terminal.written(), Instant::now());
    let began = Instant::now();
    while since.elapsed() < QUIET && began.elapsed() < LONGEST {
        std::thread::sleep(Duration::from_millis(1));
        if terminal.written() != written {
            (written, since) = (terminal.written(), Instant::now());
        }
    }
    let pressed = Instant::now();
    terminal.press(key);
    while terminal.written() == written && pressed.elapsed() < LONGEST {
        std::thread::sleep(Duration::from_micros(200));
    }
    pressed.elapsed()
}

fn say(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |share: f64| times.get(((times.len() - 1) as f64 * share) as usize).unwrap().as_secs_f64() * 1e3;
    println!(
        "\nkey to picture, {what}: p50 {:.1} ms, p99 {:.1} ms, longest {:.1} ms",
        at(0.5),
        at(0.99),
        at(1.0)
    );
}
