//! What comes back, in which order, and what is left alone.

use super::*;

fn work() -> UndoWork {
    let name = Name::from;
    let side = name("s:restored");
    UndoWork {
        key: name("s"),
        group: name("g"),
        from: None,
        rows_stay: true,
        side,
        has_entries: true,
        side_last: None,
    }
}

fn begun() -> Box<dyn Machine> {
    begun_with(work())
}

fn begun_with(work: UndoWork) -> Box<dyn Machine> {
    let mut machine = work.machine(false);
    assert!(matches!(machine.next(Answer::Begin, 10), Step::Ask(_)));
    let time = Resp::Array(vec![Resp::bulk(b"100"), Resp::bulk(b"0")]);
    assert_eq!(machine.next(Answer::Read(vec![time]), 10), Step::Load(10));
    machine
}

fn key(name: &str, expires_ms: Option<u64>) -> Frame {
    Frame::Key { key: Name::from(name), expires_ms, dump: vec![1] }
}

#[test]
fn keys_come_back_with_the_time_that_is_left_and_what_would_be_over_stays_away() {
    let mut machine = begun();
    let frames = vec![key("a", Some(100_500)), key("b", None), key("c", Some(99_999))];
    let Step::Tell(order) = machine.next(Answer::Loaded(frames), 10) else { panic!() };
    let lines: Vec<String> = order.commands().iter().map(WriteCmd::text).collect();
    assert_eq!(lines, ["RESTORE a 100500 <payload> ABSTTL", "RESTORE b 0 <payload>"]);
    let busy = Resp::error("BUSYKEY Target key name already exists.");
    machine.next(Answer::Told(vec![busy, Resp::bulk(b"OK")]), 10);
    assert_eq!(machine.tally(), Tally { done: 1, left: 1, lost: 1, ..Tally::default() });
    assert_eq!(machine.next(Answer::Loaded(vec![]), 10), Step::Done(End::Complete));
}

fn entry(ms: u64, value: &str) -> Entry {
    Entry { id: StreamId::new(ms, 0), fields: vec![(Name::from("f"), Name::from(value))] }
}

fn reply(entries: &[Entry]) -> Answer {
    let bytes = |text: String| Resp::bulk(text);
    let one = |entry: &Entry| {
        let fields = entry.fields.iter().flat_map(|(field, value)| [field, value]);
        let fields = fields.map(|name| bytes(name.text())).collect();
        Resp::Array(vec![bytes(entry.id.to_string()), Resp::Array(fields)])
    };
    Answer::Read(vec![Resp::Array(entries.iter().map(one).collect())])
}

fn told(step: &Step) -> Vec<String> {
    let Step::Tell(order) = step else { panic!("{step:?}") };
    order.commands().iter().map(WriteCmd::text).collect()
}

#[test]
fn entries_that_the_old_stream_still_has_are_not_brought_back() {
    let mut machine = begun();
    let frames: Vec<Frame> = (1..=4).map(|ms| Frame::Entry(entry(ms, "v"))).collect();
    let Step::Ask(asked) = machine.next(Answer::Loaded(frames), 10) else { panic!() };
    let (start, end) = (StreamId::new(1, 0), StreamId::new(4, 0));
    assert_eq!(asked, [ReadCmd::Xrange { key: Name::from("s"), start, end, count: 4 }]);
    // 3-0 is another entry: the stream was made anew.
    let step = machine.next(reply(&[entry(3, "other"), entry(4, "v")]), 10);
    let lines =
        ["XADD s:restored 1-0 <fields>", "XADD s:restored 2-0 <fields>", "XADD s:restored 3-0 <fields>"];
    assert_eq!(told(&step), lines);
    assert_eq!(machine.tally().left, 1);
}

