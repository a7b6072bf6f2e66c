//! Names and values that a terminal would obey reach no terminal.

use crate::server::{Options, Server};
use crate::terminal::Launch;
use crate::{connect, is_live, launch};

/// What must never come out as it went in: escape and control sequences of one and of two bytes, a bell, a mark
/// that turns the direction of writing round.
const COMMANDS: [&[u8]; 8] = [
    b"\x1b]0;pwned\x07",
    b"\x1b[31mpwned",
    b"\x1b[2Jpwned",
    b"\x1bPpwned\x1b\\",
    b"\x9b31mpwned",
    "\u{9b}31mpwned".as_bytes(),
    b"\x07\x08pwned",
    "\u{202E}pwned".as_bytes(),
];

/// What tells a command from the text that follows it.
const HEADS: [&[u8]; 8] = [
    b"\x1b]0;pwned",
    b"\x1b[31mp",
    b"\x1b[2Jp",
    b"\x1bPp",
    b"\x9b31m",
    "\u{9b}".as_bytes(),
    b"\x08",
    "\u{202E}".as_bytes(),
];

#[test]
fn names_that_are_commands_of_a_terminal_are_shown_and_never_obeyed() {
    let server = Server::start(Options::default());
    let mut connection = connect(&server);
    for name in COMMANDS {
        redis::cmd("XADD").arg(name).arg("*").arg(name).arg(name).exec(&mut connection).unwrap();
        redis::cmd("XGROUP").arg("CREATE").arg(name).arg(name).arg("0").exec(&mut connection).unwrap();
        let mut read = redis::cmd("XREADGROUP");
        read.arg("GROUP").arg(name).arg(name).arg("STREAMS").arg(name).arg(">");
        read.exec(&mut connection).unwrap();
    }
    // And into the slow log.
    redis::cmd("CONFIG").arg(&["SET", "slowlog-log-slower-than", "0"]).exec(&mut connection).unwrap();
    redis::cmd("ECHO").arg(COMMANDS.concat()).exec(&mut connection).unwrap();
    redis::cmd("CONFIG").arg(&["SET", "slowlog-log-slower-than", "-1"]).exec(&mut connection).unwrap();

    let mut terminal = launch(&server, &[]).sized(200, 50).start();
    let shown = |screen: &vt100::Screen| screen.contents().matches("pwned").count() >= COMMANDS.len();
    terminal.wait_for("it shows every name", |screen| is_live(screen) && shown(screen));
    for keys in ["2", "3"] {
        terminal.press(keys);
        terminal.wait_for("it shows every name", shown);
    }
    terminal.press("9");
    terminal.wait_for_text("echo");
    for row in 0..COMMANDS.len() {
        terminal.press(&format!("2g{}", "j".repeat(row)));
        for keys in ["\r", "\r", "\r", "2", "e", "v"] {
            terminal.press(keys);
            terminal.wait_for_text("pwned");
        }
    }
    let bytes = terminal.bytes_from(0);
    for head in HEADS {
        let found = bytes.windows(head.len()).filter(|window| *window == head).count();
        assert_eq!(found, 0, "{:?} reached the terminal", String::from_utf8_lossy(head));
    }
    terminal.screen(|screen| assert!(screen.alternate_screen()));
    terminal.press("q");
    assert_eq!(terminal.exit_status(), 0);
}

#[test]
fn an_address_that_is_a_command_of_a_terminal_is_not_obeyed_either() {
    let folder = tempfile::tempdir().unwrap();
    // The title of the window has the name of the target as well.
    let socket = format!("{}/\x1b[2Jpwned\u{9b}31m\x08", folder.path().display());
    let mut terminal = Launch::console(folder.path(), &["-s", &socket]).start();
    terminal.wait_for("it waits", |screen| {
        screen.contents().contains("Waiting for") && screen.contents().contains("pwned")
    });
    let bytes = terminal.bytes_from(0);
    for head in HEADS {
        let found = bytes.windows(head.len()).filter(|window| *window == head).count();
        assert_eq!(found, 0, "{:?} reached the terminal", String::from_utf8_lossy(head));
    }
    terminal.press("q");
    assert_eq!(terminal.exit_status(), 0);
}
