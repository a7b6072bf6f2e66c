//! What XINFO CONSUMERS really takes on this server, learnt from the server's own figures.
//!
//! Knows the price of one consumer. It begins at what a quiet machine takes; on a busy or a small one, and where
//! nobody has looked for a while, it is several times that. Does not know whose consumers they are. Invariants: the
//! price is never below where it began, and one that is not confirmed any more is forgotten, so that a bad minute
//! does not leave anything unread for good.

use crate::core::limits;
use crate::core::model::Snapshot;
use crate::core::wire::read::ReadVerb;

/// How long a price holds that is not learnt again.
const HOLDS_US: u64 = 300_000_000;
/// Fewer consumers a call say nothing about the price of one.
const CONSUMERS_A_CALL: u64 = 50;

/// What a list of consumers takes.
#[derive(Clone, Copy, Debug)]
pub struct ConsumersCost {
    each_ns: u64,
    learnt_us: Option<u64>,
    /// Calls and microseconds at the last figures.
    seen: Option<(u64, u64)>,
    /// Calls and consumers since.
    asked: (u64, u64),
}

impl Default for ConsumersCost {
    fn default() -> Self {
        Self { each_ns: limits::CONSUMER_NS, learnt_us: None, seen: None, asked: (0, 0) }
    }
}

impl ConsumersCost {
    /// What a list of so many takes, microseconds.
    pub fn of_us(&self, consumers: u64) -> u64 {
        limits::CONSUMERS_BASE_US.saturating_add(consumers.saturating_mul(self.each_ns) / 1000)
    }

    /// Takes the server's figures in, and what was asked after them.
    pub fn learn(&mut self, snapshot: &Snapshot, now_us: u64) {
        if self.learnt_us.is_some_and(|at_us| now_us.saturating_sub(at_us) > HOLDS_US) {
            self.each_ns = limits::CONSUMER_NS;
            self.learnt_us = None;
        }
        if let Some(commands) = &snapshot.commands {
            let name = ReadVerb::XINFO_CONSUMERS.stat_name();
            let stat = commands.stats.iter().find(|stat| stat.name == name);
            self.measure(stat.map_or((0, 0), |stat| (stat.calls, stat.usec)), now_us);
        }
        for (_, _, consumers) in &snapshot.consumers {
            self.ask(consumers.value.len() as u64);
        }
    }

    fn ask(&mut self, consumers: u64) {
        self.asked = (self.asked.0 + 1, self.asked.1.saturating_add(consumers));
    }

    fn measure(&mut self, now: (u64, u64), now_us: u64) {
        let (calls, consumers) = std::mem::take(&mut self.asked);
        let Some(seen) = self.seen.replace(now) else { return };
        let (Some(all), Some(usec)) = (now.0.checked_sub(seen.0), now.1.checked_sub(seen.1)) else { return };
        // Where others call as much as we do, the mean is as much theirs.
        if calls == 0 || all < calls || all > calls + calls / 4 || consumers < calls * CONSUMERS_A_CALL {
            return;
        }
        let in_lists_us = usec.saturating_sub(all.saturating_mul(limits::CONSUMERS_BASE_US));
        let ours_us = in_lists_us.saturating_mul(calls) / all;
        let each_ns = (ours_us.saturating_mul(1000) / consumers).max(limits::CONSUMER_NS);
        self.each_ns = if self.learnt_us.is_some() { self.each_ns.midpoint(each_ns) } else { each_ns };
        self.learnt_us = Some(now_us);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learnt(calls: u64, usec: u64, consumers_each: u64) -> ConsumersCost {
        let mut cost = ConsumersCost::default();
        cost.measure((5, 100), 0);
        (0..4).for_each(|_| cost.ask(consumers_each));
        cost.measure((5 + calls, 100 + usec), 1);
        cost
    }

    #[test]
    fn what_a_busy_server_takes_is_learnt_and_never_less_than_a_quiet_one() {
        assert_eq!(ConsumersCost::default().of_us(1_000), 255);
        assert_eq!(learnt(4, 4 * 1_005, 1_000).of_us(1_000), 1_005);
        assert_eq!(learnt(4, 4 * 60, 1_000).of_us(1_000), 255);
    }

    #[test]
    fn short_lists_resets_and_what_others_ask_teach_nothing() {
        for cost in [learnt(4, 9_000, 2), learnt(40, 90_000, 1_000), learnt(0, 0, 1_000)] {
            assert_eq!((cost.of_us(1_000), cost.learnt_us), (255, None));
        }
        let mut reset = learnt(4, 4 * 1_005, 1_000);
        reset.ask(1_000);
        reset.measure((1, 1), 2);
        assert_eq!(reset.of_us(1_000), 1_005);
    }

    #[test]
    fn a_bad_minute_is_forgotten() {
        let mut cost = learnt(4, 4 * 1_005, 1_000);
        cost.learn(&Snapshot::default(), HOLDS_US);
        assert_eq!(cost.of_us(1_000), 1_005);
        cost.learn(&Snapshot::default(), HOLDS_US + 2);
        assert_eq!(cost.of_us(1_000), 255);
    }
}
