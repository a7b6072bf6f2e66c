//! A panic of the console gives the terminal back before it speaks; one in the background does not disturb.
//!
//! There is no way to make the console panic on purpose, so the hook is tested alone: this test program runs
//! itself in a pseudo-terminal, with one of the tests that are ignored here.

use crate::terminal::{Launch, Terminal};
use streamgauge::edge::term::Screen;
use streamgauge::runtime::panics;

fn run(name: &str) -> (Terminal, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let program = std::env::current_exe().unwrap();
    let args = [name, "--exact", "--ignored", "--nocapture"];
    (Launch::program(program, folder.path(), &args).start(), folder)
}

#[test]
fn a_panic_of_the_console_gives_the_terminal_back_and_can_be_read() {
    let (mut terminal, _folder) = run("panics::a_console_that_panics");
    assert_eq!(terminal.exit_status(), 101);
    terminal.assert_given_back();
    let text = terminal.text();
    assert!(text.contains("the needle fell off"), "{text}");
    assert!(text.contains("panics.rs"), "{text}");
    assert!(!text.contains("a picture"), "{text}");
}

#[test]
fn a_panic_in_the_background_leaves_the_picture_alone() {
    let (mut terminal, _folder) = run("panics::a_console_with_a_task_that_panics");
    terminal.wait_for_text("after it");
    terminal.screen(|screen| assert!(screen.alternate_screen()));
    assert!(!terminal.text().contains("the needle fell off"));
    terminal.press("\r");
    assert_eq!(terminal.exit_status(), 0);
    terminal.assert_given_back();
}

#[test]
#[ignore = "run by a test above, in a terminal of its own"]
fn a_console_that_panics() {
    panics::install();
    let mut screen = Screen::enter("test").unwrap();
    screen.draw(|buffer| buffer.set_string(0, 0, "a picture", ratatui::style::Style::new())).unwrap();
    panic!("the needle fell off");
}

#[test]
#[ignore = "run by a test above, in a terminal of its own"]
fn a_console_with_a_task_that_panics() {
    panics::install();
    let mut screen = Screen::enter("test").unwrap();
    let fails = std::thread::spawn(|| panic!("the needle fell off"));
    assert!(fails.join().is_err());
    screen.draw(|buffer| buffer.set_string(0, 0, "after it", ratatui::style::Style::new())).unwrap();
    // Raw mode: one key is one byte.
    let mut key = [0];
    std::io::Read::read_exact(&mut std::io::stdin(), &mut key).unwrap();
}
