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
        found: None,
    }
}

fn bytes(text: &str) -> Resp {
    Resp::bulk(text)
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

/// What the script says that lets keys go: how many have gone, how many are not there, and what the others are.
fn free(removed: i64, gone: i64, held: &[(i64, &str)], read: Vec<Resp>) -> Answer {
    let held = held.iter().flat_map(|(at, kind)| [Resp::Int(*at), bytes(kind)]);
    let told = [Resp::Int(removed), Resp::Int(gone)].into_iter().chain(held).collect();
    Answer::ToldAndRead(vec![Resp::Array(told)], read)
}

/// The keys that are told to go by their types, and what is asked meanwhile.
fn freed(step: &Step) -> (Vec<(String, String)>, &[ReadCmd]) {
    let Step::TellAndAsk(order, reads) = step else { panic!("{step:?}") };
    let [WriteCmd::UnlinkFree(alike)] = order.commands() else { panic!("{order:?}") };
    let each =
        alike.iter().flat_map(|(kinds, keys)| keys.iter().map(|key| (key.to_string(), kinds.join(" "))));
    (each.collect(), reads)
}

fn told(step: &Step) -> Vec<String> {
    let Step::Tell(order) = step else { panic!("{step:?}") };
    order.commands().iter().map(WriteCmd::text).collect()
}

#[test]
fn what_is_protected_of_another_type_or_gone_is_left() {
    let mut machine = InvalidateWork { kind: Some("string".to_owned()), ..work() }.machine(false);
    machine.next(Answer::Begin, 50);
    let step = machine.next(page("0", &["c:1", "c:lock:2", "c:3", "c:4", "c:5"]), 50);
    let (keys, reads) = freed(&step);
    assert_eq!(keys[0], ("c:1".to_owned(), "string".to_owned()));
    assert_eq!(
        keys[4],
        ("c:lock:2".to_owned(), String::new()),
        "its type has to be known, to say that it stays"
    );
    assert!(reads.is_empty(), "the walk is through");
    let step = machine.next(free(1, 1, &[(5, "string"), (2, "hash"), (4, "stream")], Vec::new()), 50);
    assert_eq!(step, Step::Done(End::Complete));
    assert_eq!(machine.tally(), Tally { done: 1, left: 1, ..Tally::default() });
}

#[test]
fn a_key_that_may_be_part_of_a_queue_is_looked_at_with_those_beside_it() {
    let mut machine = work().machine(false);
    machine.next(Answer::Begin, 50);
    let step = machine.next(page("0", &["c:1", "c:2", "c:3", "c:4"]), 50);
    assert!(freed(&step).0.iter().all(|(_, kinds)| kinds == "string set"));
    let step = machine.next(free(1, 0, &[(2, "hash"), (3, "hash"), (4, "stream")], Vec::new()), 50);
    let Step::Ask(asked) = &step else { panic!("{step:?}") };
    let ReadCmd::Inspect(Inspect::Types(beside)) = &asked[0] else { panic!("{asked:?}") };
    let kinds = beside.iter().map(|_| "none").collect::<Vec<_>>();
    let step = machine.next(types(&kinds), 50);
    let Step::Tell(order) = &step else { panic!("{step:?}") };
    let hash = |key: &str| (Name::from(key), "hash".to_owned());
    assert_eq!(order.commands(), [WriteCmd::UnlinkTyped(vec![hash("c:2"), hash("c:3")])]);
    // One has another type by now, and one is gone.
    let replies = [0, -1].map(Resp::Int).to_vec();
    assert_eq!(machine.next(Answer::Told(vec![Resp::Array(replies)]), 50), Step::Done(End::Complete));
    assert_eq!(machine.tally(), Tally { done: 1, lost: 1, left: 2, ..Tally::default() });
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
fn the_next_page_is_asked_for_while_the_last_keys_of_this_one_go() {
    let mut machine = work().machine(false);
    machine.next(Answer::Begin, 2);
    let step = machine.next(page("17", &["c:1", "c:2", "c:3"]), 2);
    assert!(freed(&step).1.is_empty(), "one key waits");
    let step = machine.next(free(2, 0, &[], Vec::new()), 2);
    let (keys, reads) = freed(&step);
    assert_eq!(keys.len(), 1);
    assert!(matches!(reads, [ReadCmd::Scan { cursor: 17, .. }]), "{reads:?}");
    let Answer::Read(next) = page("0", &["c:4"]) else { panic!() };
    let step = machine.next(free(1, 0, &[], next), 2);
    assert!(freed(&step).1.is_empty());
    assert_eq!(machine.next(free(1, 0, &[], Vec::new()), 2), Step::Done(End::Complete));
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
    let denied = Resp::error("NOPERM no permissions to run the 'eval' command");
    let Step::Ask(asked) = machine.next(Answer::ToldAndRead(vec![denied], Vec::new()), 50) else { panic!() };
    assert_eq!(asked.len(), 2);
    let step = machine.next(Answer::Read(vec![bytes("string"), bytes("stream")]), 50);
    assert_eq!(told(&step), ["UNLINK c:1"]);
}

#[test]
fn a_server_that_takes_no_writes_ends_it_and_is_not_asked_key_by_key() {
    let mut machine = work().machine(false);
    machine.next(Answer::Begin, 50);
    machine.next(page("0", &["c:1", "c:2"]), 50);
    let refused = Resp::error("READONLY You can't write against a read only replica.");
    let step = machine.next(Answer::ToldAndRead(vec![refused], Vec::new()), 50);
    assert!(matches!(step, Step::Done(End::Refused(_))), "{step:?}");
}

#[test]
fn a_run_that_is_agreed_to_at_once_takes_the_names_that_the_plan_has_found_and_walks_no_more() {
    let mut found = crate::core::ops::invalidate::found::FoundKeys::default();
    ["c:1", "c:lock:2", "c:3"].iter().for_each(|key| found.add(key.as_bytes()));
    let work = InvalidateWork { found: found.whole().map(std::sync::Arc::new), ..work() };
    let mut machine = work.machine_at_once(false);
    let step = machine.next(Answer::Begin, 2);
    let (keys, reads) = freed(&step);
    assert_eq!((keys.len(), reads.len()), (2, 0));
    machine.prepare(2);
    let step = machine.next(free(1, 0, &[(2, "string")], Vec::new()), 2);
    assert_eq!(freed(&step).0, [("c:3".to_owned(), "string set".to_owned())]);
    // It is there no more.
    assert_eq!(machine.next(free(0, 1, &[], Vec::new()), 2), Step::Done(End::Complete));
    assert_eq!(machine.tally(), Tally { done: 1, left: 1, ..Tally::default() });
    // Whoever thought about it meanwhile walks.
    let step = work.machine(false).next(Answer::Begin, 2);
    assert!(
        matches!(&step, Step::Ask(reads) if matches!(reads[..], [ReadCmd::Scan { cursor: 0, .. }])),
        "{step:?}"
    );
    // What is to be kept is looked at key by key.
    let step = work.machine_at_once(true).next(Answer::Begin, 50);
    assert!(
        matches!(&step, Step::Ask(reads) if matches!(reads[..], [ReadCmd::Inspect(Inspect::Types(_))])),
        "{step:?}"
    );
}
