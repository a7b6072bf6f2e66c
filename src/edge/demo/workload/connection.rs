//! What every role of the workload uses: a named connection, the setting, the tally, patience.
//!
//! Knows how to connect, wait and try again; not what a role does. Invariants: a role that fails is played
//! again after a growing pause and its failure is counted; a refused command does not cost the connection.

use std::sync::Arc;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, ErrorKind, RedisError, RedisResult};
use tokio::sync::watch;

use super::super::control::{WorkCounts, WorkloadSetting};
use super::super::topology::BEHIND_PROXY;
use crate::core::demo::Scenario;

/// How long a producer's or a cache's turn is: few wake-ups, smooth enough for graphs.
pub(super) const TURN: Duration = Duration::from_millis(50);
/// How long a read for new messages may wait on the server.
pub(super) const BLOCK_MS: u64 = 1000;
const CONNECT_WITHIN: Duration = Duration::from_secs(2);
/// Longer than [`BLOCK_MS`], since a blocked read is answered only then.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

/// A connection of a role.
pub(super) type RoleLink = MultiplexedConnection;

/// A part of the workload with a connection of its own.
pub(super) trait Task: Send + 'static {
    /// Name of its connection, as CLIENT LIST shows it.
    fn name(&self) -> &'static str;

    /// Waits until there is something to do. Without this, there always is.
    fn cue(&self, _stage: &mut Connection) -> impl Future<Output = ()> + Send {
        std::future::ready(())
    }

    /// Does it, until it leaves (`Ok`, which closes the connection) or the connection fails.
    fn play(
        &mut self,
        link: &mut RoleLink,
        connection: &mut Connection,
    ) -> impl Future<Output = RedisResult<()>> + Send;
}

/// What a role plays on.
#[derive(Clone)]
pub(super) struct Connection {
    /// How to get in.
    pub client: Client,
    /// How to get in through the proxy.
    pub proxied: Client,
    /// What is asked for.
    pub setting: watch::Receiver<WorkloadSetting>,
    /// What is counted.
    pub tally: Arc<WorkCounts>,
    /// For subscribers: RESP3, and what is pushed is dropped on arrival.
    pub subscriber: bool,
}

impl Connection {
    /// What is asked for now.
    pub fn now(&self) -> WorkloadSetting {
        *self.setting.borrow()
    }

    /// Plays the role for good.
    pub async fn keep<R: Task>(mut self, mut role: R) {
        let mut patience = RetryDelay::default();
        let role_name = role.name();
        loop {
            role.cue(&mut self).await;
            let played = match self.link(role_name).await {
                Ok(mut link) => {
                    patience = RetryDelay::default();
                    let mut healed = self.clone();
                    tokio::select! {
                        played = role.play(&mut link, &mut self) => played,
                        () = healed.until_healed(), if is_proxied(role_name) => Ok(()),
                    }
                }
                Err(error) => Err(error),
            };
            if let Err(error) = played {
                self.tally.add_error(role_name, &error);
                patience.pause().await;
            }
        }
    }

