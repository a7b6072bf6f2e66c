//! From pending rows and consumers to the plan of a reclaim.
//!
//! Knows facts as values; asks nothing. Invariants: who gets rows exists, and whoever is proposed shows signs of life;
//! what a verb does to others is said before.

use super::request::{ReclaimRequest, ReclaimVerb};
use crate::core::figures::sentence::{at_least_of, count, number_of, span};
use crate::core::model::consumers::{Consumer, PendingRow, SILENT_MS, lives, proposed};
use crate::core::model::streams::FirstEntry;
use crate::core::model::{Name, StreamId};
use crate::core::ops::guard::Guard;
use crate::core::ops::plan::{Impact, Plan, PlanWork, Subject};
use crate::core::ops::reclaim::SettleWork;
use crate::core::ops::refusal::Refusal;
use crate::core::wire::write::SettleKind;
use std::collections::{BTreeMap, BTreeSet};

/// The idle time of a released row, milliseconds: longer than any worker waits.
const RELEASED_IDLE_MS: u64 = 86_400_000;

/// What was read for the plan of a reclaim.
#[derive(Clone, Debug, Default)]
pub struct ReclaimFacts {
    /// The consumers of the group.
    pub consumers: Vec<Consumer>,
    /// The oldest entry of the stream.
    pub first_entry: FirstEntry,
    /// Up to where the group has read.
    pub last_delivered: Option<StreamId>,
    /// Whether XCLAIM drops a row whose entry is gone (7.0).
    pub drops_claimed: bool,
    /// Rows that match.
    pub rows: Matched,
    /// How things stand.
    pub guard: Guard,
    /// The process's clock, microseconds.
    pub at_us: u64,
}

/// Rows that match, counted.
#[derive(Clone, Debug, Default)]
pub struct Matched {
    /// How many.
    pub rows: u64,
    /// Whether they were counted to the last.
    pub is_exact: bool,
    /// Rows that were looked at.
    pub seen: u64,
    /// Of them those of the consumer that is meant, or of all.
    pub theirs: u64,
    /// The longest idle time among those, milliseconds.
    pub longest_ms: Option<u64>,
    /// Those whose entry is gone for sure: they lie before the first.
    pub ghosts: u64,
    /// The first and the last of them.
    pub ends: Option<(StreamId, StreamId)>,
    /// Whose they are.
    pub owners: BTreeMap<Name, u64>,
    /// The least and the greatest idle time that was told, milliseconds.
    pub idle_ms: Option<(u64, u64)>,
    /// Rows whose idle time can't be read: they match where no idle time is wanted, else they stay.
    pub idle_unknown: u64,
    /// The greatest number of deliveries.
    pub deliveries: u64,
}

impl Matched {
    /// Looks at a row, and takes it in where the work is about it.
    pub fn look(&mut self, work: &SettleWork, row: &PendingRow, first_entry: FirstEntry) {
        let is_others = work.consumer.as_ref().is_none_or(|consumer| row.consumer == *consumer);
        if is_others {
            self.theirs += 1;
            self.longest_ms = self.longest_ms.max(row.idle_ms);
        }
        self.idle_unknown += u64::from(is_others && row.idle_ms.is_none() && !row.is_given_back());
        if work.covers(row) {
            self.add(row, first_entry);
        }
    }

    fn add(&mut self, row: &PendingRow, first_entry: FirstEntry) {
        self.rows += 1;
        self.ghosts += u64::from(first_entry.is_after(row.id));
        self.ends = Some((self.ends.map_or(row.id, |(first, _)| first), row.id));
        *self.owners.entry(row.consumer.clone()).or_default() += 1;
        if let Some(idle_ms) = row.idle_ms {
            let (least, most) = self.idle_ms.unwrap_or((idle_ms, idle_ms));
            self.idle_ms = Some((least.min(idle_ms), most.max(idle_ms)));
        }
        self.deliveries = self.deliveries.max(row.deliveries);
    }
}

