//! Consumers and groups take what creating them takes, on every server, whatever their names; those that nobody uses are
//! told, and removing them is a way to free memory.

use crate::server::{Build, Kind, Options, Server, builds};
use crate::watch::{connection, memory, read_all, runtime, session};
use streamgauge::core::model::Name;
use streamgauge::core::reading::Reading;
use streamgauge::core::reading::saving::SavingKind;

const MANY: usize = 20_000;

/// How names are made.
#[derive(Clone, Copy, Debug)]
enum Names {
    /// A word and a number.
    Short,
    /// A random UUID.
    Uuid,
    /// A host's name before it.
    Long,
    /// Three digits of 36.
    Tiny,
    /// A hundred bytes, of which the last are a number.
    Alike,
}

impl Names {
    fn of(self, n: usize) -> String {
        // Random to look at, the same in every run.
        let mixed = |seed: usize| {
            (seed as u64 + 1)
                .wrapping_mul(0x9e37_79b9_7f4a_7c15)
                .rotate_left(29)
                .wrapping_mul(0xbf58_476d_1ce4_e5b9)
        };
        let uuid = format!("{:08x}-{:04x}-4{:015x}", mixed(n) >> 32, mixed(n) as u16, mixed(n + MANY) >> 4);
        match self {
            Self::Short => format!("c{n}"),
            Self::Uuid => uuid,
            Self::Tiny => {
                let digit = |at: u32| char::from_digit((n / 36_usize.pow(at) % 36) as u32, 36).unwrap();
                [digit(0), digit(1), digit(2)].iter().collect()
            }
            Self::Alike => format!("{:x<90}{n:010}", "billing-worker"),
            Self::Long => format!("billing-worker-7d9f8b6c5-x2x7k.production.{uuid}"),
        }
    }
}

/// Makes `count` consumers or groups; what that takes, bytes.
fn grow(
    connection: &mut redis::Connection,
    count: usize,
    command: impl Fn(&mut redis::Pipeline, usize),
) -> u64 {
    let before = memory(connection, "used_memory");
    for from in (0..count).step_by(1_000) {
        let mut pipe = redis::pipe();
        (from..count.min(from + 1_000)).for_each(|n| command(&mut pipe, n));
        let _: redis::Value = pipe.query(connection).unwrap();
    }
    memory(connection, "used_memory").saturating_sub(before)
}

fn consumers(build: &Build, connection: &mut redis::Connection, count: usize, names: Names) -> u64 {
    let is_old = build.version.starts_with("5.") || build.version.starts_with("6.0.");
    grow(connection, count, |pipe, n| {
        let name = names.of(n);
        if is_old {
            // A read of what is not there makes a consumer before 6.2.
            pipe.cmd("XREADGROUP")
                .arg(&["GROUP", "workers", &name, "COUNT", "1", "STREAMS", "jobs", "9-9"])
                .ignore();
        } else {
            pipe.cmd("XGROUP").arg(&["CREATECONSUMER", "jobs", "workers", &name]).ignore();
        }
    })
}

fn started(build: &Build) -> (Server, redis::Connection) {
    let server = Server::start(Options::from(build));
    let mut connection = connection(&server);
    redis::cmd("XGROUP").arg(&["CREATE", "jobs", "workers", "0", "MKSTREAM"]).exec(&mut connection).unwrap();
    for n in 0..100 {
        redis::cmd("XADD").arg(&["jobs", "*", "n", &n.to_string()]).exec(&mut connection).unwrap();
    }
    (server, connection)
}

fn read(server: &Server) -> Reading {
    let mut reading = Reading::new(0);
    runtime().block_on(async { read_all(&mut session(server), &mut reading).await });
    reading
}

fn close(estimate: u64, truth: u64, what: &str) {
    let ratio = estimate as f64 / truth as f64;
    assert!((ratio - 1.0).abs() < 0.3, "{what}: {estimate} of {truth}: {ratio:.2}");
}

#[test]
fn consumers_take_what_creating_them_takes_and_are_told_when_nobody_uses_them() {
    for build in builds() {
        // So few that their names are read, so many that MEMORY USAGE tells how long they are, and more than that.
        for (count, names) in [
            (900, Names::Long),
            (MANY, Names::Short),
            (MANY, Names::Uuid),
            (MANY, Names::Long),
            (MANY, Names::Tiny),
            (MANY, Names::Alike),
            (MANY + 4_000, Names::Tiny),
            (MANY + 4_000, Names::Alike),
        ] {
            let (server, mut connection) = started(&build);
            let truth = consumers(&build, &mut connection, count, names);
            let reading = read(&server);
            let what = format!("{:?} {} {count} {names:?}", build.kind, build.version);
            let key = Name::from("jobs");
            let stream = &reading.streams()[&key];
            let size = reading.stream_size(stream);
            // Beyond that nobody knows the names, but where MEMORY USAGE looks at a few.
            let is_known = count <= MANY || (build.kind == Kind::Valkey && build.major() >= 8);
            assert_eq!(size.is_consumers_least, !is_known, "{what}");
            let is_right = |bytes: u64| match is_known {
                true => close(bytes, truth, &what),
                false => assert!(truth / 3 < bytes && bytes <= truth, "{what}: {bytes} of {truth}"),
            };
            is_right(size.consumers.unwrap());
            assert!(size.entries.unwrap() < 20_000, "{what}: {size:?}");
            let biggest = reading.biggest_keys();
            assert_eq!((&biggest[0].facts.name, biggest[0].facts.bytes), (&key, size.total()), "{what}");
            let saving = reading
                .savings()
                .into_iter()
                .find(|saving| matches!(saving.kind, SavingKind::RemoveConsumers { .. }));
            is_right(saving.unwrap().bytes);
            let found: Vec<_> = reading.findings().iter().map(|finding| finding.id).collect();
            assert_eq!(found.contains(&"consumer.leaked"), count >= 1_000, "{what}: {found:?}");
        }
    }
}

#[test]
fn groups_take_what_creating_them_takes() {
    for build in builds() {
        for names in [Names::Short, Names::Long] {
            let (server, mut connection) = started(&build);
            let truth = grow(&mut connection, 1_000, |pipe, n| {
                pipe.cmd("XGROUP").arg(&["CREATE", "jobs", &names.of(n), "$"]).ignore();
            });
            let reading = read(&server);
            let size = reading.stream_size(&reading.streams()[&Name::from("jobs")]);
            close(size.consumers.unwrap(), truth, &format!("{build:?} {names:?}"));
        }
    }
}
