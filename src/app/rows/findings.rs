//! One row a finding.

use super::{figure, name, word};
use crate::app::cell::{Cell, Column, Row, RowId, RowMark};
use crate::core::diagnose::finding::Finding;
use crate::core::reading::Reading;

/// Columns of the findings. The sentence names whom it is about, so that the subject may go first.
pub const COLUMNS: &[Column] =
    &[word("SEVERITY", 10, 0), figure("SINCE", 7, 0), name("SUBJECT", 12, 1), name("FINDING", 50, 0)];

/// One row a finding, ranked as the reading ranks them.
pub fn rows(reading: &Reading) -> Vec<Row> {
    let now_ms = reading.now_ms();
    let row = |finding: &Finding| Row {
        id: RowId::Finding(finding.id, finding.subject.clone()),
        cells: vec![
            Cell::Severity(finding.severity),
            Cell::Ms(u64::try_from(now_ms.saturating_sub(finding.since_ms)).ok()),
            Cell::Text(finding.subject.to_string()),
            Cell::Text(finding.text.clone()),
        ],
        mark: RowMark::None,
    };
    reading.findings().iter().map(row).collect()
}
