//! When memory is full before and after an action: what it was good for.
//!
//! Knows how memory grew before the action; what an action does to the growth shows only later. Invariants: nothing is
//! foretold where memory did not clearly grow, and what is said names the growth that it rests on.

use super::headroom::{Headroom, LimitOf};
use crate::core::figures::sentence::{bytes, span};

/// Further away than this a forecast says nothing, milliseconds: a growth of a minute is not that of a day.
const FAR_MS: f64 = 86_400_000.0;

/// How memory stood towards maxmemory, and how it grew.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FullForecast {
    /// What was left, bytes.
    left: u64,
    /// What was used then, as INFO says it, bytes.
    used: u64,
    /// Growth a second, bytes: above 0.
    grows_per_s: f64,
}

impl FullForecast {
    /// Of what is known now; `None` where memory does not clearly grow towards maxmemory. What an action frees says
    /// little about what is resident, so that the limit of a container or a host is none here.
    pub fn of(headroom: Headroom, used: Option<u64>, grows_per_s: Option<f64>) -> Option<Self> {
        let grows_per_s = grows_per_s.filter(|per_s| *per_s > 0.0)?;
        let is_own = headroom.of == LimitOf::Maxmemory;
        is_own.then_some(Self { left: headroom.left(), used: used?, grows_per_s })
    }

    /// When it is full now that so much is used, and when it was: `full in 31 s (was 15 s) if it goes on growing by
    /// 1.3 MiB/s`.
    pub fn text(&self, used: u64) -> String {
        let left = (self.left as f64 + self.used as f64 - used as f64).max(0.0);
        let in_words = |left: f64| {
            let ms = left / self.grows_per_s * 1_000.0;
            match ms {
                ms if ms > FAR_MS => "more than a day".to_owned(),
                ms => span(ms as u64),
            }
        };
        let (now, was) = (in_words(left), in_words(self.left as f64));
        format!("full in {now} (was {was}) if it goes on growing by {}/s", bytes(self.grows_per_s as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(of: LimitOf) -> Headroom {
        Headroom { used: 40 << 20, limit: 60 << 20, of }
    }

    #[test]
    fn what_was_freed_is_told_as_time() {
        let forecast = FullForecast::of(room(LimitOf::Maxmemory), Some(42 << 20), Some(f64::from(1 << 20)));
        // 20 MiB were left, 20 more came back.
        let text = forecast.unwrap().text(22 << 20);
        assert_eq!(text, "full in 40 s (was 20 s) if it goes on growing by 1 MiB/s");
        assert!(forecast.unwrap().text(90 << 20).starts_with("full in 0 ms (was 20 s)"), "it grew meanwhile");
    }

    #[test]
    fn nothing_is_foretold_without_growth_a_figure_or_a_maxmemory() {
        let (own, host) = (room(LimitOf::Maxmemory), room(LimitOf::Host));
        assert_eq!(FullForecast::of(own, Some(1), None), None);
        assert_eq!(FullForecast::of(own, Some(1), Some(-1.0)), None);
        assert_eq!(FullForecast::of(own, None, Some(1.0)), None);
        assert_eq!(FullForecast::of(host, Some(1), Some(1.0)), None);
    }
}
