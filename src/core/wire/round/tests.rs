//! What is asked, whose turn it is, and what is left alone.

use super::super::decode::decode;
use super::super::observation::Exchange;
use super::super::resp::Resp;
use super::*;

fn settings() -> PollSettings {
    PollSettings { interval_us: SECOND_US, discover: true, ..PollSettings::default() }
}

/// Answers every command of a round from a small server.
fn answer(planner: &mut Planner, round: &Round, now_us: u64, reply: impl Fn(&ReadCmd) -> Resp) -> Snapshot {
    let exchanges = round.commands.iter().map(|command| {
        let reply = reply(command);
        let reply_bytes = reply.encoded_len();
        Exchange {
            command: command.clone(),
            sent_us: now_us,
            received_us: now_us + 100,
            reply: Ok(reply),
            reply_bytes,
        }
    });
    let observation =
        Observation { cause: round.cause, exchanges: exchanges.collect(), ..Observation::default() };
    let snapshot = decode(&observation);
    planner.learn(&observation, &snapshot, now_us);
    snapshot
}

fn text(text: &str) -> Resp {
    Resp::bulk(text)
}

fn server(streams: usize, clients: u64) -> impl Fn(&ReadCmd) -> Resp {
    move |command| match command {
        ReadCmd::Info(_) => text(&format!(
            "run_id:a\r\nconnected_clients:{clients}\r\nkeyspace_hits:1\r\nkeyspace_misses:0\r\n"
        )),
        ReadCmd::Scan { .. } => {
            let keys = (0..streams).map(|number| text(&format!("s{number:05}"))).collect();
            Resp::Array(vec![text("0"), Resp::Array(keys)])
        }
        ReadCmd::XinfoStream(_) => {
            Resp::Array(vec![text("length"), Resp::Int(1), text("groups"), Resp::Int(1)])
        }
        ReadCmd::XinfoGroups(_) => {
            let fields = [("name", text("g")), ("consumers", Resp::Int(1)), ("pending", Resp::Int(2))];
            Resp::Array(vec![Resp::Map(
                fields.into_iter().map(|(name, value)| (text(name), value)).collect(),
            )])
        }
        _ => Resp::Array(vec![]),
    }
}

fn found(planner: &mut Planner, streams: usize, clients: u64) {
    let step = planner.search_step(0).unwrap();
    answer(planner, &step, 0, server(streams, clients));
    let round = planner.round(0, &Focus::default());
    answer(planner, &round, 0, server(streams, clients));
}

#[test]
fn a_round_begins_and_ends_with_info_and_so_does_a_step_of_the_search() {
    let mut planner = Planner::new(settings());
    let step = planner.search_step(0).unwrap();
    assert!(matches!(step.commands.first(), Some(ReadCmd::Info(_))));
    assert!(matches!(step.commands.last(), Some(ReadCmd::Info(_))));
    found(&mut planner, 3, 5);
    let round = planner.round(SECOND_US, &Focus::default());
    assert!(matches!(round.commands.first(), Some(ReadCmd::Info(_))));
    assert_eq!(round.commands.last(), Some(&ReadCmd::Info(vec!["stats"])));
}

#[test]
fn with_too_many_streams_everyone_gets_a_turn_and_what_is_looked_at_always() {
    let mut planner = Planner::new(settings());
    found(&mut planner, 5_000, 5);
    let focus = Focus { streams: vec![Name::from("s00007")], ..Focus::default() };
    let mut seen = std::collections::BTreeSet::new();
    for tick in 1..=3 {
        let round = planner.round(tick * SECOND_US, &focus);
        let asked = || round.commands.iter().filter(|command| matches!(command, ReadCmd::XinfoStream(_)));
        assert_eq!(asked().next().and_then(ReadCmd::key), Some(&Name::from("s00007")));
        assert!(asked().count() <= 2_001);
        seen.extend(asked().filter_map(ReadCmd::key).cloned());
    }
    assert_eq!(seen.len(), 5_000);
}

