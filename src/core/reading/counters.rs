//! Counters of the operator's own, with their rates and the shares of pairs.
//!
//! Invariants: a counter that went back begins a new window; what is no number has neither rate nor share.

use crate::core::model::counters::{CounterSpec, CounterValue, share};
use crate::core::model::meter::Meter;
use crate::core::model::node::NodeId;
use crate::core::model::{Name, Stamped};

/// Every counter that was named, in the order of the config.
#[derive(Clone, Debug, Default)]
pub struct CounterTrack {
    rows: Vec<Counter>,
}

/// One counter.
#[derive(Clone, Debug)]
pub struct Counter {
    /// What was named.
    pub spec: CounterSpec,
    /// What it answered last.
    pub value: Option<Stamped<CounterValue>>,
    /// The server that answered it last.
    home: Option<NodeId>,
    meter: Meter,
}

impl CounterTrack {
    /// Nothing read yet; rates over `window_us`.
    pub fn new(specs: &[CounterSpec], window_us: i64) -> Self {
        let row = |spec: &CounterSpec| Counter {
            spec: spec.clone(),
            value: None,
            home: None,
            meter: Meter::new(window_us),
        };
        Self { rows: specs.iter().map(row).collect() }
    }

    /// Takes the answers of one server's round in.
    pub fn advance(&mut self, home: &NodeId, answers: &[(Name, Option<Name>, Stamped<CounterValue>)]) {
        for (key, field, value) in answers {
            let own = |row: &&mut Counter| row.spec.key == *key && row.spec.field == *field;
            for row in self.rows.iter_mut().filter(own) {
                row.meter
                    .add(value.at_us, value.value.number().and_then(|number| u64::try_from(number).ok()));
                row.value = Some(*value);
                row.home = Some(home.clone());
            }
        }
    }

    /// Windows of what this server answered begin anew.
    pub fn begin_anew(&mut self, home: &NodeId) {
        let own = self.rows.iter_mut().filter(|row| row.home.as_ref() == Some(home));
        own.for_each(|row| row.meter.clear());
    }

    /// All of them.
    pub fn rows(&self) -> &[Counter] {
        &self.rows
    }

    /// The other counter of a pair.
    fn pair(&self, counter: &Counter) -> Option<&Counter> {
        let name = counter.spec.pair.as_ref()?;
        self.rows.iter().find(|row| row.spec.name == *name)
    }

    /// Share of a counter in itself and its pair since they began to count, 0 to 1.
    pub fn share(&self, counter: &Counter) -> Option<f64> {
        share(counter.number()?, self.pair(counter)?.number()?)
    }

    /// The same of what was counted in the last window; `None` when nothing was.
    pub fn share_now(&self, counter: &Counter) -> Option<f64> {
        let (own, other) = (counter.per_s()?, self.pair(counter)?.per_s()?);
        (own + other > 0.0).then(|| own / (own + other))
    }
}

impl Counter {
    /// The number, where it is one.
    pub fn number(&self) -> Option<i64> {
        self.value.and_then(|value| value.value.number())
    }

    /// Growth a second; `None` in the first window and after the counter went back.
    pub fn per_s(&self) -> Option<f64> {
        self.meter.per_s()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(name: &str, pair: Option<&str>) -> CounterSpec {
        CounterSpec { name: name.into(), key: Name::from(name), field: None, pair: pair.map(str::to_owned) }
    }

    fn answer(name: &str, second: i64, number: i64) -> (Name, Option<Name>, Stamped<CounterValue>) {
        let value = Stamped { at_us: second * 1_000_000, value: CounterValue::Number(number) };
        (Name::from(name), None, value)
    }

    #[test]
    fn a_pair_has_rates_and_both_shares() {
        let mut track = CounterTrack::new(&[spec("done", None), spec("bad", Some("done"))], 10_000_000);
        for second in 0..5 {
            track.advance(
                &NodeId::default(),
                &[answer("done", second, 900 + second * 10), answer("bad", second, 100 + second * 30)],
            );
        }
        let [done, bad] = track.rows() else { panic!() };
        assert_eq!((done.per_s(), bad.per_s()), (Some(10.0), Some(30.0)));
        assert_eq!((track.share(bad), track.share_now(bad)), (Some(220.0 / 1_160.0), Some(0.75)));
        assert_eq!(track.share(done), None);
    }

    #[test]
    fn a_counter_that_was_set_back_has_no_negative_rate() {
        let mut track = CounterTrack::new(&[spec("done", None)], 10_000_000);
        track.advance(&NodeId::default(), &[answer("done", 0, 900)]);
        track.advance(&NodeId::default(), &[answer("done", 1, 5)]);
        assert_eq!((track.rows()[0].per_s(), track.rows()[0].number()), (None, Some(5)));
    }
}
