//! Counters of the operator's, whatever is really there.

use crate::server::kinds;
use crate::watch::{connection, runtime, server};
use streamgauge::core::model::Name;
use streamgauge::core::model::counters::{CounterSpec, CounterValue};
use streamgauge::core::reading::Reading;
use streamgauge::core::reading::watched::WatchSettings;
use streamgauge::core::wire::round::{Focus, PollSettings};

fn spec(name: &str, key: &str, field: Option<&str>, pair: Option<&str>) -> CounterSpec {
    let pair = pair.map(str::to_owned);
    CounterSpec { name: name.to_owned(), key: Name::from(key), field: field.map(Name::from), pair }
}

#[test]
fn keys_and_fields_are_counted_and_what_is_no_number_says_so() {
    for kind in kinds() {
        let server = server(kind, &[]);
        let mut connection = connection(&server);
        let counters = vec![
            spec("done", "queue_a:processed_messages", None, None),
            spec("bad", "stats", Some("rejected"), Some("done")),
            spec("text", "note", None, None),
            spec("wrong", "stats", None, None),
            spec("gone", "nobody", None, None),
        ];
        redis::pipe()
            .cmd("SET")
            .arg(&["queue_a:processed_messages", "900"])
            .cmd("HSET")
            .arg(&["stats", "rejected", "100"])
            .cmd("SET")
            .arg(&["note", &"secret ".repeat(1_000)])
            .exec(&mut connection)
            .unwrap();
        let settings =
            PollSettings { interval_us: 1_000_000, counters: counters.clone(), ..PollSettings::default() };
        let mut session = crate::support::session(&server, settings);
        let mut reading = Reading::new(0).watching(&WatchSettings { counters, ..WatchSettings::default() });
        runtime().block_on(async {
            session.connect().await.unwrap();
            for _ in 0..3 {
                reading.advance(session.round(&Focus::default()).await.unwrap());
                redis::cmd("INCRBY")
                    .arg(&["queue_a:processed_messages", "30"])
                    .exec(&mut connection)
                    .unwrap();
                redis::cmd("HINCRBY").arg(&["stats", "rejected", "10"]).exec(&mut connection).unwrap();
                tokio::time::sleep(std::time::Duration::from_millis(300)).await;
            }
            reading.advance(session.round(&Focus::default()).await.unwrap());
        });
        let values: Vec<_> =
            reading.counters().rows().iter().map(|row| row.value.map(|value| value.value)).collect();
        let expected = [
            CounterValue::Number(990),
            CounterValue::Number(130),
            CounterValue::NotANumber,
            CounterValue::NotANumber,
            CounterValue::Missing,
        ];
        assert_eq!(values, expected.map(Some), "{kind:?}");
        let bad = &reading.counters().rows()[1];
        assert!((reading.counters().share_now(bad).unwrap() - 0.25).abs() < 1e-9, "{kind:?}");
        assert!((reading.counters().share(bad).unwrap() - 130.0 / 1_120.0).abs() < 1e-9, "{kind:?}");
        assert!(bad.per_s().unwrap() > 5.0, "{kind:?}: {:?}", bad.per_s());
    }
}
