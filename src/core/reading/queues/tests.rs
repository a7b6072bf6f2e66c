//! Queues over several rounds.
//!
//! Knows made-up answers alone. Invariant: what was not seen is not claimed.

use super::*;
use crate::core::model::Name;
use crate::core::model::queues::{Framework, QueueSite};
use crate::core::queues::adapter;

fn id(framework: Framework, queue: Option<&str>) -> QueueId {
    let site = QueueSite { framework, prefix: Name::from("") };
    QueueId { site, queue: queue.map(Name::from) }
}

/// All parts of a queue, those of these columns with these values and the others 0.
fn parts(of: &QueueId, values: &[(QueueColumn, u64)]) -> Vec<QueueFact> {
    let parts = adapter(of.site.framework).unwrap().parts.iter().enumerate();
    let own = parts.filter(|(_, part)| part.is_of_queue() == of.queue.is_some());
    let mut told = Vec::new();
    let value = |at: usize, value| QueueFact { of: of.clone(), value: QueueValue::Part(at, Some(value)) };
    own.map(|(at, part)| {
        let first = !told.contains(&part.column);
        told.push(part.column);
        let wanted = values.iter().find(|(column, _)| *column == part.column && first);
        value(at, wanted.map_or(0, |(_, value)| *value))
    })
    .collect()
}

/// The same where nothing is known of a column.
fn unknown(facts: Vec<QueueFact>, column: QueueColumn) -> Vec<QueueFact> {
    let is_of =
        |of: &QueueId, at: usize| adapter(of.site.framework).unwrap().parts.get(at).unwrap().column == column;
    let forget = |fact: QueueFact| match fact.value {
        QueueValue::Part(at, _) if is_of(&fact.of, at) => {
            QueueFact { value: QueueValue::Part(at, None), ..fact }
        }
        _ => fact,
    };
    facts.into_iter().map(forget).collect()
}

fn item(why: ItemsFor, of: &QueueId, mark: u64) -> QueueFact {
    let item = QueueItem { mark, bytes: 90, id: None, class: None, at_ms: None, tenant: None };
    QueueFact { of: of.clone(), value: QueueValue::Items(why, vec![item]) }
}

fn advance(track: &mut QueueTrack, second: i64, facts: Vec<QueueFact>) {
    let at_us = second * 1_000_000;
    let facts = facts.into_iter().map(|value| Stamped { at_us, value }).collect();
    track.advance(&NodeId::default(), facts, at_us);
}

fn only(track: &QueueTrack, second: i64) -> QueueView {
    let views = track.views(second * 1_000_000, None, 15_000);
    assert_eq!(views.len(), 1, "{views:?}");
    views.into_iter().next().unwrap()
}

#[test]
fn without_times_the_oldest_job_is_as_old_as_the_mark_that_it_was_given_when_it_came() {
    let queue = id(Framework::Celery, Some("mail"));
    let mut track = QueueTrack::new(10_000_000);
    let ready = [(QueueColumn::Ready, 3)];
    // Job 1 stands first; 2, 3 and 4 come last one after the other.
    for (second, first, last) in [(0, 1, 2), (1, 1, 3), (2, 1, 4), (30, 3, 4)] {
        let mut facts = parts(&queue, &ready);
        facts.push(item(ItemsFor::Next(0), &queue, first));
        facts.push(item(ItemsFor::Newest(0), &queue, last));
        advance(&mut track, second, facts);
    }
    let oldest = only(&track, 40).oldest.unwrap();
    assert_eq!((oldest.age_ms, oldest.kind), (39_000, AgeKind::Estimate));
    // One that was there before anybody looked has waited so long at least.
    let mut facts = parts(&queue, &ready);
    facts.push(item(ItemsFor::Next(0), &queue, 9));
    advance(&mut track, 41, facts);
    let oldest = only(&track, 50).oldest.unwrap();
    assert_eq!((oldest.age_ms, oldest.kind), (9_000, AgeKind::AtLeast));
}

#[test]
fn a_job_that_stays_first_was_not_taken_and_one_that_goes_was() {
    let queue = id(Framework::Celery, Some("mail"));
    let mut track = QueueTrack::new(10_000_000);
    for second in 0..=20 {
        let mut facts = parts(&queue, &[(QueueColumn::Ready, 3)]);
        facts.push(item(ItemsFor::Next(0), &queue, 1));
        advance(&mut track, second, facts);
    }
    let view = only(&track, 20);
    assert_eq!((view.untouched_ms, view.verdict.word()), (Some(20_000), "not_listening"));
    let mut facts = parts(&queue, &[(QueueColumn::Ready, 2)]);
    facts.push(item(ItemsFor::Next(0), &queue, 2));
    advance(&mut track, 21, facts);
    assert_eq!((only(&track, 21).untouched_ms, only(&track, 21).verdict.word()), (Some(0), "ok"));
}

