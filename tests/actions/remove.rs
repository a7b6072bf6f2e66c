//! Groups and consumers that nobody needs any more: which go, which stay, and how they come back.

use crate::server::builds;
use crate::{Place, appear, connect, fill, name, read, say, start};
use redis::Value;
use std::time::{SystemTime, UNIX_EPOCH};
use streamgauge::core::ops::{Outcome, Request, Tally, UndoRequest};
use streamgauge::core::ops::{RemoveConsumersRequest, RemoveGroupsRequest};

const DAY_MS: u64 = 86_400_000;

fn groups(pattern: &str, unread_ms: Option<u64>, alive_ms: u64) -> RemoveGroupsRequest {
    RemoveGroupsRequest { key: name("s"), pattern: name(pattern), unread_ms, alive_ms, archive: None }
}

fn listed(connection: &mut redis::Connection) -> Vec<String> {
    let rows: Vec<std::collections::HashMap<String, Value>> = say(connection, &["XINFO", "GROUPS", "s"]);
    let mut names: Vec<String> =
        rows.iter().map(|row| redis::from_redis_value(row["name"].clone()).unwrap()).collect();
    names.sort();
    names
}

/// Groups and rows as the server tells them, but for idle times.
fn standing(connection: &mut redis::Connection, group: &str) -> (String, Vec<(String, String, u64)>) {
    let rows: Vec<std::collections::HashMap<String, Value>> = say(connection, &["XINFO", "GROUPS", "s"]);
    let text = |value: &Value| redis::from_redis_value::<String>(value.clone()).unwrap();
    let row = rows.iter().find(|row| text(&row["name"]) == group).unwrap();
    let read = row.get("entries-read").map(|read| format!("{read:?}")).unwrap_or_default();
    let pending: Vec<(String, String, u64, u64)> =
        say(connection, &["XPENDING", "s", group, "-", "+", "1000"]);
    let pending = pending.into_iter().map(|(id, consumer, _, count)| (id, consumer, count)).collect();
    (format!("{} {read}", text(&row["last-delivered-id"])), pending)
}

#[tokio::test]
async fn a_group_that_is_removed_comes_back_where_it_stood_with_its_rows_on_every_server() {
    for build in builds() {
        let server = start(&build);
        let mut connection = connect(&server);
        fill(&mut connection, 700, &["g", "other"]);
        read(&mut connection, "g", "a", 600);
        let _: Value =
            say(&mut connection, &["XREADGROUP", "GROUP", "g", "a", "COUNT", "3", "STREAMS", "s", "0"]);
        let before = standing(&mut connection, "g");
        let place = Place::of(&server);
        let receipt = place.act(&Request::RemoveGroups(groups("g", None, 0))).await.unwrap();
        assert_eq!(receipt.outcome, Outcome::Done, "{build:?}");
        assert_eq!(receipt.tally, Tally { done: 1, kept: 601, ..Tally::default() }, "{build:?}");
        assert_eq!((receipt.before["groups"], receipt.after["groups"]), (2, 1));
        assert_eq!(listed(&mut connection), ["other"]);
        let undone = place.act(&Request::Undo(UndoRequest { id: receipt.id.clone() })).await.unwrap();
        assert_eq!((undone.outcome, undone.tally.done), (Outcome::Done, 601), "{build:?}");
        assert_eq!(standing(&mut connection, "g"), before, "{build:?}");
        // Once more, and another group has the name: it stays as it is.
        let receipt = place.act(&Request::RemoveGroups(groups("g", None, 0))).await.unwrap();
        let _: Value = say(&mut connection, &["XGROUP", "CREATE", "s", "g", "5-0"]);
        let undone = place.act(&Request::Undo(UndoRequest { id: receipt.id })).await.unwrap();
        assert_eq!(undone.tally, Tally { left: 601, ..Tally::default() }, "{build:?}");
        let (at, rows) = standing(&mut connection, "g");
        assert!(at.starts_with("5-0 ") && rows.is_empty(), "{build:?} {at}");
    }
}

