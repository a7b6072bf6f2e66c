//! The laws of all rules, and each rule about the server at its edges.

mod fanout;

use super::*;
use crate::core::diagnose::evidence::fanout::FanoutCase;
use crate::core::diagnose::evidence::memory::MemoryCase;
use crate::core::diagnose::evidence::{GroupCounts, PingTimes, SlowWork};
use crate::core::diagnose::finding::Severity;
use crate::core::diagnose::hold::Hold;
use crate::core::model::Name;
use crate::core::model::cache::{Lookups, Window};
use crate::core::model::info::Info;
use crate::core::model::memory::LimitContext;
use crate::core::model::refusals::{RefusalCode, RefusalCounts};
use crate::core::model::server::{LoadProgress, ServerRole};
use std::collections::BTreeSet;

mod groups;
mod memory;
mod queues;
mod refusals;

const NOW_MS: i64 = 1_700_000_000_000;
const GIB: u64 = 1 << 30;

/// A server on which all is well.
fn healthy() -> Info {
    let mut info = Info::default();
    info.clients.connected = Some(10);
    info.clients.max = Some(1_000);
    info.stats.lookups = Some(Lookups::default());
    info.stats.evicted = Some(0);
    info.memory.used = Some(GIB);
    info.memory.maxmemory = Some(10 * GIB);
    info.memory.policy = Some("noeviction".to_owned());
    info.persistence.rdb_last_ok = Some(true);
    info.persistence.aof_enabled = Some(true);
    info.persistence.aof_last_write_ok = Some(true);
    info.server.role = ServerRole::Primary;
    info
}

fn evidence<'a>(info: Option<&'a Info>, hold: &'a Hold) -> Evidence<'a> {
    Evidence {
        refusing: None,
        now_ms: NOW_MS,
        info,
        cache: Window {
            lookups: Lookups { hits: 900, misses: 100 },
            outside_us: 59_000_000,
            whole_us: 60_000_000,
        },
        rejected: info.map(|_| 0),
        refusals: info.map(|_| RefusalCode::COUNTED.into_iter().map(|code| (code, 0)).collect()),
        evicted_per_s: info.map(|_| 0.0),
        slow: info.map(|_| SlowWork::default()),
        pings: match info {
            Some(_) => {
                PingTimes { samples: 40, longest_us: Some(900), median_us: Some(300), usual_us: Some(300) }
            }
            None => PingTimes::default(),
        },
        fanout: fanout(info),
        groups: Vec::new(),
        consumers: Vec::new(),
        tally: GroupCounts { is_searched: info.is_some(), ..GroupCounts::default() },
        memory: MemoryCase {
            headroom: info.and_then(|info| info.memory.headroom(LimitContext::default())),
            is_foretold: info.is_some(),
            over_limit_ms: info.map(|_| 0),
            full_syncs: info.map(|_| 0),
            has_clients: info.is_some(),
            ..MemoryCase::default()
        },
        queues: Vec::new(),
        group_workers: Vec::new(),
        overdue: Vec::new(),
        queue_leaks: Vec::new(),
        standing: hold,
    }
}

/// A few subscribers, all of whom keep up.
fn fanout<'a>(info: Option<&Info>) -> FanoutCase<'a> {
    let is_known = info.is_some();
    FanoutCase {
        is_used: is_known.then_some(true),
        is_listed: is_known,
        patterns: is_known.then_some(1),
        ..FanoutCase::default()
    }
}

