//! Moving jobs: look at some, keep them, move those that still stand as they were kept, go on behind those that stayed.
//!
//! Knows one place of a queue at a time. Invariants: what is not kept does not move where an archive was promised; no more
//! jobs move than were planned; a job that somebody has taken meanwhile is left to them.

use super::request::ErrorWanted;
use crate::core::limits::JOBS_BATCH;
use crate::core::model::Name;
use crate::core::model::queues::QueueId;
use crate::core::ops::archive::{Frame, KeptJob};
use crate::core::ops::plan::Work;
use crate::core::ops::step::{Answer, End, Machine, Order, Step, Tally, end_of, strange};
use crate::core::queues::adapter::{Adapter, ItemClass, ItemForm};
use crate::core::queues::allowed;
use crate::core::queues::deeds::DeedName;
use crate::core::queues::failures::error_of;
use crate::core::queues::{adapter, items};
use crate::core::wire::write::{JobsWrite, MovedJob};
use crate::core::wire::{ErrorReply, Inspect, JobsRead, ReadCmd, Resp, WriteCmd};
use std::collections::VecDeque;

/// The steps of what is done to jobs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobsWork {
    /// Of which queue.
    pub of: QueueId,
    /// A key of the queue.
    pub key: Name,
    /// What is done, in each of its places.
    pub deeds: Vec<DeedName>,
    /// Only to jobs of this class.
    pub class: Option<Name>,
    /// Only to jobs that failed with this.
    pub error: Option<ErrorWanted>,
    /// To so many at most; none for all that there are.
    pub most: Option<u64>,
    /// How long a worker may be silent before it counts as gone, milliseconds; 0 where keys tell.
    pub held_ms: u64,
}

impl JobsWork {
    fn write(&self, deed: DeedName, jobs: Vec<MovedJob>) -> WriteCmd {
        let (of, key, held_ms) = (self.of.clone(), self.key.clone(), self.held_ms);
        JobsWrite { of, key, deed, is_back: false, held_ms, jobs }.into()
    }

    /// The commands, one of each place.
    pub fn commands(&self) -> Vec<String> {
        self.deeds.iter().map(|deed| self.write(*deed, Vec::new()).text()).collect()
    }
}

impl Work for JobsWork {
    fn machine(&self, archive: bool) -> Box<dyn Machine> {
        Box::new(JobsMachine {
            work: self.clone(),
            archive,
            places: self.deeds.clone().into(),
            from: 0,
            looked_at: 0,
            waiting: Vec::new(),
            under_way: Vec::new(),
            is_deep: false,
            tally: Tally::default(),
        })
    }

    fn note(&self, tally: Tally) -> Option<String> {
        let untouched = "jobs were left alone that changed meanwhile, that others wait for, or that the framework alone can move";
        (tally.left > 0).then(|| untouched.to_owned())
    }
}

/// Jobs of a place, as a look at them tells.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct JobsPage {
    /// How many were looked at.
    pub(super) looked_at: u64,
    /// The server's clock, seconds.
    pub(super) now_s: f64,
    /// Whether the place goes on too deep to be read.
    pub(super) is_too_deep: bool,
    /// Those that the deed is about.
    pub(super) jobs: Vec<SeenJob>,
}

/// A job that a deed may be about.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct SeenJob {
    /// Its class.
    pub(super) class: Option<Name>,
    /// What it failed with, where that was asked for and is told.
    pub(super) error: Option<Name>,
    /// The word of what becomes of it, where that is not simply that it is done.
    pub(super) fate: Vec<u8>,
    mark: Vec<u8>,
    beside: Vec<u8>,
    text: Vec<u8>,
    record: Vec<u8>,
}

impl SeenJob {
    /// Whether it is of this class, and failed with this, where either is wanted.
    pub(super) fn is_of(&self, class: Option<&Name>, error: Option<&ErrorWanted>) -> bool {
        class.is_none_or(|class| self.class.as_ref() == Some(class))
            && error.is_none_or(|error| error.is(self.error.as_ref()))
    }
}

/// What a reply tells; none where it has another shape.
pub(super) fn page(reply: &Resp, adapter: &Adapter, errors: bool) -> Option<JobsPage> {
    let [looked_at, now, deep, jobs] = reply.items()? else { return None };
    let seen = |job: &Resp| {
        let mut parts = job.items()?.iter().map(|part| part.bytes().map(|bytes| bytes.into_owned()));
        let mut part = || parts.next()?;
        let (mark, beside, text, record, fate, why) = (part()?, part()?, part()?, part()?, part()?, part()?);
        let class = class_of(&adapter.item, &text);
        let error = errors.then(|| error_of(adapter, &text, &why)).flatten();
        Some(SeenJob { class, error, fate, mark, beside, text, record })
    };
    Some(JobsPage {
        looked_at: looked_at.count()?,
        now_s: now.text()?.parse().ok()?,
        is_too_deep: deep.int()? == 1,
        jobs: jobs.items()?.iter().map(seen).collect::<Option<_>>()?,
    })
}

fn class_of(form: &ItemForm, text: &[u8]) -> Option<Name> {
    match form.class {
        ItemClass::Job(_, _, until) => items::class(text, until),
        _ => items::item(form, text, text.len() as u64).class,
    }
}

/// What is done to jobs, under way.
#[derive(Debug)]
struct JobsMachine {
    work: JobsWork,
    archive: bool,
    places: VecDeque<DeedName>,
    /// Jobs of the place that stayed and stand before the next.
    from: u64,
    /// How many the last look was at.
    looked_at: u64,
    /// Jobs of the last look that wait for their turn.
    waiting: Vec<MovedJob>,
    /// Those that are being kept or moved.
    under_way: Vec<MovedJob>,
    is_deep: bool,
    tally: Tally,
}

