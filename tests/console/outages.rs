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
    terminal.wait_for("it is live", |screen| is_live(screen) && screen.contents().contains("orders-n00"));
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
    assert!(terminal.text().contains("orders-n05"), "{}", terminal.text());
    assert_calm(&terminal);
    // Keys work on it.
    terminal.press("j");
    terminal.wait_for_text("▸orders-n01");
    server.restart();
    fill(&server);
    terminal.wait_for("it is live", is_live);
    terminal.wait_for_text("orders-n19");
}

/// The seconds of `stale   2.1 s`; none for milliseconds.
fn age_s(header: &str) -> Option<f64> {
    let (_, rest) = header.split_once("stale")?;
    let mut words = rest.split_whitespace();
    let number: f64 = words.next()?.parse().ok()?;
    (words.next()? == "s").then_some(number)
}

/// The wait of `retry 4 in 3 s`.
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
    let mut wait = Duration::ZERO;
    terminal.wait_for("the wait is long", |screen| {
        wait = countdown(&header(screen)).unwrap_or_default();
        wait >= Duration::from_secs(7)
    });
    let began = Instant::now();
    server.restart();
    fill(&server);
    terminal.press("\x12");
    terminal.wait_for("it is live", is_live);
    assert!(began.elapsed() < wait, "{:?}: by itself it would have tried after {wait:?}", began.elapsed());
}

#[test]
fn while_the_server_hangs_every_key_is_answered_at_once() {
    let server = server();
    let mut terminal = console(&server);
    server.freeze();
    let frozen = Instant::now();
    // Questions to the server, as of `e`, are no reason to wait either.
    let keys = [
        ("j", "▸orders-n01"),
        ("G", "▸orders-n19"),
        ("g", "▸orders-n00"),
        ("/zzz", "zzz"),
        ("\x03", "▸orders-n00"),
        ("\r", "billing"),
        ("\x7f", "▸orders-n00"),
        ("e", "entries"),
        ("2", "▸orders-n00"),
    ];
    let (mut quickest, mut turns) = ([PATIENCE; 9], 0);
    while frozen.elapsed() < Duration::from_secs(5) || turns < 3 {
        for (quickest, (key, answer)) in quickest.iter_mut().zip(keys) {
            let pressed = Instant::now();
            terminal.press(key);
            terminal.wait_for_text(answer);
            *quickest = pressed.elapsed().min(*quickest);
        }
        turns += 1;
    }
    // Whoever waits for the server waits for its time-out of two seconds, every time; a busy machine is slow now and
    // then.
    assert!(quickest.iter().all(|took| *took < Duration::from_secs(1)), "{quickest:?} in {turns} turns");
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
    assert!(terminal.text().contains("orders-n05"));
    server.thaw();
    terminal.wait_for("it is live", is_live);
}
