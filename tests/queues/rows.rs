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

/// What jobs of each framework failed with: class, and error.
const ERRORS: &str = include_str!("frameworks/errors.txt");

const COUNTS: [&str; 6] = ["ready", "in_flight", "orphaned", "delayed", "dead", "workers"];

/// How a column of ours stands to the library's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    /// The same.
    Equal,
    /// Not known to us.
    Unknown,
    /// The framework keeps it for all queues together: the row `*` has their sum, or this.
    Together(Option<u64>),
    /// Told by us alone.
    Ours(Option<u64>),
}

fn rule(framework: Framework, scenario: Scenario, column: &str) -> Rule {
    let lines = OURS.lines().filter(|line| !line.starts_with('#'));
    let words = lines.map(|line| line.split_whitespace().collect::<Vec<_>>());
    let mut ours = words.filter(|words| words.len() > 3 && words[0] == framework.name && words[2] == column);
    let found = ours.rfind(|words| words[1] == "any" || words[1] == scenario.name());
    found.map_or(Rule::Equal, |words| match words[3] {
        "equal" => Rule::Equal,
        "unknown" => Rule::Unknown,
        "together" => Rule::Together(words.get(4).and_then(|word| word.parse().ok())),
        "any" => Rule::Ours(None),
        number => Rule::Ours(Some(number.parse().expect("a rule"))),
    })
}

fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64
}

/// What `snapshot` says of the server.
pub fn snapshot(server: &Server) -> Value {
    snapshot_with(server, "")
}

/// The same with this configuration.
pub fn snapshot_with(server: &Server, config: &str) -> Value {
    told(server, &server.socket().display().to_string(), config, &["snapshot"])
}

/// What the program tells as JSON, by this way to the server, with this configuration.
pub fn told(server: &Server, way: &str, config: &str, words: &[&str]) -> Value {
    let (folder, path) = (server.folder(), server.folder().join("rows.toml"));
    std::fs::write(&path, config).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_streamgauge"));
    command.args(words).args(["--format", "json", "--config"]).arg(path).args(["-s", way]);
    // Neither the developer's config nor the developer's Redis may matter.
    command.env("HOME", folder).env("XDG_CONFIG_HOME", folder).env("XDG_STATE_HOME", folder);
    command.env_remove("REDIS_URL").env_remove("REDISCLI_AUTH").stdin(Stdio::null());
    let done = command.output().unwrap();
    serde_json::from_slice(&done.stdout).unwrap_or_else(|error| {
        let (out, err) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
        panic!("{words:?}: {error}: {out} {err}");
    })
}

/// What the program tells of an action that is agreed to at once.
pub fn act(server: &Server, words: &[&str]) -> Value {
    told(server, &server.socket().display().to_string(), "", &[words, &["--yes"]].concat())
}

/// Queues that are shown as another framework's, a line each.
pub fn strangers(framework: Framework, snapshot: &Value) -> Vec<String> {
    let rows = snapshot["queues"].as_array().expect("queues").iter();
    let strangers = rows.filter(|row| row["framework"] != framework.name);
    strangers.map(|row| format!("taken for {}: {}{}", row["framework"], row["prefix"], row["name"])).collect()
}

