//! What the console costs a server: which commands it sends, and how long each keeps the server.

use std::collections::BTreeMap;

use crate::server::{Options, Server, wait_until};
use crate::{connect, is_live, launch};

/// What a console may say: the set-up, and the closed set of reads.
const ALLOWED: [&str; 30] = [
    "hello",
    "auth",
    "select",
    "client|setname",
    "client|setinfo",
    "client|no-evict",
    "client|no-touch",
    "ping",
    "time",
    "info",
    "scan",
    "type",
    "xlen",
    "xinfo|stream",
    "xinfo|groups",
    "xinfo|consumers",
    "xpending",
    "xrange",
    "xrevrange",
    "eval_ro",
    "eval",
    "client|list",
    "slowlog|get",
    "latency|latest",
    "pttl",
    "memory|usage",
    "getrange",
    "hget",
    "config|get",
    // The test's own, which empties the statistics.
    "config|resetstat",
];

/// Calls and microseconds by command.
fn statistics(server: &Server) -> BTreeMap<String, (u64, u64)> {
    let text = server.redis_cli(&["INFO", "commandstats"]);
    let field = |line: &str, name: &str| -> u64 {
        let (_, rest) = line.split_once(name).unwrap();
        rest.split(',').next().unwrap().parse().unwrap()
    };
    let row = |line: &str| {
        let (name, rest) = line.trim().strip_prefix("cmdstat_")?.split_once(':')?;
        Some((name.to_owned(), (field(rest, "calls="), field(rest, "usec="))))
    };
    text.lines().filter_map(row).collect()
}

/// Microseconds that half of a command's calls stay below: unlike a mean, no machine that takes the processor
/// away in the middle of one call changes it. Before Redis 7.0 there is none.
fn medians(server: &Server) -> BTreeMap<String, f64> {
    let text = server.redis_cli(&["INFO", "latencystats"]);
    let row = |line: &str| {
        let (name, rest) = line.trim().strip_prefix("latency_percentiles_usec_")?.split_once(":p50=")?;
        Some((name.to_owned(), rest.split(',').next()?.parse().ok()?))
    };
    text.lines().filter_map(row).collect()
}

fn calls(server: &Server, command: &str) -> u64 {
    statistics(server).get(command).map_or(0, |(calls, _)| *calls)
}

#[test]
fn only_reads_are_sent_and_none_keeps_the_server() {
    let server = Server::start(Options::default());
    let mut connection = connect(&server);
    let mut pipeline = redis::pipe();
    for number in 0..200 {
        let key = format!("stream-n{number:03}");
        for entry in 0..5 {
            pipeline.cmd("XADD").arg(&[&key, "*", "n", &entry.to_string()]);
        }
        for group in ["billing", "mail", "audit"] {
            pipeline.cmd("XGROUP").arg(&["CREATE", &key, group, "0"]);
            for consumer in ["a", "b", "c", "d", "e"] {
                pipeline
                    .cmd("XREADGROUP")
                    .arg(&["GROUP", group, consumer, "COUNT", "1", "STREAMS", &key, ">"]);
            }
        }
    }
    pipeline.exec(&mut connection).unwrap();
    redis::cmd("CONFIG").arg(&["SET", "slowlog-log-slower-than", "1000"]).exec(&mut connection).unwrap();
    redis::cmd("CONFIG").arg(&["SET", "slowlog-max-len", "10000"]).exec(&mut connection).unwrap();
    redis::cmd("SLOWLOG").arg("RESET").exec(&mut connection).unwrap();
    redis::cmd("CONFIG").arg("RESETSTAT").exec(&mut connection).unwrap();

    let mut terminal = launch(&server, &["--interval", "200ms"]).start();
    terminal.wait_for("it is live", |screen| is_live(screen) && screen.contents().contains("stream-n0"));
    for screen in ["2", "3", "8", "9", "2\r\r\r", "2e"] {
        let before = calls(&server, "info");
        terminal.press(screen);
        wait_until("three rounds were read", || calls(&server, "info") > before + 6);
    }
    wait_until("every stream was read ten times", || calls(&server, "xinfo|groups") > 2_000);
    terminal.press("q");
    assert_eq!(terminal.exit_status(), 0);

    let statistics = statistics(&server);
    let medians = medians(&server);
    for (command, (calls, usec)) in &statistics {
        assert!(ALLOWED.contains(&command.as_str()), "{command} was sent: {statistics:?}");
        // What this test has said itself is not timed.
        let is_own = command == "config|resetstat";
        let mean = if is_own { 0.0 } else { *usec as f64 / *calls as f64 };
        let middle = medians.get(command).copied().filter(|_| !is_own).unwrap_or(mean);
        assert!(middle < 300.0, "{command} takes {middle} us: {statistics:?}");
    }
    for command in ["xinfo|stream", "xinfo|consumers", "xpending", "client|list", "slowlog|get", "xrevrange"]
    {
        assert!(statistics.contains_key(command), "{command} was not asked: {statistics:?}");
    }
    // A machine that takes the processor away in the middle of a command makes a slow entry: one in 200 may be.
    let slow: usize = server.redis_cli(&["SLOWLOG", "LEN"]).trim().parse().unwrap();
    let sent: u64 = statistics.values().map(|(calls, _)| calls).sum();
    let share = slow as f64 / sent as f64;
    assert!(share < 0.005, "{slow} of {sent}: {}", server.redis_cli(&["SLOWLOG", "GET", "20"]));
}

#[test]
fn ten_thousand_consumers_on_a_still_screen_cost_the_console_little() {
    let server = Server::start(Options::default());
    let consumers = "redis.call('XADD', 'orders', '*', 'f', 'v') redis.call('XGROUP', 'CREATE', 'orders', 'g', '0') \
                     for n = 1, 10000 do redis.call('XREADGROUP', 'GROUP', 'g', 'consumer-' .. n, 'STREAMS', 'orders', '>') end";
    server.redis_cli(&["EVAL", consumers, "0"]);
    let mut terminal = launch(&server, &["--read-only"]).start();
    terminal.wait_for("it is live", |screen| is_live(screen) && screen.contents().contains("orders"));
    // Enter goes where a row is: it has to be there.
    terminal.press("2");
    terminal.wait_for_text("▸orders");
    terminal.press("\r");
    terminal.wait_for_text("▸g ");
    terminal.press("\r");
    terminal.wait_for_text("g of orders");
    terminal.press("f");
    terminal.wait_for_text("consumer-1");
    // Processor time, which others on the machine do not take; a build without optimisation takes some of it.
    let (ticks, began) = (terminal.cpu_ticks(), std::time::Instant::now());
    std::thread::sleep(std::time::Duration::from_secs(5));
    let share = (terminal.cpu_ticks() - ticks) as f64 / 100.0 / began.elapsed().as_secs_f64();
    assert!(share < 0.15, "{share} of a core");
    terminal.press("q");
    assert_eq!(terminal.exit_status(), 0);
}
