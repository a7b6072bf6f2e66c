//! The look at the server for a plan, as a machine without I/O: questions come out, answers go in, a plan or a refusal
//! ends it.
//!
//! Knows how a survey asks; not what for, nor how questions are carried. A survey is written as one function from its
//! first question to its plan, which stands still at each question until the answer is there: nothing else can be waited
//! for here, and no runtime is behind it. Invariant: the same answers give the same plan.

use super::archive::{Frame, Header, MissingPart};
use super::plan::Plan;
use super::planning::PlanProgress;
use super::refusal::Refusal;
use crate::core::limits::{WALKED_BODIES, WALKED_ENTRIES};
use crate::core::model::node::NodeId;
use crate::core::model::queues::HeldTimes;
use crate::core::model::{Name, Snapshot, StreamId};
use crate::core::wire::decode::decode;
use crate::core::wire::decode::streams::id;
use crate::core::wire::{ErrorKind, Exchange, Inspect, Observation, ReadCmd, Resp};
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// What a survey needs next.
#[derive(Debug)]
pub enum SurveyStep {
    /// Ask these.
    Ask(Vec<ReadCmd>),
    /// Send these, and go on before they are answered.
    Begin(Vec<ReadCmd>),
    /// Wait for what was begun.
    Finish,
    /// Ask this, which may hold the server for long: the reply may take as long as the plan has time.
    AskLong(ReadCmd),
    /// Open the archive of this action.
    Open(String),
    /// Read so many items of it.
    Load(u32),
    /// It is over.
    Done(Result<Box<Plan>, Refusal>),
}

/// What came of it.
#[derive(Debug)]
pub enum SurveyAnswer {
    /// The replies.
    Read(Vec<Exchange>),
    /// They were sent.
    Begun,
    /// What the archive begins with, and how many items it should have.
    Opened(Header, Option<u64>),
    /// Items, none at the end; and what could not be read so far.
    Loaded(Vec<Frame>, Vec<MissingPart>),
}

/// When an answer came, and how long it took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SurveyMoment {
    /// The process's clock, microseconds.
    pub now_us: u64,
    /// Our wall clock, milliseconds since 1970.
    pub wall_ms: i64,
    /// How long the last questions took, microseconds: the way there and back of each pipeline.
    pub trip_us: u64,
    /// The way there and back with nothing to do, microseconds.
    pub idle_us: u64,
    /// How long the server should be busy with one pipeline, microseconds.
    pub step_us: u64,
    /// Whether counting has to end, and what is known is told as "at least".
    pub is_late: bool,
    /// Whether nothing more can be asked.
    pub is_over: bool,
}

/// Where a survey looks, and what chance begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SurveyPlace {
    /// The address, without secrets.
    pub address: String,
    /// The logical database.
    pub database: u32,
    /// What chance begins with.
    pub seed: u64,
    /// How long workers of queues may hold a job, where only the application knows.
    pub held: HeldTimes,
}

/// A survey under way.
pub struct Survey {
    rest: Pin<Box<dyn Future<Output = Result<Plan, Refusal>> + Send>>,
    node: NodeId,
    slate: Slate,
}

/// What a survey and whoever carries its questions tell each other.
#[derive(Clone, Default)]
struct Slate(Arc<Mutex<SlateText>>);

#[derive(Default)]
struct SlateText {
    asked: Option<SurveyStep>,
    answer: Option<Result<SurveyAnswer, Refusal>>,
    moment: SurveyMoment,
    progress: PlanProgress,
    is_hurried: bool,
    doubts: Vec<&'static str>,
}

impl Slate {
    fn text(&self) -> MutexGuard<'_, SlateText> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Survey {
    /// Begins: `look` makes the plan of what it asks.
    pub(super) fn new<F>(place: SurveyPlace, look: impl FnOnce(Reader) -> F) -> Self
    where
        F: Future<Output = Result<Plan, Refusal>> + Send + 'static,
    {
        let slate = Slate::default();
        let node = NodeId::from(place.address.as_str());
        let reader = Reader { slate: slate.clone(), place, scripts: true };
        Self { rest: Box::pin(look(reader)), node, slate }
    }

    /// The next step after `answer`: none at the beginning, a refusal where there was no answer.
    pub fn next(
        &mut self,
        answer: Option<Result<SurveyAnswer, Refusal>>,
        moment: SurveyMoment,
    ) -> SurveyStep {
        {
            let mut text = self.slate.text();
            text.answer = answer;
            text.moment = moment;
        }
        let next = self.rest.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        let mut text = self.slate.text();
        match next {
            Poll::Ready(plan) => SurveyStep::Done(plan.map(|mut plan| {
                plan.guard.node = self.node.clone();
                Box::new(text.doubts.iter().fold(plan, |plan, why| plan.in_doubt(why)))
            })),
            Poll::Pending => text.asked.take().unwrap_or_else(|| SurveyStep::Done(Err(strange("survey")))),
        }
    }

    /// How far it is.
    pub fn progress(&self) -> PlanProgress {
        self.slate.text().progress
    }

    /// Whether somebody has said that nobody else is to be spared.
    pub fn is_hurried(&self) -> bool {
        self.slate.text().is_hurried
    }
}

