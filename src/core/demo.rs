//! What the demo can show and how it is doing, as values: scenarios, the rate, the status.
//!
//! Knows names, words and the order of things. Does not know servers, tasks or keys of Redis (`edge::demo`
//! does). Invariant: a [`Rate`] is always a finite number within [`Rate::MIN`] and [`Rate::MAX`].

use std::fmt;
use std::str::FromStr;

worded! {
    /// What goes wrong, or doesn't, on the demo's server.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    pub enum Scenario {
        /// Everything is healthy.
        #[default]
        Steady "steady",
        /// Waves of ten times the production back up and drain.
        Burst "burst",
        /// A consumer stops with messages in hand; another group has lost its only worker.
        DeadConsumer "dead-consumer",
        /// Messages that one group cannot work: delivered again and again, never acknowledged.
        Poison "poison",
        /// A stream nobody trims, a group that never acknowledges and keys without TTL fill the memory.
        MemoryAlert "memory-alert",
        /// The cache's hot tiers expire as soon as they are rebuilt, and everybody asks for them.
        CacheStampede "cache-stampede",
        /// A subscriber stops reading, and a fan-out to hundreds grows.
        SlowSubscriber "slow-subscriber",
        /// Connections of workers are cut so that neither side notices: they believe that they wait, and nobody takes jobs.
        HalfOpen "half-open",
    }
    /// The name for the command line: lower case with hyphens.
    fn name
}

impl Scenario {
    /// The one after this, round and round.
    pub fn next(self) -> Self {
        let after = Self::ALL.into_iter().skip_while(|one| *one != self).nth(1);
        after.unwrap_or(Self::Steady)
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Scenario {
    type Err = UnknownScenario;

    fn from_str(text: &str) -> Result<Self, UnknownScenario> {
        Self::ALL
            .into_iter()
            .find(|scenario| scenario.name() == text)
            .ok_or_else(|| UnknownScenario(text.to_owned()))
    }
}

/// A name that is no scenario.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "unknown scenario '{0}'; there are steady, burst, dead-consumer, poison, memory-alert, cache-stampede, slow-subscriber and half-open"
)]
pub struct UnknownScenario(pub String);

/// How fast the workload runs: a factor, 1 is the demo's own pace.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Rate(f64);

impl Rate {
    /// Slowest.
    pub const MIN: f64 = 0.1;
    /// Fastest.
    pub const MAX: f64 = 20.0;
    /// What [`Rate::faster`] and [`Rate::slower`] step through.
    const STEPS: [f64; 8] = [Self::MIN, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, Self::MAX];

    /// The factor, brought within bounds; what is no number is 1.
    pub fn new(factor: f64) -> Self {
        if factor.is_nan() { Self::default() } else { Self(factor.clamp(Self::MIN, Self::MAX)) }
    }

    /// The factor.
    pub fn factor(self) -> f64 {
        self.0
    }

    /// The next step up; the fastest stays.
    pub fn faster(self) -> Self {
        Self(Self::STEPS.into_iter().find(|step| *step > self.0).unwrap_or(Self::MAX))
    }

    /// The next step down; the slowest stays.
    pub fn slower(self) -> Self {
        Self(Self::STEPS.into_iter().rev().find(|step| *step < self.0).unwrap_or(Self::MIN))
    }
}

impl Default for Rate {
    fn default() -> Self {
        Self(1.0)
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "x{}", self.0)
    }
}

/// How the demo is doing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DemoStatus {
    /// What is shown.
    pub scenario: Scenario,
    /// How fast, as asked for.
    pub rate: Rate,
    /// Messages that producers have really added per second over the last two seconds; none before that.
    pub produced_per_s: Option<f64>,
    /// Commands and connections of the workload that failed since the start. In `memory-alert` the server
    /// refuses writes once it is full: that counts.
    pub errors: u64,
    /// The last of them, in one line.
    pub last_error: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read_back_and_a_wrong_one_lists_the_right_ones() {
        for scenario in Scenario::ALL {
            assert_eq!(scenario.to_string().parse(), Ok(scenario));
            assert!(UnknownScenario("x".to_owned()).to_string().contains(scenario.name()));
        }
        assert_eq!("stedy".parse::<Scenario>(), Err(UnknownScenario("stedy".to_owned())));
    }

    #[test]
    fn next_goes_round_all_scenarios_in_order() {
        for (at, scenario) in Scenario::ALL.into_iter().enumerate() {
            assert_eq!(scenario.next(), Scenario::ALL[(at + 1) % Scenario::ALL.len()]);
        }
    }

    #[test]
    fn a_rate_stays_within_its_bounds_whatever_comes_in() {
        for (factor, kept) in
            [(0.0, 0.1), (-3.0, 0.1), (1e9, 20.0), (f64::INFINITY, 20.0), (f64::NAN, 1.0), (0.7, 0.7)]
        {
            assert_eq!(Rate::new(factor).factor(), kept);
        }
    }

    #[test]
    fn faster_and_slower_walk_the_steps_and_stop_at_the_ends() {
        let mut rate = Rate::new(0.7);
        assert_eq!(rate.slower().factor(), 0.5);
        let mut walked = Vec::new();
        for _ in 0..7 {
            rate = rate.faster();
            walked.push(rate.factor());
        }
        assert_eq!(walked, [1.0, 2.0, 5.0, 10.0, 20.0, 20.0, 20.0]);
        for _ in 0..9 {
            rate = rate.slower();
        }
        assert_eq!(rate.factor(), Rate::MIN);
        assert_eq!(Rate::new(0.5).to_string(), "x0.5");
    }
}
