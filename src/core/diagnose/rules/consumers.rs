//! What the rules about consumers have in common: one finding a consumer, or one for all of a group.
//!
//! Knows cases in the order of their groups. Invariant: many consumers of one group that fail together are one
//! finding, for they fail for one reason.

use crate::core::diagnose::evidence::ConsumerCase;
use crate::core::diagnose::figures::{count, counted, name, span};
use crate::core::diagnose::finding::{Finding, FindingSubject, Severity};
use crate::core::diagnose::thresholds::Thresholds;

/// Consumers of one group that are told one by one.
const ONE_BY_ONE: usize = 3;

/// What a rule says of its consumers.
pub struct ConsumerTexts {
    /// The rule.
    pub id: &'static str,
    /// What the span is called in the evidence.
    pub span_name: &'static str,
    /// How bad a span is.
    pub grade: fn(u64, &Thresholds) -> Option<Severity>,
    /// The sentence about one, after its name: what it holds, for how long.
    pub one: fn(&ConsumerCase<'_>, u64) -> String,
    /// The same of many.
    pub many: &'static str,
}

/// Findings about these: a case with its span in milliseconds each, group by group.
pub fn findings(
    cases: &[(&ConsumerCase<'_>, u64)],
    words: &ConsumerTexts,
    now_ms: i64,
    thresholds: &Thresholds,
) -> Vec<Finding> {
    let grade = |ms: u64| (words.grade)(ms, thresholds).unwrap_or(Severity::Warning);
    let same_group = |a: &(&ConsumerCase<'_>, u64), b: &(&ConsumerCase<'_>, u64)| {
        (a.0.key, a.0.group) == (b.0.key, b.0.group)
    };
    let of_one = |&(case, ms): &(&ConsumerCase<'_>, u64)| {
        let subject = FindingSubject::Consumer(case.key.clone(), case.group.clone(), case.consumer.clone());
        let of = format!("{} of {}/{}", name(case.consumer), name(case.key), name(case.group));
        let text = format!("{of} {}", (words.one)(case, ms));
        Finding::new(words.id, grade(ms), subject, text, now_ms.saturating_sub_unsigned(ms))
            .with("pending", Some(case.pending))
            .with(words.span_name, Some(ms))
    };
    let mut found = Vec::new();
    for group in cases.chunk_by(same_group) {
        match group {
            [(case, _), ..] if group.len() > ONE_BY_ONE => {
                let pending: u64 = group.iter().map(|(case, _)| case.pending).fold(0, u64::saturating_add);
                let longest_ms = group.iter().map(|(_, ms)| *ms).max().unwrap_or(0);
                let text = format!(
                    "{} consumers of {}/{} hold {} and {}, the worst for {}",
                    count(group.len() as u64),
                    name(case.key),
                    name(case.group),
                    counted(pending, "entry", "entries"),
                    words.many,
                    span(longest_ms)
                );
                let subject = FindingSubject::Group(case.key.clone(), case.group.clone());
                let since_ms = now_ms.saturating_sub_unsigned(longest_ms);
                let finding = Finding::new(words.id, grade(longest_ms), subject, text, since_ms)
                    .with("consumers", Some(group.len() as u64))
                    .with("pending", Some(pending))
                    .with(words.span_name, Some(longest_ms));
                found.push(finding);
            }
            _ => found.extend(group.iter().map(of_one)),
        }
    }
    found
}
