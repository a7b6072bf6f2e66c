//! Pending rows whose entries were deleted above the first entry of the stream are told, and no others.

use streamgauge::core::diagnose::groups::GroupVerdict;
use streamgauge::core::model::Name;
use streamgauge::core::reading::Reading;
use streamgauge::core::wire::round::{Focus, PollSettings};

use crate::server::{Build, Options, PATIENCE, Server, builds};
use crate::session::session;
use std::time::{Duration, Instant};

/// A stream of nine entries; the groups have been given all of them, and acknowledged all but the third, fifth and
/// ninth.
fn stream_with(server: &Server, groups: &[&str]) {
    for n in 1..=9 {
        server.redis_cli(&["XADD", "s", &format!("{n}-1"), "f", "v"]);
    }
    for group in groups {
        server.redis_cli(&["XGROUP", "CREATE", "s", group, "0"]);
        server.redis_cli(&["XREADGROUP", "GROUP", group, "c", "COUNT", "9", "STREAMS", "s", ">"]);
        server.redis_cli(&["XACK", "s", group, "1-1", "2-1", "4-1", "6-1", "7-1", "8-1"]);
    }
}

/// Makes a row look as if it had been delivered two minutes ago.
fn age(server: &Server, group: &str, ids: &[&str]) {
    for id in ids {
        server.redis_cli(&["XCLAIM", "s", group, "c", "0", id, "IDLE", "120000", "JUSTID"]);
    }
}

/// Rounds of one reading, as `snapshot` makes them or as the console does: so many, and more until `holds`.
async fn read(server: &Server, everything: bool, rounds: usize, holds: impl Fn(&Reading) -> bool) -> Reading {
    let patterns = vec![Name::from("s")];
    let settings = PollSettings { interval_us: 100_000, patterns, everything, ..PollSettings::default() };
    let mut session = Box::new(session(server, settings));
    let mut reading = Reading::new(0);
    let end = Instant::now() + PATIENCE;
    for round in 0.. {
        if round >= rounds && (holds(&reading) || Instant::now() > end) {
            break;
        }
        Box::pin(session.connect()).await.unwrap();
        reading.advance(Box::pin(session.round(&Focus::default())).await.unwrap());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    reading
}

/// What is told of a group two of whose rows have no entry any more, and of one that has acknowledged them.
async fn deleted_on(build: &Build) {
    let server = Server::start(Options::from(build));
    stream_with(&server, &["sick", "well"]);
    // The entry of the ninth row is there, and was delivered just now.
    age(&server, "sick", &["3-1", "5-1"]);
    server.redis_cli(&["XACK", "s", "well", "3-1", "5-1"]);
    server.redis_cli(&["XDEL", "s", "3-1", "5-1"]);
    let (key, sick, well) = (Name::from("s"), Name::from("sick"), Name::from("well"));
    for everything in [true, false] {
        let has_ghosts = |reading: &Reading| {
            reading.group_verdict(&key, &sick).is_some_and(|judged| judged.verdict == GroupVerdict::Ghosts)
        };
        // Servers without EVAL_RO are asked twice, and by then another verdict stands for five seconds.
        let is_known = |reading: &Reading| build.major() >= 7 || has_ghosts(reading);
        let reading = Box::pin(read(&server, everything, 5, is_known)).await;
        let judged = reading.group_verdict(&key, &sick).unwrap();
        assert_eq!(judged.verdict, GroupVerdict::Ghosts, "{build:?}: {judged:?}");
        let wanted = "at least 2 entries pending and no longer in the stream, from 3-1 on";
        assert_eq!(judged.reason.to_string(), wanted, "{build:?}");
        assert_ne!(reading.group_verdict(&key, &well).unwrap().verdict, GroupVerdict::Ghosts, "{build:?}");
        let told = reading.findings().iter().filter(|finding| finding.id == "stream.ghosts");
        let told: Vec<String> = told.map(|finding| finding.subject.to_string()).collect();
        assert_eq!(told, ["s/sick"], "{build:?}");
    }
}

#[tokio::test]
async fn entries_deleted_above_the_first_are_told_and_those_that_are_there_are_not() {
    futures_util::future::join_all(builds().iter().map(deleted_on)).await;
}

#[tokio::test]
async fn what_was_delivered_a_moment_ago_may_be_acknowledged_yet() {
    let server = Server::start(Options::default());
    stream_with(&server, &["g"]);
    server.redis_cli(&["XDEL", "s", "3-1", "5-1"]);
    let reading = Box::pin(read(&server, true, 5, |_| true)).await;
    let judged = reading.group_verdict(&Name::from("s"), &Name::from("g")).unwrap();
    assert_ne!(judged.verdict, GroupVerdict::Ghosts, "{judged:?}");
}
