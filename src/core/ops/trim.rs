//! Trimming a stream: up to where, who still needs what would go, and the steps.
//!
//! Knows groups and counts as values; asks nothing itself. Invariant: a safe trim goes no further than the lowest id
//! that some group has not been given or has not acknowledged, and every step of it sees to that again on the server.
//!
//! | action | key | does | refused when |
//! |---|---|---|---|
//! | `trim --safe` | `T` | removes what every group has read and acknowledged, in one script with the check; whole nodes first, the rest last (`--approx`: whole nodes only) | the stream has no groups; a group was set back below the plan |
//! | `trim --maxlen N`, `--minid ID`, `--older-than AGE` | `T` | removes up to an id that the plan fixes, whoever needs it; says per group what it loses | |

mod pending;
pub mod plan;
pub mod request;
pub(super) mod survey;

use crate::core::limits::{TRIM_BATCH, TRIM_READ_BATCH};
use crate::core::model::groups::Group;
use crate::core::model::{Name, StreamId};
use crate::core::ops::archive::Frame;
use crate::core::ops::plan::{ActionKind, Work};
use crate::core::ops::refusal::Refusal;
use crate::core::ops::step::{Answer, End, Machine, Order, Step, Tally, end_of, strange};
use crate::core::wire::decode::streams::{entries, id};
use crate::core::wire::write::{Made, StepExtent, TrimCheck};
use crate::core::wire::{ErrorKind, ErrorReply, ReadCmd, Resp, WriteCmd};

/// Its words.
pub const KIND: ActionKind = ActionKind::new("trim", "Trim", "entry");

/// From which id on a group needs the entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Floor {
    /// From this one on.
    Known(StreamId),
    /// From this one on for sure, perhaps from an earlier one: its pending entries can't be read.
    AtMost(StreamId),
    /// It does not say where it stands.
    Unknown,
}

/// What a group still needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// The group.
    pub group: Name,
    /// The lowest id that it was not given, or that it has not acknowledged and that is still there.
    pub floor: Floor,
    /// Whether that is a pending one.
    pub is_pending: bool,
}

/// The first pending row of a group whose entry is still in the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstPending {
    /// This one; or one of the rows after it, where too many before had lost their entry.
    Row(StreamId),
    /// No row has an entry.
    None,
    /// It could not be read.
    Unknown,
}

/// What a group would lose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// The group.
    pub group: Name,
    /// Entries that it was not given.
    pub undelivered: u64,
    /// Entries that it has not acknowledged.
    pub pending: u64,
    /// Whether both were counted to the last; else at least so many.
    pub is_exact: bool,
    /// Why more may be lost than can be told.
    pub unknown: Option<&'static str>,
}

/// What each group still needs: the lowest pending id where there is one, else what follows its cursor.
pub fn needs(groups: &[(Group, FirstPending)]) -> Vec<Need> {
    groups
        .iter()
        .map(|(group, first_pending)| {
            let unread = group.last_delivered.map(StreamId::successor);
            let (floor, is_pending) = match (unread, first_pending) {
                (None, _) => (Floor::Unknown, false),
                (Some(unread), FirstPending::Row(row)) => (Floor::Known(unread.min(*row)), *row < unread),
                (Some(unread), FirstPending::None) => (Floor::Known(unread), false),
                (Some(unread), FirstPending::Unknown) => (Floor::AtMost(unread), false),
            };
            Need { group: group.name.clone(), floor, is_pending }
        })
        .collect()
}

/// The group that holds the most.
pub fn holder(needs: &[Need]) -> Option<&Need> {
    needs.iter().min_by_key(|need| need.floor.lowest())
}

/// The lowest id that some group needs.
///
/// # Errors
/// There is no group, or one that does not say all that it needs.
pub fn safe_floor(needs: &[Need]) -> Result<StreamId, Refusal> {
    let mut lowest = None;
    for need in needs {
        match need.floor {
            Floor::Known(floor) => lowest = Some(lowest.map_or(floor, |before: StreamId| before.min(floor))),
            Floor::AtMost(_) => {
                return Err(Refusal::because(format!(
                    "group {} has pending entries that can't be read, so nobody can say what it needs: allow XPENDING to this user",
                    need.group
                )));
            }
            Floor::Unknown => {
                let why = format!("group {} does not say where it stands", need.group);
                return Err(Refusal::because(why));
            }
        }
    }
    lowest.ok_or_else(|| {
        Refusal::because(
            "the stream has no groups, so nothing says what is still needed: give --maxlen, --minid or --older-than",
        )
    })
}

impl Floor {
    /// What lies below is not needed; nothing is below where that is not known.
    pub const fn lowest(self) -> StreamId {
        match self {
            Self::Known(floor) | Self::AtMost(floor) => floor,
            Self::Unknown => StreamId::MIN,
        }
    }

    /// Why the group may need more than is known.
    pub const fn doubt(self) -> Option<&'static str> {
        match self {
            Self::Known(_) => None,
            Self::AtMost(_) => Some("its pending entries can't be read (XPENDING)"),
            Self::Unknown => Some("it does not say where it stands"),
        }
    }
}

impl Need {
    /// Why it holds what it holds, for people.
    pub fn text(&self) -> String {
        match (self.floor, self.is_pending) {
            (Floor::Known(floor), true) => format!("group {} has not acknowledged {floor}", self.group),
            (Floor::Known(floor), false) => {
                format!("group {} has read up to {}", self.group, floor.predecessor())
            }
            (Floor::AtMost(floor), _) => format!(
                "group {} has read up to {}; its pending entries can't be read",
                self.group,
                floor.predecessor()
            ),
            (Floor::Unknown, _) => format!("group {} does not say where it stands", self.group),
        }
    }
}

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
