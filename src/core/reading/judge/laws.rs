//! What holds for every history of a group.

use super::world::World;
use crate::core::model::StreamId;
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
}
