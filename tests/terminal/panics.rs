//! A panic of the console gives the terminal back before it speaks; one in the background does not disturb.
//!
//! There is no way to make the console panic on purpose, so the hook is tested alone: each test runs itself again
//! as the program in a pseudo-terminal, told by a variable that it is on the inside.

use crate::terminal::{Launch, Terminal};
use streamgauge::edge::term::Screen;
use streamgauge::runtime::panics;

/// Set for the run inside the pseudo-terminal.
const INSIDE: &str = "STREAMGAUGE_TEST_INSIDE";

fn is_inside() -> bool {
    std::env::var_os(INSIDE).is_some()
}

/// This test program, running just this test, in a terminal of its own.
fn run(name: &str) -> (Terminal, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let program = std::env::current_exe().unwrap();
    let launch = Launch::program(program, folder.path(), &[name, "--exact", "--nocapture"]);
    (launch.env(INSIDE, "1").start(), folder)
}

fn draw(screen: &mut Screen, text: &str) {
    screen
        .draw(|buffer| {
            buffer.set_string(0, 0, text, ratatui::style::Style::new());
            None
        })
        .unwrap();
}

#[test]
fn a_panic_of_the_console_gives_the_terminal_back_and_can_be_read() {
    if is_inside() {
        panics::install();
        let mut screen = Screen::enter("test").unwrap();
        draw(&mut screen, "a picture");
        panic!("the needle fell off");
    }
    let (mut terminal, _folder) =
        run("panics::a_panic_of_the_console_gives_the_terminal_back_and_can_be_read");
    assert_eq!(terminal.exit_status(), 101);
    terminal.assert_given_back();
    let text = terminal.text();
    assert!(text.contains("the needle fell off"), "{text}");
    assert!(text.contains("panics.rs"), "{text}");
    assert!(!text.contains("a picture"), "{text}");
}

#[test]
fn a_panic_in_the_background_leaves_the_picture_alone() {
    if is_inside() {
        panics::install();
        let mut screen = Screen::enter("test").unwrap();
        let fails = std::thread::spawn(|| panic!("the needle fell off"));
        assert!(fails.join().is_err());
        draw(&mut screen, "after it");
        // Raw mode: one key is one byte.
        let mut key = [0];
        std::io::Read::read_exact(&mut std::io::stdin(), &mut key).unwrap();
        return;
    }
    let (mut terminal, _folder) = run("panics::a_panic_in_the_background_leaves_the_picture_alone");
    terminal.wait_for_text("after it");
    terminal.screen(|screen| assert!(screen.alternate_screen()));
    assert!(!terminal.text().contains("the needle fell off"));
    terminal.press("\r");
    assert_eq!(terminal.exit_status(), 0);
    terminal.assert_given_back();
}
