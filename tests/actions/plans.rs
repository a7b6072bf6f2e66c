//! Plans while they are made: given up they end, they leave the server to others, and no link makes them wait for ever.

use crate::server::{Kind, Options, Server, builds, wait_until};
use crate::session::PATIENT;
use crate::undo::invalidate;
use crate::{Place, connect, fill, name, read, say, start};
use std::path::PathBuf;
use std::time::{Duration, Instant};
use streamgauge::actions::survey::{Desk, PlanTime, survey};
use streamgauge::core::ops::{PlanProgress, Request};
use streamgauge::core::ops::{TrimRequest, TrimTo};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::watch;

/// So many keys `gone:1` and on.
fn populate(connection: &mut redis::Connection, keys: u64) {
    let text = "for i=tonumber(ARGV[1]),tonumber(ARGV[2]) do redis.call('SET','gone:'..i,'v') end";
    for from in (1..=keys).step_by(20_000) {
        let to = (from + 19_999).min(keys).to_string();
        let _: redis::Value = say(connection, &["EVAL", text, "0", &from.to_string(), &to]);
    }
}

/// Calls and microseconds of a command, by the server's own count.
fn stat(connection: &mut redis::Connection, command: &str) -> (u64, u64) {
    let text: String = say(connection, &["INFO", "commandstats"]);
    let line = text.lines().find_map(|line| line.strip_prefix(&format!("cmdstat_{command}:")));
    let field = |name: &str| {
        let value = line.and_then(|line| line.split(',').find_map(|part| part.strip_prefix(name)));
        value.map_or(0, |value| value.parse().unwrap())
    };
    (field("calls="), field("usec="))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_that_is_given_up_asks_nothing_more() {
    for build in builds().into_iter().take(2) {
        let server = start(&build);
        let mut connection = connect(&server);
        populate(&mut connection, 200_000);
        let place = Place::of(&server);
        let (progress, mut seen) = watch::channel(PlanProgress::default());
        let (cancel, cancelled) = watch::channel(false);
        let quiet = Desk::quiet(&place.target, PATIENT, &place.ledger);
        let desk = Desk { progress, cancel: cancelled, ..quiet };
        let archives = place.journal().archives();
        let planning = tokio::spawn(async move {
            let wanted = Request::Invalidate(invalidate("gone:*", None, false));
            survey(&desk, &archives, &wanted).await
        });
        seen.wait_for(|progress| progress.seen > 1_000).await.unwrap();
        assert!(seen.borrow().of == Some(200_000) && seen.borrow().items == "keys");
        cancel.send_replace(true);
        let refused = planning.await.unwrap().unwrap_err();
        assert_eq!(refused.to_string(), "given up");
        let calls = stat(&mut connection, "scan").0;
        assert!(calls > 0 && calls < 500, "{build:?}: {calls} calls of SCAN");
        wait_until("the links of the plan are gone", || {
            let clients: String = say(&mut connection, &["CLIENT", "LIST"]);
            !clients.contains("streamgauge")
        });
        assert_eq!(stat(&mut connection, "scan").0, calls);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_of_a_plan_are_as_large_as_a_step_is_long_enough_for_and_no_larger() {
    for build in builds().into_iter().take(2) {
        let server = start(&build);
        let mut connection = connect(&server);
        populate(&mut connection, 30_000);
        let _: redis::Value = say(&mut connection, &["CONFIG", "RESETSTAT"]);
        let place = Place::of(&server);
        let plan = place.plan(&Request::Invalidate(invalidate("gone:*", None, false))).await.unwrap();
        assert!(plan.impact.is_exact && plan.impact.items == 30_000, "{build:?} {:?}", plan.impact);
        // While all types are asked a page is of 200, and of 100 at least; what is measured on a busy machine makes it smaller.
        let (pages, _) = stat(&mut connection, "scan");
        assert!((100..400).contains(&pages), "{build:?}: {pages} pages");
    }
}

/// A unix socket before the server's where everything takes so long each way.
fn far(server: &Server, each_way: Duration) -> PathBuf {
    let socket = server.folder().join("far");
    let listener = UnixListener::bind(&socket).unwrap();
    let there = server.socket();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = UnixStream::connect(&there).await.unwrap();
            let ((from_client, to_client), (from_server, to_server)) =
                (client.into_split(), server.into_split());
            tokio::spawn(carry(from_client, to_server, each_way));
            tokio::spawn(carry(from_server, to_client, each_way));
        }
    });
    socket
}