#[test]
fn a_denied_command_is_not_asked_again_until_it_rested() {
    let mut planner = Planner::new(settings());
    found(&mut planner, 1, 5);
    let asks = |round: &Round| round.commands.contains(&ReadCmd::ClientList);
    let round = planner.round(6 * SECOND_US, &Focus::default());
    assert!(asks(&round));
    answer(&mut planner, &round, 6 * SECOND_US, |command| match command {
        ReadCmd::ClientList => {
            Resp::error("NOPERM User x has no permissions to run the 'client|list' command")
        }
        other => server(1, 5)(other),
    });
    for tick in 7..300 {
        assert!(!asks(&planner.round(tick * SECOND_US, &Focus::default())));
    }
    let round = planner.round(310 * SECOND_US, &Focus::default());
    answer(&mut planner, &round, 310 * SECOND_US, server(1, 5));
    assert!(asks(&planner.round(311 * SECOND_US, &Focus::default())));
}

#[test]
fn a_busy_server_is_asked_for_info_each_round_and_for_the_rest_ever_less() {
    let mut planner = Planner::new(settings());
    found(&mut planner, 1, 5);
    let mut rest = 0;
    let busy = |_: &ReadCmd| Resp::error("BUSY Redis is busy running a script.");
    for tick in 6..20 {
        let round = planner.round(tick * SECOND_US, &Focus::default());
        assert!(matches!(round.commands.first(), Some(ReadCmd::Info(_))), "{tick}");
        rest += usize::from(round.commands.iter().any(|command| matches!(command, ReadCmd::XinfoStream(_))));
        answer(&mut planner, &round, tick * SECOND_US, busy);
    }
    assert!((1..=5).contains(&rest), "{rest} of 14 rounds");
}

/// Whether each of these rounds, one a second, asks for XINFO STREAM, while `answers` answers.
fn asks_for_streams(
    planner: &mut Planner,
    ticks: std::ops::Range<u64>,
    answers: impl Fn(&ReadCmd) -> Resp,
) -> Vec<bool> {
    let mut asks = Vec::new();
    for tick in ticks {
        let round = planner.round(tick * SECOND_US, &Focus::default());
        asks.push(round.commands.iter().any(|command| matches!(command, ReadCmd::XinfoStream(_))));
        answer(planner, &round, tick * SECOND_US, &answers);
    }
    asks
}

#[test]
fn what_was_refused_while_a_server_loads_is_asked_within_seconds_of_the_end() {
    let mut planner = Planner::new(settings());
    found(&mut planner, 1, 5);
    // INFO is answered all the time.
    let loading = |command: &ReadCmd| match command {
        ReadCmd::Info(_) => server(1, 5)(command),
        _ => Resp::error("LOADING Redis is loading the dataset in memory"),
    };
    let asked = asks_for_streams(&mut planner, 6..306, loading);
    assert!(asked.iter().filter(|asks| **asks).count() <= 300 / 4 + 2, "not every time");
    assert!(asks_for_streams(&mut planner, 306..310, server(1, 5)).contains(&true));
}

#[test]
fn when_a_quota_is_over_for_one_command_all_are_asked() {
    let mut planner = Planner::new(settings());
    found(&mut planner, 1, 5);
    let quota = |_: &ReadCmd| Resp::error("ERR max requests limit exceeded. Limit: 500000");
    let asked = asks_for_streams(&mut planner, 6..306, quota);
    assert!(asked.iter().filter(|asks| **asks).count() <= 12, "ever less");
    // INFO comes back within four seconds, and everything else in the round after it.
    assert!(asks_for_streams(&mut planner, 306..312, server(1, 5)).contains(&true));
}

#[test]
fn several_sections_fall_back_to_one_and_scan_type_to_type() {
    let mut planner = Planner::new(settings());
    let old = |command: &ReadCmd| match command {
        ReadCmd::Info(sections) if sections.len() > 1 => Resp::error("ERR syntax error"),
        ReadCmd::Scan { wanted: crate::core::wire::ScanFor::Streams, .. } => Resp::error("ERR syntax error"),
        ReadCmd::Type(_) => text("stream"),
        other => server(2, 5)(other),
    };
    let round = planner.round(0, &Focus::default());
    answer(&mut planner, &round, 0, old);
    let round = planner.round(SECOND_US, &Focus::default());
    assert_eq!(round.commands.first(), Some(&ReadCmd::Info(vec![])));
    for tick in 0..4 {
        if let Some(step) = planner.search_step(SECOND_US + tick * 30_000) {
            answer(&mut planner, &step, SECOND_US + tick * 30_000, old);
        }
    }
    assert_eq!(planner.discovery().streams, 2);
}

