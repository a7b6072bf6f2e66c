//! How a consumer fares, and what counts as a sign of life.
//!
//! Knows one row of XINFO CONSUMERS with what stands around it; keeps nothing over time. Invariants: a consumer
//! that waits on a quiet stream is healthy however long its idle time; what a replica tells of consumers is stale
//! and must not be passed in.

use super::thresholds::Thresholds;
use crate::core::model::Name;
use crate::core::model::clients::Client;
use crate::core::model::consumers::Inactivity;
use std::collections::BTreeMap;

worded! {
    /// How a consumer fares.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum ConsumerVerdict {
        /// It works.
        Ok "ok",
        /// It holds nothing and there is nothing for it to do.
        Waiting "waiting",
        /// It never got an entry (7.2).
        NeverActive "never_active",
        /// It reads, and what it has in hand takes long.
        Slow "slow",
        /// It shows signs of life and leaves entries unacknowledged.
        Stuck "stuck",
        /// It shows no sign of life while there is work for it or in its hands.
        Dead "dead",
    }
    /// The word for machines and people.
    fn word
}

/// What is known of a consumer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConsumerSigns {
    /// Entries in its hands.
    pub pending: Option<u64>,
    /// Since its last attempt to read (7.2), or its last success (before), milliseconds.
    pub idle_ms: Option<u64>,
    /// Since its last success (7.2).
    pub inactive: Inactivity,
    /// Since the last delivery of the oldest entry in its hands, milliseconds, where its rows were read.
    pub oldest_row_idle_ms: Option<u64>,
    /// How long the group has had entries to read, milliseconds; 0 when it has none, `None` when that is unknown.
    pub behind_ms: Option<u64>,
    /// Whether a client is connected that is, or may be, this one; `None` when clients may not be read.
    pub is_listening: Option<bool>,
}

impl ConsumerSigns {
    /// Whether there has been no sign of life for as long as makes a consumer dead.
    pub fn is_silent(&self, thresholds: &Thresholds) -> bool {
        let idle = self.idle_ms.is_some_and(|ms| ms >= thresholds.consumer_dead.warning_ms);
        idle && self.is_listening != Some(true)
    }

    /// Whether there was a sign of life lately: one that is half way to silence may be dying.
    fn lives(&self, thresholds: &Thresholds) -> bool {
        let lately = self.idle_ms.is_some_and(|ms| ms <= thresholds.consumer_dead.warning_ms / 2);
        lately || self.is_listening == Some(true)
    }

    /// How long it has had something in its hands at least, milliseconds; `None` when it holds nothing.
    pub fn held_ms(&self) -> Option<u64> {
        self.pending.filter(|&pending| pending > 0)?;
        let success_ms = match self.inactive {
            Inactivity::Ms(ms) => Some(ms),
            // Entries may be handed to one that never read.
            Inactivity::Never => None,
            Inactivity::Unsupported => self.idle_ms,
        };
        self.oldest_row_idle_ms.max(success_ms)
    }

    /// The verdict; `None` while the row lacks what it needs.
    pub fn verdict(&self, thresholds: &Thresholds) -> Option<ConsumerVerdict> {
        let pending = self.pending?;
        self.idle_ms?;
        let silent = self.is_silent(thresholds);
        if pending > 0 {
            let held_ms = self.held_ms().unwrap_or(0);
            return Some(if silent {
                ConsumerVerdict::Dead
            } else if held_ms >= thresholds.consumer_stuck.warning_ms && self.lives(thresholds) {
                ConsumerVerdict::Stuck
            } else if held_ms >= thresholds.consumer_slow_ms {
                ConsumerVerdict::Slow
            } else {
                ConsumerVerdict::Ok
            });
        }
        let never = self.inactive == Inactivity::Never;
        let ignores_work = self.behind_ms.is_some_and(|ms| ms >= thresholds.consumer_dead.warning_ms);
        Some(match () {
            () if silent && ignores_work => ConsumerVerdict::Dead,
            () if never => ConsumerVerdict::NeverActive,
            () if self.behind_ms == Some(0) || self.is_listening == Some(true) => ConsumerVerdict::Waiting,
            () => ConsumerVerdict::Ok,
        })
    }
}

