//! What a pending entries list takes is what acknowledging it frees.

use crate::server::{Kind, kinds, wait_until};
use crate::watch::{connection, memory, read_all, runtime, server, session};
use streamgauge::core::model::Name;
use streamgauge::core::reading::Reading;

const ENTRIES: usize = 40_000;

/// How ids follow each other.
#[derive(Clone, Copy, Debug)]
enum Ids {
    /// As fast as they come: many in one millisecond.
    Burst,
    /// One in a millisecond.
    Steady,
}

fn fill(connection: &mut redis::Connection, ids: Ids, consumers: usize) {
    redis::cmd("XGROUP").arg(&["CREATE", "jobs", "workers", "0", "MKSTREAM"]).exec(connection).unwrap();
    for batch in 0..ENTRIES / 1_000 {
        let mut pipe = redis::pipe();
        for at in 0..1_000 {
            let id = match ids {
                Ids::Burst => "*".to_owned(),
                Ids::Steady => format!("{}-0", 1_700_000_000_000_u64 + (batch * 1_000 + at) as u64),
            };
            pipe.cmd("XADD").arg("jobs").arg(id).arg("field").arg(format!("value {at}")).ignore();
        }
        pipe.exec(connection).unwrap();
    }
    for turn in 0..ENTRIES / 100 {
        let consumer = format!("c{}", turn % consumers);
        let args = ["GROUP", "workers", &consumer, "COUNT", "100", "STREAMS", "jobs", ">"];
        redis::cmd("XREADGROUP").arg(&args).exec(connection).unwrap();
    }
}

/// Acknowledges everything; what that frees, bytes.
fn freed(connection: &mut redis::Connection) -> u64 {
    let before = memory(connection, "used_memory");
    loop {
        let rows: Vec<(String, String, i64, i64)> =
            redis::cmd("XPENDING").arg(&["jobs", "workers", "-", "+", "1000"]).query(connection).unwrap();
        if rows.is_empty() {
            break;
        }
        let ids: Vec<String> = rows.into_iter().map(|row| row.0).collect();
        redis::cmd("XACK").arg("jobs").arg("workers").arg(ids).exec(connection).unwrap();
    }
    before.saturating_sub(memory(connection, "used_memory"))
}

fn check(kind: Kind, ids: Ids, consumers: usize) {
    let server = server(kind, &[]);
    let mut connection = connection(&server);
    // What a command needs when it comes for the first time is not what it frees later.
    redis::cmd("XADD").arg(&["warm", "*", "f", "v"]).exec(&mut connection).unwrap();
    redis::cmd("XGROUP").arg(&["CREATE", "warm", "g", "0"]).exec(&mut connection).unwrap();
    let _: redis::Value =
        redis::cmd("XPENDING").arg(&["warm", "g", "-", "+", "1"]).query(&mut connection).unwrap();
    redis::cmd("XACK").arg(&["warm", "g", "1-1"]).exec(&mut connection).unwrap();
    fill(&mut connection, ids, consumers);
    let mut reading = Reading::new(0);
    runtime().block_on(async { read_all(&mut session(&server), &mut reading).await });
    let stream = &reading.streams()[&Name::from("jobs")];
    let size = reading.stream_size(stream);
    let freed = freed(&mut connection);
    let pending = size.pending.unwrap() as f64 / freed as f64;
    assert!((pending - 1.0).abs() < 0.25, "{kind:?} {ids:?} {consumers}: {size:?}, freed {freed}: {pending}");
    let before = memory(&mut connection, "used_memory");
    redis::cmd("DEL").arg("jobs").exec(&mut connection).unwrap();
    wait_until("a thread has freed it", || memory(&mut connection, "lazyfree_pending_objects") == 0);
    let deleted = before - memory(&mut connection, "used_memory");
    let entries = size.entries.unwrap() as f64 / deleted as f64;
    assert!((entries - 1.0).abs() < 0.25, "{kind:?} {ids:?}: {size:?}, deleted {deleted}: {entries}");
}

#[test]
fn a_list_and_its_entries_take_what_freeing_them_frees() {
    for kind in kinds() {
        for (ids, consumers) in [(Ids::Burst, 1), (Ids::Steady, 4)] {
            check(kind, ids, consumers);
        }
    }
}
