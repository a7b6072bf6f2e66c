//! The cache: readers that mostly hit, and a report builder that forgets the TTL.
//!
//! Knows tiers, their sizes and TTLs; GET, SET and UNLINK. Does not know when the tiers expire all at once
//! (`stampede` does). Invariants: without eviction and stampede about four reads in five hit at any rate, and the
//! server's own ratio, which counts what workers do too, is 84 to 98 of 100; the number of keys is bounded, by the
//! tiers' sizes and, for what has no TTL, by the server's memory; what the report builder has left behind it removes
//! when its scenario ends.

use redis::{Pipeline, RedisResult, Value};

use super::connection::{Connection, RetryDelay, RoleLink, Task, WorkPace};
use crate::core::demo::Scenario;
use crate::core::limits::DEMO_BATCH;

/// Keys of one kind.
pub(super) struct CacheTier {
    prefix: &'static str,
    keys: u32,
    bytes: usize,
    ttl_s: u64,
    /// Whether it is what everybody asks for, and what a stampede is about.
    is_hot: bool,
}

const TIERS: [CacheTier; 4] = [
    CacheTier { prefix: "dashboard", keys: 300, bytes: 4000, ttl_s: 300, is_hot: true },
    CacheTier { prefix: "kpi", keys: 120, bytes: 80, ttl_s: 60, is_hot: true },
    CacheTier { prefix: "charts", keys: 200, bytes: 8000, ttl_s: 300, is_hot: true },
    CacheTier { prefix: "sessions", keys: 1500, bytes: 600, ttl_s: 1800, is_hot: false },
];

/// Reads per second of one reader at rate 1.
const READS_PER_S: f64 = 100.0;
/// Share of the reads that ask for something that nobody has. Expiry costs another two in a hundred. The server
/// counts the workers' XREADGROUP and XACK as hits too, so its own ratio is higher than that of the reads.
const STRANGERS: f64 = 0.2;
/// Reports per second without a TTL, while the memory fills and when it is nearly full.
const REPORTS_PER_S: (f64, f64) = (150.0, 10.0);
const REPORT_BYTES: usize = 3000;
/// In a stampede everybody asks again and again: so many times the reads.
const RUSH: f64 = 12.0;
/// Share of a stampede's reads that asks for hot tiers.
const RUSH_HOT: f64 = 0.97;
/// Share of a stampede's misses that is rebuilt: the rest has given up, or waits for somebody else's.
const RUSH_REBUILDS: f64 = 0.1;
/// Life of what a stampede rebuilds, milliseconds.
pub(super) const RUSH_TTL_MS: u64 = 300;

impl CacheTier {
    /// The tiers that everybody asks for.
    pub fn hot() -> impl Iterator<Item = &'static Self> {
        TIERS.iter().filter(|tier| tier.is_hot)
    }

    /// All its keys.
    pub fn names(&self) -> Vec<String> {
        (0..self.keys).map(|n| format!("{}:{n}", self.prefix)).collect()
    }

    fn set(&self, batch: &mut Pipeline, key: &str, stampede: bool) {
        // Spread, so that not all of them expire at once.
        let ttl_ms = fastrand::u64(self.ttl_s * 500..=self.ttl_s * 1000);
        let ttl_ms = if stampede && self.is_hot { RUSH_TTL_MS } else { ttl_ms };
        batch.cmd("SET").arg(key).arg(value(self.bytes)).arg("PX").arg(ttl_ms).ignore();
    }

    /// Fills it.
    ///
    /// # Errors
    /// When the server refuses or is gone.
    pub async fn fill(&self, link: &mut RoleLink) -> RedisResult<()> {
        for keys in self.names().chunks(DEMO_BATCH) {
            let mut batch = Pipeline::with_capacity(keys.len());
            for key in keys {
                self.set(&mut batch, key, false);
            }
            batch.query_async::<()>(link).await?;
        }
        Ok(())
    }
}

/// Fills all tiers, so that the hit ratio begins where it stays.
///
/// # Errors
/// When the server refuses or is gone.
pub(super) async fn warm_up(link: &mut RoleLink) -> RedisResult<()> {
    for tier in &TIERS {
        tier.fill(link).await?;
    }
    Ok(())
}

