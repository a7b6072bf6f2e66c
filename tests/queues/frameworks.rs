//! Real frameworks, started on a test's server in a scenario, and the truth as their own inspection tells it.
//!
//! Knows how each is installed and started; what its script makes stands in `frameworks/`, what a test expects in
//! `real`. A script and the workers that it started end with their guard, and with the test's process.

use crate::install;
use crate::python;
use crate::server::Server;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long a script may take to end its workers when it is told to.
const FAREWELL: Duration = Duration::from_secs(10);

/// What a framework's script is written in, and what it needs.
#[derive(Clone, Copy, Debug)]
pub enum Needs {
    /// A package of Python's and its requirements.
    Python(&'static str, &'static str),
    /// A package of npm's, with its version.
    Node(&'static str),
    /// A language of Debian's with packages that bring it, and what its scripts' names end with.
    Debian(&'static str, &'static str),
}

/// A framework that can be started here.
#[derive(Clone, Copy, Debug)]
pub struct Framework {
    /// Its name, as its script is called.
    pub name: &'static str,
    needs: Needs,
}

/// What a script makes; see `frameworks/harness.py`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scenario {
    Backlog,
    Working,
    Killed,
    Prefix,
    Paused,
    /// Of what another script made: the truth.
    Look,
    /// Of the same: a worker does all of it.
    Run,
}

impl Scenario {
    /// Its name on a script's command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Backlog => "backlog",
            Self::Working => "working",
            Self::Killed => "killed",
            Self::Prefix => "prefix",
            Self::Paused => "paused",
            Self::Look => "look",
            Self::Run => "run",
        }
    }
}

const fn python(name: &'static str, requirements: &'static str) -> Framework {
    Framework { name, needs: Needs::Python(name, requirements) }
}

pub const RQ: Framework = python("rq", "rq==3.0.0");
pub const CELERY: Framework = python("celery", "celery[redis]==5.7.0 redis==6.4.0");
pub const DRAMATIQ: Framework = python("dramatiq", "dramatiq[redis]==2.2.1");
pub const ARQ: Framework = python("arq", "arq==0.28.0");
pub const SAQ: Framework = python("saq", "saq[redis]==0.26.4");
pub const HUEY: Framework = python("huey", "huey==3.5.4 redis==8.1.0");
pub const STREAQ: Framework = python("streaq", "streaq==7.2.0");
pub const TASKIQ: Framework = python("taskiq", "taskiq-redis==1.2.4");
pub const BULLMQ: Framework = Framework { name: "bullmq", needs: Needs::Node("bullmq@5.81.5") };
pub const BULL: Framework = Framework { name: "bull", needs: Needs::Node("bull@4.16.5") };
pub const RESQUE: Framework = Framework { name: "resque", needs: Needs::Node("node-resque@9.7.1") };
pub const SIDEKIQ: Framework = Framework { name: "sidekiq", needs: Needs::Debian("ruby", "rb") };
pub const LARAVEL: Framework = Framework { name: "laravel", needs: Needs::Debian("php", "php") };

pub const RQ_CRON: Framework = Framework { name: "rq_cron", needs: RQ.needs };
pub const SAQ_CRON: Framework = Framework { name: "saq_cron", needs: SAQ.needs };
pub const BULLMQ_CRON: Framework = Framework { name: "bullmq_cron", needs: BULLMQ.needs };
pub const BULL_CRON: Framework = Framework { name: "bull_cron", needs: BULL.needs };
pub const RQ_TENANTS: Framework = Framework { name: "rq_tenants", needs: RQ.needs };
pub const CELERY_TENANTS: Framework = Framework { name: "celery_tenants", needs: CELERY.needs };
pub const CELERY_RESULTS: Framework = Framework { name: "celery_results", needs: CELERY.needs };
pub const DRAMATIQ_TENANTS: Framework = Framework { name: "dramatiq_tenants", needs: DRAMATIQ.needs };
pub const HUEY_TENANTS: Framework = Framework { name: "huey_tenants", needs: HUEY.needs };
pub const ARQ_TENANTS: Framework = Framework { name: "arq_tenants", needs: ARQ.needs };
pub const SAQ_TENANTS: Framework = Framework { name: "saq_tenants", needs: SAQ.needs };
pub const STREAQ_TENANTS: Framework = Framework { name: "streaq_tenants", needs: STREAQ.needs };
pub const TASKIQ_TENANTS: Framework = Framework { name: "taskiq_tenants", needs: TASKIQ.needs };
pub const DRAMATIQ_FAILED: Framework = Framework { name: "dramatiq_failed", needs: DRAMATIQ.needs };
/// No framework of jobs, but a layer that jobs and sockets talk over.
pub const CHANNELS: Framework = python("channels", "channels_redis==4.3.0");
pub const HUEY_FAILED: Framework = Framework { name: "huey_failed", needs: HUEY.needs };

