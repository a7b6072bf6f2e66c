//! Pub/sub: a bus that publishes and feeds that listen.
//!
//! Knows channels and patterns. Does not keep what arrives. Invariant: subscribers read all that they are sent,
//! so no output buffer grows.

use std::time::Duration;

use futures_util::StreamExt;
use redis::{ErrorKind, Pipeline, RedisResult};

use super::connection::{Connection, RoleLink, Task, WorkPace};
use crate::core::limits::DEMO_BATCH;

const CHANNELS: [&str; 3] = ["events:orders", "events:payments", "events:stock"];
/// What a feed of everything listens to.
const ALL: &str = "events:*";
/// Messages per second at rate 1.
const PER_S: f64 = 20.0;
/// How often a subscriber makes sure that its connection lives.
const PING_EVERY: Duration = Duration::from_secs(2);

/// Publishes to all channels.
pub(super) struct Publisher;

impl Task for Publisher {
    fn name(&self) -> &'static str {
        "event-bus"
    }

    async fn play(&mut self, link: &mut RoleLink, connection: &mut Connection) -> RedisResult<()> {
        let mut pace = WorkPace::new();
        loop {
            let due = pace.turn(PER_S * connection.now().rate.factor(), DEMO_BATCH).await;
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

impl Task for Subscriber {
    fn name(&self) -> &'static str {
        self.name
    }

    async fn play(&mut self, link: &mut RoleLink, connection: &mut Connection) -> RedisResult<()> {
        let heard = match self.channels {
            [] => link.psubscribe(ALL).await,
            channels => link.subscribe(channels).await,
        };
        match heard {
            Err(error) if error.kind() == ErrorKind::InvalidClientConfig => {
                return self.listen(connection).await;
            }
            heard => heard?,
        }
        loop {
            tokio::time::sleep(PING_EVERY).await;
            redis::cmd("PING").query_async::<()>(link).await?;
        }
    }
}

impl Subscriber {
    /// The way of RESP2, before Redis 6: on a connection of its own, which redis-rs cannot give a name.
    async fn listen(&self, connection: &Connection) -> RedisResult<()> {
        let mut feed = connection.client.get_async_pubsub().await?;
        match self.channels {
            [] => feed.psubscribe(ALL).await?,
            channels => feed.subscribe(channels).await?,
        }
        let mut messages = feed.into_on_message();
        while messages.next().await.is_some() {}
        Err(std::io::Error::from(std::io::ErrorKind::UnexpectedEof).into())
    }
}
