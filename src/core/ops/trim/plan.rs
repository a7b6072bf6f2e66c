//! From what a stream and its groups say to the plan of a trim.
//!
//! Knows facts as values; asks nothing. Invariants: a plan that removes what a group still needs says how much of whose,
//! and wants a name; a safe trim says which group holds it, and what it cannot see.

use super::request::{TrimRequest, TrimTo};
use crate::core::figures::sentence::{at_least, at_least_of, bytes, count, counted, number_of, span};
use crate::core::limits::SHOWN_NAMES;
use crate::core::model::id_unit::IdUnit;
use crate::core::model::streams::StreamFacts;
use crate::core::model::{Name, StreamId};
use crate::core::ops::guard::Guard;
use crate::core::ops::plan::{Impact, Plan, PlanWork, Subject, few_of};
use crate::core::ops::refusal::Refusal;
use crate::core::ops::trim::{Loss, Need, TrimWork, holder, safe_floor};
use crate::core::wire::write::Made;

/// What is done about a group that holds a stream for ever.
const REMOVE_GROUP: &str =
    "a group that nobody reads any more holds the stream for ever: remove it (E, or remove-groups KEY GROUP)";

/// What a pending row takes of the server's memory, bytes: measured 84 on 7.0.
const ROW_BYTES: u64 = 84;

/// What was read for the plan of a trim.
#[derive(Clone, Debug)]
pub struct TrimFacts {
    /// The stream.
    pub stream: StreamFacts,
    /// What each group still needs; empty without groups.
    pub needs: Vec<Need>,
    /// Rows pending in all groups.
    pub pending: u64,
    /// What the entries take of memory, bytes: by how they are packed, else the server's own estimate.
    pub bytes: Option<u64>,
    /// The server's clock, milliseconds since 1970.
    pub now_ms: i64,
    /// Whether the server has MINID (6.2).
    pub has_minid: bool,
    /// Whether scripts may be run.
    pub has_scripts: bool,
    /// Pending rows of a group whose entries are gone.
    pub ghosts: Vec<Ghosts>,
    /// How things stand.
    pub guard: Guard,
    /// The process's clock, microseconds.
    pub at_us: u64,
}

/// Pending rows whose entries are gone: they hold nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ghosts {
    /// The group.
    pub group: Name,
    /// How many.
    pub rows: u64,
    /// Whether they were counted to the last.
    pub is_exact: bool,
}

/// What lies below the cut.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Below {
    /// Entries.
    pub entries: u64,
    /// Whether they were counted to the last.
    pub is_exact: bool,
    /// What groups would lose.
    pub losses: Vec<Loss>,
}

/// Up to where the trim goes, where that follows without counting; none where the stream has to be walked through.
///
/// # Errors
/// A safe trim where a group does not say all that it needs, or without groups; an age where ids are no times.
pub fn boundary(request: &TrimRequest, facts: &TrimFacts) -> Result<Option<StreamId>, Refusal> {
    let after_last = after_last(&facts.stream);
    Ok(Some(match request.to {
        TrimTo::Safe => safe_floor(&facts.needs)?.min(after_last),
        TrimTo::MaxLen(0) => after_last,
        TrimTo::MaxLen(keep) => {
            let length =
                facts.stream.length.ok_or_else(|| Refusal::because("the stream does not tell its length"))?;
            if length > keep {
                return Ok(None);
            }
            StreamId::MIN
        }
        TrimTo::MinId(id) => id.min(after_last),
        TrimTo::OlderThan { age_ms, unit } => {
            times_only(request, facts, unit)?;
            let now_ms = u64::try_from(facts.now_ms)
                .map_err(|_| Refusal::because("the server's clock is before 1970"))?;
            unit.first_id(now_ms.saturating_sub(age_ms)).min(after_last)
        }
    }))
}

/// Sees that the ids at both ends of the stream are times in this unit.
fn times_only(request: &TrimRequest, facts: &TrimFacts, unit: IdUnit) -> Result<(), Refusal> {
    let detail = facts.stream.detail.as_ref();
    let ends = [detail.and_then(|detail| detail.first_entry), detail.and_then(|detail| detail.last_entry)];
    match ends.into_iter().flatten().find(|id| unit.time_ms(*id, facts.now_ms).is_none()) {
        None => Ok(()),
        Some(id) => Err(Refusal::because(format!(
            "the ids of {} do not count {unit}, such as {id}: an age means nothing there; name the unit (id-unit: s, us, ns or snowflake:EPOCH), or trim by an ID or a number of entries",
            request.key
        ))),
    }
}

