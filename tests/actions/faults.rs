//! Connections that drop before, during and after each reply to a write: what is known is said, what is not is unknown,
//! and nothing is sent twice.

use crate::reclaim::reclaim;
use crate::server::PATIENCE;
use crate::server::{Build, Server, builds};
use crate::undo::invalidate;
use crate::{Place, appear, connect, fill, name, read, say, start};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Instant;
use streamgauge::core::ops::DeleteConsumerRequest;
use streamgauge::core::ops::{Outcome, Request, UndoRequest};
use streamgauge::core::ops::{ReclaimVerb, TrimRequest, TrimTo};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};

/// When the connection of the writes is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cut {
    /// The order does not reach the server.
    BeforeOrder,
    /// It does; its reply is lost.
    BeforeReply,
    /// A part of its reply arrives.
    InReply,
    /// All of its reply arrives.
    AfterReply,
}

/// What went through the proxy.
#[derive(Debug, Default)]
struct Seen {
    /// Orders, as bytes, in the order in which they came.
    orders: Vec<Vec<u8>>,
    /// Those that reached the server.
    forwarded: usize,
    is_cut: bool,
    /// Whether one came after the cut, before the client saw it.
    is_late: bool,
    /// Which order is cut.
    nth: usize,
}

/// A unix socket before the server's that cuts the connection of the writes at its nth order.
struct Proxy {
    socket: PathBuf,
    seen: Arc<Mutex<Seen>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Proxy {
    fn start(server: &Server, cut: Cut, nth: usize) -> Self {
        let socket = server.folder().join(format!("proxy-{cut:?}-{nth}"));
        let listener = UnixListener::bind(&socket).unwrap();
        let seen = Arc::new(Mutex::new(Seen { nth, ..Seen::default() }));
        let (there, shared) = (server.socket(), Arc::clone(&seen));
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = UnixStream::connect(&there).await.unwrap();
                tokio::spawn(pass(client, server, Arc::clone(&shared), cut));
            }
        });
        Self { socket, seen, task }
    }
}

/// Whether these bytes are an order: of all that we say, only that names such a command.
fn is_order(bytes: &[u8]) -> bool {
    let has = |word: &[u8]| bytes.windows(word.len()).any(|window| window == word);
    [&b"XTRIM"[..], b"XACK", b"UNLINK", b"RESTORE", b"XADD", b"DELCONSUMER", b"PEXPIRE"]
        .iter()
        .any(|word| has(word))
}

async fn pass(mut client: UnixStream, mut server: UnixStream, seen: Arc<Mutex<Seen>>, cut: Cut) {
    let (mut asked, mut told) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    let mut cuts_reply = false;
    loop {
        tokio::select! {
            read = client.read(&mut asked) => {
                let Ok(read @ 1..) = read else { return };
                let bytes = &asked[..read];
                if is_order(bytes) {
                    let mut seen = seen.lock().unwrap();
                    seen.orders.push(bytes.to_vec());
                    if seen.orders.len() == seen.nth {
                        seen.is_cut = true;
                        if cut == Cut::BeforeOrder {
                            return;
                        }
                        cuts_reply = true;
                    }
                    seen.forwarded += 1;
                }
                if server.write_all(bytes).await.is_err() {
                    return;
                }
            }
            read = server.read(&mut told) => {
                let Ok(read @ 1..) = read else { return };
                let shown = match (cuts_reply, cut) {
                    (true, Cut::BeforeReply) => return,
                    (true, Cut::InReply) => read.min(2),
                    _ => read,
                };
                if client.write_all(&told[..shown]).await.is_err() {
                    return;
                }
                if cuts_reply {
                    return cut_off(client, seen, cut).await;
                }
            }
        }
    }
}

/// Ends the connection. What the client sends before it sees that comes too late for the server.
async fn cut_off(mut client: UnixStream, seen: Arc<Mutex<Seen>>, cut: Cut) {
    if cut != Cut::AfterReply || client.shutdown().await.is_err() {
        return;
    }
    let mut late = vec![0; 1 << 16];
    while let Ok(read @ 1..) = client.read(&mut late).await {
        seen.lock().unwrap().is_late |= is_order(&late[..read]);
    }
}

/// Those that are cut at their later orders too.
const THOROUGH: [&str; 5] = ["trim", "trim, kept", "hand over", "requeue", "invalidate, kept"];

