//! What health says when a server answers errors instead of data, or hides a domain: unknown, or a finding of its own,
//! never ok.

#![cfg(test)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "support/proxy.rs"]
mod proxy;
#[path = "support/server.rs"]
mod server;

use proxy::{Answer, Proxy, Words};
use serde_json::Value;
use server::{Kind, Options, Server, side_by_side, wait_until};
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
        while Instant::now() < end {
            let reading: Value = serde_json::from_str(&self.lines.next()?.unwrap()).unwrap();
            if holds(&reading) {
                return Some(reading);
            }
        }
        None
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

/// A server that answers, and from `begin` on says `error` to whatever `covers`.
fn failing(error: &'static str, covers: fn(&Words) -> bool) -> (Server, Proxy, Arc<AtomicBool>) {
    let server = Server::start(Options::with(Kind::Redis, &[]));
    server.redis_cli(&["XADD", "orders", "*", "f", "v"]);
    server.redis_cli(&["XGROUP", "CREATE", "orders", "g", "0"]);
    let begins = Arc::new(AtomicBool::new(false));
    let has_begun = Arc::clone(&begins);
    let proxy = Proxy::start(&server, Duration::ZERO, move |words| {
        let is_hit = has_begun.load(Ordering::Relaxed) && covers(words);
        is_hit.then(|| Answer::Bytes(format!("-{error}\r\n").into_bytes()))
    });
    (server, proxy, begins)
}

fn everything(_: &Words) -> bool {
    true
}

fn info(words: &Words) -> bool {
    words[0].eq_ignore_ascii_case(b"INFO")
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
    let (_server, proxy, begins) = failing(error, everything);
    let mut watch = Watch::of(proxy.socket());
    assert!(watch.until(Duration::from_secs(30), is_ok).is_some(), "it is ok before");
    begins.store(true, Ordering::Relaxed);
    let told = watch.until(Duration::from_secs(10), |reading| ids(reading).contains(&id));
    let told = told.unwrap_or_else(|| panic!("{error}: {id} is not told within 10 s"));
    assert_eq!(told["health"], "critical", "{error}");
    let stale = watch.until(Duration::from_secs(10), |reading| reading["stale"] == true);
    assert!(stale.is_some_and(|reading| reading["age_ms"].as_i64().unwrap() > 1_000), "{error}");
    let begun = Instant::now();
    let check = program(proxy.socket(), &["check", "--for", "3s", "--format", "json"]).output().unwrap();
    let report: Value = serde_json::from_slice(&check.stdout).unwrap();
    assert_eq!((check.status.code(), &report["health"]), (Some(2), &Value::from("critical")), "{error}");
    assert!(begun.elapsed() < Duration::from_secs(25));
    begins.store(false, Ordering::Relaxed);
    let over = |reading: &Value| reading["health"] != "critical" && reading["stale"] == false;
    assert!(watch.until(Duration::from_secs(30), over).is_some(), "{error}: it is over");
}

#[test]
fn without_a_fresh_info_health_is_unknown_while_the_rest_is_answered() {
    let error = "NOPERM User mon has no permissions to run the 'info' command";
    let (_server, proxy, begins) = failing(error, info);
    let mut watch = Watch::of(proxy.socket());
    assert!(watch.until(Duration::from_secs(30), is_ok).is_some());
    begins.store(true, Ordering::Relaxed);
    let unknown = watch.until(Duration::from_secs(10), |reading| reading["health"] == "unknown");
    assert!(unknown.is_some(), "INFO was revoked");
    let stale = watch.until(Duration::from_secs(10), |reading| reading["stale"] == true).unwrap();
    assert_eq!(stale["health"], "unknown");
    assert_eq!(stale["streams"][0]["stale"], false, "streams are read all the same");
    let check = program(proxy.socket(), &["check", "--for", "5s"]).output().unwrap();
    assert_eq!(check.status.code(), Some(3));
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
