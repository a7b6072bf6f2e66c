//! One action on several marked rows, on a real server: what is left out is said, each is written down, each can be undone.

use crate::server::{Options, Server, wait_until};
use crate::terminal::{PATIENCE, Terminal};
use crate::{connect, is_live, launch};
use std::time::{Duration, Instant};

fn length(server: &Server, key: &str) -> u64 {
    redis::cmd("XLEN").arg(key).query(&mut connect(server)).unwrap()
}

/// A stream with so many entries and the group `g`, which has read and acknowledged all but the last ten.
fn fill(server: &Server, key: &str, entries: u64) {
    let mut pipe = redis::pipe();
    for at in 1..=entries {
        pipe.cmd("XADD").arg(key).arg(format!("{at}-0")).arg("f").arg("v").ignore();
    }
    pipe.cmd("XGROUP").arg("CREATE").arg(key).arg("g").arg(format!("{}-0", entries - 10));
    pipe.exec(&mut connect(server)).unwrap();
}

fn journal(server: &Server) -> Vec<String> {
    let path = server.folder().join(".local/state/streamgauge/journal.jsonl");
    std::fs::read_to_string(path).unwrap_or_default().lines().map(str::to_owned).collect()
}

/// The console on the streams, unlocked, with all of them marked.
fn marked(server: &Server, number: usize) -> Terminal {
    let mut terminal = launch(server, &[]).start();
    terminal.wait_for("it is live", |screen| is_live(screen) && screen.contents().contains("work-0"));
    terminal.press("2W");
    terminal.wait_for_text("Unlock writing on");
    terminal.press("\t\r");
    terminal.wait_for("it is armed", |screen| screen.contents().contains("WRITE"));
    terminal.wait_for("all are there", |screen| screen.contents().matches("work-").count() >= number);
    terminal.press("*");
    terminal.wait_for_text(&format!("{number} marked"));
    terminal
}

/// Opens the question about the undo. The journal is read after an action is told as over: until then the key is about the one
/// before.
fn begin_undo(terminal: &mut Terminal) {
    press_until(terminal, "Undo action");
}

fn press_until(terminal: &mut Terminal, text: &str) {
    let deadline = Instant::now() + PATIENCE;
    while !terminal.text().contains(text) {
        assert!(Instant::now() < deadline, "waited in vain for '{text}'; the screen:\n{}", terminal.text());
        terminal.press("\x1b");
        std::thread::sleep(Duration::from_millis(50));
        terminal.press("U");
        let until = Instant::now() + Duration::from_secs(2);
        while !terminal.text().contains(text) && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

#[test]
fn several_streams_are_trimmed_after_one_question_and_each_is_undone() {
    let server = Server::start(Options::default());
    let keys = ["work-0", "work-1", "work-2"];
    keys.iter().for_each(|key| fill(&server, key, 50));
    redis::cmd("XADD").arg(&["work-plain", "1-0", "f", "v"]).exec(&mut connect(&server)).unwrap();
    let mut terminal = marked(&server, 4);
    terminal.press("T");
    terminal.wait_for_text("Trim 4 marked streams");
    terminal.press("\r");
    terminal.wait_for_text("120 entries of 3 streams");
    terminal.wait_for("it says what is left out", |screen| {
        let text = screen.contents();
        text.contains("left out") && text.contains("stream work-plain: ") && text.contains("Trim 3 streams?")
    });
    // Leaning on the key that opened it confirms nothing, nor does Enter on Cancel: the marks stay.
    terminal.press("TT\r");
    terminal.wait_for("it is left", |screen| !screen.contents().contains("left out"));
    terminal.wait_for_text("4 marked");
    assert!(keys.iter().all(|key| length(&server, key) == 50) && journal(&server).is_empty());
    terminal.press("T\r");
    terminal.wait_for_text("[ ] what goes is archived");
    terminal.press("a");
    terminal.wait_for_text("[x] what goes is archived");
    terminal.press("\t\r");
    terminal.wait_for_text("3 of 3 actions done");
    assert!(keys.iter().all(|key| length(&server, key) == 10) && length(&server, "work-plain") == 1);
    let lines = journal(&server);
    assert_eq!(lines.len(), 6, "an intent and a finish each: {lines:?}");
    assert!(keys.iter().all(|key| lines.iter().any(|line| line.contains(&format!("stream {key}")))));
    terminal.press("\r");
    terminal.wait_for("the marks are gone", |screen| !screen.contents().contains("marked"));
    // Undo goes back one by one.
    for back in 1..=3 {
        begin_undo(&mut terminal);
        terminal.press("\t\r");
        let restored = || keys.iter().filter(|key| length(&server, &format!("{key}:restored")) == 40).count();
        wait_until("it is back", || restored() == back);
        terminal.wait_for_text("[ Close ]");
        terminal.press("\r");
        terminal.wait_for("it is closed", |screen| !screen.contents().contains("[ Close ]"));
    }
    press_until(&mut terminal, "back already");
    terminal.press("q");
    assert_eq!(terminal.exit_status(), 0);
}

#[test]
fn who_stops_one_of_several_stops_those_after_it_too() {
    let server = Server::start(Options::default());
    let keys = ["work-0", "work-1", "work-2"];
    keys.iter().for_each(|key| fill(&server, key, 100_000));
    let mut terminal = marked(&server, 3);
    terminal.press("T");
    terminal.wait_for_text("Keep the newest");
    terminal.press("\x1b[B\x1b[B");
    terminal.wait_for_text("entries: 1000");
    terminal.press("\r");
    // Each of them is less than so many that a name is typed; together they are not.
    terminal.wait_for_text("name: ");
    terminal.wait_for_text("297,000 entries of 3 streams");
    let text = terminal.text();
    let (_, named) = text.split_once("are many. Type ").unwrap();
    terminal.press(named.get(.."work-0".len()).unwrap());
    terminal.press("\r");
    wait_until("the first is begun", || keys.iter().any(|key| length(&server, key) < 100_000));
    terminal.press("X");
    terminal.wait_for_text("of 3 actions done");
    terminal.wait_for_text("not begun: ");
    let left: Vec<u64> = keys.iter().map(|key| length(&server, key)).collect();
    assert!(left.contains(&100_000), "none was left alone: {left:?}");
    std::thread::sleep(std::time::Duration::from_millis(500));
    assert_eq!(left, keys.iter().map(|key| length(&server, key)).collect::<Vec<_>>());
    // What was never begun is not in the journal.
    let untouched = left.iter().filter(|left| **left == 100_000).count();
    assert_eq!(journal(&server).len(), 2 * (3 - untouched));
}
