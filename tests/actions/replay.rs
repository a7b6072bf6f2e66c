//! A session over again: what crossed from the source to the reading, written down and read back, gives the same figures
//! a second time, and a session that was recorded once gives the same figures ever after.
//!
//! `UPDATE_RECORDED_JSON=1` writes anew what the recorded session comes to: for a change that is meant.
//! `UPDATE_RECORDING=1` records another session.

use crate::server::{Kind, Options, Server, kinds};
use crate::session::{PATIENT, backlogs};
use crate::undo::invalidate;
use crate::{Place, appear, connect, fill, read, say};
use regex::Regex;
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::sync_channel;
use std::time::Duration;
use streamgauge::core::model::cache::OwnLookups;
use streamgauge::core::ops::{Outcome, Request};
use streamgauge::core::reading::Reading;
use streamgauge::core::wire::decode::decode;
use streamgauge::core::wire::recording::{Recording, write_header, write_observation};
use streamgauge::core::wire::round::agenda::Turn;
use streamgauge::core::wire::round::{Focus, PollSettings};
use streamgauge::core::wire::{AskedFor, Observation};
use streamgauge::edge::source::Session;
use streamgauge::report::snapshot::{TargetLine, write_json};

const RECORDING: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/actions/session.jsonl");
const RECORDED_JSON: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/actions/session.json");

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_recorded_session_replayed_gives_the_same_json_byte_for_byte() {
    for &kind in &kinds() {
        let (observations, live) = Box::pin(session(kind, 25, 5_000)).await;
        let recorded = recorded(&observations);
        let mut replay = Reading::new(0);
        for (at, (observation, line)) in replayed(&recorded).iter().zip(&live).enumerate() {
            assert_eq!(observation, &observations[at], "{kind:?}");
            replay.advance(decode(observation));
            assert_eq!(&json(&replay), line, "{kind:?}, observation {at}");
        }
        assert_eq!(replayed(&recorded).len(), live.len());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_was_recorded_once_gives_the_same_figures_ever_after() {
    if std::env::var_os("UPDATE_RECORDING").is_some() {
        let (observations, _) = Box::pin(session(Kind::Redis, 2, 200)).await;
        fs::write(RECORDING, anonymous(&recorded(&observations))).unwrap();
    }
    let observations = replayed(&fs::read(RECORDING).unwrap());
    has_all_kinds(&observations);
    let mut replay = Reading::new(0);
    observations.iter().for_each(|observation| replay.advance(decode(observation)));
    let told: serde_json::Value = serde_json::from_str(&json(&replay)).unwrap();
    let told = serde_json::to_string_pretty(&told).unwrap() + "\n";
    if std::env::var_os("UPDATE_RECORDED_JSON").is_some() {
        fs::write(RECORDED_JSON, &told).unwrap();
    }
    let wanted = fs::read_to_string(RECORDED_JSON).unwrap();
    for (line, (told, wanted)) in told.lines().zip(wanted.lines()).enumerate() {
        assert_eq!(told, wanted, "line {} of session.json", line + 1);
    }
    assert_eq!(told, wanted);
}

/// A session of so many rounds and until an action is over that removes so many keys, while a client works: what was
/// observed, and the JSON after each observation.
async fn session(kind: Kind, rounds: usize, keys: u32) -> (Vec<Observation>, Vec<String>) {
    let server = Server::start(Options::with(kind, &[]));
    let mut connection = connect(&server);
    fill(&mut connection, 500, &["g"]);
    appear(&mut connection, "live");
    read(&mut connection, "g", "live", 200);
    let text = format!("for i=1,{keys} do redis.call('SET','c:'..i,'v') end");
    let _: redis::Value = say(&mut connection, &["EVAL", &text, "0"]);
    let place = Place { is_paced: true, per_s: Some(2_000), ..Place::of(&server) };
    let acts = AtomicBool::new(true);
    let acted = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        let request = Request::Invalidate(invalidate("c:*", None, false));
        let receipt = Box::pin(place.act(&request)).await.unwrap();
        acts.store(false, Ordering::Relaxed);
        receipt
    };
    let over = Arc::new(AtomicBool::new(false));
    let client = client(connect(&server), Arc::clone(&over));
    let (receipt, (observations, live)) = tokio::join!(acted, watch(&place, &acts, rounds));
    over.store(true, Ordering::Relaxed);
    client.join().unwrap();
    assert_eq!(receipt.outcome, Outcome::Done);
    has_all_kinds(&observations);
    (observations, live)
}

fn recorded(observations: &[Observation]) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_header(&mut bytes).unwrap();
    observations.iter().for_each(|observation| write_observation(observation, &mut bytes).unwrap());
    bytes
}

