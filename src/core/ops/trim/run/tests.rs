//! The steps of a trim, without a server.

use super::*;

fn work() -> TrimWork {
    let (key, to) = (Name::from("s"), StreamId::new(5, 0));
    TrimWork {
        key,
        to,
        is_safe: true,
        approx: false,
        has_minid: true,
        has_scripts: true,
        made: Made { last: Some(StreamId::new(9, 0)), added: Some(9) },
    }
}

fn trimmed(removed: i64) -> Answer {
    Answer::Told(vec![Resp::Array(vec![Resp::bulk(b"TRIMMED"), Resp::Int(removed), Resp::Int(1)])])
}

fn told(step: &Step) -> String {
    let Step::Tell(order) = step else { panic!("{step:?}") };
    order.commands()[0].text()
}

#[test]
fn where_no_script_may_be_run_a_trim_that_is_not_safe_is_the_plain_command() {
    let denied = || {
        let error = "NOPERM User op has no permissions to run the 'eval' command";
        Answer::Told(vec![Resp::error(error)])
    };
    let mut machine = TrimWork { is_safe: false, ..work() }.machine(false);
    assert!(told(&machine.next(Answer::Begin, 1_000)).contains("if s was not made anew"));
    assert_eq!(told(&machine.next(denied(), 1_000)), "XTRIM s MINID ~ 5-0 LIMIT 1000");
    assert_eq!(told(&machine.next(Answer::Told(vec![Resp::Int(0)]), 1_000)), "XTRIM s MINID = 5-0");
    let mut safe = work().machine(false);
    safe.next(Answer::Begin, 1_000);
    assert!(matches!(safe.next(denied(), 1_000), Step::Done(End::Failed(_))));
}

#[test]
fn a_stream_that_was_made_anew_ends_it() {
    let mut machine = work().machine(false);
    machine.next(Answer::Begin, 1_000);
    let step = machine.next(Answer::Told(vec![Resp::Array(vec![Resp::bulk(b"REMADE")])]), 1_000);
    assert!(matches!(step, Step::Done(End::Refused(why)) if why.contains("made anew")));
}

#[test]
fn whole_nodes_go_first_and_the_rest_last() {
    let mut machine = work().machine(false);
    assert!(told(&machine.next(Answer::Begin, 1_000)).contains("MINID ~ 5-0 LIMIT 1000"));
    assert!(told(&machine.next(trimmed(300), 2_000)).contains("LIMIT 2000"));
    assert!(told(&machine.next(trimmed(0), 2_000)).contains("MINID = 5-0"));
    assert_eq!(machine.next(trimmed(7), 2_000), Step::Done(End::Complete));
    assert_eq!(machine.tally().done, 307);
}

#[test]
fn an_approximate_trim_ends_with_its_nodes() {
    let mut machine = TrimWork { approx: true, ..work() }.machine(false);
    machine.next(Answer::Begin, 1_000);
    assert_eq!(machine.next(trimmed(0), 1_000), Step::Done(End::Complete));
}

#[test]
fn nothing_is_removed_that_was_not_kept_when_it_is_to_be_kept() {
    let mut machine = work().machine(true);
    let Step::Ask(asked) = machine.next(Answer::Begin, 100) else { panic!() };
    assert_eq!(asked.len(), 1);
    let entry = |ms: &str| {
        let fields = vec![Resp::bulk(b"f"), Resp::bulk(b"v")];
        Resp::Array(vec![Resp::bulk(ms), Resp::Array(fields)])
    };
    let page = Answer::Read(vec![Resp::Array(vec![entry("1-0"), entry("2-3")])]);
    let Step::Keep(frames) = machine.next(page, 100) else { panic!() };
    assert_eq!(frames.len(), 2);
    assert!(told(&machine.next(Answer::Kept, 100)).contains("MINID = 2-4"));
    assert!(matches!(machine.next(trimmed(2), 100), Step::Ask(_)));
    assert_eq!(machine.next(Answer::Read(vec![Resp::Array(vec![])]), 100), Step::Done(End::Complete));
    assert_eq!(machine.tally(), Tally { done: 2, kept: 2, ..Tally::default() });
}

#[test]
fn a_server_without_minid_is_found_out_by_trying() {
    let mut machine = TrimWork { is_safe: false, ..work() }.machine(false);
    machine.next(Answer::Begin, 1_000);
    let refused = Answer::Told(vec![Resp::error("ERR syntax error")]);
    assert!(told(&machine.next(refused, 1_000)).contains("MAXLEN"));
    assert!(told(&machine.next(trimmed(4), 1_000)).contains("MAXLEN"));
    assert_eq!(machine.next(Answer::Told(vec![Resp::Int(0)]), 1_000), Step::Done(End::Complete));
}

#[test]
fn a_group_that_went_back_ends_it() {
    let mut machine = work().machine(false);
    machine.next(Answer::Begin, 1_000);
    let words = ["HELD", "billing", "pending", "3-0"].map(Resp::bulk);
    let step = machine.next(Answer::Told(vec![Resp::Array(words.to_vec())]), 1_000);
    let Step::Done(End::Refused(why)) = step else { panic!("{step:?}") };
    assert!(why.contains("billing") && why.contains("3-0"));
}
