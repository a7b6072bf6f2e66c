//! What the probe measured: how long messages take, over ten seconds, a minute and five.
//!
//! Knows samples and how many are missing. Invariants: a stall counts for every message that it kept from being sent
//! (coordinated omission is corrected for, and the uncorrected count stands beside); no percentile is told of too few
//! samples.

pub mod guard;
mod times;

use super::pings::Percentiles;
use crate::core::limits;
use crate::core::model::history::History;
use crate::core::model::probe::{ProbeEvent, ProbeKind, ProbePlan, ProbeSample};
use std::collections::VecDeque;
pub use times::Bar;
use times::Times;

/// One window of histograms, microseconds.
const WINDOW_US: u64 = 10_000_000;
/// Windows of the last minute.
const MINUTE: usize = 6;

/// How a probe stands.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum ProbeState {
    /// Nobody asked for it.
    #[default]
    Off,
    /// It was asked for and waits for what the server is: nothing was sent.
    Waiting,
    /// It connects.
    Starting,
    /// It sends.
    Running,
    /// It failed and tries again.
    Failing(String),
    /// It was stopped, or refused, for a reason.
    Refused(String),
}

/// Both probes.
#[derive(Clone, Debug)]
pub struct Probes {
    /// By publish and subscribe.
    pub pubsub: ProbeTrack,
    /// By a stream.
    pub stream: ProbeTrack,
}

impl Default for Probes {
    fn default() -> Self {
        Self { pubsub: ProbeTrack::new(), stream: ProbeTrack::new() }
    }
}

impl Probes {
    /// The probe of a kind.
    pub fn of(&self, kind: ProbeKind) -> &ProbeTrack {
        match kind {
            ProbeKind::PubSub => &self.pubsub,
            ProbeKind::Stream => &self.stream,
        }
    }

    /// The same, to be changed.
    pub fn of_mut(&mut self, kind: ProbeKind) -> &mut ProbeTrack {
        match kind {
            ProbeKind::PubSub => &mut self.pubsub,
            ProbeKind::Stream => &mut self.stream,
        }
    }
}

/// One probe over time.
#[derive(Clone, Debug)]
pub struct ProbeTrack {
    /// How it stands.
    pub state: ProbeState,
    /// What it does, while it does anything.
    pub plan: Option<ProbePlan>,
    windows: VecDeque<ProbeWindow>,
    /// The last ten seconds or so.
    pub lately: Measures,
    /// The last minute.
    pub minute: Measures,
    /// The last five minutes.
    pub minutes: Measures,
    bars: Vec<Bar>,
    /// Half of the deliveries of the last seconds over time, microseconds.
    pub p50: History,
    /// 99 of a hundred over five minutes, over time, microseconds.
    pub p99: History,
    /// The longest of the last seconds over time, microseconds.
    pub max: History,
}

#[derive(Clone, Debug)]
struct ProbeWindow {
    number: u64,
    publish: Times,
    first: Times,
    last: Times,
    whole: Times,
    samples: u64,
    lost: u64,
}

/// What a probe measured over a span of time; microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Measures {
    /// Round trip of PUBLISH, or of XADD.
    pub publish: Percentiles,
    /// From then to the first subscriber.
    pub first: Percentiles,
    /// To the last subscriber.
    pub last: Percentiles,
    /// From when the message was due to the last subscriber.
    pub whole: Percentiles,
    /// Messages that were really sent.
    pub samples: u64,
    /// Deliveries that never came.
    pub lost: u64,
}

impl ProbeTrack {
    fn new() -> Self {
        Self {
            state: ProbeState::Off,
            plan: None,
            windows: VecDeque::new(),
            lately: Measures::default(),
            minute: Measures::default(),
            minutes: Measures::default(),
            bars: Vec::new(),
            p50: History::hour(),
            p99: History::hour(),
            max: History::hour(),
        }
    }

    /// Begins: what was measured by another plan is forgotten.
    pub fn begin(&mut self, plan: ProbePlan, state: ProbeState) {
        let (p50, p99, max) = (self.p50.clone(), self.p99.clone(), self.max.clone());
        *self = Self { state, plan: Some(plan), p50, p99, max, ..Self::new() };
    }

    /// Ends; what was measured stays until it begins anew.
    pub fn end(&mut self, why: Option<String>, at_ms: i64) {
        self.state = why.map_or(ProbeState::Off, ProbeState::Refused);
        self.plan = None;
        self.break_lines(at_ms);
    }

    /// Whether it is on, or will be as soon as it may.
    pub fn is_on(&self) -> bool {
        self.plan.is_some()
    }

    fn break_lines(&mut self, at_ms: i64) {
        for line in [&mut self.p50, &mut self.p99, &mut self.max] {
            line.add(at_ms, None);
        }
    }

    /// Takes in what it tells; `at_ms` is the time of lines.
    pub fn advance(&mut self, event: &ProbeEvent, at_ms: i64) {
        if self.plan.is_none() {
            // It was ended; what still comes was on its way.
            return;
        }
        match event {
            ProbeEvent::Running => self.state = ProbeState::Running,
            ProbeEvent::Failed(text) => {
                self.state = ProbeState::Failing(text.clone());
                self.break_lines(at_ms);
            }
            ProbeEvent::Sample(sample, _) => {
                self.state = ProbeState::Running;
                self.take(sample);
                self.draw(at_ms);
            }
        }
    }

