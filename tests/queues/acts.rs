//! What we do to queues of real frameworks, and what their own workers and their own inspection make of it.
//!
//! Knows which framework allows what (`frameworks/acts.txt`); how it is done is not its matter. Invariant: a job that comes back
//! is done by a real worker, exactly once.

use crate::frameworks::{
    ARQ, BULL, BULLMQ, CELERY, DRAMATIQ, Framework, HUEY, LARAVEL, RESQUE, RQ, Row, SAQ, SIDEKIQ, STREAQ,
    Scenario, Started, TASKIQ,
};
use crate::rows::act;
use crate::server::{Options, Server, kinds};
use serde_json::Value;
use std::collections::BTreeMap;

/// What dead jobs of each framework failed with: class, and error.
const ERRORS: &str = include_str!("frameworks/errors.txt");

/// What is allowed where, and what comes of it.
const ACTS: &str = include_str!("frameworks/acts.txt");

/// A server with what a framework's script made on it.
struct Site {
    framework: Framework,
    server: Server,
    /// What its queue `mail` is called.
    queue: String,
    made: Option<Started>,
}

impl Site {
    fn new(framework: Framework, scenario: Scenario, kind: usize) -> Option<Self> {
        let kinds = kinds();
        let options = Options { port: true, ..Options::with(kinds[kind % kinds.len()], &[]) };
        let server = Server::start(options);
        let made = framework.start(scenario, &server)?;
        let is_long = |row: &Row| row.ready.is_some_and(|ready| ready > 20);
        let queue = made.rows().into_iter().find(|(_, row)| is_long(row)).expect("a queue of mails").0;
        Some(Self { framework, server, queue, made: Some(made) })
    }

    fn act(&self, words: &[&str]) -> Value {
        act(&self.server, words)
    }

    /// An action on the queue `mail` of which so many jobs are done.
    fn done(&self, verb: &str, more: &[&str], jobs: u64) -> String {
        let words = [&[verb, self.framework.name, &self.queue], more].concat();
        let told = self.act(&words);
        let result = &told["result"];
        let name = self.framework.name;
        assert_eq!(result["outcome"], "done", "{name} {words:?}: {told}");
        assert_eq!(result["done"].as_u64(), Some(jobs), "{name} {words:?}: {told}");
        result["id"].as_str().unwrap().to_owned()
    }

    fn undone(&self, id: &str, jobs: u64) {
        let told = self.act(&["undo", id]);
        assert_eq!(told["result"]["outcome"], "done", "{}: {told}", self.framework.name);
        assert_eq!(told["result"]["done"].as_u64(), Some(jobs), "{}: {told}", self.framework.name);
    }

    /// A column of the queue `mail`, as the library counts it now.
    fn library(&self, column: &str) -> Option<u64> {
        let looked = self.framework.start(Scenario::Look, &self.server).unwrap();
        looked.truth["rows"][&self.queue][column].as_u64()
    }

    /// How often a worker does each job that is there now.
    fn run(&mut self) -> BTreeMap<String, u64> {
        self.made = None;
        let ran = self.framework.start(Scenario::Run, &self.server).unwrap().ran();
        ran.into_iter().fold(BTreeMap::new(), |mut ran, job| {
            *ran.entry(job).or_insert(0) += 1;
            ran
        })
    }
}

/// Jobs of a class with these numbers, each done once.
fn once(class: &str, numbers: std::ops::Range<u64>) -> BTreeMap<String, u64> {
    numbers.map(|number| (format!("{class}:{number}"), 1)).collect()
}

/// Of what was done the jobs of this class.
fn of(ran: &BTreeMap<String, u64>, class: &str) -> BTreeMap<String, u64> {
    let is_its = |job: &String| job.split(':').next() == Some(class);
    ran.iter().filter(|(job, _)| is_its(job)).map(|(job, times)| (job.clone(), *times)).collect()
}

fn requeue(framework: Framework, orphans: u64, kind: usize) {
    let Some(mut site) = Site::new(framework, Scenario::Killed, kind) else { return };
    let id = site.done("requeue-orphans", &[], orphans);
    assert_eq!(site.library("orphaned").unwrap_or(0), 0, "{}", framework.name);
    site.undone(&id, orphans);
    assert_eq!(site.library("orphaned").unwrap_or(orphans), orphans, "{}", framework.name);
    site.done("requeue-orphans", &[], orphans);
    assert_eq!(of(&site.run(), "send_mail"), once("send_mail", 0..30), "{}", framework.name);
}

fn revive(framework: Framework, kind: usize) {
    let Some(mut site) = Site::new(framework, Scenario::Backlog, kind) else { return };
    let id = site.done("revive-jobs", &[], 3);
    assert_eq!(site.library("dead"), Some(0), "{}", framework.name);
    site.undone(&id, 3);
    assert_eq!(site.library("dead"), Some(3), "{}", framework.name);
    site.done("revive-jobs", &["--count", "2"], 2);
    site.done("revive-jobs", &[], 1);
    assert_eq!(of(&site.run(), "broken"), once("broken", 0..3), "{}", framework.name);
}

