//! Any size at any moment.

use crate::server::wait_until;
use crate::{await_streams, console, launch, server};

/// Sizes that have broken programs: nothing, a line, a column, the smallest that draws, the usual, walls.
const SIZES: [(u16, u16); 9] =
    [(1, 1), (20, 5), (300, 100), (1, 60), (200, 1), (2, 3), (40, 12), (500, 200), (80, 24)];

#[test]
fn the_terminal_may_change_its_size_on_every_screen() {
    let server = server();
    let mut terminal = console(&server);
    for (number, screen) in ["1", "2", "3", "4", "5", "8", "9", "0", "?"].into_iter().enumerate() {
        terminal.press(screen);
        for (columns, rows) in SIZES.iter().cycle().skip(number).take(SIZES.len()) {
            terminal.resize(*columns, *rows);
            terminal.press("j");
        }
    }
    terminal.press("\x7f");
    terminal.resize(80, 24);
    terminal.press("2g");
    await_streams(&terminal);
    terminal.press("q");
    assert_eq!(terminal.exit_status(), 0);
    terminal.assert_given_back();
}

#[test]
fn a_new_size_is_drawn_at_once_and_whole() {
    let server = server();
    let mut terminal = console(&server);
    terminal.press("2");
    for (columns, rows, last) in [(300, 100, "orders-n19"), (80, 24, "orders-n10"), (120, 40, "orders-n19")] {
        terminal.resize(columns, rows);
        terminal
            .wait_for(&format!("{columns}x{rows} shows {last}"), |screen| screen.contents().contains(last));
    }
}

#[test]
fn the_smallest_terminals_start_and_end() {
    let server = server();
    for (columns, rows) in [(1, 1), (20, 5), (8, 2)] {
        let mut terminal = launch(&server).sized(columns, rows).start();
        terminal.wait_for("the terminal is taken", |screen| screen.alternate_screen());
        terminal.press("2");
        if rows >= 5 {
            // Of a name that does not fit both ends are shown.
            terminal.wait_for_text("orde⋯n00");
        }
        terminal.press("q");
        assert_eq!(terminal.exit_status(), 0, "{columns}x{rows}");
        terminal.assert_given_back();
    }
}

#[test]
fn a_terminal_that_claims_an_absurd_size_is_drawn_in_part_and_takes_little_memory() {
    let server = server();
    let mut terminal = console(&server);
    // The picture of such a terminal would take gigabytes here too: its bytes are not looked at.
    for (columns, rows) in [(40_000, 30), (u16::MAX, 3), (3, u16::MAX), (u16::MAX, u16::MAX)] {
        terminal.claim_size(columns, rows);
        for screen in ["9", "6", "2", "4"] {
            let before = terminal.written();
            terminal.press(screen);
            wait_until("it is drawn", || terminal.written() > before);
        }
    }
    let most_kib = terminal.peak_kib();
    assert!(most_kib < 400 * 1024, "{most_kib} KiB");
    terminal.press("q");
    assert_eq!(terminal.exit_status(), 0);
}
