//! The works: what is filled, what we do, what an operator would use instead.
//!
//! Knows the program's command line and those of redis-cli. Invariant: ours and its partner do the same to the same
//! keys, one after the other, each on a server filled for it.

use std::process::Command;
use std::time::{Duration, Instant};

use redis::Connection;

use crate::ideal::Ideal;
use crate::process::{self, Took, run, timed};
use crate::server::Server;
use crate::terminal::Launch;
use crate::visitor::{PingTimes, beside, idle};
use crate::{Row, fill, keys, scaled};

/// Fills a server, and measures.
type Work = fn() -> Vec<Row>;

/// Every work by its name.
pub const WORKS: &[(&str, Work)] = &[
    ("snapshot", snapshot),
    ("search", search),
    ("measure", measure),
    ("console", console),
    ("hands", hands),
    ("reclaim", reclaim),
    ("trim", trim),
    ("invalidate", invalidate),
];

/// Exit codes that say what was found, not that it failed.
const FOUND: &[i32] = &[0, 1, 2, 3];
const DONE: &[i32] = &[0];

fn ours(server: &Server, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_streamgauge"));
    command.args(words).arg("-s").arg(server.socket());
    command
}

/// Runs ours, with somebody else beside it.
fn measured(server: &Server, words: &[&str], codes: &[i32]) -> (Took, PingTimes) {
    beside(server, || run(&mut ours(server, words), server.folder(), codes))
}

fn redis_cli(server: &Server, shell: &str) -> (Took, PingTimes) {
    let text = shell.replace("redis-cli", &format!("redis-cli -s {}", server.socket().display()));
    beside(server, || run(Command::new("sh").args(["-c", &text]), server.folder(), DONE))
}

fn snapshot() -> Vec<Row> {
    let streams = scaled(10_000);
    let (server, mut connection) = fill::server();
    fill::streams(&mut connection, streams, 3, 10);
    let quiet = idle(&server);
    let (took, pings) = measured(&server, &["snapshot", "--format", "json", "--interval", "1s"], FOUND);
    let mut client = Ideal::connect(&server);
    let (partner, theirs) = beside(&server, || timed(|| read_all(&mut client, streams)));
    vec![Row {
        work: format!("snapshot of {streams} streams of 3 groups of 10 consumers, two readings 1 s apart"),
        ours: took,
        pings: (pings, quiet),
        partner: Some((
            "a client that asks the same once and looks into no reply".to_owned(),
            partner,
            theirs,
        )),
    }]
}

/// XINFO STREAM, GROUPS and CONSUMERS of all, a hundred streams a piece.
fn read_all(client: &mut Ideal, streams: u64) {
    for first in (0..streams).step_by(100) {
        let mut text = String::new();
        for number in first..(first + 100).min(streams) {
            text += &format!("XINFO STREAM s:{number}\r\nXINFO GROUPS s:{number}\r\n");
            for group in 1..=3 {
                text += &format!("XINFO CONSUMERS s:{number} g{group}\r\n");
            }
        }
        let replies = text.matches("\r\n").count();
        client.exchange(&[(text.into_bytes(), replies)]);
    }
}

fn search() -> Vec<Row> {
    let (streams, keys) = (scaled(20_000), scaled(2_000_000));
    let (server, mut connection) = fill::server();
    fill::streams(&mut connection, streams, 2, 1);
    fill::keys(&mut connection, "key", keys);
    let quiet = idle(&server);
    let (took, pings) = measured(&server, &["snapshot", "--format", "json", "--for", "60s"], FOUND);
    let (partner, theirs) = beside(&server, || timed(|| scan_all(&mut connection)));
    vec![Row {
        work: format!("snapshot of {streams} streams of 2 groups among {keys} keys"),
        ours: took,
        pings: (pings, quiet),
        partner: Some(("a loop of SCAN COUNT 1000 TYPE stream".to_owned(), partner, theirs)),
    }]
}

fn scan_all(connection: &mut Connection) {
    let mut cursor = 0_u64;
    loop {
        let words = ["COUNT", "1000", "TYPE", "stream"];
        let page = redis::cmd("SCAN").arg(cursor).arg(&words).query::<(u64, Vec<String>)>(connection);
        cursor = page.unwrap().0;
        if cursor == 0 {
            return;
        }
    }
}

fn measure() -> Vec<Row> {
    let keys = scaled(1_000_000);
    let (server, mut connection) = fill::server();
    fill::keys(&mut connection, "key", keys);
    let quiet = idle(&server);
    let (took, pings) = measured(&server, &["snapshot", "--format", "json", "--all-keys"], FOUND);
    let (partner, theirs) = redis_cli(&server, "redis-cli --memkeys");
    vec![Row {
        work: format!("measure {keys} keys (snapshot --all-keys)"),
        ours: took,
        pings: (pings, quiet),
        partner: Some(("redis-cli --memkeys".to_owned(), partner, theirs)),
    }]
}

fn hands() -> Vec<Row> {
    keys::hands();
    Vec::new()
}

/// How long a console is watched.
const WATCHED: Duration = Duration::from_secs(20);

