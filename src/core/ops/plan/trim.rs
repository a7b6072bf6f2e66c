//! From what a stream and its groups say to the plan of a trim.
//!
//! Knows facts as values; asks nothing. Invariants: a plan that removes what a group still needs says how much of whose,
//! and wants a name; a safe trim says which group holds it, and what it cannot see.

use super::{ActionKind, Impact, Plan, Subject, Work};
use crate::core::model::StreamId;
use crate::core::model::streams::{StreamDetail, StreamFacts, id_age_ms};
use crate::core::ops::denial::Refusal;
use crate::core::ops::guard::Guard;
use crate::core::ops::trim::{Loss, Need, TrimWork, holder};
use crate::core::ops::wish::{TrimRequest, TrimTo};
use crate::core::ops::words::{bytes, count, counted, span};

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
    /// How things stand.
    pub guard: Guard,
    /// The process's clock, microseconds.
    pub at_us: u64,
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
/// A safe trim of a stream without groups.
pub fn boundary(wish: &TrimRequest, facts: &TrimFacts) -> Result<Option<StreamId>, Refusal> {
    let after_last = after_last(&facts.stream);
    Ok(Some(match wish.to {
        TrimTo::Safe => match holder(&facts.needs) {
            Some(need) => need.floor.min(after_last),
            None => {
                return Err(Refusal::because(
                    "the stream has no groups, so nothing says what is still needed: give --maxlen, --minid or --older-than",
                ));
            }
        },
        TrimTo::MaxLen(keep) if facts.stream.length.unwrap_or(0) <= keep => StreamId::MIN,
        TrimTo::MaxLen(0) => after_last,
        TrimTo::MaxLen(_) => return Ok(None),
        TrimTo::MinId(id) => id.min(after_last),
        TrimTo::OlderThan(age_ms) => {
            let ms = u64::try_from(facts.now_ms).unwrap_or(0).saturating_sub(age_ms);
            StreamId::new(ms, 0).min(after_last)
        }
    }))
}

/// The first id that is not in the stream yet.
fn after_last(stream: &StreamFacts) -> StreamId {
    let last = stream.detail.as_ref().and_then(|detail| detail.last_generated);
    last.map_or(StreamId::MAX, StreamId::successor)
}

/// The plan.
pub fn plan(wish: &TrimRequest, facts: &TrimFacts, to: StreamId, below: &Below) -> Plan {
    let is_safe = wish.to == TrimTo::Safe;
    let is_lossy = !below.losses.is_empty();
    let archive = wish.archive.unwrap_or(is_lossy || (!is_safe && facts.needs.is_empty()));
    let length = facts.stream.length.unwrap_or(0);
    let share = below.entries as f64 / length.max(1) as f64;
    let freed = facts.bytes.map(|all| (all as f64 * share) as u64);
    let work =
        TrimWork { key: wish.key.clone(), to, is_safe, approx: wish.approx, has_minid: facts.has_minid };
    let mut warnings = losses(&below.losses);
    if is_safe {
        warnings.push(
            "readers without a group (plain XREAD) can't be seen: what they still need is not counted"
                .to_owned(),
        );
    } else if facts.needs.is_empty() {
        warnings.push("the stream has no groups: nobody can say who still needs what goes".to_owned());
    }
    if !archive && is_lossy {
        warnings.push("nothing is kept (--no-archive): what goes is lost".to_owned());
    }
    Plan {
        deed: ActionKind::Trim,
        subject: Subject::Stream(wish.key.clone()),
        guard: facts.guard.clone(),
        stake: Impact { items: below.entries, is_exact: below.is_exact, bytes: freed, is_lossy },
        facts: lines(wish, facts, to, below, freed, archive),
        warnings,
        commands: work.commands(archive),
        typed: is_lossy.then(|| "entries go that a group has not read or not acknowledged".to_owned()),
        archive,
        nothing: (below.entries == 0 && below.is_exact).then(|| nothing(wish, facts, to)),
        warm_up: Vec::new(),
        work: Work::Trim(work),
        made_us: facts.at_us,
    }
}

fn lines(
    wish: &TrimRequest,
    facts: &TrimFacts,
    to: StreamId,
    below: &Below,
    freed: Option<u64>,
    archive: bool,
) -> Vec<(&'static str, String)> {
    let length = facts.stream.length.unwrap_or(0);
    let size = facts.bytes.map_or(String::new(), |all| format!(", about {}", bytes(all)));
    let mut lines = vec![("stream", format!("{} entries{size}", count(length)))];
    let age = id_age_ms(to, facts.now_ms).filter(|ms| *ms > 0);
    let age = age.map_or(String::new(), |ms| format!(" (older than {})", span(ms)));
    let about = if wish.approx { ", whole nodes only" } else { "" };
    lines.push((
        "removes",
        format!("{} entries, all below {to}{age}{about}", counted(below.entries, below.is_exact)),
    ));
    lines.push((
        "keeps",
        format!("{} entries and all that comes", count(length.saturating_sub(below.entries))),
    ));
    if let Some(need) = holder(&facts.needs) {
        lines.push(("held by", need.text()));
    }
    let kept = facts.pending.saturating_mul(ROW_BYTES);
    let lists = match facts.pending {
        0 => String::new(),
        rows => format!("; {} pending rows (about {}) survive a trim", count(rows), bytes(kept)),
    };
    let memory = match freed {
        Some(freed) if below.entries > 0 => format!("about {} come back{lists}", bytes(freed)),
        _ => format!("how much comes back is not known{lists}"),
    };
    lines.push(("memory", memory));
    lines.push((
        "archive",
        if archive {
            "what goes is kept, and can be brought back into a stream beside this one"
        } else {
            "off"
        }
        .to_owned(),
    ));
    lines
}

fn losses(losses: &[Loss]) -> Vec<String> {
    let line = |loss: &Loss| {
        let number = |entries| counted(entries, loss.is_exact);
        let mut parts = Vec::new();
        if loss.undelivered > 0 {
            parts.push(format!("{} that it has not read", number(loss.undelivered)));
        }
        if loss.pending > 0 {
            parts.push(format!("{} that it has not acknowledged", number(loss.pending)));
        }
        format!("group {} loses {}", loss.group, parts.join(" and "))
    };
    losses.iter().map(line).collect()
}

/// Why nothing goes.
fn nothing(wish: &TrimRequest, facts: &TrimFacts, to: StreamId) -> String {
    let detail = facts.stream.detail.clone().unwrap_or_default();
    let StreamDetail { first_entry, .. } = detail;
    let first =
        first_entry.map_or_else(|| "it is empty".to_owned(), |first| format!("its first entry is {first}"));
    match (wish.to, holder(&facts.needs)) {
        (TrimTo::Safe, Some(need)) => format!("nothing to remove: {} ({first})", need.text()),
        (TrimTo::MaxLen(keep), _) => {
            format!(
                "nothing to remove: it has {} entries, {} may stay",
                count(facts.stream.length.unwrap_or(0)),
                count(keep)
            )
        }
        _ => format!("nothing to remove below {to}: {first}"),
    }
}
