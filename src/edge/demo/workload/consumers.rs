//! Workers of consumer groups, healthy or not.
//!
//! Knows XREADGROUP, XACK and what its [`Part`] asks for. Does not know why. Invariants: a worker that works
//! again first deals with all that it left pending, so every scenario heals; what a neglectful worker holds is
//! bounded.

use redis::aio::MultiplexedConnection;
use redis::{RedisError, RedisResult, Value};
use tokio::time::{Duration, Instant};

use super::super::cast::{Group, Line, Part, batch, part, service};
use super::super::control::Setting;
use super::history::make_group;
use super::stage::{BLOCK_MS, Patience, Role, Stage};
use crate::core::demo::Scenario;
use crate::core::limits::{DEMO_BATCH, DEMO_NEGLECTED};

/// How often a worker looks for messages that were handed over to it, or whose acknowledgement was lost. Before
/// 7.2 a read that waits in vain leaves its idle time as it is; this keeps it low where little is produced.
const OWN_PENDING_EVERY: Duration = Duration::from_secs(2);

/// One consumer of one group.
pub(super) struct Worker {
    line: &'static Line,
    group: &'static Group,
    name: &'static str,
    /// Messages read and not acknowledged since it began to neglect or to die.
    holding: usize,
    /// The visit of a scenario in which it died.
    died_in: Option<u64>,
}

impl Worker {
    /// Not at work yet.
    pub fn new(line: &'static Line, group: &'static Group, name: &'static str) -> Self {
        Self { line, group, name, holding: 0, died_in: None }
    }

    fn part(&self, setting: &Setting) -> Part {
        match part(setting.scenario, self.group.name, self.name) {
            Part::Die { .. } if self.died_in == Some(setting.visit) => Part::Absent,
            part => part,
        }
    }

    /// Reads at most `count` messages: new ones with `>`, which may wait, or its own pending ones with `0`.
    async fn read(
        &self,
        link: &mut MultiplexedConnection,
        from: &str,
        count: usize,
    ) -> RedisResult<Vec<Value>> {
        let mut read = redis::cmd("XREADGROUP");
        read.arg("GROUP").arg(self.group.name).arg(self.name).arg("COUNT").arg(count);
        if from == ">" {
            read.arg("BLOCK").arg(BLOCK_MS);
        }
        let answer: RedisResult<Value> =
            read.arg("STREAMS").arg(self.line.key).arg(from).query_async(link).await;
        match answer {
            Err(error) if error.code() == Some("NOGROUP") => {
                self.make_group(link).await?;
                // Told all the same: somebody has deleted it.
                Err(error)
            }
            other => other.map(ids),
        }
    }

    async fn make_group(&self, link: &mut MultiplexedConnection) -> RedisResult<()> {
        let made = make_group(self.line.key, self.group.name).query_async(link).await;
        made.or_else(|error: RedisError| if error.code() == Some("BUSYGROUP") { Ok(()) } else { Err(error) })
    }

    async fn acknowledge(&self, link: &mut MultiplexedConnection, ids: &[Value]) -> RedisResult<()> {
        let mut ack = redis::cmd("XACK");
        ack.arg(self.line.key).arg(self.group.name);
        for id in ids {
            if let Value::BulkString(id) = id {
                ack.arg(id.as_slice());
            }
        }
        ack.query_async(link).await
    }

    /// Deals with everything that it holds.
    async fn catch_up(&mut self, link: &mut MultiplexedConnection) -> RedisResult<()> {
        loop {
            let held = self.read(link, "0", DEMO_BATCH).await?;
            if held.is_empty() {
                self.holding = 0;
                return Ok(());
            }
            self.acknowledge(link, &held).await?;
        }
    }

    /// One read and what its part makes of it; the number of messages.
    async fn turn(
        &mut self,
        link: &mut MultiplexedConnection,
        setting: &Setting,
        hurried: bool,
    ) -> RedisResult<usize> {
        let count = if hurried { DEMO_BATCH } else { batch(setting.rate) };
        let fresh = self.read(link, ">", count).await?;
        if fresh.is_empty() {
            return Ok(0);
        }
        let keeps = match self.part(setting) {
            Part::Work => false,
            Part::Neglect => self.holding < DEMO_NEGLECTED,
            Part::Die { .. } | Part::Absent => true,
        };
        if keeps {
            self.holding += fresh.len();
        } else {
            if !hurried {
                let each = service(self.line, self.group, setting.rate);
                tokio::time::sleep(each * u32::try_from(fresh.len()).unwrap_or(u32::MAX)).await;
            }
            self.acknowledge(link, &fresh).await?;
        }
        Ok(fresh.len())
    }
}

impl Role for Worker {
    fn name(&self) -> &'static str {
        self.name
    }

    async fn cue(&self, stage: &mut Stage) {
        stage.until(|setting| self.part(setting) != Part::Absent).await;
    }

    async fn play(&mut self, link: &mut MultiplexedConnection, stage: &mut Stage) -> RedisResult<()> {
        let mut patience = Patience::default();
        let mut looked: Option<Instant> = None;
        let mut hurried = false;
        loop {
            let setting = stage.now();
            match self.part(&setting) {
                Part::Absent => return Ok(()),
                Part::Die { holding } if self.holding >= holding => {
                    self.died_in = Some(setting.visit);
                    return Ok(());
                }
                Part::Work
                    if self.holding > 0 || looked.is_none_or(|at| at.elapsed() > OWN_PENDING_EVERY) =>
                {
                    looked = Some(Instant::now());
                    let caught_up = self.catch_up(link).await;
                    stage.answer(self.name, caught_up, &mut patience).await?;
                }
                Part::Work | Part::Neglect | Part::Die { .. } => {}
            }
            let done = self.turn(link, &setting, hurried).await;
            let done = stage.answer(self.name, done, &mut patience).await?.unwrap_or(0);
            // A full batch means a backlog. Only the burst is there to show one.
            hurried = setting.scenario != Scenario::Burst && done >= batch(setting.rate);
        }
    }
}

/// The ids in an answer to XREADGROUP for one stream, in RESP2's shape; nothing when there is nothing new.
fn ids(answer: Value) -> Vec<Value> {
    let first = |value: Value, at: usize| match value {
        Value::Array(parts) => parts.into_iter().nth(at),
        _ => None,
    };
    let entries = first(answer, 0).and_then(|stream| first(stream, 1));
    match entries {
        Some(Value::Array(entries)) => entries.into_iter().filter_map(|entry| first(entry, 0)).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_found_also_where_the_entry_is_gone() {
        let text = |text: &str| Value::BulkString(text.as_bytes().to_vec());
        let entry = |id: &str, fields: Value| Value::Array(vec![text(id), fields]);
        let entries = vec![entry("1-0", Value::Array(vec![text("f"), text("v")])), entry("2-0", Value::Nil)];
        let answer = Value::Array(vec![Value::Array(vec![text("orders"), Value::Array(entries)])]);
        assert_eq!(ids(answer), [text("1-0"), text("2-0")]);
        assert_eq!(ids(Value::Nil), []);
    }
}
