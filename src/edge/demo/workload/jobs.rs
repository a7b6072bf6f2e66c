//! A list of jobs as many programs have it: one end is pushed, the other popped by whoever waits there.
//!
//! Knows LPUSH and BRPOP; not whether its connection works. Invariant: the list never grows beyond its bound.

use redis::RedisResult;
use tokio::time::Duration;

use super::super::topology::{JOBS, JOBS_PER_S};
use super::connection::{BLOCK_MS, Connection, RetryDelay, RoleLink, Task, WorkPace};
use crate::core::limits::{DEMO_BATCH, DEMO_JOBS};

/// How many times faster the worker is than the jobs come.
const SPARE: f64 = 4.0;

/// Pushes jobs.
pub(super) struct JobProducer;

impl Task for JobProducer {
    fn name(&self) -> &'static str {
        "upload-api"
    }

    async fn play(&mut self, link: &mut RoleLink, connection: &mut Connection) -> RedisResult<()> {
        let (mut pace, mut patience) = (WorkPace::new(), RetryDelay::default());
        let mut length = 0_u64;
        loop {
            let setting = connection.now();
            let due = pace.turn(JOBS_PER_S * setting.rate.factor(), DEMO_BATCH).await;
            if due == 0 {
                continue;
            }
            let answer = if length >= DEMO_JOBS {
                redis::cmd("LLEN").arg(JOBS).query_async(link).await
            } else {
                let mut push = redis::cmd("LPUSH");
                push.arg(JOBS);
                for _ in 0..due {
                    push.arg(format!("{{\"image\":{},\"width\":320}}", fastrand::u32(..1_000_000)));
                }
                push.query_async(link).await
            };
            length = connection.answer(self.name(), answer, &mut patience).await?.unwrap_or(length);
        }
    }
}

/// Pops jobs and takes its time for each.
pub(super) struct JobWorker;

impl Task for JobWorker {
    fn name(&self) -> &'static str {
        "thumbnailer-1"
    }

    async fn play(&mut self, link: &mut RoleLink, connection: &mut Connection) -> RedisResult<()> {
        let mut patience = RetryDelay::default();
        loop {
            let mut pop = redis::cmd("BRPOP");
            pop.arg(JOBS).arg(BLOCK_MS / 1000);
            let popped: RedisResult<Option<(String, String)>> = pop.query_async(link).await;
            let job = connection.answer(self.name(), popped, &mut patience).await?.flatten();
            if job.is_some() {
                let service = 1.0 / (SPARE * JOBS_PER_S * connection.now().rate.factor());
                tokio::time::sleep(Duration::from_secs_f64(service)).await;
            }
        }
    }
}