/// Clients that are, or may be, consumers: the evidence that one with a long idle time is alive. One that calls
/// itself like a consumer is that consumer; of the others those that wait in XREADGROUP may be any.
#[derive(Clone, Debug, Default)]
pub struct Listeners {
    /// Those that call themselves like a consumer: how long each has sent nothing while it does not wait for an entry,
    /// seconds; `None` where one of that name waits, or does not tell.
    names: BTreeMap<Name, Option<u64>>,
    idle_s: Vec<u64>,
}

/// How far the idle times of a client and of its consumer may lie apart, seconds: both are cut to seconds, and
/// the two lists are read a little apart.
const APART_S: u64 = 2;

impl Listeners {
    /// Out of CLIENT LIST; `is_consumer` tells whether any consumer has that name.
    pub fn among(clients: &[Client], is_consumer: impl Fn(&Name) -> bool) -> Self {
        let mut listeners = Self::default();
        for client in clients {
            if !client.name.as_bytes().is_empty() && is_consumer(&client.name) {
                let silent_s = client.idle_s.filter(|_| !client.waits_for_entry());
                let same = listeners.names.entry(client.name.clone()).or_insert(silent_s);
                *same = same.zip(silent_s).map(|(one, other)| one.min(other));
            } else if client.waits_for_entry() {
                listeners.idle_s.extend(client.idle_s);
            }
        }
        listeners.idle_s.sort_unstable();
        listeners
    }

    /// How long the client that calls itself like this consumer has sent nothing although it is connected and does not wait
    /// for an entry, seconds. It is busy, or believes that it waits: a connection that is open on the server's side only
    /// looks like this.
    pub fn silent_s(&self, name: &Name) -> Option<u64> {
        self.names.get(name).copied().flatten()
    }

