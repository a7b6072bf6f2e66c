//! A password is on no screen, in no log and on no command line but the one it was typed on.

use std::time::Duration;

use crate::server::{Options, Server};
use crate::terminal::{Launch, Terminal};
use crate::{fill, is_live, launch};

const PASSWORD: &str = "hunter2-correct-horse";

fn contains(bytes: &[u8], needle: &str) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle.as_bytes())
}

fn command_line(terminal: &Terminal) -> Vec<u8> {
    std::fs::read(format!("/proc/{}/cmdline", terminal.pid)).unwrap()
}

/// Walks through every screen with the log as talkative as it can be, and asserts that the password is nowhere.
fn walk(launch: Launch, ready: impl FnMut(&vt100::Screen) -> bool) -> Terminal {
    let mut terminal = launch.start();
    terminal.wait_for("it is ready", ready);
    for screen in ["2", "8", "9", "0", "?"] {
        terminal.press(screen);
        let before = terminal.written();
        crate::server::wait_until("it is drawn", || terminal.written() > before);
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(!contains(&terminal.bytes_from(0), PASSWORD), "on the screen");
    terminal
}

/// A server without a password for its own user, since the test asks it too: the user `alice` has one.
fn guarded() -> Server {
    let server = Server::start(Options::default());
    fill(&server);
    let user = ["SETUSER", "alice", "on", &format!(">{PASSWORD}"), "~*", "&*", "+@all"];
    redis::cmd("ACL").arg(&user[..]).exec(&mut crate::connect(&server)).unwrap();
    let folder = server.folder().join(".config/streamgauge");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("config.toml"), "[log]\nlevel = \"trace\"\n").unwrap();
    server
}

#[test]
fn a_password_of_the_environment_shows_nowhere() {
    let server = guarded();
    let launch = launch(&server, &["--user", "alice"]).env("REDISCLI_AUTH", PASSWORD);
    let terminal = walk(launch, |screen| is_live(screen) && screen.contents().contains("orders-n00"));
    assert!(!contains(&command_line(&terminal), PASSWORD), "in the process list");
}

#[test]
fn a_password_of_the_command_line_stays_there() {
    let server = guarded();
    let launch = launch(&server, &["--user", "alice", "-a", PASSWORD]);
    let terminal = walk(launch, |screen| is_live(screen) && screen.contents().contains("orders-n00"));
    // As typed: no program can take back what a shell has passed on. The README says what to use instead.
    assert!(contains(&command_line(&terminal), PASSWORD));
}

#[test]
fn a_wrong_password_is_not_repeated() {
    let server = guarded();
    let mut wrong = launch(&server, &["--user", "bob"]).env("REDISCLI_AUTH", PASSWORD);
    wrong = wrong.sized(200, 50);
    walk(wrong, |screen| screen.contents().contains("bob") || screen.contents().contains("password"));
}