/// The work of a request.
///
/// # Errors
/// A consumer that is not there, or a group that does not say where it stands.
pub fn work(request: &ReclaimRequest, facts: &ReclaimFacts) -> Result<SettleWork, Refusal> {
    let known = |name: &Name| facts.consumers.iter().any(|consumer| consumer.name == *name);
    let missing = |name: &Name| {
        let hint =
            proposed(&facts.consumers, &[]).map_or(String::new(), |live| format!("; {} lives", live.name));
        Refusal::because(format!("group {} has no consumer {name}{hint}", request.group))
    };
    if let Some(from) = request.consumer.as_ref().filter(|from| !known(from)) {
        return Err(missing(from));
    }
    let kind = match &request.verb {
        ReclaimVerb::HandOver(to) if !known(to) => return Err(missing(to)),
        ReclaimVerb::HandOver(to) => SettleKind::HandOver(to.clone()),
        ReclaimVerb::Release => SettleKind::Release(RELEASED_IDLE_MS),
        ReclaimVerb::Requeue => SettleKind::Requeue,
        ReclaimVerb::DeadLetter { to, .. } if *to == request.key => {
            return Err(Refusal::because("dead letters go to another stream than the one they come from"));
        }
        ReclaimVerb::DeadLetter { to, .. } => SettleKind::DeadLetter(to.clone()),
        ReclaimVerb::Drop => SettleKind::Drop,
        ReclaimVerb::Sweep => SettleKind::Sweep,
    };
    let upto = facts.last_delivered.ok_or_else(|| {
        Refusal::because(format!(
            "group {} does not say where it stands, so that nobody can tell what it gets after this plan",
            request.group
        ))
    })?;
    let min_deliveries = match &request.verb {
        ReclaimVerb::DeadLetter { deliveries, .. } => *deliveries,
        _ => 0,
    };
    Ok(SettleWork {
        key: request.key.clone(),
        group: request.group.clone(),
        kind,
        min_idle_ms: request.min_idle_ms,
        min_deliveries,
        count: request.count,
        consumer: request.consumer.clone(),
        ids: request.ids.iter().copied().collect::<BTreeSet<_>>().into_iter().collect(),
        upto,
        together: facts.drops_claimed,
    })
}

/// The plan.
pub fn plan(request: &ReclaimRequest, facts: &ReclaimFacts, work: SettleWork) -> Plan {
    let matched = &facts.rows;
    let is_sweep = request.verb == ReclaimVerb::Sweep;
    let items = request.count.map_or(matched.rows, |most| most.min(matched.rows));
    // A row whose entry is gone can't come back.
    let archive = request.archive.unwrap_or(!is_sweep);
    let nothing = (matched.rows == 0).then(|| {
        let stay = match matched.idle_unknown {
            0 => String::new(),
            unread => format!("; the idle time of {} can't be read: they stay", number_of(unread, "entry")),
        };
        format!("{}{stay}", unmatched(request, matched))
    });
    Plan {
        kind: &super::KIND,
        subject: Subject::Group(request.key.clone(), request.group.clone()),
        guard: facts.guard.clone(),
        impact: Impact { items, is_exact: matched.is_exact && !is_sweep, bytes: None, is_lossy: false },
        facts: lines(request, facts, items, archive),
        warnings: warnings(request, facts),
        commands: vec![work.command().text()],
        typed: None,
        archive,
        nothing,
        warm_up: Vec::new(),
        work: PlanWork::new(work),
        made_us: facts.at_us,
    }
}