    /// Whether one of them is, or may be, this consumer. `others` is how many consumers, of all groups, need no
    /// such evidence and may account for nameless listeners. `apart_s` is how long after the clients the consumer
    /// was read.
    pub fn may_be(&self, name: &Name, signs: &ConsumerSigns, others: usize, apart_s: i64) -> bool {
        if self.names.contains_key(name) {
            return true;
        }
        let Some(idle_ms) = signs.idle_ms else { return false };
        if signs.inactive == Inactivity::Unsupported {
            return self.idle_s.len() > others;
        }
        // From 7.2 on the idle time of a listening consumer is that of its client.
        let expected_s = i64::try_from(idle_ms / 1000).unwrap_or(i64::MAX).saturating_sub(apart_s);
        let from = u64::try_from(expected_s).unwrap_or(0).saturating_sub(APART_S);
        let first = self.idle_s.partition_point(|&idle_s| idle_s < from);
        self.idle_s.get(first).is_some_and(|&idle_s| idle_s <= from.saturating_add(2 * APART_S))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE_MS: u64 = 60_000;

    fn signs(pending: u64, idle_ms: u64, inactive: Inactivity) -> ConsumerSigns {
        ConsumerSigns {
            pending: Some(pending),
            idle_ms: Some(idle_ms),
            inactive,
            oldest_row_idle_ms: None,
            behind_ms: Some(0),
            is_listening: Some(false),
        }
    }

    fn verdict(signs: ConsumerSigns) -> ConsumerVerdict {
        signs.verdict(&Thresholds::default()).unwrap()
    }

    #[test]
    fn one_that_waits_on_a_quiet_stream_is_healthy_however_long() {
        for inactive in [Inactivity::Unsupported, Inactivity::Ms(900 * MINUTE_MS), Inactivity::Never] {
            let waits = signs(0, 900 * MINUTE_MS, inactive);
            for is_listening in [None, Some(false), Some(true)] {
                let got = verdict(ConsumerSigns { is_listening, ..waits });
                assert!(got <= ConsumerVerdict::NeverActive, "{got:?}");
            }
        }
    }

    #[test]
    fn dead_begins_at_its_limit_and_needs_something_in_its_hands() {
        let limit_ms = Thresholds::default().consumer_dead.warning_ms;
        let old = |pending, idle_ms| verdict(signs(pending, idle_ms, Inactivity::Unsupported));
        assert_eq!(old(3, limit_ms), ConsumerVerdict::Dead);
        assert_ne!(old(3, limit_ms - 1), ConsumerVerdict::Dead);
        assert_eq!(old(0, 100 * limit_ms), ConsumerVerdict::Waiting);
    }

    #[test]
    fn one_that_ignores_work_is_dead_even_with_empty_hands() {
        let ignores = |behind_ms, is_listening| {
            let signs = signs(0, 10 * MINUTE_MS, Inactivity::Unsupported);
            verdict(ConsumerSigns { behind_ms, is_listening, ..signs })
        };
        assert_eq!(ignores(Some(MINUTE_MS), Some(false)), ConsumerVerdict::Dead);
        assert_eq!(ignores(Some(MINUTE_MS), None), ConsumerVerdict::Dead);
        assert_eq!(ignores(Some(MINUTE_MS), Some(true)), ConsumerVerdict::Waiting);
        assert_eq!(ignores(Some(MINUTE_MS - 1), Some(false)), ConsumerVerdict::Ok);
        assert_eq!(ignores(None, Some(false)), ConsumerVerdict::Ok);
    }

    #[test]
    fn idle_means_an_attempt_from_7_2_on_and_a_success_before() {
        // Reads every second and acknowledges nothing: only 7.2 can tell it from a dead one by its idle time.
        let modern = signs(4, 900, Inactivity::Ms(2 * MINUTE_MS));
        assert_eq!(verdict(modern), ConsumerVerdict::Stuck);
        let old = signs(4, 2 * MINUTE_MS, Inactivity::Unsupported);
        assert_eq!(verdict(old), ConsumerVerdict::Dead);
        assert_eq!(verdict(ConsumerSigns { is_listening: Some(true), ..old }), ConsumerVerdict::Stuck);
    }

    #[test]
    fn slow_and_stuck_follow_the_oldest_entry_in_hand() {
        let held = |ms| {
            let signs = signs(1, 100, Inactivity::Ms(100));
            verdict(ConsumerSigns { oldest_row_idle_ms: Some(ms), ..signs })
        };
        assert_eq!(held(29_999), ConsumerVerdict::Ok);
        assert_eq!(held(30_000), ConsumerVerdict::Slow);
        assert_eq!(held(60_000), ConsumerVerdict::Stuck);
    }

    #[test]
    fn one_that_dies_is_not_called_living_on_the_way() {
        let dying = |idle_ms| verdict(signs(1, idle_ms, Inactivity::Ms(61_000)));
        assert_eq!(
            [30_000, 30_001, 59_999].map(dying),
            [ConsumerVerdict::Stuck, ConsumerVerdict::Slow, ConsumerVerdict::Slow]
        );
        assert_eq!(dying(60_000), ConsumerVerdict::Dead);
    }

    #[test]
    fn nothing_is_said_without_the_figures() {
        let known = signs(1, 1, Inactivity::Never);
        assert_eq!(ConsumerSigns { pending: None, ..known }.verdict(&Thresholds::default()), None);
        assert_eq!(ConsumerSigns { idle_ms: None, ..known }.verdict(&Thresholds::default()), None);
    }

    fn client(name: &str, flags: &str, command: &str, idle_s: u64) -> Client {
        Client {
            id: 1,
            name: Name::from(name),
            address: Name::from("127.0.0.1:1"),
            user: None,
            age_s: None,
            idle_s: Some(idle_s),
            flags: flags.to_owned(),
            database: None,
            command: command.to_owned(),
            omem: None,
            tot_mem: None,
            qbuf: None,
            subscriptions: None,
            patterns: None,
            library: None,
        }
    }

    #[test]
    fn a_client_of_its_name_or_one_that_waits_in_xreadgroup_is_a_sign_of_life() {
        let clients = [
            client("w-1", "b", "xreadgroup", 900),
            client("w-2", "N", "xreadgroup", 900),
            client("", "b", "blpop", 900),
            client("", "b", "xreadgroup", 300),
        ];
        let listeners = Listeners::among(&clients, |name| name.as_bytes().starts_with(b"w-"));
        let modern = |idle_s: u64| signs(1, idle_s * 1000, Inactivity::Ms(1));
        let may_be = |name: &str, idle_s| listeners.may_be(&Name::from(name), &modern(idle_s), 0, 0);
        assert!(may_be("w-1", 5) && may_be("w-2", 5));
        assert!(!may_be("w-9", 900), "a blocked client of another command is none");
        assert!(may_be("x", 301) && !may_be("x", 310), "a nameless one is known by its idle time");
        let old = signs(1, 1, Inactivity::Unsupported);
        assert!(listeners.may_be(&Name::from("x"), &old, 0, 0));
        assert!(!listeners.may_be(&Name::from("x"), &old, 1, 0), "another accounts for the nameless one");
    }
}
