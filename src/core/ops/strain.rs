//! Whether the server suffers from what is being done: round trips against those of the quiet moment before.
//!
//! Knows round trips, when they were, and how late this machine woke up for them; sends no PING. Invariants: it slows down
//! before it stops, and says why; what this machine itself makes late is no strain of the server.

use crate::core::figures::sentence::{latency, span};
use crate::core::limits::{
    FELT_US, PULSE_EVERY_MS, PULSE_QUIET_WINDOW, PULSE_WINDOW, REST_EASES_AT_FIRST, REST_GROWS_AND_EASES,
    REST_TIMES, STRAIN_MS, STRAIN_TIMES_AND_US, WAKE_UP_MS,
};
use std::collections::VecDeque;

/// A rest that is not worth a timer, in times of the step.
const REST_NONE: f64 = 0.05;

/// Round trips while an action runs.
#[derive(Clone, Debug, Default)]
pub struct Strain {
    least_us: u64,
    idle_p99_us: u64,
    rest_times: f64,
    /// Whether a PING was late so far.
    is_felt: bool,
    last: VecDeque<u64>,
    /// Round trips while nothing of ours was at the server, those of the quiet moment first.
    quiet: VecDeque<u64>,
    wake_ups: VecDeque<u64>,
    late_since_ms: Option<u64>,
    halved_at_ms: Option<u64>,
}

/// What follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Advice {
    /// Go on.
    GoOn,
    /// Go half as fast.
    Halve,
    /// Stop: why.
    Stop(String),
}

impl Strain {
    /// Takes the quiet moment in: round trips in microseconds.
    pub fn new(idle: &[u64]) -> Self {
        let window = idle.iter().copied().collect();
        Self {
            least_us: percentile(&window, 0),
            idle_p99_us: percentile(&window, 99),
            rest_times: REST_TIMES.0,
            quiet: window,
            ..Self::default()
        }
    }

    /// The shortest way there and back, microseconds: what is longer took the server longer, or less than that is known.
    pub const fn least_us(&self) -> u64 {
        self.least_us
    }

    /// How long to rest after a step, in times of the step, so that others do not feel it. It settles where one PING of a
    /// hundred is later than it may be; on a server with time to spare it comes to nothing.
    pub const fn rest_times(&self) -> f64 {
        self.rest_times
    }

    /// From when on a round trip is late, microseconds. What takes its processor away from this machine's timers takes it
    /// away from who reads a reply as well.
    pub fn late_us(&self) -> u64 {
        let (times, more_us) = STRAIN_TIMES_AND_US;
        let usual_us = self.usual_us();
        usual_us.saturating_mul(times).max(usual_us.saturating_add(more_us))
    }

    fn usual_us(&self) -> u64 {
        self.idle_p99_us.saturating_add(percentile(&self.wake_ups, 99))
    }

    /// Rests longer after a PING that was late, and a little less after each that was not. One that was late while nothing of
    /// ours was at the server says nothing of us, but how late one may be without us: others may have come to work, or
    /// this machine.
    fn feel(&mut self, trip_us: u64, beside_ours: bool) {
        let (grows, eases) = REST_GROWS_AND_EASES;
        let without_us = percentile(&self.quiet, 99);
        let is_late = trip_us > self.usual_us().max(without_us).saturating_add(FELT_US);
        if !beside_ours {
            keep_last(&mut self.quiet, trip_us, PULSE_QUIET_WINDOW);
            if is_late {
                return;
            }
        }
        self.is_felt |= is_late;
        let eases = if self.is_felt { eases } else { REST_EASES_AT_FIRST };
        let times =
            if is_late { self.rest_times.max(REST_TIMES.0 / grows) * grows } else { self.rest_times * eases };
        self.rest_times = if times < REST_NONE { 0.0 } else { times.min(REST_TIMES.1) };
    }

    /// Begins to judge anew, after somebody was told to stop.
    pub fn forget(&mut self) {
        self.last.clear();
        self.wake_ups.clear();
        (self.late_since_ms, self.halved_at_ms) = (None, None);
    }

    /// Takes one round trip in, whether something of ours was at the server meanwhile, and how much later than it wanted this
    /// machine woke up for it; `now_ms` never goes back.
    pub fn advance(&mut self, trip_us: u64, beside_ours: bool, late_us: u64, now_ms: u64) -> Advice {
        push(&mut self.last, trip_us);
        push(&mut self.wake_ups, late_us.saturating_sub(WAKE_UP_MS * 1_000));
        self.feel(trip_us, beside_ours);
        let p99_us = percentile(&self.last, 99);
        if p99_us <= self.late_us() {
            (self.late_since_ms, self.halved_at_ms) = (None, None);
            return Advice::GoOn;
        }
        // A window that is late has one late trip in it for a second: a single hiccup is no strain.
        let since_ms = *self.late_since_ms.get_or_insert(now_ms);
        let late_ms = now_ms.saturating_sub(since_ms);
        if late_ms >= STRAIN_MS.1 {
            let (late, idle) = (latency(p99_us as f64), latency(self.idle_p99_us as f64));
            return Advice::Stop(format!("PING takes {late} for {} (idle {idle})", span(late_ms)));
        }
        let last_ms = self.halved_at_ms.unwrap_or(since_ms);
        if now_ms.saturating_sub(last_ms) >= STRAIN_MS.0 {
            self.halved_at_ms = Some(now_ms);
            return Advice::Halve;
        }
        Advice::GoOn
    }
}

fn push(window: &mut VecDeque<u64>, value: u64) {
    keep_last(window, value, PULSE_WINDOW);
}

