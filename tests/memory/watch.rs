//! What every test here does: a connection of its own, a session, a pass.

use crate::server::{Kind, Options, Server};
use streamgauge::core::reading::Reading;
use streamgauge::core::wire::round::agenda::Turn;
use streamgauge::core::wire::round::{Focus, PollSettings};
use streamgauge::edge::source::Session;

pub fn server(kind: Kind, args: &[&str]) -> Server {
    Server::start(Options::with(kind, args))
}

pub fn connection(server: &Server) -> redis::Connection {
    let client = redis::Client::open(format!("redis+unix://{}", server.socket().display())).unwrap();
    client.get_connection().unwrap()
}

pub fn session(server: &Server) -> Session {
    let settings = PollSettings {
        interval_us: 1_000_000,
        discover: true,
        everything: true,
        measures_keys: true,
        ..PollSettings::default()
    };
    crate::support::session(server, settings)
}

pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
}

/// Finds streams, reads everything and measures every key, at once.
pub async fn read_all(session: &mut Session, reading: &mut Reading) {
    session.connect().await.unwrap();
    for _ in 0..40 {
        reading.advance(session.round(&Focus::default()).await.unwrap());
        while let Some(snapshot) = session.turn(Turn::Search).await.unwrap() {
            reading.advance(snapshot);
        }
        if session.planner().has_searched() && !session.planner().has_unread() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(30)).await;
    }
    // Once more: sizes need groups, samples of lists need their first rows.
    for _ in 0..3 {
        reading.advance(session.round(&Focus::default()).await.unwrap());
    }
    session.planner().sampler().hurry(true);
    while let Some(snapshot) = session.turn(Turn::Keys).await.unwrap() {
        reading.advance(snapshot);
        if session.planner().sampler().pass().is_over {
            break;
        }
    }
    session.planner().sampler().hurry(false);
}

/// A figure of INFO memory.
pub fn memory(connection: &mut redis::Connection, name: &str) -> u64 {
    let text: String = redis::cmd("INFO").arg("memory").query(connection).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    line.unwrap().trim().parse().unwrap()
}