#[test]
fn what_a_site_keeps_for_all_stands_with_its_only_queue_and_else_for_itself() {
    let (all, mail) = (id(Framework::Celery, None), id(Framework::Celery, Some("mail")));
    let mut track = QueueTrack::new(10_000_000);
    // Of too many that are taken nobody looks for those of a queue.
    let ready = |of: &QueueId, jobs| unknown(parts(of, &[(QueueColumn::Ready, jobs)]), QueueColumn::InFlight);
    advance(&mut track, 1, ready(&mail, 3));
    advance(&mut track, 1, parts(&all, &[(QueueColumn::InFlight, 7)]));
    let view = only(&track, 1);
    assert_eq!((view.ready, view.in_flight, view.name().as_str()), (Some(3), Some(7), "mail"));
    advance(&mut track, 2, ready(&id(Framework::Celery, Some("images")), 1));
    let views = track.views(2_000_000, None, 15_000);
    let told: Vec<_> = views.iter().map(|view| (view.name(), view.ready, view.in_flight)).collect();
    assert_eq!(
        told,
        [
            ("*".to_owned(), None, Some(7)),
            ("images".to_owned(), Some(1), None),
            ("mail".to_owned(), Some(3), None)
        ]
    );
}

#[test]
fn a_part_that_can_not_be_read_leaves_its_column_unknown() {
    let queue = id(Framework::Rq, Some("mail"));
    let mut track = QueueTrack::new(10_000_000);
    let mut facts = parts(&queue, &[(QueueColumn::Ready, 3), (QueueColumn::Delayed, 5)]);
    let delayed =
        adapter(Framework::Rq).unwrap().parts.iter().rposition(|part| part.column == QueueColumn::Delayed);
    for fact in &mut facts {
        if let QueueValue::Part(at, value) = &mut fact.value {
            *value = value.filter(|_| Some(*at) != delayed);
        }
    }
    advance(&mut track, 1, facts);
    assert_eq!((only(&track, 1).ready, only(&track, 1).delayed), (Some(3), None));
}

#[test]
fn a_part_that_does_not_come_with_the_others_any_more_is_not_told_as_it_was() {
    let queue = id(Framework::Rq, Some("mail"));
    let mut track = QueueTrack::new(10_000_000);
    let facts = parts(&queue, &[(QueueColumn::Ready, 3), (QueueColumn::Dead, 5)]);
    advance(&mut track, 1, facts.clone());
    assert_eq!((only(&track, 1).ready, only(&track, 1).dead), (Some(3), Some(5)));
    let dead = adapter(Framework::Rq).unwrap().parts.iter().position(|part| part.column == QueueColumn::Dead);
    let is_dead = |fact: &QueueFact| matches!(fact.value, QueueValue::Part(at, _) if Some(at) == dead);
    advance(&mut track, 2, facts.into_iter().filter(|fact| !is_dead(fact)).collect());
    assert_eq!((only(&track, 2).ready, only(&track, 2).dead), (Some(3), None));
}

#[test]
fn shares_of_classes_have_an_error_unless_all_jobs_were_looked_at() {
    let queue = id(Framework::Sidekiq, Some("mail"));
    let classes = |length: u64| {
        let mut track = QueueTrack::new(10_000_000);
        let job = |class: &str, mark| QueueItem {
            class: Some(Name::from(class)),
            mark,
            bytes: 90,
            id: None,
            at_ms: None,
            tenant: None,
        };
        let jobs = (0..10).map(|at| job(if at < 8 { "Flood" } else { "Other" }, at)).collect();
        let why = ItemsFor::Classes(0);
        let mut facts = parts(&queue, &[(QueueColumn::Ready, length)]);
        facts.push(QueueFact { of: queue.clone(), value: QueueValue::Items(why, jobs) });
        advance(&mut track, 1, facts);
        only(&track, 1).classes
    };
    let (all, some) = (classes(10), classes(1_000));
    let told = |class: &JobGroup| (class.name.clone(), class.jobs, class.error > 0.0);
    assert_eq!(told(&all[0]), (Some(Name::from("Flood")), 8, false));
    assert_eq!(told(&some[0]), (Some(Name::from("Flood")), 800, true));
    // Where all that were seen are alike, others may be there.
    assert_eq!(sample_error(1.0, 60.0), 0.05);
    assert_eq!(sample_error(1.0, 2.0), 1.0);
    assert!((sample_error(0.5, 400.0) - 0.049).abs() < 1e-9);
}

