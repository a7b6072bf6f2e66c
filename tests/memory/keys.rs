//! Keys of twenty patterns: counts are exact, bytes and lives are true, and nobody's hit ratio moves.

use crate::server::{Kind, kinds};
use crate::watch::{connection, read_all, runtime, server, session};
use std::collections::BTreeMap;
use streamgauge::core::reading::Reading;

const PATTERNS: u64 = 20;
const KEYS: u64 = 24_500;

/// What was put in: keys, bytes by brute force, keys without a TTL.
type Truth = BTreeMap<String, (u64, u64, u64)>;

/// Patterns of their own sizes: the last has twenty times the keys of the first.
fn pattern_of(key: u64) -> u64 {
    let at = (key * 7_919) % (PATTERNS * (PATTERNS + 1) / 2);
    (0..PATTERNS).find(|pattern| at < (pattern + 1) * (pattern + 2) / 2).unwrap()
}

fn fill(connection: &mut redis::Connection) {
    let mut pipe = redis::pipe();
    for key in 0..KEYS {
        let pattern = pattern_of(key);
        let name = format!("tier{pattern}x:{key}");
        let size = 20 + ((key * 31) % 97) as usize * (1 + pattern as usize % 7);
        match pattern % 4 {
            0 => pipe.cmd("SET").arg(&name).arg("v".repeat(size)).ignore(),
            1 => {
                let hash = pipe.cmd("HSET").arg(&name);
                for field in 0..1 + key % 40 {
                    hash.arg(format!("field{field}")).arg("v".repeat(size % 40));
                }
                hash.ignore()
            }
            2 => {
                let list = pipe.cmd("RPUSH").arg(&name);
                for _ in 0..1 + key % 60 {
                    list.arg("v".repeat(size % 60));
                }
                list.ignore()
            }
            _ => {
                let set = pipe.cmd("ZADD").arg(&name);
                for member in 0..1 + key % 30 {
                    set.arg(member).arg(format!("member{member}"));
                }
                set.ignore()
            }
        };
        if key % 10 >= pattern % 10 {
            pipe.cmd("PEXPIRE").arg(&name).arg(3_600_000 + key * 100).ignore();
        }
        if key % 2_000 == 1_999 {
            pipe.exec(connection).unwrap();
            pipe.clear();
        }
    }
    pipe.exec(connection).unwrap();
}

fn truth(connection: &mut redis::Connection) -> Truth {
    let names: Vec<String> = redis::cmd("KEYS").arg("*").query(connection).unwrap();
    let mut truth = Truth::new();
    for names in names.chunks(1_000) {
        let mut pipe = redis::pipe();
        for name in names {
            pipe.cmd("MEMORY").arg(&["USAGE", name, "SAMPLES", "0"]).cmd("PTTL").arg(name);
        }
        let answers: Vec<i64> = pipe.query(connection).unwrap();
        for (name, answer) in names.iter().zip(answers.chunks(2)) {
            let pattern = format!("{}:*", name.split_once(':').unwrap().0);
            let own = truth.entry(pattern).or_default();
            *own = (own.0 + 1, own.1 + answer[0] as u64, own.2 + u64::from(answer[1] == -1));
        }
    }
    truth
}

fn check(kind: Kind) {
    let server = server(kind, &[]);
    let mut connection = connection(&server);
    fill(&mut connection);
    let truth = truth(&mut connection);
    let mut reading = Reading::new(0);
    runtime().block_on(async { read_all(&mut session(&server), &mut reading).await });
    let keyspace = reading.keys().keyspace();
    assert!(keyspace.is_exact && keyspace.total.keys == KEYS, "{kind:?}: {:?}", reading.keys().pass());
    let found: BTreeMap<String, _> =
        keyspace.patterns.iter().map(|pattern| (pattern.glob.to_string(), &pattern.tally)).collect();
    assert_eq!(found.keys().collect::<Vec<_>>(), truth.keys().collect::<Vec<_>>(), "{kind:?}");
    for (pattern, (keys, bytes, forever)) in truth {
        let tally = found[&pattern];
        assert_eq!(tally.keys, keys, "{kind:?} {pattern}");
        let off = tally.bytes_of_all().unwrap() as f64 / bytes as f64 - 1.0;
        assert!(off.abs() < 0.1, "{kind:?} {pattern}: {off}");
        let share = tally.ttl.forever_share().unwrap() - forever as f64 / keys as f64;
        assert!(share.abs() < 0.02, "{kind:?} {pattern}: {share}");
    }
    let window = reading.this_node().cache.window(60_000_000);
    assert_eq!(window.lookups.total(), 0, "{kind:?}: nobody but us has read anything: {window:?}");
}

#[test]
fn counts_are_exact_and_bytes_and_lives_are_true() {
    kinds().into_iter().for_each(check);
}

#[test]
fn every_server_tells_its_keys_by_pattern() {
    for build in crate::server::builds() {
        let options = crate::server::Options { program: Some(build.path.clone()), ..Default::default() };
        let server = crate::server::Server::start(options);
        let mut connection = connection(&server);
        let mut pipe = redis::pipe();
        for key in 0..40 {
            pipe.cmd("SET").arg(format!("dash:{key}")).arg("v").arg("EX").arg(900).ignore();
        }
        pipe.exec(&mut connection).unwrap();
        let mut reading = Reading::new(0);
        runtime().block_on(async { read_all(&mut session(&server), &mut reading).await });
        let keyspace = reading.keys().keyspace();
        let found: Vec<_> =
            keyspace.patterns.iter().map(|found| (found.glob.to_string(), found.tally.keys)).collect();
        assert_eq!(found, [("dash:*".to_owned(), 40)], "{build:?}: {:?}", reading.keys());
    }
}
