//! Workers that sit on a connection which is open on both sides and carries nothing any more: to them, and to every check of
//! their own, all is well.
//!
//! Knows the scripts of the frameworks and what `snapshot` tells; not how a framework waits for a job. Invariant: a worker is
//! seen to do jobs before its connection goes deaf, so that nothing else keeps it from them.

use crate::frameworks::{
    ARQ, BULLMQ, CELERY, DRAMATIQ, Framework, HUEY, LARAVEL, RESQUE, RQ, Row, SAQ, SIDEKIQ, Scenario,
};
use crate::server::{Kind, Options, Server, kinds, side_by_side};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// A way to the server that swallows everything from some moment on, and closes nothing.
struct DeafWay {
    port: u16,
    is_deaf: Arc<AtomicBool>,
}

impl DeafWay {
    fn to(server: &Server) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (port, upstream) = (listener.local_addr().unwrap().port(), server.port);
        let is_deaf = Arc::new(AtomicBool::new(false));
        let deaf = Arc::clone(&is_deaf);
        thread::spawn(move || {
            for client in listener.incoming() {
                let (Ok(client), Ok(server)) = (client, TcpStream::connect(("127.0.0.1", upstream))) else {
                    return;
                };
                for (from, to) in [(&client, &server), (&server, &client)] {
                    let (from, to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
                    let deaf = Arc::clone(&deaf);
                    thread::spawn(move || carry(from, to, &deaf));
                }
            }
        });
        Self { port, is_deaf }
    }

    fn go_deaf(&self) {
        self.is_deaf.store(true, Ordering::SeqCst);
    }
}

/// Both ends stay open until the one that is read from is closed.
fn carry(mut from: TcpStream, mut to: TcpStream, is_deaf: &AtomicBool) {
    let mut piece = [0; 16_384];
    while let Ok(bytes @ 1..) = from.read(&mut piece) {
        if !is_deaf.load(Ordering::SeqCst) && to.write_all(&piece[..bytes]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(std::net::Shutdown::Both);
}

/// A snapshot every half second, until one has such a row of this queue, or none at all; the last row otherwise.
fn watched(server: &Server, queue: &str, holds: impl Fn(Option<&Value>) -> bool) -> Result<(), String> {
    let config = server.folder().join("half-open.toml");
    std::fs::write(&config, "[thresholds]\nqueue_untouched = \"1s\"\n").unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_streamgauge"));
    command.args(["snapshot", "--watch", "--interval", "500ms", "--format", "json", "--config"]).arg(config);
    command
        .arg("-s")
        .arg(server.socket())
        .env("HOME", server.folder())
        .env("XDG_STATE_HOME", server.folder());
    command.env_remove("REDIS_URL").env_remove("REDISCLI_AUTH").stdin(Stdio::null()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let end = Instant::now() + Duration::from_secs(40);
    let mut last = "no reading".to_owned();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let seen: Value = serde_json::from_str(&line.unwrap()).unwrap();
        let row = seen["queues"].as_array().unwrap().iter().find(|row| row["name"] == queue);
        let is_so = holds(row);
        last = row.map_or_else(|| "no row".to_owned(), Value::to_string);
        if is_so || Instant::now() > end {
            let _ = child.kill();
            let _ = child.wait();
            return is_so.then_some(()).ok_or(last);
        }
    }
    let _ = child.wait();
    Err(last)
}

fn check(framework: Framework, kind: Kind) {
    let name = framework.name;
    let server = Server::start(Options { port: true, ..Options::with(kind, &[]) });
    let way = DeafWay::to(&server);
    let Some(made) = framework.start(Scenario::Backlog, &server) else { return };
    let is_long = |row: &Row| row.ready.is_some_and(|ready| ready > 20);
    let mail = made.rows().into_iter().find(|(_, row)| is_long(row)).expect("a queue of mails").0;
    drop(made);
    let worker = framework.start_by(Scenario::Run, &server, way.port).unwrap();
    assert!(worker.ran().len() >= 30, "{name}: {:?}", worker.ran());
    // Some say only every few seconds that they are done.
    let is_done =
        |row: Option<&Value>| row.is_none_or(|row| row["in_flight"].as_u64().is_none_or(|jobs| jobs == 0));
    watched(&server, &mail, is_done).unwrap_or_else(|row| panic!("{name} is not done: {row}"));
    let ran = ran_in_all(&server);
    way.go_deaf();
    let _made = framework.start(Scenario::Backlog, &server).unwrap();
    let is_told = |row: Option<&Value>| {
        row.is_some_and(|row| row["verdict"] == "not_listening" && row["ready"].as_u64() >= Some(20))
    };
    watched(&server, &mail, is_told).unwrap_or_else(|row| panic!("{name} on {kind:?}: {row}"));
    assert_eq!(ran_in_all(&server), ran, "{name}: the worker is deaf");
}

/// How many jobs have run, once none has for two seconds: a worker may begin the next one while it says that it has none.
fn ran_in_all(server: &Server) -> String {
    let count = || server.redis_cli(&["LLEN", "harness:ran"]).trim().to_owned();
    for _ in 0..30 {
        let before = count();
        std::thread::sleep(Duration::from_secs(2));
        if count() == before {
            return before;
        }
    }
    panic!("the worker never stands still")
}

fn check_all(frameworks: &[Framework]) {
    let kinds = kinds();
    let turns = frameworks.iter().zip((0..).map(|turn| kinds[turn % kinds.len()]));
    side_by_side(turns, |(&framework, kind)| check(framework, kind));
}

#[test]
fn a_half_open_worker_of_rq_celery_or_dramatiq_does_not_listen() {
    check_all(&[RQ, CELERY, DRAMATIQ]);
}

#[test]
fn a_half_open_worker_of_arq_saq_or_huey_does_not_listen() {
    check_all(&[ARQ, SAQ, HUEY]);
}

#[test]
fn a_half_open_worker_of_bullmq_or_resque_does_not_listen() {
    check_all(&[BULLMQ, RESQUE]);
}

#[test]
fn a_half_open_worker_of_sidekiq_or_laravel_does_not_listen() {
    check_all(&[SIDEKIQ, LARAVEL]);
}