    fn take(&mut self, sample: &ProbeSample) {
        let number = sample.sent_us / WINDOW_US;
        if self.windows.back().is_none_or(|window| window.number != number) {
            self.windows.push_back(ProbeWindow::new(number));
        }
        let is_old =
            |window: &ProbeWindow| window.number.saturating_add(limits::PROBE_WINDOWS as u64) <= number;
        while self.windows.front().is_some_and(is_old) {
            self.windows.pop_front();
        }
        if let Some(window) = self.windows.back_mut() {
            window.take(sample);
        }
        let newest = |windows: usize| self.windows.iter().rev().take(windows);
        self.lately = measures(newest(2));
        self.minute = measures(newest(MINUTE));
        self.minutes = measures(newest(limits::PROBE_WINDOWS));
        self.bars = Times::of(newest(limits::PROBE_WINDOWS).map(|window| &window.last)).bars();
    }

    fn draw(&mut self, at_ms: i64) {
        let point = |us: Option<u64>| us.map(|us| us as f64);
        self.p50.add(at_ms, point(self.lately.last.p50));
        self.max.add(at_ms, point(self.lately.last.max));
        self.p99.add(at_ms, point(self.minutes.last.p99));
    }

    /// How many deliveries of the last five minutes took how long, the quickest first.
    pub fn bars(&self) -> &[Bar] {
        &self.bars
    }
}

impl ProbeWindow {
    fn new(number: u64) -> Self {
        let times = Times::default;
        Self { number, publish: times(), first: times(), last: times(), whole: times(), samples: 0, lost: 0 }
    }

    fn take(&mut self, sample: &ProbeSample) {
        let every_us = sample.interval_us;
        self.samples += 1;
        self.lost += u64::from(sample.lost);
        self.publish.add(sample.publish_us, every_us);
        if let Some(first_us) = sample.first_us {
            self.first.add(first_us, every_us);
        }
        if let Some(last_us) = sample.last_us {
            self.last.add(last_us, every_us);
            let late_us = sample.sent_us.saturating_sub(sample.due_us);
            self.whole.add(last_us.saturating_add(late_us), every_us);
        }
    }
}

fn measures<'a>(windows: impl Iterator<Item = &'a ProbeWindow> + Clone) -> Measures {
    let of = |part: fn(&ProbeWindow) -> &Times| Times::of(windows.clone().map(part)).percentiles();
    Measures {
        publish: of(|window| &window.publish),
        first: of(|window| &window.first),
        last: of(|window| &window.last),
        whole: of(|window| &window.whole),
        samples: windows.clone().map(|window| window.samples).sum(),
        lost: windows.map(|window| window.lost).sum(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::model::cost::Cost;

    const PLAN: ProbePlan = ProbePlan { kind: ProbeKind::PubSub, interval_us: 1_000_000, subscribers: 1 };

    fn sample(second: u64, last_us: Option<u64>) -> ProbeEvent {
        let sent_us = second * 1_000_000;
        let sample = ProbeSample {
            due_us: sent_us - 100,
            sent_us,
            publish_us: 60,
            first_us: last_us,
            last_us,
            lost: u32::from(last_us.is_none()),
            interval_us: 1_000_000,
        };
        ProbeEvent::Sample(sample, Cost::default())
    }

    fn probed(samples: impl Iterator<Item = Option<u64>>) -> ProbeTrack {
        let mut track = ProbeTrack::new();
        track.begin(PLAN, ProbeState::Starting);
        for (second, last_us) in samples.enumerate() {
            track.advance(&sample(second as u64 + 1, last_us), second as i64 * 1000);
        }
        track
    }

    #[test]
    fn percentiles_wait_for_enough_samples_and_are_those_of_the_last_minutes() {
        let track = probed((0..4).map(|_| Some(200)));
        assert_eq!((track.minutes.last.p50, track.minutes.samples), (None, 4));
        // Longer than five minutes by one window: what came before counts no more.
        let track = probed((0..330).map(|second| Some(if second < 20 { 90_000 } else { 200 })));
        let last = track.minutes.last;
        assert_eq!((last.p50, last.p99, last.max), (Some(200), Some(200), Some(200)));
        assert!((290..=310).contains(&track.minutes.samples), "{:?}", track.minutes);
        assert!(track.windows.len() <= limits::PROBE_WINDOWS);
        assert_eq!(track.minutes.whole.p50, Some(300), "it was sent 100 µs after it was due");
    }

    #[test]
    fn a_stall_counts_for_every_message_that_it_kept_from_being_sent() {
        // A stall of 20 s among 100 messages hides 19 of them.
        let track = probed((0..100).map(|second| Some(if second == 50 { 20_000_000 } else { 200 })));
        let last = track.minutes.last;
        assert_eq!((track.minutes.samples, last.samples), (100, 119));
        assert!(last.p95.unwrap() > 10_000_000, "{last:?}");
    }

    #[test]
    fn what_is_lost_is_counted_and_is_no_time() {
        let track = probed((0..20).map(|second| (second != 7).then_some(200)));
        assert_eq!((track.minutes.lost, track.minutes.samples), (1, 20));
        assert_eq!(track.minutes.last.samples, 19);
    }

    #[test]
    fn a_probe_that_was_ended_takes_nothing_more_in() {
        let mut track = probed((0..9).map(|_| Some(200)));
        track.end(Some("a replica".to_owned()), 0);
        track.advance(&sample(99, Some(5)), 0);
        assert_eq!(track.state, ProbeState::Refused("a replica".to_owned()));
        assert_eq!((track.minutes.samples, track.is_on()), (9, false));
        track.begin(PLAN, ProbeState::Starting);
        assert_eq!(track.minutes.samples, 0);
    }
}
