//! The rules about memory, buffers, copies and tiers of keys, at their edges.

use super::*;
use crate::core::diagnose::evidence::memory::{
    LeakCase, LeakSign, OutputCase, PendingCase, TierCase, WalkShare,
};

const MIB: u64 = 1 << 20;

#[test]
fn memory_that_will_be_full_soon_names_who_fills_it_unless_a_cache_may_be_full() {
    let key = Name::from("telemetry");
    let told_in = |minutes: f64, policy: &str| {
        let policy = policy.to_owned();
        let change = move |info: &mut Info| info.memory.policy = Some(policy.clone());
        let also = |evidence: &mut Evidence<'_>| {
            evidence.memory.seconds_to_full = Some(minutes * 60.0);
            evidence.memory.grows_per_s = Some(MIB as f64);
        };
        told("memory.full_soon", change, also).map(|(severity, _)| severity)
    };
    assert_eq!((told_in(31.0, "noeviction"), told_in(29.0, "noeviction")), (None, WARNING));
    assert_eq!((told_in(9.0, "volatile-lru"), told_in(9.0, "allkeys-lru")), (CRITICAL, None));
    let (mut info, hold) = (healthy(), Hold::default());
    info.memory.used = Some(9 * GIB);
    let mut evidence = evidence(Some(&info), &hold);
    evidence.memory.seconds_to_full = Some(500.0);
    evidence.memory.grows_per_s = Some(2.0 * MIB as f64);
    evidence.memory.grower = Some((&key, 1.5 * MIB as f64, 0.75));
    let (found, _) = ask(&evidence, &Thresholds::default());
    let text = &found.iter().find(|finding| finding.id == "memory.full_soon").unwrap().text;
    assert!(text.contains("2 MiB/s more, 75% of it by telemetry; 1 GiB left"), "{text}");
}

#[test]
fn time_over_the_limit_and_refused_writes_are_told_with_their_numbers() {
    let over = |ms| told("memory.over_limit", |_| {}, |e| e.memory.over_limit_ms = Some(ms)).map(|(s, _)| s);
    assert_eq!((over(100), over(1_500), over(45_000)), (None, WARNING, CRITICAL));
    let (severity, text) = told("memory.refusing", |_| {}, refused(RefusalCode::Oom, 12)).unwrap();
    assert_eq!(
        (Some(severity), text.as_str()),
        (CRITICAL, "12 writes were refused with OOM within the last minute")
    );
}

#[test]
fn a_policy_is_told_where_it_means_something_for_what_is_there() {
    let policy = |policy: &'static str| move |info: &mut Info| info.memory.policy = Some(policy.to_owned());
    let streams = |e: &mut Evidence<'_>| e.memory.streams = 3;
    let lists = |e: &mut Evidence<'_>| e.memory.lists = Some(2);
    let severity = |id, policy_word, also: &dyn Fn(&mut Evidence<'_>)| {
        told(id, policy(policy_word), also).map(|(severity, _)| severity)
    };
    assert_eq!(severity("memory.evictable_streams", "allkeys-lru", &streams), WARNING);
    assert_eq!(severity("memory.evictable_streams", "volatile-lru", &streams), None);
    assert_eq!(severity("memory.evictable_queues", "allkeys-lfu", &lists), WARNING);
    assert_eq!(severity("memory.evictable_queues", "noeviction", &lists), None);
    let filling = |expires: u64, used: u64| {
        let change = move |info: &mut Info| {
            info.memory.policy = Some("volatile-ttl".to_owned());
            info.memory.used = Some(used * GIB);
        };
        told("memory.nothing_evictable", change, |e| e.memory.keys = Some((1_000, expires))).map(|(s, _)| s)
    };
    assert_eq!((filling(3, 6), filling(500, 6), filling(3, 1)), (WARNING, None, None));
}