#[test]
fn a_queue_that_is_not_told_of_any_more_is_gone_and_windows_end_with_the_process() {
    let queue = id(Framework::Rq, Some("mail"));
    let mut track = QueueTrack::new(10_000_000);
    for second in 0..3 {
        advance(&mut track, second, parts(&queue, &[(QueueColumn::Ready, 10 * second.unsigned_abs())]));
    }
    assert_eq!(only(&track, 2).growth_per_s, Some(10.0));
    track.begin_anew(&NodeId::default());
    assert_eq!(only(&track, 2).growth_per_s, None);
    advance(&mut track, 300, Vec::new());
    assert!(track.is_empty());
}

fn failed(error: &str, class: &str, at_ms: i64) -> Option<FailedJob> {
    Some(FailedJob { class: Some(Name::from(class)), at_ms: Some(at_ms), error: Some(Name::from(error)) })
}

#[test]
fn jobs_that_failed_are_told_by_error_with_how_many_were_looked_at_of_how_many() {
    let queue = id(Framework::Rq, Some("mail"));
    let told = |dead: u64, jobs: Vec<Option<FailedJob>>| {
        let mut track = QueueTrack::new(10_000_000);
        let mut facts = parts(&queue, &[(QueueColumn::Dead, dead)]);
        facts.push(QueueFact { of: queue.clone(), value: QueueValue::Failed(0, jobs) });
        advance(&mut track, 1, facts);
        only(&track, 1).failures
    };
    let three = || vec![failed("E: *", "mail", 5), failed("F", "mail", 9), failed("E: *", "images", 7)];
    let all = told(3, three());
    let first = &all[0];
    assert_eq!((all.len(), first.jobs, first.classes, first.off), (2, 2, 2, 0.0));
    assert_eq!((first.newest_ms, first.oldest_ms, first.looked_at, first.of), (Some(7), Some(5), 3, 3));
    let some = told(3_000, three());
    assert_eq!((some[0].jobs, some[0].looked_at, some[0].of), (2_000, 3, 3_000));
    assert!(some[0].off > 0.5);
    // What has not failed was looked at as well.
    let results = [three(), vec![None; 3]].concat();
    assert_eq!((told(6, results.clone())[0].share * 6.0).round(), 2.0);
    assert_eq!(told(0, results), []);
}

#[test]
fn what_begins_jobs_again_and_again_is_overdue_when_its_time_is_over() {
    let site = id(Framework::Sidekiq, None);
    let entry =
        |name: &str, next_ms| ScheduleEntry { name: Name::from(name), next_ms, last_ms: None, rule: None };
    let entries = vec![entry("a", None), entry("later", Some(9_000)), entry("late", Some(1_000))];
    let mut track = QueueTrack::new(10_000_000);
    advance(&mut track, 1, vec![QueueFact { of: site, value: QueueValue::Schedules(0, 7, entries) }]);
    let list = track.schedules(5_000_000);
    let told: Vec<_> = list.entries.iter().map(|view| (view.entry.name.text(), view.overdue_ms)).collect();
    let expected = [("late".to_owned(), Some(4_000)), ("later".to_owned(), None), ("a".to_owned(), None)];
    assert_eq!((told, list.total), (expected.to_vec(), 7));
}

#[test]
fn without_a_counter_of_what_came_it_follows_from_what_is_done_and_what_there_is_more_of() {
    let queue = id(Framework::Asynq, Some("mail"));
    let mut track = QueueTrack::new(10_000_000);
    for second in 0..=10_u64 {
        // Five are done a second, two more wait, one more is for later, one less is at work.
        let columns = [
            (QueueColumn::Ready, 100 + 2 * second),
            (QueueColumn::Delayed, 10 + second),
            (QueueColumn::InFlight, 50 - second),
            (QueueColumn::Done, 1_000 + 5 * second),
        ];
        advance(&mut track, second as i64, parts(&queue, &columns));
    }
    let view = only(&track, 10);
    let rounded = |rate: Option<f64>| rate.map(|rate| (rate * 10.0).round() / 10.0);
    assert_eq!((rounded(view.in_per_s), rounded(view.out_per_s)), (Some(7.0), Some(5.0)));
    // Where nobody counts what is done either, nothing is told.
    let plain = id(Framework::Rq, Some("mail"));
    let mut track = QueueTrack::new(10_000_000);
    for second in 0..=10_u64 {
        advance(&mut track, second as i64, parts(&plain, &[(QueueColumn::Ready, 100 + second)]));
    }
    let view = only(&track, 10);
    assert_eq!((view.in_per_s, view.out_per_s, rounded(view.growth_per_s)), (None, None, Some(1.0)));
}
