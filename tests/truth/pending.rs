//! A million pending entries in one group, every screen looked at: nothing of ours holds the server.

use crate::server::{Kind, kinds, side_by_side};
use crate::watch::{command_times, connection, pour, runtime, server, session};
use std::collections::BTreeMap;
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};
use streamgauge::core::model::Name;
use streamgauge::core::reading::Reading;
use streamgauge::core::wire::question::{EntriesQuestion, Page};
use streamgauge::core::wire::round::agenda::Turn;
use streamgauge::core::wire::round::{Fetch, Focus};
use streamgauge::edge::source::Session;

const CONSUMERS: u32 = 1_000;
const EACH: u32 = 1_000;
/// Entries that nobody was given yet: more than a count of ours may look at.
const UNDELIVERED: u32 = 3_000;
/// Mean time that none of our commands may take, microseconds.
const MEAN_US: f64 = 300.0;
const SLOW_US: u32 = 5_000;
/// A busy machine holds any command up now and then; what is slow by itself is slow every time.
const TRIES: usize = 6;

/// One pipeline of ten thousand XADDs, a hundred times; then every consumer takes its thousand.
fn fill(server: &crate::server::Server) {
    let mut socket = UnixStream::connect(server.socket()).unwrap();
    pour(&mut socket, b"XGROUP CREATE jobs workers 0 MKSTREAM\r\n");
    let add = b"*5\r\n$4\r\nXADD\r\n$4\r\njobs\r\n$1\r\n*\r\n$1\r\nf\r\n$1\r\nv\r\n";
    let batch = add.repeat(10_000);
    for _ in 0..CONSUMERS * EACH / 10_000 {
        pour(&mut socket, &batch);
    }
    for consumer in 0..CONSUMERS {
        let read = format!("XREADGROUP GROUP workers worker-{consumer} COUNT {EACH} STREAMS jobs >\r\n");
        pour(&mut socket, read.as_bytes());
    }
    pour(&mut socket, &add.repeat(UNDELIVERED as usize));
}

/// What each screen looks at.
fn screens() -> Vec<Focus> {
    let (jobs, workers) = (Name::from("jobs"), Name::from("workers"));
    let group = (jobs.clone(), workers.clone());
    let streams = Focus { streams: vec![jobs.clone()], ..Focus::default() };
    let groups = Focus { groups: vec![group], ..Focus::default() };
    let inside = Focus { streams: vec![jobs.clone()], ..groups.clone() };
    let pending = |consumer: Option<&str>| Focus {
        pending: Some((jobs.clone(), workers.clone(), consumer.map(Name::from))),
        ..inside.clone()
    };
    vec![
        Focus::default(),
        streams,
        groups,
        inside.clone(),
        pending(None),
        pending(Some("worker-0")),
        pending(Some("worker-999")),
        Focus { clients: true, ..Focus::default() },
        Focus { latency: true, ..Focus::default() },
    ]
}

async fn visit(session: &mut Session, reading: &mut Reading) {
    session.connect().await.unwrap();
    for _ in 0..3 {
        for focus in screens() {
            reading.advance(session.round(&focus).await.unwrap());
            session.ping().await;
            if let Some(snapshot) = session.turn(Turn::Search).await.unwrap() {
                reading.advance(snapshot);
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }
    let mut control = session.control();
    for from in [Page::Newest, Page::Oldest] {
        let question = EntriesQuestion { key: Name::from("jobs"), from };
        let asked = control.link(0).await.unwrap().ask(vec![question.command()]).await;
        let page = asked.exchanges[0].reply.as_ref().unwrap();
        assert!(page.items().is_some_and(|entries| !entries.is_empty()), "{page:?}");
    }
}

/// What somebody asks for with a key, however long it takes.
async fn fetch(session: &mut Session, reading: &mut Reading) {
    session.fetch(Fetch::Consumers(Name::from("jobs"), Name::from("workers"))).unwrap();
    session.fetch(Fetch::Clients).unwrap();
    reading.advance(session.round(&Focus::default()).await.unwrap());
}

/// Commands that were too slow since the figures were reset, each with what it took.
fn too_slow(connection: &mut redis::Connection) -> BTreeMap<String, String> {
    let times = command_times(connection);
    assert!(times.len() >= 8, "all of ours were asked: {times:?}");
    let mut slow: BTreeMap<String, String> = times
        .iter()
        .filter(|(_, (_, mean_us))| *mean_us > MEAN_US)
        .map(|(name, (calls, mean_us))| (name.clone(), format!("{mean_us} us in the mean of {calls}")))
        .collect();
    let log: Vec<SlowEntry> = redis::cmd("SLOWLOG").arg("GET").arg(100).query(connection).unwrap();
    for (_, _, took_us, words, ..) in log {
        slow.insert(words.join(" "), format!("{took_us} us"));
    }
    slow
}

/// An entry of the slow log: number, time, microseconds, words, address and name of the client.
type SlowEntry = (u64, u64, u64, Vec<String>, String, String);

fn check(kind: Kind) {
    let server = server(kind);
    let mut connection = connection(&server);
    fill(&server);
    let set = |connection: &mut redis::Connection, line: &str| {
        let words: Vec<&str> = line.split(' ').collect();
        redis::cmd(words[0]).arg(&words[1..]).exec(connection).unwrap();
    };
    set(&mut connection, &format!("CONFIG SET slowlog-log-slower-than {SLOW_US}"));
    let (runtime, mut session, mut reading) = (runtime(), session(&server), Reading::new(0));
    // Long enough to learn from the server's figures what its expensive reads take.
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(4) {
        runtime.block_on(visit(&mut session, &mut reading));
    }
    runtime.block_on(fetch(&mut session, &mut reading));
    let mut every_time: Option<BTreeMap<String, String>> = None;
    for _ in 0..TRIES {
        set(&mut connection, "CONFIG RESETSTAT");
        set(&mut connection, "SLOWLOG RESET");
        runtime.block_on(visit(&mut session, &mut reading));
        let found = too_slow(&mut connection);
        every_time = Some(match every_time {
            Some(before) => found.into_iter().filter(|(command, _)| before.contains_key(command)).collect(),
            None => found,
        });
        if every_time.as_ref().is_some_and(BTreeMap::is_empty) {
            break;
        }
    }
    assert_eq!(every_time, Some(BTreeMap::new()), "{kind:?}: slow every time");
    let group = reading.streams()[&Name::from("jobs")].groups.get(&Name::from("workers")).unwrap();
    assert_eq!(group.facts.pending, Some(u64::from(CONSUMERS * EACH)), "{kind:?}");
    assert_eq!(group.consumers.as_ref().unwrap().value.len(), CONSUMERS as usize, "{kind:?}");
    assert_eq!(group.pending.as_ref().unwrap().value.len(), 20, "{kind:?}");
    assert!(group.lag.entries.is_some_and(|lag| lag <= u64::from(UNDELIVERED)), "{kind:?}: {:?}", group.lag);
}

#[test]
fn a_million_pending_entries_cost_no_command_of_ours_a_third_of_a_millisecond() {
    side_by_side(kinds(), check);
}