/// The first id that is not in the stream yet.
fn after_last(stream: &StreamFacts) -> StreamId {
    let last = stream.detail.as_ref().and_then(|detail| detail.last_generated);
    last.map_or(StreamId::MAX, StreamId::successor)
}

/// The plan.
///
/// # Errors
/// Whole nodes are wanted, and the archive or the server can't do that.
pub fn plan(request: &TrimRequest, facts: &TrimFacts, to: StreamId, below: &Below) -> Result<Plan, Refusal> {
    let is_safe = request.to == TrimTo::Safe;
    let is_lossy = !below.losses.is_empty();
    let archive = request.archive.unwrap_or(is_lossy || (!is_safe && facts.needs.is_empty()));
    if request.approx && archive {
        return Err(Refusal::because(
            "an archive keeps entry by entry, whole nodes go at once: leave --approx out, or give --no-archive",
        ));
    }
    if request.approx && !facts.has_minid {
        return Err(Refusal::because(
            "--approx needs XTRIM MINID, which this server does not have (Redis 6.2)",
        ));
    }
    let going = if request.approx { whole_nodes(facts, below) } else { (below.entries, below.is_exact) };
    let freed = facts.bytes.zip(facts.stream.length.filter(|length| *length > 0));
    let freed = freed.map(|(all, length)| (all as f64 * going.0 as f64 / length as f64) as u64);
    let mark = facts.guard.stream.as_ref();
    let made = Made {
        last: mark.and_then(|mark| mark.last_generated),
        added: mark.and_then(|mark| mark.entries_added),
    };
    let work = TrimWork {
        key: request.key.clone(),
        to,
        is_safe,
        approx: request.approx,
        has_minid: facts.has_minid,
        has_scripts: facts.has_scripts,
        made,
    };
    Ok(Plan {
        kind: &super::KIND,
        subject: Subject::Stream(request.key.clone()),
        guard: facts.guard.clone(),
        impact: Impact { items: going.0, is_exact: going.1, bytes: freed, is_lossy },
        facts: lines(request, facts, to, below, (going, freed, archive)),
        warnings: warnings(facts, below, is_safe, archive),
        commands: work.commands(archive),
        typed: is_lossy.then(|| typed(&below.losses)),
        archive,
        nothing: (going.0 == 0 && (below.is_exact || request.approx))
            .then(|| nothing(request, facts, to, below)),
        warm_up: Vec::new(),
        work: PlanWork::new(work),
        made_us: facts.at_us,
    })
}

/// Why the name has to be typed.
fn typed(losses: &[Loss]) -> String {
    match losses.iter().find_map(|loss| loss.unknown.map(|why| (&loss.group, why))) {
        Some((group, why)) => format!("what group {group} still needs is not known: {why}"),
        None => "entries go that a group has not read or not acknowledged".to_owned(),
    }
}

fn warnings(facts: &TrimFacts, below: &Below, is_safe: bool, archive: bool) -> Vec<String> {
    let mut warnings = losses(&below.losses);
    if is_safe {
        warnings.push(
            "plain XREAD readers are invisible to the server: entries that they have not read may be lost"
                .to_owned(),
        );
        if !holders(facts).is_empty() {
            warnings.push(REMOVE_GROUP.to_owned());
        }
    } else if facts.needs.is_empty() {
        warnings.push("the stream has no groups: nobody can say who still needs what goes".to_owned());
    }
    if !is_safe && !facts.has_scripts {
        warnings.push(
            "scripts are not allowed to this user: plain XTRIM can't see whether the stream is made anew meanwhile"
                .to_owned(),
        );
    }
    if !archive && !below.losses.is_empty() {
        warnings.push("the archive is off: what goes is lost".to_owned());
    }
    warnings
}