/// What is done, and how to see how much of it was.
fn requests() -> Vec<(&'static str, Request)> {
    let trim = |archive| TrimRequest {
        key: name("s"),
        to: TrimTo::MaxLen(50),
        approx: false,
        archive: Some(archive),
    };
    let dead_letter = ReclaimVerb::DeadLetter { to: name("s:dlq"), deliveries: 1 };
    let (key, group, consumer) = (name("s"), name("g"), name("live"));
    vec![
        ("trim", Request::Trim(trim(false))),
        ("trim, kept", Request::Trim(trim(true))),
        ("trim, safe", Request::Trim(TrimRequest { to: TrimTo::Safe, ..trim(false) })),
        ("hand over", Request::Reclaim(reclaim(ReclaimVerb::HandOver(name("live"))))),
        ("requeue", Request::Reclaim(reclaim(ReclaimVerb::Requeue))),
        ("release", Request::Reclaim(reclaim(ReclaimVerb::Release))),
        ("drop", Request::Reclaim(reclaim(ReclaimVerb::Drop))),
        ("dead-letter", Request::Reclaim(reclaim(dead_letter))),
        ("delete", Request::DeleteConsumer(DeleteConsumerRequest { key, group, consumer, min_idle_ms: 0 })),
        ("soften", Request::Invalidate(invalidate("c:*", Some(60_000), true))),
        ("invalidate", Request::Invalidate(invalidate("c:*", None, false))),
        ("invalidate, kept", Request::Invalidate(invalidate("c:*", None, true))),
    ]
}

fn prepare(server: &Server) {
    let mut connection = connect(server);
    fill(&mut connection, 500, &["g"]);
    appear(&mut connection, "live");
    read(&mut connection, "g", "dead", 200);
    for at in 1..=100 {
        let _: u64 = say(&mut connection, &["XACK", "s", "g", &format!("{at}-0")]);
    }
    for at in 0..200 {
        let _: redis::Value = say(&mut connection, &["SET", &format!("c:{at}"), "v"]);
    }
}

#[tokio::test]
async fn a_lost_reply_is_unknown_exactly_when_it_is_and_nothing_is_sent_twice() {
    use futures_util::stream::StreamExt;
    let (builds, requests) = (builds(), requests());
    let mut cases = Vec::new();
    for build in builds.iter().take(2) {
        for (what, request) in &requests {
            for cut in [Cut::BeforeOrder, Cut::BeforeReply, Cut::InReply, Cut::AfterReply] {
                // The rest goes the same way: its first order shows it.
                let most = if THOROUGH.contains(what) { 3 } else { 1 };
                cases.extend((1..=most).map(|nth| cut_once(build, what, request, cut, nth)));
            }
        }
    }
    // A case mostly waits for its server to start and to look at what a lost reply left.
    futures_util::stream::iter(cases).for_each_concurrent(4, |case| case).await;
}

async fn cut_once(build: &Build, what: &str, request: &Request, cut: Cut, nth: usize) {
    let server = start(build);
    prepare(&server);
    let proxy = Proxy::start(&server, cut, nth);
    let place = Place::at(&proxy.socket);
    let receipt = place.act(request).await.unwrap();
    let seen = proxy.seen.lock().unwrap();
    let case = format!("{what} {cut:?} at {nth} on {build:?}: {receipt:?}");
    match (seen.is_cut, cut) {
        // It was over before: every reply came.
        (false, _) => assert_eq!(receipt.outcome, Outcome::Done, "{case}"),
        // The reply came: it is known what was done, and that the rest was not, unless the next order was on its way
        // before the cut was seen.
        (true, Cut::AfterReply) if matches!(receipt.outcome, Outcome::Failed(_) | Outcome::Done) => {
            assert!(!seen.is_late, "{case}");
        }
        (true, _) => {
            assert!(matches!(receipt.outcome, Outcome::Unknown(_)), "{case}");
            // It was looked at, over another connection.
            assert!(receipt.outcome.reason().unwrap().contains("it now reads"), "{case}");
        }
    }
    let sent = seen.orders.len();
    assert!(!seen.is_cut || sent == nth, "something was sent after the cut: {case}");
    if !what.starts_with("trim") {
        let mut orders = seen.orders.clone();
        orders.sort();
        orders.dedup();
        assert_eq!(orders.len(), sent, "an order was sent twice: {case}");
    }
    let past = place.past();
    assert_eq!(past.len(), 1, "{case}");
    let finish = past[0].finish.as_ref().expect("a finish");
    assert_eq!(finish.outcome, receipt.outcome.word(), "{case}");
    let text = std::fs::read_to_string(place.journal().path()).unwrap();
    assert_eq!(text.lines().count(), 2, "{case}");
    assert_eq!(place.journal().recover(0).unwrap(), [], "{case}");
}

