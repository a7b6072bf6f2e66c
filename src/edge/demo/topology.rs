//! Who is in the demo and what each does in each scenario: tables and pure functions.
//!
//! Knows streams, groups, workers and their parts. Does not know servers, tasks or clocks: time since the
//! scenario began comes in. Invariants: in `steady` every group can work four times what its stream makes, at
//! any rate; the backlog of a wave fits into what its stream keeps.

use std::time::Duration;

use super::control::WorkloadSetting;
use crate::core::demo::{Rate, Scenario};

/// A stream, who fills it and who reads it.
#[derive(Clone, Copy, Debug)]
pub(super) struct StreamSetup {
    /// The key.
    pub key: &'static str,
    /// Name of the producer's connection.
    pub producer: &'static str,
    /// Messages per second at rate 1.
    pub per_s: f64,
    /// Messages kept when it is trimmed, in seconds of its production.
    pub kept_s: f64,
    /// Messages kept at least.
    pub kept_min: f64,
    /// Its groups.
    pub groups: &'static [GroupSetup],
}

/// A consumer group and its workers.
#[derive(Clone, Copy, Debug)]
pub(super) struct GroupSetup {
    /// The group.
    pub name: &'static str,
    /// Its consumers, which name their connections likewise.
    pub workers: &'static [&'static str],
}

/// Every stream of the demo.
pub(super) const LINES: [StreamSetup; 5] = [
    StreamSetup {
        key: "orders",
        producer: "checkout-api",
        per_s: 20.0,
        kept_s: 90.0,
        kept_min: 4000.0,
        groups: &[
            GroupSetup { name: "billing", workers: &["billing-1", "billing-2"] },
            GroupSetup { name: "shipping", workers: &["shipping-1", "shipping-2", "shipping-3"] },
        ],
    },
    StreamSetup {
        key: "payments",
        producer: "payment-gateway",
        per_s: 12.0,
        kept_s: 90.0,
        kept_min: 4000.0,
        groups: &[
            GroupSetup { name: "ledger", workers: &["ledger-1"] },
            GroupSetup { name: "fraud", workers: &["fraud-1", "fraud-2"] },
        ],
    },
    StreamSetup {
        key: "emails",
        producer: "account-api",
        per_s: 8.0,
        kept_s: 90.0,
        kept_min: 4000.0,
        groups: &[GroupSetup { name: "mailer", workers: &["mailer-1"] }],
    },
    StreamSetup {
        key: "clicks",
        producer: "web-frontend",
        per_s: 40.0,
        kept_s: 90.0,
        kept_min: 4000.0,
        groups: &[GroupSetup { name: "analytics", workers: &["analytics-1", "analytics-2"] }],
    },
    StreamSetup {
        key: "telemetry",
        producer: "telemetry-agent",
        per_s: 5.0,
        kept_s: 10.0,
        kept_min: 500.0,
        groups: &[GroupSetup { name: "collector", workers: &["collector-1"] }],
    },
];

/// How much faster a group works than its stream is filled at rate 1: a wave builds up at 6 and drains at 3.
const SPARE: f64 = 4.0;
const WAVE: f64 = 10.0;
const WAVE_S: f64 = 8.0;
const WAVE_EVERY_S: f64 = 30.0;
/// 5 messages of 1.4 KB a second become 600: 64 MiB are full within a minute.
const LEAK: f64 = 120.0;
/// Near the limit the leak slows down, so that the alert can be watched before writes are refused.
const LEAK_NEARLY_FULL: f64 = 12.0;
const POISON_AT_ONCE: u64 = 3;
const POISON_EVERY_S: u64 = 30;

/// What a worker does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WorkerPart {
    /// Reads, works, acknowledges; looks after its own pending messages.
    Work,
    /// Reads and never acknowledges.
    Neglect,
    /// Works, but fails at poisonous messages, and tries those again and again.
    Choke,
    /// Reads until it holds so many messages, then is gone without a word.
    Die {
        /// Messages in hand when it dies.
        holding: usize,
    },
    /// Is gone.
    Absent,
}

