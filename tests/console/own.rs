//! Programs of the operator's own, really run: with names put in, asked before, refused where nothing may be written.

use crate::server::Server;
use crate::terminal::Terminal;
use crate::{connect, is_live, launch, server};

const F6: &str = "\x1b[17~";
const F7: &str = "\x1b[18~";
const F8: &str = "\x1b[19~";

fn console(server: &Server, more: &[&str]) -> Terminal {
    let folder = server.folder().join(".config/streamgauge");
    std::fs::create_dir_all(&folder).unwrap();
    let config = r#"
[[commands]]
key = "f6"
name = "length"
argv = ["redis-cli", "-s", "{socket}", "-n", "{db}", "XLEN", "{stream}"]
on = "stream"
reads = true
[[commands]]
key = "f7"
name = "note"
argv = ["redis-cli", "-s", "{socket}", "SET", "note", "{stream}"]
on = "stream"
[[commands]]
key = "f8"
name = "odd"
argv = ["sh", "-c", "sleep 1; printf 'first\\n\\033[2Jsecond\\n'; exit 3"]
confirm = false
reads = true
"#;
    std::fs::write(folder.join("config.toml"), config).unwrap();
    let mut terminal = launch(server, more).start();
    terminal.wait_for("it is live", |screen| is_live(screen) && screen.contents().contains("orders-n00"));
    terminal.press("2");
    terminal.wait_for_text("orders-n19");
    terminal
}

fn note(server: &Server) -> String {
    let note: Option<String> = redis::cmd("GET").arg("note").query(&mut connect(server)).unwrap();
    note.unwrap_or_default()
}

#[test]
fn a_program_gets_what_is_selected_and_what_it_says_is_shown() {
    let server = server();
    let mut terminal = console(&server, &["--read-only"]);
    terminal.press("g");
    terminal.press(F6);
    terminal.wait_for("it is asked", |screen| {
        let text = screen.contents();
        text.contains("Run length?") && text.contains("XLEN") && text.contains("changes nothing")
    });
    // The focus is on Cancel, and the key that opened it confirms nothing.
    terminal.press(F6);
    terminal.press("\r");
    terminal.wait_for("it is left", |screen| !screen.contents().contains("Run length?"));
    terminal.press(F6);
    terminal.wait_for_text("Run length?");
    terminal.press("\t\r");
    terminal.wait_for("it has run", |screen| {
        let text = screen.contents();
        let mut parts = text.lines().flat_map(|line| line.split(['│', '⡇', '⢸']));
        text.contains("exit code 0 after") && parts.any(|part| part.trim() == "1")
    });
    terminal.press("\x1b");
    terminal.wait_for("it is closed", |screen| !screen.contents().contains("exit code 0"));
    terminal.press("o");
    terminal.wait_for_text("exit code 0 after");
    terminal.press("q");
    // The palette and help have it; nothing may be written here, so the other one is refused.
    terminal.press(":length");
    terminal.wait_for_text("Run redis-cli -s {socket}");
    terminal.press("\r");
    terminal.wait_for_text("Run length?");
    terminal.press("\x1b");
    terminal.wait_for("it is left", |screen| !screen.contents().contains("Run length?"));
    terminal.press("?");
    terminal.wait_for_text("Programs of your own");
    terminal.press("\x1b");
    terminal.wait_for("it is left", |screen| !screen.contents().contains("Programs of your own"));
    terminal.press(F7);
    terminal.wait_for_text("read-only: 'note' may write");
    assert_eq!(note(&server), "");
}

#[test]
fn one_that_may_write_asks_to_unlock_and_the_picture_goes_on_while_one_runs() {
    let server = server();
    let mut terminal = console(&server, &[]);
    terminal.press("g");
    terminal.press(F7);
    terminal.wait_for_text("Unlock and run");
    terminal.press("\r");
    terminal.wait_for("it is left", |screen| !screen.contents().contains("Unlock and run"));
    assert_eq!(note(&server), "");
    terminal.press(F7);
    terminal.wait_for_text("Unlock and run");
    terminal.press("\t\r");
    terminal.wait_for_text("exit code 0 after");
    assert!(note(&server).starts_with("orders-n"), "{}", note(&server));
    terminal.press("\x1b");
    terminal.wait_for("it is closed", |screen| !screen.contents().contains("exit code 0"));
    terminal.press(F8);
    terminal.wait_for_text("'odd' runs");
    // It takes a second: keys are answered meanwhile, and a second one waits its turn.
    terminal.press("8");
    terminal.wait_for("another screen", |screen| !screen.contents().contains("orders-n19"));
    terminal.press(F8);
    terminal.wait_for_text("one program at a time: 'odd' still runs");
    terminal.wait_for("it is over", |screen| {
        let text = screen.contents();
        text.contains("exit code 3 after") && text.contains("first") && text.contains("\\x1b[2Jsecond")
    });
    terminal.press("\x1b");
    terminal.wait_for("it is closed", |screen| !screen.contents().contains("exit code 3"));
    terminal.press("q");
    assert_eq!(terminal.exit_status(), 0);
}
