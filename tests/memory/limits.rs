//! The nearest limit that holds is the limit: a replica that ignores its maxmemory, and memory that was swapped out.

use crate::proxy::{Answer, Proxy, Words};
use crate::server::{Kind, Options, PATIENCE, Server, kinds, side_by_side, wait_until};
use crate::support::session_at;
use crate::watch::{connection, memory, runtime};
use std::path::Path;
use std::time::{Duration, Instant};
use streamgauge::core::diagnose::finding::Severity;
use streamgauge::core::model::memory::LimitOf;
use streamgauge::core::model::server::ServerRole;
use streamgauge::core::reading::Reading;
use streamgauge::core::wire::round::{Focus, PollSettings};

const MIB: u64 = 1 << 20;

/// What is looked for in a reading.
#[derive(Clone, Copy)]
enum LookFor {
    /// Nothing: one round is enough.
    Nothing,
    /// That this is told.
    Told(&'static str),
    /// That nothing is told for longer than it takes to be told.
    Quiet,
}

/// What a session of its own, over this socket, reads until it has what is looked for.
fn read(socket: &Path, look_for: LookFor) -> Reading {
    const TOLD_AFTER: Duration = Duration::from_millis(3_500);
    let settings = PollSettings { interval_us: 1_000_000, everything: true, ..PollSettings::default() };
    let mut session = session_at(socket, settings);
    let mut reading = Reading::new(0);
    runtime().block_on(async {
        session.connect().await.unwrap();
        let began = Instant::now();
        loop {
            reading.advance(session.round(&Focus::default()).await.unwrap());
            let is_over = match look_for {
                LookFor::Nothing => true,
                LookFor::Told(id) => told(&reading).contains(&id) || began.elapsed() > PATIENCE,
                LookFor::Quiet => began.elapsed() > TOLD_AFTER,
            };
            if is_over {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    });
    reading
}

fn told(reading: &Reading) -> Vec<&'static str> {
    reading.findings().iter().map(|finding| finding.id).collect()
}

/// A primary with 20 MiB of data, and a replica of it that may take 10 MiB.
fn primary_and_replica(kind: Kind) -> (Server, Server) {
    let primary = Server::start(Options { port: true, ..Options::with(kind, &[]) });
    let mut to_primary = connection(&primary);
    redis::cmd("SETRANGE").arg("data").arg(20 * MIB - 1).arg("x").exec(&mut to_primary).unwrap();
    let port = primary.port.to_string();
    let args = ["--maxmemory", "10mb", "--replicaof", "127.0.0.1", &port];
    let replica = Server::start(Options::with(kind, &args));
    let mut to_replica = connection(&replica);
    wait_until("the replica has all data", || {
        let length: Result<u64, _> = redis::cmd("STRLEN").arg("data").query(&mut to_replica);
        length.is_ok_and(|length| length == 20 * MIB)
    });
    (primary, replica)
}

#[test]
fn a_replica_has_no_maxmemory_while_it_ignores_it_and_has_it_as_soon_as_it_does_not() {
    side_by_side(kinds(), |kind| {
        let (_primary, replica) = primary_and_replica(kind);
        let reading = read(&replica.socket(), LookFor::Quiet);
        assert_eq!(
            reading.this_node().info.as_ref().unwrap().value.server.role,
            ServerRole::Replica,
            "{kind:?}"
        );
        let room = reading.this_node().memory.headroom().unwrap();
        assert_eq!(room.of, LimitOf::Host, "{kind:?}: {room:?}");
        assert!(room.limit > 64 * MIB, "{kind:?}: {room:?}");
        let found = told(&reading);
        assert!(!found.iter().any(|id| ["memory.near_limit", "memory.over_limit"].contains(id)), "{found:?}");

        // Told to mind it, it has that limit, and is beyond it; a replica still evicts nothing by itself here.
        replica.redis_cli(&["CONFIG", "SET", "replica-ignore-maxmemory", "no"]);
        let reading = read(&replica.socket(), LookFor::Told("memory.near_limit"));
        let room = reading.this_node().memory.headroom().unwrap();
        assert_eq!((room.of, room.limit), (LimitOf::Maxmemory, 10 * MIB), "{kind:?}");
        assert!(room.used > 20 * MIB, "{kind:?}: {room:?}");
        let near = reading.findings().iter().find(|finding| finding.id == "memory.near_limit");
        assert_eq!(near.map(|finding| finding.severity), Some(Severity::Critical), "{:?}", told(&reading));

        // Made a primary, it minds its limit whatever that setting says.
        replica.redis_cli(&["CONFIG", "SET", "replica-ignore-maxmemory", "yes"]);
        replica.redis_cli(&["REPLICAOF", "NO", "ONE"]);
        let room = read(&replica.socket(), LookFor::Nothing).this_node().memory.headroom().unwrap();
        assert_eq!((room.of, room.limit), (LimitOf::Maxmemory, 10 * MIB), "{kind:?}");
    });
}

/// INFO as the server answers it, but with so many bytes resident, as when the host has swapped the rest out.
fn with_resident(server: &Server, words: &Words, bytes: u64) -> Option<Answer> {
    if !words.first()?.eq_ignore_ascii_case(b"INFO") {
        return None;
    }
    let mut command = redis::cmd("INFO");
    command.arg(words.get(1..)?);
    let client = redis::Client::open(format!("redis+unix://{}", server.socket().display())).ok()?;
    let told: String = command.query(&mut client.get_connection().ok()?).ok()?;
    let line = |line: &str| match line.starts_with("used_memory_rss:") {
        true => format!("used_memory_rss:{bytes}"),
        false => line.to_owned(),
    };
    let lines: Vec<String> = told.split("\r\n").map(line).collect();
    let text = lines.join("\r\n");
    Some(Answer::Bytes(format!("${}\r\n{text}\r\n", text.len()).into_bytes()))
}

#[test]
fn memory_that_is_used_and_not_resident_was_swapped_out() {
    side_by_side(kinds(), |kind| {
        let server = std::sync::Arc::new(Server::start(Options::with(kind, &[])));
        let mut connection = connection(&server);
        redis::cmd("SETRANGE").arg("data").arg(200 * MIB - 1).arg("x").exec(&mut connection).unwrap();
        let used = memory(&mut connection, "used_memory");
        assert!(used > 200 * MIB, "{kind:?}: {used}");
        for (resident, severity) in [
            (used / 4, Some(Severity::Critical)),
            (used * 3 / 5, Some(Severity::Warning)),
            (used - 32 * MIB, None),
        ] {
            let real = std::sync::Arc::downgrade(&server);
            let proxy = Proxy::start(&server, Duration::ZERO, move |words| {
                with_resident(&*real.upgrade()?, words, resident)
            });
            let look_for = severity.map_or(LookFor::Quiet, |_| LookFor::Told("memory.swapped"));
            let reading = read(proxy.socket(), look_for);
            assert_eq!(
                reading.this_node().info.as_ref().unwrap().value.memory.rss,
                Some(resident),
                "{kind:?}"
            );
            let found = reading.findings().iter().find(|finding| finding.id == "memory.swapped");
            assert_eq!(
                found.map(|finding| finding.severity),
                severity,
                "{kind:?} {resident}: {:?}",
                told(&reading)
            );
            if let Some(finding) = found {
                assert!(finding.text.contains("not resident"), "{}", finding.text);
            }
        }
    });
}
