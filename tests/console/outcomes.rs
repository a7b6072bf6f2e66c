//! What an action leaves on the screen: when memory is full now, keys counted anew, verdicts in the colours of their
//! findings.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::proxy::Proxy;
use crate::server::{Kind, Options, Server, wait_until};
use crate::terminal::{Launch, Terminal};
use crate::{is_live, launch};

/// Does something again and again until told to end.
pub fn repeat(over: &AtomicBool, every: Duration, mut act: impl FnMut()) {
    let mut next = Instant::now();
    while !over.load(Ordering::Relaxed) {
        act();
        next += every;
        std::thread::sleep(next.saturating_duration_since(Instant::now()));
    }
}

/// Ends a thread of a scope whatever becomes of the test.
pub struct Over<'a>(pub &'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn arm(terminal: &mut Terminal) {
    terminal.press("W");
    terminal.wait_for_text("Unlock writing on");
    terminal.press("\t\r");
    terminal.wait_for("it is armed", |screen| screen.contents().contains("WRITE"));
}

/// Seconds of a span as `2m 10s` or `40.2 s`.
fn seconds(span: &str) -> f64 {
    let (mut seconds, mut number) = (0.0, String::new());
    for piece in span.split_inclusive(|c: char| c.is_ascii_alphabetic()) {
        let (digits, unit) = piece.trim().split_at(piece.trim().len() - 1);
        number.push_str(digits.trim());
        let unit = match unit {
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3_600.0,
            "d" => 86_400.0,
            unit => panic!("no unit: {unit} in {span}"),
        };
        seconds += std::mem::take(&mut number).parse::<f64>().unwrap() * unit;
    }
    seconds
}

#[test]
fn a_trim_tells_when_memory_is_full_now_and_when_it_was() {
    let server = Server::start(Options::with(Kind::Redis, &["--maxmemory", "256mb"]));
    let entries = "for i=1,ARGV[1] do redis.call('XADD','telemetry','*','f',string.rep('x',40000)) end";
    server.redis_cli(&["EVAL", entries, "0", "1500"]);
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let _over = Over(&over);
        scope.spawn(|| {
            repeat(&over, Duration::from_millis(100), || {
                drop(server.redis_cli(&["EVAL", entries, "0", "1"]))
            });
        });
        let mut terminal = launch(&server, &[]).start();
        terminal.wait_for_text("memory is full in");
        terminal.press("2");
        arm(&mut terminal);
        terminal.press("T");
        terminal.wait_for_text("Keep the newest");
        terminal.press("\x1b[B\x1b[B");
        terminal.wait_for_text("entries: 1000");
        terminal.press("\r");
        terminal.wait_for_text("keeps");
        terminal.press("\t\r");
        terminal.wait_for_text("if it goes on growing by");
        // In one line, whatever the dialog's width.
        let text = terminal.text().replace(['\n', '⡇', '⢸'], " ");
        let (_, told) = text.split_once("used; full in ").unwrap();
        let (now, rest) = told.split_once(" (was ").unwrap();
        let (was, _) = rest.split_once(") if it goes on").unwrap();
        let (now, was) = (seconds(now), seconds(was));
        // 400 KB a second; about 20 MB are freed.
        assert!(was > 10.0 && now - was > 20.0, "full in {now} s, was {was} s: {text}");
    });
}

#[test]
fn keys_that_an_action_took_are_counted_anew_at_once() {
    let server = Server::start(Options::default());
    server.redis_cli(&["EVAL", "for i=1,300 do redis.call('SET','other:'..i,'v') end", "0"]);
    let proxy = Proxy::start(&server, Duration::ZERO, |_| None);
    let args = ["-s", proxy.socket().to_str().unwrap()];
    let mut terminal = Launch::console(server.folder(), &args).start();
    terminal.wait_for("it is live", is_live);
    arm(&mut terminal);
    // After a pass the walk rests for ten seconds: where an action ends within them, the next pass begins before. A machine
    // that is too slow for that tries again.
    let mut rests = Vec::new();
    while rests.last().is_none_or(|rest| *rest >= Duration::from_secs(10)) {
        assert!(rests.len() < 5, "the walk rested for {rests:?}");
        rests.push(rest_of_the_walk(&server, &proxy, &mut terminal));
    }
}

/// Invalidates what is new right after a pass; how long the walk did not come to a key that stays.
fn rest_of_the_walk(server: &Server, proxy: &Proxy, terminal: &mut Terminal) -> Duration {
    server.redis_cli(&["EVAL", "for i=1,200 do redis.call('SET','cache:'..i,'v') end", "0"]);
    terminal.press("5");
    terminal.wait_for("the new keys are counted", |screen| {
        let measured = row(screen, "measured");
        let is_over = measured.contains("ago") && !measured.contains("walk");
        is_over && row(screen, "cache:*").contains(" 200 ")
    });
    let measured = || proxy.seen_with("other:1");
    let last = *measured().last().unwrap();
    terminal.press("G");
    terminal.wait_for_text("▸cache:*");
    terminal.press("I");
    terminal.wait_for_text("pattern: cache:*");
    terminal.press("\r");
    terminal.wait_for_text("200 of 500 keys");
    terminal.press("\t\r");
    terminal.wait_for_text("done: 200 keys");
    terminal.press("\r");
    terminal.wait_for("they are not there any more", |screen| row(screen, "cache:*").is_empty());
    wait_until("it is measured again", || measured().last().is_some_and(|at| *at > last));
    measured().into_iter().find(|at| *at > last).unwrap() - last
}

/// The line of the screen that has this.
fn row(screen: &vt100::Screen, text: &str) -> String {
    screen.contents().lines().find(|line| line.contains(text)).unwrap_or_default().to_owned()
}
