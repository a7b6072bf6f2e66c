//! Actions from the keyboard: read-only is never anything, locked asks to be unlocked, and what is confirmed is done.

use crate::server::{Options, Server, side_by_side, wait_until};
use crate::terminal::Terminal;
use crate::{connect, is_live, launch, server};
use streamgauge::commands::{COMMANDS, CommandId};

/// Commands that the server has counted and that write, by its own word.
fn writes(server: &Server) -> Vec<String> {
    let mut connection = connect(server);
    let info: String = redis::cmd("INFO").arg("commandstats").query(&mut connection).unwrap();
    let names = info.lines().filter_map(|line| line.strip_prefix("cmdstat_")?.split(':').next());
    let is_write = |name: &&str| {
        let command = name.split('|').next().unwrap();
        let facts: Vec<redis::Value> =
            redis::cmd("COMMAND").arg("INFO").arg(command).query(&mut connect(server)).unwrap();
        format!("{facts:?}").contains("\"write\"") || *name == "client|kill"
    };
    names.filter(is_write).map(str::to_owned).collect()
}

/// Escapes from whatever is open. An escape that something follows at once is another key.
fn leave(terminal: &mut Terminal) {
    for _ in 0..2 {
        terminal.press("\x1b");
        std::thread::sleep(std::time::Duration::from_millis(6));
    }
}

/// Every key of the keyboard, as a terminal sends it, but for those that leave.
fn keys_that_stay() -> Vec<String> {
    let leaves = [CommandId::Quit, CommandId::Suspend];
    let leaving: Vec<&str> = COMMANDS
        .iter()
        .filter(|command| leaves.contains(&command.id))
        .flat_map(|command| command.keys)
        .copied()
        .collect();
    let printed = (' '..='~').map(String::from).filter(|key| !leaving.contains(&key.as_str()));
    // Control with a letter; without C (leaves), Z (suspends), and what is Escape, Tab or Enter.
    let control = ('a'..='y').filter(|letter| !"cimj".contains(*letter));
    let control = control.map(|letter| char::from(letter as u8 & 0x1f).to_string());
    let named =
        ["A", "B", "C", "D", "H", "F", "Z", "2~", "3~", "5~", "6~", "15~", "17~", "18~", "19~", "20~"];
    let more = ["21~", "23~", "24~"];
    let named = named.iter().chain(&more).map(|end| format!("\x1b[{end}"));
    let functions = ["P", "Q", "R", "S"].iter().map(|end| format!("\x1bO{end}"));
    printed
        .chain(control)
        .chain(named)
        .chain(functions)
        .chain(["\r", "\t", "\x7f"].map(str::to_owned))
        .collect()
}

#[test]
fn with_read_only_no_key_on_any_screen_writes_though_the_user_may() {
    let server = server();
    let mut connection = connect(&server);
    redis::cmd("ACL")
        .arg(&["SETUSER", "may", "on", ">pass", "~*", "&*", "+@all"])
        .exec(&mut connection)
        .unwrap();
    redis::cmd("SET").arg(&["cache:1", "v"]).exec(&mut connection).unwrap();
    redis::cmd("CONFIG").arg("RESETSTAT").exec(&mut connection).unwrap();
    let options = ["--read-only", "--user", "may"];
    let keys = keys_that_stay();
    assert!(
        ["T", "R", "I", "A", "D", "K", "U", "W"].iter().all(|key| keys.iter().any(|pressed| pressed == key))
    );
    // Each screen and, from the streams, each place below: a stream, a group, its pending entries, entries.
    let ways = ["1", "2", "3", "4", "5", "6", "8", "9", "0", "2\r", "2\r\r", "2\r\r\r", "2e"];
    side_by_side(ways.chunks(4), |ways| {
        let mut terminal = launch(&server, &options).env("REDISCLI_AUTH", "pass").start();
        terminal.wait_for("it is live", |screen| is_live(screen) && screen.contents().contains("orders-n00"));
        for (way, key) in ways.iter().flat_map(|way| keys.iter().map(move |key| (way, key))) {
            // Whatever it opened is left again, and whatever asks for a yes is told yes.
            leave(&mut terminal);
            terminal.press(way);
            terminal.press(key);
            terminal.press("\t\r");
        }
        leave(&mut terminal);
        terminal.press("1");
        terminal.wait_for("it says so", |screen| screen.contents().contains("READ-ONLY"));
        terminal.press("q");
        assert_eq!(terminal.exit_status(), 0);
    });
    assert_eq!(writes(&server), Vec::<String>::new());
}

