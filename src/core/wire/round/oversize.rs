//! Commands whose reply was longer than its bound: they rest, and their gap stands meanwhile.
//!
//! Knows what was cut off and until when it rests; does not know why it is asked. Invariant: it outlives connections,
//! for the cut is what ended the last one.

use super::super::decode::{too_long, what};
use super::super::observation::{Exchange, NoReply};
use super::super::read::{ReadCmd, ReadVerb};
use super::Round;
use crate::core::limits;
use crate::core::model::Gap;
use std::collections::BTreeMap;

/// What rests.
#[derive(Clone, Debug, Default)]
pub struct Oversize {
    resting: BTreeMap<String, Resting>,
}

#[derive(Clone, Debug)]
struct Resting {
    until_us: u64,
    gap: Gap,
    /// The commands that rest as such: none where it is about one key.
    verbs: &'static [ReadVerb],
}

impl Oversize {
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
                Err(NoReply::TooLong) => self.rest(&exchange.command, now_us),
                Ok(_) if !self.resting.is_empty() => drop(self.resting.remove(&what(&exchange.command))),
                _ => {}
            }
        }
    }

    fn rest(&mut self, command: &ReadCmd, now_us: u64) {
        self.resting.retain(|_, resting| now_us < resting.until_us);
        if self.resting.len() >= limits::OVERSIZE_KEPT {
            return;
        }
        let until_us = now_us.saturating_add(limits::OVERSIZE_REST_US);
        self.resting
            .insert(what(command), Resting { until_us, gap: too_long(command), verbs: verbs(command) });
    }
}

/// What is not asked in another form either.
fn verbs(command: &ReadCmd) -> &'static [ReadVerb] {
    match command {
        ReadCmd::Info(sections) if sections.len() != 1 => &[ReadVerb::INFO, ReadVerb::INFO_SECTIONS],
        ReadCmd::Scan { .. } => &[ReadVerb::SCAN, ReadVerb::SCAN_TYPE],
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

    fn asked(oversize: &Oversize, command: &ReadCmd, now_us: u64) -> (usize, usize) {
        let mut round = Round { commands: vec![command.clone(), ReadCmd::Ping], ..Round::default() };
        oversize.leave_out(&mut round, now_us);
        (round.commands.len(), round.gaps.len())
    }

    #[test]
    fn what_was_too_long_rests_with_its_gap_and_nothing_else_does() {
        let groups = |key: &str| ReadCmd::XinfoGroups(Name::from(key));
        let mut oversize = Oversize::default();
        oversize.learn(&[cut(groups("a"))], 0);
        assert_eq!(asked(&oversize, &groups("a"), 1), (1, 1));
        assert_eq!(asked(&oversize, &groups("b"), 1), (2, 1));
        assert!(!oversize.rests(ReadVerb::XINFO_GROUPS, 1));
        assert_eq!(asked(&oversize, &groups("a"), limits::OVERSIZE_REST_US), (2, 0));
    }

    #[test]
    fn a_page_that_was_too_long_is_not_asked_in_another_form() {
        let scan = |wanted| ReadCmd::Scan { cursor: 0, pattern: None, count: 10, wanted };
        let mut oversize = Oversize::default();
        oversize.learn(&[cut(scan(ScanFor::Streams))], 0);
        assert_eq!(asked(&oversize, &scan(ScanFor::Types), 1), (1, 1));
        assert!(oversize.rests(ReadVerb::SCAN, 1) && oversize.rests(ReadVerb::SCAN_TYPE, 1));
    }
}