/// How many of the entries below the cut lie in nodes that hold nothing else: about so many, for only the mean of a
/// node is known (entries by `radix-tree-keys`), and the node at the cut stays.
fn whole_nodes(facts: &TrimFacts, below: &Below) -> (u64, bool) {
    let nodes = facts.stream.detail.as_ref().and_then(|detail| detail.packs).filter(|nodes| *nodes > 0);
    match facts.stream.length.zip(nodes) {
        Some((length, _)) if below.is_exact && below.entries >= length => (length, true),
        Some((length, nodes)) => {
            // The newest node is half full on average.
            let each = (length.saturating_mul(2) / (nodes.saturating_mul(2) - 1)).max(1);
            (below.entries / each * each, below.entries == 0)
        }
        None => (0, false),
    }
}

fn lines(
    request: &TrimRequest,
    facts: &TrimFacts,
    to: StreamId,
    below: &Below,
    ((going, is_exact), freed, archive): ((u64, bool), Option<u64>, bool),
) -> Vec<(&'static str, String)> {
    let size = facts.bytes.map_or(String::new(), |all| format!(", about {}", bytes(all)));
    let length = facts.stream.length;
    let of =
        length.map_or_else(|| "it does not tell its length".to_owned(), |length| number_of(length, "entry"));
    let mut lines = vec![("stream", format!("{of}{size}"))];
    let unit = match request.to {
        TrimTo::OlderThan { unit, .. } => unit,
        TrimTo::Safe | TrimTo::MaxLen(_) | TrimTo::MinId(_) => IdUnit::default(),
    };
    let age =
        unit.time_ms(to, facts.now_ms).and_then(|ms| u64::try_from(facts.now_ms.saturating_sub(ms)).ok());
    let age = age.filter(|ms| *ms > 0).map_or(String::new(), |ms| format!(" (older than {})", span(ms)));
    let removes = match (request.approx, is_exact) {
        (true, false) => format!(
            "about {} entries in whole nodes, of {} below {to}{age}",
            count(going),
            at_least(below.entries, below.is_exact)
        ),
        _ => format!("{}, all below {to}{age}", at_least_of(going, is_exact, "entry")),
    };
    lines.push(("removes", removes));
    let keeps = length.map(|length| length.saturating_sub(going));
    let keeps = keeps.map_or_else(|| "the rest".to_owned(), |keeps| number_of(keeps, "entry"));
    lines.push(("keeps", format!("{keeps} and anything newer")));
    for (at, text) in holders(facts).into_iter().enumerate() {
        lines.push((if at == 0 { "held by" } else { "" }, text));
    }
    for ghosts in &facts.ghosts {
        lines.push((
            "note",
            format!(
                "{} pending entries of group {} were trimmed or deleted, and hold nothing: reclaim of the group cleans them up (sweep)",
                at_least(ghosts.rows, ghosts.is_exact),
                ghosts.group
            ),
        ));
    }
    let kept = facts.pending.saturating_mul(ROW_BYTES);
    let lists = match facts.pending {
        0 => String::new(),
        rows => format!("; {} (about {}) not freed by a trim", number_of(rows, "pending entry"), bytes(kept)),
    };
    let memory = match freed {
        Some(freed) if going > 0 => format!("frees about {}{lists}", bytes(freed)),
        _ => format!("how much it frees is not known{lists}"),
    };
    lines.push(("memory", memory));
    lines.push((
        "archive",
        if archive { "removed entries are kept; undo restores them to a second stream" } else { "off" }
            .to_owned(),
    ));
    lines
}

/// Every group that holds the stream, the one that holds the most first.
fn holders(facts: &TrimFacts) -> Vec<String> {
    let end = after_last(&facts.stream);
    let mut holding: Vec<&Need> = facts.needs.iter().filter(|need| need.floor.lowest() < end).collect();
    holding.sort_by_key(|need| need.floor.lowest());
    let more = holding.len().saturating_sub(SHOWN_NAMES);
    let mut lines: Vec<String> = holding.iter().take(SHOWN_NAMES).map(|need| need.text()).collect();
    if more > 0 {
        lines.push(format!("and {} more", count(more as u64)));
    }
    lines
}

