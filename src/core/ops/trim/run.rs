//! The steps of a trim: whole nodes and then the rest, or page by page where what goes is kept.
//!
//! Knows the script that checks and trims, and the plain command; asks no group. Invariant: nothing goes that was not
//! kept, where it is to be kept; nothing is read where it is not.

use crate::core::limits::{TRIM_BATCH, TRIM_READ_BATCH};
use crate::core::model::{Name, StreamId};
use crate::core::ops::archive::Frame;
use crate::core::ops::plan::Work;
use crate::core::ops::step::{Answer, End, Machine, Order, Step, Tally, end_of, strange};
use crate::core::wire::decode::streams::{entries, id};
use crate::core::wire::write::{Made, StepExtent, TrimCheck};
use crate::core::wire::{ErrorKind, ErrorReply, ReadCmd, Resp, WriteCmd};

/// The steps of a trim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrimWork {
    /// The stream.
    pub key: Name,
    /// What is below goes.
    pub to: StreamId,
    /// Only what no group needs.
    pub is_safe: bool,
    /// Whole nodes only.
    pub approx: bool,
    /// Whether the server has MINID (6.2).
    pub has_minid: bool,
    /// Whether scripts may be run: without them a trim that is not safe is the plain command.
    pub has_scripts: bool,
    /// How the stream stood when the plan was made.
    pub made: Made,
}

impl TrimWork {
    /// The commands, one of each form.
    pub fn commands(&self, archive: bool) -> Vec<String> {
        let layout: &[StepExtent] = match (self.has_minid, archive, self.approx) {
            (false, _, _) => &[StepExtent::Counted(TRIM_READ_BATCH.1)],
            (true, true, _) => &[StepExtent::All],
            (true, false, true) => &[StepExtent::Nodes(TRIM_BATCH.1)],
            (true, false, false) => &[StepExtent::Nodes(TRIM_BATCH.1), StepExtent::All],
        };
        layout.iter().map(|cut| self.command(self.to, *cut).text()).collect()
    }

    fn command(&self, to: StreamId, cut: StepExtent) -> WriteCmd {
        let check = match (self.is_safe, self.has_scripts) {
            (true, _) => TrimCheck::Safe(self.made),
            (false, true) => TrimCheck::Same(self.made),
            (false, false) => TrimCheck::Nothing,
        };
        WriteCmd::Trim { key: self.key.clone(), to, cut, check }
    }
}

impl Work for TrimWork {
    fn machine(&self, archive: bool) -> Box<dyn Machine> {
        Box::new(TrimMachine {
            work: self.clone(),
            archive,
            tally: Tally::default(),
            stage: TrimStage::Nodes,
            page: (StreamId::MIN, 0),
        })
    }

