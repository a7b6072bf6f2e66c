//! The snapshot command on real servers: its figures against what the server answers redis-rs, rates over
//! trims and restarts, a user with few rights, a server that is down, a reader that leaves.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "support/server.rs"]
mod server;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use server::{Options, PATIENCE, Server, kinds};
use streamgauge::core::model::Name;

/// Names that break programs: blanks, controls, escape sequences, marks of direction, emoji, bytes that are
/// not UTF-8, and what looks like our own escapes.
const ODD: [&[u8]; 16] = [
    b"orders",
    b"with space",
    b" blank ends ",
    b"tab\tand\nline\r\n",
    b"\x1b[31mred\x1b[0m",
    b"\x1b]0;title\x07",
    b"nul\x00inside",
    b"del\x7f",
    "c1\u{9b}31m".as_bytes(),
    "queue \u{1F600}\u{1F468}\u{200D}\u{1F469}".as_bytes(),
    "right\u{202E}left".as_bytes(),
    "e\u{301}\u{4E2D}\u{6587}".as_bytes(),
    b"\xff\xfe\x80",
    b"half \xf0\x9f",
    b"back\\slash \\xff \\\\",
    b"\"quoted\" {json} 'x' *?[a]",
];

/// A command that runs, ended when dropped.
struct Running {
    child: Child,
    lines: Option<BufReader<ChildStdout>>,
}

