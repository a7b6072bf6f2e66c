//! Which groups and consumers go: by name, by age, by signs of life.

use super::*;
use crate::core::model::Name;
use crate::core::model::consumers::Inactivity;
use crate::core::model::groups::ServerLag;

const HOUR_MS: u64 = 3_600_000;
const NOW_MS: i64 = 1_700_000_000_000;

fn consumer(name: &str, pending: u64, idle_ms: u64) -> Consumer {
    let inactive = Inactivity::Unsupported;
    Consumer { name: Name::from(name), pending: Some(pending), idle_ms: Some(idle_ms), inactive }
}

fn group(name: &str, hours_old: u64, consumers: Option<Vec<Consumer>>) -> GroupFacts {
    let ms = NOW_MS as u64 - hours_old * HOUR_MS;
    let group = Group {
        name: Name::from(name),
        last_delivered: Some(StreamId::new(ms, 0)),
        pending: Some(3),
        consumers: consumers.as_ref().map(|consumers| consumers.len() as u64),
        entries_read: None,
        lag: ServerLag::Unsupported,
    };
    GroupFacts { group, consumers }
}

fn request(pattern: &str, unread_ms: Option<u64>) -> RemoveGroupsRequest {
    let (key, pattern) = (Name::from("s"), Name::from(pattern));
    RemoveGroupsRequest { key, pattern, unread_ms, alive_ms: 60_000, archive: None }
}

fn planned(request: &RemoveGroupsRequest, facts: &[GroupFacts]) -> Plan {
    remove_groups(request, facts, (Guard::default(), NOW_MS, 0)).unwrap()
}

fn work(groups: &[&str], min_idle_ms: Option<u64>) -> PlanWork {
    let groups = groups.iter().map(|name| Name::from(*name)).collect();
    PlanWork::new(GroupsWork { key: Name::from("s"), groups, min_idle_ms })
}

#[test]
fn of_a_pattern_go_those_that_nobody_read_for_the_age_and_the_living_stay() {
    let facts = [
        group("old", 48, Some(vec![])),
        group("dead", 48, Some(vec![consumer("c", 3, 30 * HOUR_MS)])),
        group("young", 1, Some(vec![])),
        group("alive", 48, Some(vec![consumer("c", 0, 30 * HOUR_MS), consumer("d", 0, 500)])),
        group("unknown", 48, None),
        GroupFacts {
            group: Group { last_delivered: Some(StreamId::MIN), ..group("new", 0, None).group },
            consumers: Some(vec![]),
        },
    ];
    let plan = planned(&request("*", Some(24 * HOUR_MS)), &facts);
    assert_eq!(plan.work, work(&["old", "dead"], Some(60_000)));
    assert!(plan.typed.is_none() && plan.archive && plan.impact.is_lossy);
    let stays: Vec<&str> =
        plan.facts.iter().filter(|(label, _)| *label == "stays").map(|(_, text)| text.as_str()).collect();
    assert_eq!(stays.len(), 4);
    assert!(stays[1].contains("consumer d was active"), "{stays:?}");
    let nobody = planned(&request("*", Some(24 * HOUR_MS)), &facts[2..3]);
    assert!(nobody.nothing.unwrap().contains("young"));
}

#[test]
fn groups_that_stay_for_one_reason_are_told_together() {
    let never_read = |number: u64| GroupFacts {
        group: Group {
            last_delivered: Some(StreamId::MIN),
            ..group(&format!("pod-{number}"), 0, None).group
        },
        consumers: Some(vec![]),
    };
    let facts: Vec<GroupFacts> = (1..=30).map(never_read).collect();
    let nothing = planned(&request("*", Some(24 * HOUR_MS)), &facts).nothing.unwrap();
    let wanted = "nothing to remove: pod-1, pod-2, pod-3 and 27 more: no consumer, and nothing says since when: name it alone";
    assert_eq!(nothing, wanted);
}

#[test]
fn one_that_is_named_goes_and_needs_its_name_typed_while_somebody_lives_in_it() {
    let dead = [group("g", 1, Some(vec![consumer("c", 3, 61_000)]))];
    assert_eq!(planned(&request("g", None), &dead).typed, None);
    let alive = [group("g", 1, Some(vec![consumer("c", 3, 59_000)]))];
    let plan = planned(&request("g", None), &alive);
    assert!(plan.typed.as_deref().unwrap().contains("in use"));
    assert_eq!(plan.subject.name(), "g");
    assert_eq!(plan.work, work(&["g"], None), "whoever typed the name knows that it is in use");
    assert!(remove_groups(&request("g", None), &[], (Guard::default(), NOW_MS, 0)).is_err());
}

#[test]
fn idle_consumers_go_and_those_that_owe_or_live_are_counted() {
    let request = RemoveConsumersRequest {
        key: Name::from("s"),
        group: Name::from("g"),
        min_idle_ms: 60_000,
        archive: None,
    };
    let consumers = [consumer("a", 0, 60_000), consumer("b", 0, 59_999), consumer("c", 1, 90_000)];
    let plan = remove_consumers(&request, &consumers, (Guard::default(), 0));
    let (key, group, going) = (Name::from("s"), Name::from("g"), vec![Name::from("a")]);
    assert_eq!(
        plan.work,
        PlanWork::new(ConsumersWork { key, group, consumers: going, min_idle_ms: 60_000, listed: 3 })
    );
    assert!(plan.nothing.is_none() && plan.facts.iter().filter(|(label, _)| *label == "stays").count() == 2);
    let plan = remove_consumers(&request, &consumers[1..], (Guard::default(), 0));
    assert!(plan.nothing.unwrap().contains("1 have pending entries and 1 were seen within"));
}
