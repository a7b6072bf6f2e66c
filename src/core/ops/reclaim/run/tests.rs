//! The steps of a reclaim, without a server.

use super::*;

fn work() -> SettleWork {
    SettleWork {
        key: Name::from("s"),
        group: Name::from("g"),
        kind: SettleKind::HandOver(Name::from("live")),
        min_idle_ms: 60_000,
        min_deliveries: 0,
        count: None,
        consumer: None,
        ids: Vec::new(),
        upto: StreamId::new(100, 0),
        together: true,
    }
}

fn bytes(text: &str) -> Resp {
    Resp::bulk(text)
}

fn row(id: &str, consumer: &str, idle: i64) -> Resp {
    Resp::Array(vec![bytes(id), bytes(consumer), Resp::Int(idle), Resp::Int(2)])
}

fn page(rows: Vec<Resp>) -> Answer {
    let time = Resp::Array(vec![bytes("1700000000"), bytes("500000")]);
    Answer::Read(vec![time, Resp::Array(rows)])
}

fn five(done: i64, gone: i64) -> Answer {
    let counts = [done, gone, 0, 0, 0].map(Resp::Int);
    Answer::Told(vec![Resp::Array(counts.into_iter().chain([bytes(""), Resp::Int(3)]).collect())])
}

#[test]
fn rows_in_use_of_the_receiver_or_after_the_plan_are_not_touched() {
    let mut machine = work().machine(true);
    machine.next(Answer::Begin, 50);
    let rows = vec![
        row("1-0", "dead", 60_000),
        row("2-0", "dead", 59_999),
        row("3-0", "live", 90_000),
        row("4-0", "", -1),
        row("100-1", "dead", 90_000),
    ];
    let Step::Keep(frames) = machine.next(page(rows), 50) else { panic!() };
    assert_eq!(frames.len(), 2);
    let Frame::Row(first) = &frames[0] else { panic!() };
    assert_eq!((first.delivered_ms, first.deliveries), (Some(1_700_000_000_500 - 60_000), 2));
    let Step::Tell(order) = machine.next(Answer::Kept, 50) else { panic!() };
    assert_eq!(order.items(), 2);
    // The last row was beyond what the plan covers: it is over.
    assert_eq!(machine.next(five(1, 1), 50), Step::Done(End::Complete));
    assert_eq!(machine.tally(), Tally { done: 1, gone: 1, kept: 2, ..Tally::default() });
}

#[test]
fn it_goes_on_from_page_to_page_until_there_is_no_row_or_enough_are_settled() {
    let mut machine = work().machine(false);
    machine.next(Answer::Begin, 2);
    let rows = vec![row("1-0", "a", 70_000), row("2-0", "a", 70_000)];
    let Step::TellAndAsk(order, asked) = machine.next(page(rows), 2) else { panic!() };
    assert_eq!(order.items(), 2);
    assert!(matches!(&asked[1], ReadCmd::Xpending { start, .. } if *start == StreamId::new(2, 1)));
    let (Answer::Told(told), Answer::Read(read)) = (five(2, 0), page(vec![])) else { panic!() };
    assert_eq!(machine.next(Answer::ToldAndRead(told, read), 2), Step::Done(End::Complete));

    let mut machine = SettleWork { count: Some(1), ..work() }.machine(false);
    machine.next(Answer::Begin, 2);
    // Enough is known: no further page is read.
    let Step::Tell(order) = machine.next(page(vec![row("1-0", "a", 70_000), row("2-0", "a", 70_000)]), 2)
    else {
        panic!()
    };
    assert_eq!(order.items(), 1);
    assert_eq!(machine.next(five(1, 0), 2), Step::Done(End::Complete));
}

#[test]
fn a_page_without_a_row_to_settle_is_passed_over() {
    let mut machine = work().machine(false);
    machine.next(Answer::Begin, 1);
    assert!(matches!(machine.next(page(vec![row("1-0", "a", 5)]), 1), Step::Ask(_)));
}

#[test]
fn chosen_rows_that_are_pending_no_more_are_counted_as_lost() {
    let ids = vec![StreamId::new(1, 0), StreamId::new(2, 0)];
    let mut machine = SettleWork { ids, ..work() }.machine(false);
    let Step::Ask(asked) = machine.next(Answer::Begin, 10) else { panic!() };
    assert_eq!(asked.len(), 3);
    let time = Resp::Array(vec![bytes("1"), bytes("0")]);
    let found = Resp::Array(vec![row("1-0", "a", 70_000)]);
    let later = Resp::Array(vec![row("7-0", "a", 70_000)]);
    let Step::Tell(order) = machine.next(Answer::Read(vec![time, found, later]), 10) else { panic!() };
    assert_eq!(order.items(), 1);
    assert_eq!(machine.next(five(1, 0), 10), Step::Done(End::Complete));
    assert_eq!(machine.tally().lost, 1);
}

#[test]
fn an_entry_that_no_script_can_copy_is_left_and_an_error_keeps_the_count_of_what_was_done() {
    let told = |wide, error: &str| {
        let counts = [3, 0, 0, 0, wide].map(Resp::Int);
        Answer::Told(vec![Resp::Array(counts.into_iter().chain([bytes(error), Resp::Int(9)]).collect())])
    };
    let mut machine = work().machine(false);
    machine.next(Answer::Begin, 10);
    machine.next(page(vec![row("1-0", "a", 70_000)]), 10);
    assert!(matches!(machine.next(told(1, ""), 10), Step::Ask(_)));
    let step = machine.next(told(0, "OOM command not allowed when used memory > 'maxmemory'."), 10);
    assert!(matches!(step, Step::Done(End::Failed(why)) if why.contains("OOM")));
    assert_eq!(machine.tally(), Tally { done: 6, left: 1, wide: 1, ..Tally::default() });
}

#[test]
fn a_receiver_that_is_gone_ends_it() {
    let mut machine = work().machine(false);
    machine.next(Answer::Begin, 2);
    machine.next(page(vec![row("1-0", "a", 70_000)]), 2);
    let step = machine.next(Answer::Told(vec![Resp::Array(vec![bytes("NOCONSUMER")])]), 2);
    assert!(matches!(step, Step::Done(End::Refused(_))));
}

#[test]
fn rows_of_several_pages_are_kept_at_once_and_read_while_others_are_settled() {
    let mut machine = SettleWork { upto: StreamId::MAX, ..work() }.machine(true);
    machine.next(Answer::Begin, 1);
    let Step::Keep(first) = machine.next(page(vec![row("1-0", "a", 70_000), row("2-0", "a", 70_000)]), 1)
    else {
        panic!()
    };
    assert_eq!(first.len(), 2);
    assert!(matches!(machine.next(Answer::Kept, 1), Step::TellAndAsk(..)));
    let and_read = |rows| {
        let (Answer::Told(told), Answer::Read(read)) = (five(1, 0), page(rows)) else { panic!() };
        Answer::ToldAndRead(told, read)
    };
    let step = machine.next(and_read(vec![row("3-0", "a", 70_000)]), 1);
    let Step::TellAndAsk(_, asked) = step else { panic!() };
    assert!(matches!(&asked[1], ReadCmd::Xpending { start, .. } if *start == StreamId::new(3, 1)));
    let step = machine.next(and_read(vec![row("4-0", "a", 70_000)]), 1);
    let Step::Keep(next) = step else { panic!() };
    assert_eq!(next.len(), 2, "of both pages");
    assert_eq!(machine.tally().kept, 2);
}
