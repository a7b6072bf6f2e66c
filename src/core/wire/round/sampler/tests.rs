//! The walk that measures keys: pace, completeness, what it does when something is missing.

use super::*;
use crate::core::model::keys::KeyFacts;
use crate::core::model::snapshot::ScanPage;

/// A server of so many keys, which takes no time.
struct Server {
    keys: u64,
    page: u64,
}

impl Server {
    fn answer(&self, commands: &[ReadCmd]) -> Snapshot {
        let mut snapshot = Snapshot::default();
        for command in commands {
            match command {
                ReadCmd::Type(name) => snapshot.keys.push(KeyFacts::new(name.clone(), 0)),
                ReadCmd::MeasureKeys { keys, .. } => {
                    snapshot.keys.extend(keys.iter().map(|name| KeyFacts::new(name.clone(), 0)));
                }
                ReadCmd::Scan { cursor, .. } => {
                    let end = (cursor + self.page).min(self.keys);
                    let keys = (*cursor..end).map(|n| Name::from(format!("k:{n}").as_str())).collect();
                    let next = if end == self.keys { 0 } else { end };
                    snapshot.scan =
                        Some(ScanPage { next, keys, left_out: 0, streams_only: false, for_sizes: true });
                }
                _ => {}
            }
        }
        snapshot
    }
}

fn proven() -> Capabilities {
    Capabilities::proving(&[
        ReadVerb::TYPE,
        ReadVerb::PTTL,
        ReadVerb::MEMORY_USAGE,
        ReadVerb::MEASURE_EVAL_RO,
    ])
}

/// Walks until the pass is over; the time it took, microseconds.
fn walk(sampler: &mut Sampler, server: &Server) -> u64 {
    let mut now_us = 0;
    for _ in 0..1_000_000 {
        now_us = now_us.max(sampler.due_us().unwrap());
        let commands = sampler.step(now_us, &proven(), &KeyRights::default(), |_| false).unwrap();
        assert!(commands.len() <= limits::PIPELINE_COMMANDS - 2);
        sampler.learn(&server.answer(&commands), 300, Some(server.keys), now_us);
        if sampler.pass().is_over {
            return now_us;
        }
    }
    panic!("it never ends: {:?}", sampler.pass());
}

#[test]
fn every_key_is_measured_once_and_the_count_is_exact() {
    for (keys, page) in [(0, 10), (1, 10), (500, 7), (5_000, 90)] {
        let mut sampler = Sampler::new(true);
        walk(&mut sampler, &Server { keys, page });
        let pass = sampler.pass();
        assert_eq!((pass.measured, pass.number, pass.share()), (keys, 1, Some(1.0)));
        assert!(pass.is_exact());
    }
}

#[test]
fn over_time_it_stays_under_its_share_of_the_server_and_a_hurried_pass_waits_for_nothing() {
    let server = Server { keys: 300_000, page: 32 };
    let mut sampler = Sampler::new(true);
    let took_s = walk(&mut sampler, &server) as f64 / 1e6;
    // As a server's process was measured: 180 us for a step of 32 keys, whatever its own figures say.
    let spent_us = 300_000.0 / 32.0 * 180.0;
    let share = spent_us / (took_s * 1e6);
    assert!(share < 0.005 && share > 0.002, "{share} of the server in {took_s} s");
    let mut hurried = Sampler::new(true);
    hurried.hurry(true);
    assert_eq!(walk(&mut hurried, &server), 0);
    assert!(hurried.owed_us() > 500_000);
}

#[test]
fn a_step_that_was_never_answered_begins_the_pass_anew() {
    let server = Server { keys: 200, page: 50 };
    let mut sampler = Sampler::new(true);
    let lost = sampler.step(0, &proven(), &KeyRights::default(), |_| false);
    assert!(lost.is_some());
    walk(&mut sampler, &server);
    assert_eq!((sampler.pass().number, sampler.pass().measured), (2, 200));
}

