//! The rules: one a file, or a family of those that say the same of several figures; each an id, a sentence of
//! documentation, what it needs and how it looks.
//!
//! Knows the table; `hold` decides what comes of a rule's answer. Invariants, held by tests: ids are unique and
//! documented, every sentence holds a number and names its subject, a rule without its figures answers that it
//! cannot tell.

mod cache_hit_ratio;
mod cache_ttl_long;
mod cache_ttl_missing;
mod clients_buffers;
mod clients_near_limit;
mod clients_output_buffer;
mod clients_rejected;
mod consumer_dead;
mod consumer_leaked;
mod consumer_stuck;
mod consumers;
mod doctor;
mod fanout_channel_full;
mod fanout_late;
mod fanout_patterns;
mod fanout_probe_lost;
mod fanout_slow_subscriber;
mod fanout_subscriber_lost;
mod groups;
mod memory_evictable_queues;
mod memory_evictable_streams;
mod memory_evicting;
mod memory_fragmentation;
mod memory_full_soon;
mod memory_lazyfree;
mod memory_near_limit;
mod memory_nothing_evictable;
mod memory_over_limit;
mod memory_parts;
mod memory_peak;
mod memory_pending_lists;
mod memory_scripts;
mod memory_swapped;
mod persistence_aof_failed;
mod persistence_fork_headroom;
mod persistence_fork_slow;
mod persistence_rdb_failed;
mod persistence_refusing;
mod queue_leaks;
mod queues;
mod refusals;
mod replication_buffers;
mod replication_link_down;
mod replication_read_only;
mod replication_refusing;
mod replication_resyncs;
mod scheduler_overdue;
mod server_blocked;
mod server_busy;
mod server_loading;
mod server_refusing_all;
mod slowlog_new;
mod stream_dead;
mod stream_ghosts;
mod stream_loss;
mod stream_not_acknowledging;
mod stream_poison;
mod stream_rewound;
mod stream_slow;
mod stream_stopped;
mod stream_trim_ahead;
mod subscribers;
mod tiers;

use super::evidence::Evidence;
use super::finding::{Destination, Finding, FindingSubject, Severity};
use super::hold::{Patience, Patiences};
use super::thresholds::Thresholds;

/// A rule.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Its id: part of the schema, listed in docs/FINDINGS.md.
    pub id: &'static str,
    /// What it finds, in one line.
    pub doc: &'static str,
    /// How long it must be so before it is told, beside any window that its figures have already.
    pub raise: Patience,
    /// Whether what it looks at is held already where it is judged, as verdicts of groups are: then it clears with
    /// them and not later.
    pub is_held: bool,
    /// Looks.
    pub check: RuleCheck,
}

/// How a rule looks.
type RuleCheck = fn(&Evidence<'_>, &Thresholds) -> RuleAnswer;

impl Rule {
    /// Told at once: its figure has its window already, or is a plain fact.
    const fn at_once(id: &'static str, doc: &'static str, check: RuleCheck) -> Self {
        Self { id, doc, raise: AT_ONCE, is_held: false, check }
    }

    /// The same, for what is held already where it is judged.
    const fn held(id: &'static str, doc: &'static str, check: RuleCheck) -> Self {
        Self { id, doc, raise: AT_ONCE, is_held: true, check }
    }

    /// Told when it has been so for a moment.
    const fn briefly(id: &'static str, doc: &'static str, check: RuleCheck) -> Self {
        Self { id, doc, raise: BRIEFLY, is_held: false, check }
    }
}

/// What a rule says.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct RuleAnswer {
    /// What it found.
    pub findings: Vec<Finding>,
    /// Why it cannot tell whether that is all.
    pub blind: Option<Blind>,
}

/// Why a rule cannot tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Blind {
    /// Its window has not passed yet: wait.
    TooSoon(String),
    /// Its figures can't be read: the gaps say why.
    Unread(String),
}

impl Blind {
    /// One sentence.
    pub fn text(&self) -> &str {
        match self {
            Self::TooSoon(text) | Self::Unread(text) => text,
        }
    }
}

impl RuleAnswer {
    /// All that there is.
    fn of(findings: impl IntoIterator<Item = Finding>) -> Self {
        Self { findings: findings.into_iter().collect(), blind: None }
    }

    /// It can't tell: its figures are missing.
    fn unread(text: impl Into<String>) -> Self {
        Self { findings: Vec::new(), blind: Some(Blind::Unread(text.into())) }
    }

