//! From a walk through the keyspace to the plan of an invalidation.
//!
//! Knows counts as values; asks nothing. Invariants: what is protected is named and stays; `*`, and more than half of all
//! keys, want a name.

use super::found::FoundKeys;
use super::request::InvalidateRequest;
use super::waiting::Waiting;
use crate::core::figures::sentence::{at_least, bytes, count, number_of, span};
use crate::core::limits::SHOWN_NAMES;
use crate::core::model::Name;
use crate::core::model::glob::Glob;
use crate::core::model::glob::glob_text;
use crate::core::ops::guard::Guard;
use crate::core::ops::invalidate::InvalidateWork;
use crate::core::ops::plan::{Impact, Plan, PlanWork, Subject};
use crate::core::ops::protect::Protection;
use crate::core::ops::refusal::Refusal;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What was read for the plan of an invalidation.
#[derive(Clone, Debug, Default)]
pub struct InvalidateFacts {
    /// Keys that match and may go.
    pub keys: u64,
    /// Whether they were counted to the last, each once.
    pub is_exact: bool,
    /// Keys whose types were asked, where not all were: what is told of types is then an estimate.
    pub typed: Option<u64>,
    /// Keys that were looked at when there was no more time; none where all were.
    pub cut_at: Option<u64>,
    /// The names of all that match, where they could be kept.
    pub found: Option<Arc<FoundKeys>>,
    /// Of them by type.
    pub kinds: BTreeMap<String, u64>,
    /// Some of their names.
    pub names: Vec<Name>,
    /// Keys that match and stay, by reason, with the first of each.
    pub stays: BTreeMap<String, (u64, Name)>,
    /// Keys in the database.
    pub all_keys: Option<u64>,
    /// Bytes of those whose size was asked, and how many they are.
    pub sampled: (u64, u64),
    /// Who waits for items of keys of the type that was named.
    pub waiting: Waiting,
    /// Whether the server has `PEXPIRE … LT` (7.0).
    pub has_lt: bool,
    /// What chance begins with.
    pub seed: u64,
    /// How things stand.
    pub guard: Guard,
    /// The process's clock, microseconds.
    pub at_us: u64,
}

/// The plan.
///
/// # Errors
/// Everything that matches is protected.
pub fn plan(request: &InvalidateRequest, facts: &InvalidateFacts) -> Result<Plan, Refusal> {
    let protected: u64 = facts.stays.values().map(|(keys, _)| keys).sum();
    if facts.keys == 0 && protected > 0 && facts.cut_at.is_none() {
        let (why, (_, key)) = facts
            .stays
            .iter()
            .next()
            .map_or(("", (0, Name::from(""))), |(why, first)| (why.as_str(), first.clone()));
        let all = match facts.typed {
            Some(typed) => format!("all of {} keys whose types were asked are", count(typed)),
            None if protected == 1 => "it is".to_owned(),
            None => "all of it is".to_owned(),
        };
        return Err(Refusal::because(format!(
            "{} matches protected keys only: {all} left alone ({key} is {why}); nothing was removed",
            request.written
        )));
    }
    let (sampled, samples) = facts.sampled;
    let size = (samples > 0).then(|| (sampled as f64 / samples as f64 * facts.keys as f64) as u64);
    let typed = typed(request, facts);
    let archive = request.archive.unwrap_or(false);
    let work = InvalidateWork {
        pattern: request.pattern.clone(),
        kind: request.kind.clone(),
        expire_ms: request.expire_ms,
        has_lt: facts.has_lt,
        protected: Protection::new(&request.protect, request.kind.as_deref()),
        seed: facts.seed,
        found: facts.found.clone(),
    };
    let mut warnings = Vec::new();
    if request.expire_ms.is_none() && !archive && facts.keys > 0 {
        warnings.push(
            "No undo (archive is off). Consider expiring instead: refills hit your database all at once"
                .to_owned(),
        );
    }
    warnings.extend(facts.waiting.warning());
    if let Some(looked_at) = facts.cut_at {
        warnings.push(format!(
            "there was time to look at about {} keys: the numbers are theirs, and the action goes through all",
            count(looked_at)
        ));
    }
    Ok(Plan {
        kind: &super::KIND,
        subject: Subject::Keys(request.written.clone()),
        guard: facts.guard.clone(),
        impact: Impact { items: facts.keys, is_exact: facts.is_exact, bytes: size, is_lossy: false },
        facts: lines(request, facts, size, archive),
        warnings,
        commands: work.commands(archive),
        typed,
        archive,
        nothing: (facts.keys == 0 && facts.cut_at.is_none())
            .then(|| format!("no key matches {}", glob_text(&request.written))),
        warm_up: request.warm_up.clone(),
        work: PlanWork::new(work),
        made_us: facts.at_us,
    })
}