#[tokio::test]
async fn an_undo_that_is_cut_off_is_unknown_and_can_be_done_again() {
    for cut in [Cut::BeforeOrder, Cut::BeforeReply, Cut::InReply] {
        let server = start(&builds()[0]);
        prepare(&server);
        let proxy = Proxy::start(&server, cut, usize::MAX);
        let behind = Place::at(&proxy.socket);
        let receipt = behind.act(&Request::Invalidate(invalidate("c:*", None, true))).await.unwrap();
        {
            let mut seen = proxy.seen.lock().unwrap();
            seen.nth = seen.orders.len() + 2;
        }
        let undo = Request::Undo(UndoRequest { id: receipt.id.clone() });
        let cut_off = behind.act(&undo).await.unwrap();
        assert!(matches!(cut_off.outcome, Outcome::Unknown(_)), "{cut:?} {cut_off:?}");
        let again = behind.act(&undo).await;
        // The proxy cuts its second order, once: the way is free now.
        let again = again.unwrap();
        assert_eq!(again.outcome, Outcome::Done, "{cut:?} {again:?}");
        let keys: u64 = say(&mut connect(&server), &["DBSIZE"]);
        assert_eq!(keys, 201, "{cut:?}");
    }
}

#[tokio::test]
async fn what_was_kept_and_not_removed_is_not_brought_back() {
    for cut in [Cut::BeforeOrder, Cut::BeforeReply] {
        let server = start(&builds()[0]);
        prepare(&server);
        let proxy = Proxy::start(&server, cut, 2);
        // Five seconds for all of it, so that there are steps after the second.
        let place = Place { per_s: Some(100), ..Place::at(&proxy.socket) };
        let request =
            TrimRequest { key: name("s"), to: TrimTo::MaxLen(20), approx: false, archive: Some(true) };
        let receipt = place.act(&Request::Trim(request)).await.unwrap();
        assert!(matches!(receipt.outcome, Outcome::Unknown(_)), "{cut:?} {receipt:?}");
        let mut connection = connect(&server);
        let left: Vec<redis::Value> = say(&mut connection, &["XRANGE", "s", "-", "+"]);
        assert!(left.len() > 20, "{cut:?}: it was over before the cut");
        let back = place.act(&Request::Undo(UndoRequest { id: receipt.id })).await.unwrap();
        let restored: Vec<redis::Value> = say(&mut connection, &["XRANGE", "s:restored", "-", "+"]);
        assert_eq!((&back.outcome, back.tally.done), (&Outcome::Done, restored.len() as u64), "{cut:?}");
        // Each entry is in one of the two, once and in order.
        let whole: Vec<String> =
            restored.iter().chain(&left).map(|entry| first_word(entry).to_owned()).collect();
        let expected: Vec<String> = (1..=500).map(|at| format!("{at}-0")).collect();
        assert_eq!(whole, expected, "{cut:?}");
    }
}

fn first_word(entry: &redis::Value) -> String {
    let redis::Value::Array(parts) = entry else { panic!("{entry:?}") };
    redis::from_redis_value_ref(&parts[0]).unwrap()
}

/// The server begins to refuse writes in the middle of an action: what was done counts, and the outcome says what to try.
#[tokio::test]
async fn a_write_that_the_server_refuses_is_told_with_what_was_done_and_what_to_try() {
    for build in builds() {
        for (limit, value, free, words) in [
            ("maxmemory", "1", "0", "raise maxmemory"),
            ("min-replicas-to-write", "1", "0", "min-replicas-to-write"),
        ] {
            // Before 7.0 a script writes whatever replicas there are.
            if limit != "maxmemory" && build.major() < 7 {
                continue;
            }
            let server = start(&build);
            let mut connection = connect(&server);
            fill(&mut connection, 400, &["g"]);
            read(&mut connection, "g", "dead", 400);
            // Four seconds for all of it, so that the limit comes between two steps.
            let place = Place { per_s: Some(100), ..Place::of(&server) };
            let request = Request::Reclaim(reclaim(ReclaimVerb::Requeue));
            let plan = place.plan(&request).await.unwrap();
            // From the first step on nothing more is written.
            let watched = tokio::task::spawn_blocking({
                let mut other = connect(&server);
                move || {
                    let until = Instant::now() + PATIENCE;
                    while say::<u64>(&mut other, &["XLEN", "s"]) < 405 {
                        assert!(Instant::now() < until, "the action begins");
                    }
                    let _: redis::Value = say(&mut other, &["CONFIG", "SET", limit, value]);
                }
            });
            let receipt = place.carry_out(plan, 1 << 30).await;
            watched.await.unwrap();
            let _: redis::Value = say(&mut connection, &["CONFIG", "SET", limit, free]);
            let length: u64 = say(&mut connection, &["XLEN", "s"]);
            let copies = length - 400;
            let Outcome::Failed(why) = &receipt.outcome else { panic!("{build:?} {limit} {receipt:?}") };
            assert!(why.contains(words), "{build:?} {limit}: {why}");
            // Nothing is lost, nothing is there twice: each row is a copy, or still pending.
            let rows: Vec<redis::Value> = say(&mut connection, &["XPENDING", "s", "g", "-", "+", "1000"]);
            assert!((1..400).contains(&copies), "{build:?} {limit}: {copies}");
            assert_eq!((receipt.tally.done, rows.len() as u64), (copies, 400 - copies), "{build:?} {why}");
        }
    }
}
