//! Queues that nobody listens to, that are flooded, late, or short of workers.

use super::*;
use crate::core::diagnose::finding::Finding;
use crate::core::diagnose::queues::{GroupWorkers, JobFlood, OverdueCase, QueueCase, QueueFigures};
use crate::core::model::queues::{Framework, QueueColumn, QueueId, QueueSite};

fn case(queue: &str, figures: QueueFigures) -> QueueCase {
    let site = QueueSite { framework: Framework::Rq, prefix: Name::from("rq:") };
    let (verdict, reason) = figures.judge(15_000);
    let id = QueueId { site, queue: Some(Name::from(queue)) };
    QueueCase { id, verdict, reason, figures, oldest_ms: None, flood: None, tenant: None }
}

fn found(cases: Vec<QueueCase>, thresholds: &Thresholds) -> Vec<Finding> {
    let (info, hold) = (healthy(), Hold::default());
    let mut evidence = evidence(Some(&info), &hold);
    evidence.queues = cases;
    ask(&evidence, thresholds).0
}

fn waits() -> QueueFigures {
    QueueFigures { ready: Some(7), workers: Some(0), ..QueueFigures::default() }
}

#[test]
fn nobody_listens_is_a_warning_and_critical_once_the_oldest_job_has_waited_very_long() {
    let told = found(vec![case("mail", waits())], &Thresholds::default());
    let finding = told.first().unwrap();
    assert_eq!((finding.id, finding.severity), ("queue.not_listening", Severity::Warning));
    assert_eq!(finding.text, "rq queue mail: 7 ready, and no worker is alive");
    let late = QueueCase { oldest_ms: Some(1_800_000), ..case("mail", waits()) };
    let told = found(vec![late], &Thresholds::default());
    assert_eq!(told.len(), 1, "who has nobody is not told to be late as well: {told:?}");
    assert_eq!(told[0].severity, Severity::Critical);
}

#[test]
fn many_queues_with_one_trouble_are_one_finding_that_names_the_longest() {
    let figures = |ready| QueueFigures { ready: Some(ready), ..waits() };
    let cases = (1..=40).map(|at| case(&format!("q{at}"), figures(at))).collect();
    let told = found(cases, &Thresholds::default());
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].text.starts_with("40 queues ") && told[0].text.contains("q40"), "{}", told[0].text);
}

#[test]
fn a_flood_is_told_with_its_share_and_how_far_that_may_be_off() {
    let flood = |jobs, share| {
        let name = Name::from("Mail");
        Some(JobFlood { name, column: QueueColumn::Delayed, jobs, share, error: 0.05 })
    };
    let busy = QueueFigures { ready: Some(0), ..QueueFigures::default() };
    let told = |jobs, share| {
        let case = QueueCase { flood: flood(jobs, share), ..case("mail", busy) };
        found(vec![case], &Thresholds::default())
    };
    assert_eq!(
        told(620_000, 0.62)[0].text,
        "rq queue mail: about 620,000 delayed jobs are Mail, 62% ± 5% of them"
    );
    assert_eq!(told(620_000, 0.4), []);
    assert_eq!(told(9_999, 0.9), []);
    let tenant = |share| {
        let (name, column) = (Name::from("acme"), QueueColumn::Delayed);
        Some(JobFlood { name, column, jobs: 700_000, share, error: 0.0 })
    };
    let both = QueueCase { flood: flood(620_000, 0.62), tenant: tenant(0.7), ..case("mail", busy) };
    assert_eq!(
        found(vec![both], &Thresholds::default())[0].text,
        "rq queue mail: about 620,000 delayed jobs are Mail, 62% ± 5% of them; 70% of the delayed ones are for tenant acme"
    );
    let alone = QueueCase { flood: flood(620_000, 0.3), tenant: tenant(0.7), ..case("mail", busy) };
    assert_eq!(
        found(vec![alone], &Thresholds::default())[0].text,
        "rq queue mail: 700,000 delayed jobs are for tenant acme, 70% of them"
    );
}