fn console() -> Vec<Row> {
    for streams in [5, 200, 1_000, 10_000].map(|all| if all < 1_000 { all } else { scaled(all) }) {
        let (server, mut connection) = fill::server();
        fill::streams(&mut connection, streams, 3, 10);
        let before = server_time(&mut connection);
        let socket = server.socket().display().to_string();
        let mut terminal = Launch::console(server.folder(), &["-s", &socket]).start();
        // It finds the streams and measures keys at first.
        std::thread::sleep(WATCHED);
        let (time, ticks, began) = (server_used(&mut connection), terminal.cpu_ticks(), Instant::now());
        std::thread::sleep(WATCHED);
        let span = began.elapsed().as_secs_f64();
        let cpu = (terminal.cpu_ticks() - ticks) as f64 / process::TICKS / span;
        let used = (server_used(&mut connection) - time) / span;
        let memory = terminal.peak_kib() / 1024;
        terminal.press("q");
        terminal.exit_status();
        println!(
            "\nconsole, {streams} streams of 3 groups of 10 consumers, 1 Hz\n  {:.1} % of a core, {} MiB at most; the server \
             works {:.2} ms a second more than idle ({:.2})",
            cpu * 100.0,
            memory,
            (used - before) * 1e3,
            before * 1e3,
        );
    }
    Vec::new()
}

/// Seconds of processor time that the server used up to now.
fn server_used(connection: &mut Connection) -> f64 {
    let info: String = redis::cmd("INFO").arg("cpu").query(connection).unwrap();
    let of = |name: &str| {
        let line = info.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|rest| rest.trim_start_matches(':').trim().parse::<f64>().ok()).unwrap()
    };
    of("used_cpu_user:") + of("used_cpu_sys:")
}

/// Seconds of processor time a second while nothing is done.
fn server_time(connection: &mut Connection) -> f64 {
    let (before, began) = (server_used(connection), Instant::now());
    std::thread::sleep(Duration::from_secs(10));
    (server_used(connection) - before) / began.elapsed().as_secs_f64()
}

fn reclaim() -> Vec<Row> {
    [200_000, 1_000_000].map(|rows| reclaimed(scaled(rows))).into()
}

fn reclaimed(rows: u64) -> Row {
    let (server, mut connection) = fill::server();
    fill::pending(&mut connection, "jobs", rows);
    fill::pending(&mut connection, "theirs", rows);
    let quiet = idle(&server);
    let words = ["reclaim", "jobs", "g", "--to", "live", "--min-idle", "0s", "--yes"];
    let (took, pings) = measured(&server, &words, DONE);
    let (partner, theirs) = beside(&server, || timed(|| claim_all(&mut connection, "theirs")));
    Row {
        work: format!("reclaim {rows} rows, default pace"),
        ours: took,
        pings: (pings, quiet),
        partner: Some((
            "a loop of XAUTOCLAIM COUNT 100, without plan, journal or undo".to_owned(),
            partner,
            theirs,
        )),
    }
}

fn claim_all(connection: &mut Connection, key: &str) {
    let mut at = "0-0".to_owned();
    loop {
        let words = [key, "g", "live", "0", &at, "COUNT", "100", "JUSTID"];
        let reply: redis::Value = redis::cmd("XAUTOCLAIM").arg(&words).query(connection).unwrap();
        let redis::Value::Array(parts) = reply else { panic!("{reply:?}") };
        at = redis::from_redis_value(parts.into_iter().next().unwrap()).unwrap();
        if at == "0-0" {
            return;
        }
    }
}

fn trim() -> Vec<Row> {
    let (all, kept) = (scaled(5_000_000), scaled(500_000));
    let (server, mut connection) = fill::server();
    fill::entries(&mut connection, "jobs", all);
    fill::entries(&mut connection, "theirs", all);
    let quiet = idle(&server);
    let keep = kept.to_string();
    let words = ["trim", "jobs", "--maxlen", &keep, "--no-archive", "--yes", "--confirm", "jobs"];
    let (took, pings) = measured(&server, &words, DONE);
    let trim_all = |connection: &mut Connection| {
        let words = ["theirs", "MAXLEN", "~", &keep, "LIMIT", "10000"];
        while redis::cmd("XTRIM").arg(&words).query::<u64>(connection).unwrap() > 0 {}
    };
    let (partner, theirs) = beside(&server, || timed(|| trim_all(&mut connection)));
    vec![Row {
        work: format!("trim {} of {all} entries, default pace", all - kept),
        ours: took,
        pings: (pings, quiet),
        partner: Some(("a loop of XTRIM ~ LIMIT 10000, without plan or journal".to_owned(), partner, theirs)),
    }]
}

fn invalidate() -> Vec<Row> {
    let (all, others) = (scaled(1_000_000), scaled(100_000));
    let one = |name: &str, more: &[&str]| {
        let (server, mut connection) = fill::server();
        fill::keys(&mut connection, "cache", all);
        fill::keys(&mut connection, "other", others);
        let quiet = idle(&server);
        let mut words = vec!["invalidate", "cache:*", "--no-archive", "--yes", "--confirm", "cache:*"];
        words.extend(more);
        let (took, pings) = measured(&server, &words, DONE);
        fill::keys(&mut connection, "cache", all);
        let shell = "redis-cli --scan --pattern 'cache:*' | xargs redis-cli unlink";
        let (partner, theirs) = redis_cli(&server, shell);
        Row {
            work: format!("invalidate {all} of {} keys, {name}", all + others),
            ours: took,
            pings: (pings, quiet),
            partner: Some(("redis-cli --scan | xargs redis-cli unlink".to_owned(), partner, theirs)),
        }
    };
    vec![one("default pace", &[]), one("--rate 0", &["--rate", "0"]), one("only the plan", &["--dry-run"])]
}
