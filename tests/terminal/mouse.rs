//! The mouse: taken and given back with the terminal, and clicks as terminals report them.

use crate::server::wait_until;
use crate::{await_streams, console, launch, server};
use vt100::{MouseProtocolEncoding, MouseProtocolMode};

/// Whether the terminal tells of the mouse, in the form without a largest column, and of presses alone.
fn is_ours(screen: &vt100::Screen) -> bool {
    let modes = (screen.mouse_protocol_mode(), screen.mouse_protocol_encoding());
    modes == (MouseProtocolMode::PressRelease, MouseProtocolEncoding::Sgr)
}

/// Whether it tells nothing of it.
fn is_its_own(screen: &vt100::Screen) -> bool {
    screen.mouse_protocol_mode() == MouseProtocolMode::None
}

/// A click as a terminal reports it: pressed and let go, column and row from 0.
fn click(column: u16, row: u16) -> String {
    let at = format!("{};{}", column + 1, row + 1);
    format!("\x1b[<0;{at}M\x1b[<0;{at}m")
}

/// Where a text stands on the screen.
fn place(screen: &vt100::Screen, text: &str) -> (u16, u16) {
    let (rows, columns) = screen.size();
    let (rows, columns) = (rows.get(), columns.get());
    for (row, line) in (0..rows).zip(screen.rows(0, columns)) {
        if let Some(at) = line.find(text) {
            return (u16::try_from(line.get(..at).unwrap().chars().count()).unwrap(), row);
        }
    }
    panic!("no {text:?} in\n{}", screen.contents());
}

#[test]
fn the_mouse_is_taken_and_given_back_with_the_terminal() {
    let server = server();
    let mut terminal = console(&server);
    terminal.screen(|screen| assert!(is_ours(screen)));
    // To the shell and back.
    terminal.press("\x1a");
    wait_until("the process is stopped", || terminal.state() == 'T');
    terminal.assert_given_back();
    terminal.screen(|screen| assert!(is_its_own(screen)));
    terminal.signal("CONT");
    terminal.wait_for("the mouse is taken again", is_ours);
    // By a key, and it stays so over a suspension.
    await_streams(&terminal);
    terminal.press("\x14");
    terminal.wait_for("the terminal has the mouse", is_its_own);
    terminal.press("\x1a");
    wait_until("the process is stopped", || terminal.state() == 'T');
    terminal.signal("CONT");
    terminal.wait_for("the terminal is taken again", |screen| screen.alternate_screen());
    await_streams(&terminal);
    terminal.screen(|screen| assert!(is_its_own(screen)));
    terminal.press("\x14");
    terminal.wait_for("the mouse is taken again", is_ours);
    terminal.signal("TERM");
    assert_eq!(terminal.exit_status(), 143);
    terminal.assert_given_back();
}

#[test]
fn a_config_that_does_not_want_the_mouse_leaves_it_alone() {
    let server = server();
    let folder = server.folder().join(".config/streamgauge");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("config.toml"), "mouse = false\n").unwrap();
    let mut terminal = launch(&server).start();
    await_streams(&terminal);
    terminal.screen(|screen| assert!(is_its_own(screen)));
    terminal.press("q");
    assert_eq!(terminal.exit_status(), 0);
    let bytes = String::from_utf8_lossy(&terminal.bytes_from(0)).into_owned();
    assert!(!bytes.contains("\x1b[?1000h"));
}

#[test]
fn clicks_go_to_screens_and_open_rows_and_moves_draw_nothing() {
    let server = server();
    let mut terminal = console(&server);
    let (column, row) = terminal.screen(|screen| place(screen, "Streams"));
    terminal.press(&click(column, row));
    terminal.wait_for_text(" Streams ───");
    let (column, row) = terminal.screen(|screen| place(screen, "orders-n05"));
    terminal.press(&click(column, row));
    terminal.wait_for_text("▸orders-n05");
    terminal.press(&click(column, row));
    terminal.wait_for_text("Groups of orders-n05");
    // Paused, so that nothing but the mouse could draw.
    terminal.press(" ");
    let mut before = terminal.written();
    wait_until("it is quiet", || {
        std::thread::sleep(std::time::Duration::from_millis(1_500));
        let is_quiet = terminal.written() == before;
        before = terminal.written();
        is_quiet
    });
    for column in 1..80 {
        terminal.press(&format!("\x1b[<35;{column};7M"));
    }
    std::thread::sleep(std::time::Duration::from_millis(500));
    assert_eq!(terminal.written(), before);
    terminal.press("q");
    assert_eq!(terminal.exit_status(), 0);
    terminal.assert_given_back();
}
