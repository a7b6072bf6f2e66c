//! Each framework in each scenario: its own inspection counts what its script made.
//!
//! Knows what every scenario leaves behind, as a table; so a library that changes what it counts is seen here, before
//! its rows are compared with ours.

use crate::frameworks::{
    ARQ, BULL, BULLMQ, CELERY, DRAMATIQ, Framework, HUEY, LARAVEL, RESQUE, RQ, Row, SAQ, SIDEKIQ, STREAQ,
    Scenario, TASKIQ,
};
use crate::rows;
use crate::server::{Kind, Options, Server, kinds, side_by_side};
use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

/// What each library counts; `-` is what it does not know.
const EXPECTED: &str = include_str!("frameworks/expected.txt");

const ALL: [Scenario; 4] = [Scenario::Backlog, Scenario::Working, Scenario::Killed, Scenario::Prefix];

/// The rows that are expected of a framework in a scenario, as text: a queue's name and its columns.
fn expected(framework: Framework, scenario: Scenario) -> BTreeMap<String, Vec<&'static str>> {
    let rows = EXPECTED.lines().filter(|line| !line.starts_with('#')).map(|line| line.split_whitespace());
    let rows = rows.map(Iterator::collect::<Vec<_>>).filter(|words| !words.is_empty());
    let ours = rows.filter(|words| words[0] == framework.name && words[1] == scenario.name());
    ours.map(|words| (words[2].to_owned(), words[3..].to_vec())).collect()
}

/// A row's columns in the order of the table.
fn columns(row: &Row) -> Vec<String> {
    let count = |count: Option<u64>| count.map_or("-".to_owned(), |count| count.to_string());
    let classes: Vec<String> = row.classes.iter().map(|(class, count)| format!("{class}={count}")).collect();
    vec![
        count(row.ready),
        count(row.in_flight),
        count(row.orphaned),
        count(row.delayed),
        count(row.dead),
        count(row.workers),
        row.paused.map_or("-", |is_paused| if is_paused { "yes" } else { "no" }).to_owned(),
        row.oldest_enqueued_ms.map_or("-", |_| "time").to_owned(),
        classes.join(","),
    ]
}

fn check(framework: Framework, scenario: Scenario, kind: Kind) {
    let server = Server::start(Options { port: true, ..Options::with(kind, &[]) });
    let Some(started) = framework.start(scenario, &server) else { return };
    let rows = started.rows();
    let told: BTreeMap<String, Vec<String>> =
        rows.iter().map(|(name, row)| (name.clone(), columns(row))).collect();
    let expected = expected(framework, scenario);
    let what = format!("{} {scenario:?} on {kind:?}: {}", framework.name, started.truth);
    assert!(!expected.is_empty(), "{what}");
    assert_eq!(told.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>(), "{what}");
    for (name, columns) in &told {
        assert_eq!(columns, &expected[name], "{name} of {what}");
    }
    let now_ms = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64;
    for at_ms in rows.values().filter_map(|row| row.oldest_enqueued_ms) {
        assert!((now_ms - 120_000..=now_ms).contains(&at_ms), "{at_ms} at {now_ms} of {what}");
    }
    let differences = rows::differences(framework, scenario, &server, &started);
    assert!(differences.is_empty(), "{}\n{what}", differences.join("\n"));
}

/// All scenarios side by side, on the kinds of servers in turn.
fn check_all(framework: Framework, scenarios: &[Scenario]) {
    let kinds = kinds();
    let turns = scenarios.iter().zip((0..).map(|turn| kinds[turn % kinds.len()]));
    side_by_side(turns, |(&scenario, kind)| check(framework, scenario, kind));
}

#[test]
fn rq_counts_what_was_made() {
    check_all(RQ, &[&ALL[..], &[Scenario::Paused]].concat());
}

#[test]
fn celery_counts_what_was_made() {
    check_all(CELERY, &ALL);
}

#[test]
fn bullmq_counts_what_was_made() {
    check_all(BULLMQ, &[&ALL[..], &[Scenario::Paused]].concat());
}

#[test]
fn bull_counts_what_was_made() {
    check_all(BULL, &[&ALL[..], &[Scenario::Paused]].concat());
}

#[test]
fn sidekiq_counts_what_was_made() {
    check_all(SIDEKIQ, &ALL);
}

#[test]
fn dramatiq_counts_what_was_made() {
    check_all(DRAMATIQ, &ALL);
}

#[test]
fn arq_counts_what_was_made() {
    check_all(ARQ, &ALL);
}

#[test]
fn saq_counts_what_was_made() {
    check_all(SAQ, &ALL);
}

#[test]
fn huey_counts_what_was_made() {
    check_all(HUEY, &ALL);
}

#[test]
fn streaq_counts_what_was_made() {
    check_all(STREAQ, &ALL);
}

#[test]
fn taskiq_counts_what_was_made() {
    check_all(TASKIQ, &ALL);
}

#[test]
fn resque_counts_what_was_made() {
    check_all(RESQUE, &ALL);
}

#[test]
fn laravel_counts_what_was_made() {
    check_all(LARAVEL, &ALL);
}
