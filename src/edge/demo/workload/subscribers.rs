//! A fan-out to hundreds: screens that all listen to one channel, and a wall that has stopped reading.
//!
//! Knows how many and how often; both are there only in `slow-subscriber`. Invariants: screens read all that they are
//! sent; what waits for the wall is bounded by the server, which cuts it off; all of them go with their role.

use std::time::Duration;

use redis::{ConnectionAddr, RedisResult};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::connection::{Connection, RoleLink, Task, WorkPace};
use crate::core::demo::Scenario;
use crate::core::limits::{DEMO_BATCH, DEMO_SCREENS};

const PRESENCE: &str = "presence";
const WALL: &str = "wall";
/// Messages a second to all screens at the beginning, what a second adds, and the most.
const FIRST_PER_S: f64 = 8.0;
const MORE_PER_S: f64 = 1.5;
const MOST_PER_S: f64 = 60.0;
/// Messages a second to the wall, and the length of one: 420 KB a second. From 16 KiB on Valkey keeps one for all.
const WALL_PER_S: f64 = 30.0;
const WALL_BYTES: usize = 14_000;
/// What may wait for a subscriber while the wall is there, and else: the server's own default.
const TIGHT: &str = "pubsub 16mb 8mb 60";
const USUAL: &str = "pubsub 32mb 8mb 60";
/// How long a wall that was cut off stays away.
const AWAY: Duration = Duration::from_secs(6);

/// A subscriber on a bare socket: it may read, or not.
async fn subscribe(connection: &Connection, name: &str, channel: &str) -> RedisResult<UnixStream> {
    let ConnectionAddr::Unix(path) = connection.client.get_connection_info().addr().clone() else {
        return Err(std::io::Error::from(std::io::ErrorKind::Unsupported).into());
    };
    let mut socket = UnixStream::connect(path).await?;
    let words = format!("CLIENT SETNAME {name}\r\nSUBSCRIBE {channel}\r\n");
    socket.write_all(words.as_bytes()).await?;
    Ok(socket)
}

/// Reads whatever comes until the server hangs up.
async fn drain(mut socket: UnixStream) {
    let mut piece = vec![0; 16 << 10];
    while socket.read(&mut piece).await.is_ok_and(|read| read > 0) {}
}

/// Hundreds of screens, and what is published to them more and more often.
pub(super) struct Screens;

impl Task for Screens {
    fn name(&self) -> &'static str {
        "presence-bus"
    }

    async fn cue(&self, connection: &mut Connection) {
        connection.until_is(Scenario::SlowSubscriber).await;
    }

    async fn play(&mut self, link: &mut RoleLink, connection: &mut Connection) -> RedisResult<()> {
        let mut screens = JoinSet::new();
        for number in 0..DEMO_SCREENS {
            screens.spawn(drain(subscribe(connection, &format!("screen-{number:03}"), PRESENCE).await?));
        }
        let (began, mut pace) = (Instant::now(), WorkPace::new());
        while connection.is(Scenario::SlowSubscriber) {
            let per_s = (FIRST_PER_S + began.elapsed().as_secs_f64() * MORE_PER_S).min(MOST_PER_S);
            let due = pace.turn(per_s * connection.now().rate.factor().min(2.0), DEMO_BATCH).await;
            for _ in 0..due {
                let event = format!(r#"{{"kind":"presence","user":{}}}"#, fastrand::u32(..));
                redis::cmd("PUBLISH").arg(PRESENCE).arg(event).query_async::<()>(link).await?;
            }
        }
        Ok(())
    }
}

/// A wall that has stopped reading, and what is published to it.
pub(super) struct Wall;

impl Task for Wall {
    fn name(&self) -> &'static str {
        "wall-bus"
    }

    async fn cue(&self, connection: &mut Connection) {
        connection.until_is(Scenario::SlowSubscriber).await;
    }

    async fn play(&mut self, link: &mut RoleLink, connection: &mut Connection) -> RedisResult<()> {
        limit(link, TIGHT).await?;
        let mut pace = WorkPace::new();
        let picture = "#".repeat(WALL_BYTES);
        while connection.is(Scenario::SlowSubscriber) {
            let wall = subscribe(connection, "lobby-wall", WALL).await?;
            // Its subscription is on its way.
            tokio::time::sleep(Duration::from_millis(200)).await;
            let mut is_there = true;
            while is_there && connection.is(Scenario::SlowSubscriber) {
                for _ in 0..pace.turn(WALL_PER_S, DEMO_BATCH).await {
                    let heard: u32 = redis::cmd("PUBLISH").arg(WALL).arg(&picture).query_async(link).await?;
                    is_there = heard > 0;
                }
            }
            drop(wall);
            if connection.is(Scenario::SlowSubscriber) {
                tokio::time::sleep(AWAY).await;
            }
        }
        limit(link, USUAL).await
    }
}

async fn limit(link: &mut RoleLink, limit: &str) -> RedisResult<()> {
    redis::cmd("CONFIG").arg("SET").arg("client-output-buffer-limit").arg(limit).query_async(link).await
}