/// What the groups would lose, the worst first; groups that would lose the same are told together.
fn losses(losses: &[Loss]) -> Vec<String> {
    let mut told: Vec<(&Loss, Vec<&Name>)> = Vec::new();
    for loss in losses {
        match told.iter_mut().find(|(known, _)| is_alike(known, loss)) {
            Some((_, groups)) => groups.push(&loss.group),
            None => told.push((loss, vec![&loss.group])),
        }
    }
    told.sort_by_key(|(loss, _)| {
        std::cmp::Reverse((loss.unknown.is_some(), loss.undelivered.saturating_add(loss.pending)))
    });
    let more: u64 = told.iter().skip(SHOWN_NAMES).map(|(_, groups)| groups.len() as u64).sum();
    let mut lines: Vec<String> =
        told.iter().take(SHOWN_NAMES).map(|(loss, groups)| loss_line(loss, groups)).collect();
    lines.extend((more > 0).then(|| counted(more, "more group loses entries", "more groups lose entries")));
    lines
}

fn is_alike(one: &Loss, other: &Loss) -> bool {
    let what = |loss: &Loss| (loss.undelivered, loss.pending, loss.is_exact, loss.unknown);
    what(one) == what(other)
}

fn loss_line(loss: &Loss, groups: &[&Name]) -> String {
    let number = |entries| at_least(entries, loss.is_exact);
    let (who, loses, it, each) = match groups {
        [group] => (format!("group {group}"), "loses", "it has", ""),
        _ => (
            format!("{} groups ({})", count(groups.len() as u64), few_of(groups)),
            "lose",
            "they have",
            " each",
        ),
    };
    let mut parts = Vec::new();
    if loss.undelivered > 0 {
        parts.push(format!("{} that {it} not read", number(loss.undelivered)));
    }
    if loss.pending > 0 {
        parts.push(format!("{} that {it} not acknowledged", number(loss.pending)));
    }
    let parts = format!("{}{each}", parts.join(" and "));
    match (loss.undelivered > 0 || loss.pending > 0, loss.unknown) {
        (true, None) => format!("{who} {loses} {parts}"),
        (true, Some(why)) => format!("{who} {loses} at least {parts}: {why}"),
        (false, why) => format!(
            "how much {who} {loses} is not known{}",
            why.map_or_else(String::new, |why| format!(": {why}"))
        ),
    }
}

/// Why nothing goes.
fn nothing(request: &TrimRequest, facts: &TrimFacts, to: StreamId, below: &Below) -> String {
    let first_entry = facts.stream.detail.as_ref().and_then(|detail| detail.first_entry);
    let first =
        first_entry.map_or_else(|| "it is empty".to_owned(), |first| format!("its first entry is {first}"));
    match (request.to, holder(&facts.needs)) {
        _ if request.approx && below.entries > 0 => format!(
            "nothing to remove: the {} entries below {to} fill no whole node; leave --approx out",
            count(below.entries)
        ),
        (TrimTo::Safe, Some(_)) => {
            format!("nothing to remove: {} ({first}); {REMOVE_GROUP}", holders(facts).join("; "))
        }
        (TrimTo::MaxLen(keep), _) => {
            let has = facts.stream.length.map_or_else(|| "no known number of".to_owned(), count);
            format!("nothing to remove: it has {has} entries, {} may stay", count(keep))
        }
        _ => format!("nothing to remove below {to}: {first}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_that_would_lose_the_same_are_told_together_and_the_worst_first() {
        let loss = |group: &str, undelivered: u64| Loss {
            group: Name::from(group),
            undelivered,
            pending: 3,
            is_exact: true,
            unknown: None,
        };
        let mut all = vec![loss("small", 0)];
        all.extend((0..40).map(|n| loss(&format!("pod-{n}"), 2_997)));
        assert_eq!(
            losses(&all),
            [
                "40 groups (pod-0, pod-1, pod-2 and 37 more) lose 2,997 that they have not read and 3 that they have \
                 not acknowledged each",
                "group small loses 3 that it has not acknowledged",
            ]
        );
        let different: Vec<Loss> = (1..=12).map(|n| loss(&format!("g{n}"), n)).collect();
        let lines = losses(&different);
        assert_eq!((lines.len(), lines.last().unwrap().as_str()), (11, "2 more groups lose entries"));
        assert!(lines[0].contains("group g12 loses 12"), "{lines:?}");
    }
}
