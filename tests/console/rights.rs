//! A user who may do little: what that gives is there, the rest says why not.

use crate::{connect, is_live, launch, server};

#[test]
fn few_rights_give_what_they_give_and_say_what_they_deny() {
    let server = server();
    let mut words = vec!["SETUSER", "few", "on", ">pass", "~*"];
    words.extend(["+@connection", "+info", "+xinfo", "+xlen", "+xpending", "+scan", "+type", "+ping"]);
    redis::cmd("ACL").arg(&words).exec(&mut connect(&server)).unwrap();
    let mut terminal = launch(&server, &["--user", "few"]).env("REDISCLI_AUTH", "pass").start();
    terminal.wait_for("it is live", |screen| is_live(screen) && screen.contents().contains("orders-n00"));
    for (keys, words) in [("2", "orders-n19"), ("\r", "billing"), ("\r", "worker"), ("3", "worker")] {
        terminal.press(keys);
        terminal.wait_for_text(words);
    }
    // Each panel that is denied says so; the screens stay usable.
    for (screen, command) in [("9", "SLOWLOG"), ("9", "LATENCY"), ("2e", "XREVRANGE")] {
        terminal.press(screen);
        terminal.wait_for(&format!("{command} is said to be denied"), |screen| {
            let text = screen.contents();
            text.contains(command) && (text.contains("not permitted") || text.contains("NOPERM"))
        });
        terminal.screen(|screen| assert!(is_live(screen)));
    }
    terminal.press("q");
    assert_eq!(terminal.exit_status(), 0);
}
