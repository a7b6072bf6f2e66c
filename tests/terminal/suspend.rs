//! Back to the shell for a while, and in again.

use crate::server::wait_until;
use crate::terminal::Terminal;
use crate::{await_streams, console, server};
use std::process::Command;

fn await_stopped(terminal: &Terminal) {
    wait_until("the process is stopped", || terminal.state() == 'T');
}

/// Waits for the whole picture, and asserts that keys work.
fn assert_full_screen(terminal: &mut Terminal) {
    terminal.wait_for("the terminal is taken again", |screen| screen.alternate_screen());
    await_streams(terminal);
    assert!(terminal.is_raw());
    terminal.screen(|screen| assert!(screen.hide_cursor() && screen.bracketed_paste()));
    terminal.press("q");
    assert_eq!(terminal.exit_status(), 0);
    terminal.assert_given_back();
}

#[test]
fn ctrl_z_stops_and_the_shell_can_go_on_with_it() {
    let server = server();
    let mut terminal = console(&server);
    for _ in 0..2 {
        terminal.press("\x1a");
        await_stopped(&terminal);
        terminal.assert_given_back();
        terminal.signal("CONT");
        terminal.wait_for("the terminal is taken again", |screen| screen.alternate_screen());
        await_streams(&terminal);
    }
    assert_full_screen(&mut terminal);
}

#[test]
fn sigtstp_from_outside_does_the_same() {
    let server = server();
    let mut terminal = console(&server);
    terminal.signal("TSTP");
    await_stopped(&terminal);
    terminal.assert_given_back();
    terminal.signal("CONT");
    assert_full_screen(&mut terminal);
}

#[test]
fn after_sigstop_the_modes_that_a_shell_has_set_are_ours_again() {
    let server = server();
    let mut terminal = console(&server);
    terminal.signal("STOP");
    await_stopped(&terminal);
    let sane = Command::new("stty").arg("-F").arg(terminal.path()).arg("sane").status().unwrap();
    assert!(sane.success());
    assert!(!terminal.is_raw());
    terminal.signal("CONT");
    wait_until("the terminal is raw", || terminal.is_raw());
    assert_full_screen(&mut terminal);
}

#[test]
fn a_stopped_console_that_is_told_to_end_gives_the_terminal_back() {
    let server = server();
    let mut terminal = console(&server);
    terminal.press("\x1a");
    await_stopped(&terminal);
    terminal.signal("TERM");
    terminal.signal("CONT");
    assert_eq!(terminal.exit_status(), 143);
    terminal.assert_given_back();
}
