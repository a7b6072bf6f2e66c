//! The cache: readers that mostly hit, and a report builder that forgets the TTL.
//!
//! Knows tiers, their sizes and TTLs; GET, SET and UNLINK. Invariants: without eviction about four reads in five
//! hit at any rate, and the server's own ratio, which counts what workers do too, is 84 to 98 of 100; the number of
//! keys is bounded, by the tiers' sizes and, for what has no TTL, by the server's memory; what the report builder
//! has left behind it removes when its scenario ends.

use redis::aio::MultiplexedConnection;
use redis::{Pipeline, RedisResult, Value};

use super::stage::{Pace, Patience, Role, Stage};
use crate::core::demo::Scenario;
use crate::core::limits::DEMO_BATCH;

/// Keys of one kind.
struct Tier {
    prefix: &'static str,
    keys: u32,
    bytes: usize,
    ttl_s: u64,
}

const TIERS: [Tier; 4] = [
    Tier { prefix: "dashboard", keys: 300, bytes: 4000, ttl_s: 300 },
    Tier { prefix: "kpi", keys: 120, bytes: 80, ttl_s: 60 },
    Tier { prefix: "charts", keys: 200, bytes: 8000, ttl_s: 300 },
    Tier { prefix: "sessions", keys: 1500, bytes: 600, ttl_s: 1800 },
];

/// Reads per second of one reader at rate 1.
const READS_PER_S: f64 = 100.0;
/// Share of the reads that ask for something that nobody has. Expiry costs another two in a hundred. The server
/// counts the workers' XREADGROUP and XACK as hits too, so its own ratio is higher than that of the reads.
const STRANGERS: f64 = 0.2;
/// Reports per second without a TTL, while the memory fills and when it is nearly full.
const REPORTS_PER_S: (f64, f64) = (150.0, 10.0);
const REPORT_BYTES: usize = 3000;

impl Tier {
    fn set(&self, batch: &mut Pipeline, key: &str) {
        // Spread, so that not all of them expire at once.
        let ttl_s = fastrand::u64(self.ttl_s / 2..=self.ttl_s);
        batch.cmd("SET").arg(key).arg(value(self.bytes)).arg("EX").arg(ttl_s).ignore();
    }
}

/// Fills all tiers, so that the hit ratio begins where it stays.
///
/// # Errors
/// When the server refuses or is gone.
pub(super) async fn warm_up(link: &mut MultiplexedConnection) -> RedisResult<()> {
    for tier in &TIERS {
        let keys: Vec<String> = (0..tier.keys).map(|n| format!("{}:{n}", tier.prefix)).collect();
        for keys in keys.chunks(DEMO_BATCH) {
            let mut batch = Pipeline::with_capacity(keys.len());
            for key in keys {
                tier.set(&mut batch, key);
            }
            batch.query_async::<()>(link).await?;
        }
    }
    Ok(())
}

/// Reads from the cache and fills what it misses.
pub(super) struct Reader {
    /// Name of its connection.
    pub name: &'static str,
}

impl Role for Reader {
    fn name(&self) -> &'static str {
        self.name
    }

    async fn play(&mut self, link: &mut MultiplexedConnection, stage: &mut Stage) -> RedisResult<()> {
        let (mut pace, mut patience) = (Pace::new(), Patience::default());
        loop {
            let per_s = READS_PER_S * stage.now().rate.factor();
            let due = pace.turn(per_s, DEMO_BATCH).await;
            if due == 0 {
                continue;
            }
            let asked: Vec<(&Tier, Option<String>)> = (0..due).filter_map(|_| draw()).collect();
            let mut gets = Pipeline::with_capacity(asked.len());
            for (tier, key) in &asked {
                match key {
                    Some(key) => gets.cmd("GET").arg(key),
                    None => gets.cmd("GET").arg(format!("{}:gone-{:x}", tier.prefix, fastrand::u32(..))),
                };
            }
            let found: Vec<Value> = gets.query_async(link).await?;
            let mut sets = Pipeline::new();
            for ((tier, key), found) in asked.iter().zip(&found) {
                if let (Some(key), Value::Nil) = (key, found) {
                    tier.set(&mut sets, key);
                }
            }
            if !sets.is_empty() {
                send(self.name, &mut sets, link, stage, &mut patience).await?;
            }
        }
    }
}

/// A tier and a key of it, or none for a stranger.
fn draw() -> Option<(&'static Tier, Option<String>)> {
    let tier = fastrand::choice(&TIERS)?;
    let known = fastrand::f64() >= STRANGERS;
    Some((tier, known.then(|| format!("{}:{}", tier.prefix, fastrand::u32(0..tier.keys)))))
}

/// Writes reports into `charts:` and forgets the TTL, while the memory alert is on.
#[derive(Default)]
pub(super) struct ReportBuilder {
    written: u64,
}

impl ReportBuilder {
    async fn clean_up(&mut self, link: &mut MultiplexedConnection) -> RedisResult<()> {
        while self.written > 0 {
            let from = self.written.saturating_sub(DEMO_BATCH as u64);
            let keys: Vec<String> = (from..self.written).map(report).collect();
            redis::cmd("UNLINK").arg(keys).query_async::<()>(link).await?;
            self.written = from;
        }
        Ok(())
    }
}

impl Role for ReportBuilder {
    fn name(&self) -> &'static str {
        "report-builder"
    }

    async fn cue(&self, stage: &mut Stage) {
        let written = self.written > 0;
        stage.until(|setting| written || setting.scenario == Scenario::MemoryAlert).await;
    }

    async fn play(&mut self, link: &mut MultiplexedConnection, stage: &mut Stage) -> RedisResult<()> {
        let (mut pace, mut patience) = (Pace::new(), Patience::default());
        while stage.is(Scenario::MemoryAlert) {
            let at_1 = if stage.tally.nearly_full() { REPORTS_PER_S.1 } else { REPORTS_PER_S.0 };
            let due = pace.turn(at_1 * stage.now().rate.factor(), DEMO_BATCH).await;
            let mut sets = Pipeline::with_capacity(due);
            for _ in 0..due {
                sets.cmd("SET").arg(report(self.written)).arg(value(REPORT_BYTES)).ignore();
                self.written += 1;
            }
            if due > 0 {
                send(self.name(), &mut sets, link, stage, &mut patience).await?;
            }
        }
        self.clean_up(link).await
    }
}

fn report(number: u64) -> String {
    format!("charts:report:{number}")
}

/// Sends writes of which some may be refused; one refusal is told.
async fn send(
    name: &str,
    batch: &mut Pipeline,
    link: &mut MultiplexedConnection,
    stage: &Stage,
    patience: &mut Patience,
) -> RedisResult<()> {
    let answers: Vec<RedisResult<Value>> = batch.ignore_errors().query_async(link).await?;
    match answers.into_iter().find(Result::is_err) {
        Some(refused) => stage.answer(name, refused, patience).await.map(drop),
        None => {
            *patience = Patience::default();
            Ok(())
        }
    }
}

fn value(bytes: usize) -> String {
    let mut value = String::with_capacity(bytes + 20);
    while value.len() < bytes {
        value.push_str(&format!("{:x};", fastrand::u64(..)));
    }
    value
}
