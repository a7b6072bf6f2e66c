//! What a server does not say is told and asked about, and never taken for zero or none: a proxy in front of a real
//! server leaves it out.

use crate::proxy::{Answer, Proxy, Words};
use crate::reclaim::reclaim;
use crate::server::builds;
use crate::undo::invalidate;
use crate::{Place, connect, fill, name, read, say, start};
use std::time::Duration;
use streamgauge::core::model::id_unit::IdUnit;
use streamgauge::core::ops::DeleteConsumerRequest;
use streamgauge::core::ops::{Outcome, Request};
use streamgauge::core::ops::{ReclaimRequest, ReclaimVerb, TrimRequest, TrimTo};

/// A command that begins with these words is answered so.
type Reply = (&'static [&'static str], &'static str);

fn answers(replies: Vec<Reply>) -> impl Fn(&Words) -> Option<Answer> + Send + Sync + 'static {
    move |command| {
        let begins = |words: &[&str]| {
            command.len() >= words.len()
                && words.iter().zip(command).all(|(word, said)| said.eq_ignore_ascii_case(word.as_bytes()))
        };
        let (_, reply) = replies.iter().find(|(words, _)| begins(words))?;
        Some(Answer::Bytes(reply.as_bytes().to_vec()))
    }
}

/// 20 entries in `s`; `c` of group `g` has the first 15 pending, and `live` has nothing.
fn prepare(connection: &mut redis::Connection) {
    fill(connection, 20, &["g"]);
    read(connection, "g", "c", 15);
    let _: redis::Value = say(connection, &["XGROUP", "CREATECONSUMER", "s", "g", "live"]);
}

async fn refused(replies: Vec<Reply>, request: &Request) -> String {
    let server = start(&builds()[0]);
    prepare(&mut connect(&server));
    let proxy = Proxy::start(&server, Duration::ZERO, answers(replies));
    Place::at(proxy.socket()).plan(request).await.unwrap_err().to_string()
}

fn safe() -> Request {
    Request::Trim(TrimRequest { key: name("s"), to: TrimTo::Safe, approx: false, archive: Some(false) })
}

#[tokio::test]
async fn a_consumer_that_does_not_say_how_long_it_was_idle_is_not_deleted() {
    let (key, group, consumer) = (name("s"), name("g"), name("live"));
    let request = Request::DeleteConsumer(DeleteConsumerRequest { key, group, consumer, min_idle_ms: 0 });
    let without_idle = "*1\r\n*4\r\n$4\r\nname\r\n$4\r\nlive\r\n$7\r\npending\r\n:0\r\n";
    let why = refused(vec![(&["XINFO", "CONSUMERS"], without_idle)], &request).await;
    assert!(why.contains("does not say how long consumer live has been idle"), "{why}");
}

#[tokio::test]
async fn rows_whose_idle_time_cannot_be_read_stay_and_are_told() {
    let server = start(&builds()[0]);
    let mut connection = connect(&server);
    prepare(&mut connection);
    let row = "*1\r\n*4\r\n$3\r\n1-0\r\n$1\r\nc\r\n$-1\r\n:1\r\n";
    let proxy = Proxy::start(&server, Duration::ZERO, answers(vec![(&["XPENDING"], row)]));
    let place = Place::at(proxy.socket());
    let request = |min_idle_ms| {
        Request::Reclaim(ReclaimRequest { min_idle_ms, ..reclaim(ReclaimVerb::HandOver(name("live"))) })
    };
    let nothing = place.plan(&request(1)).await.unwrap().nothing.unwrap();
    assert!(nothing.contains("the idle time of 1 entry can't be read: they stay"), "{nothing}");
    // Where no idle time is wanted they match, and the plan says what it does not know.
    let plan = place.plan(&request(0)).await.unwrap();
    let unknown = plan.facts.iter().find(|(label, _)| *label == "unknown").unwrap();
    assert!(unknown.1.contains("idle time of 1 entry"), "{unknown:?}");
    assert!(!plan.facts.iter().any(|(label, _)| *label == "idle"), "unknown is not 0: {:?}", plan.facts);
}

#[tokio::test]
async fn a_group_without_a_name_or_a_stream_without_its_first_entry_holds_a_safe_trim() {
    let nameless = "*1\r\n*4\r\n$9\r\nconsumers\r\n:0\r\n$7\r\npending\r\n:0\r\n";
    let why = refused(vec![(&["XINFO", "GROUPS"], nameless)], &safe()).await;
    assert!(why.contains("XINFO GROUPS"), "{why}");
    // Its pending rows would count as rows whose entry is gone.
    let silent = "*4\r\n$6\r\nlength\r\n:20\r\n$17\r\nlast-generated-id\r\n$4\r\n20-0\r\n";
    let gone = "*0\r\n";
    let why = refused(vec![(&["XINFO", "STREAM"], silent), (&["XRANGE"], gone)], &safe()).await;
    assert!(why.contains("group g has pending entries that can't be read"), "{why}");
}

#[tokio::test]
async fn an_age_by_our_own_clock_is_told_and_wants_a_name() {
    let server = start(&builds()[0]);
    let mut connection = connect(&server);
    let now: Vec<String> = say(&mut connection, &["TIME"]);
    let old_ms = now[0].parse::<u64>().unwrap() * 1_000 - 3_600_000;
    for seq in 0..5 {
        let _: String = say(&mut connection, &["XADD", "s", &format!("{old_ms}-{seq}"), "f", "v"]);
    }
    let to = TrimTo::OlderThan { age_ms: 60_000, unit: IdUnit::Milliseconds };
    let request = Request::Trim(TrimRequest { key: name("s"), to, approx: false, archive: Some(false) });
    let denied = "-NOPERM this user has no permissions to run this command\r\n";
    // INFO tells the time too.
    let proxy = Proxy::start(&server, Duration::ZERO, answers(vec![(&["TIME"], denied)]));
    let plan = Place::at(proxy.socket()).plan(&request).await.unwrap();
    assert_eq!((plan.impact.items, plan.typed), (5, None));
    let proxy =
        Proxy::start(&server, Duration::ZERO, answers(vec![(&["TIME"], denied), (&["INFO"], denied)]));
    let plan = Place::at(proxy.socket()).plan(&request).await.unwrap();
    let said = plan.warnings.join("; ");
    assert!(said.contains("TIME is not answered") && said.contains("INFO is not answered"), "{said}");
    assert!(plan.typed.is_some());
}

#[tokio::test]
async fn a_key_whose_type_is_no_word_is_not_taken_for_one_that_may_go() {
    let request = invalidate("s*", None, false);
    let strange: Vec<Reply> = vec![(&["EVAL"], "-NOPERM no scripts\r\n"), (&["TYPE"], "$-1\r\n")];
    let why = refused(strange, &Request::Invalidate(request)).await;
    assert!(why.contains("TYPE"), "{why}");
}

#[tokio::test]
async fn an_action_stops_where_the_server_does_not_say_any_more_which_it_is() {
    let server = start(&builds()[0]);
    let mut connection = connect(&server);
    prepare(&mut connection);
    let place = Place::of(&server);
    let plan = place.plan(&Request::Reclaim(reclaim(ReclaimVerb::HandOver(name("live"))))).await.unwrap();
    let _: String = say(&mut connection, &["ACL", "SETUSER", "default", "-info"]);
    let receipt = place.carry_out(plan, 1 << 20).await;
    let Outcome::Stopped(why) = &receipt.outcome else { panic!("{receipt:?}") };
    assert!(why.contains("INFO is not answered any more") && receipt.tally.done == 0, "{receipt:?}");
}
