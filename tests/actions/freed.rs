//! What a plan says comes back is what the server's memory goes down by.

use crate::server::{Build, Server, builds, side_by_side};
use crate::{Place, connect, fill, name, read, say, start};
use std::time::Duration;
use streamgauge::core::ops::{Request, TrimRequest, TrimTo};

#[test]
fn what_a_plan_says_comes_back_comes_back_however_much_is_pending() {
    // Not more at a time: an action gives way to a server that answers late.
    let runtime = tokio::runtime::Runtime::new().unwrap();
    builds().chunks(2).for_each(|two| side_by_side(two, |build| runtime.block_on(comes_back(build))));
}

async fn comes_back(build: &Build) {
    let server = start(build);
    let mut connection = connect(&server);
    fill(&mut connection, 100_000, &["g"]);
    read(&mut connection, "g", "slow", 50_000);
    drop(connection);
    let place = Place::of(&server);
    let to = TrimTo::MaxLen(1_000);
    let request = Request::Trim(TrimRequest { key: name("s"), to, approx: false, archive: Some(false) });
    let plan = place.plan(&request).await.unwrap();
    let said = plan.impact.bytes.unwrap() as f64;
    let before = memory_at_rest(&server);
    let receipt = place.carry_out(plan, 1 << 20).await;
    assert_eq!(receipt.tally.done, 99_000, "{build:?}");
    let freed = before as f64 - memory_at_rest(&server) as f64;
    assert!((said / freed - 1.0).abs() < 0.3, "{build:?} said {said}, freed {freed}");
}

/// `used_memory` once it stands still for two seconds: a server gives the buffers of its clients back about once a
/// second, and those of a client that wrote 100,000 entries are as large as what is measured here.
fn memory_at_rest(server: &Server) -> u64 {
    let mut connection = connect(server);
    let mut read = || -> u64 {
        let text: String = say(&mut connection, &["INFO", "memory"]);
        let line = text.lines().find_map(|line| line.trim_end().strip_prefix("used_memory:"));
        line.unwrap().parse().unwrap()
    };
    let (mut last, mut still) = (read(), 0);
    for _ in 0..100 {
        std::thread::sleep(Duration::from_millis(200));
        let now = read();
        still = if now.abs_diff(last) < 50_000 { still + 1 } else { 0 };
        last = now;
        if still == 10 {
            return now;
        }
    }
    panic!("used_memory does not stand still: {last}")
}