/// What differs between what `snapshot` says and the truth of a script, a line each.
pub fn differences(
    framework: Framework,
    scenario: Scenario,
    server: &Server,
    started: &Started,
) -> Vec<String> {
    let before_ms = now_ms();
    let snapshot = snapshot(server);
    let window_ms = (before_ms, now_ms());
    let ours = snapshot["queues"].as_array().expect("queues");
    let truth = started.rows();
    let mut differences = strangers(framework, &snapshot);
    let named = ours.iter().filter(|row| row["name"] != "*" && !truth.keys().any(|name| is_named(row, name)));
    differences.extend(named.map(|row| format!("no queue: {row}")));
    for (name, row) in &truth {
        let Some(ours) = ours.iter().find(|row| is_named(row, name)) else {
            differences.push(format!("{name} is not shown"));
            continue;
        };
        let mut found = Vec::new();
        for column in COUNTS {
            let expected = match rule(framework, scenario, column) {
                Rule::Equal => count(row, column),
                Rule::Unknown | Rule::Together(_) => None,
                Rule::Ours(None) => continue,
                Rule::Ours(number) => number,
            };
            found.extend(unlike(column, &ours[column], expected));
        }
        found.extend(
            (ours["paused"].as_bool() != row.paused).then(|| format!("paused is {}", ours["paused"])),
        );
        if rule(framework, scenario, "age") == Rule::Equal {
            found.extend(age(ours, row, window_ms));
        }
        found.extend(classes(ours, row));
        differences.extend(found.iter().map(|found| format!("{name}: {found}")));
    }
    let together = ours.iter().find(|row| row["name"] == "*");
    for column in COUNTS {
        let Rule::Together(number) = rule(framework, scenario, column) else { continue };
        let sum = truth.values().map(|row| count(row, column)).sum::<Option<u64>>();
        let sum = number.or(sum);
        let row = together.map_or(&Value::Null, |row| &row[column]);
        differences.extend(unlike(column, row, sum).map(|found| format!("*: {found}")));
    }
    differences.extend(failures(framework, ours, &truth));
    // What could not be read, and why, is the first question then.
    let is_equal = differences.is_empty();
    differences.extend((!is_equal).then(|| format!("gaps: {}", snapshot["gaps"])));
    differences
}

/// Errors of the jobs that are dead: each is told with its number, its class and without what differs from job to job.
fn failures(framework: Framework, ours: &[Value], truth: &BTreeMap<String, Row>) -> Vec<String> {
    let words = ERRORS.lines().map(|line| line.splitn(3, '|').collect::<Vec<_>>());
    let Some(words) = words.into_iter().find(|words| words[0] == framework.name) else { return Vec::new() };
    let dead = truth.values().filter_map(|row| row.dead).sum::<u64>();
    let told = ours.iter().flat_map(|row| row["failures"].as_array().expect("failures"));
    let told: Vec<String> = told
        .map(|group| {
            let text = |field: &str| {
                group[field].as_str().unwrap_or("-").rsplit_once('.').map_or(
                    group[field].as_str().unwrap_or("-").to_owned(),
                    |(before, last)| {
                        if field == "class" { last.to_owned() } else { format!("{before}.{last}") }
                    },
                )
            };
            format!("{} {} {}", group["jobs"], text("class"), text("message"))
        })
        .collect();
    let expected: Vec<String> =
        (dead > 0).then(|| format!("{dead} {} {}", words[1], words[2])).into_iter().collect();
    if told == expected { Vec::new() } else { vec![format!("failures are {told:?}, not {expected:?}")] }
}

fn unlike(column: &str, ours: &Value, expected: Option<u64>) -> Option<String> {
    let is_same = ours.as_u64() == expected;
    (!is_same).then(|| format!("{column} is {ours}, not {}", expected.map_or(Value::Null, Value::from)))
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
fn age(ours: &Value, row: &Row, (before_ms, after_ms): (u64, u64)) -> Option<String> {
    let is_exact = ours["oldest_age_kind"] == "exact";
    let Some(at_ms) = row.oldest_enqueued_ms else {
        return is_exact.then(|| "an exact age that nobody stored".to_owned());
    };
    // Frameworks round what they store, some to a second.
    let possible = (before_ms - at_ms).saturating_sub(1_000)..=after_ms - at_ms + 1_000;
    let is_right =
        is_exact && ours["oldest_age_ms"].as_u64().is_some_and(|age_ms| possible.contains(&age_ms));
    let (age, kind) = (&ours["oldest_age_ms"], &ours["oldest_age_kind"]);
    (!is_right).then(|| format!("oldest age is {age} {kind}, not in {possible:?}"))
}

/// Classes of what is ready: all jobs were looked at, so their numbers are those of the library.
fn classes(ours: &Value, row: &Row) -> Option<String> {
    let mut classes: BTreeMap<String, u64> = BTreeMap::new();
    for class in ours["classes"].as_array().expect("classes") {
        if class["part"] == "ready" {
            let name = class["class"].as_str().unwrap_or("-");
            let name = name.rsplit_once('.').map_or(name, |(_, last)| last);
            *classes.entry(name.to_owned()).or_default() += class["jobs"].as_u64().unwrap();
        }
    }
    (classes != row.classes).then(|| format!("classes are {classes:?}, not {:?}", row.classes))
}
