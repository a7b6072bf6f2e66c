//! Lag against brute force, on every server there is: random streams, groups, reads, acknowledgements,
//! deletions, trims and SETID; exact must equal a count of XRANGE, at least must never exceed it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "../support/server.rs"]
mod server;
#[path = "../support/session.rs"]
mod support;

mod losses;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use server::{Build, Options, Server, builds};
use std::cell::RefCell;
use streamgauge::core::figures::column::Certainty;
use streamgauge::core::model::Name;
use streamgauge::core::reading::Reading;
use streamgauge::core::wire::round::{Focus, PollSettings};
use streamgauge::edge::source::Session;

/// What happens to a stream, with numbers that are made to fit.
#[derive(Clone, Debug)]
enum Change {
    Add(u8),
    Group(u8, Start),
    Read(u8, u8),
    Acknowledge(u8),
    Delete(u16),
    TrimTo(u16),
    SetId(u8, Start),
    Drop,
}

/// Where a group is made to stand.
#[derive(Clone, Debug)]
enum Start {
    Begin,
    End,
    Middle(u16),
    Claimed(u16, i8),
}

fn change() -> impl Strategy<Value = Change> {
    let start = || {
        prop_oneof![
            Just(Start::Begin),
            Just(Start::End),
            any::<u16>().prop_map(Start::Middle),
            (any::<u16>(), any::<i8>()).prop_map(|(at, read)| Start::Claimed(at, read)),
        ]
    };
    prop_oneof![
        6 => (1_u8..40).prop_map(Change::Add),
        2 => (0_u8..3, start()).prop_map(|(group, start)| Change::Group(group, start)),
        5 => (0_u8..3, 1_u8..30).prop_map(|(group, count)| Change::Read(group, count)),
        2 => (0_u8..3).prop_map(Change::Acknowledge),
        3 => any::<u16>().prop_map(Change::Delete),
        2 => any::<u16>().prop_map(Change::TrimTo),
        2 => (0_u8..3, start()).prop_map(|(group, start)| Change::SetId(group, start)),
        1 => Just(Change::Drop),
    ]
}

struct World<'a> {
    connection: &'a mut redis::Connection,
    key: &'static str,
    has_entries_read: bool,
}

impl World<'_> {
    fn ask(&mut self, words: &[String]) -> Option<redis::Value> {
        let mut command = redis::cmd(&words[0]);
        command.arg(&words[1..]);
        command.query(self.connection).ok()
    }

    fn say(&mut self, line: &str) -> Option<redis::Value> {
        let words: Vec<String> = line.split_whitespace().map(|word| word.replace("KEY", self.key)).collect();
        self.ask(&words)
    }

    fn ids(&mut self) -> Vec<String> {
        self.ids_after("-")
    }

    fn ids_after(&mut self, start: &str) -> Vec<String> {
        let reply: Vec<(String, redis::Value)> =
            redis::cmd("XRANGE").arg(self.key).arg(start).arg("+").query(self.connection).unwrap();
        reply.into_iter().map(|(id, _)| id).collect()
    }

    fn place(&mut self, start: &Start) -> String {
        let ids = self.ids();
        let at =
            |number: u16| ids.get(usize::from(number) % ids.len().max(1)).cloned().unwrap_or("5-0".into());
        match start {
            Start::Begin => "0".into(),
            Start::End => "$".into(),
            Start::Middle(number) => at(*number),
            Start::Claimed(number, read) if self.has_entries_read => {
                format!("{} ENTRIESREAD {read}", at(*number))
            }
            Start::Claimed(number, _) => at(*number),
        }
    }

    fn act(&mut self, change: &Change) {
        match change {
            Change::Add(count) => (0..*count).for_each(|_| drop(self.say("XADD KEY * field value"))),
            Change::Group(group, start) => {
                let place = self.place(start);
                self.say(&format!("XGROUP CREATE KEY g{group} {place}"));
            }
            Change::Read(group, count) => {
                self.say(&format!("XREADGROUP GROUP g{group} c COUNT {count} STREAMS KEY >"));
            }
            Change::Acknowledge(group) => {
                for id in self.ids().into_iter().take(5) {
                    self.say(&format!("XACK KEY g{group} {id}"));
                }
            }
            Change::Delete(number) => {
                let ids = self.ids();
                if let Some(id) = ids.get(usize::from(*number) % ids.len().max(1)) {
                    self.say(&format!("XDEL KEY {id}"));
                }
            }
            Change::TrimTo(number) => {
                let length = self.ids().len().max(1);
                self.say(&format!("XTRIM KEY MAXLEN {}", usize::from(*number) % length));
            }
            Change::SetId(group, start) => {
                let place = self.place(start);
                self.say(&format!("XGROUP SETID KEY g{group} {place}"));
            }
            Change::Drop => {
                self.say("XGROUP DESTROY KEY g2");
            }
        }
    }

    /// Entries after a group's cursor, counted one by one.
    fn undelivered(&mut self, cursor: &str) -> u64 {
        let ids = self.ids_after(cursor);
        ids.iter().filter(|id| id.as_str() != cursor).count() as u64
    }
}

