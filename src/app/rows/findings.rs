//! One row a finding.

use super::{figure, name, sentence, word};
use crate::app::cell::{Cell, Column, Row, RowId, RowMark};
use crate::core::diagnose::finding::{Finding, FindingSubject};
use crate::core::reading::Reading;

/// Columns of the findings.
pub const COLUMNS: &[Column] =
    &[word("SEVERITY", 10, 0), figure("SINCE", 7, 0), name("SUBJECT", 12, 0), sentence("FINDING", 24, 0)];

/// One row a finding, ranked as the reading ranks them.
pub fn rows(reading: &Reading) -> Vec<Row> {
    let now_ms = reading.now_ms();
    let row = |finding: &Finding| Row {
        id: RowId::Finding(finding.id, finding.subject.clone()),
        cells: vec![
            Cell::Severity(finding.severity),
            Cell::Ms(u64::try_from(now_ms.saturating_sub(finding.since_ms)).ok()),
            Cell::Text(finding.subject.to_string()),
            Cell::Text(without_subject(finding).to_owned()),
        ],
        mark: RowMark::None,
    };
    reading.findings().iter().map(row).collect()
}

/// The sentence without the name of whom it is about, where it begins with that: it stands beside it.
fn without_subject(finding: &Finding) -> &str {
    let text = finding.text.as_str();
    let subject = finding.subject.to_string();
    let before = match &finding.subject {
        FindingSubject::Consumer(stream, group, consumer) => format!("{consumer} of {stream}/{group} "),
        _ => format!("{subject}: "),
    };
    text.strip_prefix(&before).unwrap_or(text)
}
