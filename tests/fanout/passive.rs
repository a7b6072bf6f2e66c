//! Channels, patterns and what publishing takes, on every server at hand.

use crate::server::{Build, Options, Server, builds};
use crate::watch::{Eyes, connection, subscriber};
use streamgauge::core::model::Name;
use streamgauge::core::reading::fanout::publishing;

fn check(build: &Build) {
    let server = Server::start(Options::from(build));
    let mut connection = connection(&server);
    let _first = subscriber(&server, "one", &["news", "sport"]);
    let _second = subscriber(&server, "two", &["news"]);
    let mut eyes = Eyes::new(&server);
    let count = |reading: &streamgauge::core::reading::Reading, name: &str| {
        let name = Name::from(name);
        reading
            .fanout()
            .channels()
            .find(|channel| *channel.name == name)
            .and_then(|channel| channel.subscribers)
    };
    eyes.until("channels are counted", |reading| {
        count(reading, "news") == Some(2) && count(reading, "sport") == Some(1)
    });
    assert_eq!(eyes.reading.fanout().channel_count(), 2, "{build:?}");
    assert_eq!(eyes.reading.fanout().subscribers.list().map(|list| list.value.len()), Some(2), "{build:?}");
    let limit = eyes.reading.fanout().limit.unwrap();
    assert_eq!((limit.hard, limit.soft, limit.soft_s), (Some(32 << 20), Some(8 << 20), 60), "{build:?}");
    for _ in 0..200 {
        redis::cmd("PUBLISH").arg("news").arg("x").exec(&mut connection).unwrap();
    }
    eyes.until("what was published shows", |reading| {
        let publishing = publishing(&reading.this_node().commands);
        publishing.per_s.is_some_and(|per_s| per_s > 1.0) && publishing.mean_us.is_some_and(|us| us > 0.0)
    });
    if build.major() >= 7 {
        eyes.until("its histogram shows", |reading| reading.fanout().histograms.of("publish").is_some());
    }
}

#[test]
fn channels_subscribers_limits_and_publishing_are_read_on_every_server() {
    let builds = builds();
    // A check mostly waits for the next reading.
    for some in builds.chunks(4) {
        std::thread::scope(|scope| {
            for build in some {
                scope.spawn(move || check(build));
            }
        });
    }
    eprintln!("on {} servers", builds.len());
}
