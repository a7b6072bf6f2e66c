//! What the rules about refused writes, commands and logins have in common: the server's count of errors by code.
//!
//! Knows errors of others within the last minute (6.2); not whose they were. Invariant: errors that our own connections
//! caused are not among them.

use super::{Evidence, Finding, FindingSubject, RuleAnswer, Severity};
use crate::core::diagnose::thresholds::Bands;
use crate::core::figures::sentence::counted;
use crate::core::model::refusals::RefusalCode;

/// What is refused, how it is told, and why.
pub(super) struct Refused<'a> {
    /// The rule.
    pub id: &'static str,
    /// The server's word.
    pub code: RefusalCode,
    /// What is refused: `write was`, `writes were`.
    pub what: (&'static str, &'static str),
    /// Why, for the end of the sentence; empty for none.
    pub why: &'a str,
}

/// Any is somebody's outage.
pub(super) const ANY: Bands = Bands {
    warning: None,
    critical: Some(crate::core::diagnose::thresholds::Band { raise: 1.0, clear: 1.0 }),
};

/// The finding, where there were enough of them; `also` adds what to do.
pub(super) fn refused(
    evidence: &Evidence<'_>,
    refused: &Refused<'_>,
    limits: Bands,
    also: impl Fn(Finding) -> Finding,
) -> RuleAnswer {
    if evidence.info.is_none() {
        return RuleAnswer::unread("errors can't be read");
    }
    let Some(count) = evidence.refused(refused.code) else { return RuleAnswer::default() };
    let standing = evidence.standing(refused.id, &FindingSubject::Server);
    let finding = |severity: Severity| {
        let (one, many) = refused.what;
        let what = counted(count, one, many);
        let mut text = format!("{what} refused with {} within the last minute", refused.code.word());
        if !refused.why.is_empty() {
            text.push_str(": ");
            text.push_str(refused.why);
        }
        also(Finding::new(refused.id, severity, FindingSubject::Server, text, evidence.now_ms))
            .with("refused", Some(count))
    };
    RuleAnswer::of(limits.severity(count as f64, standing).map(finding))
}