/// Reads from the cache and fills what it misses.
pub(super) struct CacheReader {
    /// Name of its connection.
    pub name: &'static str,
}

impl Task for CacheReader {
    fn name(&self) -> &'static str {
        self.name
    }

    async fn play(&mut self, link: &mut RoleLink, connection: &mut Connection) -> RedisResult<()> {
        let (mut pace, mut patience) = (WorkPace::new(), RetryDelay::default());
        loop {
            let stampede = connection.is(Scenario::CacheStampede);
            let rush = if stampede { RUSH } else { 1.0 };
            let per_s = READS_PER_S * rush * connection.now().rate.factor();
            let due = pace.turn(per_s, DEMO_BATCH).await;
            if due == 0 {
                continue;
            }
            let asked: Vec<(&CacheTier, Option<String>)> = (0..due).filter_map(|_| draw(stampede)).collect();
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
                let rebuilds = !stampede || fastrand::f64() < RUSH_REBUILDS;
                if let (Some(key), Value::Nil, true) = (key, found, rebuilds) {
                    tier.set(&mut sets, key, stampede);
                }
            }
            if !sets.is_empty() {
                send(self.name, &mut sets, link, connection, &mut patience).await?;
            }
        }
    }
}

/// A tier and a key of it, or none for a stranger.
fn draw(stampede: bool) -> Option<(&'static CacheTier, Option<String>)> {
    let rushes = stampede && fastrand::f64() < RUSH_HOT;
    let tier = if rushes {
        fastrand::choice(CacheTier::hot().collect::<Vec<_>>())?
    } else {
        fastrand::choice(&TIERS)?
    };
    let known = fastrand::f64() >= STRANGERS;
    Some((tier, known.then(|| format!("{}:{}", tier.prefix, fastrand::u32(0..tier.keys)))))
}

/// Writes reports into `charts:` and forgets the TTL, while the memory alert is on.
#[derive(Default)]
pub(super) struct ReportBuilder {
    written: u64,
}

impl ReportBuilder {
    async fn clean_up(&mut self, link: &mut RoleLink) -> RedisResult<()> {
        while self.written > 0 {
            let from = self.written.saturating_sub(DEMO_BATCH as u64);
            let keys: Vec<String> = (from..self.written).map(report).collect();
            redis::cmd("UNLINK").arg(keys).query_async::<()>(link).await?;
            self.written = from;
        }
        Ok(())
    }
}

impl Task for ReportBuilder {
    fn name(&self) -> &'static str {
        "report-builder"
    }

    async fn cue(&self, connection: &mut Connection) {
        let written = self.written > 0;
        connection.until(|setting| written || setting.scenario == Scenario::MemoryAlert).await;
    }

    async fn play(&mut self, link: &mut RoleLink, connection: &mut Connection) -> RedisResult<()> {
        let (mut pace, mut patience) = (WorkPace::new(), RetryDelay::default());
        while connection.is(Scenario::MemoryAlert) {
            let at_1 = if connection.tally.nearly_full() { REPORTS_PER_S.1 } else { REPORTS_PER_S.0 };
            let due = pace.turn(at_1 * connection.now().rate.factor(), DEMO_BATCH).await;
            let mut sets = Pipeline::with_capacity(due);
            for _ in 0..due {
                sets.cmd("SET").arg(report(self.written)).arg(value(REPORT_BYTES)).ignore();
                self.written += 1;
            }
            if due > 0 {
                send(self.name(), &mut sets, link, connection, &mut patience).await?;
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
    link: &mut RoleLink,
    connection: &Connection,
    patience: &mut RetryDelay,
) -> RedisResult<()> {
    let answers: Vec<RedisResult<Value>> = batch.ignore_errors().query_async(link).await?;
    let answer: RedisResult<Vec<Value>> = answers.into_iter().collect();
    connection.answer(name, answer, patience).await.map(drop)
}

fn value(bytes: usize) -> String {
    let mut value = String::with_capacity(bytes + 20);
    while value.len() < bytes {
        value.push_str(&format!("{:x};", fastrand::u64(..)));
    }
    value
}
