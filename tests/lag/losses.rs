//! What a trim takes from groups while a writer and readers are at work, on every server there is, against their own
//! counts.
//!
//! Knows what was written and what was read. Invariants: exact is exact, an estimate is within a quarter, at least is
//! never more than the truth, and a loss that goes on is never called well.

use crate::server::{Build, Options, PATIENCE, Server, builds};
use crate::support;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use streamgauge::core::diagnose::groups::GroupVerdict;
use streamgauge::core::figures::column::Certainty;
use streamgauge::core::model::Name;
use streamgauge::core::reading::Reading;
use streamgauge::core::wire::round::{Focus, PollSettings};
use streamgauge::edge::source::Session;

/// Time between rounds, and how many there are.
const INTERVAL: Duration = Duration::from_secs(1);
const ROUNDS: usize = 9;
/// Servers that are under load at once.
const AT_ONCE: usize = 4;
/// The trims: how a stream is told to keep 300 entries, or those of the last half second, which are as many.
const TRIMS: [(&str, Trim); 3] =
    [("about", Trim::Length("~")), ("exactly", Trim::Length("=")), ("by-age", Trim::Age { ms: 500 })];

/// How a stream is trimmed.
#[derive(Clone, Copy)]
enum Trim {
    /// Each entry that is added trims.
    Length(&'static str),
    /// XTRIM does, where the server has it by id.
    Age { ms: u64 },
}

/// Those that a server has.
fn trims(build: &Build) -> &'static [(&'static str, Trim)] {
    let has_min_id = build.major() >= 7 || build.version.starts_with("6.2");
    if has_min_id { &TRIMS } else { &TRIMS[..2] }
}

/// What was written to one stream, and what its groups were given.
#[derive(Default)]
struct Truth {
    added: AtomicU64,
    slow: AtomicU64,
    keeps: AtomicU64,
}

/// Does one thing again and again in its rhythm, over a connection of its own, until told to stop.
fn repeat(server: &Server, every_ms: u64, stop: &AtomicBool, mut task: impl FnMut(&mut redis::Connection)) {
    let client = redis::Client::open(format!("redis+unix://{}", server.socket().display())).unwrap();
    let mut connection = client.get_connection().unwrap();
    let mut next = Instant::now();
    while !stop.load(Ordering::SeqCst) {
        task(&mut connection);
        next += Duration::from_millis(every_ms);
        thread::sleep(next.saturating_duration_since(Instant::now()));
    }
}

/// What is written is read by one group at once.
fn write(connection: &mut redis::Connection, key: &str, trim: Trim, truth: &Truth) {
    let mut pipe = redis::pipe();
    for _ in 0..10 {
        let mut add = redis::cmd("XADD");
        add.arg(key);
        if let Trim::Length(how) = trim {
            add.arg("MAXLEN").arg(how).arg(300);
        }
        add.arg("*").arg("f").arg("v");
        pipe.add_command(add);
    }
    let ids: Vec<String> = pipe.query(connection).unwrap();
    if let Trim::Age { ms } = trim {
        let last_ms: u64 = ids[9].split('-').next().unwrap().parse().unwrap();
        redis::cmd("XTRIM").arg(key).arg("MINID").arg(last_ms - ms).exec(connection).unwrap();
    }
    truth.added.fetch_add(10, Ordering::SeqCst);
    truth.keeps.fetch_add(read(connection, key, "keeps", 1_000), Ordering::SeqCst);
}

/// A stream and its entries: an id, and fields with values.
type StreamEntries = (String, Vec<(String, Vec<String>)>);

fn read(connection: &mut redis::Connection, key: &str, group: &str, count: u32) -> u64 {
    let mut command = redis::cmd("XREADGROUP");
    command.arg("GROUP").arg(group).arg("c").arg("COUNT").arg(count).arg("NOACK");
    let reply: Option<Vec<StreamEntries>> =
        command.arg("STREAMS").arg(key).arg(">").query(connection).unwrap();
    reply.iter().flatten().map(|(_, entries)| entries.len() as u64).sum()
}

/// Entries that a group has not been given and that are there.
fn waiting(connection: &mut redis::Connection, key: &str, group: &str) -> u64 {
    let groups: Vec<HashMap<String, redis::Value>> =
        redis::cmd("XINFO").arg("GROUPS").arg(key).query(connection).unwrap();
    let text = |row: &HashMap<String, redis::Value>, field: &str| -> String {
        redis::from_redis_value(row[field].clone()).unwrap()
    };
    let row = groups.iter().find(|row| text(row, "name") == group).unwrap();
    let cursor = text(row, "last-delivered-id");
    let entries: Vec<(String, Vec<String>)> =
        redis::cmd("XRANGE").arg(key).arg(&cursor).arg("+").query(connection).unwrap();
    entries.iter().filter(|(id, _)| *id != cursor).count() as u64
}

async fn watch(session: &mut Session, reading: &mut Reading, rounds: usize) {
    for _ in 0..rounds {
        let until = tokio::time::Instant::now() + INTERVAL;
        support::look_until(session, until).await;
        tokio::time::sleep_until(until).await;
        reading.advance(session.round(&Focus::default()).await.unwrap());
        for snapshot in support::backlogs(session).await {
            reading.advance(snapshot);
        }
    }
}