fn lines(
    request: &ReclaimRequest,
    facts: &ReclaimFacts,
    items: u64,
    archive: bool,
) -> Vec<(&'static str, String)> {
    let matched = &facts.rows;
    let does = match &request.verb {
        ReclaimVerb::HandOver(to) => format!("hand over to {to}"),
        ReclaimVerb::Release => "release: let workers claim them (XAUTOCLAIM)".to_owned(),
        ReclaimVerb::Requeue => "requeue: append a copy, acknowledge the old".to_owned(),
        ReclaimVerb::DeadLetter { to, deliveries } => {
            format!("move to {to} those that were delivered {deliveries} times or more")
        }
        ReclaimVerb::Drop => "drop: acknowledge without processing".to_owned(),
        ReclaimVerb::Sweep => "clean up those whose entry was trimmed".to_owned(),
    };
    let mut lines = vec![("does", does)];
    let rows = at_least_of(items, matched.is_exact, "pending entry");
    let looked = if request.verb == ReclaimVerb::Sweep { ", to be looked at" } else { "" };
    lines.push(("takes", format!("{rows} idle for {} or more{looked}", span(request.min_idle_ms))));
    if let Some((first, last)) = matched.ends {
        lines.push(("ids", format!("{first} to {last}")));
    }
    let mut owners: Vec<(&Name, &u64)> = matched.owners.iter().collect();
    owners.sort_by_key(|(_, rows)| std::cmp::Reverse(**rows));
    let more = owners.len().saturating_sub(3);
    let shown: Vec<String> =
        owners.iter().take(3).map(|(name, rows)| format!("{name} ({})", count(**rows))).collect();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    lines.push(("of", format!("{}{more}", shown.join(", "))));
    if let Some((least, most)) = matched.idle_ms {
        lines.push((
            "idle",
            format!("{} to {}; delivered at most {}", span(least), span(most), times(matched.deliveries)),
        ));
    }
    if matched.idle_unknown > 0 {
        let stays = if request.min_idle_ms == 0 { "may have been delivered just now" } else { "stay" };
        lines.push((
            "unknown",
            format!(
                "the idle time of {} can't be read: they {stays}",
                number_of(matched.idle_unknown, "entry")
            ),
        ));
    }
    if facts.first_entry == FirstEntry::Unknown {
        lines.push((
            "unknown",
            "XINFO STREAM does not tell the first entry: nobody knows how many have lost their entry"
                .to_owned(),
        ));
    }
    if matched.ghosts > 0 {
        lines.push((
            "gone",
            format!("{} of them lost their entry: they are acknowledged", count(matched.ghosts)),
        ));
    }
    let kept = match (archive, &request.verb) {
        (true, _) => "owner, time and deliveries of each row are kept, so that it can be undone",
        (false, ReclaimVerb::Sweep) => "off: a row whose entry is gone can't come back",
        (false, _) => "off: it can't be undone",
    };
    lines.push(("archive", kept.to_owned()));
    lines
}

/// Why no row matches: there is none, or none that is idle for so long, or was delivered so often.
fn unmatched(request: &ReclaimRequest, matched: &Matched) -> String {
    let whose = match &request.consumer {
        Some(consumer) => format!("{consumer} (group {})", request.group),
        None => format!("group {}", request.group),
    };
    let none = match matched.theirs {
        0 => return format!("nothing is pending for {whose}"),
        1 => "the one pending entry".to_owned(),
        many => format!("none of the {}", number_of(many, "pending entry")),
    };
    let not = if matched.theirs == 1 { " not" } else { "" };
    let is_idle = matched.longest_ms.is_none_or(|longest| longest >= request.min_idle_ms);
    match &request.verb {
        ReclaimVerb::DeadLetter { deliveries, .. } if is_idle => {
            format!("{none} of {whose} was{not} delivered {} or more", times(*deliveries))
        }
        _ => {
            let longest = matched.longest_ms.map_or(String::new(), |ms| format!(" (longest: {})", span(ms)));
            let idle = span(request.min_idle_ms);
            format!("{none} of {whose} has{not} been idle for {idle}{longest}; lower the limit to take them")
        }
    }
}

fn times(number: u64) -> String {
    match number {
        1 => "once".to_owned(),
        number => format!("{} times", count(number)),
    }
}

