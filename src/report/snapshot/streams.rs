//! The table of streams, their groups and their consumers, one row each, under one head.
//!
//! Knows which column means what for whom; a column that does not apply is blank, one that is not known is
//! `—`. Invariant: names are whole up to [`NAME_CELLS_MOST`] cells; a long one gets a line of its own.

use crate::core::model::Name;
use crate::core::model::consumers::Consumer;
use crate::core::model::groups::Lag;
use crate::core::reading::Reading;
use crate::core::reading::groups::GroupState;
use crate::core::reading::streams::StreamState;
use crate::report::layout::{FIGURES, UNKNOWN, cut, left, or_unknown, right};
use unicode_width::UnicodeWidthStr;

/// The column of names, in cells: at least, and at most before a name gets a line of its own.
const NAME_CELLS: (usize, usize) = (20, 40);
/// Cells of one name at most: a key may be half a gigabyte long.
const NAME_CELLS_MOST: usize = 300;
/// The other columns: title and cells, the space before included.
const COLUMNS: [(&str, usize); 7] =
    [("length", 9), ("lag", 9), ("pending", 9), ("oldest", 8), ("in/s", 8), ("out/s", 8), ("idle", 8)];
const LEGEND: [&str; 2] = [
    "oldest: entry of a stream, pending entry of a group; idle: of a stream since its",
    "newest entry, of a consumer since it last asked",
];

/// One row: its name with the indent, and its figures in the order of the columns.
struct TextRow {
    name: String,
    figures: [String; 7],
}

/// The table with its title; a title alone where there is none.
pub(super) fn table(reading: &Reading) -> Vec<String> {
    if reading.streams().is_empty() {
        let none = if reading.discovery().passes > 0 { "none" } else { UNKNOWN };
        return vec![format!("streams: {none}")];
    }
    let now_ms = reading.now_ms();
    let rows: Vec<TextRow> =
        reading.streams().values().flat_map(|stream| stream_rows(stream, now_ms)).collect();
    let (least, most) = NAME_CELLS;
    let fitting = rows.iter().map(|row| row.name.width()).filter(|&cells| cells <= most);
    let name_cells = fitting.max().unwrap_or(least).max(least);
    let titles = COLUMNS.map(|(title, _)| title.to_owned());
    let title = format!("streams ({})", reading.streams().len());
    let mut lines = line(&TextRow { name: title, figures: titles }, name_cells);
    lines.extend(rows.iter().flat_map(|row| line(row, name_cells)));
    lines.push(String::new());
    lines.extend(LEGEND.map(str::to_owned));
    lines
}

fn stream_rows(stream: &StreamState, now_ms: i64) -> Vec<TextRow> {
    let mut rows = vec![TextRow {
        name: shown(0, &stream.key),
        figures: [
            FIGURES.page_count(stream.length.map(|length| length.value)),
            String::new(),
            FIGURES.page_count(stream.pending()),
            FIGURES.duration_ms(stream.oldest_entry_age_ms(now_ms)),
            FIGURES.rate(stream.in_per_s()),
            FIGURES.rate(stream.out_per_s()),
            FIGURES.duration_ms(stream.newest_entry_age_ms(now_ms)),
        ],
    }];
    if stream.groups_at_us.is_none() {
        rows.push(TextRow { name: format!("  groups {UNKNOWN}"), figures: Default::default() });
    }
    for (name, group) in &stream.groups {
        rows.push(group_row(name, group, now_ms));
        match &group.consumers {
            Some(consumers) => rows.extend(consumers.value.iter().map(consumer_row)),
            None => {
                rows.push(TextRow { name: format!("    consumers {UNKNOWN}"), figures: Default::default() })
            }
        }
    }
    rows
}

fn group_row(name: &Name, group: &GroupState, now_ms: i64) -> TextRow {
    TextRow {
        name: shown(2, name),
        figures: [
            String::new(),
            lag(group.lag),
            FIGURES.page_count(group.facts.pending),
            FIGURES.duration_ms(group.oldest_pending_age_ms(now_ms)),
            String::new(),
            FIGURES.rate(group.delivered_per_s()),
            String::new(),
        ],
    }
}

fn consumer_row(consumer: &Consumer) -> TextRow {
    let mut figures: [String; 7] = Default::default();
    let [_, _, pending, _, _, _, idle] = &mut figures;
    *pending = FIGURES.page_count(consumer.pending);
    *idle = FIGURES.duration_ms(consumer.idle_ms);
    TextRow { name: shown(4, &consumer.name), figures }
}

/// `12` is sure, `~12` an estimate, `≥1000` a bound.
fn lag(lag: Lag) -> String {
    let page = |entries| format!("{}{}", FIGURES.mark(lag.kind), FIGURES.page_count(Some(entries)));
    or_unknown(lag.entries, page)
}

/// Blanks at the ends of a name can't be seen: they are `\x20`, which reads back.
fn shown(indent: usize, name: &Name) -> String {
    let whole = name.to_string();
    let inner = whole.trim_matches(' ');
    let before = whole.len() - whole.trim_start_matches(' ').len();
    let after = if inner.is_empty() { 0 } else { whole.len() - before - inner.len() };
    let blanks = |count: usize| "\\x20".repeat(count);
    let marked = format!("{}{inner}{}", blanks(before), blanks(after));
    let shown = if marked.is_empty() { "''".to_owned() } else { cut(&marked, NAME_CELLS_MOST) };
    format!("{}{shown}", " ".repeat(indent))
}

fn line(row: &TextRow, name_cells: usize) -> Vec<String> {
    let figures: String =
        row.figures.iter().zip(COLUMNS).map(|(figure, (_, cells))| right(figure, cells)).collect();
    if row.name.width() <= name_cells {
        return vec![format!("{}{figures}", left(&row.name, name_cells))];
    }
    vec![row.name.clone(), format!("{}{figures}", " ".repeat(name_cells))]
}