#[test]
fn the_rules_of_memory_doctor_hold_at_their_limits_and_one_cause_is_one_finding() {
    let all = |change: &dyn Fn(&mut Info)| {
        let (mut info, hold) = (healthy(), Hold::default());
        change(&mut info);
        let (found, _) = ask(&evidence(Some(&info), &hold), &Thresholds::default());
        found.iter().map(|finding| finding.id).collect::<Vec<_>>()
    };
    let fragmented = |info: &mut Info| {
        (info.memory.fragmentation_ratio, info.memory.fragmentation) = (Some(1.6), Some(600 << 20));
    };
    assert_eq!(all(&fragmented), ["memory.fragmentation"]);
    let holes = |info: &mut Info| {
        fragmented(info);
        (info.memory.allocator_frag_ratio, info.memory.allocator_frag) = (Some(1.5), Some(500 << 20));
    };
    assert_eq!(all(&holes), ["memory.allocator_fragmentation"]);
    let after_a_peak = |info: &mut Info| {
        fragmented(info);
        info.memory.peak = Some(2 * GIB);
    };
    assert_eq!(all(&after_a_peak), ["memory.peak"]);
    let small = |info: &mut Info| {
        after_a_peak(info);
        info.memory.used = Some(8 << 20);
    };
    assert_eq!(all(&small), Vec::<&str>::new());
    let pages = |info: &mut Info| {
        (info.memory.allocator_rss_ratio, info.memory.allocator_rss) = (Some(1.2), Some(200 << 20));
        (info.memory.rss_overhead_ratio, info.memory.rss_overhead) = (Some(1.2), Some(200 << 20));
        info.memory.scripts = Some(1_001);
    };
    assert_eq!(all(&pages), ["memory.allocator_pages", "memory.process", "memory.scripts"]);
    let buffers = |info: &mut Info| {
        info.memory.clients_normal = Some(10 * 201 * 1024);
        info.memory.replication_buffers = Some(30 << 20);
        info.memory.replication_backlog = Some(1 << 20);
    };
    assert_eq!(all(&buffers), ["clients.buffers", "replication.buffers"]);
}

#[test]
fn a_client_that_does_not_read_is_named_with_when_it_will_be_cut_off() {
    let (name, address) = (Name::from("feed"), Name::from("10.0.0.1:55"));
    let limit = crate::core::model::clients::OutputLimit { hard: Some(32 * MIB), soft: None, soft_s: 0 };
    let case = OutputCase {
        id: 7,
        name: &name,
        address: &address,
        class: crate::core::model::clients::ClientClass::Pubsub,
        bytes: 9 * MIB,
        grows_per_s: Some(MIB as f64),
        limit: Some(limit),
        seconds_to_cut: Some(23.0),
    };
    let (info, hold) = (healthy(), Hold::default());
    let text_where = |is_listed: bool, case: OutputCase<'_>| {
        let mut evidence = evidence(Some(&info), &hold);
        evidence.fanout.is_listed = is_listed;
        evidence.memory.outputs = vec![case];
        let (found, _) = ask(&evidence, &Thresholds::default());
        found.first().map(|finding| (finding.id, finding.text.clone()))
    };
    let text = |case: OutputCase<'_>| text_where(false, case);
    assert_eq!(text_where(true, case), None, "subscribers that are listed have a rule of their own");
    let told =
        |rest: &str| Some(("clients.output_buffer", format!("client 7 (feed) has not read 9 MiB, {rest}")));
    assert_eq!(text(case), told("1 MiB/s more; cut off in 23 s as it goes"));
    assert_eq!(
        text(OutputCase { limit: None, ..case }),
        told("1 MiB/s more; when it is cut off can't be read")
    );
    assert_eq!(text(OutputCase { bytes: MIB, ..case }), None);
}