/// What one rule says of a changed server.
fn told(
    id: &str,
    change: impl Fn(&mut Info),
    also: impl Fn(&mut Evidence<'_>),
) -> Option<(Severity, String)> {
    let (mut info, hold) = (healthy(), Hold::default());
    change(&mut info);
    let mut evidence = evidence(Some(&info), &hold);
    also(&mut evidence);
    let (found, cannot_tell) = ask(&evidence, &Thresholds::default());
    assert!(cannot_tell.iter().all(|rule| rule.id != id), "{cannot_tell:?}");
    let mut own = found.into_iter().filter(|finding| finding.id == id);
    let first = own.next().map(|finding| (finding.severity, finding.text));
    assert_eq!(own.next(), None);
    first
}

fn severity(id: &str, change: impl Fn(&mut Info)) -> Option<Severity> {
    told(id, change, |_| {}).map(|(severity, text)| {
        assert!(text.chars().any(|c| c.is_ascii_digit()), "no number: {text}");
        severity
    })
}

/// Others were refused so often with this code.
fn refused(code: RefusalCode, count: u64) -> impl Fn(&mut Evidence<'_>) {
    move |evidence| evidence.refusals = Some(RefusalCounts::from_iter([(code, count)]))
}

const WARNING: Option<Severity> = Some(Severity::Warning);
const CRITICAL: Option<Severity> = Some(Severity::Critical);

#[test]
fn ids_are_unique_and_say_what_they_are_about() {
    let ids: BTreeSet<&str> = RULES.iter().map(|rule| rule.id).collect();
    assert_eq!(ids.len(), RULES.len());
    for rule in RULES {
        let (about, what) = rule.id.split_once('.').unwrap();
        let plain = |word: &str| word.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        assert!(
            plain(about) && plain(what) && !rule.doc.is_empty() && !rule.doc.ends_with('.'),
            "{}",
            rule.id
        );
    }
}

#[test]
fn every_rule_and_no_other_is_documented() {
    let page = include_str!("../../../../docs/FINDINGS.md");
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    let documented: Vec<&str> = rows.map(|(id, _)| id).filter(|id| id.contains('.')).collect();
    let ids: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
    assert_eq!(documented, ids, "docs/FINDINGS.md lists the rules in their order");
    for rule in RULES {
        assert!(
            page.contains(&format!("| `{}` | {} |", rule.id, rule.doc)),
            "{}: the page says something else",
            rule.id
        );
    }
}

#[test]
fn every_verdict_is_documented() {
    use crate::core::diagnose::consumers::ConsumerVerdict;
    use crate::core::diagnose::groups::GroupVerdict;
    let page = include_str!("../../../../docs/FINDINGS.md");
    let words = GroupVerdict::ALL.map(GroupVerdict::word);
    for word in words.into_iter().chain(ConsumerVerdict::ALL.map(ConsumerVerdict::word)) {
        assert!(page.contains(&format!("| `{word}` |")), "{word}");
    }
}

#[test]
fn nothing_is_found_where_all_is_well_and_every_rule_can_tell() {
    let (info, hold) = (healthy(), Hold::default());
    assert_eq!(ask(&evidence(Some(&info), &hold), &Thresholds::default()), (vec![], vec![]));
}

#[test]
fn a_rule_without_its_figures_cannot_tell() {
    let hold = Hold::default();
    let mut blank = evidence(None, &hold);
    blank.cache = Window::default();
    let (found, cannot_tell) = ask(&blank, &Thresholds::default());
    assert_eq!(found, vec![]);
    let blind: Vec<&str> = cannot_tell.iter().map(|rule| rule.id).collect();
    // That every command is refused is known from the refusals themselves.
    let known = ["server.busy", "server.refusing_all"];
    let others: Vec<&str> = RULES.iter().map(|rule| rule.id).filter(|id| !known.contains(id)).collect();
    assert_eq!(blind, others);
    assert!(cannot_tell.iter().all(|rule| !rule.blind.text().is_empty()));
}

#[test]
fn a_window_that_is_too_short_is_no_clean_bill() {
    let (info, hold) = (healthy(), Hold::default());
    let mut short = evidence(Some(&info), &hold);
    short.cache.whole_us = 4_999_999;
    short.evicted_per_s = None;
    short.tally = GroupCounts { is_searched: true, groups: 9, too_soon: 2, ..GroupCounts::default() };
    let (_, cannot_tell) = ask(&short, &Thresholds::default());
    let blind = |id| cannot_tell.iter().find(|rule| rule.id == id).map(|rule| rule.blind.clone());
    for id in ["cache.hit_ratio", "memory.evicting", "stream.slow"] {
        assert!(matches!(blind(id), Some(Blind::TooSoon(_))), "{id}");
    }
    assert_eq!(blind("consumer.dead"), None);
}

#[test]
fn the_hit_ratio_is_judged_from_fifty_lookups_on() {
    let ratio = |hits, misses| {
        told("cache.hit_ratio", |_| {}, |evidence| evidence.cache.lookups = Lookups { hits, misses })
    };
    assert_eq!(ratio(51, 49), None);
    assert_eq!(ratio(10, 39), None, "49 lookups say nothing");
    let (severity, text) = ratio(500, 500).unwrap();
    assert_eq!((severity, text.as_str()), (Severity::Warning, "50% of 1,000 lookups found their key in 1m"));
}

#[test]
fn clients_are_told_of_before_they_are_refused() {
    let at = |connected| severity("clients.near_limit", move |info| info.clients.connected = Some(connected));
    assert_eq!([799, 800, 899, 900].map(at), [None, WARNING, WARNING, CRITICAL]);
    let refused = |rejected| {
        told("clients.rejected", |_| {}, |evidence| evidence.rejected = Some(rejected))
            .map(|(severity, _)| severity)
    };
    assert_eq!([0, 1, 5, 6].map(refused), [None, WARNING, WARNING, CRITICAL]);
}

#[test]
fn memory_is_measured_as_the_server_measures_it() {
    let used = |tenths, policy: &'static str| {
        severity("memory.near_limit", move |info| {
            info.memory.used = Some(tenths * GIB);
            info.memory.policy = Some(policy.to_owned());
        })
    };
    assert_eq!([8, 9, 10].map(|tenths| used(tenths, "noeviction")), [None, WARNING, CRITICAL]);
    assert_eq!(used(10, "volatile-lru"), CRITICAL);
    assert_eq!(used(10, "allkeys-lru"), None, "a cache may be full");
    let uncounted = severity("memory.near_limit", |info| {
        info.memory.used = Some(10 * GIB);
        info.memory.not_counted_for_evict = Some(5 * GIB);
    });
    assert_eq!(uncounted, None);
    let host = |rss| {
        severity("memory.near_limit", move |info| {
            info.memory.maxmemory = Some(0);
            info.memory.rss = Some(rss);
            info.memory.system_total = Some(100);
        })
    };
    assert_eq!([89, 90, 95].map(host), [None, WARNING, CRITICAL]);
}

