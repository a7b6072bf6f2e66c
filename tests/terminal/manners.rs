//! Where the console can't be shown, what it does without colour, while paused, and with pasted text.

use crate::server::{Server, wait_until};
use crate::terminal::{Launch, PATIENCE};
use crate::{await_streams, console, launch, server};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

#[test]
fn without_a_terminal_the_console_says_what_to_use_instead() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_streamgauge"));
    command.env("HOME", folder.path()).env_remove("REDIS_URL").env_remove("REDISCLI_AUTH");
    let output = command.args(["-s", "/nowhere"]).stdin(Stdio::null()).output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{error}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "");
    assert!(error.contains("terminal") && error.contains("streamgauge snapshot"), "{error}");
    assert_eq!(error.lines().count(), 1, "{error}");
}

#[test]
fn a_terminal_that_cannot_move_its_cursor_is_told_changes_as_lines() {
    let folder = tempfile::tempdir().unwrap();
    let launch = Launch::console(folder.path(), &["-s", "/nowhere"]).env("TERM", "dumb");
    let mut terminal = launch.start();
    terminal.wait_for_text("no connection: ");
    terminal.press("?\n");
    terminal.wait_for_text("Nothing was read of /nowhere yet.");
    terminal.press("q\n");
    assert_eq!(terminal.exit_status(), 0);
    assert!(!terminal.bytes_from(0).contains(&0x1b), "an escape sequence for a terminal that knows none");
}

/// Colours that the bytes ask for: parameters of SGR sequences that are neither weight nor reset.
fn colours(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let sequences = text.split("\x1b[").skip(1);
    let parameters = sequences.filter_map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != ';' && c != ':')?;
        rest.get(end..)?.starts_with('m').then(|| rest.get(..end).unwrap_or_default().to_owned())
    });
    // 39, 49 and 59 ask for the terminal's own colours.
    let is_colour = |number: &str| match number.parse::<u16>().unwrap_or(0) {
        39 | 49 | 59 => false,
        number => (30..=58).contains(&number) || (90..=107).contains(&number),
    };
    parameters.filter(|all| all.split([';', ':']).any(is_colour)).collect()
}

fn every_screen(server: &Server, launch: Launch) -> Vec<u8> {
    let mut terminal = launch.start();
    await_streams(&terminal);
    for screen in ["2", "3", "4", "5", "8", "9", "0", "?", "\x7f", "2", "/x", "\x03"] {
        let before = terminal.written();
        terminal.press(screen);
        wait_until("the key is answered", || terminal.written() > before);
    }
    terminal.press("q");
    assert_eq!(terminal.exit_status(), 0, "on {}", server.port);
    terminal.bytes_from(0)
}

#[test]
fn no_color_means_no_colour() {
    let server = server();
    let bytes = every_screen(&server, launch(&server).env("NO_COLOR", "1"));
    assert_eq!(colours(&bytes), Vec::<String>::new());
    // The same pictures have colours otherwise: else this test could not fail.
    assert!(!colours(&every_screen(&server, launch(&server))).is_empty());
}

#[test]
fn a_terminal_of_hardware_gets_plain_characters_by_itself_unless_the_operator_says_otherwise() {
    let server = server();
    // The consoles of machines have lines and blocks, but no braille.
    for (term, known) in [("linux", "─│┌┐└┘█▓▒░▌▀▄√·↑↓"), ("vt100", "")] {
        let bytes = every_screen(&server, launch(&server).env("TERM", term));
        let text = String::from_utf8(bytes).unwrap();
        let strange = text.chars().find(|c| !c.is_ascii() && !known.contains(*c));
        assert_eq!(strange, None, "TERM={term}");
    }
    let folder = server.folder().join(".config/streamgauge");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("config.toml"), "ascii = false\n").unwrap();
    let bytes = every_screen(&server, launch(&server).env("TERM", "vt100"));
    assert!(!bytes.is_ascii());
}

#[test]
fn a_paused_console_writes_nothing_at_all() {
    let server = server();
    let mut terminal = console(&server);
    terminal.press("2 ");
    // The key's own frame comes first; then three quiet seconds are wanted, while the server goes on.
    let deadline = Instant::now() + PATIENCE;
    let mut quiet = (terminal.written(), Instant::now());
    while quiet.1.elapsed() < Duration::from_secs(3) {
        assert!(Instant::now() < deadline, "it never is quiet for three seconds");
        server.redis_cli(&["XADD", "orders-n00", "*", "amount", "1"]);
        std::thread::sleep(Duration::from_millis(20));
        if terminal.written() != quiet.0 {
            quiet = (terminal.written(), Instant::now());
        }
    }
    // And it goes on where it should.
    terminal.press(" ");
    wait_until("the picture goes on", || terminal.written() > quiet.0);
}

#[test]
fn pasted_text_goes_to_prompts_and_is_never_a_key() {
    let server = server();
    let mut terminal = console(&server);
    terminal.press("2");
    await_streams(&terminal);
    // Every letter of it is a key: q would leave, / would begin a filter.
    terminal.press("\x1b[200~q/zzz\rq\x1b[201~");
    terminal.press("G");
    terminal.wait_for_text("orders-n19");
    // Into a prompt it goes, without the line's end and other controls.
    terminal.press("/\x1b[200~orders-n0\n7\x1b[201~");
    terminal.wait_for("only one row is left", |screen| {
        let text = screen.contents();
        text.contains("▸orders-n07") && !text.contains("orders-n19")
    });
    terminal.press("\r");
    terminal.press("q");
    assert_eq!(terminal.exit_status(), 0);
}
