//! Servers that are not there yet, crash, come back or hang.

use std::time::{Duration, Instant};

use crate::server::{Options, Server};
use crate::terminal::{PATIENCE, Terminal};
use crate::{console, fill, header, is_down, is_live, launch, server};

/// Processor time of three seconds; a few ticks are usual, even tries without a pause take over sixty.
const BUSY_TICKS: u64 = 30;

fn assert_calm(terminal: &Terminal) {
    let (before, began) = (terminal.cpu_ticks(), Instant::now());
    std::thread::sleep(Duration::from_secs(3));
    let (used, passed) = (terminal.cpu_ticks() - before, began.elapsed());
    assert!(used < BUSY_TICKS, "{used} ticks of processor time in {passed:?}");
}

#[test]
fn a_server_that_is_down_at_the_start_is_a_screen_that_waits() {
    let mut server = Server::start(Options::default());
    server.kill();
    let mut terminal = launch(&server, &[]).start();
    terminal.wait_for("it says what is wrong", |screen| {
        let text = screen.contents();
        is_down(screen) && text.contains("Waiting for") && text.contains("try ")
    });
    assert_calm(&terminal);
    terminal.screen(|screen| assert!(!is_live(screen)));
    server.restart();
    fill(&server);
    terminal.wait_for("it is live", |screen| is_live(screen) && screen.contents().contains("orders-00"));
    terminal.press("q");
    assert_eq!(terminal.exit_status(), 0);
}

#[test]
fn a_crash_leaves_the_last_picture_marked_stale_with_age_and_countdown() {
    let mut server = server();
    let mut terminal = console(&server);
    server.kill();
    terminal.wait_for("it is marked", |screen| {
        let header = header(screen);
        is_down(screen) && header.contains("stale") && header.contains("try ")
    });
    // The picture stays while the age grows.
    terminal.wait_for("the age is over two seconds", |screen| {
        age_s(&header(screen)).is_some_and(|age_s| age_s >= 2.0)
    });
    assert!(terminal.text().contains("orders-05"), "{}", terminal.text());
    assert_calm(&terminal);
    // Keys work on it.
    terminal.press("j");
    terminal.wait_for_text("▸orders-01");
    server.restart();
    fill(&server);
    let wait = terminal.screen(|screen| countdown(&header(screen))).unwrap_or(Duration::from_secs(1));
    let began = Instant::now();
    terminal.wait_for("it is live", is_live);
    // One step of the back-off and what a busy machine takes.
    assert!(began.elapsed() < wait + Duration::from_secs(5), "{:?}, not {wait:?}", began.elapsed());
    terminal.wait_for_text("orders-19");
}

/// The seconds of `stale   2.1 s`; none for milliseconds.
fn age_s(header: &str) -> Option<f64> {
    let (_, rest) = header.split_once("stale")?;
    let mut words = rest.split_whitespace();
    let number: f64 = words.next()?.parse().ok()?;
    (words.next()? == "s").then_some(number)
}

/// The wait of `try 4 in 3 s`.
fn countdown(header: &str) -> Option<Duration> {
    let (_, rest) = header.split_once("try ")?;
    let seconds = rest.split_whitespace().nth(2)?.parse().ok()?;
    Some(Duration::from_secs(seconds))
}

#[test]
fn ctrl_r_tries_at_once() {
    let mut server = Server::start(Options::default());
    server.kill();
    let mut terminal = launch(&server, &[]).start();
    // Until the next try is far away.
    terminal.wait_for("the wait is long", |screen| {
        countdown(&header(screen)).is_some_and(|wait| wait >= Duration::from_secs(4))
    });
    server.restart();
    fill(&server);
    let began = Instant::now();
    terminal.press("\x12");
    terminal.wait_for("it is live", is_live);
    assert!(began.elapsed() < Duration::from_millis(3_500), "{:?}", began.elapsed());
}

#[test]
fn while_the_server_hangs_every_key_is_answered_at_once() {
    let server = server();
    let mut terminal = console(&server);
    server.freeze();
    let frozen = Instant::now();
    let mut took = Vec::new();
    let mut time = |terminal: &mut Terminal, keys: &str, answer: &str| {
        let pressed = Instant::now();
        terminal.press(keys);
        terminal.wait_for_text(answer);
        took.push(pressed.elapsed());
    };
    while frozen.elapsed() < Duration::from_secs(5) {
        time(&mut terminal, "j", "▸orders-01");
        time(&mut terminal, "G", "▸orders-19");
        time(&mut terminal, "g", "▸orders-00");
        time(&mut terminal, "/zzz", "zzz");
        time(&mut terminal, "\x03", "▸orders-00");
        time(&mut terminal, "\r", "billing");
        time(&mut terminal, "\x7f", "▸orders-00");
        // Questions to the server are no reason to wait either.
        time(&mut terminal, "e", "entries");
        time(&mut terminal, "2", "▸orders-00");
    }
    took.sort();
    let (middle, longest) = (took.get(took.len() / 2).unwrap(), took.last().unwrap());
    assert!(*middle < Duration::from_millis(200), "{middle:?} in the middle of {}", took.len());
    // Whoever waited for the server would wait for its time-out of two seconds.
    assert!(*longest < Duration::from_millis(1_500), "{longest:?} at most");
    server.thaw();
    terminal.wait_for("it is live", is_live);
    terminal.press("q");
    assert_eq!(terminal.exit_status(), 0);
}

#[test]
fn a_server_that_hangs_is_told_and_is_live_again_when_it_goes_on() {
    let server = server();
    let terminal = console(&server);
    server.freeze();
    terminal.wait_for("it is marked", |screen| is_down(screen) && header(screen).contains("stale"));
    assert!(terminal.text().contains("orders-05"));
    server.thaw();
    let began = Instant::now();
    terminal.wait_for("it is live", is_live);
    assert!(began.elapsed() < PATIENCE / 2);
}