fn check(build: &Build) {
    let server = Server::start(Options::from(build));
    let client = redis::Client::open(format!("redis+unix://{}", server.socket().display())).unwrap();
    let mut connection = client.get_connection().unwrap();
    let trims = trims(build);
    for (key, _) in trims {
        for group in ["slow", "keeps"] {
            let mut create = redis::cmd("XGROUP");
            create.arg("CREATE").arg(*key).arg(group).arg("0").arg("MKSTREAM").exec(&mut connection).unwrap();
        }
        redis::cmd("XADD").arg(*key).arg("*").arg("f").arg("v").exec(&mut connection).unwrap();
    }
    let settings = PollSettings {
        interval_us: u64::try_from(INTERVAL.as_micros()).unwrap(),
        patterns: trims.iter().map(|(key, _)| Name::from(*key)).collect(),
        everything: true,
        ..PollSettings::default()
    };
    let (mut session, mut reading) = (support::session(&server, settings), Reading::new(10_000_000));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let truths = TRIMS.map(|_| Truth::default());
    let stop = Arc::new(AtomicBool::new(false));
    runtime.block_on(async {
        session.connect().await.unwrap();
        crate::read_all(&mut session, &mut reading).await;
    });
    thread::scope(|scope| {
        for ((key, trim), truth) in trims.iter().zip(&truths) {
            let (server, stop) = (&server, &stop);
            scope.spawn(move || repeat(server, 17, stop, |line| write(line, key, *trim, truth)));
            scope.spawn(move || {
                repeat(server, 41, stop, |line| {
                    truth.slow.fetch_add(read(line, key, "slow", 10), Ordering::SeqCst);
                });
            });
        }
        runtime.block_on(watch(&mut session, &mut reading, ROUNDS));
        // A busy machine looks more seldom, and sees that something is lost later.
        let until = Instant::now() + PATIENCE;
        while !trims.iter().all(|(key, _)| is_told(&reading, key)) && Instant::now() < until {
            runtime.block_on(watch(&mut session, &mut reading, 1));
        }
        stop.store(true, Ordering::SeqCst);
    });
    // What was under way is told by the next rounds.
    runtime.block_on(watch(&mut session, &mut reading, 2));
    for ((key, _), truth) in trims.iter().zip(&truths) {
        // The one that was there before the writer began.
        let added = truth.added.load(Ordering::SeqCst) + 1;
        let lost = |group, read: &AtomicU64, connection: &mut redis::Connection| {
            added - read.load(Ordering::SeqCst) - waiting(connection, key, group)
        };
        let slow = lost("slow", &truth.slow, &mut connection);
        let keeps = lost("keeps", &truth.keeps, &mut connection);
        assert!(slow > 1_000 && keeps == 0, "the load did not come about: {slow}, {keeps} on {build:?}");
        judge(build, &reading, key, slow);
    }
}

/// Whether it is told that the group that is too slow loses entries.
fn is_told(reading: &Reading, key: &str) -> bool {
    let judgement = reading.group_verdict(&Name::from(key), &Name::from("slow"));
    judgement.is_some_and(|told| matches!(told.verdict, GroupVerdict::TrimAhead | GroupVerdict::Loss))
}

/// Whether what is told of both groups is right.
fn judge(build: &Build, reading: &Reading, key: &str, truth: u64) {
    let at = format!("{key} on {build:?}");
    let told = |group: &str| {
        reading.streams()[&Name::from(key)].groups.get(&Name::from(group)).unwrap().lost_undelivered()
    };
    let verdict = |group: &str| reading.group_verdict(&Name::from(key), &Name::from(group)).unwrap();
    let (slow, well) = (told("slow"), told("keeps"));
    let (bad, good) = (verdict("slow"), verdict("keeps"));
    assert!(!good.verdict.is_wrong(), "{:?} of a group that keeps up: {} {at}", good.verdict, good.reason);
    assert!(well.times == 0 && well.entries.unwrap_or(0) == 0, "{well:?} {at}");
    if build.major() < 7 {
        assert_eq!((slow.entries, slow.kind), (None, Certainty::Unknown), "{at}");
        assert!(matches!(bad.verdict, GroupVerdict::TrimAhead | GroupVerdict::Loss), "{bad:?} {at}");
        assert!(bad.reason.to_string().ends_with("can't be told before Redis 7.0"), "{} {at}", bad.reason);
        return;
    }
    assert_eq!(bad.verdict, GroupVerdict::TrimAhead, "{} {at}", bad.reason);
    let entries = slow.entries.unwrap_or_default();
    match slow.kind {
        Certainty::Exact => assert_eq!(entries, truth, "{at}"),
        Certainty::Estimate => {
            assert!(entries.abs_diff(truth) * 4 <= truth, "about {entries} of {truth} {at}")
        }
        Certainty::AtLeast => assert!(entries > 0 && entries <= truth, "at least {entries} of {truth} {at}"),
        Certainty::Unknown => panic!("nothing told of {truth} {at}"),
    }
}

#[test]
fn a_trim_that_runs_ahead_of_a_group_is_told_with_what_it_took() {
    for some in builds().chunks(AT_ONCE) {
        thread::scope(|scope| {
            let running: Vec<_> = some.iter().map(|build| scope.spawn(move || check(build))).collect();
            running.into_iter().for_each(|one| one.join().unwrap());
        });
    }
}
