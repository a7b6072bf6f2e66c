//! Pub/sub: a bus that publishes and feeds that listen.
//!
//! Knows channels and patterns. Does not keep what arrives. Invariant: subscribers read all that they are sent,
//! so no output buffer grows.

use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{Pipeline, RedisResult};

use super::stage::{Pace, Role, Stage};
use crate::core::limits::DEMO_BATCH;

const CHANNELS: [&str; 3] = ["events:orders", "events:payments", "events:stock"];
/// Messages per second at rate 1.
const PER_S: f64 = 20.0;
/// How often a subscriber makes sure that its connection lives.
const PING_EVERY: Duration = Duration::from_secs(2);

/// Publishes to all channels.
pub(super) struct Publisher;

impl Role for Publisher {
    fn name(&self) -> &'static str {
        "event-bus"
    }

    async fn play(&mut self, link: &mut MultiplexedConnection, stage: &mut Stage) -> RedisResult<()> {
        let mut pace = Pace::new();
        loop {
            let due = pace.turn(PER_S * stage.now().rate.factor(), DEMO_BATCH).await;
            let mut batch = Pipeline::with_capacity(due);
            for _ in 0..due {
                let channel = fastrand::choice(CHANNELS).unwrap_or("events:orders");
                let event = format!(r#"{{"kind":"updated","id":{}}}"#, fastrand::u32(..));
                batch.cmd("PUBLISH").arg(channel).arg(event).ignore();
            }
            if due > 0 {
                batch.query_async::<()>(link).await?;
            }
        }
    }
}

/// Listens to some channels, or to all through a pattern.
pub(super) struct Subscriber {
    /// Name of its connection.
    pub name: &'static str,
    /// Channels; none for the pattern `events:*`.
    pub channels: &'static [&'static str],
}

/// Every subscriber of the demo.
pub(super) const SUBSCRIBERS: [Subscriber; 3] = [
    Subscriber { name: "notifier", channels: &["events:orders", "events:payments"] },
    Subscriber { name: "live-feed-1", channels: &[] },
    Subscriber { name: "live-feed-2", channels: &[] },
];

impl Role for Subscriber {
    fn name(&self) -> &'static str {
        self.name
    }

    async fn play(&mut self, link: &mut MultiplexedConnection, _stage: &mut Stage) -> RedisResult<()> {
        if self.channels.is_empty() {
            link.psubscribe("events:*").await?;
        } else {
            link.subscribe(self.channels).await?;
        }
        loop {
            tokio::time::sleep(PING_EVERY).await;
            redis::cmd("PING").query_async::<()>(link).await?;
        }
    }
}