    /// It can't tell yet.
    fn too_soon(text: impl Into<String>) -> Self {
        Self { findings: Vec::new(), blind: Some(Blind::TooSoon(text.into())) }
    }
}

/// A rule that cannot tell, with the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CannotTell {
    /// The rule.
    pub id: &'static str,
    /// Why.
    pub blind: Blind,
}

/// Every rule, in the order of docs/FINDINGS.md.
pub const RULES: &[Rule] = &[
    stream_trim_ahead::RULE,
    stream_loss::RULE,
    stream_dead::RULE,
    stream_stopped::RULE,
    stream_not_acknowledging::RULE,
    stream_rewound::RULE,
    stream_poison::RULE,
    stream_slow::RULE,
    stream_ghosts::RULE,
    consumer_dead::RULE,
    consumer_stuck::RULE,
    consumer_leaked::RULE,
    cache_hit_ratio::RULE,
    cache_ttl_missing::RULE,
    cache_ttl_long::RULE,
    clients_near_limit::RULE,
    clients_rejected::RULE,
    refusals::NO_LOGIN,
    refusals::WRONG_PASSWORD,
    refusals::DENIED,
    clients_buffers::RULE,
    clients_output_buffer::RULE,
    fanout_slow_subscriber::RULE,
    fanout_subscriber_lost::RULE,
    fanout_patterns::RULE,
    fanout_channel_full::RULE,
    queues::NOT_LISTENING_RULE,
    queues::ORPHANS_RULE,
    queues::OLDEST_RULE,
    queues::FLOOD_RULE,
    queues::WORKERS_RULE,
    queue_leaks::RULE,
    scheduler_overdue::RULE,
    fanout_late::PUBLISH,
    fanout_late::DELIVERY,
    fanout_late::WHOLE_WAY,
    fanout_probe_lost::RULE,
    memory_near_limit::RULE,
    memory_full_soon::RULE,
    memory_over_limit::RULE,
    refusals::MEMORY,
    memory_evicting::RULE,
    memory_evictable_streams::RULE,
    memory_evictable_queues::RULE,
    memory_nothing_evictable::RULE,
    memory_pending_lists::RULE,
    memory_lazyfree::RULE,
    memory_peak::RULE,
    memory_fragmentation::RULE,
    memory_parts::FRAGMENTATION,
    memory_parts::PAGES,
    memory_parts::PROCESS,
    memory_swapped::RULE,
    memory_scripts::RULE,
    slowlog_new::RULE,
    server_blocked::RULE,
    server_busy::RULE,
    server_loading::RULE,
    server_refusing_all::RULE,
    refusals::CLUSTER,
    replication_link_down::RULE,
    replication_buffers::RULE,
    replication_resyncs::RULE,
    replication_refusing::RULE,
    replication_read_only::RULE,
    persistence_rdb_failed::RULE,
    persistence_aof_failed::RULE,
    persistence_refusing::RULE,
    persistence_fork_slow::RULE,
    persistence_fork_headroom::RULE,
];

/// At once: the figure has its window already, or is a plain fact.
const AT_ONCE: Patience = Patience { polls: 1, ms: 0 };
/// A figure that may be wrong for a moment.
const BRIEFLY: Patience = Patience { polls: 3, ms: 2_000 };

/// Asks every rule.
pub fn ask(evidence: &Evidence<'_>, thresholds: &Thresholds) -> (Vec<Finding>, Vec<CannotTell>) {
    let (mut found, mut cannot_tell) = (Vec::new(), Vec::new());
    for rule in RULES {
        let answer = (rule.check)(evidence, thresholds);
        found.extend(answer.findings);
        cannot_tell.extend(answer.blind.map(|blind| CannotTell { id: rule.id, blind }));
    }
    (found, cannot_tell)
}

/// How long what a rule found must be so, and must be gone.
pub fn patience(id: &'static str, thresholds: &Thresholds) -> Patiences {
    let later = Patience { polls: thresholds.clear_polls, ms: thresholds.clear_ms };
    let rule = RULES.iter().find(|rule| rule.id == id);
    rule.map_or(Patiences { raise: AT_ONCE, clear: later }, |rule| Patiences {
        raise: rule.raise,
        clear: if rule.is_held { Patience::default() } else { later },
    })
}

#[cfg(test)]
mod tests;
