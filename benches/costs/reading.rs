//! A thousand streams of three groups, read by our link and by a client that could not do less.

use std::time::{Duration, Instant};

use criterion::Criterion;
use streamgauge::core::limits::PIPELINE_COMMANDS;
use streamgauge::core::model::Name;
use streamgauge::core::wire::ReadCmd;
use streamgauge::edge::link::Link;
use tokio::runtime::Runtime;

use crate::ideal::Ideal;
use crate::{key, link, runtime, server_with};

const STREAMS: usize = 1_000;
/// Passes of each that the ratio is the middle of, one after the other in turn: what disturbs, disturbs both.
const PASSES: usize = 40;

/// XINFO STREAM and XINFO GROUPS of every stream.
fn commands() -> Vec<ReadCmd> {
    let of_stream = |number| {
        let name = Name::from(key(number).as_str());
        [ReadCmd::XinfoStream(name.clone()), ReadCmd::XinfoGroups(name)]
    };
    (0..STREAMS).flat_map(of_stream).collect()
}

/// The same as bytes, in the same pieces, with the number of replies.
fn prepared(commands: &[ReadCmd]) -> Vec<(Vec<u8>, usize)> {
    let piece = |commands: &[ReadCmd]| {
        let mut bytes = Vec::new();
        for command in commands {
            let words = command.args();
            bytes.extend(format!("*{}\r\n", words.len()).into_bytes());
            for word in words {
                bytes.extend(format!("${}\r\n", word.len()).into_bytes());
                bytes.extend(word);
                bytes.extend(b"\r\n");
            }
        }
        (bytes, commands.len())
    };
    commands.chunks(PIPELINE_COMMANDS).map(piece).collect()
}

fn read(runtime: &Runtime, link: &mut Link, commands: &[ReadCmd]) {
    let asked = runtime.block_on(link.ask(commands.to_vec()));
    assert!(asked.lost.is_none() && asked.exchanges.len() == commands.len());
}

/// Measures both, and says how they compare.
pub fn measure(criterion: &mut Criterion) {
    let server = server_with(STREAMS);
    let commands = commands();
    let pieces = prepared(&commands);
    let runtime = runtime();
    let mut link = runtime.block_on(link(&server));
    let mut ideal = Ideal::connect(&server);

    let mut took: [Vec<Duration>; 2] = Default::default();
    for _ in 0..PASSES {
        let began = Instant::now();
        read(&runtime, &mut link, &commands);
        let between = Instant::now();
        ideal.exchange(&pieces);
        let [ours, theirs] = &mut took;
        ours.push(between - began);
        theirs.push(between.elapsed());
    }
    let [ours, theirs] = took.map(|mut took| {
        took.sort();
        took.get(PASSES / 2).copied().unwrap_or_default()
    });
    let ratio = ours.as_secs_f64() / theirs.as_secs_f64();
    eprintln!("reading {STREAMS} streams of 3 groups: link {ours:?}, ideal {theirs:?}, ratio {ratio:.2}");

    let mut group = criterion.benchmark_group("read 1,000 streams of 3 groups");
    group.bench_function("link", |bencher| bencher.iter(|| read(&runtime, &mut link, &commands)));
    group.bench_function("ideal", |bencher| bencher.iter(|| ideal.exchange(&pieces)));
    group.finish();
}