#[test]
fn a_fat_stream_is_asked_lean_and_without_scripts_only_for_its_length() {
    let mut planner = Planner::new(settings());
    found(&mut planner, 1, 5);
    let fat = |command: &ReadCmd| match command {
        ReadCmd::XinfoStream(_) => {
            let body = Resp::Array(vec![text("1-1"), Resp::Array(vec![text("f"), text(&"x".repeat(5000))])]);
            Resp::Array(vec![text("length"), Resp::Int(1), text("first-entry"), body])
        }
        ReadCmd::XinfoStreamLean { .. } => {
            Resp::error("NOPERM this user has no permissions to run the 'eval' command")
        }
        other => server(1, 5)(other),
    };
    let about = |round: &Round| {
        let mut commands = round.commands.iter();
        commands
            .find(|command| command.key().is_some() && !matches!(command, ReadCmd::XinfoGroups(_)))
            .cloned()
    };
    let key = Name::from("s00000");
    let mut asked = Vec::new();
    for tick in 1..=5 {
        let round = planner.round(tick * SECOND_US, &Focus::default());
        asked.push(about(&round).unwrap());
        answer(&mut planner, &round, tick * SECOND_US, fat);
    }
    assert_eq!(
        asked,
        [
            ReadCmd::XinfoStream(key.clone()),
            ReadCmd::XinfoStreamLean { key: key.clone(), read_only: true },
            ReadCmd::XinfoStreamLean { key: key.clone(), read_only: false },
            ReadCmd::XinfoStream(key.clone()),
            ReadCmd::Xlen(key),
        ]
    );
}

#[test]
fn a_client_list_that_would_hold_the_server_is_offered_not_polled() {
    let mut planner = Planner::new(settings());
    found(&mut planner, 1, 5_000);
    let round = planner.round(10 * SECOND_US, &Focus { clients: true, ..Focus::default() });
    assert!(!round.commands.contains(&ReadCmd::ClientList));
    assert!(round.gaps.iter().any(|gap| gap.why == GapReason::TooCostly && gap.text.contains("9 ms")));
    assert_eq!(planner.fetch(Fetch::Clients, 11 * SECOND_US), Ok(()));
    assert!(planner.round(11 * SECOND_US, &Focus::default()).commands.contains(&ReadCmd::ClientList));
    assert_eq!(planner.fetch(Fetch::Clients, 12 * SECOND_US), Err(29));
    assert!(!planner.round(12 * SECOND_US, &Focus::default()).commands.contains(&ReadCmd::ClientList));
}

#[test]
fn everything_is_seen_after_a_lap_and_a_few_rounds_and_nothing_is_asked_too_often() {
    let mut planner = Planner::new(PollSettings { everything: true, ..settings() });
    assert!(!planner.has_searched());
    let step = planner.search_step(0).unwrap();
    answer(&mut planner, &step, 0, server(300, 5));
    assert!(planner.has_searched() && planner.has_unread());
    let mut asked = Vec::new();
    for _ in 0..6 {
        let round = planner.unread_round(0);
        asked.extend(round.commands.iter().filter(|command| command.key().is_some()).cloned());
        answer(&mut planner, &round, 0, server(300, 5));
    }
    assert!(!planner.has_unread());
    let distinct: std::collections::HashSet<_> = asked.iter().collect();
    // XINFO STREAM, GROUPS and CONSUMERS, XPENDING, and which of its rows have no entry. The facts of a stream come once
    // more with its groups, so that both are of one moment.
    assert_eq!((asked.len(), distinct.len()), (1_800, 1_500));
    let looks = asked.iter().filter(|command| matches!(command, ReadCmd::MissingEntries { .. }));
    assert_eq!(looks.count(), 300);
}

