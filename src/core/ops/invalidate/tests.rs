//! The steps of an invalidation, without a server.

use super::*;
use crate::core::ops::archive::Frame;
use crate::core::ops::protect::Protection;

fn work() -> InvalidateWork {
    InvalidateWork {
        pattern: Name::from("c:*"),
        kind: None,
        expire_ms: None,
        has_lt: true,
        protected: Protection::new(&[], None),
        seed: 7,
    }
}

fn bytes(text: &str) -> Resp {
    Resp::Bytes(text.as_bytes().to_vec())
}

fn page(next: &str, keys: &[&str]) -> Answer {
    Answer::Read(vec![Resp::Array(vec![
        bytes(next),
        Resp::Array(keys.iter().map(|key| bytes(key)).collect()),
    ])])
}

fn types(kinds: &[&str]) -> Answer {
    Answer::Read(vec![Resp::Array(kinds.iter().map(|kind| bytes(kind)).collect())])
}

fn told(step: &Step) -> Vec<String> {
    let Step::Tell(order) = step else { panic!("{step:?}") };
    order.commands().iter().map(WriteCmd::text).collect()
}

#[test]
fn what_is_protected_of_another_type_or_gone_is_left() {
    let mut machine = InvalidateWork { kind: Some("string".to_owned()), ..work() }.machine(false);
    machine.next(Answer::Begin, 50);
    machine.next(page("0", &["c:1", "c:lock:2", "c:3", "c:4", "c:5"]), 50);
    let step = machine.next(types(&["string", "string", "hash", "none", "stream"]), 50);
    let Step::Tell(order) = &step else { panic!("{step:?}") };
    assert_eq!(order.commands(), [WriteCmd::UnlinkTyped(vec![(Name::from("c:1"), "string".to_owned())])]);
    let removed = Answer::Told(vec![Resp::Array(vec![Resp::Int(1)])]);
    assert_eq!(machine.next(removed, 50), Step::Done(End::Complete));
    assert_eq!(machine.tally(), Tally { done: 1, left: 1, ..Tally::default() });
}

#[test]
fn a_key_that_has_another_type_by_now_is_left_and_one_that_is_gone_is_lost() {
    let mut machine = work().machine(false);
    machine.next(Answer::Begin, 50);
    machine.next(page("0", &["c:1", "c:2", "c:3"]), 50);
    machine.next(types(&["string"; 3]), 50);
    let replies = [1, 0, -1].map(Resp::Int).to_vec();
    machine.next(Answer::Told(vec![Resp::Array(replies)]), 50);
    assert_eq!(machine.tally(), Tally { done: 1, lost: 1, left: 1, ..Tally::default() });
}

#[test]
fn the_walk_goes_on_from_its_cursor_over_empty_pages() {
    let mut machine = work().machine(false);
    machine.next(Answer::Begin, 50);
    let Step::Ask(asked) = machine.next(page("17", &[]), 50) else { panic!() };
    assert!(matches!(asked[0], ReadCmd::Scan { cursor: 17, .. }));
    assert_eq!(machine.next(page("0", &[]), 50), Step::Done(End::Complete));
}

#[test]
fn the_next_page_is_asked_for_with_the_types_of_the_last_keys_of_this_one() {
    let mut machine = work().machine(false);
    machine.next(Answer::Begin, 2);
    let Step::Ask(asked) = machine.next(page("17", &["c:1", "c:2", "c:3"]), 2) else { panic!() };
    assert_eq!(asked.len(), 1, "one key waits");
    machine.next(types(&["string"; 2]), 2);
    let done = |count| Answer::Told(vec![Resp::Array(vec![Resp::Int(1); count])]);
    let Step::Ask(asked) = machine.next(done(2), 2) else { panic!() };
    assert!(matches!(asked[..], [_, ReadCmd::Scan { cursor: 17, .. }]), "{asked:?}");
    let (Answer::Read(mut both), Answer::Read(next)) = (types(&["string"]), page("0", &["c:4"])) else {
        panic!()
    };
    both.extend(next);
    let step = machine.next(Answer::Read(both), 2);
    let Step::Tell(order) = &step else { panic!("{step:?}") };
    assert_eq!(order.commands(), [WriteCmd::UnlinkTyped(vec![(Name::from("c:3"), "string".to_owned())])]);
    let Step::Ask(asked) = machine.next(done(1), 2) else { panic!() };
    assert_eq!(asked.len(), 1);
    machine.next(types(&["string"]), 2);
    assert_eq!(machine.next(done(1), 2), Step::Done(End::Complete));
    assert_eq!(machine.tally().done, 4);
}

#[test]
fn what_is_to_be_kept_goes_only_as_it_was_kept() {
    let mut machine = work().machine(true);
    machine.next(Answer::Begin, 50);
    machine.next(page("0", &["c:1", "c:big"]), 50);
    assert!(matches!(machine.next(types(&["string", "string"]), 50), Step::Ask(_)));
    let sizes = Answer::Read(vec![Resp::Int(100), Resp::Int(2 << 20)]);
    let Step::Ask(asked) = machine.next(sizes, 50) else { panic!() };
    assert_eq!(asked.len(), 3);
    let time = Resp::Array(vec![bytes("100"), bytes("0")]);
    let dump = bytes("payload-CHECKSUM");
    let Step::Keep(frames) = machine.next(Answer::Read(vec![time, dump, Resp::Int(5_000)]), 50) else {
        panic!()
    };
    assert!(matches!(&frames[..], [Frame::Key { expires_ms: Some(105_000), .. }]));
    let Step::Tell(order) = machine.next(Answer::Kept, 50) else { panic!() };
    let WriteCmd::UnlinkKept { checksum, length: 16, .. } = &order.commands()[0] else { panic!() };
    assert_eq!(checksum, b"CHECKSUM");
    // The key changed meanwhile: it stays.
    machine.next(Answer::Told(vec![Resp::Int(0)]), 50);
    assert_eq!(machine.tally(), Tally { lost: 1, left: 1, kept: 1, ..Tally::default() });
}