fn keep_last(window: &mut VecDeque<u64>, value: u64, most: usize) {
    window.push_back(value);
    if window.len() > most {
        window.pop_front();
    }
}

/// The least of the values that so many of a hundred do not exceed.
fn percentile(values: &VecDeque<u64>, percent: usize) -> u64 {
    let mut sorted: Vec<u64> = values.iter().copied().collect();
    sorted.sort_unstable();
    let at = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(at).copied().unwrap_or(0)
}

const _: () = assert!(PULSE_EVERY_MS * (PULSE_WINDOW as u64) < STRAIN_MS.0);

#[cfg(test)]
mod tests {
    use super::*;

    fn after(trip_us: u64, for_ms: u64) -> (Vec<u64>, Option<u64>) {
        woken(trip_us, 1_000, for_ms)
    }

    fn woken(trip_us: u64, late_us: u64, for_ms: u64) -> (Vec<u64>, Option<u64>) {
        let mut strain = Strain::new(&[200; 50]);
        let (mut halved, mut stopped) = (Vec::new(), None);
        for now_ms in (0..for_ms).step_by(20) {
            match strain.advance(trip_us, true, late_us, now_ms) {
                Advice::GoOn => {}
                Advice::Halve => halved.push(now_ms),
                Advice::Stop(_) => {
                    stopped.get_or_insert(now_ms);
                }
            }
        }
        (halved, stopped)
    }

    #[test]
    fn it_halves_after_three_seconds_and_stops_after_ten() {
        let (halved, stopped) = after(6_000, 15_000);
        assert_eq!(halved.first(), Some(&3_000));
        assert_eq!(stopped, Some(10_000));
        assert!(halved.len() >= 3);
    }

    #[test]
    fn five_milliseconds_over_idle_is_not_late_on_a_quick_link() {
        assert_eq!(after(5_100, 15_000), (Vec::new(), None));
    }

    #[test]
    fn what_this_machine_makes_late_is_no_strain_of_the_server() {
        assert_eq!(woken(40_000, 30_000, 15_000), (Vec::new(), None));
        let (halved, stopped) = woken(200_000, 30_000, 15_000);
        assert_eq!((halved.first(), stopped), (Some(&3_000), Some(10_000)));
    }

    /// How long it rests in the end where every so many PINGs one is late.
    fn rests(late_every: u64) -> f64 {
        let mut strain = Strain::new(&[200; 50]);
        for at in 1..=5_000 {
            let trip_us = if at % late_every == 0 { 1_500 } else { 300 };
            strain.advance(trip_us, true, 0, at * 20);
        }
        strain.rest_times()
    }

    #[test]
    fn nothing_is_rested_where_nobody_feels_it_and_the_most_where_more_than_one_of_a_hundred_is_late() {
        assert_eq!(rests(u64::MAX), 0.0);
        assert!(rests(200) <= REST_TIMES.0, "{}", rests(200));
        assert_eq!(rests(50), REST_TIMES.1);
    }

    #[test]
    fn a_ping_that_is_late_while_nothing_of_ours_is_at_the_server_makes_no_rest_longer() {
        let mut strain = Strain::new(&[200; 50]);
        (0..1_000).for_each(|at| {
            let trip_us = if at % 10 == 0 { 1_500 } else { 300 };
            strain.advance(trip_us, at % 10 != 0, 0, at * 20);
        });
        assert_eq!(strain.rest_times(), 0.0);
        // It is strain of the server all the same.
        let stops = (1_000..2_000).filter(|at| strain.advance(9_000, false, 0, at * 20) != Advice::GoOn);
        assert!(stops.count() > 0);
    }

    #[test]
    fn pings_that_are_as_late_without_us_make_no_rest_longer_and_those_that_are_not_do() {
        let rests = |is_late: fn(u64, bool) -> bool| {
            let mut strain = Strain::new(&[200; 25]);
            (0..3_000).for_each(|at| {
                // Half of the time nothing of ours is there.
                let beside_ours = at % 2 == 0;
                let trip_us = if is_late(at, beside_ours) { 3_000 } else { 300 };
                strain.advance(trip_us, beside_ours, 0, at * 20);
            });
            strain.rest_times()
        };
        assert!(rests(|at, _| at % 13 == 0) < REST_TIMES.0);
        assert!(rests(|at, beside_ours| at % 26 == 0 && beside_ours) > REST_TIMES.0 * 2.0);
    }

    #[test]
    fn an_idle_server_is_used_within_a_third_of_a_second() {
        let mut strain = Strain::new(&[200; 50]);
        let free = (0..100).find(|at| {
            strain.advance(300, true, 0, at * 20);
            strain.rest_times() == 0.0
        });
        assert!(free.is_some_and(|at| at * 20 <= 333), "{free:?}");
    }

    #[test]
    fn who_has_rested_long_for_others_is_soon_as_fast_as_before() {
        let mut strain = Strain::new(&[200; 50]);
        (0..20).for_each(|at| drop(strain.advance(3_000, true, 0, at * 20)));
        assert_eq!(strain.rest_times(), REST_TIMES.1);
        let again = (20..1_000).find(|at| {
            strain.advance(300, true, 0, at * 20);
            strain.rest_times() < REST_TIMES.0
        });
        assert!(again.is_some_and(|at| at < 200), "{again:?}");
    }

    #[test]
    fn a_single_hiccup_is_no_strain() {
        let mut strain = Strain::new(&[200; 50]);
        for now_ms in (0..20_000).step_by(20) {
            let trip_us = if now_ms % 5_000 == 0 { 90_000 } else { 300 };
            assert_eq!(strain.advance(trip_us, true, 0, now_ms), Advice::GoOn);
        }
    }
}
