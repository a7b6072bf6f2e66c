//! What is wrong, for scripts and for people: the findings of a reading, and what could not be told.
//!
//! Knows findings and words; decides nothing. Invariant: the JSON says the same as the text.

use crate::core::diagnose::finding::{Figure, Finding, Health, Severity};
use crate::core::figures::sentence::number_of;
use crate::core::reading::Reading;
use serde::Serialize;
use serde_json::{Map, Value, json};

/// A finding of the watch.
#[derive(Clone, Debug, PartialEq)]
pub struct WatchedFinding {
    /// What was wrong.
    pub finding: Finding,
    /// Whether it went away before the end.
    pub is_over: bool,
}

/// Everything that was wrong during a watch, each thing once, as it was told last.
#[derive(Clone, Debug, Default)]
pub struct CheckWatch {
    seen: Vec<WatchedFinding>,
}

impl CheckWatch {
    /// Takes the findings of another pass in.
    pub fn advance(&mut self, findings: &[Finding]) {
        for seen in &mut self.seen {
            seen.is_over = true;
        }
        for finding in findings {
            let now = WatchedFinding { finding: finding.clone(), is_over: false };
            let is_same = |seen: &WatchedFinding| {
                seen.finding.id == finding.id && seen.finding.subject == finding.subject
            };
            if let Some(seen) = self.seen.iter_mut().find(|seen| is_same(seen)) {
                *seen = now;
            } else if self.seen.len() < crate::core::limits::FINDINGS {
                self.seen.push(now);
            } else if let Some(least) = self.seen.iter_mut().min_by_key(|seen| seen.finding.severity)
                && least.finding.severity < finding.severity
            {
                *least = now;
            }
        }
    }

    /// What was wrong: what still is first, and the worst of it before the rest.
    pub fn seen(&self) -> Vec<&WatchedFinding> {
        let mut seen: Vec<_> = self.seen.iter().collect();
        seen.sort_by_key(|seen| {
            (seen.is_over, std::cmp::Reverse(seen.finding.severity), seen.finding.since_ms)
        });
        seen
    }

    /// What the watch comes to: unknown while nothing was wrong and a rule cannot tell that it is so.
    pub fn health(&self, reading: &Reading) -> Health {
        match self.seen.iter().map(|seen| seen.finding.severity).max() {
            Some(Severity::Critical) => Health::Critical,
            Some(Severity::Warning) => Health::Warning,
            None if reading.health() == Health::Ok && reading.judged().cannot_tell().is_empty() => Health::Ok,
            None => Health::Unknown,
        }
    }
}

/// A line a finding, the worst first; then what could not be told.
pub fn text(watch: &CheckWatch, reading: &Reading) -> String {
    let mut lines = vec![format!("{}: {}", watch.health(reading).word(), summary(watch, reading))];
    for seen in watch.seen() {
        let (finding, over) = (&seen.finding, if seen.is_over { " (over now)" } else { "" });
        lines.push(format!(
            "{} {} {}: {}{over}",
            finding.severity.word(),
            finding.id,
            finding.subject,
            finding.text
        ));
        if let Some(cure) = reading.cure(finding).filter(|_| !seen.is_over) {
            let by = cure.deed.command().map_or(String::new(), |command| format!(": {command}"));
            lines.push(format!("  {}{by}", cure.effect));
        }
        lines.extend(finding.remedy.as_ref().map(|remedy| format!("  {}", remedy.text)));
    }
    lines.extend(reading.unjudged().into_iter().map(|reason| format!("cannot tell: {reason}")));
    for blind in reading.judged().cannot_tell() {
        lines.push(format!("cannot tell {}: {}", blind.id, blind.blind.text()));
    }
    lines.join("\n")
}

fn summary(watch: &CheckWatch, reading: &Reading) -> String {
    let (findings, blind) = (watch.seen.len(), reading.judged().cannot_tell().len());
    let streams = reading.streams().len();
    format!(
        "{}, {} that cannot tell, {} watched",
        number_of(findings as u64, "finding"),
        number_of(blind as u64, "rule"),
        number_of(streams as u64, "stream")
    )
}

#[derive(Serialize)]
struct Report {
    schema: u32,
    taken_at_ms: i64,
    health: &'static str,
    findings: Vec<Value>,
    unjudged: Vec<String>,
    cannot_tell: Vec<Value>,
    gaps: Vec<Value>,
}

/// The same as one JSON object on one line.
pub fn json(watch: &CheckWatch, reading: &Reading) -> String {
    let report = Report {
        schema: 1,
        taken_at_ms: reading.this_node().taken_at_ms,
        health: watch.health(reading).word(),
        findings: watch.seen().into_iter().map(|found| seen(found, reading)).collect(),
        unjudged: reading.unjudged(),
        cannot_tell: reading
            .judged()
            .cannot_tell()
            .iter()
            .map(|blind| json!({ "id": blind.id, "text": blind.blind.text() }))
            .collect(),
        gaps: reading
            .this_node()
            .gaps
            .iter()
            .map(|gap| json!({ "what": gap.what, "why": gap.why.word(), "text": gap.text }))
            .collect(),
    };
    serde_json::to_string(&report).unwrap_or_default()
}

fn seen(seen: &WatchedFinding, reading: &Reading) -> Value {
    let mut value = finding(&seen.finding, reading);
    if let Value::Object(fields) = &mut value {
        fields.insert("is_over".to_owned(), json!(seen.is_over));
    }
    value
}

/// One finding, as the snapshot has it too.
pub fn finding(finding: &Finding, reading: &Reading) -> Value {
    let action = reading.cure(finding);
    let figures = finding.evidence.iter().map(|(name, figure)| ((*name).to_owned(), value(figure)));
    json!({
        "id": finding.id,
        "severity": finding.severity.word(),
        "subject": finding.subject.to_string(),
        "text": finding.text,
        "remedy": finding.remedy.as_ref().map(|remedy| remedy.text),
        "action": action.as_ref().map(|cure| json!({ "text": cure.effect, "command": cure.deed.command() })),
        "since_ms": finding.since_ms,
        "evidence": figures.collect::<Map<String, Value>>(),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::diagnose::finding::FindingSubject;

    fn found(id: &'static str, severity: Severity) -> Finding {
        Finding::new(id, severity, FindingSubject::Server, format!("{id} holds 1"), 0)
    }

    #[test]
    fn what_was_wrong_for_a_while_is_told_as_over_and_still_counts() {
        let mut watch = CheckWatch::default();
        watch.advance(&[found("a", Severity::Warning), found("b", Severity::Critical)]);
        watch.advance(&[found("a", Severity::Warning)]);
        let seen: Vec<_> = watch.seen().iter().map(|seen| (seen.finding.id, seen.is_over)).collect();
        assert_eq!(seen, [("a", false), ("b", true)]);
        let reading = Reading::new(0);
        assert_eq!(watch.health(&reading), Health::Critical);
        assert!(text(&watch, &reading).contains("b holds 1 (over now)"));
        assert!(json(&watch, &reading).contains("\"is_over\":true"));
    }

    #[test]
    fn nothing_wrong_is_ok_only_where_it_can_be_told() {
        assert_eq!(CheckWatch::default().health(&Reading::new(0)), Health::Unknown);
    }
}
