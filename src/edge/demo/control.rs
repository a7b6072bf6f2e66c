//! The demo's levers and dials: what it is asked to show, and how it is doing.
//!
//! Knows the setting and the counts; not what the tasks do about them. Invariant: no call waits, so a key press
//! can be answered by one.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::watch;

use crate::core::demo::{DemoStatus, Rate, Scenario};

/// What the workload is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct WorkloadSetting {
    /// What to show.
    pub scenario: Scenario,
    /// How fast.
    pub rate: Rate,
    /// When the scenario was chosen.
    pub since: Instant,
    /// How often a scenario was chosen: tells two visits to one scenario apart.
    pub visit: u64,
}

/// Drives a running demo. Clones drive the same one; when the demo has stopped they do nothing.
#[derive(Clone, Debug)]
pub struct DemoControl {
    setting: watch::Sender<WorkloadSetting>,
    tally: Arc<WorkCounts>,
}

impl DemoControl {
    pub(super) fn new(scenario: Scenario) -> Self {
        let setting = WorkloadSetting { scenario, rate: Rate::default(), since: Instant::now(), visit: 0 };
        Self { setting: watch::Sender::new(setting), tally: Arc::default() }
    }

    /// Shows another scenario. What the one before broke is healed by the workers, within seconds. The same one
    /// again changes nothing.
    pub fn set_scenario(&self, scenario: Scenario) {
        self.setting.send_if_modified(|setting| {
            let differs = setting.scenario != scenario;
            if differs {
                let visit = setting.visit + 1;
                *setting = WorkloadSetting { scenario, since: Instant::now(), visit, ..*setting };
            }
            differs
        });
    }

    /// Goes on to the next scenario and returns it.
    pub fn next_scenario(&self) -> Scenario {
        let next = self.setting.borrow().scenario.next();
        self.set_scenario(next);
        next
    }

    /// Runs at this factor; brought within [`Rate`]'s bounds.
    pub fn set_rate(&self, factor: f64) -> Rate {
        let rate = Rate::new(factor);
        self.setting.send_modify(|setting| setting.rate = rate);
        rate
    }

    /// One step faster; returns the new rate.
    pub fn faster(&self) -> Rate {
        let rate = self.setting.borrow().rate.faster();
        self.set_rate(rate.factor())
    }

    /// One step slower; returns the new rate.
    pub fn slower(&self) -> Rate {
        let rate = self.setting.borrow().rate.slower();
        self.set_rate(rate.factor())
    }

    /// How it is doing now.
    pub fn status(&self) -> DemoStatus {
        let WorkloadSetting { scenario, rate, .. } = *self.setting.borrow();
        let told = self.tally.told();
        DemoStatus {
            scenario,
            rate,
            produced_per_s: told.produced_per_s,
            errors: self.tally.errors.load(Ordering::Relaxed),
            last_error: told.last_error.clone(),
        }
    }

    pub(super) fn setting(&self) -> watch::Receiver<WorkloadSetting> {
        self.setting.subscribe()
    }

    pub(super) fn tally(&self) -> Arc<WorkCounts> {
        Arc::clone(&self.tally)
    }
}

/// What the tasks have counted.
#[derive(Debug, Default)]
pub(super) struct WorkCounts {
    produced: AtomicU64,
    errors: AtomicU64,
    nearly_full: AtomicBool,
    told: Mutex<DemoReply>,
}

#[derive(Debug, Default)]
struct DemoReply {
    produced_per_s: Option<f64>,
    last_error: Option<String>,
}

impl WorkCounts {
    /// Counts messages that the server has taken.
    pub fn add_produced(&self, messages: u64) {
        self.produced.fetch_add(messages, Ordering::Relaxed);
    }

    /// Messages so far.
    pub fn produced(&self) -> u64 {
        self.produced.load(Ordering::Relaxed)
    }

    /// Publishes the measured rate.
    pub fn set_produced_per_s(&self, per_s: f64) {
        self.told().produced_per_s = Some(per_s);
    }

    /// Counts a failure and keeps its words, in one line.
    pub fn add_error(&self, who: &str, error: &redis::RedisError) {
        self.errors.fetch_add(1, Ordering::Relaxed);
        let words = format!("{who}: {error}");
        self.told().last_error =
            Some(words.chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect());
    }

    /// Whether the server's memory is nearly full.
    pub fn nearly_full(&self) -> bool {
        self.nearly_full.load(Ordering::Relaxed)
    }

    /// Says whether the server's memory is nearly full.
    pub fn set_nearly_full(&self, nearly_full: bool) {
        self.nearly_full.store(nearly_full, Ordering::Relaxed);
    }

    fn told(&self) -> MutexGuard<'_, DemoReply> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levers_move_the_setting_that_all_clones_share() {
        let control = DemoControl::new(Scenario::Burst);
        let other = control.clone();
        assert_eq!(other.next_scenario(), Scenario::DeadConsumer);
        assert_eq!(other.faster().factor(), 2.0);
        assert_eq!(control.slower().factor(), 1.0);
        assert_eq!(control.set_rate(99.0).factor(), Rate::MAX);
        let status = other.status();
        assert_eq!((status.scenario, status.rate.factor()), (Scenario::DeadConsumer, Rate::MAX));
        assert_eq!((status.produced_per_s, status.errors, status.last_error), (None, 0, None));
    }

    #[test]
    fn the_same_scenario_again_is_no_new_visit() {
        let control = DemoControl::new(Scenario::Steady);
        let setting = control.setting();
        control.set_scenario(Scenario::Steady);
        assert!(!setting.has_changed().unwrap());
        control.set_scenario(Scenario::Burst);
        assert_eq!(setting.borrow().visit, 1);
    }

    #[test]
    fn errors_are_counted_and_the_last_is_kept_in_one_line() {
        let control = DemoControl::new(Scenario::Steady);
        let error = redis::RedisError::from(std::io::Error::other("first\nsecond"));
        control.tally().add_error("checkout-api", &error);
        let status = control.status();
        assert_eq!(status.errors, 1);
        let words = status.last_error.unwrap();
        assert!(words.starts_with("checkout-api: ") && words.contains("first second"), "{words}");
    }
}
