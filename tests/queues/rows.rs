//! Our rows beside what the library counts, column by column.
//!
//! Knows how the JSON tells queues, and where our columns differ on purpose (`frameworks/ours.txt`); a difference that is
//! not written there fails.

use crate::frameworks::{Framework, Row, Scenario, Started};
use crate::server::Server;
use serde_json::Value;
use std::collections::BTreeMap;
use std::process::{Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

/// Where our columns are not the library's, with the reason.
const OURS: &str = include_str!("frameworks/ours.txt");

const COUNTS: [&str; 6] = ["ready", "in_flight", "orphaned", "delayed", "dead", "workers"];

/// How a column of ours stands to the library's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    /// The same.
    Equal,
    /// Not known to us.
    Unknown,
    /// The framework keeps it for all queues together: the row `*` has their sum.
    Together,
    /// Told by us alone.
    Ours(Option<u64>),
}

fn rule(framework: Framework, scenario: Scenario, column: &str) -> Rule {
    let lines = OURS.lines().filter(|line| !line.starts_with('#'));
    let words = lines.map(|line| line.split_whitespace().collect::<Vec<_>>());
    let ours = words.filter(|words| words.len() > 3 && words[0] == framework.name && words[2] == column);
    let found = ours.filter(|words| words[1] == "any" || words[1] == scenario.name()).last();
    found.map_or(Rule::Equal, |words| match words[3] {
        "equal" => Rule::Equal,
        "unknown" => Rule::Unknown,
        "together" => Rule::Together,
        "any" => Rule::Ours(None),
        number => Rule::Ours(Some(number.parse().expect("a rule"))),
    })
}

fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64
}

/// What `snapshot` says of the server.
pub fn snapshot(server: &Server) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_streamgauge"));
    command.args(["snapshot", "--format", "json", "-s"]).arg(server.socket());
    // Neither the developer's config nor the developer's Redis may matter.
    command.env("HOME", server.folder()).env("XDG_CONFIG_HOME", server.folder()).stdin(Stdio::null());
    command.env("XDG_STATE_HOME", server.folder()).env_remove("REDIS_URL").env_remove("REDISCLI_AUTH");
    let done = command.output().unwrap();
    serde_json::from_slice(&done.stdout).unwrap_or_else(|error| {
        panic!("{error}: {}", String::from_utf8_lossy(&done.stderr));
    })
}

/// Compares what `snapshot` says with the truth of a script.
pub fn compare(framework: Framework, scenario: Scenario, server: &Server, started: &Started) {
    let before_ms = now_ms();
    let snapshot = snapshot(server);
    let after_ms = now_ms();
    let ours = snapshot["queues"].as_array().expect("queues");
    let truth = started.rows();
    let what = format!(
        "{} {scenario:?}:\n{}\n{}",
        framework.name,
        serde_json::to_string_pretty(ours).unwrap(),
        started.truth
    );
    assert!(ours.iter().all(|row| row["framework"] == framework.name), "{what}");
    let together = ours.iter().find(|row| row["name"] == "*");
    let named = ours.iter().filter(|row| row["name"] != "*").count();
    assert_eq!(named, truth.len(), "{what}");
    for (name, row) in &truth {
        let ours = ours.iter().find(|row| is_named(row, name));
        let ours = ours.unwrap_or_else(|| panic!("no {name} of {what}"));
        for column in COUNTS {
            let rule = rule(framework, scenario, column);
            let expected = match rule {
                Rule::Equal => count(row, column),
                Rule::Unknown | Rule::Together => None,
                Rule::Ours(None) => continue,
                Rule::Ours(number) => number,
            };
            assert_eq!(ours[column].as_u64(), expected, "{column} of {name} by {rule:?} of {what}");
        }
        assert_eq!(ours["paused"].as_bool(), row.paused, "{name} of {what}");
        check_age(ours, row, before_ms, after_ms, &format!("{name} of {what}"));
        check_classes(ours, row, &format!("{name} of {what}"));
    }
    for column in COUNTS {
        if rule(framework, scenario, column) == Rule::Together {
            let all = truth.values().map(|row| count(row, column));
            let sum = all.sum::<Option<u64>>();
            assert_eq!(together.and_then(|row| row[column].as_u64()), sum, "{column} of all of {what}");
        }
    }
}

fn is_named(row: &Value, name: &str) -> bool {
    let (prefix, ours) = (row["prefix"].as_str().unwrap(), row["name"].as_str().unwrap());
    ours == name || format!("{prefix}{ours}") == name
}

fn count(row: &Row, column: &str) -> Option<u64> {
    match column {
        "ready" => row.ready,
        "in_flight" => row.in_flight,
        "orphaned" => row.orphaned,
        "delayed" => row.delayed,
        "dead" => row.dead,
        "workers" => row.workers,
        _ => panic!("no column {column}"),
    }
}

/// An exact age is that of the library's oldest job, at some moment of the snapshot; nothing else is called exact.
fn check_age(ours: &Value, row: &Row, before_ms: u64, after_ms: u64, what: &str) {
    let is_exact = ours["oldest_age_kind"] == "exact";
    assert_eq!(is_exact, row.oldest_enqueued_ms.is_some(), "age of {what}");
    if let Some(at_ms) = row.oldest_enqueued_ms {
        let age_ms = ours["oldest_age_ms"].as_u64().expect("an age");
        // Frameworks round what they store, some to a second.
        let possible = (before_ms - at_ms).saturating_sub(1_000)..=after_ms - at_ms + 1_000;
        assert!(possible.contains(&age_ms), "{age_ms} ms is not in {possible:?}: {what}");
    }
}

/// Classes of what is ready: all jobs were looked at, so their numbers are those of the library.
fn check_classes(ours: &Value, row: &Row, what: &str) {
    let mut classes: BTreeMap<String, u64> = BTreeMap::new();
    for class in ours["classes"].as_array().expect("classes") {
        if class["part"] == "ready" {
            let name = class["class"].as_str().unwrap_or("-");
            let name = name.rsplit_once('.').map_or(name, |(_, last)| last);
            *classes.entry(name.to_owned()).or_default() += class["jobs"].as_u64().unwrap();
        }
    }
    assert_eq!(classes, row.classes, "classes of {what}");
}
