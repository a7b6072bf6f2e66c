//! Every server at hand, from Redis 5.0 to 8 and Valkey 8 and 9: the same figures from all, and what an old one
//! has not is unknown, never zero and never an error.
//!
//! Knows what a version can say; the servers are those that `make test` has listed. Prints which they were.

#![cfg(test)]

#[path = "support/server.rs"]
mod server;

use std::process::{Command, Stdio};

use serde_json::{Value, json};
use server::{Build, Kind, Options, Server, builds};

/// Whether the server tells lags and how much was ever added.
fn knows_lag(build: &Build) -> bool {
    build.kind == Kind::Valkey || build.major() >= 7
}

/// Ten entries, eight left after a trim; one group that has read four and acknowledged one, one that has read
/// nothing; and keys of other types.
fn fill(server: &Server) {
    for number in 1..=10 {
        server.redis_cli(&["XADD", "orders", "*", "number", &number.to_string()]);
    }
    for (group, consumer) in [("billing", "billing-1"), ("audit", "")] {
        server.redis_cli(&["XGROUP", "CREATE", "orders", group, "0"]);
        if !consumer.is_empty() {
            let read = ["XREADGROUP", "GROUP", group, consumer, "COUNT", "4", "STREAMS", "orders", ">"];
            let replied = server.redis_cli(&read);
            let id = replied.lines().find(|line| line.contains('-') && !line.contains("billing")).unwrap();
            assert_eq!(server.redis_cli(&["XACK", "orders", group, id]), "1");
        }
    }
    server.redis_cli(&["XTRIM", "orders", "MAXLEN", "8"]);
    server.redis_cli(&["SET", "plain", "1"]);
    server.redis_cli(&["RPUSH", "list", "1"]);
}

fn snapshot(server: &Server) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_streamgauge"));
    command.args(["snapshot", "--format", "json", "--interval", "200ms", "-s"]).arg(server.socket());
    command.env("HOME", server.folder()).env("XDG_CONFIG_HOME", server.folder());
    command.env_remove("REDIS_URL").env_remove("REDISCLI_AUTH").stdin(Stdio::null());
    let output = command.output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {stderr}", output.status);
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn every_server_at_hand_gives_the_same_figures() {
    for build in builds() {
        let name = format!("{:?} {}", build.kind, build.version);
        println!("{name}");
        let server = Server::start(Options::from(&build));
        fill(&server);
        let got = snapshot(&server);
        assert_eq!(
            got["target"]["server"],
            if build.kind == Kind::Valkey { "valkey" } else { "redis" },
            "{name}"
        );
        assert_eq!(got["target"]["version"], build.version, "{name}");
        assert_eq!(
            (&got["target"]["mode"], &got["target"]["role"]),
            (&json!("standalone"), &json!("primary"))
        );
        for known in
            ["/memory/used_bytes", "/memory/rss_bytes", "/clients/connected", "/throughput/ops_per_s"]
        {
            assert!(got.pointer(known).is_some_and(Value::is_number), "{name}: {known} in {got}");
        }
        let streams = got["streams"].as_array().unwrap();
        assert_eq!(streams.len(), 1, "{name}: {streams:?}");
        let stream = &streams[0];
        assert_eq!((&stream["key"], &stream["length"]), (&json!("orders"), &json!(8)), "{name}");
        let group = |name: &str| {
            stream["groups"].as_array().unwrap().iter().find(|group| group["name"] == name).unwrap().clone()
        };
        let (billing, audit) = (group("billing"), group("audit"));
        assert_eq!((&billing["pending"], &audit["pending"]), (&json!(3), &json!(0)), "{name}");
        assert_eq!(billing["consumers"][0]["name"], "billing-1", "{name}");
        assert_eq!(billing["consumers"][0]["pending"], 3, "{name}");
        assert_eq!(audit["consumers"], json!([]), "{name}");
        if knows_lag(&build) {
            assert_eq!(stream["entries_added"], 10, "{name}");
            assert_eq!(billing["server_lag"], 6, "{name}");
        } else {
            assert_eq!(
                (&stream["entries_added"], &billing["server_lag"]),
                (&Value::Null, &Value::Null),
                "{name}"
            );
        }
    }
}

#[test]
fn what_a_server_lacks_is_told_as_unsupported_and_nothing_else_is_missing() {
    for build in builds() {
        let server = Server::start(Options::from(&build));
        fill(&server);
        let got = snapshot(&server);
        for gap in got["gaps"].as_array().unwrap() {
            assert_eq!(gap["why"], "unsupported", "{build:?}: {gap}");
            assert!(!knows_lag(&build), "{build:?} has all that we ask for: {gap}");
        }
    }
}
