//! The demo's workload: producers, workers, a cache and pub/sub, as real programs would be.
//!
//! Knows who is there and starts and stops them. What each does is in its own file; what goes wrong when is in
//! `topology`. Invariants: every loop is paced and ends when the value is dropped; no failure ends a role.

mod cache;
mod connection;
mod consumers;
mod events;
mod history;
mod jobs;
mod messages;
mod monitor;
mod producers;
mod stampede;
mod subscribers;

use redis::{Client, RedisResult};
use tokio::task::JoinSet;

use super::control::DemoControl;
use super::proxy::WorkerProxy;
use super::topology::LINES;
use cache::{CacheReader, ReportBuilder};
use connection::{Connection, Task};
use consumers::Worker;
use events::{Publisher, SUBSCRIBERS};
use jobs::{JobProducer, JobWorker};
use monitor::LoadMonitor;
use producers::Producer;
use stampede::Stampede;
use subscribers::{Screens, Wall};

/// The way to the server through the proxy, and the proxy.
pub(super) struct ProxiedClient {
    /// How to get in.
    pub client: Client,
    /// What carries it.
    pub proxy: WorkerProxy,
}

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
    pub async fn start(client: Client, proxy: ProxiedClient, control: &DemoControl) -> RedisResult<Self> {
        let ProxiedClient { client: proxied, proxy } = proxy;
        let (setting, tally) = (control.setting(), control.tally());
        let connection = Connection { client, proxied, setting, tally, subscriber: false };
        let mut link = connection.link("demo-setup").await?;
        for line in &LINES {
            history::remember(&mut link, line).await?;
        }
        cache::warm_up(&mut link).await?;
        let mut workload = Self { tasks: JoinSet::new() };
        workload.tasks.spawn(proxy.run());
        workload.topology(&connection);
        Ok(workload)
    }

    fn topology(&mut self, connection: &Connection) {
        for line in &LINES {
            for group in line.groups {
                for worker in group.workers {
                    self.add(connection, Worker::new(line, group, worker));
                }
            }
            self.add(connection, Producer::new(line));
        }
        self.add(connection, JobProducer);
        self.add(connection, JobWorker);
        self.add(connection, CacheReader { name: "shop-api" });
        self.add(connection, CacheReader { name: "dashboard-api" });
        self.add(connection, ReportBuilder::default());
        self.add(connection, Stampede::default());
        let subscribing = Connection { subscriber: true, ..connection.clone() };
        for subscriber in SUBSCRIBERS {
            self.add(&subscribing, subscriber);
        }
        self.add(connection, Publisher);
        self.add(connection, Screens);
        self.add(connection, Wall);
        self.add(connection, LoadMonitor::default());
    }

    fn add(&mut self, connection: &Connection, role: impl Task) {
        self.tasks.spawn(connection.clone().keep(role));
    }

    /// Ends all tasks, wherever they are: what they leave on the server goes with the server.
    pub async fn stop(mut self) {
        self.tasks.shutdown().await;
    }
}
