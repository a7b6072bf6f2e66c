//! A session on a test's server, and how a test reads and fills that server by itself.

use crate::server::{Kind, Options, Server};
use streamgauge::config::{Address, Target};
use streamgauge::core::wire::round::PollSettings;
use streamgauge::edge::link::Timeouts;
use streamgauge::edge::source::Session;

pub fn server(kind: Kind) -> Server {
    Server::start(Options::with(kind, &[]))
}

pub fn connection(server: &Server) -> redis::Connection {
    let client = redis::Client::open(format!("redis+unix://{}", server.socket().display())).unwrap();
    client.get_connection().unwrap()
}

/// As the console has it: once a second, with a search of the keyspace.
pub fn session(server: &Server) -> Session {
    let address = Address::Unix(server.socket());
    let target = Target {
        name: address.to_string(),
        address,
        tls: None,
        username: None,
        password: None,
        database: 0,
        production: false,
    };
    let settings =
        PollSettings { interval_us: 1_000_000, patterns: Vec::new(), discover: true, everything: false };
    Session::new(&target, Timeouts::default(), settings)
}

pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
}
