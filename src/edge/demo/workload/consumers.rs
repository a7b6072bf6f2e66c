//! Workers of consumer groups, healthy or not.
//!
//! Knows XREADGROUP, XACK and what its [`WorkerPart`] asks for. Does not know why. Invariants: a worker that works
//! again first deals with all that it left pending, so every scenario heals; what a neglectful worker holds is
//! bounded.

use redis::{RedisError, RedisResult, Value};
use tokio::time::{Duration, Instant};

use super::super::control::WorkloadSetting;
use super::super::topology::{GroupSetup, StreamSetup, WorkerPart, batch, part, service};
use super::connection::{BLOCK_MS, Connection, RetryDelay, RoleLink, Task};
use super::history::make_group;
use super::messages::is_poison;
use crate::core::demo::Scenario;
use crate::core::limits::{DEMO_BATCH, DEMO_NEGLECTED};

/// How often a worker looks for messages that were handed over to it, or whose acknowledgement was lost. Before
/// 7.2 a read that waits in vain leaves its idle time as it is; this keeps it low where little is produced.
/// The group that counts what it decides, and the share of payments that it rejects.
const COUNTING: &str = "fraud";
const REJECTED: f64 = 0.04;
const OWN_PENDING_EVERY: Duration = Duration::from_secs(2);

/// How often a worker tries again what it failed at.
const RETRY_EVERY: Duration = Duration::from_secs(1);

/// One consumer of one group.
pub(super) struct Worker {
    line: &'static StreamSetup,
    group: &'static GroupSetup,
    name: &'static str,
    /// Messages read and not acknowledged since it began to neglect, to die or to fail.
    holding: usize,
    /// The visit of a scenario in which it died.
    died_in: Option<u64>,
}

impl Worker {
    /// Not at work yet.
    pub fn new(line: &'static StreamSetup, group: &'static GroupSetup, name: &'static str) -> Self {
        Self { line, group, name, holding: 0, died_in: None }
    }

    fn part(&self, setting: &WorkloadSetting) -> WorkerPart {
        match part(setting.scenario, self.group.name, self.name) {
            WorkerPart::Die { .. } if self.died_in == Some(setting.visit) => WorkerPart::Absent,
            part => part,
        }
    }

    /// Reads at most `count` messages: new ones with `>`, which may wait, or its own pending ones with `0`.
    async fn read(&self, link: &mut RoleLink, from: &str, count: usize) -> RedisResult<Vec<WorkMessage>> {
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
            other => other.map(messages),
        }
    }

    async fn make_group(&self, link: &mut RoleLink) -> RedisResult<()> {
        let made = make_group(self.line.key, self.group.name).query_async(link).await;
        made.or_else(|error: RedisError| if error.code() == Some("BUSYGROUP") { Ok(()) } else { Err(error) })
    }

    async fn acknowledge(
        &self,
        link: &mut RoleLink,
        done: impl Iterator<Item = &WorkMessage>,
    ) -> RedisResult<()> {
        let ids: Vec<&[u8]> = done.map(|message| message.id.as_slice()).collect();
        if ids.is_empty() {
            return Ok(());
        }
        redis::cmd("XACK").arg(self.line.key).arg(self.group.name).arg(ids).query_async(link).await
    }

    /// Counts what it decided about payments, as programs do: most are accepted.
    async fn count(&self, link: &mut RoleLink, decided: usize) -> RedisResult<()> {
        if self.group.name != COUNTING || decided == 0 {
            return Ok(());
        }
        let rejected = (0..decided).filter(|_| fastrand::f64() < REJECTED).count();
        let mut counts = redis::pipe();
        counts.cmd("INCRBY").arg("payments:accepted").arg(decided - rejected).ignore();
        counts.cmd("INCRBY").arg("payments:rejected").arg(rejected).ignore();
        counts.query_async(link).await
    }

    /// Tries again what it failed at, and fails again. What was trimmed meanwhile is no trouble any more.
    async fn retry(&mut self, link: &mut RoleLink) -> RedisResult<()> {
        let held = self.read(link, "0", DEMO_BATCH).await?;
        self.acknowledge(link, held.iter().filter(|message| !message.is_poison)).await?;
        self.holding = held.iter().filter(|message| message.is_poison).count();
        Ok(())
    }

    /// Deals with everything that it holds.
    async fn catch_up(&mut self, link: &mut RoleLink) -> RedisResult<()> {
        loop {
            let held = self.read(link, "0", DEMO_BATCH).await?;
            if held.is_empty() {
                self.holding = 0;
                return Ok(());
            }
            self.acknowledge(link, held.iter()).await?;
        }
    }

    /// One read and what its part makes of it; the number of messages.
    async fn turn(
        &mut self,
        link: &mut RoleLink,
        setting: &WorkloadSetting,
        hurried: bool,
    ) -> RedisResult<usize> {
        let count = if hurried { DEMO_BATCH } else { batch(setting.rate) };
        let fresh = self.read(link, ">", count).await?;
        if fresh.is_empty() {
            return Ok(0);
        }
        let part = self.part(setting);
        let chokes = |message: &&WorkMessage| part == WorkerPart::Choke && message.is_poison;
        let keeps = match part {
            WorkerPart::Work | WorkerPart::Choke => false,
            WorkerPart::Neglect => self.holding < DEMO_NEGLECTED,
            WorkerPart::Die { .. } | WorkerPart::Absent => true,
        };
        if keeps {
            self.holding += fresh.len();
        } else {
            if !hurried {
                let each = service(self.line, self.group, setting.rate);
                tokio::time::sleep(each * u32::try_from(fresh.len()).unwrap_or(u32::MAX)).await;
            }
            self.acknowledge(link, fresh.iter().filter(|message| !chokes(message))).await?;
            self.holding += fresh.iter().filter(chokes).count();
            self.count(link, fresh.len() - self.holding.min(fresh.len())).await?;
        }
        Ok(fresh.len())
    }
}

