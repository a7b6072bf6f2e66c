//! Stories: what happens to a group, second by second, and what is said of it.

use super::world::World;
use super::*;
use crate::core::diagnose::consumers::ConsumerVerdict;
use crate::core::diagnose::finding::Severity;
use crate::core::diagnose::groups::GroupVerdict;
use crate::core::model::Snapshot;
use crate::core::model::StreamId;
use crate::core::model::clients::Client;
use crate::core::model::server::ServerRole;

/// Verdicts without repetitions, in their order, while the story runs for so many seconds.
fn verdicts(world: &mut World, seconds: u64, mut each: impl FnMut(&mut World, u64)) -> Vec<GroupVerdict> {
    let mut seen = Vec::new();
    for second in 0..seconds {
        each(world, second);
        world.tick();
        if seen.last() != Some(&world.verdict()) {
            seen.push(world.verdict());
        }
    }
    seen
}

/// The second at which a rule spoke first.
fn first_at(world: &mut World, seconds: u64, id: &str, mut each: impl FnMut(&mut World, u64)) -> Option<u64> {
    (0..seconds).find(|second| {
        each(world, *second);
        world.tick();
        world.ids().contains(&id)
    })
}

fn busy(world: &mut World) {
    world.produce(20);
    world.work("w-1", 100);
}

#[test]
fn a_group_that_keeps_up_is_ok_and_nothing_is_found_in_five_minutes() {
    let mut world = World::new();
    let seen = verdicts(&mut world, 300, |world, second| {
        world.produce(20);
        // It is a little behind at most polls, and holds a few.
        world.take("w-1", if second % 3 == 0 { 30 } else { 15 });
        world.acknowledge("w-1", 25);
        assert_eq!(world.ids(), Vec::<&str>::new(), "second {second}");
    });
    assert!(
        seen.iter().all(|verdict| matches!(verdict, GroupVerdict::Unknown | GroupVerdict::Ok)),
        "{seen:?}"
    );
    assert_eq!((seen.last(), world.reading.health()), (Some(&GroupVerdict::Ok), Health::Ok));
}

#[test]
fn quiet_and_caught_up_is_idle_however_long() {
    for mut world in [World::new(), World::modern()] {
        busy(&mut world);
        let mut last = None;
        for _ in 0..200 {
            world.pass(600_000);
            assert_eq!((world.ids(), world.verdict().is_wrong()), (vec![], false));
            last = Some(world.verdict());
        }
        assert_eq!((last, world.reading.health()), (Some(GroupVerdict::Idle), Health::Ok));
        let waits = world.consumer_verdict("w-1");
        assert_eq!(waits, Some(ConsumerVerdict::Waiting));
    }
}

#[test]
fn nothing_is_known_of_a_backlog_at_first_sight() {
    let mut world = World::modern();
    world.produce(5);
    world.take("w-1", 1);
    world.tick();
    assert_eq!((world.verdict(), world.reading.health()), (GroupVerdict::Unknown, Health::Unknown));
    assert!(world.reading.judged.cannot_tell().iter().any(|rule| rule.id == "stream.dead"));
}

#[test]
fn without_a_consumer_a_group_is_dead_after_a_minute_and_critical_after_five() {
    let mut world = World::new();
    busy(&mut world);
    world.tick();
    world.remove_consumers();
    let at = first_at(&mut world, 120, "stream.dead", |world, _| world.produce(2)).unwrap();
    assert!((58..=62).contains(&at), "{at}");
    assert_eq!(world.reading.health(), Health::Warning);
    assert!(world.reason().contains("no consumer for 1m"), "{}", world.reason());
    for _ in 0..245 {
        world.tick();
    }
    assert_eq!((world.verdict(), world.reading.health()), (GroupVerdict::Dead, Health::Critical));
    let finding = world.reading.findings().first().unwrap();
    assert!(finding.text.starts_with("s/g: ") && finding.remedy.is_some(), "{}", finding.text);
    busy(&mut world);
    world.work("w-2", 1_000);
    world.tick();
    assert_eq!(world.verdict(), GroupVerdict::Ok, "caught up: nothing to wait for");
}

