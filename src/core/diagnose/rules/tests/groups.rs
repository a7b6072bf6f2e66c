//! Many groups of one stream, and their consumers, that fail for one reason.

use super::*;
use crate::core::diagnose::consumers::ConsumerVerdict;
use crate::core::diagnose::evidence::{ConsumerCase, GroupCase};
use crate::core::diagnose::finding::{Finding, FindingSubject};
use crate::core::diagnose::groups::{GroupVerdict, Judgement, Reason};
use crate::core::figures::column::Certainty;
use crate::core::model::groups::Lag;

const MINUTE_MS: u64 = 60_000;

fn dead(minutes: u64) -> Judgement {
    let for_ms = minutes * MINUTE_MS;
    let lag = Lag { entries: Some(60), kind: Certainty::Exact };
    let since_us = NOW_MS.saturating_sub_unsigned(for_ms) * 1000;
    Judgement {
        verdict: GroupVerdict::Dead,
        reason: Reason::AllSilent { lag, consumers: 1, for_ms },
        since_us,
    }
}

/// What is told of groups of `events` that are silent for so many minutes each, with a dead consumer in each.
fn found(minutes: &[u64], verdict: ConsumerVerdict) -> Vec<Finding> {
    let key = Name::from("events");
    let judgements: Vec<Judgement> = minutes.iter().copied().map(dead).collect();
    let names: Vec<Name> = (0..minutes.len()).map(|n| Name::from(format!("pod-{n:03}").as_str())).collect();
    let (info, hold) = (healthy(), Hold::default());
    let mut evidence = evidence(Some(&info), &hold);
    evidence.groups = names
        .iter()
        .zip(&judgements)
        .map(|(group, judgement)| GroupCase {
            key: &key,
            group,
            judgement,
            lag: Some(60),
            pending: Some(2),
            consumers: Some(1),
        })
        .collect();
    evidence.consumers = names
        .iter()
        .map(|group| ConsumerCase {
            key: &key,
            group,
            consumer: group,
            verdict,
            pending: 2,
            idle_ms: 2 * MINUTE_MS,
            held_ms: Some(2 * MINUTE_MS),
            read_ms_ago: 0,
            idle_is_attempt: true,
            silent_ms: None,
        })
        .collect();
    ask(&evidence, &Thresholds::default()).0
}

#[test]
fn groups_of_pods_that_are_gone_are_one_finding_with_their_number_and_the_worst() {
    let mut minutes = vec![2; 250];
    minutes[77] = 9;
    let found = found(&minutes, ConsumerVerdict::Dead);
    let [one] = found.as_slice() else { panic!("{} findings", found.len()) };
    assert_eq!((one.id, &one.subject), ("stream.dead", &FindingSubject::Stream(Name::from("events"))));
    assert_eq!(one.severity, Severity::Critical, "the worst decides");
    let begins = "events: 250 groups have entries waiting and nobody who reads them, such as pod-077, pod-000, pod-001; pod-077: ";
    assert!(one.text.starts_with(begins), "{}", one.text);
    let figure = |name| one.evidence.iter().find(|(own, _)| *own == name).map(|(_, figure)| figure.clone());
    assert_eq!(figure("groups"), Some(250_u64.into()));
    assert_eq!((figure("critical_groups"), figure("pending")), (Some(1_u64.into()), Some(500_u64.into())));
    assert_eq!(one.since_ms, NOW_MS - 9 * 60_000);
    assert!(one.remedy.as_ref().unwrap().text.contains("remove-groups"));
}

#[test]
fn a_few_groups_are_told_one_by_one() {
    let of_groups = found(&[2, 2, 2], ConsumerVerdict::Ok);
    assert_eq!(of_groups.len(), 3);
    assert!(of_groups.iter().all(|finding| matches!(finding.subject, FindingSubject::Group(..))));
}

#[test]
fn consumers_stuck_in_many_groups_of_a_stream_are_one_finding_about_it() {
    let found = found(&[2; 9], ConsumerVerdict::Stuck);
    let stuck: Vec<_> = found.iter().filter(|finding| finding.id == "consumer.stuck").collect();
    let [one] = stuck.as_slice() else { panic!("{} findings", stuck.len()) };
    assert_eq!(one.subject, FindingSubject::Stream(Name::from("events")));
    assert!(one.text.starts_with("9 consumers of 9 groups of events hold 18 entries"), "{}", one.text);
}
