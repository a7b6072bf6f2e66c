//! What this user may do on this server, found out by trying.
//!
//! Knows refusals of commands as such; refusals of one key are `known`'s. Invariant: what was refused is not
//! asked again in every round (each try adds to the server's error counters and its ACL log), in whatever words.

use super::super::observation::Exchange;
use super::super::read::{ReadCmd, ReadVerb};
use super::super::resp::{ErrorKind, Resp};
use super::Round;
use super::reply_rests::ReplyRests;
use std::collections::{BTreeMap, BTreeSet};

/// After this a command is tried again that was denied, or that the server does not have: rights may have been given
/// meanwhile.
const RETRY_US: u64 = 300_000_000;
/// The first rest of a command that is refused for a reason that passes by itself, or that we do not know. It doubles
/// with each refusal.
const FIRST_REST_US: u64 = 1_000_000;
/// The longest where the server as a whole answers nothing for a while, and of INFO, without which nothing else is
/// judged: once it is over, whoever watches knows within seconds.
const LONGEST_BUSY_REST_US: u64 = 4_000_000;
/// The longest of everything else.
const LONGEST_REST_US: u64 = 64_000_000;

/// Refused commands and until when they rest.
#[derive(Clone, Debug, Default)]
pub struct Capabilities {
    resting: BTreeMap<ReadVerb, Rest>,
    proven: BTreeSet<ReadVerb>,
    reply_rests: ReplyRests,
    now_us: u64,
}

#[derive(Clone, Copy, Debug)]
struct Rest {
    until_us: u64,
    /// How long, where it doubles.
    for_us: u64,
}

impl Capabilities {
    /// Of a server that answers these.
    #[cfg(test)]
    pub fn proving(verbs: &[ReadVerb]) -> Self {
        Self { proven: verbs.iter().copied().collect(), ..Self::default() }
    }

    /// Whether the command may be asked now.
    pub fn may(&self, verb: ReadVerb) -> bool {
        self.resting.get(&verb).is_none_or(|rest| self.now_us >= rest.until_us)
            && !self.reply_rests.rests(verb, self.now_us)
    }

    /// Whether a script that counts may be run, and then whether in its read-only form (7.0): a user may run scripts and
    /// not what they call, so both forms are verbs of their own.
    pub fn counting_script(&self) -> Option<bool> {
        self.script(ReadVerb::COUNT_EVAL_RO, ReadVerb::COUNT_EVAL)
    }

    /// The same of a script with these two verbs.
    pub fn script(&self, read_only: ReadVerb, any: ReadVerb) -> Option<bool> {
        let is_read_only = self.may(ReadVerb::EVAL_RO) && self.may(read_only);
        (is_read_only || (self.may(ReadVerb::EVAL) && self.may(any))).then_some(is_read_only)
    }

    /// Whether the command was answered on this connection, and not refused since.
    pub fn is_proven(&self, verb: ReadVerb) -> bool {
        self.proven.contains(&verb)
    }

    /// Another connection, perhaps another user or server: what was refused may be tried again.
    pub fn reconnected(&mut self) {
        *self = Self {
            reply_rests: std::mem::take(&mut self.reply_rests),
            now_us: self.now_us,
            ..Self::default()
        };
    }

    /// Keeps of a round what may be asked now: nothing that was too long, and one of each command that was never
    /// answered yet, since a hundred refusals say no more than one, and each adds to the server's counters. INFO stands
    /// at both ends.
    pub fn admit(&mut self, round: &mut Round, now_us: u64) {
        self.now_us = self.now_us.max(now_us);
        self.reply_rests.leave_out(round, self.now_us);
        let mut tried = BTreeSet::new();
        round.commands.retain(|command| {
            let verb = command.verb();
            let stays = matches!(verb, ReadVerb::INFO | ReadVerb::INFO_SECTIONS);
            // Two settings are two questions: a single reading has no other round for the second.
            let is_second_setting = matches!(command, ReadCmd::IgnoreMaxmemory);
            stays || self.proven.contains(&verb) || tried.insert((verb, is_second_setting))
        });
    }

    /// Whether the keyspace may be walked through at all.
    pub fn may_scan(&self) -> bool {
        self.may(ReadVerb::SCAN) && (self.may(ReadVerb::SCAN_TYPE) || self.may(ReadVerb::TYPE))
    }

    /// Takes refusals and answers in.
    pub fn learn(&mut self, exchanges: &[Exchange], now_us: u64) {
        self.now_us = now_us;
        self.reply_rests.learn(exchanges, now_us);
        let (mut refused, mut is_over) = (BTreeMap::new(), false);
        for exchange in exchanges {
            let verb = exchange.command.verb();
            match &exchange.reply {
                Ok(Resp::Error(refusal)) => match refusal.kind() {
                    ErrorKind::DeniedCommand => self.rest(verb, true),
                    ErrorKind::Unsupported => self.rest(verb, false),
                    // One key, and not the command.
                    ErrorKind::DeniedKey | ErrorKind::Gone | ErrorKind::WrongType | ErrorKind::Moved => {}
                    // It says when the server is back: one command a round, and none that a user is denied.
                    ErrorKind::Busy if matches!(verb, ReadVerb::INFO | ReadVerb::INFO_SECTIONS) => {}
                    kind => drop(refused.insert(verb, kind)),
                },
                Ok(_) => {
                    is_over |= self.resting.remove(&verb).is_some_and(|rest| rest.for_us > 0);
                    self.proven.insert(verb);
                }
                Err(_) => {}
            }
        }
        let is_answered = |verb: ReadVerb| {
            let of_verb = exchanges.iter().filter(|exchange| exchange.command.verb() == verb);
            of_verb.filter_map(|exchange| exchange.reply.as_ref().ok()).any(|r| !matches!(r, Resp::Error(_)))
        };
        refused.retain(|&verb, _| !is_answered(verb));
        if is_over {
            // What passes has passed for one command, and perhaps for all: each is tried once.
            let passing = self.resting.values_mut().filter(|rest| rest.for_us > 0);
            passing.for_each(|rest| rest.until_us = rest.until_us.min(now_us));
        }
        for (verb, kind) in refused {
            self.rest_a_while(verb, kind);
        }
    }

    fn rest_a_while(&mut self, verb: ReadVerb, kind: ErrorKind) {
        self.proven.remove(&verb);
        let is_info = matches!(verb, ReadVerb::INFO | ReadVerb::INFO_SECTIONS);
        let longest_us = match is_info || kind == ErrorKind::Busy {
            true => LONGEST_BUSY_REST_US,
            false => LONGEST_REST_US,
        };
        let before_us = self.resting.get(&verb).map_or(0, |rest| rest.for_us);
        let for_us = before_us.saturating_mul(2).clamp(FIRST_REST_US, longest_us);
        self.resting.insert(verb, Rest { until_us: self.now_us.saturating_add(for_us), for_us });
    }

    fn rest(&mut self, verb: ReadVerb, denied: bool) {
        let rest = Rest { until_us: self.now_us.saturating_add(RETRY_US), for_us: 0 };
        self.proven.remove(&verb);
        self.resting.insert(verb, rest);
        // A denied command is denied in all its forms; an unsupported form leaves the plain one.
        let also = match verb {
            ReadVerb::INFO_SECTIONS if denied => ReadVerb::INFO,
            ReadVerb::INFO => ReadVerb::INFO_SECTIONS,
            ReadVerb::SCAN_TYPE if denied => ReadVerb::SCAN,
            ReadVerb::SCAN => ReadVerb::SCAN_TYPE,
            _ => return,
        };
        self.resting.insert(also, rest);
    }
}
