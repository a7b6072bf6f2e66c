//! For whom jobs are: what is told of real frameworks' jobs by the field that the config names.
//!
//! Knows how many jobs each script makes for whom; nothing else of a job may be told.

use crate::frameworks::{
    ARQ_TENANTS, BULL, BULLMQ, CELERY_TENANTS, DRAMATIQ_TENANTS, Framework, HUEY_TENANTS, RQ_TENANTS,
    SAQ_TENANTS, STREAQ_TENANTS, Scenario, TASKIQ_TENANTS,
};
use crate::rows::{snapshot, snapshot_with};
use crate::server::{Kind, Options, Server, kinds, side_by_side};
use serde_json::Value;
use std::collections::BTreeMap;

const NAMED: &str = "[queues]\ntenant = \"tenant\"\n";

fn server(kind: Kind) -> Server {
    Server::start(Options { port: true, ..Options::with(kind, &[]) })
}

/// Jobs by tenant, of all queues.
fn tenants(seen: &Value) -> BTreeMap<String, u64> {
    let mut told = BTreeMap::new();
    let queues = seen["queues"].as_array().unwrap().iter();
    for group in queues.flat_map(|queue| queue["tenants"].as_array().unwrap()) {
        let name = group["tenant"].as_str().unwrap_or("-").to_owned();
        *told.entry(name).or_default() += group["jobs"].as_u64().unwrap();
    }
    told
}

#[test]
fn tenants_of_real_jobs_are_told_and_nothing_else_of_what_the_jobs_are_given() {
    let kinds = kinds();
    let python = [
        RQ_TENANTS,
        CELERY_TENANTS,
        DRAMATIQ_TENANTS,
        HUEY_TENANTS,
        ARQ_TENANTS,
        SAQ_TENANTS,
        STREAQ_TENANTS,
        TASKIQ_TENANTS,
    ];
    let turns = python.into_iter().zip((0..).map(|turn| kinds[turn % kinds.len()]));
    side_by_side(turns, |(framework, kind)| {
        let server = server(kind);
        let Some(started) = framework.start(Scenario::Backlog, &server) else { return };
        let seen = snapshot_with(&server, NAMED);
        let expected: BTreeMap<String, u64> =
            serde_json::from_value(started.truth["tenants"].clone()).unwrap();
        assert_eq!(tenants(&seen), expected, "{} on {kind:?}: {seen}", framework.name);
        assert!(!seen.to_string().contains("secret"), "{}: {seen}", framework.name);
        assert!(tenants(&snapshot(&server)).is_empty(), "nobody named a field: {}", framework.name);
    });
}

#[test]
fn tenants_of_bull_stand_in_the_data_of_a_jobs_hash() {
    let kinds = kinds();
    let turns = [BULL, BULLMQ].into_iter().zip((0..).map(|turn| kinds[turn % kinds.len()]));
    side_by_side(turns, |(framework, kind): (Framework, Kind)| {
        let server = server(kind);
        let Some(_started) = framework.start(Scenario::Backlog, &server) else { return };
        let seen = snapshot_with(&server, NAMED);
        let told = tenants(&seen);
        for name in ["t0", "t1", "t2"] {
            assert!(told.get(name).is_some_and(|jobs| (6..=14).contains(jobs)), "{told:?} of {seen}");
        }
    });
}

#[test]
fn a_tenant_that_floods_a_list_of_the_operators_own_is_told_with_its_share_and_bytes() {
    let server = server(kinds()[0]);
    let made = server.redis_cli(&[
        "EVAL",
        "for n=1,20000 do redis.call('LPUSH',KEYS[1],'{\"shop\":{\"id\":\"'..(n%5<4 and 'acme' or 'shop'..n%100) \
         ..'\"},\"card\":\"secret'..n..'\"}') end return redis.call('LLEN',KEYS[1])",
        "1",
        "jobs:mail",
    ]);
    assert!(made.contains("20000"), "{made}");
    let config = "[queues]\nlists = [\"jobs:*\"]\ntenant = \"shop.id\"\n";
    let seen = snapshot_with(&server, config);
    let queue = &seen["queues"][0];
    let first = &queue["tenants"][0];
    assert_eq!((&first["tenant"], &first["part"]), (&"acme".into(), &"ready".into()), "{seen}");
    let (share, error) = (first["share"].as_f64().unwrap(), first["error"].as_f64().unwrap());
    assert!((share - 0.8).abs() <= 0.08 && error > 0.0 && error < 0.06, "{first}");
    let bytes = first["bytes"].as_u64().unwrap();
    assert!((600_000..1_000_000).contains(&bytes), "{first}");
    assert_eq!(queue["classes"], Value::Array(Vec::new()), "no class is known: {queue}");
    let findings = seen["findings"].as_array().unwrap();
    let flood = findings.iter().find(|finding| finding["id"] == "queue.flood").expect("a flood");
    assert!(flood["text"].as_str().unwrap().contains("ready jobs are for tenant acme"), "{flood}");
    assert!(!seen.to_string().contains("secret"));
}