fn session(server: &Server) -> Session {
    let patterns = vec![Name::from("lag")];
    let settings =
        PollSettings { interval_us: 1_000_000, patterns, everything: true, ..PollSettings::default() };
    support::session(server, settings)
}

/// Two rounds, and more until everything was read once: what a command costs is tried before it is asked of all.
async fn read_all(session: &mut Session, reading: &mut Reading) {
    for round in 1..20 {
        reading.advance(session.round(&Focus::default()).await.unwrap());
        if round >= 2 && !session.planner().has_unread() {
            return;
        }
    }
    panic!("something is never read");
}

async fn read_once(session: &mut Session, reading: &mut Reading) {
    session.connect().await.unwrap();
    read_all(session, reading).await;
    for snapshot in support::backlogs(session).await {
        reading.advance(snapshot);
    }
}

fn check(build: &Build, cases: u32) {
    let server = Server::start(Options::from(build));
    let client = redis::Client::open(format!("redis+unix://{}", server.socket().display())).unwrap();
    let connection = RefCell::new(client.get_connection().unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&proptest::collection::vec(change(), 1..40), |changes| {
        let connection = &mut *connection.borrow_mut();
        redis::cmd("FLUSHALL").exec(connection).unwrap();
        let mut world = World { connection, key: "lag", has_entries_read: build.major() >= 7 };
        let mut session = session(&server);
        let mut reading = Reading::new(0);
        world.act(&Change::Add(3));
        world.act(&Change::Group(0, Start::Begin));
        for chunk in changes.chunks(8) {
            chunk.iter().for_each(|change| world.act(change));
            runtime.block_on(read_once(&mut session, &mut reading));
            let Some(stream) = reading.streams().get(&Name::from("lag")) else { continue };
            prop_assert!(stream.length.unwrap().value as usize == world.ids().len());
            for group in stream.groups.values() {
                let truth = world.undelivered(&group.facts.last_delivered.unwrap().to_string());
                prop_assert_eq!(group.lag.kind, Certainty::Exact, "{:?} on {:?}", group.facts, build);
                prop_assert_eq!(group.lag.entries, Some(truth), "{:?} on {:?}", group.facts, build);
            }
        }
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{} {}: {error}", build.version, build.path.display());
    }
}

#[test]
fn exact_lag_is_what_a_brute_force_count_finds_on_every_server() {
    for build in builds() {
        check(&build, 24);
    }
}

#[test]
fn beyond_the_cap_the_lag_is_a_lower_bound_that_never_exceeds_the_truth() {
    for build in builds() {
        let server = Server::start(Options::from(&build));
        let client = redis::Client::open(format!("redis+unix://{}", server.socket().display())).unwrap();
        let mut connection = client.get_connection().unwrap();
        let mut pipe = redis::pipe();
        for number in 1..=3_000_u32 {
            pipe.cmd("XADD").arg("lag").arg(format!("{number}-0")).arg("f").arg("v");
        }
        pipe.exec(&mut connection).unwrap();
        for (group, place) in [("near", "2500-0"), ("far", "500-0"), ("new", "0")] {
            redis::cmd("XGROUP")
                .arg("CREATE")
                .arg("lag")
                .arg(group)
                .arg(place)
                .exec(&mut connection)
                .unwrap();
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (mut session, mut reading) = (session(&server), Reading::new(0));
        runtime.block_on(read_once(&mut session, &mut reading));
        let stream = &reading.streams()[&Name::from("lag")];
        let lag = |group: &str| {
            (
                stream.groups.get(&Name::from(group)).unwrap().lag.entries,
                stream.groups.get(&Name::from(group)).unwrap().lag.kind,
            )
        };
        assert_eq!(lag("near"), (Some(500), Certainty::Exact), "{build:?}");
        assert_eq!(lag("far"), (Some(1_000), Certainty::AtLeast), "{build:?}");
        assert_eq!(lag("new"), (Some(3_000), Certainty::Exact), "{build:?}");
    }
}

#[test]
fn what_a_trim_takes_from_a_group_is_counted_as_lost() {
    for build in builds().iter().filter(|build| build.major() >= 7) {
        let server = Server::start(Options::from(build));
        let client = redis::Client::open(format!("redis+unix://{}", server.socket().display())).unwrap();
        let mut connection = client.get_connection().unwrap();
        let mut world = World { connection: &mut connection, key: "lag", has_entries_read: true };
        world.act(&Change::Add(30));
        world.say("XGROUP CREATE KEY g0 0");
        world.say("XREADGROUP GROUP g0 c COUNT 10 STREAMS KEY >");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (mut session, mut reading) = (session(&server), Reading::new(0));
        runtime.block_on(read_once(&mut session, &mut reading));
        world.say("XTRIM KEY MAXLEN 12");
        runtime.block_on(read_once(&mut session, &mut reading));
        let lost = |reading: &Reading| {
            reading.streams()[&Name::from("lag")]
                .groups
                .get(&Name::from("g0"))
                .unwrap()
                .lost_undelivered()
                .entries
        };
        assert_eq!(lost(&reading), Some(8), "{build:?}");
        world.say("XREADGROUP GROUP g0 c COUNT 100 STREAMS KEY >");
        runtime.block_on(read_once(&mut session, &mut reading));
        assert_eq!(lost(&reading), Some(8), "{build:?}");
    }
}
