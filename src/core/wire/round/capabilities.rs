//! What this user may do on this server, found out by trying.
//!
//! Knows refusals of commands as such; refusals of one key are `known`'s. Invariant: what was refused is not
//! asked again in every round (each try adds to the server's error counters and its ACL log).

use super::super::observation::Observation;
use super::super::read::{ReadCmd, Verb};
use super::super::resp::{RefusalKind, Resp};
use std::collections::{BTreeMap, BTreeSet};

/// After this a refused command is tried again: rights may have been given meanwhile.
const RETRY_US: u64 = 300_000_000;

/// Refused commands and until when they rest.
#[derive(Clone, Debug, Default)]
pub struct Capabilities {
    resting: BTreeMap<Verb, u64>,
    proven: BTreeSet<Verb>,
    now_us: u64,
}

impl Capabilities {
    /// Whether the command may be asked now.
    pub fn may(&self, verb: Verb) -> bool {
        self.resting.get(&verb).is_none_or(|&until_us| self.now_us >= until_us)
    }

    /// Keeps one of each command that was never answered yet: a hundred refusals say no more than one, and each
    /// adds to the server's counters. INFO and TIME stay, for they stand at both ends.
    pub fn try_one_first(&self, commands: &mut Vec<ReadCmd>) {
        let mut tried = BTreeSet::new();
        commands.retain(|command| {
            let verb = command.verb();
            let stays = matches!(verb, Verb::Info | Verb::InfoSections | Verb::Time | Verb::Ping);
            stays || self.proven.contains(&verb) || tried.insert(verb)
        });
    }

    /// Whether the keyspace may be walked through at all.
    pub fn may_scan(&self) -> bool {
        self.may(Verb::Scan) && (self.may(Verb::ScanType) || self.may(Verb::Type))
    }

    /// Takes refusals and answers in.
    pub fn learn(&mut self, observation: &Observation, now_us: u64) {
        self.now_us = now_us;
        for exchange in &observation.exchanges {
            let verb = exchange.command.verb();
            match &exchange.reply {
                Ok(Resp::Error(refusal)) => match refusal.kind() {
                    RefusalKind::DeniedCommand => self.rest(verb, true),
                    RefusalKind::Unsupported => self.rest(verb, false),
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

    fn rest(&mut self, verb: Verb, denied: bool) {
        let until_us = self.now_us.saturating_add(RETRY_US);
        self.proven.remove(&verb);
        self.resting.insert(verb, until_us);
        // A denied command is denied in all its forms; an unsupported form leaves the plain one.
        match verb {
            Verb::InfoSections if denied => {
                self.resting.insert(Verb::Info, until_us);
            }
            Verb::Info => {
                self.resting.insert(Verb::InfoSections, until_us);
            }
            Verb::ScanType if denied => {
                self.resting.insert(Verb::Scan, until_us);
            }
            Verb::Scan => {
                self.resting.insert(Verb::ScanType, until_us);
            }
            _ => {}
        }
    }
}
