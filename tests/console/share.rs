//! What is handed on from the screen: a name or a command to the clipboard, the screen to a file; masked, without a name.

use super::{console, server, terminal};
use std::path::Path;
use std::time::{Duration, Instant};

/// Files below a folder.
fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[test]
fn names_and_commands_go_to_the_clipboard_and_the_screen_to_a_file() {
    let server = server();
    let mut terminal = console(&server);
    terminal.press("gy");
    terminal.wait_for_text("clipboard: orders-n00");
    terminal.press("\x19");
    terminal.wait_for_text("XINFO STREAM orders-n00");
    let sent = String::from_utf8_lossy(&terminal.bytes_from(0)).into_owned();
    // "orders-n00" as OSC 52 carries it.
    assert!(sent.contains("\x1b]52;c;b3JkZXJzLW4wMA=="), "no OSC 52");
    terminal.press("p");
    terminal.wait_for_text("the screen is saved");
    let saved: Vec<_> = files(server.folder())
        .into_iter()
        .filter(|path| path.extension().is_some_and(|ending| ending == "svg"))
        .collect();
    let [picture] = &saved[..] else { panic!("{saved:?}") };
    let text = std::fs::read_to_string(picture).unwrap();
    assert!(text.starts_with("<svg") && text.contains("orders-n07"), "{text}");
    terminal.press("\x1by");
    terminal.wait_for_text("clipboard: STREAM orders-n00");
    terminal.press("\x1bw");
    terminal.wait_for_text("the state in words");
    let ending = |wanted: &str| {
        let is_wanted = |path: &std::path::PathBuf| path.extension().is_some_and(|ending| ending == wanted);
        let until = Instant::now() + terminal::PATIENCE;
        loop {
            let found = files(server.folder()).into_iter().find(is_wanted);
            let text =
                found.and_then(|path| std::fs::read_to_string(path).ok()).filter(|text| !text.is_empty());
            match text {
                Some(text) => return text,
                None => assert!(Instant::now() < until, "no .{wanted}"),
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    terminal.press("\x1bt");
    terminal.press("\x1bh");
    assert!(ending("txt").contains("orders-n07") && ending("html").contains("orders-n07"));
    // Masked, no name is left in a picture.
    terminal.press("a");
    terminal.wait_for_text("MASKED");
    terminal.press("\x1ba");
    let masked = ending("ans");
    assert!(masked.contains("stream-8") && !masked.contains("orders"), "{masked}");
}
