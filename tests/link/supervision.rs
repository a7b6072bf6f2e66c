//! Servers that go, hang and come back, and what the supervisor of a lane makes of it.

use std::time::{Duration, Instant};

use streamgauge::config::Secret;
use streamgauge::core::limits::{BACKOFF_FIRST_MS, BACKOFF_LONGEST_MS};
use streamgauge::core::model::{Fault, LinkStatus, Outage, Protocol};
use streamgauge::core::wire::ReadCmd;
use streamgauge::edge::clock::now_us;
use streamgauge::edge::link::{Lane, LinkLedger, Supervisor, Timeouts};

use crate::server::{Options, PATIENCE, Server, kinds};
use crate::{start, target, tcp};

/// How long a server that hangs is waited for: longer than a busy machine takes for anything.
const WAIT: Duration = Duration::from_secs(2);
const TIMEOUTS: Timeouts = Timeouts { connect: WAIT, poll: WAIT, control: WAIT };

/// Waits until each try is due, as a poller does, until the lane is up again; answers how many tries it took.
async fn until_up(lane: &mut Supervisor) -> u32 {
    let deadline = Instant::now() + PATIENCE;
    let mut tries = 1;
    while let Err(outage) = lane.link(now_us()).await.map(|_| ()) {
        assert!(Instant::now() < deadline, "{outage:?}");
        let wait_us = outage.retry_at_us.saturating_sub(now_us());
        assert!(wait_us <= BACKOFF_LONGEST_MS * 1_200, "{outage:?}");
        tokio::time::sleep(Duration::from_micros(wait_us)).await;
        tries += 1;
    }
    tries
}

async fn outage(lane: &mut Supervisor) -> Outage {
    lane.link(now_us()).await.map(|_| ()).expect_err("down")
}

#[tokio::test]
async fn a_server_that_is_down_at_the_start_is_waited_for() {
    for kind in kinds() {
        let mut server = start(kind, &[]);
        server.kill();
        let mut lane = Supervisor::new(target(&server), Lane::Poll, TIMEOUTS, &LinkLedger::default());
        assert_eq!(lane.status(), LinkStatus::Connecting);
        let first = outage(&mut lane).await;
        assert_eq!((first.fault, first.attempts, first.circuit_open), (Fault::NoSocket, 1, false));
        assert_eq!(lane.status(), LinkStatus::Down(first));
        server.restart();
        until_up(&mut lane).await;
        assert!(matches!(lane.status(), LinkStatus::Up { protocol: Protocol::Resp3, .. }));
    }
}

#[tokio::test]
async fn before_a_try_is_due_nothing_is_dialled_and_the_answer_is_there_at_once() {
    let server = {
        let mut server = Server::start(Options { port: true, ..Options::default() });
        server.kill();
        server
    };
    let mut lane =
        Supervisor::new(tcp("127.0.0.1", server.port), Lane::Control, TIMEOUTS, &LinkLedger::default());
    let now = now_us();
    let first = lane.link(now).await.map(|_| ()).expect_err("down");
    let (least, most) = (now + BACKOFF_FIRST_MS * 800, now_us() + BACKOFF_FIRST_MS * 1_200);
    assert!((least..=most).contains(&first.retry_at_us), "{} is not in {least}..={most}", first.retry_at_us);
    for _ in 0..100 {
        assert_eq!(lane.link(now).await.map(|_| ()), Err(first.clone()));
    }
    let second = lane.link(first.retry_at_us).await.map(|_| ()).expect_err("down");
    assert_eq!((second.attempts, second.since_ms), (2, first.since_ms));
    lane.retry_now(now);
    assert_eq!(
        lane.link(now).await.map(|_| ()).expect_err("down").attempts,
        3,
        "the operator asked for a try"
    );
}

#[tokio::test]
async fn a_killed_server_is_noticed_and_found_again_when_it_is_back() {
    for kind in kinds() {
        let mut server = start(kind, &[]);
        let mut lane = Supervisor::new(target(&server), Lane::Poll, TIMEOUTS, &LinkLedger::default());
        assert_eq!(until_up(&mut lane).await, 1);
        server.kill();
        let asked = lane.link(now_us()).await.unwrap().ask(vec![ReadCmd::Ping]).await;
        lane.lost(&asked.lost.unwrap(), now_us());
        let LinkStatus::Down(down) = lane.status() else { panic!("{:?}", lane.status()) };
        assert_eq!((down.fault, down.attempts), (Fault::Closed, 1));
        server.restart();
        until_up(&mut lane).await;
        let asked = lane.link(now_us()).await.unwrap().ask(vec![ReadCmd::Ping]).await;
        assert_eq!(asked.lost, None);
    }
}

#[tokio::test]
async fn a_connection_that_ended_unnoticed_is_not_handed_out() {
    for kind in kinds() {
        let server = start(kind, &[]);
        let mut lane = Supervisor::new(target(&server), Lane::Poll, TIMEOUTS, &LinkLedger::default());
        until_up(&mut lane).await;
        server.redis_cli(&["CLIENT", "KILL", "TYPE", "normal"]);
        let deadline = Instant::now() + PATIENCE;
        loop {
            match lane.link(now_us()).await {
                Err(outage) => break assert_eq!(outage.fault, Fault::Closed),
                Ok(_) => tokio::time::sleep(Duration::from_millis(1)).await,
            }
            assert!(Instant::now() < deadline);
        }
    }
}

#[tokio::test]
async fn a_frozen_server_costs_one_time_out_a_try_and_comes_back() {
    for kind in kinds() {
        let server = start(kind, &[]);
        let mut lane = Supervisor::new(target(&server), Lane::Poll, TIMEOUTS, &LinkLedger::default());
        until_up(&mut lane).await;
        server.freeze();
        let asked = lane.link(now_us()).await.unwrap().ask(vec![ReadCmd::Ping]).await;
        lane.lost(&asked.lost.unwrap(), now_us());
        let down = outage(&mut lane).await;
        assert_eq!(down.fault, Fault::ResponseTimeout);
        let started = Instant::now();
        let down = lane.link(down.retry_at_us).await.map(|_| ()).expect_err("down");
        assert_eq!(down.fault, Fault::Unanswered);
        assert!(started.elapsed() < WAIT * 2, "{:?}", started.elapsed());
        server.thaw();
        until_up(&mut lane).await;
    }
}

#[tokio::test]
async fn failures_in_a_row_open_the_circuit_and_no_state_shows_the_password() {
    let mut server = Server::start(Options::default());
    server.kill();
    let password = Some(Secret::new("hunter2"));
    let target = streamgauge::config::Target { password, ..target(&server) };
    let mut lane = Supervisor::new(target, Lane::Poll, TIMEOUTS, &LinkLedger::default());
    let mut due = 0;
    let mut last = None;
    for _ in 0..8 {
        let outage = lane.link(due).await.map(|_| ()).expect_err("down");
        due = outage.retry_at_us;
        last = Some(outage);
    }
    let last = last.unwrap();
    assert!(last.circuit_open);
    assert!(last.retry_at_us - now_us() > 20_000_000, "{last:?}");
    server.restart();
    lane.retry_now(0);
    lane.link(0).await.unwrap();
    assert!(matches!(lane.status(), LinkStatus::Up { .. }));
    assert!(!format!("{lane:?} {last:?}").contains("hunter2"));
}