#[test]
fn a_few_evictions_are_a_cache_at_work() {
    let at = |per_s| {
        told("memory.evicting", |_| {}, |evidence| evidence.evicted_per_s = Some(per_s))
            .map(|(severity, _)| severity)
    };
    assert_eq!([99.9, 100.0, 500.0].map(at), [None, WARNING, CRITICAL]);
}

#[test]
fn slow_commands_count_by_the_time_they_took() {
    let at = |total_us| {
        let longest = Some((Name::from("KEYS"), total_us, NOW_MS - 5_000));
        let slow = SlowWork { entries: 3, total_us, longest };
        told("slowlog.new", |_| {}, |evidence| evidence.slow = Some(slow.clone()))
    };
    assert_eq!(at(99_000), None);
    let text = "3 slow commands held the server for 412 ms in the last minute, the longest KEYS for 412 ms";
    assert_eq!(at(412_000), Some((Severity::Warning, text.to_owned())));
    assert_eq!(at(1_000_000).map(|(severity, _)| severity), CRITICAL);
}

#[test]
fn a_long_way_is_no_blocked_server() {
    let pings = |longest_ms: u64, median_ms: u64, usual_ms: u64| {
        told(
            "server.blocked",
            |_| {},
            |evidence| {
                evidence.pings = PingTimes {
                    samples: 40,
                    longest_us: Some(longest_ms * 1000),
                    median_us: Some(median_ms * 1000),
                    usual_us: Some(usual_ms * 1000),
                };
            },
        )
        .map(|(severity, _)| severity)
    };
    assert_eq!(pings(180, 150, 150), None);
    assert_eq!(pings(499, 1, 0), None);
    assert_eq!(pings(500, 1, 0), WARNING);
    assert_eq!(pings(1_900, 1, 1), CRITICAL);
    assert_eq!(pings(160, 160, 150), WARNING);
    assert_eq!(severity("server.blocked", |info| info.stats.eventloop_us = Some(20_000)), CRITICAL);
}

#[test]
fn plain_facts_of_the_server_are_found_at_once() {
    assert_eq!(
        severity("server.loading", |info| info.server.loading = Some(LoadProgress { share: Some(0.34) })),
        CRITICAL
    );
    assert_eq!(
        severity("persistence.rdb_failed", |info| info.persistence.rdb_last_ok = Some(false)),
        CRITICAL
    );
    let aof = |written, rewritten, enabled| {
        severity("persistence.aof_failed", move |info| {
            info.persistence.aof_enabled = Some(enabled);
            info.persistence.aof_last_write_ok = Some(written);
            info.persistence.aof_last_rewrite_ok = Some(rewritten);
        })
    };
    assert_eq!(aof(false, true, true), CRITICAL);
    assert_eq!(aof(true, false, true), WARNING);
    assert_eq!(aof(false, false, false), None, "nobody minds a file that is off");
    let replica = |role, up| {
        severity("replication.link_down", move |info| {
            info.server.role = role;
            info.replication.link_up = up;
            info.replication.link_silent_s = Some(7);
        })
    };
    assert_eq!(replica(ServerRole::Replica, Some(false)), CRITICAL);
    assert_eq!(replica(ServerRole::Replica, Some(true)), None);
    assert_eq!(replica(ServerRole::Primary, None), None);
}
