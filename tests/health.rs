//! What health says when a server answers errors instead of data, or hides a domain: unknown, or a finding of its own,
//! never ok.

#![cfg(test)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "support/proxy.rs"]
mod proxy;
#[path = "support/server.rs"]
mod server;

use proxy::{Answer, Proxy};
use serde_json::Value;
use server::{Kind, Options, Server, builds, side_by_side, wait_until};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

fn program(socket: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_streamgauge"));
    command.args(words).args(["-s", socket.to_str().unwrap()]);
    command.env_remove("REDIS_URL").env_remove("REDISCLI_AUTH");
    command
}

/// A watch whose lines are read one by one; ended when dropped.
struct Watch {
    child: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
}

impl Watch {
    fn of(socket: &Path) -> Self {
        let words = ["snapshot", "--watch", "--interval", "500ms", "--format", "json"];
        let mut child = program(socket, &words).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// The first reading of which this holds, within `within`.
    fn until(&mut self, within: Duration, holds: impl Fn(&Value) -> bool) -> Option<Value> {
        let end = Instant::now() + within;
        loop {
            let reading: Value = serde_json::from_str(&self.lines.next()?.unwrap()).unwrap();
            if holds(&reading) {
                return Some(reading);
            }
            if Instant::now() >= end {
                println!(
                    "the last reading: {} {} {}",
                    reading["health"], reading["unjudged"], reading["gaps"]
                );
                return None;
            }
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn ids(reading: &Value) -> Vec<&str> {
    reading["findings"].as_array().unwrap().iter().filter_map(|finding| finding["id"].as_str()).collect()
}

fn is_ok(reading: &Value) -> bool {
    reading["health"] == "ok"
}

/// A server that answers, and from `begin` on says `error` to everything.
fn failing(error: &'static str) -> (Server, Proxy, Arc<AtomicBool>) {
    let server = Server::start(Options::with(Kind::Redis, &[]));
    server.redis_cli(&["XADD", "orders", "*", "f", "v"]);
    server.redis_cli(&["XGROUP", "CREATE", "orders", "g", "0"]);
    let begins = Arc::new(AtomicBool::new(false));
    let has_begun = Arc::clone(&begins);
    let proxy = Proxy::start(&server, Duration::ZERO, move |_| {
        let is_hit = has_begun.load(Ordering::Relaxed);
        is_hit.then(|| Answer::Bytes(format!("-{error}\r\n").into_bytes()))
    });
    (server, proxy, begins)
}

/// What a command of the program prints, and how it exits: it ends in its time, and some for a machine that is busy.
fn ended(socket: &Path, words: &[&str]) -> (Option<i32>, Value) {
    let begun = Instant::now();
    let output = program(socket, words).args(["--format", "json"]).output().unwrap();
    assert!(begun.elapsed() < Duration::from_secs(25), "{words:?} took {:?}", begun.elapsed());
    (output.status.code(), serde_json::from_slice(&output.stdout).unwrap())
}

#[test]
fn a_server_that_answers_errors_alone_is_a_critical_finding_within_seconds() {
    let cases = [
        ("ERR max requests limit exceeded. Limit: 500000, Usage: 500000.", "server.refusing_all"),
        ("LOADING Redis is loading the dataset in memory", "server.loading"),
        ("BUSY Redis is busy running a script.", "server.busy"),
        ("MASTERDOWN Link with MASTER is down", "server.refusing_all"),
        ("whatever a proxy says", "server.refusing_all"),
    ];
    side_by_side(cases, |(error, id)| answers_errors_alone(error, id));
}

fn answers_errors_alone(error: &'static str, id: &str) {
    let (_server, proxy, begins) = failing(error);
    let mut watch = Watch::of(proxy.socket());
    assert!(watch.until(Duration::from_secs(30), is_ok).is_some(), "it is ok before");
    begins.store(true, Ordering::Relaxed);
    let told = watch.until(Duration::from_secs(10), |reading| ids(reading).contains(&id));
    let told = told.unwrap_or_else(|| panic!("{error}: {id} is not told within 10 s"));
    assert_eq!(told["health"], "critical", "{error}");
    let stale = watch.until(Duration::from_secs(10), |reading| reading["stale"] == true);
    assert!(stale.is_some_and(|reading| reading["age_ms"].as_i64().unwrap() > 1_000), "{error}");
    for (words, exit) in [(&["snapshot"][..], 3), (&["check", "--for", "3s"], 2)] {
        let (code, report) = ended(proxy.socket(), words);
        assert_eq!((code, &report["health"]), (Some(exit), &Value::from("critical")), "{error}");
    }
    begins.store(false, Ordering::Relaxed);
    assert!(watch.until(Duration::from_secs(30), is_ok).is_some(), "{error}: it is over, and well again");
}

#[test]
fn without_a_fresh_info_health_is_unknown_while_the_rest_is_answered() {
    let server = Server::start(Options::with(Kind::Redis, &[]));
    server.redis_cli(&["XADD", "orders", "*", "f", "v"]);
    let mut watch = Watch::of(&server.socket());
    assert!(watch.until(Duration::from_secs(30), is_ok).is_some());
    server.redis_cli(&["ACL", "SETUSER", "default", "-info"]);
    let unknown = watch.until(Duration::from_secs(10), |reading| reading["health"] == "unknown");
    assert!(unknown.is_some(), "INFO was revoked");
    let stale = watch.until(Duration::from_secs(10), |reading| reading["stale"] == true).unwrap();
    assert_eq!(stale["health"], "unknown");
    assert_eq!(stale["streams"][0]["stale"], false, "streams are read all the same");
    for words in [&["snapshot"][..], &["check", "--for", "5s"]] {
        let (code, report) = ended(&server.socket(), words);
        assert_eq!((code, &report["health"]), (Some(3), &Value::from("unknown")), "{words:?}");
    }
}

#[test]
fn a_server_that_loads_its_data_is_told_and_well_again_soon_after() {
    let Some(build) = builds().into_iter().find(|build| build.major() >= 7) else { return };
    let mut server = Server::start(Options::from(&build));
    server.redis_cli(&["XADD", "orders", "*", "f", "v"]);
    server.redis_cli(&["CONFIG", "SET", "rdbcompression", "no"]);
    let keys = "for key = 1, 4000 do redis.call('SET', key, string.rep('v', 1000)) end";
    server.redis_cli(&["EVAL", keys, "0"]);
    assert_eq!(server.redis_cli(&["SAVE"]), "OK");
    let mut watch = Watch::of(&server.socket());
    assert!(watch.until(Duration::from_secs(30), is_ok).is_some(), "it is ok before");
    // It loads for longer than anybody here looks, and answers after each key.
    server.restart_with(&["--key-load-delay", "50000", "--loading-process-events-interval-bytes", "1024"]);
    let told = watch.until(Duration::from_secs(10), |reading| ids(reading).contains(&"server.loading"));
    assert_eq!(told.expect("it is told within 10 s")["health"], "critical");
    // It answers INFO all the time: a snapshot is not blind.
    for (words, exit) in [(&["snapshot"][..], 0), (&["check", "--for", "3s"], 2)] {
        let (code, report) = ended(&server.socket(), words);
        assert_eq!((code, &report["health"]), (Some(exit), &Value::from("critical")), "{words:?}");
    }
    assert_eq!(server.redis_cli(&["CONFIG", "SET", "key-load-delay", "0"]), "OK");
    assert!(watch.until(Duration::from_secs(30), is_ok).is_some(), "it is over, and well again");
}

#[test]
fn a_script_that_does_not_end_is_told_with_its_cure() {
    let server = Server::start(Options::with(Kind::Redis, &["--busy-reply-threshold", "200"]));
    let socket = server.socket();
    let words = ["-s", socket.to_str().unwrap(), "EVAL", "while true do end", "0"];
    let mut script =
        Command::new("redis-cli").args(words).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    wait_until("the script holds the server", || server.redis_cli(&["PING"]).contains("BUSY"));
    let check = program(&socket, &["check", "--for", "3s", "--format", "json"]).output().unwrap();
    server.redis_cli(&["SCRIPT", "KILL"]);
    let _ = script.wait();
    let report: Value = serde_json::from_slice(&check.stdout).unwrap();
    assert_eq!(check.status.code(), Some(2), "{report}");
    assert_eq!(report["findings"][0]["id"], "server.busy");
    assert!(report["findings"][0]["remedy"].as_str().unwrap().contains("SCRIPT KILL"));
}

#[test]
fn a_domain_that_nobody_can_judge_is_not_ok_unless_that_is_accepted() {
    side_by_side([("-xinfo", "XINFO"), ("-scan", "SCAN"), ("-info", "INFO")], |(denied, allow)| {
        let server = Server::start(Options::with(Kind::Redis, &[]));
        server.redis_cli(&["XADD", "orders", "*", "f", "v"]);
        server.redis_cli(&["XGROUP", "CREATE", "orders", "g", "0"]);
        server.redis_cli(&["ACL", "SETUSER", "default", denied]);
        let check = program(&server.socket(), &["check", "--for", "5s"]).output().unwrap();
        let text = String::from_utf8(check.stdout).unwrap();
        assert_eq!(check.status.code(), Some(3), "{denied}: {text}");
        assert!(text.contains("can't be judged") && text.contains(allow), "{denied}: {text}");
    });
    let server = Server::start(Options::with(Kind::Redis, &[]));
    server.redis_cli(&["XADD", "orders", "*", "f", "v"]);
    server.redis_cli(&["ACL", "SETUSER", "default", "-xinfo"]);
    let config = server.folder().join("accept.toml");
    let accepted = "[check]\naccept_blind = [\"XINFO STREAM\", \"xinfo groups\"]\n";
    std::fs::write(&config, accepted).unwrap();
    let words = ["--config", config.to_str().unwrap(), "check", "--for", "5s"];
    let check = program(&server.socket(), &words).output().unwrap();
    let text = String::from_utf8(check.stdout).unwrap();
    assert!(!text.contains("can't be judged"), "{text}");
}