/// Jobs that failed with an error are revived and dropped by it; those with another stay.
fn by_error(framework: Framework, kind: usize) {
    let Some(mut site) = Site::new(framework, Scenario::Backlog, kind) else { return };
    let words = ERRORS.lines().map(|line| line.splitn(3, '|').collect::<Vec<_>>());
    let error = words.into_iter().find(|words| words[0] == framework.name).expect("an error")[2];
    let name = framework.name;
    let told = site.act(&["revive-jobs", name, &site.queue, "--error", "another"]);
    let nothing = told["plan"]["nothing"].as_str().unwrap_or_else(|| panic!("{name}: {told}"));
    assert!(nothing.ends_with("3 with other errors"), "{name}: {told}");
    let id = site.done("drop-jobs", &["--error", error], 3);
    assert_eq!(site.library("dead"), Some(0), "{name}");
    site.undone(&id, 3);
    assert_eq!(site.library("dead"), Some(3), "{name}");
    // A part of it with a star is enough.
    let glob = format!("*{}*", error.split(['*', '"', '\'', '[']).max_by_key(|part| part.len()).unwrap());
    site.done("revive-jobs", &["--error", &glob, "--count", "1"], 1);
    site.done("revive-jobs", &["--error", error], 2);
    assert_eq!(of(&site.run(), "broken"), once("broken", 0..3), "{name}");
}

fn drop_class(framework: Framework, class: &str, ready: u64, kind: usize) {
    let Some(mut site) = Site::new(framework, Scenario::Backlog, kind) else { return };
    let id = site.done("drop-jobs", &["--class", class], ready);
    assert_eq!(site.library("ready"), Some(0), "{}", framework.name);
    site.undone(&id, ready);
    assert_eq!(site.library("ready"), Some(ready), "{}", framework.name);
    assert_eq!(of(&site.run(), "send_mail"), once("send_mail", 0..30), "{}", framework.name);
}

fn pause(framework: Framework, kind: usize) {
    let Some(mut site) = Site::new(framework, Scenario::Backlog, kind) else { return };
    site.done("pause-queue", &[], 1);
    assert_eq!(of(&site.run(), "send_mail"), BTreeMap::new(), "{}", framework.name);
    site.done("resume-queue", &[], 1);
    assert_eq!(of(&site.run(), "send_mail"), once("send_mail", 0..30), "{}", framework.name);
}

fn refused(framework: Framework, verb: &str, more: &[&str]) {
    let Some(site) = Site::new(framework, Scenario::Backlog, 0) else { return };
    let told = site.act(&[&[verb, framework.name, &site.queue], more].concat());
    assert_eq!(told["result"]["outcome"], "refused", "{} {verb}: {told}", framework.name);
    let why = told["result"]["reason"].as_str().unwrap();
    assert!(why.contains(": "), "{why}");
}

/// Everything that the table says of a framework.
fn check(framework: Framework) {
    let lines = ACTS.lines().filter(|line| !line.starts_with('#'));
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split_whitespace().collect()).collect();
    let ours: Vec<_> = rows.iter().filter(|words| words.first() == Some(&framework.name)).collect();
    assert!(!ours.is_empty(), "nothing is said of {}", framework.name);
    let only = std::env::var("ACT").ok();
    for (kind, words) in ours.iter().enumerate() {
        if only.as_ref().is_some_and(|only| only != words[1]) {
            continue;
        }
        match (words[1], words[2]) {
            (verb, "no") => {
                let more: &[&str] = if verb == "drop" { &["--class", "x"] } else { &[] };
                let verb = match verb {
                    "requeue" => "requeue-orphans",
                    "revive" => "revive-jobs",
                    "drop" => "drop-jobs",
                    _ => "pause-queue",
                };
                refused(framework, verb, more);
            }
            ("requeue", orphans) => requeue(framework, orphans.parse().unwrap(), kind),
            ("revive", _) => {
                revive(framework, kind);
                by_error(framework, kind);
            }
            ("drop", class) => drop_class(framework, class, words[3].parse().unwrap(), kind),
            (_, _) => pause(framework, kind),
        }
    }
}

macro_rules! acts {
    ($($name:ident $framework:ident;)*) => {
        $(#[test]
        fn $name() {
            check($framework);
        })*
    };
}

acts! {
    rq_takes_our_actions_for_its_own RQ;
    sidekiq_takes_our_actions_for_its_own SIDEKIQ;
    bullmq_takes_our_actions_for_its_own BULLMQ;
    bull_takes_our_actions_for_its_own BULL;
    celery_takes_our_actions_for_its_own CELERY;
    dramatiq_takes_our_actions_for_its_own DRAMATIQ;
    arq_takes_our_actions_for_its_own ARQ;
    saq_takes_our_actions_for_its_own SAQ;
    huey_takes_our_actions_for_its_own HUEY;
    laravel_takes_our_actions_for_its_own LARAVEL;
    resque_takes_our_actions_for_its_own RESQUE;
    streaq_takes_our_actions_for_its_own STREAQ;
    taskiq_takes_our_actions_for_its_own TASKIQ;
}
