//! What an engineer on call comes for, with the keys counted: a memory alert, a dead consumer, a cache to be invalidated, a
//! slow subscriber. Nothing was unlocked before.

use std::sync::atomic::AtomicBool;
use std::time::Duration;

use crate::outcomes::{Over, repeat};
use crate::server::{Kind, Options, Server};
use crate::terminal::{Launch, Terminal};
use crate::{is_live, launch};

/// Presses one key after the other and counts them.
struct Hand {
    terminal: Terminal,
    keys: usize,
}

impl Hand {
    fn new(terminal: Terminal) -> Self {
        Self { terminal, keys: 0 }
    }

    /// One key, and what is on the screen then.
    fn press(&mut self, key: &str, then: &str) {
        self.terminal.press(key);
        self.keys += 1;
        self.terminal.wait_for_text(then);
    }
}

/// The console on a demo.
fn demo(scenario: &str, home: &Server) -> Terminal {
    let bin = env!("CARGO_BIN_EXE_streamgauge");
    Launch::program(bin, home.folder(), &["demo", "--scenario", scenario]).start()
}

#[test]
fn a_memory_alert_takes_four_keys() {
    let server = Server::start(Options::with(Kind::Redis, &["--maxmemory", "256mb"]));
    let entries = "for i=1,ARGV[1] do redis.call('XADD','telemetry','*','f',string.rep('x',40000)) end";
    server.redis_cli(&["EVAL", entries, "0", "1500"]);
    server.redis_cli(&["XGROUP", "CREATE", "telemetry", "g", "$", "ENTRIESREAD", "1500"]);
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let _over = Over(&over);
        scope.spawn(|| {
            repeat(&over, Duration::from_millis(100), || {
                drop(server.redis_cli(&["EVAL", entries, "0", "1"]));
            });
        });
        let terminal = launch(&server, &[]).start();
        terminal.wait_for_text("trim telemetry, frees about");
        let mut hand = Hand::new(terminal);
        hand.press("T", "Safe: entries that every group has acknowledged");
        hand.press("\r", "Unlock and trim 1,500 entries");
        hand.press("\t", "[ Unlock and trim");
        hand.press("\r", "done: 1,500 entries in");
        assert_eq!(hand.keys, 4);
        hand.terminal.wait_for_text("freed ");
    });
}

#[test]
fn a_dead_consumer_takes_five_keys() {
    let home = Server::start(Options::default());
    let terminal = demo("dead-consumer", &home);
    let mut terminal = terminal;
    terminal.wait_for_text("and has not asked f");
    // The finding is selected: the keys are counted from there.
    terminal.wait_for_text("emails/mailer");
    for _ in 0..3 {
        if terminal.text().contains("over to shipping-") {
            break;
        }
        terminal.press("j");
        std::thread::sleep(Duration::from_millis(500));
    }
    terminal.wait_for_text("over to shipping-");
    let mut hand = Hand::new(terminal);
    hand.press("R", "Hand over to a consumer");
    hand.press("\r", "Unlock and hand over");
    hand.press("\t", "[ Unlock and hand over");
    hand.press("\r", "done: ");
    let text = hand.terminal.text();
    assert!(text.contains("pending of shipping-") && text.contains("\u{2192} 0"), "{text}");
    hand.terminal.press("\r");
    hand.keys += 1;
    hand.terminal.wait_for("it is closed", |screen| !screen.contents().contains("done:"));
    assert_eq!(hand.keys, 5);
}

#[test]
fn a_cache_is_invalidated_with_seven_keys() {
    let server = Server::start(Options::default());
    let fill = "for i=1,ARGV[2] do redis.call('SET',ARGV[1]..i,string.rep('x',100),'EX',3600) end";
    for (prefix, keys) in [("catalog:", "400"), ("session:", "300"), ("dashboard:", "100")] {
        server.redis_cli(&["EVAL", fill, "0", prefix, keys]);
    }
    let mut terminal = launch(&server, &[]).start();
    terminal.wait_for("it is live", is_live);
    terminal.press("5");
    terminal.wait_for("keys are counted", |screen| {
        screen.contents().lines().any(|line| line.contains("dashboard:*") && line.contains(" 100 "))
    });
    let mut hand = Hand { terminal, keys: 1 };
    hand.press("\x1b[B", "session:*");
    hand.press("\x1b[B", "\u{25b8}dashboard:*");
    hand.press("I", "pattern: dashboard:*");
    hand.press("\r", "Unlock and invalidate 100 keys");
    hand.press("\t", "[ Unlock and invalidate");
    hand.press("\r", "done: 100 keys in");
    assert_eq!(hand.keys, 7);
    assert_eq!(server.redis_cli(&["DBSIZE"]).trim(), "700");
}

#[test]
fn a_slow_subscriber_takes_one_key_and_can_be_ended_from_the_finding() {
    let home = Server::start(Options::default());
    let terminal = demo("slow-subscriber", &home);
    terminal.wait_for_text("end client ");
    let mut hand = Hand::new(terminal);
    hand.press("K", "Unlock and kill");
    assert_eq!(hand.keys, 1);
    // The name of whoever is slow stands in the question.
    let text = hand.terminal.text();
    assert!(text.contains("Kill client ") && text.contains("reconnect"), "{text}");
}
