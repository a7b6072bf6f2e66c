//! Producers: one for each stream, at its pace, trimming as the scenario lets it.
//!
//! Knows XADD; not who reads. Invariant: a turn adds at most one batch, and only what the server took is counted.

use redis::aio::MultiplexedConnection;
use redis::{Pipeline, RedisResult, Value};

use super::super::cast::{Line, kept, production};
use super::messages::message;
use super::stage::{Pace, Patience, Role, Stage};
use crate::core::limits::DEMO_BATCH;

/// Adds to one stream.
pub(super) struct Producer {
    /// Which.
    pub line: &'static Line,
}

impl Role for Producer {
    fn name(&self) -> &'static str {
        self.line.producer
    }

    async fn play(&mut self, link: &mut MultiplexedConnection, stage: &mut Stage) -> RedisResult<()> {
        let (mut pace, mut patience) = (Pace::new(), Patience::default());
        loop {
            let setting = stage.now();
            let full = stage.tally.nearly_full();
            let per_s = production(self.line, setting.scenario, setting.rate, setting.since.elapsed(), full);
            let due = pace.turn(per_s, DEMO_BATCH).await;
            if due == 0 {
                continue;
            }
            let batch = batch(self.line.key, due, kept(self.line, setting.scenario, setting.rate));
            let answers: Vec<RedisResult<Value>> = batch.query_async(link).await?;
            let taken = answers.iter().filter(|answer| answer.is_ok()).count();
            stage.tally.add_produced(taken as u64);
            // One refusal of a batch tells it all: they are refused for the same reason.
            if let Some(refused) = answers.into_iter().find(Result::is_err) {
                stage.answer(self.name(), refused, &mut patience).await?;
            } else {
                patience = Patience::default();
            }
        }
    }
}

fn batch(key: &str, messages: usize, kept: Option<u64>) -> Pipeline {
    let mut batch = Pipeline::with_capacity(messages);
    for _ in 0..messages {
        add(&mut batch, key, kept, "*");
    }
    batch.ignore_errors();
    batch
}

/// Puts one message for the stream into the batch, under this id.
pub(super) fn add(batch: &mut Pipeline, key: &str, kept: Option<u64>, id: &str) {
    let add = batch.cmd("XADD").arg(key);
    if let Some(kept) = kept {
        add.arg("MAXLEN").arg("~").arg(kept);
    }
    add.arg(id);
    for (field, value) in message(key) {
        add.arg(field).arg(value);
    }
}
