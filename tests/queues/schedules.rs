//! What real frameworks keep beside their queues: schedulers, and results of jobs that failed.
//!
//! Knows what each script tells of its own; what is shown has to be the same, with nothing of a job's arguments.

use crate::frameworks::{
    BULL_CRON, BULLMQ_CRON, DRAMATIQ_FAILED, Framework, HUEY_FAILED, RQ_CRON, SAQ_CRON, Scenario,
};
use crate::rows::snapshot;
use crate::server::{Kind, Options, Server, kinds, side_by_side};
use serde_json::Value;
use std::collections::BTreeMap;

/// What a script tells of itself, and what `snapshot` tells.
fn told(framework: Framework, kind: Kind) -> Option<(Value, Value)> {
    let server = Server::start(Options { port: true, ..Options::with(kind, &[]) });
    let started = framework.start(Scenario::Backlog, &server)?;
    let seen = snapshot(&server);
    assert!(!seen.to_string().contains("secret"), "{seen}");
    Some((started.truth.clone(), seen))
}

#[test]
fn schedulers_of_real_frameworks_are_told_with_the_next_time_that_the_library_tells() {
    let kinds = kinds();
    let frameworks = [BULLMQ_CRON, BULL_CRON, RQ_CRON, SAQ_CRON];
    let turns = frameworks.into_iter().zip((0..).map(|turn| kinds[turn % kinds.len()]));
    side_by_side(turns, |(framework, kind)| {
        let Some((truth, seen)) = told(framework, kind) else { return };
        let expected: BTreeMap<String, i64> = truth["schedulers"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, at)| (name.clone(), at.as_i64().unwrap()))
            .collect();
        let rows = seen["schedulers"].as_array().unwrap();
        let ours: BTreeMap<String, i64> = (rows.iter())
            .map(|row| (row["name"].as_str().unwrap().to_owned(), row["next_ms"].as_i64().unwrap_or(0)))
            .collect();
        assert_eq!(
            ours.keys().collect::<Vec<_>>(),
            expected.keys().collect::<Vec<_>>(),
            "{}",
            seen["schedulers"]
        );
        for (name, at_ms) in &expected {
            assert!(
                (ours[name] - at_ms).abs() <= 1_000,
                "{name} of {}: {truth} {}",
                framework.name,
                seen["schedulers"]
            );
        }
        // What begins at once is due, until a worker comes.
        let is_in_time = |row: &Value| row["overdue_ms"].as_u64().is_none_or(|ms| ms < 120_000);
        assert!(rows.iter().all(is_in_time), "{}", seen["schedulers"]);
    });
}

#[test]
fn results_of_huey_that_are_failures_are_told_by_their_error() {
    let Some((_, seen)) = told(HUEY_FAILED, kinds()[0]) else { return };
    let mail = seen["queues"].as_array().unwrap().iter().find(|row| row["name"] == "mail").unwrap();
    let failures = mail["failures"].as_array().unwrap();
    assert_eq!(failures.len(), 1, "{mail}");
    let group = &failures[0];
    assert_eq!(
        (&group["part"], &group["jobs"], &group["looked_at"]),
        (&"results".into(), &3.into(), &4.into()),
        "{mail}"
    );
    assert!(group["message"].as_str().unwrap().contains("ValueError"), "{mail}");
}

#[test]
fn messages_of_dramatiq_that_wait_for_their_next_attempt_are_told_by_their_error() {
    let Some((_, seen)) = told(DRAMATIQ_FAILED, kinds()[0]) else { return };
    let mail = seen["queues"].as_array().unwrap().iter().find(|row| row["name"] == "mail").unwrap();
    assert_eq!(mail["delayed"], 5, "{mail}");
    let failures = mail["failures"].as_array().unwrap();
    assert_eq!(failures.len(), 1, "two have not failed: {mail}");
    let group = &failures[0];
    let told = (&group["part"], &group["jobs"], &group["of"], &group["class"], &group["message"]);
    let message = "ValueError: no such mailbox: *".into();
    assert_eq!(told, (&"retry".into(), &3.into(), &5.into(), &"broken".into(), &message), "{mail}");
}
