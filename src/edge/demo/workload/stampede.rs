//! The stampede: a release that gives the cache's hot tiers next to no TTL, and the one that takes it back.
//!
//! Knows PEXPIRE on the keys of the hot tiers. What readers make of it is theirs. Invariant: when its scenario
//! ends it fills the hot tiers again, so the hit ratio of what follows is at once what it was.

use redis::{Pipeline, RedisResult};

use super::cache::{CacheTier, RUSH_TTL_MS};
use super::connection::{Connection, RoleLink, Task};
use crate::core::demo::Scenario;
use crate::core::limits::DEMO_BATCH;

/// Lets the hot tiers expire, all at once, and fills them in the end.
#[derive(Default)]
pub(super) struct Stampede {
    has_begun: bool,
}

impl Task for Stampede {
    fn name(&self) -> &'static str {
        "release-bot"
    }

    async fn cue(&self, connection: &mut Connection) {
        let has_begun = self.has_begun;
        connection.until(|setting| has_begun || setting.scenario == Scenario::CacheStampede).await;
    }

    async fn play(&mut self, link: &mut RoleLink, connection: &mut Connection) -> RedisResult<()> {
        if connection.is(Scenario::CacheStampede) {
            self.has_begun = true;
            for tier in CacheTier::hot() {
                expire(&tier.names(), link).await?;
            }
            connection.until(|setting| setting.scenario != Scenario::CacheStampede).await;
        }
        for tier in CacheTier::hot() {
            tier.fill(link).await?;
        }
        self.has_begun = false;
        Ok(())
    }
}

async fn expire(keys: &[String], link: &mut RoleLink) -> RedisResult<()> {
    for keys in keys.chunks(DEMO_BATCH) {
        let mut batch = Pipeline::with_capacity(keys.len());
        for key in keys {
            batch.cmd("PEXPIRE").arg(key).arg(RUSH_TTL_MS).ignore();
        }
        batch.query_async::<()>(link).await?;
    }
    Ok(())
}
