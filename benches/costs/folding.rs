//! Ten thousand streams that differ by an id only, and nine others, folded into families.
//!
//! Knows names; what is measured is done for every reading while the streams are on the screen.

use std::collections::BTreeSet;
use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::Criterion;
use streamgauge::core::model::streams::StreamFacts;
use streamgauge::core::model::{Name, Snapshot};
use streamgauge::core::reading::Reading;

/// Passes that the time is the middle of.
const PASSES: usize = 40;

fn reading() -> Reading {
    let results = (0..10_000).map(|at| format!("rq:results:{at:08x}-0000-4000-8000-0123456789ab"));
    let names = results.chain((0..9).map(|at| format!("shop:{at}:events")));
    let facts = |name: String| StreamFacts {
        key: Name::from(name.as_str()),
        at_us: 1_000,
        length: Some(1),
        detail: None,
        reply_bytes: None,
    };
    let mut reading = Reading::new(0);
    let streams = names.map(facts).collect();
    reading.advance(Snapshot { taken_at_ms: 1, at_us: 1_000, streams, ..Snapshot::default() });
    reading
}

/// Measures it, and says how long one takes.
pub fn measure(criterion: &mut Criterion) {
    let (reading, open) = (reading(), BTreeSet::new());
    let mut took: Vec<Duration> = Vec::with_capacity(PASSES);
    for _ in 0..PASSES {
        let began = Instant::now();
        assert_eq!(black_box(reading.folded_streams(&open)).len(), 10);
        took.push(began.elapsed());
    }
    took.sort();
    eprintln!("folding 10,009 streams: {:?}", took.get(PASSES / 2).copied().unwrap_or_default());
    criterion.bench_function("fold 10,009 streams", |bencher| {
        bencher.iter(|| black_box(reading.folded_streams(&open)));
    });
}