#[test]
fn lists_tiers_and_copies_are_told_one_by_one() {
    let (key, glob) = (Name::from("clicks"), Name::from("charts:*"));
    let (info, hold) = (healthy(), Hold::default());
    let mut evidence = evidence(Some(&info), &hold);
    evidence.memory.lists_of_pending =
        vec![PendingCase { key: &key, group: &key, pending: 40_000, bytes: 6 * MIB, entries_bytes: MIB }];
    evidence.memory.tiers = vec![TierCase {
        glob: &glob,
        ttl_ms: 300_000,
        keys: 500,
        forever: (200, MIB),
        too_long: 4,
        longest_ms: Some(900_000),
    }];
    evidence.memory.keys_seen = WalkShare::Whole;
    evidence.memory.full_syncs = Some(4);
    let (found, _) = ask(&evidence, &Thresholds::default());
    let ids: Vec<_> = found.iter().map(|finding| (finding.id, finding.subject.to_string())).collect();
    let expected = [
        ("cache.ttl_missing", "charts:*"),
        ("cache.ttl_long", "charts:*"),
        ("memory.pending_lists", "clicks"),
        ("replication.resyncs", "server"),
    ];
    assert_eq!(ids, expected.map(|(id, subject)| (id, subject.to_owned())));
    assert!(found.iter().all(|finding| finding.text.chars().any(|c| c.is_ascii_digit())));
    let slow = severity("persistence.fork_slow", |info| info.persistence.latest_fork_us = Some(150_000));
    let fits = |copied| {
        severity("persistence.fork_headroom", move |info| {
            info.memory.rss = Some(6 * GIB);
            info.memory.system_total = Some(8 * GIB);
            info.persistence.rdb_last_copied = Some(copied * GIB);
        })
    };
    assert_eq!((slow, fits(1), fits(3)), (WARNING, None, WARNING));
    let freed =
        |objects| severity("memory.lazyfree", move |info| info.memory.lazyfree_pending = Some(objects));
    assert_eq!((freed(1_000), freed(200_000)), (None, WARNING));
}

#[test]
fn leaked_consumers_are_one_finding_a_group_or_one_for_many_groups_of_a_stream() {
    let names: Vec<Name> = (0..5).map(|n| Name::from(format!("g{n}").as_str())).collect();
    let (key, info, hold) = (Name::from("jobs"), healthy(), Hold::default());
    let case = |n: usize, leaked: u64, sign: LeakSign| LeakCase {
        key: &key,
        group: &names[n],
        consumers: leaked + 2,
        leaked,
        clients: 10,
        sign,
        examples: if sign == LeakSign::Idle { vec![&names[4]] } else { Vec::new() },
        bytes: Some(leaked * 150),
        is_bytes_least: sign == LeakSign::MoreThanClients,
    };
    let told = |leaks: Vec<LeakCase<'_>>| {
        let mut evidence = evidence(Some(&info), &hold);
        evidence.memory.leaks = leaks;
        let (found, _) = ask(&evidence, &Thresholds::default());
        found
            .into_iter()
            .map(|finding| (finding.id, finding.subject.to_string(), finding.text))
            .collect::<Vec<_>>()
    };
    let leaked = |subject: &str, text: &str| vec![("consumer.leaked", subject.to_owned(), text.to_owned())];
    let idle = "1,000 of 1,002 consumers hold nothing and are idle for an hour or more, such as g4; they take about 146 KiB";
    assert_eq!(told(vec![case(0, 1_000, LeakSign::Idle)]), leaked("jobs/g0", &format!("jobs/g0: {idle}")));
    let more = "300,000 of 300,002 consumers hold nothing and are more than the 10 clients connected could be; they take at least 42.9 MiB";
    assert_eq!(
        told(vec![case(1, 300_000, LeakSign::MoreThanClients)]),
        leaked("jobs/g1", &format!("jobs/g1: {more}"))
    );
    assert_eq!(told(vec![case(1, 999, LeakSign::Idle)]), []);
    let many = (0..4).map(|n| case(n, 1_000 + n as u64, LeakSign::Idle)).collect();
    let (id, subject, text) = told(many).remove(0);
    assert_eq!((id, subject.as_str()), ("consumer.leaked", "jobs"));
    assert!(
        text.starts_with("jobs: 4 groups keep consumers that nobody uses, 4,006 in all; g3: 1,003 of"),
        "{text}"
    );
}

#[test]
fn a_share_of_memory_that_is_not_known_makes_no_finding_and_no_clean_bill() {
    let (mut info, hold) = (healthy(), Hold::default());
    info.memory.used = None;
    let (_, cannot_tell) = ask(&evidence(Some(&info), &hold), &Thresholds::default());
    assert!(cannot_tell.iter().any(|rule| rule.id == "memory.pending_lists"), "{cannot_tell:?}");
}
