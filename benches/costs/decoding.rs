//! A round of 600 replies, made into a snapshot.

use criterion::Criterion;
use streamgauge::core::model::Name;
use streamgauge::core::wire::ReadCmd;
use streamgauge::core::wire::decode::decode;

use crate::{key, observe, server_with};

/// Measures it.
pub fn measure(criterion: &mut Criterion) {
    let server = server_with(200);
    let commands = (0..200).flat_map(|number| {
        let name = Name::from(key(number).as_str());
        let consumers = ReadCmd::XinfoConsumers(name.clone(), Name::from("billing"));
        [ReadCmd::XinfoStream(name.clone()), ReadCmd::XinfoGroups(name), consumers]
    });
    let observation = observe(&server, commands.collect());
    let snapshot = decode(&observation);
    assert_eq!((observation.exchanges.len(), snapshot.gaps.len()), (600, 0), "{:?}", snapshot.gaps);
    criterion.bench_function("decode 600 replies", |bencher| bencher.iter(|| decode(&observation)));
}
