//! Keys, clicks and sizes in any order on a console that may not write: it goes on, and Redis is as it was.

use crate::{await_streams, launch, server};
use std::time::Duration;

/// Events in all, and how many of them come at once.
const EVENTS: u64 = 1_500;
const AT_ONCE: u64 = 10;
/// What changes a server, as it counts it. The probe of the fan-out screen may publish: that keeps nothing.
const WRITES: [&str; 13] = [
    "xadd",
    "xtrim",
    "xdel",
    "xack",
    "xclaim",
    "xautoclaim",
    "xgroup",
    "del",
    "unlink",
    "expire",
    "pexpire",
    "set",
    "client|kill",
];

/// Numbers that look like chance and are the same every time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }

    /// A key or a report of the mouse. No q, ctrl-c or ctrl-z: those mean to leave.
    fn event(&mut self) -> String {
        const SEQUENCES: [&str; 12] = [
            "\r",
            "\t",
            "\x1b[Z",
            "\x1b[A",
            "\x1b[B",
            "\x1b[C",
            "\x1b[D",
            "\x1b[5~",
            "\x1b[6~",
            "\x7f",
            "\x14",
            "\x1b[200~pasted\x1b[201~",
        ];
        let at = format!("{};{}", self.below(125) + 1, self.below(42) + 1);
        match self.below(10) {
            0..=3 => format!("\x1b[<0;{at}M\x1b[<0;{at}m"),
            4 => format!("\x1b[<{};{at}M", 64 + self.below(2)),
            5 | 6 => SEQUENCES[usize::try_from(self.below(12)).unwrap()].to_owned(),
            _ => {
                let c = char::from(u8::try_from(self.below(94)).unwrap() + b'!');
                if c == 'q' { "\x1b".to_owned() } else { c.to_string() }
            }
        }
    }
}

/// How often the server was told to change something.
fn writes(server: &crate::Server) -> Vec<String> {
    let stats = server.redis_cli(&["INFO", "commandstats"]);
    let is_write = |line: &&str| {
        let name = line.trim_start_matches("cmdstat_").split(':').next().unwrap_or_default();
        WRITES
            .iter()
            .any(|write| name == *write || name.strip_prefix(write).is_some_and(|rest| rest.starts_with('|')))
    };
    let calls = |line: &str| line.split(',').next().unwrap_or_default().to_owned();
    stats.lines().filter(is_write).map(calls).collect()
}

#[test]
fn keys_clicks_and_sizes_in_any_order_end_nothing_and_write_nothing() {
    let server = server();
    let before = writes(&server);
    assert!(before.iter().any(|line| line.starts_with("cmdstat_xadd")), "{before:?}");
    let mut terminal = launch(&server).args(&["--read-only"]).start();
    await_streams(&terminal);
    let mut chance = Chance(7);
    for _ in 0..EVENTS / AT_ONCE {
        // A click on quit leaves, and one on suspend stops.
        match terminal.state() {
            'Z' | '?' => break,
            'T' => terminal.signal("CONT"),
            _ => {}
        }
        let events: String = (0..AT_ONCE).map(|_| chance.event()).collect();
        terminal.press(&events);
        if chance.below(8) == 0 {
            let size = [(120, 40), (80, 24), (200, 60), (20, 5)][usize::try_from(chance.below(4)).unwrap()];
            terminal.resize(size.0, size.1);
        }
        std::thread::sleep(Duration::from_millis(40));
    }
    if terminal.state() != 'Z' {
        terminal.signal("CONT");
        for key in ["\x1b", "\x1b", "\x1b", "\x03"] {
            // Esc alone, and not the beginning of something.
            std::thread::sleep(Duration::from_millis(100));
            terminal.press(key);
        }
    }
    assert_eq!(terminal.exit_status(), 0);
    terminal.assert_given_back();
    assert_eq!(writes(&server), before);
}