/// Without what names the machine.
fn anonymous(recorded: &[u8]) -> String {
    let mut text = String::from_utf8(recorded.to_vec()).unwrap();
    for (named, instead) in [
        (r"/[/\w]*streamgauge-test-\w+/s", "/run/redis.sock"),
        (r"os:[^\\]*", "os:Linux"),
        (r"executable:[^\\]*", "executable:/usr/bin/redis-server"),
    ] {
        text = Regex::new(named).unwrap().replace_all(&text, instead).into_owned();
    }
    text
}

fn replayed(recorded: &[u8]) -> Vec<Observation> {
    Recording::new(recorded).unwrap().map(Result::unwrap).collect()
}

/// Somebody who writes and reads meanwhile.
fn client(mut connection: redis::Connection, over: Arc<AtomicBool>) -> std::thread::JoinHandle<()> {
    std::thread::spawn(move || {
        while !over.load(Ordering::Relaxed) {
            let _: redis::Value = say(&mut connection, &["XADD", "s", "*", "f", "v"]);
            let _: redis::Value = say(&mut connection, &["GET", "c:1"]);
            std::thread::sleep(Duration::from_millis(5));
        }
    })
}

/// Watches for a while and until the action is over: what was observed, and the JSON after each observation.
async fn watch(place: &Place, acts: &AtomicBool, rounds: usize) -> (Vec<Observation>, Vec<String>) {
    let settings =
        PollSettings { interval_us: 100_000, discover: true, measures_keys: true, ..PollSettings::default() };
    let (recorder, recorded) = sync_channel(64);
    let session = Session::new(&place.target, PATIENT, settings).beside(&place.ledger);
    let mut session = session.recorded(recorder);
    let (mut reading, mut observations, mut lines) = (Reading::new(0), Vec::new(), Vec::new());
    session.connect().await.unwrap();
    for round in 0.. {
        if round >= rounds && !acts.load(Ordering::Relaxed) {
            break;
        }
        let mut told = vec![session.round(&Focus::default()).await.unwrap()];
        told.extend(session.turn(Turn::Search).await.unwrap());
        told.extend(session.turn(Turn::Keys).await.unwrap());
        told.extend(backlogs(&mut session).await);
        session.ping().await;
        for snapshot in told {
            reading.advance(snapshot);
            lines.push(json(&reading));
        }
        observations.extend(recorded.try_iter());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    (observations, lines)
}

/// A recording in which something never came to pass proves nothing about it.
fn has_all_kinds(observations: &[Observation]) {
    let any = |is_there: fn(&Observation) -> bool| observations.iter().any(is_there);
    assert!(any(|observation| observation.cause == AskedFor::Search));
    assert!(any(|observation| observation.cause == AskedFor::Keys));
    assert!(any(|observation| observation.notes.own_lookups != OwnLookups::default()));
    assert!(any(|observation| !observation.notes.pings.is_empty()));
    assert!(any(|observation| observation.notes.beside.commands() > 0));
}

fn json(reading: &Reading) -> String {
    let mut line = Vec::new();
    write_json(reading, &target(), &mut line).unwrap();
    String::from_utf8(line).unwrap()
}

fn target() -> TargetLine {
    TargetLine { name: "test".to_owned(), address: "there".to_owned() }
}