fn warnings(request: &ReclaimRequest, facts: &ReclaimFacts) -> Vec<String> {
    let mut found = Vec::new();
    match &request.verb {
        ReclaimVerb::HandOver(to) => {
            found.push(format!("{to} sees them only if it reads its own pending entries (id 0) or claims: a consumer that only reads `>` never will"));
            let silent = facts.consumers.iter().find(|consumer| consumer.name == *to && !lives(consumer));
            if let Some(silent) = silent {
                let idle = silent.idle_ms.map_or_else(|| "ever".to_owned(), span);
                found.push(format!("{to} has shown no sign of life for {idle}"));
            }
        }
        ReclaimVerb::Release => {
            found.push("it makes the owner look alive: its idle time begins anew".to_owned())
        }
        ReclaimVerb::Requeue => {
            found.push("copies come last and have new ids; every group of the stream gets them".to_owned());
        }
        ReclaimVerb::Drop => found.push("they count as done, though nobody processed them".to_owned()),
        ReclaimVerb::DeadLetter { .. } | ReclaimVerb::Sweep => {}
    }
    if request.min_idle_ms < SILENT_MS && !matches!(request.verb, ReclaimVerb::Sweep) {
        found.push(format!(
            "{} idle is short: a worker may still be working on them",
            span(request.min_idle_ms)
        ));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::model::consumers::Inactivity;

    fn consumer(name: &str, pending: u64, idle_ms: u64) -> Consumer {
        let inactive = Inactivity::Unsupported;
        Consumer { name: Name::from(name), pending: Some(pending), idle_ms: Some(idle_ms), inactive }
    }

    fn request(verb: ReclaimVerb) -> ReclaimRequest {
        ReclaimRequest {
            key: Name::from("s"),
            group: Name::from("g"),
            verb,
            min_idle_ms: 60_000,
            count: None,
            consumer: None,
            ids: Vec::new(),
            archive: None,
        }
    }

    #[test]
    fn the_live_consumer_with_the_least_to_do_is_proposed() {
        let consumers = [consumer("dead", 0, 90_000), consumer("busy", 90, 10), consumer("free", 1, 500)];
        assert_eq!(proposed(&consumers, &[]).unwrap().name, Name::from("free"));
        assert_eq!(proposed(&consumers, &[&Name::from("free")]).unwrap().name, Name::from("busy"));
        assert_eq!(proposed(&consumers[..1], &[]), None);
    }

    #[test]
    fn rows_go_to_nobody_who_is_not_there_and_to_the_silent_with_a_warning() {
        let consumers = vec![consumer("quiet", 0, 90_000), consumer("live", 0, 5)];
        let last_delivered = Some(StreamId::new(9, 0));
        let facts = ReclaimFacts { consumers, last_delivered, ..ReclaimFacts::default() };
        let to = |name: &str| request(ReclaimVerb::HandOver(Name::from(name)));
        assert!(work(&to("typo"), &facts).unwrap_err().to_string().contains("no consumer typo; live lives"));
        let quiet = plan(&to("quiet"), &facts, work(&to("quiet"), &facts).unwrap());
        assert!(quiet.warnings.iter().any(|line| line.contains("no sign of life")));
        let live = plan(&to("live"), &facts, work(&to("live"), &facts).unwrap());
        assert!(live.warnings.len() == 1 && live.warnings[0].contains("only reads `>`"));
    }

    #[test]
    fn what_a_row_does_not_say_is_told_and_the_row_stays() {
        let consumers = vec![consumer("live", 0, 5)];
        let last_delivered = Some(StreamId::new(9, 0));
        let mut facts = ReclaimFacts { consumers, last_delivered, ..ReclaimFacts::default() };
        let request = request(ReclaimVerb::HandOver(Name::from("live")));
        let work = work(&request, &facts).unwrap();
        let row = |consumer: &str, idle_ms| PendingRow {
            id: StreamId::new(1, 0),
            consumer: Name::from(consumer),
            idle_ms,
            deliveries: 1,
        };
        facts.rows.look(&work, &row("dead", None), facts.first_entry);
        let told = plan(&request, &facts, work.clone()).nothing.unwrap();
        assert!(told.ends_with("the idle time of 1 entry can't be read: they stay"), "{told}");
        // One that was given back has none, and is for everybody.
        facts.rows.look(&work, &row("", None), facts.first_entry);
        facts.rows.look(&work, &row("dead", Some(70_000)), facts.first_entry);
        assert_eq!((facts.rows.rows, facts.rows.idle_unknown, facts.rows.ghosts), (2, 1, 0));
        assert_eq!(facts.rows.idle_ms, Some((70_000, 70_000)), "unknown is not 0");
        let plan = plan(&request, &facts, work);
        let unknown: Vec<&String> =
            plan.facts.iter().filter(|(label, _)| *label == "unknown").map(|(_, text)| text).collect();
        assert!(unknown[0].contains("idle time") && unknown[1].contains("first entry"), "{unknown:?}");
        facts.last_delivered = None;
        assert!(super::work(&request, &facts).unwrap_err().to_string().contains("where it stands"));
    }

    #[test]
    fn dead_letters_do_not_go_where_they_come_from() {
        let verb = ReclaimVerb::DeadLetter { to: Name::from("s"), deliveries: 5 };
        assert!(work(&request(verb), &ReclaimFacts::default()).is_err());
    }
}
