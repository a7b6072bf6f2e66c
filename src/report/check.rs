//! What is wrong, for scripts and for people: the findings of a reading, and what could not be told.
//!
//! Knows findings and words; decides nothing. Invariant: the JSON says the same as the text.

use crate::core::diagnose::finding::{Figure, Finding, Health};
use crate::core::reading::Reading;
use serde::Serialize;
use serde_json::{Map, Value, json};

/// What a check came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing is wrong.
    Ok,
    /// Somebody should look.
    Warning,
    /// Somebody should act.
    Critical,
    /// It could not be told.
    Unknown,
}

impl Verdict {
    /// What a reading comes to: unknown while nothing is wrong and a rule cannot tell that it is so.
    pub fn of(reading: &Reading) -> Self {
        match reading.health() {
            Health::Critical => Self::Critical,
            Health::Warning => Self::Warning,
            Health::Ok => Self::Ok,
            Health::Unknown => Self::Unknown,
        }
    }

    /// The word for machines and people.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Critical => "critical",
            Self::Unknown => "unknown",
        }
    }
}

/// A line a finding, the worst first; then what could not be told.
pub fn text(reading: &Reading) -> String {
    let mut lines = vec![format!("{}: {}", Verdict::of(reading).word(), summary(reading))];
    for finding in reading.findings() {
        // The sentence names its subject.
        lines.push(format!("{} {}: {}", finding.severity.word(), finding.id, finding.text));
        lines.extend(finding.remedy.as_ref().map(|remedy| format!("  {}", remedy.text)));
    }
    for blind in reading.judged.cannot_tell() {
        lines.push(format!("cannot tell {}: {}", blind.id, blind.blind.text()));
    }
    lines.join("\n")
}

fn summary(reading: &Reading) -> String {
    let (findings, blind) = (reading.findings().len(), reading.judged.cannot_tell().len());
    let streams = reading.streams.len();
    format!("{findings} findings, {blind} rules that cannot tell, {streams} streams watched")
}

#[derive(Serialize)]
struct Report {
    schema: u32,
    taken_at_ms: i64,
    health: &'static str,
    findings: Vec<Value>,
    cannot_tell: Vec<Value>,
    gaps: Vec<Value>,
}

/// The same as one JSON object on one line.
pub fn json(reading: &Reading) -> String {
    let report = Report {
        schema: 1,
        taken_at_ms: reading.taken_at_ms,
        health: Verdict::of(reading).word(),
        findings: reading.findings().iter().map(finding).collect(),
        cannot_tell: reading
            .judged
            .cannot_tell()
            .iter()
            .map(|blind| json!({ "id": blind.id, "text": blind.blind.text() }))
            .collect(),
        gaps: reading
            .gaps
            .iter()
            .map(|gap| json!({ "what": gap.what, "why": gap.why.word(), "text": gap.text }))
            .collect(),
    };
    serde_json::to_string(&report).unwrap_or_default()
}

/// One finding, as the snapshot has it too.
pub fn finding(finding: &Finding) -> Value {
    let evidence: Map<String, Value> =
        finding.evidence.iter().map(|(name, figure)| ((*name).to_owned(), value(figure))).collect();
    json!({
        "id": finding.id,
        "severity": finding.severity.word(),
        "subject": finding.subject.to_string(),
        "text": finding.text,
        "remedy": finding.remedy.as_ref().map(|remedy| remedy.text),
        "since_ms": finding.since_ms,
        "evidence": evidence,
    })
}

fn value(figure: &Figure) -> Value {
    match figure {
        // Counts are written as counts: 12, not 12.0. Up to 2^53 both are the same number.
        Figure::Number(number) if number.fract() == 0.0 && number.abs() < 9e15 => json!(*number as i64),
        Figure::Number(number) => json!(number),
        Figure::Text(text) => json!(text),
    }
}
