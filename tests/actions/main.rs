//! Actions against real servers: what they do to the entry, what they leave, what is written down, what comes back.

#![cfg(test)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod busy;
mod commands;
mod faults;
mod floors;
mod freed;
mod kept;
mod keys;
mod lookups;
mod plans;
mod protection;
#[path = "../support/proxy.rs"]
mod proxy;
mod reclaim;
mod remove;
mod replay;
#[path = "../support/server.rs"]
mod server;
#[path = "../support/session.rs"]
mod session;
mod strain;
mod trim;
mod undo;
mod unknowns;

use server::{Options, PATIENCE, Server};
use session::PATIENT;
use std::path::Path;
use streamgauge::actions::execute::Executor;
use streamgauge::actions::survey::{Desk, PlanTime, survey};
use streamgauge::config::Target;
use streamgauge::core::model::Name;
use streamgauge::core::ops::archive::Frame;
use streamgauge::core::ops::record::Past;
use streamgauge::core::ops::{
    Challenge, Consent, Control, Plan, Policy, Progress, Receipt, Refusal, Request, WriteState,
};
use streamgauge::edge::clock::now_us;
use streamgauge::edge::journal::Journal;
use streamgauge::edge::link::{LinkLedger, Writer};
use tempfile::TempDir;
use tokio::sync::watch;

/// A target and a journal of its own.
struct Place {
    target: Target,
    folder: TempDir,
    is_paced: bool,
    per_s: Option<u64>,
    ledger: LinkLedger,
}

impl Place {
    fn of(server: &Server) -> Self {
        Self::at(&server.socket())
    }

    fn at(socket: &Path) -> Self {
        let target = Target { name: "test".to_owned(), ..session::target(socket) };
        Self {
            target,
            folder: TempDir::new().unwrap(),
            is_paced: false,
            per_s: None,
            ledger: LinkLedger::default(),
        }
    }

    fn journal(&self) -> Journal {
        Journal::new(self.folder.path())
    }

    fn past(&self) -> Vec<Past> {
        self.journal().read().unwrap().past
    }

    async fn plan(&self, request: &Request) -> Result<Plan, Refusal> {
        let time = PlanTime { counts: PATIENCE, all: PATIENCE };
        let desk = Desk { time, ..Desk::quiet(&self.target, PATIENT, &self.ledger) };
        survey(&desk, &self.journal().archives(), request).await
    }

    /// Plans it and does it, with every name typed.
    async fn act(&self, request: &Request) -> Result<Receipt, Refusal> {
        let plan = self.plan(request).await?;
        Ok(self.carry_out(plan, 1 << 30).await)
    }

    async fn carry_out(&self, plan: Plan, archive_max: u64) -> Receipt {
        let policy = Policy {
            target: "test".to_owned(),
            production: false,
            state: WriteState::Open,
            on_screen: false,
        };
        let consent = Consent { yes: true, name: Some("test".to_owned()) };
        let confirmed = Challenge::of(plan, &policy).confirm(&consent, &policy, now_us()).unwrap();
        let executor = Executor {
            writer: Writer::new(&self.target, PATIENT, false).unwrap().noted_in(&self.ledger),
            journal: self.journal(),
            archive_max,
            who: ("me".to_owned(), "here".to_owned()),
            is_paced: self.is_paced,
            per_s: self.per_s,
            waits: false,
        };
        let (tell, _progress) = watch::channel(Progress::of(confirmed.plan(), None));
        let (_order, control) = watch::channel(Control::default());
        Box::pin(executor.execute(confirmed, &tell, control)).await
    }

    /// Everything in the archive of an action.
    fn archived(&self, id: &str) -> Vec<Frame> {
        let mut archive = self.journal().archives().open(id).unwrap();
        let mut frames = Vec::new();
        loop {
            let page = archive.next(1_000).unwrap();
            if page.is_empty() {
                return frames;
            }
            frames.extend(page);
        }
    }
}

fn connect(server: &Server) -> redis::Connection {
    let url = format!("redis+unix://{}", server.socket().display());
    redis::Client::open(url).unwrap().get_connection().unwrap()
}

/// Says words; the reply as it comes.
fn say<T: redis::FromRedisValue>(connection: &mut redis::Connection, words: &[&str]) -> T {
    redis::cmd(words[0]).arg(&words[1..]).query(connection).unwrap()
}

fn name(text: &str) -> Name {
    Name::from(text)
}

fn start(build: &server::Build) -> Server {
    Server::start(Options::from(build))
}

/// `entries` in stream `s`, ids from `1-0` on, and groups at `0-0`.
fn fill(connection: &mut redis::Connection, entries: u64, groups: &[&str]) {
    let mut pipe = redis::pipe();
    for at in 1..=entries {
        pipe.cmd("XADD").arg("s").arg(format!("{at}-0")).arg("f").arg(at).ignore();
    }
    for group in groups {
        pipe.cmd("XGROUP").arg("CREATE").arg("s").arg(*group).arg("0").ignore();
    }
    pipe.exec(connection).unwrap();
}

/// `consumer` of `group` reads so many.
fn read(connection: &mut redis::Connection, group: &str, consumer: &str, count: u64) {
    let count = count.to_string();
    let words = ["XREADGROUP", "GROUP", group, consumer, "COUNT", &count, "STREAMS", "s", ">"];
    let _: redis::Value = say(connection, &words);
}

/// Makes `consumer` known to group `g`, with nothing pending and the group's cursor at the beginning.
fn appear(connection: &mut redis::Connection, consumer: &str) {
    read(connection, "g", consumer, 1);
    let _: u64 = say(connection, &["XACK", "s", "g", "1-0"]);
    let _: String = say(connection, &["XGROUP", "SETID", "s", "g", "0"]);
}