async fn carry(mut from: impl AsyncReadExt + Unpin, mut to: impl AsyncWriteExt + Unpin, each_way: Duration) {
    let mut bytes = vec![0; 1 << 16];
    while let Ok(read @ 1..) = from.read(&mut bytes).await {
        tokio::time::sleep(each_way).await;
        if to.write_all(&bytes[..read]).await.is_err() {
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_a_long_link_a_plan_ends_in_its_time_and_says_at_least() {
    let server = Server::start(Options::with(Kind::Redis, &[]));
    let mut connection = connect(&server);
    populate(&mut connection, 100_000);
    let pipe = "for i=1,30000 do redis.call('XADD','s',i..'-0','f','v') end";
    let _: redis::Value = say(&mut connection, &["EVAL", pipe, "0"]);
    fill(&mut connection, 0, &["g"]);
    read(&mut connection, "g", "c", 30_000);
    let place = Place::at(&far(&server, Duration::from_millis(40)));
    let time = PlanTime { counts: Duration::from_millis(700), all: Duration::from_secs(20) };
    let quiet = Desk::quiet(&place.target, PATIENT, &place.ledger);
    let desk = Desk { time, ..quiet };
    let archives = place.journal().archives();
    let began = Instant::now();
    let wanted = Request::Invalidate(invalidate("gone:*", None, false));
    let plan = survey(&desk, &archives, &wanted).await.unwrap();
    assert!(!plan.impact.is_exact && (100..100_000).contains(&plan.impact.items), "{:?}", plan.impact);
    assert!(plan.warnings.iter().any(|line| line.contains("goes through all")), "{:?}", plan.warnings);
    let to = TrimTo::MaxLen(15_000);
    let wanted = Request::Trim(TrimRequest { key: name("s"), to, approx: false, archive: None });
    let refused = survey(&desk, &archives, &wanted).await.unwrap_err().to_string();
    assert!(refused.contains("trim by an ID or an age"), "{refused}");
    assert!(began.elapsed() < time.all, "{:?}", began.elapsed());
    // Whoever has no time at all is told so, too.
    let time = PlanTime { all: Duration::ZERO, ..time };
    let refused = survey(&Desk { time, ..desk }, &archives, &wanted).await.unwrap_err().to_string();
    assert!(refused.contains("did not answer all that the plan needs"), "{refused}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_keys_some_types_are_asked_and_every_name_and_what_stays_is_left_alone() {
    for build in builds() {
        let server = start(&build);
        let mut connection = connect(&server);
        populate(&mut connection, 150_000);
        let others = "for i=1,30000 do redis.call('RPUSH','gone:list:'..i,'v') end \
                      for i=1,500 do redis.call('SET','gone:'..i..':lock','v') end \
                      redis.call('HSET','gone:mail:meta','a','b') redis.call('RPUSH','gone:mail:wait','7')";
        let _: redis::Value = say(&mut connection, &["EVAL", others, "0"]);
        let place = Place::of(&server);
        let abouts = |text: &str| text.matches("about ").count();
        let _: redis::Value = say(&mut connection, &["CONFIG", "RESETSTAT"]);
        let plan = place.plan(&Request::Invalidate(invalidate("gone:*", None, false))).await.unwrap();
        let told = format!("{:?}", plan.facts);
        assert!(!plan.impact.is_exact && abouts(&told) >= 3, "{build:?} {told}");
        assert!(plan.impact.items.abs_diff(150_000) < 4_000, "{build:?} {:?}", plan.impact);
        assert!(told.contains("500 protected (a lock)"), "{build:?} {told}");
        assert!(told.contains("protected (of BullMQ), such as gone:mail:meta"), "{build:?} {told}");
        // Each of the first, one of 32 of the rest, and those whose names tell: 100 a script.
        let (scripts, _) = stat(&mut connection, "eval");
        assert!((500..1_200).contains(&scripts), "{build:?}: {scripts} scripts");
        let ended = place.carry_out(plan, 1 << 20).await;
        assert_eq!(ended.tally.done, 150_000, "{build:?} {ended:?}");
        let left: u64 = say(&mut connection, &["DBSIZE"]);
        assert_eq!(left, 30_000 + 500 + 2, "{build:?}");
    }
}