impl JobsMachine {
    fn is_enough(&self) -> bool {
        self.work.most.is_some_and(|most| self.tally.done >= most)
    }

    /// Looks at the next jobs.
    fn look(&mut self, batch: u32) -> Step {
        let Some(deed) = self.places.front().copied().filter(|_| !self.is_enough()) else {
            return Step::Done(End::Complete);
        };
        let (of, key) = (self.work.of.clone(), self.work.key.clone());
        // Jobs of other classes are looked at and left: a look is larger than what is moved after it.
        let errors = self.work.error.is_some();
        let is_chosen = self.work.class.is_some() || errors;
        let count = if is_chosen { batch.saturating_mul(4) } else { batch };
        let (from, held_ms) = (self.from, self.work.held_ms);
        let read = JobsRead { of, key, deed, from, count, whole: true, held_ms, errors };
        Step::Ask(vec![ReadCmd::Inspect(Inspect::Jobs(read))])
    }

    fn looked(&mut self, reply: &Resp, batch: u32) -> Step {
        if let Resp::Error(refusal) = reply {
            return end_of(refusal);
        }
        let framework = self.work.of.site.framework;
        let known = adapter(framework);
        let deed = self.places.front().and_then(|deed| allowed::deed(framework, *deed).ok());
        let page = known.and_then(|adapter| page(reply, adapter, self.work.error.is_some()));
        let (Some(page), Some(deed)) = (page, deed) else { return strange() };
        self.looked_at = page.looked_at;
        self.from = self.from.saturating_add(page.looked_at);
        if page.looked_at == 0 {
            self.is_deep |= page.is_too_deep;
            self.places.pop_front();
            self.from = 0;
            return self.look(batch);
        }
        for job in page.jobs {
            if !job.is_of(self.work.class.as_ref(), self.work.error.as_ref()) {
                continue;
            }
            match deed.after.apply(&job.text, page.now_s) {
                Some(after) => self.waiting.push(MovedJob {
                    mark: job.mark,
                    beside: job.beside,
                    after,
                    record: job.record,
                }),
                None => self.tally.left += 1,
            }
        }
        self.take(batch)
    }

    /// Keeps some of those that wait, or looks at more.
    fn take(&mut self, batch: u32) -> Step {
        let room = match self.work.most {
            Some(most) => most.saturating_sub(self.tally.done).min(u64::from(batch)),
            None => u64::from(batch),
        };
        let count = self.waiting.len().min(room as usize);
        if count == 0 {
            return self.look(batch);
        }
        self.under_way = self.waiting.drain(..count).collect();
        if !self.archive {
            return self.go();
        }
        let Some(deed) = self.places.front().copied() else { return strange() };
        let frame = |job: &MovedJob| {
            let (of, key) = (self.work.of.clone(), self.work.key.clone());
            Frame::Job(KeptJob { of, key, deed, job: job.clone() })
        };
        Step::Keep(self.under_way.iter().map(frame).collect())
    }

    fn go(&mut self) -> Step {
        let Some(deed) = self.places.front().copied() else { return strange() };
        Step::Tell(Order::new(vec![self.work.write(deed, self.under_way.clone())]))
    }

    fn told(&mut self, reply: &Resp, batch: u32) -> Step {
        if let Resp::Error(refusal) = reply {
            return end_of(refusal);
        }
        let Some([Resp::Array(results), error, wrote]) = reply.items() else { return strange() };
        let ended_it = self.under_way.get(results.len()).map(|job| Name::new(job.mark.as_slice()));
        self.under_way.clear();
        for result in results {
            match result.int() {
                Some(0) => self.tally.lost += 1,
                Some(number) if number > 0 => self.tally.done += 1,
                Some(_) => {
                    self.tally.left += 1;
                    continue;
                }
                None => return strange(),
            }
            // It is gone from its place, so that what stands behind it has moved up.
            self.from = self.from.saturating_sub(1);
        }
        match error.text() {
            Some(text) if !text.is_empty() => {
                let is_whole = wrote.count() == Some(0);
                let job = ended_it.filter(|_| !is_whole);
                let half = job.map_or_else(String::new, |job| {
                    format!(
                        "; it came in the middle of job {job}, of which a part was moved: undo puts it back"
                    )
                });
                let may_not = match ErrorReply::new(&text).is_denied() {
                    true => "this user may not: have it allowed (ACL SETUSER); ",
                    false => "",
                };
                let why = format!("{may_not}the server says of the next job: {text}{half}");
                let is_nothing = self.tally.done == 0 && is_whole;
                Step::Done(if is_nothing { End::Refused(why) } else { End::Failed(why) })
            }
            _ => self.take(batch),
        }
    }
}

impl Machine for JobsMachine {
    fn next(&mut self, answer: Answer, batch: u32) -> Step {
        match answer {
            Answer::Begin => self.look(batch),
            Answer::Read(replies) => match replies.first() {
                Some(reply) => self.looked(reply, batch),
                None => strange(),
            },
            Answer::Kept => {
                self.tally.kept += self.under_way.len() as u64;
                self.go()
            }
            Answer::Told(replies) => match replies.first() {
                Some(reply) => self.told(reply, batch),
                None => strange(),
            },
            Answer::Loaded(_) | Answer::ToldAndRead(..) => strange(),
        }
    }

    fn tally(&self) -> Tally {
        self.tally
    }

    fn batch(&self) -> (u32, u32, u32) {
        JOBS_BATCH
    }
}