    fn note(&self, tally: Tally) -> Option<String> {
        (self.approx && tally.done == 0).then(|| {
            format!("0 removed: what lies below {} is less than one node (100 entries or 4 KB), and --approx frees whole nodes only", self.to)
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TrimStage {
    Nodes,
    Rest,
}

/// A trim under way.
#[derive(Debug)]
struct TrimMachine {
    work: TrimWork,
    archive: bool,
    tally: Tally,
    stage: TrimStage,
    /// The last id kept and how many were, of the step that is under way.
    page: (StreamId, u32),
}

impl TrimMachine {
    fn tell(&self, to: StreamId, cut: StepExtent) -> Step {
        Step::Tell(Order::new(vec![self.work.command(to, cut)]))
    }

    fn cut(&mut self, batch: u32) -> Step {
        let cut = match (self.work.has_minid, self.stage) {
            (false, _) => StepExtent::Counted(batch.min(TRIM_READ_BATCH.2)),
            (true, TrimStage::Nodes) => StepExtent::Nodes(batch),
            (true, TrimStage::Rest) => StepExtent::All,
        };
        self.tell(self.work.to, cut)
    }

    fn read(&self, batch: u32) -> Step {
        let (key, start) = (self.work.key.clone(), StreamId::MIN);
        Step::Ask(vec![ReadCmd::Xrange { key, start, end: self.work.to.predecessor(), count: batch }])
    }

    fn begin(&mut self, batch: u32) -> Step {
        if self.work.to == StreamId::MIN {
            return Step::Done(End::Complete);
        }
        if self.archive { self.read(batch) } else { self.cut(batch) }
    }

    fn keep(&mut self, replies: &[Resp]) -> Step {
        let page = match replies.first() {
            Some(Resp::Error(refusal)) => return end_of(refusal),
            Some(reply) => entries(&self.work.key, reply, 0, false),
            None => None,
        };
        let Some(page) = page else { return strange() };
        let Some(last) = page.entries.last() else { return Step::Done(End::Complete) };
        self.page = (last.id, u32::try_from(page.entries.len()).unwrap_or(u32::MAX));
        Step::Keep(page.entries.into_iter().map(Frame::Entry).collect())
    }

    fn cut_kept(&mut self) -> Step {
        let (last, count) = self.page;
        self.tally.kept = self.tally.kept.saturating_add(u64::from(count));
        let cut = if self.work.has_minid { StepExtent::All } else { StepExtent::Counted(count) };
        self.tell(last.successor().min(self.work.to), cut)
    }

    fn told(&mut self, replies: &[Resp], batch: u32) -> Step {
        let removed = match replies.first() {
            Some(Resp::Error(refusal))
                if refusal.kind() == ErrorKind::Unsupported
                    && self.work.has_minid
                    && refusal.text.contains("syntax") =>
            {
                // It was found out by trying: nothing of it was done.
                self.work.has_minid = false;
                return if self.archive { self.cut_kept_again() } else { self.cut(batch) };
            }
            Some(Resp::Error(refusal)) if self.can_be_plain(refusal) => {
                // The script was refused before it began: the plain command does it too.
                self.work.has_scripts = false;
                return if self.archive { self.cut_kept_again() } else { self.cut(batch) };
            }
            Some(Resp::Error(refusal)) => return end_of(refusal),
            Some(reply) => match self.removed(reply) {
                Ok(removed) => removed,
                Err(step) => return step,
            },
            None => return strange(),
        };
        self.tally.done = self.tally.done.saturating_add(removed);
        let is_over = match (self.archive, self.work.has_minid, self.stage) {
            (true, _, _) => return self.read(batch),
            (false, true, TrimStage::Nodes) if removed == 0 => {
                self.stage = TrimStage::Rest;
                self.work.approx
            }
            (false, true, TrimStage::Nodes) => false,
            (false, true, TrimStage::Rest) => true,
            (false, false, _) => removed == 0,
        };
        if is_over { Step::Done(End::Complete) } else { self.cut(batch) }
    }

    /// Whether the plain command may do what the script was not allowed to.
    fn can_be_plain(&self, refusal: &ErrorReply) -> bool {
        let is_refused = match refusal.kind() {
            ErrorKind::DeniedCommand => true,
            ErrorKind::Unsupported => refusal.text.to_ascii_lowercase().contains("eval"),
            _ => false,
        };
        is_refused && self.work.has_scripts && !self.work.is_safe && self.work.has_minid
    }

    fn cut_kept_again(&mut self) -> Step {
        self.tally.kept = self.tally.kept.saturating_sub(u64::from(self.page.1));
        self.cut_kept()
    }

    /// How many were removed, or why none.
    fn removed(&self, reply: &Resp) -> Result<u64, Step> {
        if let Some(removed) = reply.count() {
            return Ok(removed);
        }
        let items = reply.items().ok_or_else(strange)?;
        let word = items.first().and_then(Resp::text).ok_or_else(strange)?;
        match (word.as_str(), items) {
            ("TRIMMED", [_, removed, ..]) => removed.count().ok_or_else(strange),
            ("REMADE", _) => {
                let why = format!("{} was made anew since the plan: its ids begin earlier", self.work.key);
                Err(Step::Done(End::Refused(why)))
            }
            ("NOGROUPS", _) => Err(Step::Done(End::Refused("the stream has no groups any more".to_owned()))),
            ("HELD", [_, group, why, floor]) => {
                let group = Name::from(group.bytes().ok_or_else(strange)?);
                let floor = id(floor).ok_or_else(strange)?;
                let text = match why.text().as_deref() {
                    Some("pending") => format!("group {group} has not acknowledged {floor}"),
                    _ => format!("group {group} has read only up to {}", floor.predecessor()),
                };
                let text =
                    format!("{text}, which lies below the planned {}: make the plan anew", self.work.to);
                Err(Step::Done(End::Refused(text)))
            }
            _ => Err(strange()),
        }
    }
}

impl Machine for TrimMachine {
    fn next(&mut self, answer: Answer, batch: u32) -> Step {
        match answer {
            Answer::Begin => self.begin(batch),
            Answer::Read(replies) => self.keep(&replies),
            Answer::Kept => self.cut_kept(),
            Answer::Told(replies) => self.told(&replies, batch),
            Answer::Loaded(_) | Answer::ToldAndRead(..) => strange(),
        }
    }

    fn tally(&self) -> Tally {
        self.tally
    }

    fn batch(&self) -> (u32, u32, u32) {
        if self.archive || !self.work.has_minid { TRIM_READ_BATCH } else { TRIM_BATCH }
    }
}

#[cfg(test)]
mod tests;
