//! Reads facts of a demo's server, and waits for them.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, ConnectionAddr, IntoConnectionInfo, Value, from_redis_value};
use streamgauge::config::{Address, Target};
use streamgauge::edge::demo::{Demo, DemoOptions};

/// Longest wait for an answer, and for what should come about.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A demo with a look inside.
pub struct Probe {
    pub demo: Demo,
    pub link: MultiplexedConnection,
}

pub async fn probe(options: DemoOptions) -> Probe {
    let demo = Demo::start(options).await.unwrap();
    let link = link(&demo.target()).await;
    Probe { demo, link }
}

pub async fn link(target: &Target) -> MultiplexedConnection {
    let address = match &target.address {
        Address::Tcp { host, port } => ConnectionAddr::Tcp(host.clone(), *port),
        Address::Unix(path) => ConnectionAddr::Unix(path.clone()),
    };
    let client = redis::Client::open(address.into_connection_info().unwrap()).unwrap();
    // By itself redis-rs gives up after half a second, which a busy machine takes now and then.
    let patient = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(PATIENCE))
        .set_response_timeout(Some(PATIENCE));
    client.get_multiplexed_async_connection_with_config(&patient).await.unwrap()
}

pub fn socket(target: &Target) -> PathBuf {
    match &target.address {
        Address::Unix(path) => path.clone(),
        Address::Tcp { .. } => panic!("not a socket: {target:?}"),
    }
}

/// Facts of one group.
#[derive(Debug)]
pub struct Group {
    pub lag: i64,
    pub pending: i64,
}

impl Probe {
    pub async fn ask<T: redis::FromRedisValue>(&mut self, command: &str) -> T {
        let mut words = command.split(' ');
        let mut cmd = redis::cmd(words.next().unwrap());
        for word in words {
            cmd.arg(word);
        }
        cmd.query_async(&mut self.link).await.unwrap()
    }

    /// Waits until it is so, and panics with what there was instead.
    pub async fn until(&mut self, what: &str, mut so: impl AsyncFnMut(&mut Self) -> (bool, String)) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let (done, seen) = so(self).await;
            if done {
                return;
            }
            assert!(Instant::now() < deadline, "not within {PATIENCE:?}: {what}; there is {seen}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    pub async fn rows(&mut self, command: &str) -> Vec<HashMap<String, Value>> {
        self.ask(command).await
    }

    pub async fn group(&mut self, stream: &str, group: &str) -> Group {
        let rows = self.rows(&format!("XINFO GROUPS {stream}")).await;
        let row = rows.into_iter().find(|row| text(&row["name"]) == group).unwrap();
        Group { lag: int(&row["lag"]), pending: int(&row["pending"]) }
    }

    /// The last id that the group was given: there on every version.
    pub async fn last_read(&mut self, stream: &str, group: &str) -> String {
        let rows = self.rows(&format!("XINFO GROUPS {stream}")).await;
        text(&rows.into_iter().find(|row| text(&row["name"]) == group).unwrap()["last-delivered-id"])
    }

    /// Pending count and idle time of a consumer.
    pub async fn consumer(&mut self, stream: &str, group: &str, consumer: &str) -> Option<(i64, i64)> {
        let rows = self.rows(&format!("XINFO CONSUMERS {stream} {group}")).await;
        let row = rows.into_iter().find(|row| text(&row["name"]) == consumer)?;
        Some((int(&row["pending"]), int(&row["idle"])))
    }

    pub async fn info(&mut self, section: &str, figure: &str) -> f64 {
        let info: String = self.ask(&format!("INFO {section}")).await;
        let line = info.lines().find_map(|line| line.strip_prefix(figure)?.strip_prefix(':'));
        line.unwrap_or_else(|| panic!("{figure} in {info}")).trim().parse().unwrap()
    }

    /// Hits and misses so far.
    pub async fn lookups(&mut self) -> (f64, f64) {
        (self.info("stats", "keyspace_hits").await, self.info("stats", "keyspace_misses").await)
    }

    /// Waits until every group keeps up, at so many looks in a row: a busy machine holds somebody up now and then.
    pub async fn until_healthy(&mut self, looks: usize) {
        let mut well = 0;
        self.until("every group keeps up", async |probe| {
            let (is_well, seen) = probe.healthy().await;
            well = if is_well { well + 1 } else { 0 };
            (well >= looks, seen)
        })
        .await;
    }

    /// Whether every group keeps up: little lag, little pending, nobody idle.
    pub async fn healthy(&mut self) -> (bool, String) {
        let (mut well, mut seen) = (true, String::new());
        for stream in ["orders", "payments", "emails", "clicks", "telemetry"] {
            for row in self.rows(&format!("XINFO GROUPS {stream}")).await {
                let name = text(&row["name"]);
                let (lag, pending) = (int(&row["lag"]), int(&row["pending"]));
                let idle = self.rows(&format!("XINFO CONSUMERS {stream} {name}")).await;
                let idle: Vec<i64> = idle.iter().map(|row| int(&row["idle"])).collect();
                well &= lag <= 40 && pending <= 60 && !idle.is_empty() && idle.iter().all(|ms| *ms < 4000);
                seen += &format!("{stream}/{name} lag {lag} pending {pending} idle {idle:?}; ");
            }
        }
        (well, seen)
    }
}

fn text(value: &Value) -> String {
    from_redis_value(value.clone()).unwrap()
}

/// Nil is -1: unknown.
fn int(value: &Value) -> i64 {
    from_redis_value::<Option<i64>>(value.clone()).unwrap().unwrap_or(-1)
}
