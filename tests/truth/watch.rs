//! A session on a test's server, and how a test reads and fills that server by itself.

use crate::server::{Kind, Options, Server};
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::time::Duration;
use streamgauge::core::wire::round::PollSettings;
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
    let settings = PollSettings { interval_us: 1_000_000, discover: true, ..PollSettings::default() };
    crate::support::session(server, settings)
}

pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
}

/// Sends packed commands and throws their replies away unread: parsing millions of them would be the test's
/// whole time.
pub fn pour(socket: &mut UnixStream, commands: &[u8]) {
    const END: &[u8] = b"+poured\r\n";
    socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    socket.write_all(commands).unwrap();
    // An inline command: its reply is the last.
    socket.write_all(b"EVAL \"return redis.status_reply('poured')\" 0\r\n").unwrap();
    let (mut piece, mut tail) = (vec![0; 1 << 20], Vec::new());
    while !tail.ends_with(END) {
        let read = socket.read(&mut piece).unwrap();
        assert!(read > 0, "the server has hung up");
        tail.extend_from_slice(&piece[..read]);
        tail.drain(..tail.len().saturating_sub(END.len()));
    }
}

/// Calls and mean time in microseconds of every command since CONFIG RESETSTAT.
pub fn command_times(connection: &mut redis::Connection) -> BTreeMap<String, (u64, f64)> {
    let text: String = redis::cmd("INFO").arg("commandstats").query(connection).unwrap();
    let row = |line: &str| {
        let (name, figures) = line.strip_prefix("cmdstat_")?.split_once(':')?;
        let figure = |key: &str| {
            figures.split(',').find_map(|part| part.strip_prefix(key)?.strip_prefix('=')?.parse::<f64>().ok())
        };
        Some((name.to_owned(), (figure("calls")? as u64, figure("usec_per_call")?)))
    };
    text.lines().filter_map(row).collect()
}
