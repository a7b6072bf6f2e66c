//! Which queues are found and asked, round by round.
//!
//! Knows made-up answers alone. Invariant: what a server holds is what it is asked for, and nothing is asked twice in vain.

use super::*;
use crate::core::model::Stamped;
use crate::core::model::keys::KeyKind;
use crate::core::model::queues::{Framework, QueueFact};
use crate::core::wire::round::Fetch;
use crate::core::wire::scripts;

/// A server that holds these keys, as far as questions about queues go.
struct Keys(Vec<(&'static str, KeyKind)>);

fn asked(known: &mut KnownQueues, second: u64, is_new_only: bool) -> Vec<QueueRead> {
    let proven = [ReadVerb::QUEUE_TYPE, ReadVerb::QUEUE_EVAL_RO, ReadVerb::HMGET];
    let (capabilities, mut round) = (Capabilities::proving(&proven), Round::default());
    let fetches: &[Fetch] = &[];
    let asker = Asker {
        now_us: second * SECOND_US,
        is_seen: false,
        everything: false,
        clients: None,
        fetches,
        capabilities: &capabilities,
    };
    known.ask(&asker, is_new_only, &mut round);
    let read = |command| match command {
        ReadCmd::Queue(read) => Some(read),
        _ => None,
    };
    round.commands.into_iter().filter_map(read).collect()
}

impl Keys {
    /// Answers what was asked: kinds, and these names of queues.
    fn answer(&self, known: &mut KnownQueues, reads: Vec<QueueRead>, names: &[&str]) {
        let mut snapshot = Snapshot { clock_offset_us: Some(0), ..Snapshot::default() };
        for read in reads {
            let value = match &read.ask {
                QueueAsk::Kind(key) => {
                    let kind = self.0.iter().find(|(name, _)| Name::from(*name) == *key);
                    QueueValue::Kind(key.clone(), kind.map(|(_, kind)| *kind))
                }
                QueueAsk::Names { sign, .. } => {
                    QueueValue::Names(*sign, names.iter().map(|name| Name::from(*name)).collect(), false)
                }
                QueueAsk::Proof { sign, key, .. } => QueueValue::Proof(*sign, key.clone(), true),
                QueueAsk::Part { at, .. } => QueueValue::Part(*at, Some(3)),
                _ => continue,
            };
            snapshot.queues.push(Stamped { at_us: 0, value: QueueFact { of: read.of, value } });
        }
        known.learn(&snapshot, 0);
    }
}

fn parts_of(reads: &[QueueRead]) -> Vec<String> {
    let mut keys: Vec<String> = reads
        .iter()
        .filter_map(|read| match &read.ask {
            QueueAsk::Part { keys, .. } => keys.first().map(Name::text),
            _ => None,
        })
        .collect();
    keys.sort();
    keys
}

#[test]
fn a_registry_under_its_usual_name_is_found_without_a_walk_and_its_queues_are_read() {
    let keys = Keys(vec![("rq:queues", KeyKind::Set)]);
    let mut known = KnownQueues::new(true, &[], None, HeldTimes::default());
    let reads = asked(&mut known, 0, false);
    keys.answer(&mut known, reads, &["low"]);
    let reads = asked(&mut known, 0, true);
    assert!(reads.iter().any(|read| matches!(read.ask, QueueAsk::Proof { .. })), "{reads:?}");
    keys.answer(&mut known, reads, &[]);
    let reads = asked(&mut known, 0, true);
    assert!(reads.iter().any(|read| matches!(read.ask, QueueAsk::Names { .. })), "{reads:?}");
    keys.answer(&mut known, reads, &["low"]);
    let parts = parts_of(&asked(&mut known, 1, true));
    assert!(parts.contains(&"rq:queue:low".to_owned()) && parts.contains(&"rq:wip:low".to_owned()));
}

#[test]
fn a_key_of_another_type_or_alone_is_no_queue_and_is_not_asked_again() {
    let keys = Keys(vec![
        ("user:17:meta", KeyKind::Hash),
        ("shop:mail:meta", KeyKind::Hash),
        ("shop:mail:events", KeyKind::Stream),
    ]);
    let mut known = KnownQueues::new(true, &[], None, HeldTimes::default());
    let named = [Name::from("user:17:meta"), Name::from("shop:mail:meta")];
    known.learn_names(&named);
    for second in 0..3 {
        let reads = asked(&mut known, second, false);
        keys.answer(&mut known, reads, &[]);
    }
    let sites: Vec<_> = known.queues.keys().map(|id| (id.site.framework, id.site.prefix.text())).collect();
    assert_eq!(sites, [(Framework::BullMq, "shop:".to_owned())]);
    known.learn_names(&named);
    assert!(!known.leads.has_open());
}

#[test]
fn a_queue_that_its_jobs_tell_of_is_found_before_the_walk_is_there_and_a_wrong_guess_costs_one_look() {
    let keys = Keys(vec![("bull:mail:meta", KeyKind::Hash), ("bull:mail:events", KeyKind::Stream)]);
    let mut known = KnownQueues::new(true, &[], None, HeldTimes::default());
    let guesses = ["bull:mail:meta", "bull:mail:id", "cache:user:meta"].map(Name::from);
    for second in 0..3 {
        guesses.iter().for_each(|guess| known.learn_guess(guess));
        let reads = asked(&mut known, second, false);
        keys.answer(&mut known, reads, &[]);
    }
    let found: Vec<_> = known.queues.keys().filter_map(|id| id.queue.as_ref().map(Name::text)).collect();
    assert_eq!(found, ["mail"]);
    guesses.iter().for_each(|guess| known.learn_guess(guess));
    assert!(!known.leads.has_open());
    // Once the walk has come to a key, that it was guessed in vain before is no matter.
    let keys = Keys(vec![("cache:user:meta", KeyKind::Hash), ("cache:user:events", KeyKind::Stream)]);
    known.learn_names(&[Name::from("cache:user:meta")]);
    for second in 3..6 {
        let reads = asked(&mut known, second, false);
        keys.answer(&mut known, reads, &[]);
    }
    assert_eq!(known.queues.keys().filter(|id| id.queue.is_some()).count(), 2);
}

#[test]
fn what_nobody_answers_is_asked_again_a_few_times() {
    let mut known = KnownQueues::new(true, &[], None, HeldTimes::default());
    let kinds =
        |reads: &[QueueRead]| reads.iter().filter(|read| matches!(read.ask, QueueAsk::Kind(_))).count();
    let counts: Vec<usize> = (0..4).map(|second| kinds(&asked(&mut known, second, false))).collect();
    assert!(counts.iter().take(3).all(|count| *count > 1 && *count == counts[0]), "{counts:?}");
    assert_eq!(counts[3], 0, "{counts:?}");
    assert!(!known.leads.has_open());
}

#[test]
fn a_queue_is_read_every_few_seconds_and_one_that_its_registry_forgets_no_more() {
    let keys = Keys(vec![("rq:queues", KeyKind::Set)]);
    let mut known = KnownQueues::new(true, &[], None, HeldTimes::default());
    for second in 0..4 {
        let reads = asked(&mut known, second, false);
        keys.answer(&mut known, reads, &["low", "high"]);
    }
    let read = (4..16).filter(|&second| {
        let reads = asked(&mut known, second, false);
        let parts = parts_of(&reads);
        keys.answer(&mut known, reads, &["low"]);
        parts.contains(&"rq:queue:high".to_owned())
    });
    assert!(read.count() <= 3);
    assert!(!known.queues.keys().any(|id| id.queue == Some(Name::from("high"))));
}

#[test]
fn nothing_is_asked_where_nobody_looks_for_queues() {
    let mut known = KnownQueues::new(false, &[], None, HeldTimes::default());
    known.learn_names(&[Name::from("rq:queues")]);
    assert_eq!(asked(&mut known, 1, false), []);
}

#[test]
fn scripts_look_at_as_many_jobs_as_a_window_has() {
    let last = u64::from(crate::core::limits::JOBS_IN_WINDOW) - 1;
    let loop_over = format!("for i=0,{last} do");
    for script in [scripts::JOBS, scripts::SPREAD_LIST, scripts::SPREAD_ZSET] {
        assert!(script.contains(&loop_over), "{script}");
    }
}

#[test]
fn each_of_very_many_queues_is_read_less_often_so_that_all_of_them_cost_no_more() {
    let apart_s = |queues| apart_us(queues) / SECOND_US;
    assert_eq!([1, 200, 500, 1_000, 2_000].map(apart_s), [5, 5, 12, 25, 30]);
}
