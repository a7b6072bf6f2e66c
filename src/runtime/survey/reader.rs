//! Reads for a plan: at a pace, with an end, and no further once it is given up.
//!
//! Knows how to ask and when to rest; not what for. Invariants: no pipeline leaves after the plan was given up or its time
//! is over, each pipeline that left is waited for, so that what it looked up is known, and the server is left to others
//! as it is while an action runs.

use crate::config::Target;
use crate::core::limits::{PIPELINE_COMMANDS, PLAN_COUNTS_MS, PLAN_MS, WALKED_BODIES, WALKED_ENTRIES};
use crate::core::model::{Name, Snapshot, StreamId};
use crate::core::ops::pace::Pace;
use crate::core::ops::{PlanProgress, Refusal};
use crate::core::wire::decode::decode;
use crate::core::wire::decode::streams::id;
use crate::core::wire::{ErrorKind, Exchange, Inspect, Observation, ReadCmd, Resp};
use crate::edge::clock;
use crate::edge::link::{Lane, Link, LinkLedger, Timeouts};
use crate::runtime::pulse::Pulse;
use std::time::Duration;
use tokio::sync::watch;

/// From then on the server is timed: most plans are a matter of a moment.
const TIMED_AFTER: Duration = Duration::from_millis(200);

/// Where a plan is made, and who hears of it.
#[derive(Clone, Debug)]
pub struct Desk {
    /// The target.
    pub target: Target,
    /// How long anything may take.
    pub timeouts: Timeouts,
    /// What is looked up for it is written down there.
    pub ledger: LinkLedger,
    /// How far it is.
    pub progress: watch::Sender<PlanProgress>,
    /// Becomes true when the plan is given up.
    pub cancel: watch::Receiver<bool>,
    /// How long it may take.
    pub time: PlanTime,
}

/// How long a plan may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlanTime {
    /// Until counting ends, and what was counted is told as "at least".
    pub counts: Duration,
    /// Until nothing more is asked.
    pub all: Duration,
}

impl Default for PlanTime {
    fn default() -> Self {
        Self::within(Duration::from_millis(PLAN_MS))
    }
}

impl PlanTime {
    /// So long altogether, and for counting its share of that.
    pub fn within(all: Duration) -> Self {
        let share = PLAN_COUNTS_MS as f64 / PLAN_MS as f64;
        Self { counts: all.mul_f64(share), all }
    }
}

impl Desk {
    /// A desk of which nobody hears anything, and that nobody gives up.
    pub fn quiet(target: &Target, timeouts: Timeouts, ledger: &LinkLedger) -> Self {
        let (progress, _) = watch::channel(PlanProgress::default());
        let (_, cancel) = watch::channel(false);
        Self {
            target: target.clone(),
            timeouts,
            ledger: ledger.clone(),
            progress,
            cancel,
            time: PlanTime::default(),
        }
    }

    async fn link(&self) -> Result<Link, Refusal> {
        self.patient_link(self.timeouts.control).await
    }

    /// A link that waits so long for a reply.
    async fn patient_link(&self, reply: Duration) -> Result<Link, Refusal> {
        let timeouts = Timeouts { control: reply, ..self.timeouts };
        let opened = Link::open(&self.target, Lane::Control, &timeouts, &self.ledger).await;
        opened.map_err(|error| Refusal::because(error.to_string()))
    }
}

/// Asks, and gives up when the connection does, when the operator does, or when the time is over.
pub(super) struct Reader {
    desk: Desk,
    link: Link,
    pace: Pace,
    began_us: u64,
    /// The shortest way there and back so far, microseconds: about what it takes with nothing to do.
    shortest_us: u64,
    pulse: Option<Pulse>,
    is_timed: bool,
    /// The last way there and back, microseconds.
    last_us: u64,
    /// Whether scripts may be run, as far as was seen.
    scripts: bool,
    /// What the plan rests on and could not be read.
    doubts: Vec<&'static str>,
}

impl Reader {
    pub(super) async fn open(desk: &Desk) -> Result<Self, Refusal> {
        let began_us = clock::now_us();
        let link = desk.link().await?;
        let pace = Pace::new((1, 1, 1), None, true);
        let desk = desk.clone();
        Ok(Self {
            desk,
            link,
            pace,
            began_us,
            shortest_us: u64::MAX,
            pulse: None,
            is_timed: false,
            last_us: 0,
            scripts: true,
            doubts: Vec::new(),
        })
    }

