//! Producers: one for each stream, at its pace, trimming as the scenario lets it.
//!
//! Knows XADD; not who reads. Invariant: a turn adds at most one batch, and only what the server took is counted.

use redis::{Pipeline, RedisResult, Value};

use super::super::control::WorkloadSetting;
use super::super::topology::{StreamSetup, kept, poisonous, production};
use super::connection::{Connection, RetryDelay, RoleLink, Task, WorkPace};
use super::messages::{MessageFields, message, poison};
use crate::core::limits::DEMO_BATCH;

/// Adds to one stream.
pub(super) struct Producer {
    line: &'static StreamSetup,
    /// The visit of a scenario, and the poisonous messages added in it.
    poisoned: (u64, u64),
}

impl Producer {
    /// Nothing added yet.
    pub fn new(line: &'static StreamSetup) -> Self {
        Self { line, poisoned: (0, 0) }
    }

    /// How many poisonous messages are due.
    fn poison(&mut self, setting: &WorkloadSetting) -> u64 {
        if self.poisoned.0 != setting.visit {
            self.poisoned = (setting.visit, 0);
        }
        poisonous(self.line, setting.scenario, setting.since.elapsed()).saturating_sub(self.poisoned.1)
    }
}

impl Task for Producer {
    fn name(&self) -> &'static str {
        self.line.producer
    }

    async fn play(&mut self, link: &mut RoleLink, connection: &mut Connection) -> RedisResult<()> {
        let (mut pace, mut patience) = (WorkPace::new(), RetryDelay::default());
        loop {
            let setting = connection.now();
            let full = connection.tally.nearly_full();
            let per_s = production(self.line, setting.scenario, setting.rate, setting.since.elapsed(), full);
            let due = pace.turn(per_s, DEMO_BATCH).await;
            if due == 0 {
                continue;
            }
            let poison = self.poison(&setting).min(due as u64);
            let batch = batch(self.line.key, due, poison, kept(self.line, setting.scenario, setting.rate));
            let answers: Vec<RedisResult<Value>> = batch.query_async(link).await?;
            let taken = answers.iter().filter(|answer| answer.is_ok()).count();
            connection.tally.add_produced(taken as u64);
            self.poisoned.1 += poison.min(taken as u64);
            // One refusal of a batch tells it all: they are refused for the same reason.
            let answer: RedisResult<Vec<Value>> = answers.into_iter().collect();
            connection.answer(self.name(), answer, &mut patience).await?;
        }
    }
}

/// The first `poisonous` of them are.
fn batch(key: &str, messages: usize, poisonous: u64, kept: Option<u64>) -> Pipeline {
    let mut batch = Pipeline::with_capacity(messages);
    for at in 0..messages as u64 {
        let fields = if at < poisonous { poison(key) } else { message(key) };
        add(&mut batch, key, kept, "*", fields);
    }
    batch.ignore_errors();
    batch
}

/// Puts one message for the stream into the batch, under this id.
pub(super) fn add(batch: &mut Pipeline, key: &str, kept: Option<u64>, id: &str, fields: MessageFields) {
    let add = batch.cmd("XADD").arg(key);
    if let Some(kept) = kept {
        add.arg("MAXLEN").arg("~").arg(kept);
    }
    add.arg(id);
    for (field, value) in fields {
        add.arg(field).arg(value);
    }
}
