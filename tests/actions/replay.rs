//! A session over again: what crossed from the source to the reading gives the same figures a second time.

use crate::server::{Options, Server, kinds};
use crate::session::PATIENT;
use crate::undo::invalidate;
use crate::{Place, appear, connect, fill, read, say};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::sync_channel;
use std::time::Duration;
use streamgauge::core::model::cache::OwnLookups;
use streamgauge::core::ops::{Outcome, Request};
use streamgauge::core::reading::Reading;
use streamgauge::core::wire::decode::decode;
use streamgauge::core::wire::round::{Focus, PollSettings};
use streamgauge::core::wire::{AskedFor, Observation};
use streamgauge::edge::source::Session;
use streamgauge::report::snapshot::{TargetLine, write_json};

const ROUNDS: usize = 25;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_recorded_session_replayed_gives_the_same_json_byte_for_byte() {
    for &kind in &kinds() {
        let server = Server::start(Options::with(kind, &[]));
        let mut connection = connect(&server);
        fill(&mut connection, 500, &["g"]);
        appear(&mut connection, "live");
        read(&mut connection, "g", "live", 200);
        let text = "for i=1,5000 do redis.call('SET','c:'..i,'v') end";
        let _: redis::Value = say(&mut connection, &["EVAL", text, "0"]);
        let place = Place { is_paced: true, per_s: Some(2_000), ..Place::of(&server) };
        let acts = AtomicBool::new(true);
        let acted = async {
            tokio::time::sleep(Duration::from_millis(500)).await;
            let request = Request::Invalidate(invalidate("c:*", None, false));
            let receipt = Box::pin(place.act(&request)).await.unwrap();
            acts.store(false, Ordering::Relaxed);
            receipt
        };
        let over = Arc::new(AtomicBool::new(false));
        let client = client(connect(&server), Arc::clone(&over));
        let (receipt, (observations, live)) = tokio::join!(acted, watch(&place, &acts));
        over.store(true, Ordering::Relaxed);
        client.join().unwrap();
        assert_eq!(receipt.outcome, Outcome::Done);
        has_all_kinds(&observations);
        let mut replay = Reading::new(0);
        for (at, (observation, line)) in observations.iter().zip(&live).enumerate() {
            replay.advance(decode(observation));
            assert_eq!(&json(&replay), line, "{kind:?}, observation {at}");
        }
        assert_eq!(observations.len(), live.len());
    }
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
async fn watch(place: &Place, acts: &AtomicBool) -> (Vec<Observation>, Vec<String>) {
    let settings =
        PollSettings { interval_us: 100_000, discover: true, measures_keys: true, ..PollSettings::default() };
    let (recorder, recorded) = sync_channel(64);
    let session = Session::new(&place.target, PATIENT, settings).beside(&place.ledger);
    let mut session = session.recorded(recorder);
    let (mut reading, mut observations, mut lines) = (Reading::new(0), Vec::new(), Vec::new());
    session.connect().await.unwrap();
    for round in 0.. {
        if round >= ROUNDS && !acts.load(Ordering::Relaxed) {
            break;
        }
        let mut told = vec![session.round(&Focus::default()).await.unwrap()];
        told.extend(session.search_step().await.unwrap());
        told.extend(session.keys_step().await.unwrap());
        told.extend(session.backlogs().await.unwrap());
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
