//! What holds for every history of a group.

use super::world::World;
use crate::core::diagnose::groups::GroupVerdict;
use crate::core::model::groups::{Group, ServerLag};
use crate::core::model::streams::StreamFacts;
use crate::core::model::{Name, Snapshot, Stamped, StreamId};
use crate::core::reading::Reading;
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn no_history_makes_it_panic_and_every_sentence_holds_a_number(
        modern in any::<bool>(),
        steps in proptest::collection::vec((0_u8..9, 0_u64..200, 0_u64..120_000), 1..80)
    ) {
        let mut world = if modern { World::modern() } else { World::new() };
        for (what, many, ms) in steps {
            let few = many as usize;
            match what {
                0 => world.produce(many),
                1 => world.take("w-1", few),
                2 => world.acknowledge("w-1", few),
                3 => world.work("w-2", few),
                4 => world.trim(few),
                5 => world.redeliver("w-2"),
                6 => world.remove_consumers(),
                7 => world.cursor = StreamId::new(world.now_ms.saturating_sub(many * 1000), 0),
                _ => world.run_id = if few.is_multiple_of(2) { "a" } else { "b" },
            }
            world.pass(ms);
            for finding in world.reading.findings() {
                prop_assert!(finding.text.chars().any(|c| c.is_ascii_digit()), "{}", finding.text);
                prop_assert!(finding.text.contains(&finding.subject.to_string()) || finding.text.contains("s/g"));
                prop_assert!(finding.since_ms <= world.now_ms as i64);
            }
        }
    }

    #[test]
    fn quiet_and_caught_up_never_warns(
        modern in any::<bool>(),
        steps in proptest::collection::vec((0_u64..50, 0_u64..900_000), 1..60)
    ) {
        let mut world = if modern { World::modern() } else { World::new() };
        for (many, ms) in steps {
            world.produce(many);
            world.work("w-1", 100);
            world.pass(ms);
            prop_assert_eq!(world.ids(), Vec::<&str>::new());
            prop_assert!(!world.verdict().is_wrong(), "{:?}", world.verdict());
        }
    }

    #[test]
    fn what_is_told_stream_by_stream_adds_up_to_what_there_is(
        rounds in proptest::collection::vec((0_u8..4, 0_u8..5, 0_u64..3, any::<(bool, bool)>()), 1..60)
    ) {
        let mut reading = Reading::new(0);
        for (second, (stream, groups, pending, (has_facts, is_judged))) in (1_700_000_000_i64..).zip(rounds) {
            let (key, at_us) = (Name::from(format!("s{stream}").as_str()), second * 1_000_000);
            let group = |number: u8| Group {
                name: Name::from(format!("g{number}").as_str()),
                consumers: Some(1),
                pending: Some(pending),
                last_delivered: None,
                entries_read: None,
                lag: ServerLag::Unknown,
            };
            let mut snapshot = Snapshot { taken_at_ms: second * 1_000, at_us, ..Snapshot::default() };
            if has_facts {
                let (length, detail) = (Some(1), None);
                snapshot.streams.push(StreamFacts { key: key.clone(), at_us, length, detail, reply_bytes: None });
            }
            match groups {
                4 => snapshot.gone.push(key),
                0 if has_facts => {}
                _ => snapshot.groups.push((key, Stamped { at_us, value: (0..groups).map(group).collect() })),
            }
            reading.advance_part(snapshot);
            if !is_judged {
                continue;
            }
            reading.judge();
            let (tracks, tally) = (&reading.judged.tracks, reading.judged.tracks.tally());
            let streams = || reading.streams().values();
            let groups = || streams().flat_map(|stream| stream.groups.values().map(move |group| (stream, group)));
            let verdict = |key: &Name, group: &Name| reading.group_verdict(key, group).map(|told| told.verdict);
            let unknown = groups()
                .filter(|(stream, group)| {
                    verdict(&stream.key, &group.facts.name).is_none_or(|told| told == GroupVerdict::Unknown)
                })
                .count();
            let holding = || groups().filter(|(_, group)| group.facts.pending > Some(0));
            let rowless = holding().filter(|(_, group)| group.pending.is_none()).count();
            let wrong = streams().filter(|stream| {
                stream.groups.values().any(|group| verdict(&stream.key, &group.facts.name).is_some_and(GroupVerdict::is_wrong))
            });
            prop_assert_eq!(tally.groups, groups().count());
            prop_assert_eq!(tally.streams_unread, streams().filter(|s| s.groups_at_us.is_none()).count());
            prop_assert_eq!(tally.too_soon + tally.unread, unknown);
            prop_assert_eq!((tally.without_consumers, tally.without_rows), (holding().count(), rowless));
            prop_assert_eq!(tracks.unwell().collect::<Vec<_>>(), wrong.map(|s| &s.key).collect::<Vec<_>>());
        }
    }
}