    /// Does not rest from now on: somebody has said that nobody else is to be spared.
    pub(super) fn hurry(&mut self) {
        self.pace = Pace::new((1, 1, 1), None, false);
    }

    /// Where it asks, without secrets, and the logical database.
    pub(super) fn address(&self) -> (String, u32) {
        self.link.address()
    }

    /// Whether nothing more can be asked.
    pub(super) fn is_lost(&self) -> bool {
        self.link.lost().is_some()
    }

    /// Tells how far it is.
    pub(super) fn tell(&self, items: &'static str, seen: u64, of: Option<u64>) {
        let halvings = self.pace.halvings();
        self.desk.progress.send_replace(PlanProgress { items, seen, of, halvings });
    }

    /// Notes what the plan rests on and could not be read.
    pub(super) fn doubt(&mut self, why: &'static str) {
        if !self.doubts.contains(&why) {
            self.doubts.push(why);
        }
    }

    /// What the plan rests on and could not be read.
    pub(super) fn doubts(&self) -> &[&'static str] {
        &self.doubts
    }

    /// The last way there and back, microseconds.
    pub(super) const fn last_us(&self) -> u64 {
        self.last_us
    }

    /// Whether scripts may be run, as far as was seen.
    pub(super) const fn has_scripts(&self) -> bool {
        self.scripts
    }

    /// Entries that may be walked through: fewer where their bodies cross the network.
    pub(super) const fn walked_most(&self) -> u64 {
        if self.scripts { WALKED_ENTRIES } else { WALKED_BODIES }
    }

    /// How many entries lie between two ids, up to a count, and the last of them: counted on the server, or read where
    /// no script may be run.
    pub(super) async fn walk(
        &mut self,
        key: &Name,
        (from, to): (StreamId, StreamId),
        count: u32,
        backwards: bool,
    ) -> Result<(u64, Option<StreamId>), Refusal> {
        let strange =
            |verb: &str| Refusal::because(format!("{verb}: a reply that streamgauge does not know"));
        if self.scripts {
            let walk = Inspect::Walk { key: key.clone(), from, to, count, backwards };
            match self.ask(vec![ReadCmd::Inspect(walk)]).await?.first() {
                Some(Resp::Error(error))
                    if matches!(error.kind(), ErrorKind::DeniedCommand | ErrorKind::Unsupported) =>
                {
                    self.scripts = false;
                }
                Some(Resp::Error(error)) => return Err(Refusal::because(format!("EVAL: {error}"))),
                reply => {
                    let items = reply.and_then(Resp::items).ok_or_else(|| strange("EVAL"))?;
                    let found = items.first().and_then(Resp::count).ok_or_else(|| strange("EVAL"))?;
                    return Ok((found, items.get(1).and_then(id)));
                }
            }
        }
        let (key, count) = (key.clone(), count);
        let page = match backwards {
            false => ReadCmd::Xrange { key, start: from, end: to, count },
            true => ReadCmd::Xrevrange { key, end: from, start: to, count },
        };
        let reply = self.one(page).await?;
        let entries = reply.items().ok_or_else(|| strange("XRANGE"))?;
        let last = entries.last().and_then(Resp::items).and_then(<[Resp]>::first).and_then(id);
        Ok((entries.len() as u64, last))
    }

    /// Whether counting has to end, and what is known is told as "at least".
    pub(super) fn is_late(&self) -> bool {
        self.elapsed() >= self.desk.time.counts
    }

    /// The way there and back with nothing to do, microseconds.
    pub(super) fn idle_us(&self) -> u64 {
        let timed_us = self.pulse.as_ref().map_or(u64::MAX, Pulse::idle_us);
        match self.shortest_us.min(timed_us) {
            u64::MAX => 0,
            idle_us => idle_us,
        }
    }

