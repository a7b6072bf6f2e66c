//! Replies that no healthy server sends: nothing fills our memory, nothing hangs, and one command alone is missing.

use std::time::{Duration, Instant};

use streamgauge::config::Address;
use streamgauge::core::model::{Fault, Name};
use streamgauge::core::wire::{NoReply, ReadCmd, Resp};
use streamgauge::edge::link::{Link, LinkLedger};

use crate::proxy::{Answer, Proxy, Words};
use crate::server::{Kind, Server};
use crate::{at, start};

fn is(words: &Words, command: &str) -> bool {
    words
        .iter()
        .map(|word| String::from_utf8_lossy(word).to_uppercase())
        .collect::<Vec<_>>()
        .join(" ")
        .starts_with(command)
}

/// What `XINFO GROUPS s` gets where everything else is answered by a real server, and how long that took.
async fn groups(answer: fn() -> Answer) -> (Vec<Result<Resp, NoReply>>, Option<Fault>, Duration) {
    let (mut link, _server) = behind(answer).await;
    let began = Instant::now();
    let key = Name::from("s");
    let asked = link.ask(vec![ReadCmd::Ping, ReadCmd::XinfoGroups(key.clone()), ReadCmd::Xlen(key)]).await;
    let replies = asked.exchanges.into_iter().map(|exchange| exchange.reply).collect();
    (replies, asked.lost.map(|error| error.fault()), began.elapsed())
}

/// A link to a real server, behind a proxy that answers `XINFO GROUPS`.
async fn behind(answer: fn() -> Answer) -> (Link, Server) {
    // A million values take their time on a busy machine: the bound is to end it, not the clock.
    behind_for(answer, Duration::from_secs(20)).await
}

/// The same, where replies are awaited so long.
async fn behind_for(answer: fn() -> Answer, patient: Duration) -> (Link, Server) {
    let server = start(Kind::Redis, &[]);
    server.redis_cli(&["XADD", "s", "*", "f", "v"]);
    let hook = move |words: &Words| is(words, "XINFO GROUPS").then(answer);
    let proxy = Proxy::start(&server, Duration::ZERO, hook);
    let timeouts = streamgauge::edge::link::Timeouts { connect: patient, poll: patient, control: patient };
    let target = at(Address::Unix(proxy.socket().to_owned()));
    let link = Link::open(&target, streamgauge::edge::link::Lane::Poll, &timeouts, &LinkLedger::default())
        .await
        .unwrap();
    (link, server)
}

#[tokio::test]
async fn a_reply_beyond_its_bound_is_cut_and_names_its_command() {
    let answers: [fn() -> Answer; 5] = [
        || Answer::Bytes(b"$1000000000000\r\nx".to_vec()),
        || Answer::Bytes(b"*2147483647\r\n".to_vec()),
        || Answer::Bytes(b"%4611686018427387904\r\n:1\r\n".to_vec()),
        || Answer::Endless(b"*390000\r\n".to_vec(), b"*1\r\n:1\r\n".repeat(1_000)),
        || Answer::Endless(b"*2\r\n-".to_vec(), vec![b'x'; 1 << 20]),
    ];
    for (number, answer) in answers.into_iter().enumerate() {
        let (replies, lost, took) = groups(answer).await;
        assert_eq!(lost, Some(Fault::ReplyTooLong), "{number}");
        assert_eq!(replies[1], Err(NoReply::TooLong), "{number}");
        assert!(replies[0].is_ok(), "{number}: what came before is kept");
        assert_eq!(replies[2], Err(NoReply::Disconnected), "{number}");
        assert!(took < Duration::from_secs(20), "{number}: {took:?}");
    }
}

#[tokio::test]
async fn what_came_before_a_reply_that_is_late_is_kept_and_the_late_one_is_named() {
    let (mut link, _server) =
        behind_for(|| Answer::After(Duration::from_secs(30)), Duration::from_secs(2)).await;
    let key = Name::from("s");
    let asked = link.ask(vec![ReadCmd::Ping, ReadCmd::XinfoGroups(key.clone()), ReadCmd::Xlen(key)]).await;
    let replies: Vec<_> = asked.exchanges.into_iter().map(|exchange| exchange.reply).collect();
    assert_eq!(replies[0], Ok(Resp::bulk(b"PONG")));
    assert_eq!(replies[1..], [Err(NoReply::Late), Err(NoReply::TimedOut)]);
    assert_eq!(asked.lost.map(|error| error.fault()), Some(Fault::ReplyLate));
}

#[tokio::test]
async fn an_error_of_a_megabyte_is_cut_and_nothing_else_is_lost() {
    let (replies, lost, _) =
        groups(|| Answer::Bytes([b"-ERR ", "E".repeat(1_000_000).as_bytes(), b"\r\n"].concat())).await;
    assert_eq!(lost, None);
    let Ok(Resp::Error(refusal)) = &replies[1] else { panic!("{:?}", replies[1]) };
    assert!(refusal.code == "ERR" && refusal.text.len() < 1_000);
    assert_eq!(replies[2], Ok(Resp::Int(1)));
}

#[tokio::test]
async fn a_reply_that_nobody_asked_for_ends_the_connection_before_it_answers_something_else() {
    let (mut link, _server) = behind(|| Answer::Bytes(b"*0\r\n:7\r\n".to_vec())).await;
    link.ask(vec![ReadCmd::XinfoGroups(Name::from("s"))]).await;
    let until = Instant::now() + Duration::from_secs(10);
    while link.lost().is_none() {
        assert!(Instant::now() < until, "the link goes on");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let asked = link.ask(vec![ReadCmd::Ping]).await;
    assert_eq!(asked.exchanges[0].reply, Err(NoReply::Disconnected));
}