#[test]
fn an_undo_that_ended_early_goes_on_behind_what_is_there() {
    let mut machine = begun_with(UndoWork { side_last: Some(StreamId::new(2, 0)), ..work() });
    let frames: Vec<Frame> = (1..=3).map(|ms| Frame::Entry(entry(ms, "v"))).collect();
    assert!(matches!(machine.next(Answer::Loaded(frames), 10), Step::Ask(_)));
    assert_eq!(told(&machine.next(reply(&[]), 10)), ["XADD s:restored 3-0 <fields>"]);
    assert_eq!(machine.tally().left, 2);
}

#[test]
fn a_shortened_time_goes_back_and_who_changed_or_removed_the_key_keeps_it() {
    let mut machine = begun();
    let frame = |key: &str, expires_ms| {
        let (key, dump) = (Name::from(key), vec![1]);
        Frame::Shortened { key, expires_ms, set_ms: 160_000, dump }
    };
    let frames = vec![frame("a", None), frame("b", Some(900_000)), frame("c", Some(99_000))];
    let step = machine.next(Answer::Loaded(frames), 10);
    let lines = told(&step);
    assert!(lines.len() == 2 && lines[0].contains("PERSIST a") && lines[1].contains("PEXPIREAT b 900000"));
    machine.next(Answer::Told(vec![Resp::Int(2), Resp::Int(1)]), 10);
    let tally = machine.tally();
    assert_eq!((tally.done, tally.left, tally.lost), (2, 0, 1));
    machine.next(Answer::Told(vec![Resp::Int(0), Resp::Int(-1)]), 10);
    assert_eq!(machine.tally().left, 2);
}

#[test]
fn a_group_is_made_again_before_its_rows_and_those_of_another_are_left() {
    let mut machine = begun();
    let mark = |name: &str| {
        let (name, last_delivered) = (Name::from(name), StreamId::new(9, 0));
        Frame::Group(GroupMark { name, last_delivered, entries_read: Some(9), pending: 1 })
    };
    let row = |ms| {
        let (id, consumer) = (StreamId::new(ms, 0), Name::from("old"));
        Frame::Row(OldRow { id, consumer, delivered_ms: Some(5), deliveries: 2 })
    };
    let frames = vec![mark("a"), row(1), mark("b"), row(2), row(3)];
    let lines = |step: Step| match step {
        Step::Tell(order) => order.commands().iter().map(WriteCmd::text).collect::<Vec<_>>().join(", "),
        step => panic!("{step:?}"),
    };
    let step = lines(machine.next(Answer::Loaded(frames), 10));
    assert!(step.contains("XGROUP CREATE s a 9-0 ENTRIESREAD 9"), "{step}");
    let step = lines(machine.next(Answer::Told(vec![Resp::Int(1)]), 10));
    assert!(step.contains("XCLAIM s a"), "{step}");
    let one = Resp::Array(vec![Resp::Array(vec![Resp::Int(1)]), Resp::Array(vec![]), Resp::Int(2)]);
    let step = lines(machine.next(Answer::Told(vec![one]), 10));
    assert!(step.contains("XGROUP CREATE s b"), "{step}");
    // Another group has that name: it keeps its own rows.
    assert_eq!(machine.next(Answer::Told(vec![Resp::Int(0)]), 10), Step::Load(10));
    assert_eq!(machine.tally(), Tally { done: 2, left: 3, ..Tally::default() });
}

#[test]
fn rows_go_back_in_one_script_and_those_that_were_touched_are_counted_as_left() {
    let mut machine = begun();
    let row = |ms| {
        let (id, consumer) = (StreamId::new(ms, 0), Name::from("old"));
        Frame::Row(OldRow { id, consumer, delivered_ms: Some(5), deliveries: 2 })
    };
    let Step::Tell(order) = machine.next(Answer::Loaded(vec![row(1), row(2)]), 10) else { panic!() };
    assert_eq!((order.commands().len(), order.items()), (1, 2));
    let list = |count| Resp::Array(vec![Resp::Int(1); count]);
    machine.next(Answer::Told(vec![Resp::Array(vec![list(1), list(1), Resp::Int(3)])]), 10);
    assert_eq!((machine.tally().done, machine.tally().left), (1, 1));
}