impl Task for Worker {
    fn name(&self) -> &'static str {
        self.name
    }

    async fn cue(&self, connection: &mut Connection) {
        connection.until(|setting| self.part(setting) != WorkerPart::Absent).await;
    }

    async fn play(&mut self, link: &mut RoleLink, connection: &mut Connection) -> RedisResult<()> {
        let mut patience = RetryDelay::default();
        let mut looked: Option<Instant> = None;
        let mut hurried = false;
        loop {
            let setting = connection.now();
            match self.part(&setting) {
                WorkerPart::Absent => return Ok(()),
                WorkerPart::Die { holding } if self.holding >= holding => {
                    self.died_in = Some(setting.visit);
                    return Ok(());
                }
                WorkerPart::Work
                    if self.holding > 0 || looked.is_none_or(|at| at.elapsed() > OWN_PENDING_EVERY) =>
                {
                    looked = Some(Instant::now());
                    let caught_up = self.catch_up(link).await;
                    connection.answer(self.name, caught_up, &mut patience).await?;
                }
                WorkerPart::Choke if looked.is_none_or(|at| at.elapsed() > RETRY_EVERY) => {
                    looked = Some(Instant::now());
                    let tried = self.retry(link).await;
                    connection.answer(self.name, tried, &mut patience).await?;
                }
                WorkerPart::Work | WorkerPart::Choke | WorkerPart::Neglect | WorkerPart::Die { .. } => {}
            }
            let done = self.turn(link, &setting, hurried).await;
            let done = connection.answer(self.name, done, &mut patience).await?.unwrap_or(0);
            // A full batch means a backlog. Only the burst is there to show one.
            hurried = setting.scenario != Scenario::Burst && done >= batch(setting.rate);
        }
    }
}

/// A message as a worker sees it.
#[derive(Debug, PartialEq)]
struct WorkMessage {
    id: Vec<u8>,
    is_poison: bool,
}

/// The messages in an answer to XREADGROUP for one stream, in RESP2's shape; none when there is nothing new. An
/// entry that is gone has no fields, so it is no poison.
fn messages(answer: Value) -> Vec<WorkMessage> {
    let parts = |value: Value| match value {
        Value::Array(parts) => parts,
        _ => Vec::new(),
    };
    let entries = parts(answer).into_iter().next().and_then(|stream| parts(stream).into_iter().nth(1));
    let message = |entry: Value| {
        let mut entry = parts(entry).into_iter();
        let Some(Value::BulkString(id)) = entry.next() else { return None };
        let fields = entry.next().map(parts).unwrap_or_default();
        let fails = |field: &Value| matches!(field, Value::BulkString(value) if is_poison(value));
        Some(WorkMessage { id, is_poison: fields.iter().any(fails) })
    };
    entries.map(parts).unwrap_or_default().into_iter().filter_map(message).collect()
}

#[cfg(test)]
mod tests {
    use super::super::messages::poison;
    use super::*;

    fn text(text: &str) -> Value {
        Value::BulkString(text.as_bytes().to_vec())
    }

    fn entry(id: &str, fields: Value) -> Value {
        Value::Array(vec![text(id), fields])
    }

    #[test]
    fn messages_are_found_also_where_the_entry_is_gone_and_poison_is_told_apart() {
        let bad = poison("payments").into_iter().flat_map(|(name, value)| [text(name), text(&value)]);
        let entries = vec![
            entry("1-0", Value::Array(vec![text("f"), text("v")])),
            entry("2-0", Value::Nil),
            entry("3-0", Value::Array(bad.collect())),
        ];
        let answer = Value::Array(vec![Value::Array(vec![text("orders"), Value::Array(entries)])]);
        let found: Vec<(Vec<u8>, bool)> =
            messages(answer).into_iter().map(|message| (message.id, message.is_poison)).collect();
        let wanted = [("1-0", false), ("2-0", false), ("3-0", true)];
        assert_eq!(found, wanted.map(|(id, is_poison)| (id.as_bytes().to_vec(), is_poison)));
        assert_eq!(messages(Value::Nil), []);
    }
}
