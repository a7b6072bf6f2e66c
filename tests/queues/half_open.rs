//! Workers that sit on a connection which is open on both sides and carries nothing any more: to them, and to every check of
//! their own, all is well.
//!
//! Knows the scripts of the frameworks and what `snapshot` tells; not how a framework waits for a job. Invariant: a worker is
//! seen to do jobs before its connection goes deaf, so that nothing else keeps it from them.

use crate::frameworks::{
    ARQ, BULL, BULLMQ, CELERY, DRAMATIQ, Framework, HUEY, LARAVEL, RESQUE, RQ, Row, SAQ, SIDEKIQ, Scenario,
};
use crate::rows::snapshot_with;
use crate::server::{Kind, Options, Server, kinds, side_by_side};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
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

fn check(framework: Framework, kind: Kind) {
    let server = Server::start(Options { port: true, ..Options::with(kind, &[]) });
    let way = DeafWay::to(&server);
    let Some(made) = framework.start(Scenario::Backlog, &server) else { return };
    let is_long = |row: &Row| row.ready.is_some_and(|ready| ready > 20);
    let mail = made.rows().into_iter().find(|(_, row)| is_long(row)).expect("a queue of mails").0;
    drop(made);
    let worker = framework.start_by(Scenario::Run, &server, way.port).unwrap();
    let ran = worker.ran().len();
    assert!(ran >= 30, "{}: {:?}", framework.name, worker.ran());
    way.go_deaf();
    let _made = framework.start(Scenario::Backlog, &server).unwrap();
    let end = Instant::now() + Duration::from_secs(40);
    let config = "[thresholds]\nqueue_untouched = \"500ms\"\n";
    loop {
        let seen = snapshot_with(&server, config);
        let queues = seen["queues"].as_array().unwrap();
        let row = queues.iter().find(|row| row["name"] == *mail).expect("the queue");
        if row["verdict"] == "not_listening" {
            assert!(row["ready"].as_u64().unwrap() >= 20, "{}: {row}", framework.name);
            break;
        }
        assert!(Instant::now() < end, "{} on {kind:?}: {row}", framework.name);
    }
    let now = server.redis_cli(&["LLEN", "harness:ran"]);
    assert_eq!(now.trim(), ran.to_string(), "{}: the worker is deaf", framework.name);
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
fn a_half_open_worker_of_bullmq_bull_or_resque_does_not_listen() {
    check_all(&[BULLMQ, BULL, RESQUE]);
}

#[test]
fn a_half_open_worker_of_sidekiq_or_laravel_does_not_listen() {
    check_all(&[SIDEKIQ, LARAVEL]);
}
