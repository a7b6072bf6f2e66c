//! What each scenario shows, and that steady is steady again after it.

use std::time::Duration;

use streamgauge::core::demo::Scenario;
use streamgauge::edge::demo::DemoOptions;

use crate::probe::{Probe, probe};

async fn on(scenario: Scenario) -> Probe {
    probe(DemoOptions { scenario, ..DemoOptions::default() }).await
}

async fn heals(probe: &mut Probe) {
    probe.demo.control().set_scenario(Scenario::Steady);
    probe.until_healthy(1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn steady_keeps_up_hits_and_evicts_nothing() {
    let mut probe = on(Scenario::Steady).await;
    let length: i64 = probe.ask("XLEN orders").await;
    assert!(length >= 4000, "at its full length from the start: {length}");
    probe.until_healthy(1).await;
    probe
        .until("production is measured and near its rate", async |probe| {
            let status = probe.demo.control().status();
            let near = status.produced_per_s.is_some_and(|per_s| (65.0..105.0).contains(&per_s));
            (near, format!("{status:?}"))
        })
        .await;
    probe.until_healthy(20).await;
    // Valkey counts more of the workers' reads as hits than Redis does.
    probe
        .until("most lookups are hits", async |probe| {
            let (ratio, misses) = hit_ratio(probe).await;
            ((0.84..0.98).contains(&ratio) && misses > 30.0, format!("{ratio}, {misses} misses"))
        })
        .await;
    assert_eq!(probe.info("stats", "evicted_keys").await, 0.0);
    let used = probe.info("memory", "used_memory").await / probe.info("memory", "maxmemory").await;
    assert!(used < 0.3, "{used} of the memory");
    let length: i64 = probe.ask("XLEN orders").await;
    assert!((4000..4400).contains(&length), "trimmed: {length}");
    let status = probe.demo.control().status();
    assert_eq!(status.errors, 0, "{status:?}");
    let clients: String = probe.ask("CLIENT LIST").await;
    for name in ["checkout-api", "billing-2", "shop-api", "notifier", "event-bus"] {
        assert!(clients.contains(&format!(" name={name} ")), "{name} in {clients}");
    }
    let heard: Vec<(String, i64)> = vec![probe.ask("PUBSUB NUMSUB events:orders").await];
    assert_eq!(heard, [("events:orders".to_owned(), 1)]);
    assert_eq!(probe.ask::<i64>("PUBSUB NUMPAT").await, 1);
    probe.demo.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_rate_changes_live() {
    let mut probe = on(Scenario::Steady).await;
    probe.demo.control().set_rate(10.0);
    probe
        .until("ten times the production", async |probe| {
            let status = probe.demo.control().status();
            (
                status.produced_per_s.is_some_and(|per_s| (650.0..1050.0).contains(&per_s)),
                format!("{status:?}"),
            )
        })
        .await;
    probe.demo.control().set_rate(0.1);
    probe
        .until("a tenth of the production", async |probe| {
            let status = probe.demo.control().status();
            (status.produced_per_s.is_some_and(|per_s| per_s < 20.0), format!("{status:?}"))
        })
        .await;
    probe.until_healthy(1).await;
    probe.demo.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_burst_backs_up_and_heals() {
    let mut probe = on(Scenario::Burst).await;
    probe
        .until("lag in all groups of three streams", async |probe| {
            let mut lags = Vec::new();
            for (stream, group) in [("orders", "billing"), ("payments", "ledger"), ("clicks", "analytics")] {
                lags.push(probe.group(stream, group).await.lag);
            }
            (lags.iter().all(|lag| *lag > 150), format!("{lags:?}"))
        })
        .await;
    heals(&mut probe).await;
    assert_eq!(probe.demo.control().status().errors, 0);
    probe.demo.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dead_consumer_leaves_messages_another_group_falls_behind_and_both_heal() {
    let mut probe = on(Scenario::DeadConsumer).await;
    probe
        .until("shipping-2 idle with messages in hand, emails/mailer without worker", async |probe| {
            let dead = probe.consumer("orders", "shipping", "shipping-2").await;
            let mailer = probe.group("emails", "mailer").await;
            let gone = dead.is_some_and(|(pending, idle)| pending >= 15 && idle > 8000);
            (gone && mailer.lag > 40, format!("{dead:?} {mailer:?}"))
        })
        .await;
    probe
        .until("the other consumer lives", async |probe| {
            let alive = probe.consumer("orders", "shipping", "shipping-1").await;
            (alive.is_some_and(|(_, idle)| idle < 4000), format!("{alive:?}"))
        })
        .await;
    let clients: String = probe.ask("CLIENT LIST").await;
    assert!(clients.contains("name=shipping-1") && !clients.contains("name=shipping-2"), "{clients}");
    heals(&mut probe).await;
    assert_eq!(probe.demo.control().status().errors, 0);
    probe.demo.stop().await;
}

/// Pending rows of payments/fraud: id, idle time, deliveries.
async fn stuck(probe: &mut Probe) -> Vec<(String, i64, i64)> {
    let rows: Vec<(String, String, i64, i64)> = probe.ask("XPENDING payments fraud - + 10").await;
    rows.into_iter().filter(|row| row.3 >= 5).map(|row| (row.0, row.2, row.3)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn poison_is_delivered_again_and_again_while_the_rest_flows_and_heals() {
    let mut probe = on(Scenario::Poison).await;
    probe
        .until("three messages at the head, delivered five times at least", async |probe| {
            let stuck = stuck(probe).await;
            (stuck.len() >= 3, format!("{stuck:?}"))
        })
        .await;
    let (before, read) = (stuck(&mut probe).await, probe.last_read("payments", "fraud").await);
    probe
        .until("they are tried again, others flow", async |probe| {
            let now = stuck(probe).await;
            let again = before.iter().zip(&now).all(|(then, now)| then.0 == now.0 && now.2 > then.2);
            let flows = probe.last_read("payments", "fraud").await > read;
            (again && flows, format!("{before:?} {now:?} flows: {flows}"))
        })
        .await;
    probe
        .until("its workers look choked, not dead", async |probe| {
            let one = probe.consumer("payments", "fraud", "fraud-1").await;
            let two = probe.consumer("payments", "fraud", "fraud-2").await;
            let fraud = probe.group("payments", "fraud").await;
            let live = [one, two].iter().all(|worker| worker.is_some_and(|(_, idle)| idle < 4000));
            (live && fraud.lag <= 40 && fraud.pending < 40, format!("{one:?} {two:?} {fraud:?}"))
        })
        .await;
    let ledger: Vec<(String, String, i64, i64)> = probe.ask("XPENDING payments ledger - + 10").await;
    assert!(ledger.iter().all(|row| row.3 < 5), "one group alone fails: {ledger:?}");
    heals(&mut probe).await;
    probe
        .until("nothing is stuck", async |probe| {
            let stuck = stuck(probe).await;
            (stuck.is_empty(), format!("{stuck:?}"))
        })
        .await;
    assert_eq!(probe.demo.control().status().errors, 0);
    probe.demo.stop().await;
}

/// Hits over lookups of the next two seconds, in which we ask nothing: what we read about streams would count as hits.
/// And the misses.
async fn hit_ratio(probe: &mut Probe) -> (f64, f64) {
    let before = probe.lookups().await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let after = probe.lookups().await;
    let (hits, misses) = (after.0 - before.0, after.1 - before.1);
    (hits / (hits + misses), misses)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cache_stampede_misses_most_rebuilds_in_vain_and_heals() {
    let mut probe = on(Scenario::CacheStampede).await;
    probe
        .until("the hit ratio falls well under a half", async |probe| {
            let (ratio, _) = hit_ratio(probe).await;
            (ratio < 0.4, format!("{ratio}"))
        })
        .await;
    let (expired, used) =
        (probe.info("stats", "expired_keys").await, probe.info("memory", "used_memory").await);
    probe
        .until("what is rebuilt expires", async |probe| {
            let more = probe.info("stats", "expired_keys").await - expired;
            (more > 100.0, format!("{more} expired"))
        })
        .await;
    let grown = probe.info("memory", "used_memory").await / used;
    assert!(grown < 1.3, "memory stays: {grown}");
    probe.until_healthy(1).await;
    heals(&mut probe).await;
    probe
        .until("the hit ratio is back", async |probe| {
            let (ratio, _) = hit_ratio(probe).await;
            (ratio >= 0.84, format!("{ratio}"))
        })
        .await;
    let ttl: i64 = probe.ask("PTTL dashboard:7").await;
    assert!(ttl > 1000, "{ttl}");
    assert_eq!(probe.demo.control().status().errors, 0);
    probe.demo.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_memory_alert_fills_the_memory_and_heals() {
    let mut probe = on(Scenario::MemoryAlert).await;
    // Four times the pace, since a minute is too long for a test.
    probe.demo.control().set_rate(4.0);
    probe
        .until("memory nearly full, pending growing, charts without TTL", async |probe| {
            let used = probe.info("memory", "used_memory").await / probe.info("memory", "maxmemory").await;
            let length: i64 = probe.ask("XLEN telemetry").await;
            let pending = probe.group("clicks", "analytics").await.pending;
            let ttl: i64 = probe.ask("TTL charts:report:0").await;
            let seen = format!("{used} used, telemetry {length}, {pending} pending, TTL {ttl}");
            (used > 0.85 && length > 10_000 && pending > 500 && ttl == -1, seen)
        })
        .await;
    probe.demo.control().set_rate(1.0);
    heals(&mut probe).await;
    probe
        .until("the memory is free again", async |probe| {
            let used = probe.info("memory", "used_memory").await / probe.info("memory", "maxmemory").await;
            let left: i64 = probe.ask("EXISTS charts:report:0 charts:report:9").await;
            (used < 0.3 && left == 0, format!("{used} used, {left} reports left"))
        })
        .await;
    probe.demo.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_server_refuses_and_the_demo_lives_on() {
    let mut probe = on(Scenario::MemoryAlert).await;
    let _: () = probe.ask("CONFIG SET maxmemory 3mb").await;
    probe
        .until("a refusal is counted and said", async |probe| {
            let status = probe.demo.control().status();
            let said = status.last_error.as_deref().is_some_and(|error| error.contains("OOM"));
            (status.errors > 0 && said, format!("{status:?}"))
        })
        .await;
    let _: () = probe.ask("CONFIG SET maxmemory 64mb").await;
    heals(&mut probe).await;
    probe.demo.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_operator_deletes_is_made_again() {
    let mut probe = on(Scenario::Steady).await;
    let _: () = probe.ask("FLUSHALL").await;
    probe
        .until("streams and groups are back and keep up", async |probe| {
            for stream in ["orders", "payments", "emails", "clicks", "telemetry"] {
                let there: i64 = probe.ask(&format!("EXISTS {stream}")).await;
                if there == 0 {
                    return (false, format!("no {stream}"));
                }
            }
            let orders = probe.rows("XINFO GROUPS orders").await.len();
            let (well, seen) = probe.healthy().await;
            (well && orders == 2, seen)
        })
        .await;
    assert!(probe.demo.control().status().errors > 0);
    probe.demo.stop().await;
}

/// Mean turn of PUBLISH and of everything that it makes the server write, over two seconds: microseconds of its time.
async fn busy_us_per_s(probe: &mut Probe) -> f64 {
    let busy = async |probe: &mut Probe| {
        probe.info("cpu", "used_cpu_sys").await + probe.info("cpu", "used_cpu_user").await
    };
    let (began, before) = (std::time::Instant::now(), busy(probe).await);
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    (busy(probe).await - before) * 1e6 / began.elapsed().as_secs_f64()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_subscriber_fills_its_buffer_beside_a_crowd_that_costs_more_and_more_and_heals() {
    let mut probe = on(Scenario::SlowSubscriber).await;
    let waits = |clients: &str| {
        let wall = clients.lines().find(|line| line.contains("name=lobby-wall")).map(str::to_owned);
        let omem = wall.and_then(|line| line.split("omem=").nth(1)?.split(' ').next()?.parse::<u64>().ok());
        omem.unwrap_or(0)
    };
    probe
        .until("250 screens, and a wall that does not read", async |probe| {
            let clients: String = probe.ask("CLIENT LIST TYPE pubsub").await;
            let screens = clients.matches("name=screen-").count();
            (screens == 250 && waits(&clients) > 1 << 20, format!("{screens} screens, {}", waits(&clients)))
        })
        .await;
    let before = busy_us_per_s(&mut probe).await;
    probe
        .until("the crowd costs more and more", async |probe| {
            let now = busy_us_per_s(probe).await;
            (now > before * 1.2, format!("{before} {now}"))
        })
        .await;
    // The streams are none the worse.
    probe.until_healthy(1).await;
    heals(&mut probe).await;
    probe
        .until("screens and wall have gone, the limit is the usual one", async |probe| {
            let clients: String = probe.ask("CLIENT LIST TYPE pubsub").await;
            let limit: Vec<String> = probe.ask("CONFIG GET client-output-buffer-limit").await;
            let is_usual = limit.iter().any(|value| value.contains("pubsub 33554432 8388608 60"));
            (
                !clients.contains("screen-") && !clients.contains("lobby-wall") && is_usual,
                format!("{limit:?}"),
            )
        })
        .await;
    assert_eq!(probe.demo.control().status().errors, 0);
    probe.demo.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn half_open_connections_look_well_to_both_sides_while_nothing_is_taken_and_heal() {
    let mut probe = on(Scenario::HalfOpen).await;
    probe
        .until("jobs and entries wait beside connected workers", async |probe| {
            let jobs: i64 = probe.ask("LLEN jobs:thumbnails").await;
            let ledger = probe.group("payments", "ledger").await;
            (jobs > 20 && ledger.lag > 50, format!("{jobs} jobs, {ledger:?}"))
        })
        .await;
    let clients: String = probe.ask("CLIENT LIST").await;
    for name in ["ledger-1", "thumbnailer-1"] {
        let client = clients.lines().find(|line| line.contains(&format!(" name={name} ")));
        assert!(client.is_some_and(|line| !line.contains(" flags=b ")), "{name}: {clients}");
    }
    // Who has a connection of its own goes on.
    let (before, fraud) = (probe.last_read("payments", "fraud").await, "others read on");
    probe
        .until(fraud, async |probe| {
            let now = probe.last_read("payments", "fraud").await;
            (now > before, format!("{now:?}"))
        })
        .await;
    heals(&mut probe).await;
    probe
        .until("the jobs are done", async |probe| {
            let jobs: i64 = probe.ask("LLEN jobs:thumbnails").await;
            (jobs < 5, format!("{jobs} jobs"))
        })
        .await;
    assert_eq!(probe.demo.control().status().errors, 0);
    probe.demo.stop().await;
}
