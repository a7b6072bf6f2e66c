//! Consumers that live and those that do not, where a number of workers is wanted.

use super::world::World;
use crate::core::diagnose::thresholds::Thresholds;
use crate::core::reading::watched::WatchSettings;

const ID: &str = "queue.workers";

fn two_wanted() -> World {
    let mut world = World::modern();
    let thresholds = Thresholds { queue_workers: 2, ..Thresholds::default() };
    world.reading = world.reading.watching(&WatchSettings { thresholds, ..WatchSettings::default() });
    world.clients = Some(Vec::new());
    world
}

/// So many seconds in which these look for work, and there is none.
fn quiet(world: &mut World, seconds: u64, consumers: &[&'static str]) {
    for _ in 0..seconds {
        consumers.iter().for_each(|consumer| world.work(consumer, 1));
        world.tick();
    }
}

#[test]
fn a_consumer_of_a_quiet_group_that_shows_no_sign_of_life_is_no_worker() {
    let mut world = two_wanted();
    quiet(&mut world, 120, &["w-1", "w-2"]);
    assert!(!world.ids().contains(&ID), "{:?}", world.reading.findings());
    assert_eq!(world.reading.group_queues()[0].workers, Some(2));
    // The second ends while there is nothing to do: without this it would show only once there is.
    quiet(&mut world, 50, &["w-1"]);
    assert!(!world.ids().contains(&ID));
    quiet(&mut world, 30, &["w-1"]);
    let told = world.reading.findings().iter().find(|finding| finding.id == ID).unwrap();
    assert_eq!(told.text, "s/g: 1 consumer is alive, 2 are wanted");
    assert_eq!(world.reading.group_queues()[0].workers, Some(1));
}

#[test]
fn whether_those_that_are_silent_wait_in_a_blocking_read_nobody_can_tell_without_the_clients() {
    let mut world = two_wanted();
    world.clients = None;
    quiet(&mut world, 5, &["w-1", "w-2"]);
    quiet(&mut world, 120, &["w-1"]);
    let told = world.reading.judged.cannot_tell().iter().find(|rule| rule.id == ID);
    let told = told.map(|rule| rule.blind.text());
    let text = "how many workers there are can't be read of 1 queue, such as s/g";
    assert_eq!((told, world.reading.group_queues()[0].workers), (Some(text), None));
    assert!(!world.ids().contains(&ID));
}