impl Running {
    fn start(server: &Server, args: &[&str]) -> Self {
        let mut child = command(server, args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = Some(BufReader::new(child.stdout.take().unwrap()));
        Self { child, lines }
    }

    fn line(&mut self) -> Value {
        let mut line = String::new();
        self.lines.as_mut().unwrap().read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn command(server: &Server, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_streamgauge"));
    command.arg("snapshot").arg("-s").arg(server.socket()).args(args);
    // Neither the developer's config nor the developer's Redis may matter.
    command.env("HOME", server.folder()).env("XDG_CONFIG_HOME", server.folder()).stdin(Stdio::null());
    command.env("XDG_STATE_HOME", server.folder()).env_remove("REDIS_URL").env_remove("REDISCLI_AUTH");
    command
}

fn output(server: &Server, args: &[&str]) -> Output {
    command(server, args).output().unwrap()
}

/// The one object of a single snapshot.
fn snapshot(server: &Server, args: &[&str]) -> Value {
    let args = [&["--format", "json", "--interval", "200ms"], args].concat();
    let output = output(server, &args);
    let (stdout, stderr) =
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{}: {stderr}", output.status);
    assert_eq!(stderr, "", "diagnostics");
    assert_eq!(stdout.lines().count(), 1, "{stdout}");
    assert!(!stdout.trim_end_matches('\n').chars().any(char::is_control), "{stdout:?}");
    serde_json::from_str(&stdout).unwrap()
}

fn connect(server: &Server) -> redis::Connection {
    let url = format!("redis+unix://{}", server.socket().display());
    redis::Client::open(url).unwrap().get_connection().unwrap()
}

/// Length, and by group: pending, and by consumer: pending. By key.
type Truth = BTreeMap<Vec<u8>, (u64, BTreeMap<Vec<u8>, (u64, BTreeMap<Vec<u8>, u64>)>)>;

/// What the server itself says, read by redis-rs and not by any code of ours.
fn truth(connection: &mut redis::Connection) -> Truth {
    type Rows = Vec<BTreeMap<String, redis::Value>>;
    let bytes = |row: &BTreeMap<String, redis::Value>, field: &str| -> Vec<u8> {
        redis::from_redis_value(row[field].clone()).unwrap()
    };
    let count = |row: &BTreeMap<String, redis::Value>, field: &str| -> u64 {
        redis::from_redis_value(row[field].clone()).unwrap()
    };
    let mut truth = Truth::new();
    let keys: Vec<Vec<u8>> = redis::cmd("KEYS").arg("*").query(connection).unwrap();
    for key in keys {
        let kind: String = redis::cmd("TYPE").arg(&key).query(connection).unwrap();
        if kind != "stream" {
            continue;
        }
        let length: u64 = redis::cmd("XLEN").arg(&key).query(connection).unwrap();
        let rows: Rows = redis::cmd("XINFO").arg("GROUPS").arg(&key).query(connection).unwrap();
        let mut groups = BTreeMap::new();
        for row in &rows {
            let name = bytes(row, "name");
            let consumers: Rows =
                redis::cmd("XINFO").arg("CONSUMERS").arg(&key).arg(&name).query(connection).unwrap();
            let consumers = consumers.iter().map(|row| (bytes(row, "name"), count(row, "pending")));
            groups.insert(name, (count(row, "pending"), consumers.collect()));
        }
        truth.insert(key, (length, groups));
    }
    truth
}

/// The same out of a snapshot.
fn told(snapshot: &Value) -> Truth {
    let bytes = |name: &Value| Name::from_text(name.as_str().unwrap()).unwrap().as_bytes().to_vec();
    let list = |items: &Value| items.as_array().unwrap().clone();
    let consumer = |row: &Value| (bytes(&row["name"]), row["pending"].as_u64().unwrap());
    let group = |row: &Value| {
        let consumers = list(&row["consumers"]).iter().map(consumer).collect();
        (bytes(&row["name"]), (row["pending"].as_u64().unwrap(), consumers))
    };
    let stream = |row: &Value| {
        let groups = list(&row["groups"]).iter().map(group).collect();
        (bytes(&row["key"]), (row["length"].as_u64().unwrap(), groups))
    };
    list(&snapshot["streams"]).iter().map(stream).collect()
}

/// Fifty streams with odd names, up to three groups each, pending entries of several consumers, and keys
/// that are no streams.
fn fill(connection: &mut redis::Connection) {
    let named = |at: usize, prefix: &str| [prefix.as_bytes(), ODD[at % ODD.len()]].concat();
    for at in 0..50_usize {
        let key = named(at, &format!("{} ", at / ODD.len()));
        let mut pipe = redis::pipe();
        for _ in 0..at * 7 % 60 {
            pipe.cmd("XADD").arg(&key).arg("*").arg("field").arg("x".repeat(at * 100)).ignore();
        }
        for group in 0..at % 4 {
            let group_name = named(at + group, "");
            pipe.cmd("XGROUP").arg("CREATE").arg(&key).arg(&group_name).arg(0).arg("MKSTREAM").ignore();
            for consumer in 0..(at + group) % 3 {
                let name = named(at + consumer * 5, "c");
                pipe.cmd("XREADGROUP").arg("GROUP").arg(&group_name).arg(&name);
                pipe.arg("COUNT").arg(3 + 4 * consumer).arg("STREAMS").arg(&key).arg(">").ignore();
            }
        }
        pipe.cmd("SET").arg(format!("plain {at}")).arg(at).ignore();
        if !at.is_multiple_of(4) && at * 7 % 60 > 2 {
            pipe.cmd("XTRIM").arg(&key).arg("MAXLEN").arg(at).ignore();
        }
        pipe.exec(connection).unwrap();
    }
    // Some of what was read is acknowledged.
    for (key, (_, groups)) in truth(connection) {
        for group in groups.keys() {
            let ids: Vec<(String, Vec<u8>, u64, u64)> = redis::cmd("XPENDING")
                .arg(&key)
                .arg(group)
                .arg("-")
                .arg("+")
                .arg(2)
                .query(connection)
                .unwrap();
            for (id, ..) in ids {
                redis::cmd("XACK").arg(&key).arg(group).arg(id).exec(connection).unwrap();
            }
        }
    }
    redis::cmd("XGROUP").arg(&["CREATE", "empty stream", "g", "$", "MKSTREAM"]).exec(connection).unwrap();
}

#[test]
fn fifty_streams_are_told_exactly_as_the_server_tells_them() {
    for kind in kinds() {
        let server = Server::start(Options::with(kind, &[]));
        let mut connection = connect(&server);
        fill(&mut connection);
        let truth = truth(&mut connection);
        let pending: u64 = truth.values().flat_map(|(_, groups)| groups.values()).map(|group| group.0).sum();
        assert!(truth.len() == 50 && pending > 100, "{} streams, {pending} pending", truth.len());
        let got = snapshot(&server, &[]);
        assert_eq!(told(&got), truth);
        assert_eq!(got["gaps"], Value::Array(vec![]), "nothing is missing");
        let page = output(&server, &["--format", "text", "--interval", "200ms"]);
        assert!(page.status.success());
        let page = String::from_utf8(page.stdout).unwrap();
        assert!(!page.chars().any(|c| c.is_control() && c != '\n'), "{page:?}");
        for key in truth.keys() {
            let shown = Name::new(key.clone()).to_string();
            assert!(page.contains(shown.trim_matches(' ')), "{shown} is missing in {page}");
        }
    }
}

/// Adds this many entries to the stream `s`.
fn add(connection: &mut redis::Connection, count: usize) {
    for _ in 0..count / 100 {
        let mut pipe = redis::pipe();
        for _ in 0..100 {
            pipe.cmd("XADD").arg(&["s", "*", "a", "b"]).ignore();
        }
        pipe.exec(connection).unwrap();
    }
}

const WATCH: [&str; 5] = ["--format", "json", "--watch", "--interval", "2s"];

#[test]
fn a_rate_counts_what_came_in_even_when_the_stream_is_trimmed_meanwhile() {
    let server = Server::start(Options::default());
    let mut connection = connect(&server);
    add(&mut connection, 500);
    let mut watch = Running::start(&server, &WATCH);
    let before = watch.line();
    assert_eq!(before["streams"][0]["in_per_s"], 0.0);
    add(&mut connection, 600);
    redis::cmd("XTRIM").arg(&["s", "MAXLEN", "10"]).exec(&mut connection).unwrap();
    add(&mut connection, 400);
    // Mostly one reading has all of them; on a busy machine one may fall between.
    let (mut came, deadline) = (0.0, Instant::now() + PATIENCE);
    let last = loop {
        let after = watch.line();
        assert!(Instant::now() < deadline, "not all of it is ever seen: {after}");
        let number = |pointer: &str| after.pointer(pointer).unwrap().as_f64().unwrap();
        let (rate, window_s) = (number("/streams/0/in_per_s"), number("/window_ms") / 1000.0);
        assert!(window_s >= 1.9 && rate >= 0.0, "{rate}/s over {window_s} s");
        came += rate * window_s;
        assert!(number("/cost/commands_per_s") > 0.0 && number("/cost/server_us_per_s") > 0.0);
        if after["streams"][0]["length"] == 410 {
            break after;
        }
    };
    assert!((came - 1000.0).abs() < 50.0, "{came} came: {last}");
    assert_eq!(watch.line()["streams"][0]["in_per_s"], 0.0, "and none after that");
}

/// Every number below keys that end in `_per_s`.
fn rates(value: &Value, found: &mut Vec<f64>) {
    for (name, inner) in value.as_object().into_iter().flatten() {
        match inner.as_f64() {
            Some(rate) if name.ends_with("_per_s") => found.push(rate),
            _ => rates(inner, found),
        }
    }
    value.as_array().into_iter().flatten().for_each(|item| rates(item, found));
}

#[test]
fn a_restart_makes_rates_unknown_and_never_negative_nor_a_spike() {
    let mut server = Server::start(Options::default());
    let fill_anew = |server: &Server, count| {
        let mut connection = connect(server);
        redis::cmd("XGROUP").arg(&["CREATE", "s", "g", "0", "MKSTREAM"]).exec(&mut connection).unwrap();
        add(&mut connection, count);
        let read = ["XREADGROUP", "GROUP", "g", "c", "COUNT", "100", "STREAMS", "s", ">"];
        redis::cmd(read[0]).arg(&read[1..]).exec(&mut connection).unwrap();
    };
    fill_anew(&server, 500);
    let mut watch = Running::start(&server, &["--format", "json", "--watch", "--interval", "500ms"]);
    let first = watch.line();
    server.restart();
    // More than before: as counters, the new process is ahead of the old one.
    fill_anew(&server, 5_000);
    let deadline = Instant::now() + PATIENCE;
    let mut all = Vec::new();
    let after = loop {
        let line = watch.line();
        rates(&line, &mut all);
        if line["target"]["run_id"] != first["target"]["run_id"] {
            break line;
        }
        assert!(Instant::now() < deadline, "the new process is never seen");
    };
    assert_eq!(after["streams"][0]["in_per_s"], Value::Null);
    assert_eq!(after["streams"][0]["groups"][0]["delivered_per_s"], Value::Null);
    assert_eq!(after["throughput"]["ops_per_s"], Value::Null);
    assert_eq!(after["window_ms"], Value::Null);
    let next = watch.line();
    assert_eq!(next["streams"][0]["in_per_s"], 0.0, "known again one interval later: {next}");
    rates(&next, &mut all);
    assert!(all.iter().all(|rate| *rate >= 0.0), "{all:?}");
}

#[test]
fn a_user_with_few_rights_gets_every_figure_that_these_can_give() {
    for kind in kinds() {
        let rights = "+@connection +info +xinfo +xlen +xpending +scan +type +ping ~*";
        let mut user = vec!["--user", "eve", "on", ">hunter2", "-@all"];
        user.extend(rights.split(' '));
        let server = Server::start(Options::with(kind, &user));
        let mut connection = connect(&server);
        fill(&mut connection);
        let got = snapshot(&server, &["--user", "eve", "-a", "hunter2"]);
        assert_eq!(told(&got), truth(&mut connection));
        for known in [
            "/target/version",
            "/target/run_id",
            "/memory/used_bytes",
            "/clients/connected",
            "/throughput/ops_per_s",
            "/persistence/saving",
            "/streams/0/in_per_s",
            "/latency/ping_us/max",
        ] {
            assert!(!got.pointer(known).unwrap().is_null(), "{known} is null");
        }
        assert_eq!(got["latency"]["slowlog_new"], Value::Null);
        let gaps: Vec<_> = got["gaps"].as_array().unwrap().iter().collect();
        assert!(gaps.iter().any(|gap| gap["what"].as_str().unwrap().starts_with("SLOWLOG")), "{gaps:?}");
        assert!(gaps.iter().all(|gap| gap["why"] == "denied"), "{gaps:?}");
        assert!(!got.to_string().contains("hunter2"));
    }
}

#[test]
fn a_server_that_is_down_is_one_line_and_exit_1() {
    let mut server = Server::start(Options::default());
    server.kill();
    let output = output(&server, &["--format", "json"]);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert_eq!(output.stdout, b"");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert!(stderr.contains(&server.socket().display().to_string()), "{stderr}");
}

#[test]
fn a_count_ends_the_watch() {
    let server = Server::start(Options::default());
    let output = output(&server, &["--format", "json", "--watch", "--count", "3", "--interval", "100ms"]);
    assert!(output.status.success());
    assert_eq!(String::from_utf8(output.stdout).unwrap().lines().count(), 3);
}

#[test]
fn a_reader_that_leaves_ends_the_watch_quietly() {
    let server = Server::start(Options::default());
    let mut watch = Running::start(&server, &["--format", "json", "--watch", "--interval", "100ms"]);
    watch.line();
    watch.lines = None;
    let deadline = Instant::now() + PATIENCE;
    let status = loop {
        if let Some(status) = watch.child.try_wait().unwrap() {
            break status;
        }
        assert!(Instant::now() < deadline, "it goes on without a reader");
        std::thread::sleep(Duration::from_millis(5));
    };
    let mut stderr = String::new();
    watch.child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert_eq!((status.code(), stderr.as_str()), (Some(0), ""));
}
