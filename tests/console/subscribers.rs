//! Many streams at once.

use crate::server::{Options, Server};
use crate::{connect, is_live, launch};

#[test]
fn two_thousand_streams_are_there_and_can_be_walked_through() {
    let server = Server::start(Options::default());
    let mut pipeline = redis::pipe();
    for number in 0..2_000 {
        pipeline.cmd("XADD").arg(&[&format!("crowd-n{number:04}"), "*", "n", "1"]);
    }
    pipeline.exec(&mut connect(&server)).unwrap();
    let mut terminal = launch(&server, &[]).start();
    terminal.wait_for("it is live", |screen| is_live(screen) && screen.contents().contains("crowd-"));
    terminal.press("2");
    terminal.wait_for_text("of 2000");
    terminal.press("G");
    terminal.wait_for_text("2000 of 2000");
    terminal.press("/crowd-n1999$\r");
    terminal.wait_for("one row is left", |screen| {
        let text = screen.contents();
        text.contains("crowd-n1999") && !text.contains("crowd-n1998")
    });
    terminal.press("q");
    assert_eq!(terminal.exit_status(), 0);
}
