//! Each rule about publish and subscribe at its edges.

use super::{CRITICAL, WARNING, told};
use crate::core::diagnose::evidence::Evidence;
use crate::core::diagnose::evidence::fanout::{Behind, FullChannel, LostSubscriber, Who};
use crate::core::diagnose::finding::Severity;
use crate::core::model::Name;
use std::sync::LazyLock;

static NAME: LazyLock<Name> = LazyLock::new(|| Name::from("feed"));
static ADDRESS: LazyLock<Name> = LazyLock::new(|| Name::from("10.0.0.7:4000"));
const MIB: u64 = 1 << 20;

fn who(id: u64) -> Who<'static> {
    Who { id, name: &NAME, address: &ADDRESS }
}

fn behind(id: u64, bytes: u64, growth_per_s: f64, cut_s: Option<f64>) -> Behind<'static> {
    Behind { who: who(id), bytes, growth_per_s: Some(growth_per_s), samples: 3, cut_s, since_ms: 0 }
}

fn severity(id: &str, also: impl Fn(&mut Evidence<'_>)) -> Option<Severity> {
    told(id, |_| {}, also).map(|(severity, _)| severity)
}

#[test]
fn a_subscriber_is_told_when_its_buffer_grows_or_is_large_and_not_for_a_moment() {
    let slow = |one: Behind<'static>| {
        severity("fanout.slow_subscriber", move |evidence| evidence.fanout.behind = vec![one])
    };
    assert_eq!(slow(behind(7, 20_000, 4_000.0, None)), WARNING);
    assert_eq!(slow(Behind { samples: 2, ..behind(7, 20_000, 4_000.0, None) }), None);
    assert_eq!(slow(behind(7, 20_000, 0.0, None)), None, "it keeps up, a little late");
    assert_eq!(slow(behind(7, MIB, 0.0, None)), WARNING);
    assert_eq!([60.1, 60.0].map(|s| slow(behind(7, MIB, 9.0, Some(s)))), [WARNING, CRITICAL]);
}

#[test]
fn the_sentence_names_the_subscriber_and_when_it_is_cut_off() {
    let one = behind(7, 12 * MIB, 2.0 * MIB as f64, Some(10.4));
    let (_, text) =
        told("fanout.slow_subscriber", |_| {}, |evidence| evidence.fanout.behind = vec![one]).unwrap();
    assert_eq!(
        text,
        "client 7 (feed, 10.0.0.7:4000) has 12 MiB to read, growing by 2 MiB/s; cut off in about 10 s"
    );
}

#[test]
fn many_that_are_behind_have_one_cause() {
    let (severity, text) = told(
        "fanout.slow_subscriber",
        |_| {},
        |evidence| {
            evidence.fanout.behind =
                (0..40).map(|id| behind(id, (id + 1) * MIB, 1.0, Some(90.0 - id as f64))).collect();
        },
    )
    .unwrap();
    assert_eq!(severity, Severity::Critical);
    assert!(text.starts_with("40 subscribers do not read what they are sent: 820 MiB wait"), "{text}");
    assert!(text.contains("client 39") && text.ends_with("the first is cut off in about 51 s"), "{text}");
}

#[test]
fn whoever_was_lost_is_told_with_what_it_had_not_read_for_ten_minutes() {
    let lost = |ago_ms: i64, was_cut: bool| {
        told(
            "fanout.subscriber_lost",
            |_| {},
            move |evidence| {
                let at_ms = evidence.now_ms - ago_ms;
                evidence.fanout.lost = vec![LostSubscriber { who: who(7), bytes: 31 * MIB, at_ms, was_cut }];
            },
        )
        .map(|(_, text)| text)
    };
    let text = lost(1_000, true).unwrap();
    assert!(text.ends_with("was cut off with 31 MiB unread"), "{text}");
    assert!(lost(1_000, false).unwrap().contains("went away"));
    assert_eq!(lost(600_000, true), None);
}

#[test]
fn patterns_are_told_from_a_thousand_on() {
    let at =
        |patterns| severity("fanout.patterns", move |evidence| evidence.fanout.patterns = Some(patterns));
    assert_eq!([999, 1_000, 90_000].map(at), [None, WARNING, WARNING]);
}

#[test]
fn a_full_channel_is_critical_and_many_are_one_finding() {
    let full = |many: usize| {
        told(
            "fanout.channel_full",
            |_| {},
            move |evidence| {
                let key = |at: usize| Name::from(format!("asgispecific.{at}!").as_str());
                let one = |at| FullChannel { key: key(at), backlog: 100, oldest_age_ms: Some(41_000) };
                evidence.fanout.full = (0..many).map(one).collect();
            },
        )
    };
    assert_eq!(full(0), None);
    let (severity, text) = full(1).unwrap();
    assert_eq!(severity, Severity::Critical);
    assert!(text.contains("100 of 100 messages wait in it, the oldest for 41 s"), "{text}");
    assert!(full(9).unwrap().1.starts_with("9 channels are full"));
}

#[test]
fn where_nobody_may_list_subscribers_nobody_is_called_well() {
    use crate::core::diagnose::hold::Hold;
    use crate::core::diagnose::thresholds::Thresholds;
    let (info, hold) = (super::healthy(), Hold::default());
    let mut evidence = super::evidence(Some(&info), &hold);
    evidence.fanout.is_listed = false;
    let (_, blind) = super::ask(&evidence, &Thresholds::default());
    let ids: Vec<&str> = blind.iter().map(|blind| blind.id).collect();
    assert_eq!(ids, ["fanout.slow_subscriber", "fanout.subscriber_lost"]);
    evidence.fanout.is_used = Some(false);
    assert_eq!(super::ask(&evidence, &Thresholds::default()).1, vec![], "nobody subscribes");
}
