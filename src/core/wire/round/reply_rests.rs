//! Commands whose reply was longer than its bound, or too late: they rest, and their gap stands meanwhile.
//!
//! Knows what was cut off and until when it rests; does not know why it is asked. Invariant: it outlives connections,
//! for the cut is what ended the last one.

use super::super::decode::{late, too_long, what};
use super::super::observation::{Exchange, NoReply};
use super::super::read::{ReadCmd, ReadVerb};
use super::Round;
use crate::core::limits;
use crate::core::model::Gap;
use std::collections::BTreeMap;

/// What rests.
#[derive(Clone, Debug, Default)]
pub struct ReplyRests {
    resting: BTreeMap<String, Resting>,
}

#[derive(Clone, Debug)]
struct Resting {
    /// How long it rests this time, and until when.
    rest_us: u64,
    until_us: u64,
    gap: Gap,
    /// The commands that rest as such: none where it is about one key.
    verbs: &'static [ReadVerb],
}

impl ReplyRests {
    /// Whether this command was cut off a while ago, whatever it was about.
    pub fn rests(&self, verb: ReadVerb, now_us: u64) -> bool {
        let is_it = |resting: &Resting| resting.verbs.contains(&verb) && now_us < resting.until_us;
        self.resting.values().any(is_it)
    }

    /// Takes out of a round what rests, and adds why.
    pub fn leave_out(&self, round: &mut Round, now_us: u64) {
        if self.resting.is_empty() {
            return;
        }
        let resting = |command: &ReadCmd| {
            let name = what(command);
            self.resting.get(&name).is_some_and(|resting| now_us < resting.until_us)
        };
        round.commands.retain(|command| !resting(command));
        for resting in self.resting.values().filter(|resting| now_us < resting.until_us) {
            // What is known to be too much is told with its number.
            if !round.gaps.iter().any(|gap| gap.what == resting.gap.what) {
                round.gaps.push(resting.gap.clone());
            }
        }
    }

    /// Takes in what was cut off, and what is answered again.
    pub fn learn(&mut self, exchanges: &[Exchange], now_us: u64) {
        for exchange in exchanges {
            match exchange.reply {
                Err(NoReply::TooLong) => {
                    let command = &exchange.command;
                    self.rest(command, too_long(command), limits::OVERSIZE_REST_US, now_us);
                }
                Err(NoReply::Late) => {
                    let command = &exchange.command;
                    let last = self.resting.get(&what(command)).map(|resting| resting.rest_us);
                    let rest_us = last.map_or(limits::LATE_REST_US, |us| us.saturating_mul(4));
                    let rest_us = rest_us.min(limits::OVERSIZE_REST_US);
                    self.rest(command, late(command), rest_us, now_us);
                }
                Ok(_) if !self.resting.is_empty() => drop(self.resting.remove(&what(&exchange.command))),
                _ => {}
            }
        }
    }

    fn rest(&mut self, command: &ReadCmd, gap: Gap, rest_us: u64, now_us: u64) {
        // What did not come is remembered a while longer than it rests: until it had its next turn.
        let is_kept = |resting: &Resting| now_us < resting.until_us.saturating_add(limits::OVERSIZE_REST_US);
        self.resting.retain(|_, resting| is_kept(resting));
        if self.resting.len() >= limits::REPLY_RESTS {
            return;
        }
        let until_us = now_us.saturating_add(rest_us);
        let verbs = verbs(command);
        self.resting.insert(what(command), Resting { rest_us, until_us, gap, verbs });
    }
}

/// What is not asked in another form either.
fn verbs(command: &ReadCmd) -> &'static [ReadVerb] {
    match command {
        ReadCmd::Info(sections) if sections.len() != 1 => &[ReadVerb::INFO, ReadVerb::INFO_SECTIONS],
        ReadCmd::Scan { .. } | ReadCmd::ScanNames { .. } => &[ReadVerb::SCAN, ReadVerb::SCAN_TYPE],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::model::Name;
    use crate::core::wire::read::ScanFor;

    fn cut(command: ReadCmd) -> Exchange {
        Exchange { command, sent_us: 0, received_us: 1, reply: Err(NoReply::TooLong), reply_bytes: 0 }
    }

    fn asked(rests: &ReplyRests, command: &ReadCmd, now_us: u64) -> (usize, usize) {
        let mut round = Round { commands: vec![command.clone(), ReadCmd::Ping], ..Round::default() };
        rests.leave_out(&mut round, now_us);
        (round.commands.len(), round.gaps.len())
    }

    #[test]
    fn what_was_too_long_rests_with_its_gap_and_nothing_else_does() {
        let groups = |key: &str| ReadCmd::XinfoGroups(Name::from(key));
        let mut rests = ReplyRests::default();
        rests.learn(&[cut(groups("a"))], 0);
        assert_eq!(asked(&rests, &groups("a"), 1), (1, 1));
        assert_eq!(asked(&rests, &groups("b"), 1), (2, 1));
        assert!(!rests.rests(ReadVerb::XINFO_GROUPS, 1));
        assert_eq!(asked(&rests, &groups("a"), limits::OVERSIZE_REST_US), (2, 0));
    }

    #[test]
    fn what_was_late_rests_longer_each_time_until_it_is_answered() {
        let groups = ReadCmd::XinfoGroups(Name::from("a"));
        let exchange =
            |reply| Exchange { command: groups.clone(), sent_us: 0, received_us: 1, reply, reply_bytes: 0 };
        let (mut rests, mut now_us, mut waits) = (ReplyRests::default(), 0, Vec::new());
        for _ in 0..5 {
            rests.learn(&[exchange(Err(NoReply::Late))], now_us);
            let began_us = now_us;
            while asked(&rests, &groups, now_us).0 == 1 {
                now_us += 1_000_000;
            }
            waits.push((now_us - began_us) / 1_000_000);
        }
        assert_eq!(waits, [5, 20, 80, 300, 300]);
        rests.learn(&[exchange(Ok(crate::core::wire::Resp::Nil))], now_us);
        rests.learn(&[exchange(Err(NoReply::Late))], now_us);
        assert_eq!(asked(&rests, &groups, now_us + limits::LATE_REST_US), (2, 0));
    }

    #[test]
    fn a_page_that_was_too_long_is_not_asked_in_another_form() {
        let scan = |wanted| ReadCmd::Scan { cursor: 0, pattern: None, count: 10, wanted };
        let mut rests = ReplyRests::default();
        rests.learn(&[cut(scan(ScanFor::Streams))], 0);
        assert_eq!(asked(&rests, &scan(ScanFor::Types), 1), (1, 1));
        assert!(rests.rests(ReadVerb::SCAN, 1) && rests.rests(ReadVerb::SCAN_TYPE, 1));
    }
}