#[test]
fn a_verdict_is_as_bad_as_the_finding_that_tells_of_it() {
    let (s, g, w1) = (Name::from("s"), Name::from("g"), Name::from("w-1"));
    let mut world = World::modern();
    world.produce(5);
    world.take("w-1", 1);
    let severities = |world: &World| {
        let group = |name| world.reading.group_severity(&s, name, GroupVerdict::Dead);
        let consumer = world.reading.consumer_severities(&s, &g).of(&w1, ConsumerVerdict::Dead);
        [group(Some(&g)), group(None), consumer]
    };
    world.now_ms += 100_000;
    first_at(&mut world, 20, "stream.dead", |_, _| {}).unwrap();
    assert_eq!(world.verdict(), GroupVerdict::Dead);
    assert_eq!(severities(&world), [Some(Severity::Warning); 3]);
    world.now_ms += 900_000;
    world.tick();
    assert_eq!(world.reading.findings()[0].severity, Severity::Critical);
    assert_eq!(severities(&world), [Some(Severity::Critical); 3]);
    // What no finding tells of is no more than a warning, and what is well is nothing.
    assert_eq!(world.reading.group_severity(&s, Some(&g), GroupVerdict::Loss), Some(Severity::Warning));
    assert_eq!(world.reading.group_severity(&s, Some(&g), GroupVerdict::Ok), None);
    let other = world.reading.consumer_severities(&s, &Name::from("h"));
    assert_eq!(other.of(&w1, ConsumerVerdict::Stuck), Some(Severity::Warning));
    assert_eq!(other.of(&w1, ConsumerVerdict::Waiting), None);
}

#[test]
fn one_look_is_not_enough_but_old_entries_and_silent_consumers_need_no_minute_of_ours() {
    let mut world = World::modern();
    world.produce(5);
    world.take("w-1", 1);
    world.now_ms += 900_000;
    let at = first_at(&mut world, 20, "stream.dead", |_, _| {});
    assert!(at.is_some_and(|second| (3..8).contains(&second)), "{at:?}");
    assert!(world.reason().contains("no sign of life from 1 consumer for 15m"), "{}", world.reason());
}

#[test]
fn a_dead_consumer_among_living_ones_is_named_once() {
    let mut world = World::new();
    world.produce(50);
    world.take("w-2", 25);
    let at = first_at(&mut world, 90, "consumer.dead", |world, _| busy(world)).unwrap();
    assert!((58..=61).contains(&at), "{at}");
    for _ in 0..5 {
        busy(&mut world);
        world.tick();
    }
    assert_eq!(world.ids(), ["consumer.dead"]);
    assert_eq!(world.verdict(), GroupVerdict::NotAcknowledging);
    assert!(world.reason().contains("by w-2, which is dead"), "{}", world.reason());
    let finding = world.reading.findings().first().unwrap();
    assert!(finding.text.contains("w-2 of s/g holds 25 entries"), "{}", finding.text);
    let since = world.now_ms as i64 - finding.since_ms;
    assert!((60_000..70_000).contains(&since), "since its last sign of life: {since}");
    assert_eq!(world.reading.stream_verdict(&Name::from("s")), Some(GroupVerdict::NotAcknowledging));
}

#[test]
fn before_7_2_a_client_of_its_name_tells_stuck_from_dead() {
    let client = Client {
        id: 7,
        name: Name::from("w-2"),
        address: Name::from("127.0.0.1:50000"),
        user: None,
        age_s: Some(900),
        idle_s: Some(3),
        flags: "b".to_owned(),
        database: Some(0),
        command: "xreadgroup".to_owned(),
        omem: None,
        tot_mem: None,
        qbuf: None,
        subscriptions: None,
        patterns: None,
        library: None,
    };
    for (clients, expected) in [(vec![client], "consumer.stuck"), (vec![], "consumer.dead")] {
        let mut world = World::new();
        world.clients = Some(clients);
        world.produce(1);
        world.take("w-2", 1);
        assert!(first_at(&mut world, 70, expected, |_, _| {}).is_some());
        assert_eq!(world.ids(), [expected]);
    }
}

