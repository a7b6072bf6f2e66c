//! What we cost the server: commands and bytes of the last ten seconds, and an estimate of its time.

use super::commands::CommandTrack;
use crate::core::model::cost::Cost;
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

    /// Microseconds of server time a second: own calls times the mean of each command. An estimate; `None` while
    /// the mean of more than a tenth of the calls is not known.
    pub fn server_us_per_s(&self, commands: &CommandTrack) -> Option<f64> {
        let calls = || self.seconds.iter().flat_map(|(_, cost)| cost.calls.iter());
        let unknown: u64 =
            calls().filter(|(name, _)| commands.mean_us(name).is_none()).map(|(_, calls)| calls).sum();
        if unknown.saturating_mul(10) > calls().map(|(_, calls)| calls).sum() {
            return None;
        }
        self.per_s(|cost| {
            let time_of =
                |(name, calls): (&&str, &u64)| *calls as f64 * commands.mean_us(name).unwrap_or(0.0);
            cost.calls.iter().map(time_of).sum()
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
