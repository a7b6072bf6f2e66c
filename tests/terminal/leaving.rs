//! Every way out: the exit status, and the terminal as it was.

use crate::terminal::PATIENCE;
use crate::{await_streams, console, launch, server};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

#[test]
fn the_console_takes_the_terminal_over_and_q_gives_it_back() {
    let server = server();
    let mut terminal = console(&server);
    terminal.screen(|screen| {
        assert!(screen.alternate_screen() && screen.hide_cursor() && screen.bracketed_paste());
    });
    assert!(terminal.is_raw());
    terminal.press("q");
    assert_eq!(terminal.exit_status(), 0);
    terminal.assert_given_back();
    assert_eq!(terminal.text().trim(), "", "something is left in the shell's terminal");
}

#[test]
fn q_leaves_from_every_screen() {
    let server = server();
    for screen in ["1", "2", "3", "4", "5", "8", "9", "0", "?", "2 ", "\t\t\t", "\x1b[Z"] {
        let mut terminal = console(&server);
        terminal.press(screen);
        terminal.press("q");
        assert_eq!(terminal.exit_status(), 0, "from {screen:?}");
        terminal.assert_given_back();
    }
}

#[test]
fn q_leaves_from_every_depth() {
    let server = server();
    // Down to a stream, its group, its consumer's pending rows, and one of their entries.
    for depth in 1..=4 {
        let mut terminal = console(&server);
        terminal.press("2");
        await_streams(&terminal);
        for _ in 0..depth {
            terminal.press("\r");
        }
        terminal.press("q");
        assert_eq!(terminal.exit_status(), 0, "from depth {depth}");
        terminal.assert_given_back();
    }
}

#[test]
fn ctrl_c_leaves_as_q_does() {
    let server = server();
    let mut terminal = console(&server);
    terminal.press("\x03");
    assert_eq!(terminal.exit_status(), 0);
    terminal.assert_given_back();
}

#[test]
fn signals_that_end_a_process_give_the_terminal_back_first() {
    let server = server();
    let usual = [("TERM", 143), ("HUP", 129), ("INT", 130)];
    // They end a process that does not listen, and then nobody gives the terminal back.
    let rare = [
        ("QUIT", 131),
        ("USR1", 138),
        ("USR2", 140),
        ("ALRM", 142),
        ("VTALRM", 154),
        ("XCPU", 152),
        ("IO", 157),
    ];
    for (signal, status) in usual.into_iter().chain(rare) {
        let mut terminal = console(&server);
        terminal.signal(signal);
        assert_eq!(terminal.exit_status(), status, "SIG{signal}");
        terminal.assert_given_back();
    }
}

#[test]
fn a_signal_before_the_first_frame_leaves_a_sound_terminal() {
    let server = server();
    let mut terminal = launch(&server).start();
    terminal.wait_for("the terminal is taken", |screen| screen.alternate_screen());
    terminal.signal("TERM");
    assert_eq!(terminal.exit_status(), 143);
    terminal.assert_given_back();
}

#[test]
fn a_terminal_that_is_closed_ends_the_console() {
    let server = server();
    let mut terminal = console(&server);
    terminal.close();
    // Its last write may fail before the signal is seen.
    let status = terminal.exit_status();
    assert!(status == 0 || status == 129, "{status}");
}

#[test]
fn a_terminal_that_nobody_reads_does_not_keep_the_process() {
    let server = server();
    let mut terminal = console(&server);
    terminal.hold();
    // Pictures that differ, as fast as they are drawn, until the console waits in a write.
    let mut keyboard = terminal.keyboard();
    let is_over = Arc::new(AtomicBool::new(false));
    let heard = Arc::clone(&is_over);
    let typist = std::thread::spawn(move || {
        for key in [b"1", b"2"].into_iter().cycle() {
            if heard.load(Ordering::SeqCst) || keyboard.write_all(key).is_err() {
                return;
            }
            std::thread::sleep(Duration::from_millis(30));
        }
    });
    let deadline = Instant::now() + PATIENCE;
    let mut full = (terminal.handed_over(), Instant::now());
    while full.1.elapsed() < Duration::from_secs(1) {
        assert!(Instant::now() < deadline, "the terminal takes everything");
        // A signal ends a wait in a write, and then there may be room for a little more.
        terminal.signal("WINCH");
        std::thread::sleep(Duration::from_millis(20));
        let handed_over = terminal.handed_over();
        if handed_over != full.0 {
            full = (handed_over, Instant::now());
        }
    }
    terminal.signal("TERM");
    assert_eq!(terminal.exit_status(), 143);
    is_over.store(true, Ordering::SeqCst);
    typist.join().unwrap();
}
