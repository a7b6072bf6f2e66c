//! The plan of an undo: what an archive holds, and how much of it can come back.
//!
//! Knows frames as numbers; reads nothing. Invariants: nothing that is there again is written over;
//! what is missing from the archive is told.

use crate::core::figures::sentence::{count, number_of};
use crate::core::model::{Name, StreamId};
use crate::core::ops::archive::{Frame, Header, MissingPart};
use crate::core::ops::guard::Guard;
use crate::core::ops::plan::{Impact, Plan, PlanWork, Subject};
use crate::core::ops::refusal::Refusal;
use crate::core::ops::undo::run::{UndoWork, is_over};

/// What an archive holds.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct ArchiveContents {
    /// The server's clock, milliseconds since 1970: what would have expired by then stays away.
    pub now_ms: u64,
    /// Whether this is a node of a cluster, where a name decides which node has the key.
    pub is_cluster: bool,
    /// The stream beside the old one, where it is there.
    pub side: Option<SideStream>,
    /// Entries.
    pub entries: u64,
    /// The first of them.
    pub first_entry: Option<StreamId>,
    /// Entries up to the last id of the stream beside.
    pub entries_there: u64,
    /// Keys that come back.
    pub keys: u64,
    /// Keys that are there, or were, with a shorter time to live.
    pub shortened: u64,
    /// Of them: those that have expired by it since.
    pub expired: u64,
    /// Keys of both kinds that would have expired by now.
    pub over: u64,
    /// Pending rows.
    pub rows: u64,
    /// Consumers.
    pub consumers: u64,
    /// Groups.
    pub groups: u64,
    /// Jobs of a queue.
    pub jobs: u64,
    /// One frame of each kind.
    pub samples: Vec<Frame>,
    /// What could not be read back.
    pub missing: Vec<MissingPart>,
    /// Items that the action kept, as the journal has it; none where it does not say.
    pub kept: Option<u64>,
}

/// The stream beside the old one, as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SideStream {
    /// Its first id.
    pub first: Option<StreamId>,
    /// Its last id ever.
    pub last: StreamId,
    /// Its entries; none where that is not known.
    pub length: Option<u64>,
}

impl ArchiveContents {
    /// Takes a frame in.
    pub fn add(&mut self, frame: &Frame) {
        let number = match frame {
            Frame::Entry(entry) => {
                self.first_entry.get_or_insert(entry.id);
                let is_there = self.side.is_some_and(|side| entry.id <= side.last);
                self.entries_there += u64::from(is_there);
                &mut self.entries
            }
            Frame::Key { expires_ms, .. } | Frame::Shortened { expires_ms, .. }
                if is_over(*expires_ms, self.now_ms) =>
            {
                self.over += 1;
                return;
            }
            Frame::Key { .. } => &mut self.keys,
            Frame::Shortened { set_ms, .. } => {
                self.expired += u64::from(*set_ms <= self.now_ms);
                &mut self.shortened
            }
            Frame::Row(_) => &mut self.rows,
            Frame::Consumer(_) => &mut self.consumers,
            Frame::Group(_) => &mut self.groups,
            Frame::Job(_) => &mut self.jobs,
        };
        *number += 1;
        if *number == 1 {
            self.samples.push(frame.clone());
        }
    }

    /// All that can come back.
    pub const fn items(&self) -> u64 {
        self.entries + self.keys + self.shortened + self.rows + self.consumers + self.groups + self.jobs
    }

    /// Whether the stream beside is the beginning of these entries: an earlier undo of them ended early, or was whole.
    fn is_begun(&self) -> bool {
        self.side.is_some_and(|side| {
            self.entries_there > 0
                && side.first == self.first_entry
                && side.length == Some(self.entries_there)
        })
    }

    /// What is missing, where something is.
    fn missing_text(&self) -> Option<String> {
        let whole = self.items() + self.over;
        let lost = self.kept.and_then(|kept| kept.checked_sub(whole)).filter(|lost| *lost > 0);
        let parts: Vec<String> = self.missing.iter().map(MissingPart::to_string).collect();
        let why = if parts.is_empty() { "the file ends too early".to_owned() } else { parts.join("; ") };
        match lost {
            None if parts.is_empty() => None,
            None => Some(format!("the archive is damaged, and what is missing can't be brought back: {why}")),
            Some(lost) => Some(format!(
                "{} of {} items are missing from the archive and can't be brought back: {why}",
                count(lost),
                count(self.kept.unwrap_or(lost))
            )),
        }
    }
}

/// Where entries come back: beside the stream they were in; in a cluster in its slot, where its name allows it.
pub fn side_of(key: &Name, is_cluster: bool) -> Name {
    let name = key.as_bytes();
    let has_braces = name.contains(&b'{') || name.contains(&b'}');
    match is_cluster && !has_braces && !name.is_empty() {
        true => Name::from([b"{", name, b"}:restored"].concat()),
        false => Name::from([name, b":restored"].concat()),
    }
}