/// The list of jobs: a queue without a framework.
pub(super) const JOBS: &str = "jobs:thumbnails";
/// Jobs a second at rate 1.
pub(super) const JOBS_PER_S: f64 = 6.0;
/// Who reaches the server through the proxy that can cut connections.
pub(super) const BEHIND_PROXY: [&str; 2] = ["ledger-1", "thumbnailer-1"];
/// How long after the scenario began connections are cut: everybody is at work by then.
const CUT_AFTER: Duration = Duration::from_secs(3);

/// Whether connections through the proxy are cut now.
pub(super) fn is_cut(setting: &WorkloadSetting) -> bool {
    setting.scenario == Scenario::HalfOpen && setting.since.elapsed() >= CUT_AFTER
}

/// What the worker does in the scenario.
pub(super) fn part(scenario: Scenario, group: &str, worker: &str) -> WorkerPart {
    match (scenario, group, worker) {
        (Scenario::DeadConsumer, "shipping", "shipping-2") => WorkerPart::Die { holding: 15 },
        (Scenario::DeadConsumer, "mailer", _) => WorkerPart::Absent,
        (Scenario::Poison, "fraud", _) => WorkerPart::Choke,
        (Scenario::MemoryAlert, "analytics", _) => WorkerPart::Neglect,
        _ => WorkerPart::Work,
    }
}

/// Messages per second for the stream, so long after the scenario began.
pub(super) fn production(
    line: &StreamSetup,
    scenario: Scenario,
    rate: Rate,
    since: Duration,
    nearly_full: bool,
) -> f64 {
    let factor = match (scenario, line.key) {
        (Scenario::Burst, "orders" | "payments" | "clicks")
            if since.as_secs_f64() % WAVE_EVERY_S < WAVE_S =>
        {
            WAVE
        }
        (Scenario::MemoryAlert, "telemetry") if nearly_full => LEAK_NEARLY_FULL,
        (Scenario::MemoryAlert, "telemetry") => LEAK,
        _ => 1.0,
    };
    line.per_s * rate.factor() * factor
}

/// How many poisonous messages the stream has been given, so long after the scenario began: a few at once, then
/// one after another, so that some are always left where the stream is trimmed.
pub(super) fn poisonous(line: &StreamSetup, scenario: Scenario, since: Duration) -> u64 {
    let poisons = scenario == Scenario::Poison && line.key == "payments";
    if poisons { POISON_AT_ONCE + since.as_secs() / POISON_EVERY_S } else { 0 }
}

/// Length to which the producer trims its stream, roughly; none when it doesn't.
pub(super) fn kept(line: &StreamSetup, scenario: Scenario, rate: Rate) -> Option<u64> {
    let leaks = scenario == Scenario::MemoryAlert && line.key == "telemetry";
    // Small, positive and finite: the cast is exact enough for a rough length.
    (!leaks).then(|| (line.per_s * rate.factor() * line.kept_s).max(line.kept_min) as u64)
}

/// How long one worker of the group takes for one message.
pub(super) fn service(line: &StreamSetup, group: &GroupSetup, rate: Rate) -> Duration {
    Duration::from_secs_f64(group.workers.len() as f64 / (SPARE * line.per_s * rate.factor()))
}

