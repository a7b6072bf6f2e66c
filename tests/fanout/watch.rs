//! A session on a test's server, and connections of the test's own.

use crate::server::{Kind, Options, PATIENCE, Server};
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};
use streamgauge::core::model::Name;
use streamgauge::core::reading::Reading;
use streamgauge::core::wire::round::agenda::Turn;
use streamgauge::core::wire::round::{Focus, PollSettings};
use streamgauge::edge::source::Session;

pub fn server(kind: Kind) -> Server {
    Server::start(Options::with(kind, &[]))
}

pub fn connection(server: &Server) -> redis::Connection {
    let client = redis::Client::open(format!("redis+unix://{}", server.socket().display())).unwrap();
    client.get_connection().unwrap()
}

/// A subscriber that the test reads or does not read.
pub fn subscriber(server: &Server, name: &str, channels: &[&str]) -> UnixStream {
    let mut socket = UnixStream::connect(server.socket()).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    socket.write_all(format!("CLIENT SETNAME {name}\r\n").as_bytes()).unwrap();
    await_text(&mut socket, "+OK");
    socket.write_all(format!("SUBSCRIBE {}\r\n", channels.join(" ")).as_bytes()).unwrap();
    await_text(&mut socket, &format!(":{}\r\n", channels.len()));
    socket
}

fn await_text(socket: &mut UnixStream, text: &str) {
    let mut heard = Vec::new();
    while !String::from_utf8_lossy(&heard).contains(text) {
        let mut piece = [0; 512];
        let read = socket.read(&mut piece).unwrap();
        assert!(read > 0, "the server has hung up");
        heard.extend_from_slice(&piece[..read]);
    }
}

pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
}

/// A console's eyes: rounds of one second's rhythm with the fan-out screen in sight.
pub struct Eyes {
    runtime: tokio::runtime::Runtime,
    session: Session,
    pub reading: Reading,
}

impl Eyes {
    pub fn new(server: &Server) -> Self {
        let settings = PollSettings {
            interval_us: 1_000_000,
            layers: vec![Name::from("asgi")],
            discover: true,
            ..PollSettings::default()
        };
        Self {
            runtime: runtime(),
            session: crate::support::session(server, settings),
            reading: Reading::new(10_000_000),
        }
    }

    /// One round, and the steps of the search that are due.
    pub fn look(&mut self) {
        let focus = Focus { fanout: true, ..Focus::default() };
        let (session, reading) = (&mut self.session, &mut self.reading);
        self.runtime.block_on(async {
            session.connect().await.unwrap();
            reading.advance(session.round(&focus).await.unwrap());
            while let Some(snapshot) = session.turn(Turn::Search).await.unwrap() {
                reading.advance(snapshot);
            }
        });
    }

    /// Looks every half second until it is so, and answers how often it looked; panics with `what` when it takes too long.
    pub fn until(&mut self, what: &str, is_so: impl Fn(&Reading) -> bool) -> usize {
        let deadline = Instant::now() + PATIENCE;
        let mut looks = 1;
        loop {
            self.look();
            if is_so(&self.reading) {
                return looks;
            }
            assert!(Instant::now() < deadline, "not within {PATIENCE:?}: {what}");
            std::thread::sleep(Duration::from_millis(500));
            looks += 1;
        }
    }
}
