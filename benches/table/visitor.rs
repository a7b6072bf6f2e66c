//! Somebody else's PING, 50 times a second: what a work does to the others.
//!
//! Knows one connection of its own. Invariant: a PING that is late delays none of those after it in what is told.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::server::{PATIENCE, Server};

const EVERY: Duration = Duration::from_millis(20);
/// How long a server is looked at while nothing is done.
const IDLE: Duration = Duration::from_secs(5);

/// How long they took, the shortest first.
#[derive(Clone, Debug, Default)]
pub struct PingTimes(Vec<Duration>);

impl PingTimes {
    /// The 99th percentile, in words.
    pub fn p99(&self) -> String {
        let at = (self.0.len() * 99).div_ceil(100).saturating_sub(1);
        self.0.get(at).map_or_else(|| "-".to_owned(), |took| format!("{:.2} ms", took.as_secs_f64() * 1e3))
    }
}

/// Does the work, with somebody else at the server.
pub fn beside<T>(server: &Server, work: impl FnOnce() -> T) -> (T, PingTimes) {
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let pings = scope.spawn(|| ping(server, &over));
        let done = work();
        over.store(true, Ordering::Relaxed);
        (done, pings.join().unwrap())
    })
}

/// While nothing is done.
pub fn idle(server: &Server) -> PingTimes {
    beside(server, || std::thread::sleep(IDLE)).1
}

fn ping(server: &Server, over: &AtomicBool) -> PingTimes {
    let mut stream = UnixStream::connect(server.socket()).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let (mut times, mut due) = (Vec::new(), Instant::now());
    while !over.load(Ordering::Relaxed) {
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        let began = Instant::now();
        stream.write_all(b"PING\r\n").unwrap();
        stream.read_exact(&mut [0; 7]).unwrap();
        times.push(began.elapsed());
        due = (due + EVERY).max(Instant::now());
    }
    times.sort();
    PingTimes(times)
}