#[test]
fn more_keys_than_there_ever_were_are_not_called_exact() {
    let pass = KeysPass { measured: 11, keys: Some(10), is_over: true, number: 1, ..KeysPass::default() };
    let exact = KeysPass { measured: 10, ..pass };
    assert!(!pass.is_exact() && exact.is_exact() && !KeysPass { left_out: 1, ..exact }.is_exact());
}

#[test]
fn it_stands_still_when_it_is_paused_or_off_and_leaves_dear_keys_unmeasured() {
    let mut sampler = Sampler::new(false);
    assert_eq!(sampler.due_us(), None);
    sampler = Sampler::new(true);
    sampler.pause(true);
    assert_eq!(
        (sampler.due_us(), sampler.step(5, &proven(), &KeyRights::default(), |_| false)),
        (None, None)
    );
    sampler.pause(false);
    let page = sampler.step(5, &proven(), &KeyRights::default(), |_| false).unwrap();
    sampler.learn(&Server { keys: 3, page: 9 }.answer(&page), 300, None, 5);
    let step = sampler.step(10_000_000, &proven(), &KeyRights::default(), |_| true).unwrap();
    assert_eq!(step.iter().filter(|command| matches!(command, ReadCmd::Pttl(_))).count(), 3);
    assert!(!step.iter().any(|command| matches!(command, ReadCmd::MemoryUsage(_))));
}

#[test]
fn a_key_is_tried_before_a_hundred_are_asked() {
    let mut sampler = Sampler::new(true);
    sampler.hurry(true);
    let page = sampler.step(0, &Capabilities::default(), &KeyRights::default(), |_| false).unwrap();
    sampler.learn(&Server { keys: 300, page: 300 }.answer(&page), 300, None, 0);
    let step = sampler.step(0, &Capabilities::default(), &KeyRights::default(), |_| false).unwrap();
    assert_eq!(step.iter().filter(|command| matches!(command, ReadCmd::Type(_))).count(), 1);
    let server = Server { keys: 300, page: 300 };
    sampler.learn(&server.answer(&step), 300, None, 0);
    let plain = Capabilities::proving(&[ReadVerb::TYPE, ReadVerb::PTTL, ReadVerb::MEMORY_USAGE]);
    let step = sampler.step(0, &plain, &KeyRights::default(), |_| false).unwrap();
    assert_eq!(asked_together(&step), [32], "one script before there are many");
    sampler.learn(&server.answer(&step), 300, None, 0);
    let step = sampler.step(0, &proven(), &KeyRights::default(), |_| false).unwrap();
    assert!(asked_together(&step).iter().sum::<usize>() > 200);
}

/// Of how many keys each script asks.
fn asked_together(step: &[ReadCmd]) -> Vec<usize> {
    let keys = |command: &ReadCmd| match command {
        ReadCmd::MeasureKeys { keys, .. } => Some(keys.len()),
        _ => None,
    };
    step.iter().filter_map(keys).collect()
}

#[test]
fn keys_that_a_script_did_not_tell_of_are_asked_one_by_one_and_counted_once() {
    let mut sampler = Sampler::new(true);
    sampler.hurry(true);
    let server = Server { keys: 100, page: 100 };
    let mut step = sampler.step(0, &proven(), &KeyRights::default(), |_| false).unwrap();
    for _ in 0..100 {
        if sampler.pass().is_over {
            break;
        }
        let answered: Vec<ReadCmd> =
            step.iter().filter(|command| !matches!(command, ReadCmd::MeasureKeys { .. })).cloned().collect();
        for command in &step {
            if let ReadCmd::MeasureKeys { keys, .. } = command {
                sampler.ask_again(keys, true);
            }
        }
        sampler.learn(&server.answer(&answered), 300, Some(100), 0);
        if !sampler.pass().is_over {
            step = sampler.step(0, &proven(), &KeyRights::default(), |_| false).unwrap();
        }
    }
    assert!(sampler.pass().is_exact() && sampler.pass().measured == 100, "{:?}", sampler.pass());
}
