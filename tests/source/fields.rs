//! INFO that lacks a field, as servers that only speak the protocol of Redis have it: nothing else of it is lost.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::program;
use crate::proxy::{Answer, Proxy, Words};
use crate::server::{Options, Server, side_by_side};

/// Fields, and what is told of each.
const FIELDS: [(&str, &str); 9] = [
    ("run_id", "/target/run_id"),
    ("redis_mode", "/target/mode"),
    ("role", "/target/role"),
    ("uptime_in_seconds", "/target/uptime_s"),
    ("used_memory", "/memory/used_bytes"),
    ("used_memory_rss", "/memory/rss_bytes"),
    ("maxmemory", "/memory/maxmemory_bytes"),
    ("connected_clients", "/clients/connected"),
    ("maxclients", "/clients/max"),
];

/// INFO as the server answers it, without this field.
fn without(server: &Server, words: &Words, field: &str) -> Option<Answer> {
    if !words.first()?.eq_ignore_ascii_case(b"INFO") {
        return None;
    }
    let words: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
    let told = server.redis_cli_bytes(&words);
    let is_it = |line: &&str| line.strip_prefix(field).is_some_and(|rest| rest.starts_with(':'));
    let text: String = told.split_inclusive('\n').filter(|line| !is_it(line)).collect();
    Some(Answer::Bytes(format!("${}\r\n{text}\r\n", text.len()).into_bytes()))
}

#[test]
fn an_info_that_lacks_a_field_gives_all_the_others() {
    let server = Arc::new(Server::start(Options::default()));
    side_by_side(FIELDS, |(lacks, _)| {
        let real = Arc::downgrade(&server);
        let proxy =
            Proxy::start(&server, Duration::ZERO, move |words| without(&*real.upgrade()?, words, lacks));
        let output = program(&server, proxy.socket(), &["snapshot", "--format", "json"]).output().unwrap();
        let reading: Value = serde_json::from_slice(&output.stdout).unwrap();
        for (field, place) in FIELDS {
            let figure = reading.pointer(place).unwrap();
            let is_unknown = figure.is_null() || figure == "unknown";
            // A server that says nothing of its mode is one by itself.
            let is_missing = field == lacks && field != "redis_mode";
            assert_eq!(is_unknown, is_missing, "without {lacks}: {field} is {figure}");
        }
        assert_eq!(output.status.code(), Some(0), "without {lacks}");
    });
}
