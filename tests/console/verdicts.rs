//! Verdicts as they stand on the screen: in the colour of the finding that tells of the same, and never at ease beside a
//! lag that never goes.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::server::{Options, Server};
use crate::{connect, is_live, launch};

/// Twice as much is written as `slow` reads; `stopped` reads nothing any more.
fn load(server: &Server, over: &AtomicBool) {
    let mut connection = connect(server);
    let mut next = Instant::now();
    while !over.load(Ordering::Relaxed) {
        let mut pipe = redis::pipe();
        for _ in 0..10 {
            pipe.cmd("XADD").arg(&["orders", "*", "f", "v"]).ignore();
        }
        pipe.cmd("XREADGROUP").arg(&["GROUP", "slow", "c", "COUNT", "5", "NOACK", "STREAMS", "orders", ">"]);
        pipe.ignore();
        pipe.exec(&mut connection).unwrap();
        next += Duration::from_millis(50);
        std::thread::sleep(next.saturating_duration_since(Instant::now()));
    }
}

/// The colour of a word in the line that has this text.
fn colour(screen: &vt100::Screen, line: &str, word: &str) -> Option<vt100::Color> {
    let (rows, columns) = screen.size();
    let (rows, columns) = (rows.get(), columns.get());
    for row in 0..rows {
        let cells: Vec<&vt100::Cell> = (0..columns).filter_map(|column| screen.cell(row, column)).collect();
        let text: Vec<&str> =
            cells.iter().map(|cell| if cell.has_contents() { cell.contents() } else { " " }).collect();
        let Some(at) = text.concat().find(word).filter(|_| text.concat().contains(line)) else { continue };
        let column = text
            .iter()
            .scan(0, |end, cell| {
                *end += cell.len();
                Some(*end)
            })
            .position(|end| end > at);
        return column.map(|column| cells[column].fgcolor());
    }
    None
}

/// No line says that all is well with a lag that never goes.
fn is_of_one_mind(screen: &vt100::Screen) {
    for line in screen.contents().lines() {
        assert!(!(line.contains("growing") && line.contains("✓ ok")), "{line}");
    }
}

#[test]
fn a_verdict_has_the_colour_of_its_finding_and_ok_never_stands_beside_a_lag_that_never_goes() {
    let server = Server::start(Options::default());
    for group in ["slow", "stopped"] {
        server.redis_cli(&["XGROUP", "CREATE", "orders", group, "0", "MKSTREAM"]);
        server.redis_cli(&["XGROUP", "CREATECONSUMER", "orders", group, "c"]);
    }
    let folder = server.folder().join(".config/streamgauge");
    std::fs::create_dir_all(&folder).unwrap();
    let limits = "[thresholds]\ngroup_stopped_warning = \"1s\"\ngroup_stopped_critical = \"2s\"\n";
    std::fs::write(folder.join("config.toml"), limits).unwrap();
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let _over = crate::outcomes::Over(&over);
        scope.spawn(|| load(&server, &over));
        let mut terminal = launch(&server, &[]).start();
        terminal.wait_for("it is live", |screen| is_live(screen) && screen.contents().contains("orders"));
        terminal.press("2\r");
        terminal.wait_for("both are judged", |screen| {
            is_of_one_mind(screen);
            let judged = |group: &str, verdict| colour(screen, group, verdict).is_some();
            judged("stopped ", "✗ stopped") && judged("slow ", "! slow")
        });
        let (stopped, slow) = terminal.screen(|screen| {
            (colour(screen, "stopped ", "✗ stopped").unwrap(), colour(screen, "slow ", "! slow").unwrap())
        });
        terminal.press("1");
        terminal.wait_for("both are told", |screen| {
            colour(screen, "orders/stopped", "critical").is_some()
                && colour(screen, "orders/slow", "warning").is_some()
        });
        terminal.screen(|screen| {
            assert_eq!(colour(screen, "orders/stopped", "critical"), Some(stopped));
            assert_eq!(colour(screen, "orders/slow", "warning"), Some(slow));
            assert_ne!(stopped, slow);
        });
    });
}