/// The plan.
///
/// # Errors
/// The archive is of another server, or entries can't come back in their order.
pub fn plan(
    header: &Header,
    held: &ArchiveContents,
    (address, database): (&str, u32),
    (guard, at_us): (Guard, u64),
) -> Result<Plan, Refusal> {
    if header.address != address || header.database != database {
        let there = format!("{} (database {})", header.address, header.database);
        return Err(Refusal::because(format!(
            "action {} was done at {there}, which is not this target: connect to that one",
            header.id
        )));
    }
    let name = |text: &str| Name::from_text(text).unwrap_or_else(|_| Name::from(text));
    let key = name(&header.key);
    let side = side_of(&key, held.is_cluster);
    let is_begun = held.is_begun();
    let in_the_way = held.first_entry.zip(held.side).filter(|(first, side)| *first <= side.last && !is_begun);
    if let Some((first, side_stream)) = in_the_way {
        let why = format!(
            "{side} exists already and ends at {}, and Redis adds no id below that ({first} is): rename or delete {side} \
             first",
            side_stream.last
        );
        return Err(Refusal::because(why));
    }
    let from = name(&header.from);
    let work = UndoWork {
        key,
        group: name(&header.group),
        from: (!from.as_bytes().is_empty()).then_some(from),
        rows_stay: header.rows_stay,
        side: side.clone(),
        has_entries: held.entries > 0,
        side_last: held.side.filter(|_| is_begun).map(|side| side.last),
    };
    let (facts, warnings) = lines(header, held, &side, is_begun);
    let is_there = is_begun && held.entries_there == held.entries && held.items() == held.entries;
    let nothing = match held.items() {
        0 if held.over > 0 => {
            Some("nothing to bring back: all keys in the archive would have expired by now".to_owned())
        }
        0 => Some("nothing to bring back: the archive is empty, for the action removed nothing".to_owned()),
        _ if is_there => {
            Some(format!("nothing to do: all {} entries are in {side} already", count(held.entries)))
        }
        _ => None,
    };
    Ok(Plan {
        kind: &super::KIND,
        subject: Subject::Action(header.id.clone()),
        guard,
        impact: Impact {
            items: held.items() - held.entries_there,
            is_exact: true,
            bytes: None,
            is_lossy: false,
        },
        facts,
        warnings,
        commands: work.commands(&held.samples),
        typed: None,
        archive: false,
        nothing,
        warm_up: Vec::new(),
        work: PlanWork::new(work),
        made_us: at_us,
    })
}

/// What the plan says of it.
fn lines(
    header: &Header,
    held: &ArchiveContents,
    side: &Name,
    is_begun: bool,
) -> (Vec<(&'static str, String)>, Vec<String>) {
    let mut facts = vec![("undoes", format!("{} {}", header.action, header.id))];
    let mut warnings: Vec<String> = held.missing_text().into_iter().collect();
    if held.entries > 0 {
        let back = held.entries - held.entries_there;
        if back > 0 {
            let back = number_of(back, "entry");
            facts.push(("restores", format!("{back} with their ids, in the stream {side}")));
        }
        if is_begun {
            let there = number_of(held.entries_there, "entry");
            facts.push(("already there", format!("{there}, from an earlier undo")));
        }
        warnings.push(format!(
            "the entries can't go back into {}: Redis adds no id below the last one; point readers at {side}",
            header.key
        ));
    }
    if held.keys > 0 {
        facts.push(("restores", format!("{}, with their old expiry times", number_of(held.keys, "key"))));
    }
    if held.shortened > 0 {
        let there = number_of(held.shortened - held.expired, "key");
        facts.push(("expiry", format!("set back as it was for {there}")));
    }
    if held.expired > 0 {
        let expired = number_of(held.expired, "key");
        facts.push(("restores", format!("{expired} that expired since, with the value from then")));
    }
    if held.over > 0 {
        let over = number_of(held.over, "key");
        facts.push(("leaves out", format!("{over} that would have expired by now without the action")));
    }
    if held.keys + held.shortened > 0 {
        warnings.push("a key that was changed or removed after the action is left as it is".to_owned());
    }
    if held.groups > 0 {
        let groups = number_of(held.groups, "group");
        facts.push(("creates", format!("{groups}, each at the id up to which it had read")));
        warnings.push("a group that exists again at another id is left as it is".to_owned());
    }
    if held.rows > 0 {
        let rows = number_of(held.rows, "pending entry");
        facts.push(("restores", format!("{rows}: consumer, delivery time and delivery count")));
        warnings.push("a pending entry that changed after the action is left as it is".to_owned());
        if header.action == crate::core::ops::reclaim::KIND.word {
            warnings.push("copies that the action added to a stream stay there".to_owned());
        }
    }
    if held.jobs > 0 {
        lines_of_jobs(header, held.jobs, (&mut facts, &mut warnings));
    }
    if held.consumers > 0 {
        let consumers = number_of(held.consumers, "consumer");
        facts.push(("creates", format!("{consumers}, with nothing pending")));
    }
    (facts, warnings)
}

/// What the plan says of jobs.
fn lines_of_jobs(
    header: &Header,
    jobs: u64,
    (facts, warnings): (&mut Vec<(&'static str, String)>, &mut Vec<String>),
) {
    let jobs = number_of(jobs, "job");
    if header.action == crate::core::ops::jobs::DROP.word {
        facts.push((
            "restores",
            format!("{jobs}, each with its time where it had one, else behind all that wait"),
        ));
        warnings.push("a job that is there again is left as it is".to_owned());
    } else {
        facts.push(("takes back", format!("{jobs}, as far as they still wait")));
        warnings.push("a job that a worker has taken since is left as it is".to_owned());
    }
}
