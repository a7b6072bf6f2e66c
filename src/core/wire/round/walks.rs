//! Steps of the walks through the keyspace: for streams, for queues and channel layers, and to measure keys.
//!
//! Knows which is due; not how far each is (`discovery`, `sampler`). Invariant: a step stands between two readings of INFO,
//! so that what it looks up is not counted as the operator's.

use super::super::observation::AskedFor;
use super::super::read::{ReadCmd, ReadVerb};
use super::agenda::{Turn, TurnsDue};
use super::{Focus, Planner, Round, Sampler};
use crate::core::model::Name;
use crate::core::wire::decode::denied_keys;

impl Planner {
    /// What is asked in this turn; nothing where nothing is due.
    pub fn turn(&mut self, turn: Turn, now_us: u64, focus: &Focus) -> Option<Round> {
        match turn {
            Turn::Round => Some(self.round(now_us, focus)),
            Turn::Unread => Some(self.unread_round(now_us)),
            Turn::Backlogs => self.backlog_round(now_us),
            Turn::Search => self.search_step(now_us),
            Turn::Keys => self.keys_step(now_us),
            // These go over the control connection.
            Turn::Ping | Turn::Look => None,
        }
    }

    /// What is due, and when.
    pub fn turns_due(&self) -> TurnsDue {
        TurnsDue {
            search_us: self.search_due_us(),
            keys_us: self.keys_due_us(),
            look_us: self.look_due_us(),
            is_searching: !self.has_searched(),
            has_unread: self.has_unread(),
        }
    }

    /// The next step of the search, when it is due: for streams, else for queues and channel layers; for both where
    /// somebody waits for the end, which comes sooner by half the ways there and back.
    pub fn search_step(&mut self, now_us: u64) -> Option<Round> {
        let step = self.search.step(now_us, &self.capabilities);
        let commands = if step.is_some() && !self.settings.everything {
            step?
        } else {
            let names = self.names.step(now_us, &self.capabilities);
            (step.is_some() || names.is_some()).then(|| step.into_iter().chain(names).flatten().collect())?
        };
        let mut round = Round::default();
        if self.capabilities.may(ReadVerb::INFO) {
            round.commands.push(ReadCmd::Info(vec!["stats"]));
        }
        round.commands.extend(commands);
        round.cause = AskedFor::Search;
        self.close(&mut round);
        self.capabilities.admit(&mut round, now_us);
        Some(round)
    }

    /// When the next step of the search is due.
    pub fn search_due_us(&self) -> Option<u64> {
        let due = [self.search.due_us(), self.names.due_us()];
        self.capabilities.may_scan().then(|| due.into_iter().flatten().min()).flatten()
    }

    /// The next step of the walk that measures keys, when it is due.
    pub fn keys_step(&mut self, now_us: u64) -> Option<Round> {
        let known = &self.known;
        let is_expensive = |name: &Name| known.is_expensive(name);
        let commands = self.sampler.step(now_us, &self.capabilities, &self.rights, is_expensive)?;
        let mut round = self.detail(commands);
        round.cause = AskedFor::Keys;
        if let Some(key) = self.rights.example() {
            round.gaps.push(denied_keys(key));
        }
        self.capabilities.admit(&mut round, now_us);
        Some(round)
    }

    /// When the next step of that walk is due; `None` while it stands still, or cannot be made.
    pub fn keys_due_us(&self) -> Option<u64> {
        self.sampler.due_us().filter(|_| Sampler::may(&self.capabilities))
    }
}