    /// Whether it may go on.
    ///
    /// # Errors
    /// It was given up, its time is over, or the server is under strain.
    pub(super) fn go_on(&mut self) -> Result<(), Refusal> {
        if *self.desk.cancel.borrow() {
            return Err(Refusal::because("given up"));
        }
        if self.elapsed() >= self.desk.time.all {
            let seconds = self.desk.time.all.as_secs();
            return Err(Refusal::because(format!(
                "the server did not answer all that the plan needs within {seconds} s; nothing was written"
            )));
        }
        let Some(pulse) = &self.pulse else { return Ok(()) };
        let advised = pulse.advised();
        while self.pace.halvings() < advised.halvings.min(10) {
            self.pace.halve();
        }
        match advised.stops {
            0 => Ok(()),
            _ => {
                Err(Refusal::because(format!("stopped while looking: {}; nothing was written", advised.why)))
            }
        }
    }

    fn elapsed(&self) -> Duration {
        Duration::from_micros(clock::now_us().saturating_sub(self.began_us))
    }

    /// Asks a pipeline at a time, and rests after each.
    pub(super) async fn exchange(&mut self, commands: Vec<ReadCmd>) -> Result<Vec<Exchange>, Refusal> {
        let mut exchanges = Vec::with_capacity(commands.len());
        let mut rest = commands.into_iter();
        loop {
            let pipeline: Vec<ReadCmd> = rest.by_ref().take(PIPELINE_COMMANDS).collect();
            if pipeline.is_empty() {
                return Ok(exchanges);
            }
            self.go_on()?;
            self.begin_timing().await;
            let sent_us = clock::now_us();
            let asked = self.link.ask(pipeline).await;
            if let Some(error) = asked.lost {
                return Err(Refusal::because(error.to_string()));
            }
            exchanges.extend(asked.exchanges);
            let trip_us = clock::now_us().saturating_sub(sent_us);
            self.shortest_us = self.shortest_us.min(trip_us);
            self.last_us = trip_us;
            self.rest(trip_us).await;
        }
    }

    /// Begins to time the server, once it is clear that the plan is not a matter of a moment.
    async fn begin_timing(&mut self) {
        if self.is_timed || self.elapsed() < TIMED_AFTER {
            return;
        }
        self.is_timed = true;
        // Without a second connection the pace is what is left.
        if let Ok(link) = self.desk.link().await {
            self.pulse = Some(Pulse::start(link).await);
        }
    }

    /// Leaves the others their share of the server.
    async fn rest(&mut self, trip_us: u64) {
        let rest_us = self.pace.stepped(1, trip_us, self.idle_us(), trip_us);
        let rest_us = self.pace.owe(rest_us);
        if rest_us == 0 {
            return;
        }
        let began_us = clock::now_us();
        let rest = tokio::time::sleep(Duration::from_micros(rest_us));
        tokio::select! {
            () = rest => {}
            // Whoever asked for it is gone, or has given it up: the next question sees it.
            Ok(()) = self.desk.cancel.changed() => {}
        }
        self.pace.rested(clock::now_us().saturating_sub(began_us));
    }

    /// The replies.
    pub(super) async fn ask(&mut self, commands: Vec<ReadCmd>) -> Result<Vec<Resp>, Refusal> {
        let exchanges = self.exchange(commands).await?;
        Ok(exchanges.into_iter().filter_map(|exchange| exchange.reply.ok()).collect())
    }

    /// The reply to one command; an error is why there is no plan.
    pub(super) async fn one(&mut self, command: ReadCmd) -> Result<Resp, Refusal> {
        let label = command.verb().label();
        match self.ask(vec![command]).await?.pop() {
            Some(Resp::Error(refusal)) => Err(Refusal::because(format!("{label}: {refusal}"))),
            Some(reply) => Ok(reply),
            None => Err(Refusal::because(format!("{label}: no reply"))),
        }
    }

    /// The same for one that may hold the server for long: the reply may take as long as the plan has time.
    pub(super) async fn one_long(&mut self, command: ReadCmd) -> Result<Resp, Refusal> {
        let left = self.desk.time.all.saturating_sub(self.elapsed());
        let patient = self.desk.patient_link(left).await?;
        let usual = std::mem::replace(&mut self.link, patient);
        let reply = self.one(command).await;
        self.link = usual;
        reply
    }

    /// What the replies say.
    pub(super) async fn snapshot(&mut self, commands: Vec<ReadCmd>) -> Result<Snapshot, Refusal> {
        let exchanges = self.exchange(commands).await?;
        Ok(decode(&Observation { taken_at_ms: clock::wall_ms(), exchanges, ..Observation::default() }))
    }
}
