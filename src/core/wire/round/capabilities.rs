//! What this user may do on this server, found out by trying.
//!
//! Knows refusals of commands as such; refusals of one key are `known`'s. Invariant: what was refused is not
//! asked again in every round (each try adds to the server's error counters and its ACL log).

use super::super::observation::Observation;
use super::super::read::{ReadCmd, ReadVerb};
use super::super::resp::{ErrorKind, Resp};
use std::collections::{BTreeMap, BTreeSet};

/// After this a refused command is tried again: rights may have been given meanwhile.
const RETRY_US: u64 = 300_000_000;

/// Refused commands and until when they rest.
#[derive(Clone, Debug, Default)]
pub struct Capabilities {
    resting: BTreeMap<ReadVerb, u64>,
    proven: BTreeSet<ReadVerb>,
    now_us: u64,
}

impl Capabilities {
    /// Whether the command may be asked now.
    pub fn may(&self, verb: ReadVerb) -> bool {
        self.resting.get(&verb).is_none_or(|&until_us| self.now_us >= until_us)
    }

    /// Keeps one of each command that was never answered yet: a hundred refusals say no more than one, and each
    /// adds to the server's counters. INFO and TIME stay, for they stand at both ends.
    pub fn try_one_first(&self, commands: &mut Vec<ReadCmd>) {
        let mut tried = BTreeSet::new();
        commands.retain(|command| {
            let verb = command.verb();
            let stays =
                matches!(verb, ReadVerb::Info | ReadVerb::InfoSections | ReadVerb::Time | ReadVerb::Ping);
            stays || self.proven.contains(&verb) || tried.insert(verb)
        });
    }

    /// Whether the keyspace may be walked through at all.
    pub fn may_scan(&self) -> bool {
        self.may(ReadVerb::Scan) && (self.may(ReadVerb::ScanType) || self.may(ReadVerb::Type))
    }

    /// Takes refusals and answers in.
    pub fn learn(&mut self, observation: &Observation, now_us: u64) {
        self.now_us = now_us;
        for exchange in &observation.exchanges {
            let verb = exchange.command.verb();
            match &exchange.reply {
                Ok(Resp::Error(refusal)) => match refusal.kind() {
                    ErrorKind::DeniedCommand => self.rest(verb, true),
                    ErrorKind::Unsupported => self.rest(verb, false),
                    _ => {}
                },
                Ok(_) => {
                    self.resting.remove(&verb);
                    self.proven.insert(verb);
                }
                Err(_) => {}
            }
        }
    }

    fn rest(&mut self, verb: ReadVerb, denied: bool) {
        let until_us = self.now_us.saturating_add(RETRY_US);
        self.proven.remove(&verb);
        self.resting.insert(verb, until_us);
        // A denied command is denied in all its forms; an unsupported form leaves the plain one.
        match verb {
            ReadVerb::InfoSections if denied => {
                self.resting.insert(ReadVerb::Info, until_us);
            }
            ReadVerb::Info => {
                self.resting.insert(ReadVerb::InfoSections, until_us);
            }
            ReadVerb::ScanType if denied => {
                self.resting.insert(ReadVerb::Scan, until_us);
            }
            ReadVerb::Scan => {
                self.resting.insert(ReadVerb::ScanType, until_us);
            }
            _ => {}
        }
    }
}
