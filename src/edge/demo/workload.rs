//! The demo's workload: producers, workers, a cache and pub/sub, as real programs would be.
//!
//! Knows who is there and starts and stops them. What each does is in its own file; what goes wrong when is in
//! `cast`. Invariants: every loop is paced and ends when the value is dropped; no failure ends a role.

mod cache;
mod consumers;
mod crowd;
mod events;
mod history;
mod messages;
mod producers;
mod stage;
mod stampede;
mod warden;

use redis::{Client, RedisResult};
use tokio::task::JoinSet;

use super::cast::LINES;
use super::control::DemoControl;
use cache::{CacheReader, ReportBuilder};
use consumers::Worker;
use crowd::{Screens, Wall};
use events::{Publisher, SUBSCRIBERS};
use producers::Producer;
use stage::{Connection, Task};
use stampede::Stampede;
use warden::Warden;

/// All tasks of the workload.
#[derive(Debug)]
pub(super) struct Workload {
    tasks: JoinSet<()>,
}

impl Workload {
    /// Makes streams with a past, groups and cached keys, then starts everybody.
    ///
    /// # Errors
    /// When the server refuses the first commands.
    pub async fn start(client: Client, control: &DemoControl) -> RedisResult<Self> {
        let stage =
            Connection { client, setting: control.setting(), tally: control.tally(), subscriber: false };
        let mut link = stage.link("demo-setup").await?;
        for line in &LINES {
            history::remember(&mut link, line).await?;
        }
        cache::warm_up(&mut link).await?;
        let mut workload = Self { tasks: JoinSet::new() };
        workload.cast(&stage);
        Ok(workload)
    }

    fn cast(&mut self, stage: &Connection) {
        for line in &LINES {
            for group in line.groups {
                for worker in group.workers {
                    self.add(stage, Worker::new(line, group, worker));
                }
            }
            self.add(stage, Producer::new(line));
        }
        self.add(stage, CacheReader { name: "shop-api" });
        self.add(stage, CacheReader { name: "dashboard-api" });
        self.add(stage, ReportBuilder::default());
        self.add(stage, Stampede::default());
        let subscribing = Connection { subscriber: true, ..stage.clone() };
        for subscriber in SUBSCRIBERS {
            self.add(&subscribing, subscriber);
        }
        self.add(stage, Publisher);
        self.add(stage, Screens);
        self.add(stage, Wall);
        self.add(stage, Warden::default());
    }

    fn add(&mut self, stage: &Connection, role: impl Task) {
        self.tasks.spawn(stage.clone().keep(role));
    }

    /// Ends all tasks, wherever they are: what they leave on the server goes with the server.
    pub async fn stop(mut self) {
        self.tasks.shutdown().await;
    }
}