#[test]
fn soft_invalidation_spreads_the_ends() {
    let mut machine = InvalidateWork { expire_ms: Some(60_000), ..work() }.machine(false);
    machine.next(Answer::Begin, 100);
    let keys: Vec<String> = (0..100).map(|at| format!("c:{at}")).collect();
    machine.next(page("0", &keys.iter().map(String::as_str).collect::<Vec<_>>()), 100);
    let step = machine.next(types(&["string"; 100]), 100);
    let Step::Tell(order) = step else { panic!() };
    let times: std::collections::BTreeSet<u64> = order
        .commands()
        .iter()
        .map(|command| match command {
            WriteCmd::Expire { ms, lt: true, .. } => *ms,
            other => panic!("{other:?}"),
        })
        .collect();
    assert!(times.len() > 90 && times.iter().all(|ms| (30_000..=60_000).contains(ms)));
    assert!(times.first().unwrap() < &33_000 && times.last().unwrap() > &57_000);
}

#[test]
fn a_key_that_is_to_expire_is_kept_with_its_value_and_the_time_that_it_gets() {
    let mut machine = InvalidateWork { expire_ms: Some(60_000), ..work() }.machine(true);
    machine.next(Answer::Begin, 50);
    machine.next(page("0", &["c:ever", "c:soon", "c:big"]), 50);
    machine.next(types(&["string"; 3]), 50);
    let sizes = vec![Resp::Int(100), Resp::Int(100), Resp::Int(2 << 20)];
    let Step::Ask(asked) = machine.next(Answer::Read(sizes), 50) else { panic!() };
    assert_eq!(asked.len(), 5);
    let time = Resp::Array(vec![bytes("100"), bytes("0")]);
    let dump = || bytes("payload-CHECKSUM");
    let replies = vec![time, dump(), Resp::Int(-1), dump(), Resp::Int(20_000)];
    let Step::Keep(frames) = machine.next(Answer::Read(replies), 50) else { panic!() };
    let [Frame::Shortened { key, expires_ms: None, set_ms, .. }] = &frames[..] else { panic!("{frames:?}") };
    assert!(*key == Name::from("c:ever") && (133_000..=160_000).contains(set_ms), "{frames:?}");
    let step = machine.next(Answer::Kept, 50);
    assert_eq!(told(&step), [format!("PEXPIREAT c:ever {set_ms} LT")]);
    machine.next(Answer::Told(vec![Resp::Int(1)]), 50);
    // One expires sooner than it would by us, and one is too large to be kept.
    assert_eq!(machine.tally(), Tally { done: 1, lost: 1, left: 1, kept: 1, ..Tally::default() });
}

#[test]
fn one_step_keeps_only_so_many_bytes_and_the_rest_follows() {
    let mut machine = work().machine(true);
    machine.next(Answer::Begin, 50);
    machine.next(page("0", &["c:1", "c:2", "c:3", "c:4", "c:5", "c:6"]), 50);
    machine.next(types(&["string"; 6]), 50);
    let Step::Ask(asked) = machine.next(Answer::Read(vec![Resp::Int(1 << 20); 6]), 50) else { panic!() };
    assert_eq!(asked.len(), 1 + 2 * 4);
    let time = || Resp::Array(vec![bytes("100"), bytes("0")]);
    let kept = |count: usize| {
        let pair = [bytes("payload-CHECKSUM"), Resp::Int(-1)];
        Answer::Read(std::iter::once(time()).chain(pair.into_iter().cycle().take(2 * count)).collect())
    };
    machine.next(kept(4), 50);
    machine.next(Answer::Kept, 50);
    let step = machine.next(Answer::Told(vec![Resp::Int(1); 4]), 50);
    assert!(matches!(&step, Step::Ask(asked) if asked.len() == 1), "the types of the other two: {step:?}");
    machine.next(types(&["string"; 2]), 50);
    machine.next(Answer::Read(vec![Resp::Int(1 << 20); 2]), 50);
    machine.next(kept(2), 50);
    machine.next(Answer::Kept, 50);
    assert_eq!(machine.next(Answer::Told(vec![Resp::Int(1); 2]), 50), Step::Done(End::Complete));
    assert_eq!(machine.tally(), Tally { done: 6, kept: 6, ..Tally::default() });
}

#[test]
fn where_scripts_are_not_allowed_each_type_is_asked_for_itself() {
    let mut machine = work().machine(false);
    machine.next(Answer::Begin, 50);
    machine.next(page("0", &["c:1", "c:2"]), 50);
    let denied =
        Resp::Error(crate::core::wire::ErrorReply::new("NOPERM no permissions to run the 'eval' command"));
    let Step::Ask(asked) = machine.next(Answer::Read(vec![denied]), 50) else { panic!() };
    assert_eq!(asked.len(), 2);
    let step = machine.next(Answer::Read(vec![bytes("string"), bytes("stream")]), 50);
    assert_eq!(told(&step), ["UNLINK c:1"]);
}