impl Framework {
    /// The command that runs its script; nothing where it cannot be had on this machine.
    fn command(self) -> Option<Command> {
        let script = |suffix: &str| {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/queues/frameworks");
            // One script makes the jobs of all libraries that have tenants.
            let stem = if self.name.ends_with("_tenants") { "tenants" } else { self.name };
            folder.join(format!("{stem}_jobs.{suffix}"))
        };
        Some(match self.needs {
            Needs::Python(package, requirements) => {
                let mut command = Command::new("python3");
                command.env("PYTHONPATH", python::package(package, requirements));
                command.env("PYTHONDONTWRITEBYTECODE", "1").arg(script("py"));
                command
            }
            Needs::Node(package) => {
                let (node, modules) = install::node(package);
                let mut command = Command::new(node);
                command.env("NODE_PATH", modules).arg(script("js"));
                command
            }
            Needs::Debian(language, suffix) => {
                let mut command = Command::new(install::debian(language)?);
                command.arg(script(suffix));
                command
            }
        })
    }

    /// Starts its script on a server that listens on a port, and waits for the truth; nothing where the framework
    /// cannot be had on this machine.
    pub fn start(self, scenario: Scenario, server: &Server) -> Option<Started> {
        self.start_by(scenario, server, server.port)
    }

    /// The same by another way to the server, which listens on this port.
    pub fn start_by(self, scenario: Scenario, server: &Server, port: u16) -> Option<Started> {
        let mut command = self.command()?;
        let said = server.folder().join(format!("script-{}.err", scenario.name()));
        let workers = server.folder().join("workers.log");
        command.args([format!("redis://127.0.0.1:{port}").as_str(), scenario.name()]);
        command.env("HARNESS_FRAMEWORK", self.name);
        command.env("HARNESS_LOG", &workers).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.stderr(std::fs::File::create(&said).unwrap()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let mut started = Started { child, truth: Value::Null };
        started.truth = serde_json::from_str(&line).unwrap_or_else(|_| {
            let text = |file| std::fs::read_to_string(file).unwrap_or_default();
            panic!("{} {scenario:?} says {line:?}:\n{}\n{}", self.name, text(&said), text(&workers))
        });
        Some(started)
    }
}

/// A script that runs; it and its workers end with this.
pub struct Started {
    child: Child,
    /// All that it told.
    pub truth: Value,
}

/// A queue as its library counts it, nothing where the library does not know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub ready: Option<u64>,
    pub in_flight: Option<u64>,
    pub orphaned: Option<u64>,
    pub delayed: Option<u64>,
    pub dead: Option<u64>,
    pub oldest_enqueued_ms: Option<u64>,
    pub workers: Option<u64>,
    pub paused: Option<bool>,
    /// Jobs that are ready, by class.
    pub classes: BTreeMap<String, u64>,
}

impl Started {
    /// Jobs that a worker did, `class:number`, in order.
    pub fn ran(&self) -> Vec<String> {
        let ran = self.truth["ran"].as_array().unwrap_or_else(|| panic!("no ran in {}", self.truth));
        ran.iter().map(|job| job.as_str().unwrap().to_owned()).collect()
    }

    /// Its queues, by name.
    pub fn rows(&self) -> BTreeMap<String, Row> {
        let rows = self.truth["rows"].as_object().expect("rows");
        rows.iter().map(|(name, row)| (name.clone(), Row::of(row))).collect()
    }
}

impl Row {
    fn of(row: &Value) -> Self {
        let count = |column: &str| {
            let value = row.get(column).unwrap_or_else(|| panic!("no {column} in {row}"));
            assert!(value.is_null() || value.is_u64(), "{column} of {row}");
            value.as_u64()
        };
        let classes = row["classes"].as_object().expect("classes").iter();
        Self {
            ready: count("ready"),
            in_flight: count("in_flight"),
            orphaned: count("orphaned"),
            delayed: count("delayed"),
            dead: count("dead"),
            oldest_enqueued_ms: count("oldest_enqueued_ms"),
            workers: count("workers"),
            paused: row["paused"].as_bool(),
            classes: classes.map(|(class, count)| (class.clone(), count.as_u64().unwrap())).collect(),
        }
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let end = Instant::now() + FAREWELL;
        while Instant::now() < end && self.child.try_wait().is_ok_and(|ended| ended.is_none()) {
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