#[test]
fn late_jobs_orphans_and_missing_workers_are_told() {
    let busy =
        QueueFigures { ready: Some(3), workers: Some(1), in_flight: Some(1), ..QueueFigures::default() };
    let late = QueueCase { oldest_ms: Some(300_000), ..case("mail", busy) };
    assert_eq!(found(vec![late], &Thresholds::default())[0].id, "queue.oldest");
    let orphans = QueueFigures { orphaned: Some(2), in_flight: Some(2), ..busy };
    assert_eq!(found(vec![case("mail", orphans)], &Thresholds::default())[0].id, "queue.orphans");
    let two = Thresholds { queue_workers: 2, ..Thresholds::default() };
    let told = found(vec![case("mail", busy)], &two);
    assert_eq!(told[0].text, "rq queue mail: 1 worker is alive, 2 are wanted");
    assert_eq!(found(vec![case("mail", busy)], &Thresholds::default()), []);
    // Whose workers are in no key has perhaps enough: nobody can tell.
    let (info, hold) = (healthy(), Hold::default());
    let mut evidence = evidence(Some(&info), &hold);
    evidence.queues = vec![case("mail", QueueFigures { workers: None, ..busy })];
    let cannot_tell = |thresholds: &Thresholds| {
        let (_, cannot_tell) = ask(&evidence, thresholds);
        cannot_tell
            .into_iter()
            .find(|rule| rule.id == "queue.workers")
            .map(|rule| rule.blind.text().to_owned())
    };
    let text = "how many workers there are can't be read of 1 queue, such as rq queue mail";
    assert_eq!(cannot_tell(&two).as_deref(), Some(text));
    assert_eq!(cannot_tell(&Thresholds::default()), None);
}

#[test]
fn groups_of_streams_have_workers_too_and_many_that_lack_some_are_one_finding() {
    let (info, hold) = (healthy(), Hold::default());
    let mut evidence = evidence(Some(&info), &hold);
    let group = |key: &str, alive| GroupWorkers { key: Name::from(key), group: Name::from("billing"), alive };
    let two = Thresholds { queue_workers: 2, ..Thresholds::default() };
    evidence.group_workers = vec![group("orders", Some(1)), group("mails", Some(2)), group("taxes", None)];
    let (told, cannot_tell) = ask(&evidence, &two);
    let texts: Vec<_> = told.iter().map(|finding| finding.text.as_str()).collect();
    assert_eq!(texts, ["orders/billing: 1 consumer is alive, 2 are wanted"]);
    assert_eq!(told[0].subject, FindingSubject::Group(Name::from("orders"), Name::from("billing")));
    let blind = cannot_tell.iter().find(|rule| rule.id == "queue.workers").unwrap().blind.text();
    assert_eq!(blind, "how many workers there are can't be read of 1 queue, such as taxes/billing");
    evidence.group_workers = (0..40).map(|at| group(&format!("s{at}"), Some(u64::from(at != 7)))).collect();
    let told = ask(&evidence, &two).0;
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(
        told[0].text,
        "40 queues have fewer workers than are wanted, such as s7/billing: 0 consumers are alive, 2 are wanted"
    );
}

#[test]
fn a_scheduler_that_is_late_is_told_once_for_each_framework() {
    let (info, hold) = (healthy(), Hold::default());
    let mut evidence = evidence(Some(&info), &hold);
    let of = case("mail", waits()).id;
    let late = |name: &str, overdue_ms| OverdueCase { of: of.clone(), name: Name::from(name), overdue_ms };
    evidence.overdue = vec![late("digest", 299_999)];
    assert_eq!(ask(&evidence, &Thresholds::default()).0, []);
    evidence.overdue = vec![late("digest", 300_000), late("report", 7_200_000)];
    let told = ask(&evidence, &Thresholds::default()).0;
    assert_eq!(told.len(), 1);
    assert_eq!(
        (told[0].id, told[0].text.as_str()),
        ("scheduler.overdue", "rq: report is overdue by 2h; and 1 more")
    );
}