#[test]
fn a_locked_console_shows_the_plan_and_its_last_button_unlocks_and_does_it() {
    let server = Server::start(Options::default());
    let mut connection = connect(&server);
    for at in 1..=50 {
        redis::cmd("XADD").arg(&["orders-n00", &format!("{at}-0"), "f", "v"]).exec(&mut connection).unwrap();
    }
    redis::cmd("XGROUP").arg(&["CREATE", "orders-n00", "g", "40-0"]).exec(&mut connection).unwrap();
    let length = || -> u64 { redis::cmd("XLEN").arg("orders-n00").query(&mut connect(&server)).unwrap() };
    let mut terminal = launch(&server, &[]).start();
    terminal.wait_for("it is live", |screen| is_live(screen) && screen.contents().contains("orders-n00"));
    terminal.press("2");
    terminal.press("W");
    terminal.wait_for_text("Unlock writing on");
    // The focus is on Cancel.
    terminal.press("\r");
    terminal.wait_for_text("not unlocked");
    terminal.press("T");
    terminal.wait_for_text("Safe: entries that every group has acknowledged");
    terminal.press("\r");
    terminal.wait_for_text("40 entries, all below 40-1");
    // Leaning on the key that opened it, and on Enter, confirms nothing.
    terminal.press("TTT\r");
    terminal.wait_for("it is left", |screen| !screen.contents().contains("all below"));
    assert_eq!(length(), 50);
    terminal.press("T\r");
    terminal.wait_for_text("40 entries, all below 40-1");
    terminal.wait_for_text("Unlock and trim 40 entries");
    terminal.press("\t\r");
    terminal.wait_for_text("done: 40 entries in");
    terminal.wait_for("it stays unlocked", |screen| screen.contents().contains("WRITE 9:5"));
    assert_eq!(length(), 10);
    // What the other test looks for is found where it is.
    assert!(writes(&server).contains(&"xtrim".to_owned()));
    terminal.press("\r0");
    terminal.wait_for_text("trim stream orders-n00");
    terminal.press("q");
    assert_eq!(terminal.exit_status(), 0);
}

/// A console with a trim of 200,000 entries under way, a few at a time.
fn trimming(server: &Server) -> Terminal {
    let mut connection = connect(server);
    let mut pipe = redis::pipe();
    for at in 1..=200_000 {
        pipe.cmd("XADD").arg("orders-n00").arg(format!("{at}-0")).arg("f").arg("v").ignore();
    }
    pipe.exec(&mut connection).unwrap();
    let mut terminal = launch(server, &[]).start();
    terminal.wait_for("it is live", |screen| is_live(screen) && screen.contents().contains("orders-n00"));
    terminal.press("2W\t\r");
    terminal.wait_for("it is armed", |screen| screen.contents().contains("WRITE"));
    terminal.press("T");
    terminal.wait_for_text("Keep the newest");
    terminal.press("\x1b[B\x1b[B");
    terminal.wait_for_text("entries: 1000");
    terminal.press("\r");
    terminal.wait_for_text("name: ");
    terminal.press("orders-n00\r");
    terminal.wait_for("something was removed", |_| length(server) < 199_000);
    terminal
}

fn length(server: &Server) -> u64 {
    redis::cmd("XLEN").arg("orders-n00").query(&mut connect(server)).unwrap()
}

#[test]
fn who_quits_while_an_action_runs_is_asked_and_its_finish_is_written() {
    let server = Server::start(Options::default());
    let mut terminal = trimming(&server);
    terminal.press("q");
    terminal.wait_for_text("Quit while an action runs?");
    terminal.press("\x1b");
    terminal.wait_for("it is left", |screen| !screen.contents().contains("Quit while"));
    terminal.press("q");
    terminal.wait_for_text("Quit while an action runs?");
    terminal.press("\t\r");
    assert_eq!(terminal.exit_status(), 0);
    let left = length(&server);
    assert!(left > 1_000, "it was too quick to be left");
    is_told(&server, left);
}

/// The journal has one finish, which says what was removed.
fn is_told(server: &Server, left: u64) {
    let journal = server.folder().join(".local/state/streamgauge/journal.jsonl");
    let text = std::fs::read_to_string(journal).unwrap();
    assert!(text.lines().count() == 2 && text.contains("\"outcome\":\"stopped\""), "{text}");
    assert!(text.contains(&format!("\"done\":{},", 200_000 - left)), "{left} {text}");
}

#[test]
fn a_signal_ends_the_console_after_the_step_and_a_suspended_one_stands_still() {
    let server = Server::start(Options::default());
    let mut terminal = trimming(&server);
    terminal.press("\x1a");
    terminal.wait_for_text("Suspend while an action runs?");
    terminal.press("\t\r");
    wait_until("it is stopped", || terminal.state() == 'T');
    let left = length(&server);
    std::thread::sleep(std::time::Duration::from_millis(300));
    assert!(length(&server) == left && left > 1_000, "it went on, or was too quick");
    terminal.signal("CONT");
    wait_until("it goes on", || length(&server) < left);
    terminal.signal("TERM");
    assert_eq!(terminal.exit_status(), 143);
    let left = length(&server);
    assert!(left > 1_000, "it was too quick to be ended");
    is_told(&server, left);
}