#[test]
fn a_replica_is_not_asked_about_consumers() {
    let mut world = World::new();
    world.role = ServerRole::Replica;
    world.produce(1);
    world.take("w-1", 1);
    assert_eq!(first_at(&mut world, 90, "consumer.dead", |_, _| {}), None);
    let verdict = world.consumer_verdict("w-1");
    assert_eq!(verdict, None);
}

#[test]
fn consumers_that_live_and_do_not_read_make_a_group_stopped() {
    let mut world = World::modern();
    busy(&mut world);
    let seen = verdicts(&mut world, 90, |world, _| {
        world.produce(3);
        // It asks, and is given nothing: its own entries, or another stream.
        world.take("w-1", 0);
    });
    assert_eq!(seen.last(), Some(&GroupVerdict::Stopped), "{seen:?}");
    assert!(world.reason().contains("entries wait and nothing was read for 1m"), "{}", world.reason());
    assert!(world.ids().contains(&"stream.stopped"));
}

#[test]
fn delivered_and_never_acknowledged_is_told_after_a_minute() {
    let mut world = World::modern();
    let at = first_at(&mut world, 90, "stream.not_acknowledging", |world, _| {
        world.produce(10);
        world.take("w-1", 10);
    });
    assert!(at.is_some_and(|second| (58..64).contains(&second)), "{at:?}");
    assert!(world.reason().contains("0 acknowledged"), "{}", world.reason());
    for _ in 0..10 {
        world.produce(10);
        world.take("w-1", 10);
        world.tick();
    }
    assert_eq!(world.ids(), ["stream.not_acknowledging"], "one cause, one finding");
}

#[test]
fn many_that_die_together_are_one_finding() {
    let mut world = World::new();
    let workers = ["w-1", "w-2", "w-3", "w-4", "w-5"];
    for (number, expected) in [(3, 3), (5, 1)] {
        for worker in workers.iter().take(number) {
            world.produce(2);
            world.take(worker, 2);
        }
        for _ in 0..65 {
            world.tick();
        }
        let dead = world.ids().into_iter().filter(|id| *id == "consumer.dead");
        assert_eq!(dead.count(), expected);
    }
    let text = &world.reading.findings().first().unwrap().text;
    assert!(text.starts_with("5 consumers of s/g hold 16 entries and show no sign of life"), "{text}");
}

#[test]
fn a_group_set_back_is_rewound_until_it_is_there_again() {
    let mut world = World::new();
    for _ in 0..10 {
        busy(&mut world);
        world.tick();
    }
    world.cursor = StreamId::new(world.now_ms - 5_000, 3);
    let seen = verdicts(&mut world, 20, |world, second| {
        if second > 6 {
            world.work("w-1", 20);
        }
    });
    let (rewound, ok) = (GroupVerdict::Rewound, GroupVerdict::Ok);
    assert!(seen.starts_with(&[rewound]) && !seen.get(1..).unwrap().contains(&rewound), "{seen:?}");
    assert!(matches!(seen.last(), Some(GroupVerdict::Idle | GroupVerdict::Ok)), "{seen:?} {ok:?}");
}

#[test]
fn an_entry_that_comes_again_and_again_is_poison_and_no_mere_old_entry() {
    let mut world = World::modern();
    world.produce(1);
    world.take("w-1", 1);
    let at = first_at(&mut world, 200, "stream.poison", |world, second| {
        world.produce(20);
        world.work("w-2", 100);
        if second % 20 == 19 {
            world.redeliver("w-1");
        }
    });
    assert!(at.is_some_and(|second| (79..90).contains(&second)), "{at:?}");
    assert!(world.reason().contains("was delivered 5 times"), "{}", world.reason());
}