#[tokio::test]
async fn of_a_pattern_go_the_groups_that_nobody_reads_and_those_with_somebody_alive_stay() {
    for build in builds() {
        let server = start(&build);
        let mut connection = connect(&server);
        fill(&mut connection, 10, &["pod-old", "pod-new", "pod-alive", "other"]);
        read(&mut connection, "pod-alive", "w", 1);
        // Without consumers the age is that of the entry that was given last: of two days ago, and of now.
        let now_ms = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64;
        let (now, old) = (now_ms.to_string(), format!("{}-0", now_ms - 2 * DAY_MS));
        let _: Value = say(&mut connection, &["XGROUP", "SETID", "s", "pod-old", &old]);
        let _: Value = say(&mut connection, &["XGROUP", "SETID", "s", "other", &old]);
        let _: Value = say(&mut connection, &["XADD", "s", &format!("{now}-0"), "f", "v"]);
        let _: Value = say(&mut connection, &["XGROUP", "SETID", "s", "pod-new", &format!("{now}-0")]);
        let place = Place::of(&server);
        let request = groups("pod-*", Some(DAY_MS), 60_000);
        let plan = place.plan(&Request::RemoveGroups(request.clone())).await.unwrap();
        assert!(plan.typed.is_none(), "{build:?}");
        let receipt = place.carry_out(plan, 1 << 30).await;
        assert_eq!((receipt.outcome, receipt.tally.done), (Outcome::Done, 1), "{build:?}");
        assert_eq!(listed(&mut connection), ["other", "pod-alive", "pod-new"], "{build:?}");
        let nothing = place.plan(&Request::RemoveGroups(request)).await.unwrap().nothing.unwrap();
        assert!(nothing.contains("consumer w was active"), "{build:?} {nothing}");
    }
}

#[tokio::test]
async fn a_group_that_is_read_between_plan_and_step_stays_unless_its_name_was_typed() {
    let build = &builds()[0];
    let server = start(build);
    let mut connection = connect(&server);
    fill(&mut connection, 10, &["g", "typed"]);
    let place = Place::of(&server);
    let plan = place.plan(&Request::RemoveGroups(groups("g", None, 60_000))).await.unwrap();
    assert!(plan.typed.is_none());
    read(&mut connection, "g", "w", 2);
    let receipt = place.carry_out(plan, 1 << 30).await;
    assert_eq!((receipt.tally.done, receipt.tally.left), (0, 1), "{receipt:?}");
    assert_eq!(listed(&mut connection), ["g", "typed"]);
    read(&mut connection, "typed", "w", 2);
    let plan = place.plan(&Request::RemoveGroups(groups("typed", None, 60_000))).await.unwrap();
    assert!(plan.typed.as_deref().unwrap().contains("group typed is in use"), "{:?}", plan.typed);
    let receipt = place.carry_out(plan, 1 << 30).await;
    assert_eq!(receipt.tally.done, 1);
    assert_eq!(listed(&mut connection), ["g"]);
}

#[tokio::test]
async fn idle_consumers_with_nothing_pending_go_in_one_action_and_come_back() {
    for build in builds() {
        let server = start(&build);
        let mut connection = connect(&server);
        fill(&mut connection, 10, &["g"]);
        for at in 0..300 {
            appear(&mut connection, &format!("pod-{at}"));
        }
        read(&mut connection, "g", "owes", 1);
        let place = Place::of(&server);
        let request =
            RemoveConsumersRequest { key: name("s"), group: name("g"), min_idle_ms: 0, archive: None };
        let young = RemoveConsumersRequest { min_idle_ms: DAY_MS, ..request.clone() };
        assert!(place.plan(&Request::RemoveConsumers(young)).await.unwrap().nothing.is_some());
        let receipt = place.act(&Request::RemoveConsumers(request)).await.unwrap();
        assert_eq!(receipt.tally, Tally { done: 300, kept: 300, ..Tally::default() }, "{build:?}");
        let left: Vec<Value> = say(&mut connection, &["XINFO", "CONSUMERS", "s", "g"]);
        assert_eq!(left.len(), 1, "{build:?}");
        let version = (build.major(), build.version.split('.').nth(1).unwrap().parse::<u32>().unwrap());
        if version >= (6, 2) {
            let undone = place.act(&Request::Undo(UndoRequest { id: receipt.id })).await.unwrap();
            assert_eq!(undone.tally.done, 300, "{build:?}");
        }
    }
}

/// Makes consumers, as many at once as a pipeline takes.
fn appear_many(connection: &mut redis::Connection, count: usize) {
    for from in (0..count).step_by(2_000) {
        let mut pipe = redis::pipe();
        for at in from..count.min(from + 2_000) {
            pipe.cmd("XGROUP").arg(&["CREATECONSUMER", "s", "g", &format!("pod-{at}")]).ignore();
        }
        pipe.exec(connection).unwrap();
    }
}

/// Calls of a command and microseconds of the server for each, since CONFIG RESETSTAT.
fn called(connection: &mut redis::Connection, command: &str) -> (u64, f64) {
    let text: String = say(connection, &["INFO", "commandstats"]);
    let line = text.lines().find_map(|line| line.strip_prefix(&format!("cmdstat_{command}:")));
    let figure = |name: &str| {
        let found = line?.split(',').find_map(|part| part.strip_prefix(name))?;
        found.parse::<f64>().ok()
    };
    (figure("calls=").unwrap_or(0.0) as u64, figure("usec_per_call=").unwrap_or(0.0))
}