/// The questions of one survey.
pub(super) struct Reader {
    slate: Slate,
    place: SurveyPlace,
    /// Whether scripts may be run, as far as was seen.
    scripts: bool,
}

impl Reader {
    /// Puts a question, and waits for its answer.
    async fn put(&self, question: SurveyStep) -> Result<SurveyAnswer, Refusal> {
        self.slate.text().asked = Some(question);
        poll_fn(|_| self.slate.text().answer.take().map_or(Poll::Pending, Poll::Ready)).await
    }

    /// When the last answer came.
    pub(super) fn moment(&self) -> SurveyMoment {
        self.slate.text().moment
    }

    /// Does not rest from now on: somebody has said that nobody else is to be spared.
    pub(super) fn hurry(&self) {
        self.slate.text().is_hurried = true;
    }

    /// Where it asks, and what chance begins with.
    pub(super) const fn place(&self) -> &SurveyPlace {
        &self.place
    }

    /// Tells how far it is.
    pub(super) fn tell(&self, items: &'static str, seen: u64, of: Option<u64>) {
        self.slate.text().progress = PlanProgress { items, seen, of, halvings: 0 };
    }

    /// Notes what the plan rests on and could not be read.
    pub(super) fn doubt(&self, why: &'static str) {
        let doubts = &mut self.slate.text().doubts;
        if !doubts.contains(&why) {
            doubts.push(why);
        }
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

    /// Asks, and tells what came with its times.
    pub(super) async fn exchange(&self, commands: Vec<ReadCmd>) -> Result<Vec<Exchange>, Refusal> {
        match commands.is_empty() {
            true => Ok(Vec::new()),
            false => self.read(SurveyStep::Ask(commands)).await,
        }
    }

    async fn read(&self, question: SurveyStep) -> Result<Vec<Exchange>, Refusal> {
        match self.put(question).await? {
            SurveyAnswer::Read(exchanges) => Ok(exchanges),
            _ => Err(strange("survey")),
        }
    }

    /// Sends these, to be answered while something else is done: one pipeline, and one at a time.
    pub(super) async fn begin(&self, commands: Vec<ReadCmd>) -> Result<(), Refusal> {
        match self.put(SurveyStep::Begin(commands)).await? {
            SurveyAnswer::Begun => Ok(()),
            _ => Err(strange("survey")),
        }
    }

    /// What came of what was begun.
    pub(super) async fn finish(&self) -> Result<Vec<Exchange>, Refusal> {
        self.read(SurveyStep::Finish).await
    }

    /// The replies.
    pub(super) async fn ask(&self, commands: Vec<ReadCmd>) -> Result<Vec<Resp>, Refusal> {
        Ok(replies(self.exchange(commands).await?))
    }

    /// The reply to one command; an error is why there is no plan.
    pub(super) async fn one(&self, command: ReadCmd) -> Result<Resp, Refusal> {
        let label = command.verb().label();
        only(label, self.ask(vec![command]).await?)
    }

    /// The same for one that may hold the server for long: the reply may take as long as the plan has time.
    pub(super) async fn one_long(&self, command: ReadCmd) -> Result<Resp, Refusal> {
        let label = command.verb().label();
        only(label, replies(self.read(SurveyStep::AskLong(command)).await?))
    }

    /// What the replies say.
    pub(super) async fn snapshot(&self, commands: Vec<ReadCmd>) -> Result<Snapshot, Refusal> {
        let exchanges = self.exchange(commands).await?;
        Ok(decode(&Observation { taken_at_ms: self.moment().wall_ms, exchanges, ..Observation::default() }))
    }

    /// Opens the archive of an action: what it begins with, and how many items it should have.
    pub(super) async fn open(&self, id: &str) -> Result<(Header, Option<u64>), Refusal> {
        match self.put(SurveyStep::Open(id.to_owned())).await? {
            SurveyAnswer::Opened(header, kept) => Ok((header, kept)),
            _ => Err(strange("archive")),
        }
    }

    /// The next items of the archive, none at its end; and what could not be read so far.
    pub(super) async fn load(&self, count: u32) -> Result<(Vec<Frame>, Vec<MissingPart>), Refusal> {
        match self.put(SurveyStep::Load(count)).await? {
            SurveyAnswer::Loaded(frames, missing) => Ok((frames, missing)),
            _ => Err(strange("archive")),
        }
    }
}

fn replies(exchanges: Vec<Exchange>) -> Vec<Resp> {
    exchanges.into_iter().filter_map(|exchange| exchange.reply.ok()).collect()
}

/// The one reply; an error is why there is no plan.
fn only(label: &str, mut replies: Vec<Resp>) -> Result<Resp, Refusal> {
    match replies.pop() {
        Some(Resp::Error(refusal)) if refusal.is_denied() => {
            Err(Refusal::because(format!("{label}: {refusal}; this user has to be allowed to (ACL SETUSER)")))
        }
        Some(Resp::Error(refusal)) => Err(Refusal::because(format!("{label}: {refusal}"))),
        Some(reply) => Ok(reply),
        None => Err(Refusal::because(format!("{label}: no reply"))),
    }
}

/// An answer of another shape than its question.
fn strange(verb: &str) -> Refusal {
    Refusal::because(format!("{verb}: a reply that streamgauge does not know"))
}