    /// A connection with this name.
    ///
    /// # Errors
    /// When the server cannot be reached.
    pub async fn link(&self, name: &str) -> RedisResult<RoleLink> {
        // Who is behind the proxy waits for good: nothing tells that its connection is cut.
        let patience = (!is_proxied(name)).then_some(ANSWER_WITHIN);
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECT_WITHIN))
            .set_response_timeout(patience);
        let client = if is_proxied(name) { &self.proxied } else { &self.client };
        let mut link = if self.subscriber {
            self.pushed_link(&config).await?
        } else {
            client.get_multiplexed_async_connection_with_config(&config).await?
        };
        redis::cmd("CLIENT").arg("SETNAME").arg(name).query_async::<()>(&mut link).await?;
        Ok(link)
    }

    /// A connection that may subscribe, where the server speaks RESP3; a plain one where it doesn't.
    async fn pushed_link(&self, config: &AsyncConnectionConfig) -> RedisResult<RoleLink> {
        let info = self.client.get_connection_info().clone();
        let settings = info.redis_settings().clone().set_protocol(redis::ProtocolVersion::RESP3);
        let pushing = Client::open(info.set_redis_settings(settings))?;
        let dropping = config.clone().set_push_sender(|_push| Ok::<(), ()>(()));
        match pushing.get_multiplexed_async_connection_with_config(&dropping).await {
            Err(error) if error.kind() == ErrorKind::RESP3NotSupported => {
                self.client.get_multiplexed_async_connection_with_config(config).await
            }
            other => other,
        }
    }

    /// The answer; none when the server refused, which is counted and waited for. Ready for the next try.
    ///
    /// # Errors
    /// When the connection failed: nothing more can be asked on it.
    pub async fn answer<T>(
        &self,
        name: &str,
        answer: RedisResult<T>,
        patience: &mut RetryDelay,
    ) -> RedisResult<Option<T>> {
        match answer {
            Ok(value) => {
                *patience = RetryDelay::default();
                Ok(Some(value))
            }
            Err(error) if is_refusal(&error) => {
                self.tally.add_error(name, &error);
                patience.pause().await;
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Waits until the setting is like this.
    pub async fn until(&mut self, wanted: impl FnMut(&WorkloadSetting) -> bool) {
        if self.setting.wait_for(wanted).await.is_err() {
            // Nobody is left who could change it: whoever stops the workload ends this task.
            std::future::pending::<()>().await;
        }
    }

    /// Waits until connections were cut and are not cut any more: whoever hangs on one has to open another.
    async fn until_healed(&mut self) {
        self.until_is(Scenario::HalfOpen).await;
        self.until(|setting| setting.scenario != Scenario::HalfOpen).await;
    }

    /// Waits until this scenario is on.
    pub async fn until_is(&mut self, scenario: Scenario) {
        self.until(|setting| setting.scenario == scenario).await;
    }

    /// Whether this scenario is on.
    pub fn is(&self, scenario: Scenario) -> bool {
        self.now().scenario == scenario
    }
}

/// Whether the role of this name reaches the server through the proxy.
fn is_proxied(name: &str) -> bool {
    BEHIND_PROXY.contains(&name)
}

/// Whether the server has answered, with a no.
fn is_refusal(error: &RedisError) -> bool {
    error.code().is_some() && !error.is_io_error() && !error.is_connection_dropped() && !error.is_timeout()
}

/// How long to wait after a failure: 100 ms, doubling to 5 s, plus up to a quarter.
#[derive(Debug, Default)]
pub(super) struct RetryDelay {
    failures: u32,
}

impl RetryDelay {
    /// Waits, longer each time.
    pub async fn pause(&mut self) {
        tokio::time::sleep(self.next()).await;
    }

    fn next(&mut self) -> Duration {
        let wait_ms = (100_u64 << self.failures.min(6)).min(5000);
        self.failures = self.failures.saturating_add(1);
        Duration::from_millis(wait_ms + fastrand::u64(0..=wait_ms / 4))
    }
}

/// Turns a rate into whole things to do, turn by turn.
#[derive(Debug)]
pub(super) struct WorkPace {
    last: tokio::time::Instant,
    owed: f64,
}

impl WorkPace {
    /// From now on.
    pub fn new() -> Self {
        Self { last: tokio::time::Instant::now(), owed: 0.0 }
    }

    /// Waits for the next turn and returns how many things to do in it at so many per second, `at_most` so many.
    /// What is beyond that is never caught up.
    pub async fn turn(&mut self, per_s: f64, at_most: usize) -> usize {
        tokio::time::sleep(TURN).await;
        let passed_s = self.last.elapsed().as_secs_f64();
        self.last = tokio::time::Instant::now();
        self.due(per_s * passed_s * (0.7 + 0.6 * fastrand::f64()), at_most)
    }

    fn due(&mut self, more: f64, at_most: usize) -> usize {
        self.owed = (self.owed + more).min(at_most as f64);
        let due = self.owed.floor();
        self.owed -= due;
        // Between 0 and `at_most`.
        due as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patience_grows_to_five_seconds_and_no_further() {
        let mut patience = RetryDelay::default();
        let waits: Vec<u128> = (0..40).map(|_| patience.next().as_millis()).collect();
        assert!((100..=125).contains(&waits[0]) && (200..=250).contains(&waits[1]), "{waits:?}");
        assert!(waits[6..].iter().all(|wait| (5000..=6250).contains(wait)), "{waits:?}");
    }

    #[test]
    fn a_pace_owes_fractions_and_forgets_what_is_too_much() {
        let mut pace = WorkPace { last: tokio::time::Instant::now(), owed: 0.0 };
        let done: usize = (0..100).map(|_| pace.due(0.25, 10)).sum();
        assert_eq!(done, 25);
        assert_eq!([pace.due(1e9, 10), pace.due(0.0, 10)], [10, 0]);
    }
}
