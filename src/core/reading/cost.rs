//! What we cost the server: commands and bytes of the last ten seconds, and an estimate of its time.

use super::commands::CommandTrack;
use crate::core::model::cost::Cost;
use std::borrow::Cow;
use std::collections::VecDeque;

const SPAN_S: i64 = 10;

/// Costs by the second.
#[derive(Clone, Debug, Default)]
pub struct CostTrack {
    seconds: VecDeque<(i64, Cost)>,
}

impl CostTrack {
    /// Takes a round's cost in.
    pub fn advance(&mut self, at_us: i64, cost: &Cost) {
        let second = at_us.div_euclid(1_000_000);
        match self.seconds.back_mut() {
            Some((last, sum)) if *last == second => sum.add(cost),
            _ => self.seconds.push_back((second, cost.clone())),
        }
        let is_old = |first: &(i64, Cost)| first.0 < second - SPAN_S || first.0 > second;
        while self.seconds.front().is_some_and(is_old) {
            self.seconds.pop_front();
        }
    }

    /// Commands a second.
    pub fn commands_per_s(&self) -> Option<f64> {
        self.per_s(|cost| cost.commands() as f64)
    }

    /// Bytes a second, requests and replies.
    pub fn bytes_per_s(&self) -> Option<f64> {
        self.per_s(|cost| cost.request_bytes.saturating_add(cost.reply_bytes) as f64)
    }

    /// Microseconds of server time a second: own calls times the price of each command, and no more than we waited for
    /// their replies. An estimate; `None` while the price of more than a tenth of the calls is not known.
    pub fn server_us_per_s(&self, commands: &CommandTrack) -> Option<f64> {
        let calls = || self.seconds.iter().flat_map(|(_, cost)| cost.calls.iter());
        let unknown: u64 =
            calls().filter(|(name, _)| commands.price_us(name).is_none()).map(|(_, calls)| calls).sum();
        if unknown.saturating_mul(10) > calls().map(|(_, calls)| calls).sum() {
            return None;
        }
        self.per_s(|cost| {
            let time_of =
                |(name, calls): (&Cow<'_, str>, &u64)| *calls as f64 * commands.price_us(name).unwrap_or(0.0);
            cost.calls.iter().map(time_of).sum::<f64>().min(cost.waited_us as f64)
        })
    }

    /// The running second is left out: it is not over.
    fn per_s(&self, amount: impl Fn(&Cost) -> f64) -> Option<f64> {
        let (first, last) = (self.seconds.front()?.0, self.seconds.back()?.0);
        let span_s = last.checked_sub(first).filter(|&span| span > 0)?;
        let whole = self.seconds.iter().filter(|(second, _)| *second < last);
        Some(whole.map(|(_, cost)| amount(cost)).sum::<f64>() / span_s as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::model::info::CommandInfo;
    use crate::core::model::latency::{CommandLatency, CommandStat};

    fn commands(p99_us: Option<f64>) -> CommandTrack {
        let mut commands = CommandTrack::default();
        // 999 calls of 20 us and one of 10 s.
        let stat = CommandStat { name: "eval".into(), calls: 1_000, usec: 10_020_000, ..Default::default() };
        let latency =
            |p99_us| CommandLatency { name: "eval".into(), p99_us: Some(p99_us), ..Default::default() };
        commands.advance(
            0,
            &CommandInfo { stats: vec![stat], latencies: p99_us.map(latency).into_iter().collect() },
        );
        commands
    }

    #[test]
    fn a_long_script_of_somebody_else_is_not_our_cost() {
        let mut track = CostTrack::default();
        for second in 0..4 {
            let cost = Cost { calls: [("eval".into(), 100)].into(), waited_us: 30_000, ..Cost::default() };
            track.advance(second * 1_000_000, &cost);
        }
        assert_eq!(track.server_us_per_s(&commands(Some(25.0))), Some(2_500.0));
        assert_eq!(track.server_us_per_s(&commands(None)), Some(30_000.0));
    }
}