/// Messages that a worker asks for at once. More at higher rates, since a sleep is never shorter than 1 ms.
pub(super) fn batch(rate: Rate) -> usize {
    (10.0 * rate.factor()).clamp(10.0, 100.0) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    const START: Duration = Duration::ZERO;

    #[test]
    fn in_steady_everybody_works_and_everything_is_trimmed() {
        for line in &LINES {
            assert_eq!(production(line, Scenario::Steady, Rate::default(), START, false), line.per_s);
            assert!(kept(line, Scenario::Steady, Rate::default()).is_some());
            for group in line.groups {
                for worker in group.workers {
                    assert_eq!(part(Scenario::Steady, group.name, worker), WorkerPart::Work);
                }
            }
        }
    }

    #[test]
    fn a_wave_backs_up_drains_before_the_next_and_fits_into_its_stream_at_any_rate() {
        let drained = (SPARE - 1.0) * (WAVE_EVERY_S - WAVE_S);
        let built = (WAVE - SPARE) * WAVE_S;
        assert!(built > 0.0 && drained > built);
        for rate in [0.1, 1.0, 20.0].map(Rate::new) {
            for line in LINES.iter().filter(|line| line.key != "telemetry") {
                let backlog = built * line.per_s * rate.factor();
                assert!(kept(line, Scenario::Burst, rate).unwrap() as f64 > backlog, "{}", line.key);
            }
        }
        let orders = &LINES[0];
        let at = |s| production(orders, Scenario::Burst, Rate::new(2.0), Duration::from_secs(s), false);
        assert_eq!([at(0), at(7), at(9), at(29), at(31)], [400.0, 400.0, 40.0, 40.0, 400.0]);
    }

    #[test]
    fn each_scenario_breaks_what_its_doc_says() {
        let broken = |scenario: Scenario| -> Vec<&str> {
            let groups = LINES.iter().flat_map(|line| line.groups);
            let workers = groups.flat_map(|group| group.workers.iter().map(|worker| (group.name, *worker)));
            workers
                .filter(|(group, worker)| part(scenario, group, worker) != WorkerPart::Work)
                .map(|w| w.1)
                .collect()
        };
        assert!(broken(Scenario::Burst).is_empty());
        // Its workers work; their connections don't.
        assert!(broken(Scenario::HalfOpen).is_empty());
        assert_eq!(broken(Scenario::DeadConsumer), ["shipping-2", "mailer-1"]);
        assert_eq!(broken(Scenario::Poison), ["fraud-1", "fraud-2"]);
        assert!(broken(Scenario::CacheStampede).is_empty());
        assert_eq!(broken(Scenario::MemoryAlert), ["analytics-1", "analytics-2"]);
        let telemetry = &LINES[4];
        assert_eq!(kept(telemetry, Scenario::MemoryAlert, Rate::default()), None);
        let leak = |full| production(telemetry, Scenario::MemoryAlert, Rate::default(), START, full);
        assert_eq!((leak(false), leak(true)), (600.0, 60.0));
    }

    #[test]
    fn poison_comes_at_once_goes_on_slowly_and_stays_few() {
        let payments = &LINES[1];
        let after = |s| poisonous(payments, Scenario::Poison, Duration::from_secs(s));
        assert_eq!([after(0), after(29), after(30), after(95)], [3, 3, 4, 6]);
        assert_eq!(poisonous(payments, Scenario::Steady, Duration::from_secs(95)), 0);
        let there_for_s = kept(payments, Scenario::Poison, Rate::default()).unwrap() as f64 / payments.per_s;
        assert!(there_for_s / (POISON_EVERY_S as f64) < 15.0);
        for line in LINES.iter().filter(|line| line.key != "payments") {
            assert_eq!(poisonous(line, Scenario::Poison, START), 0);
        }
    }

    #[test]
    fn names_are_unique_and_workers_keep_up() {
        let mut seen = BTreeSet::new();
        for line in &LINES {
            assert!(seen.insert(line.key) && seen.insert(line.producer));
            for group in line.groups {
                assert!(seen.insert(group.name));
                assert!(group.workers.iter().all(|worker| seen.insert(worker)));
                let capacity =
                    group.workers.len() as f64 / service(line, group, Rate::default()).as_secs_f64();
                assert!(capacity > 3.9 * line.per_s, "{} {capacity}", group.name);
            }
        }
        assert_eq!([0.1, 1.0, 20.0].map(|rate| batch(Rate::new(rate))), [10, 10, 100]);
    }
}