/// Why the pattern has to be typed: most keys match it, or that is not known.
fn typed(request: &InvalidateRequest, facts: &InvalidateFacts) -> Option<String> {
    let is_everything = Glob::new(request.pattern.clone()).is_everything();
    match facts.cut_at.or(facts.all_keys) {
        _ if is_everything => Some("the pattern matches every key".to_owned()),
        Some(keys) if facts.keys > 0 && facts.keys.saturating_mul(2) > keys => {
            let of = facts.cut_at.map_or("", |_| " that were looked at");
            Some(format!("more than half of the {} keys{of} match", count(keys)))
        }
        None if facts.keys > 0 => Some(
            "nobody knows how many keys there are (DBSIZE is not answered): these may be most of them"
                .to_owned(),
        ),
        _ => None,
    }
}

fn lines(
    request: &InvalidateRequest,
    facts: &InvalidateFacts,
    size: Option<u64>,
    archive: bool,
) -> Vec<(&'static str, String)> {
    let of = facts.all_keys.map_or(String::new(), |all| format!(" of {}", count(all)));
    let keys = match (facts.keys, of.is_empty()) {
        (1, true) => "key",
        _ => "keys",
    };
    let about = if facts.typed.is_some() { "about " } else { "" };
    let number = format!("{about}{}{of} {keys}", at_least(facts.keys, facts.is_exact || !about.is_empty()));
    let mut lines = vec![match request.expire_ms {
        Some(ms) => (
            "expires",
            format!(
                "{number} after {} to {}; those that would expire sooner stay as they are",
                span(ms - ms / 2),
                span(ms)
            ),
        ),
        None => ("removes", number),
    }];
    lines.push(("pattern", glob_text(&request.pattern)));
    let kinds: Vec<String> =
        facts.kinds.iter().map(|(kind, keys)| format!("{} {kind}", count(*keys))).collect();
    if !kinds.is_empty() {
        let asked = facts.typed.map_or(String::new(), |typed| {
            format!(" ({} were asked; each is before it goes)", number_of(typed, "key"))
        });
        lines.push(("types", format!("{about}{}{asked}", kinds.join(", "))));
    }
    if let Some(size) = size {
        lines.push((
            "memory",
            format!("frees about {} ({} sampled)", bytes(size), number_of(facts.sampled.1, "key")),
        ));
    }
    let names: Vec<String> = facts.names.iter().take(SHOWN_NAMES).map(ToString::to_string).collect();
    if !names.is_empty() {
        lines.push(("for example", names.join(" ")));
    }
    for (why, (keys, first)) in &facts.stays {
        lines.push(("stays", format!("{about}{} protected ({why}), such as {first}", count(*keys))));
    }
    if let Some(program) = request.warm_up.first() {
        lines.push(("then", format!("warms up: {program} ({} arguments)", request.warm_up.len() - 1)));
    }
    lines.push((
        "archive",
        if archive { "removed keys are kept; undo restores them" } else { "off: it can't be undone" }
            .to_owned(),
    ));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(pattern: &str) -> InvalidateRequest {
        InvalidateRequest::new(Name::from(pattern))
    }

    fn facts(keys: u64, all_keys: u64) -> InvalidateFacts {
        InvalidateFacts { keys, is_exact: true, all_keys: Some(all_keys), ..InvalidateFacts::default() }
    }

    #[test]
    fn a_count_that_was_cut_off_is_at_least_and_never_nothing() {
        let facts = InvalidateFacts {
            keys: 0,
            all_keys: Some(9_000_000),
            cut_at: Some(1_000),
            ..InvalidateFacts::default()
        };
        let none = plan(&request("a:*"), &facts).unwrap();
        assert_eq!((none.nothing, none.typed), (None, None));
        assert!(none.warnings.iter().any(|line| line.contains("about 1,000 keys")), "{:?}", none.warnings);
        // 600 of 1,000 are most of them, though not of nine million.
        let most = plan(&request("a:*"), &InvalidateFacts { keys: 600, ..facts }).unwrap();
        assert!(most.typed.unwrap().contains("1,000 keys that were looked at"));
    }

    #[test]
    fn everything_and_more_than_half_want_a_name() {
        for pattern in ["*", "**"] {
            assert!(plan(&request(pattern), &facts(1, 100)).unwrap().typed.is_some());
        }
        assert!(plan(&request("c:*"), &facts(51, 100)).unwrap().typed.is_some());
        assert!(plan(&request("c:*"), &facts(50, 100)).unwrap().typed.is_none());
    }

    #[test]
    fn where_only_protected_keys_match_it_is_refused_and_where_none_does_there_is_nothing_to_do() {
        let mut only = facts(0, 100);
        only.stays.insert("a stream".to_owned(), (1, Name::from("orders")));
        assert!(plan(&request("ord*"), &only).unwrap_err().to_string().contains("orders is a stream"));
        assert!(plan(&request("x*"), &facts(0, 100)).unwrap().nothing.is_some());
    }
}