#[test]
fn a_growing_lag_is_slow_after_five_polls_and_well_again_once_it_falls() {
    let mut world = World::new();
    let at = first_at(&mut world, 30, "stream.slow", |world, _| {
        world.produce(50);
        world.work("w-1", 20);
    });
    assert!(at.is_some_and(|second| (4..9).contains(&second)), "{at:?}");
    let seen = verdicts(&mut world, 30, |world, _| {
        world.produce(10);
        world.work("w-1", 30);
    });
    assert_eq!(
        (seen.first(), seen.last(), seen.len()),
        (Some(&GroupVerdict::Slow), Some(&GroupVerdict::Ok), 2)
    );
    assert_eq!(world.ids(), Vec::<&str>::new());
}

#[test]
fn a_lag_that_goes_up_and_down_does_not_flap() {
    let mut world = World::new();
    let mut turns = 0;
    let mut stood = false;
    for second in 0..240_u64 {
        // Ten polls up, two down, and never caught up.
        world.produce(if second % 12 < 10 { 40 } else { 5 });
        world.work("w-1", 20);
        world.tick();
        let stands = world.ids().contains(&"stream.slow");
        turns += u32::from(stands != stood);
        stood = stands;
    }
    assert_eq!((turns, stood), (1, true));
}

#[test]
fn a_lag_that_no_longer_grows_is_not_slow_however_great() {
    let mut world = World::new();
    assert!(
        first_at(&mut world, 30, "stream.slow", |world, _| {
            world.produce(50);
            world.work("w-1", 20);
        })
        .is_some()
    );
    let seen = verdicts(&mut world, 40, |world, second| {
        world.produce(20);
        world.work("w-1", if second % 2 == 0 { 25 } else { 15 });
    });
    assert_eq!((seen.last(), seen.len()), (Some(&GroupVerdict::Ok), 2), "{seen:?}");
}

#[test]
fn entries_trimmed_while_they_are_pending_are_ghosts_after_a_minute() {
    let mut world = World::modern();
    world.produce(10);
    world.take("w-1", 4);
    world.work("w-2", 6);
    world.trim(3);
    let at = first_at(&mut world, 90, "stream.ghosts", |world, _| {
        world.take("w-1", 0);
        world.take("w-2", 0);
    });
    assert!(at.is_some_and(|second| (58..62).contains(&second)), "{at:?}");
    assert!(world.reason().contains("4 entries pending and no longer in the stream"), "{}", world.reason());
}

#[test]
fn a_trim_past_the_cursor_is_a_loss_told_with_its_number() {
    let mut world = World::new();
    for _ in 0..5 {
        busy(&mut world);
        world.tick();
    }
    world.produce(100);
    world.trim(30);
    world.tick();
    assert_eq!((world.verdict(), world.reading.health()), (GroupVerdict::Loss, Health::Critical));
    assert!(world.reason().contains("70 entries"), "{}", world.reason());
    let seen = verdicts(&mut world, 700, |world, _| busy(world));
    assert_eq!(seen, [GroupVerdict::Loss, GroupVerdict::Ok], "told for ten minutes");
}

#[test]
fn after_a_restart_all_windows_begin_anew() {
    let mut world = World::new();
    assert!(first_at(&mut world, 30, "stream.slow", |world, _| world.produce(50)).is_some());
    world.run_id = "b";
    world.tick();
    assert_eq!((world.ids(), world.reading.health()), (vec![], Health::Unknown));
    assert_eq!(world.verdict(), GroupVerdict::Unknown);
}

#[test]
fn what_is_gone_leaves_nothing_behind() {
    let mut world = World::new();
    assert!(first_at(&mut world, 30, "stream.slow", |world, _| world.produce(50)).is_some());
    let gone = Snapshot {
        taken_at_ms: world.now_ms as i64,
        at_us: world.now_ms as i64 * 1000,
        gone: vec![Name::from("s")],
        ..Snapshot::default()
    };
    world.reading.advance(gone);
    assert_eq!(world.reading.group_verdict(&Name::from("s"), &Name::from("g")), None);
    assert_eq!(world.reading.stream_verdict(&Name::from("s")), None);
}