#[test]
fn what_is_read_once_more_is_asked_once_and_other_rounds_leave_it_out() {
    let mut planner = Planner::new(PollSettings { everything: true, ..settings() });
    let step = planner.search_step(0).unwrap();
    answer(&mut planner, &step, 0, server(300, 5));
    let read_all = |planner: &mut Planner, now_us: u64| {
        let mut asked = Vec::new();
        for _ in 0..10 {
            let round = planner.unread_round(now_us);
            asked.extend(round.commands.iter().filter(|command| command.key().is_some()).cloned());
            answer(planner, &round, now_us, server(300, 5));
        }
        assert!(!planner.has_unread());
        asked
    };
    let first = read_all(&mut planner, 0);
    planner.read_again();
    assert!(planner.has_unread());
    let round = planner.round(SECOND_US, &Focus::default());
    let is_of_stream =
        |command: &ReadCmd| matches!(command, ReadCmd::XinfoStream(_) | ReadCmd::XinfoConsumers(..));
    assert!(!round.commands.iter().any(is_of_stream));
    answer(&mut planner, &round, SECOND_US, server(300, 5));
    let again = read_all(&mut planner, SECOND_US);
    let count = |asked: &[ReadCmd]| asked.iter().filter(|command| is_of_stream(command)).count();
    assert!(count(&first) >= 600);
    assert_eq!(count(&again), 600);
    assert_eq!(again.iter().collect::<std::collections::HashSet<_>>().len(), again.len());
}

#[test]
fn a_command_that_was_never_answered_is_tried_once_before_it_is_sent_a_hundred_times() {
    let mut planner = Planner::new(settings());
    let step = planner.search_step(0).unwrap();
    answer(&mut planner, &step, 0, server(300, 5));
    let round = planner.round(0, &Focus::default());
    let streams =
        |round: &Round| round.commands.iter().filter(|c| matches!(c, ReadCmd::XinfoStream(_))).count();
    assert_eq!(streams(&round), 1);
    answer(&mut planner, &round, 0, server(300, 5));
    assert_eq!(streams(&planner.round(SECOND_US, &Focus::default())), 300);
}

#[test]
fn groups_are_asked_for_once_their_number_is_known() {
    for (groups, gap) in [(1_000, None), (100_000, Some("100,000 groups"))] {
        let many = |command: &ReadCmd| match command {
            ReadCmd::XinfoStream(_) => {
                let fields = [("length", Resp::Int(1)), ("groups", Resp::Int(groups))];
                Resp::Map(fields.into_iter().map(|(name, value)| (text(name), value)).collect())
            }
            other => server(1, 1)(other),
        };
        let mut planner = Planner::new(settings());
        let step = planner.search_step(0).unwrap();
        answer(&mut planner, &step, 0, many);
        let asks = |round: &Round| round.commands.iter().any(|one| matches!(one, ReadCmd::XinfoGroups(_)));
        let round = planner.unread_round(0);
        assert!(!asks(&round));
        answer(&mut planner, &round, 0, many);
        let round = planner.unread_round(0);
        assert_eq!(asks(&round), gap.is_none());
        assert!(gap.is_none_or(|gap| round.gaps.iter().any(|told| told.text.contains(gap))));
        answer(&mut planner, &round, 0, many);
        assert_eq!(planner.unread_round(0).commands.iter().filter(|one| asks_stream(one)).count(), 0);
    }
}

fn asks_stream(command: &ReadCmd) -> bool {
    matches!(command, ReadCmd::XinfoStream(_))
}

#[test]
fn a_list_of_consumers_that_takes_too_long_is_offered_and_never_polled() {
    let many = |command: &ReadCmd| match command {
        ReadCmd::XinfoGroups(_) => {
            let fields = [("name", text("g")), ("consumers", Resp::Int(1_500)), ("pending", Resp::Int(0))];
            let group = fields.into_iter().map(|(name, value)| (text(name), value)).collect();
            Resp::Array(vec![Resp::Map(group)])
        }
        other => server(1, 1)(other),
    };
    let asked = |everything: bool, fetch: Option<Fetch>| {
        let mut planner = Planner::new(PollSettings { everything, ..settings() });
        let step = planner.search_step(0).unwrap();
        answer(&mut planner, &step, 0, many);
        for _ in 0..2 {
            let round = planner.round(0, &Focus::default());
            answer(&mut planner, &round, 0, many);
        }
        fetch.map(|fetch| planner.fetch(fetch, SECOND_US));
        let round = planner.round(SECOND_US, &Focus::default());
        let said = round
            .gaps
            .iter()
            .any(|gap| gap.text.contains("1500 consumers would hold the server about 380 µs"));
        (round.commands.iter().any(|command| matches!(command, ReadCmd::XinfoConsumers(..))), said)
    };
    assert_eq!(asked(false, None), (false, true));
    assert_eq!(asked(true, None), (true, false));
    assert_eq!(asked(false, Some(Fetch::Consumers(Name::from("s00000"), Name::from("g")))), (true, false));
}
