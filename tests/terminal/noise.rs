//! Bytes on the terminal that no keyboard sends: line noise, reports of a mouse that another program switched on,
//! sequences that are cut off. The next key is heard.

use crate::server::side_by_side;
use crate::terminal::{PATIENCE, Terminal};
use crate::{console, server};
use std::time::{Duration, Instant};

const NOISE: &[&str] = &[
    "\x1b[M   ",
    "\x1b[M!",
    "\x1b[<0;0;0M",
    "\x1b[<0;0;0m",
    "\x1b[<",
    "\x1b[32;0;0M",
    "\x1b[0;0;0M",
    "\x1b[0;0R",
    "\x1b[70000;70000R",
    "\x1b[?",
    "\x1b[?1;2",
    "\x1b[;",
    "\x1b[200;0~",
    "\x1b[4294967296u",
    "\x1b[[",
    "\x1bP1$r",
    "\x1b]11;rgb:",
    "\x1b[200~never ends",
    "\x1b",
];

/// Presses a key again and again until the screen has one text and no longer the other.
fn press_until(terminal: &mut Terminal, key: &str, (sign, not): (&str, &str), after: &str) {
    let deadline = Instant::now() + PATIENCE;
    let mut pressed = Instant::now() - PATIENCE;
    let is_there = |text: String| text.contains(sign) && !text.contains(not);
    while !is_there(terminal.text()) {
        assert!(
            Instant::now() < deadline,
            "after {after:?} the key {key} is not heard:\n{}",
            terminal.text()
        );
        // Not at every look: what is cut off waits for its rest a while, and each key puts that off.
        if pressed.elapsed() > Duration::from_secs(3) {
            terminal.press(key);
            pressed = Instant::now();
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Noise on one console, each piece followed by keys that are heard.
fn is_heard_after(noises: &[&str]) {
    let server = server();
    let mut terminal = console(&server);
    for noise in noises {
        terminal.press(noise);
        press_until(&mut terminal, "8", ("ADDRESS", "orders-n00"), noise);
        press_until(&mut terminal, "2", ("orders-n00", "ADDRESS"), noise);
    }
    terminal.press(noises.first().unwrap());
    terminal.press("\x03");
    assert_eq!(terminal.exit_status(), 0);
    terminal.assert_given_back();
}

#[test]
fn noise_on_the_line_never_makes_the_console_deaf() {
    // What is cut off waits for its rest: consoles wait side by side.
    side_by_side(NOISE.chunks(NOISE.len().div_ceil(4)), is_heard_after);
}
