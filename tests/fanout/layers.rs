//! Channel layers of the real `channels_redis`, in both its forms.

use crate::python;
use crate::server::{Kind, kinds, side_by_side};
use crate::watch::{Eyes, server};
use std::io::{BufRead, BufReader};
use std::time::{Duration, Instant};
use streamgauge::core::reading::fanout::layers::{Layer, LayerForm, layers};

const PACKAGE: (&str, &str) = ("channels_redis", "channels_redis==4.3.0");

fn widths(layers: &[Layer], form: LayerForm) -> Vec<(String, Option<u64>)> {
    let layer = layers.iter().find(|layer| layer.form == form);
    let groups = layer.map_or(&[][..], |layer| layer.groups.as_slice());
    groups.iter().map(|group| (group.name.text(), group.width)).collect()
}

fn check(kind: Kind) {
    let server = server(kind);
    let url = format!("unix://{}", server.socket().display());
    let mut script = python::with_package(include_str!("layers.py"), PACKAGE, &[&url]);
    let mut line = String::new();
    let began = Instant::now();
    BufReader::new(script.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let made: serde_json::Value = serde_json::from_str(&line).expect("the script says what it made");
    let mut eyes = Eyes::new(&server);
    let named = |name: &str, width| (name.to_owned(), Some(width));
    eyes.until("both layers are seen", |reading| {
        let layers = layers(reading.fanout(), reading.this_node().at_us);
        let backlogs = layers.iter().flat_map(|layer| &layer.channels).filter(|channel| channel.backlog > 0);
        widths(&layers, LayerForm::Core) == [named("room", 3), named("small", 1)]
            && widths(&layers, LayerForm::PubSub) == [named("alone", 1), named("board", 3)]
            && backlogs.count() == 2
    });
    let layers = layers(eyes.reading.fanout(), eyes.reading.this_node().at_us);
    let core = layers.iter().find(|layer| layer.form == LayerForm::Core).unwrap();
    let channel = |name: &str| core.channels.iter().find(|channel| channel.name.text() == name).unwrap();
    let (worker, full) = (channel("worker"), channel("full"));
    assert_eq!((worker.backlog, worker.is_full(100)), (7, false), "{kind:?}");
    assert_eq!(
        (full.backlog, full.is_full(100), made["dropped"].as_u64()),
        (100, true, Some(30)),
        "{kind:?}"
    );
    let most_ms = began.elapsed().as_millis() as u64 + 50;
    for channel in [worker, full] {
        let age_ms = channel.oldest_age_ms.unwrap();
        assert!(age_ms <= most_ms, "{kind:?}: {age_ms} of {most_ms} ms");
    }
    let age_ms = worker.oldest_age_ms.unwrap();
    std::thread::sleep(Duration::from_millis(1_500));
    eyes.until("ages grow with time", |reading| {
        let layers =
            streamgauge::core::reading::fanout::layers::layers(reading.fanout(), reading.this_node().at_us);
        let mut all = layers.iter().flat_map(|layer| &layer.channels);
        let later_ms =
            all.find(|channel| channel.name.text() == "worker").and_then(|worker| worker.oldest_age_ms);
        later_ms.is_some_and(|later_ms| later_ms >= age_ms + 1_500)
    });
    let finding = eyes.reading.findings().iter().find(|finding| finding.id == "fanout.channel_full").unwrap();
    assert!(finding.text.contains("asgifull") && finding.text.contains("100 of 100"), "{}", finding.text);
    drop(script.stdin.take());
    assert!(script.wait().unwrap().success());
}

#[test]
fn groups_channels_backlogs_ages_and_what_drops_are_right_for_the_real_channels_redis() {
    side_by_side(kinds(), check);
}