#[tokio::test]
async fn very_many_consumers_go_in_one_run_of_small_steps_that_do_not_read_the_list_again() {
    // More than half of what one list may hold, and on a server that tells the most of each.
    for build in builds().iter().filter(|build| build.version.starts_with("9.")) {
        let server = start(build);
        let mut connection = connect(&server);
        fill(&mut connection, 10, &["g"]);
        appear_many(&mut connection, 60_000);
        let _: Value = say(&mut connection, &["CONFIG", "RESETSTAT"]);
        let place = Place { is_paced: true, ..Place::of(&server) };
        let request =
            RemoveConsumersRequest { key: name("s"), group: name("g"), min_idle_ms: 0, archive: None };
        let plan = place.plan(&Request::RemoveConsumers(request)).await.unwrap();
        let checks = plan.facts.iter().find(|(label, _)| *label == "checks").unwrap();
        assert!(checks.1.contains("too long to be read again"), "{checks:?}");
        // Between plan and run one gets an entry: it stays, and so does the entry.
        read(&mut connection, "g", "pod-7", 1);
        let receipt = place.carry_out(plan, 1 << 30).await;
        assert_eq!(receipt.outcome, Outcome::Done);
        assert_eq!((receipt.tally.done, receipt.tally.left), (59_999, 1), "{receipt:?}");
        assert_eq!(receipt.before["consumers of g"], 60_000);
        assert_eq!(receipt.after["consumers of g"], 1);
        assert_eq!(receipt.after["pending of g"], 1);
        let (lists, _) = called(&mut connection, "xinfo|consumers");
        // The plan's, and the one of a few consumers at the end.
        assert_eq!(lists, 2);
        let (steps, each_us) = called(&mut connection, "eval");
        assert!(steps >= 300 && each_us < 3_000.0, "{steps} steps of {each_us} us");
        let left: Vec<std::collections::HashMap<String, Value>> =
            say(&mut connection, &["XINFO", "CONSUMERS", "s", "g"]);
        assert_eq!(redis::from_redis_value::<String>(left[0]["name"].clone()).unwrap(), "pod-7");
    }
}

#[tokio::test]
async fn of_a_list_that_is_read_again_those_that_came_back_stay() {
    for build in builds() {
        let server = start(&build);
        let mut connection = connect(&server);
        fill(&mut connection, 10, &["g"]);
        for at in 0..60 {
            appear(&mut connection, &format!("pod-{at}"));
        }
        let place = Place::of(&server);
        let idle_ms = 1_000;
        let request =
            RemoveConsumersRequest { key: name("s"), group: name("g"), min_idle_ms: idle_ms, archive: None };
        let plan = loop {
            let plan = place.plan(&Request::RemoveConsumers(request.clone())).await.unwrap();
            if plan.impact.items == 60 {
                break plan;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        };
        appear(&mut connection, "pod-3");
        read(&mut connection, "g", "pod-4", 1);
        let _: u64 = say(&mut connection, &["XGROUP", "DELCONSUMER", "s", "g", "pod-5"]);
        let began = std::time::Instant::now();
        let receipt = place.carry_out(plan, 1 << 30).await;
        let is_slow = began.elapsed().as_millis() > u128::from(idle_ms);
        let (left, lost) = (receipt.tally.left, receipt.tally.lost);
        // On a machine so slow that a second passed, the one that only came back is idle again.
        assert!((left, lost) == (2, 1) || (is_slow && left >= 1), "{build:?} {receipt:?}");
    }
}

#[tokio::test]
async fn a_group_of_very_many_consumers_is_removed_without_reading_their_list_again() {
    let builds = builds();
    let server = start(&builds[0]);
    let mut connection = connect(&server);
    fill(&mut connection, 10, &["g", "small"]);
    appear_many(&mut connection, 6_000);
    let place = Place::of(&server);
    let plan = place.plan(&Request::RemoveGroups(groups("g", None, 0))).await.unwrap();
    let warning = plan.warnings.iter().find(|warning| warning.contains("XGROUP DESTROY frees")).unwrap();
    assert!(warning.contains("6,000 consumers and 0 pending entries"), "{warning}");
    let _: Value = say(&mut connection, &["CONFIG", "RESETSTAT"]);
    let receipt = place.carry_out(plan, 1 << 30).await;
    assert_eq!((receipt.outcome, receipt.tally.done), (Outcome::Done, 1));
    assert_eq!(called(&mut connection, "xinfo|consumers").0, 0);
    assert_eq!(listed(&mut connection), ["small"]);
}
