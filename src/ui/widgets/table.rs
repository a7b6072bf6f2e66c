//! A table of the rows that are visible, with as many columns as there is room for.
//!
//! Does not sort, filter or scroll: rows come ready, in order. Invariant: a column keeps its width whatever the
//! rows say, so that nothing moves from frame to frame.

mod columns;

pub use columns::{Align, ColumnWidth};

use super::pen::{Pen, StyledText, cut, cut_middle, width};
use crate::config::theme::Role;
use crate::ui::theme::{Depth, Skin};
use columns::{ColumnSpan, places};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// A table of visible rows.
#[derive(Clone, Copy, Debug)]
pub struct Table<'a> {
    /// The columns, the first at the left.
    pub columns: &'a [ColumnWidth],
    /// The visible rows only; cells in the order of the columns. Missing cells stay blank.
    pub rows: &'a [Vec<StyledText>],
    /// The place of the first visible row among all.
    pub offset: usize,
    /// How many rows there are in all.
    pub total: usize,
    /// The place of the selected row among all.
    pub selected: Option<usize>,
    /// Which of the visible rows are marked; those that are missing are not.
    pub marked: &'a [bool],
    /// The column that rows are sorted by, and whether downwards.
    pub sorted: Option<(usize, bool)>,
}

/// Where the parts of a table were drawn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableParts {
    /// The head of each column that there was room for, with the gap after it.
    pub heads: Vec<(usize, Rect)>,
    /// The rows, in the order of [`Table::rows`].
    pub rows: Vec<Rect>,
}

impl<'a> Table<'a> {
    /// A short list: from its beginning, with nothing selected.
    pub const fn list(
        columns: &'a [ColumnWidth],
        rows: &'a [Vec<StyledText>],
        sorted: Option<(usize, bool)>,
    ) -> Self {
        Self { columns, rows, offset: 0, total: rows.len(), selected: None, marked: &[], sorted }
    }

    /// How many rows fit into an area; one line is the header's.
    pub fn capacity(area: Rect) -> usize {
        usize::from(area.height.saturating_sub(1))
    }

    /// `12-31 of 2000` or `7`: which rows are seen, for the panel's note.
    pub fn position(&self, area: Rect) -> String {
        let seen = Self::capacity(area).min(self.rows.len());
        if seen >= self.total {
            return self.total.to_string();
        }
        let last = self.offset.saturating_add(seen).min(self.total);
        format!("{}-{last} of {}", self.offset.saturating_add(1).min(last), self.total)
    }

    /// Draws header, rows and, when there are more rows than fit, a scroll bar; where they stand.
    pub fn draw(&self, area: Rect, buffer: &mut Buffer, skin: &Skin) -> TableParts {
        let mut pen = Pen::new(area, buffer);
        let places = places(self.columns, area.width.saturating_sub(2));
        let left = area.x.saturating_add(1);
        let heads = self.header(&mut pen, (left, area.y), &places, skin);
        let mut lines = Vec::with_capacity(self.rows.len());
        let rows = area.y.saturating_add(1)..area.bottom();
        for ((at, row), y) in self.rows.iter().enumerate().zip(rows) {
            let selected = self.selected.is_some_and(|one| Some(one) == self.offset.checked_add(at));
            let line = Rect { y, height: 1, width: area.width.saturating_sub(1), ..area };
            lines.push(line);
            if selected {
                pen.ground(line, skin.style(Role::Selection));
                pen.glyph(area.x, y, skin.glyphs.cursor, skin.style(Role::Selection));
            }
            if self.marked.get(at).copied().unwrap_or(false) {
                let role = if selected { Role::Selection } else { Role::Match };
                pen.glyph(area.x, y, skin.glyphs.mark, skin.style(role));
            }
            for place in &places {
                let Some((words, column)) = row.get(place.column).zip(self.columns.get(place.column)) else {
                    continue;
                };
                let cut = if column.is_name { cut_middle } else { cut };
                let text = cut(&words.text, place.width, skin.glyphs.ellipsis);
                let x = left.saturating_add(place.x).saturating_add(match column.align {
                    Align::Left => 0,
                    Align::Right => place.width - width(&text),
                });
                pen.text(x, y, &text, cell_style(words.role, selected, skin));
            }
            if selected {
                // Again: the second half of a wide character has lost its ground.
                let Style { bg, add_modifier, .. } = skin.style(Role::Selection);
                pen.ground(line, Style { bg, add_modifier, ..Style::new() });
                pen.mark(left, y);
            }
        }
        self.scroll_bar(&mut pen, area, skin);
        TableParts { heads, rows: lines }
    }

    fn header(
        &self,
        pen: &mut Pen,
        (left, y): (u16, u16),
        places: &[ColumnSpan],
        skin: &Skin,
    ) -> Vec<(usize, Rect)> {
        let mut heads = Vec::with_capacity(places.len());
        let line = Rect { y, height: 1, ..pen.area() };
        let style = skin.style(Role::TableHeader);
        pen.ground(line, style);
        for place in places {
            let Some(column) = self.columns.get(place.column) else { continue };
            let sorted = self.sorted.filter(|(by, _)| *by == place.column);
            let style = if sorted.is_some() { style.patch(skin.style(Role::Accent)) } else { style };
            let start = left.saturating_add(place.x);
            heads.push((
                place.column,
                Rect::new(start, y, place.width.saturating_add(1), 1).intersection(line),
            ));
            let title = cut(column.title, place.width, skin.glyphs.ellipsis);
            let taken = width(&title);
            let x = left.saturating_add(place.x).saturating_add(match column.align {
                Align::Left => 0,
                Align::Right => place.width - taken,
            });
            pen.text(x, y, &title, style);
            if let Some((_, down)) = sorted {
                // Beside the title on its open side: at worst in the gap between two columns.
                let mark = if down { skin.glyphs.descending } else { skin.glyphs.ascending };
                let at = match column.align {
                    Align::Left => x.saturating_add(taken),
                    Align::Right => x.saturating_sub(1),
                };
                pen.glyph(at, y, mark, style);
            }
        }
        heads
    }

    fn scroll_bar(&self, pen: &mut Pen, area: Rect, skin: &Skin) {
        let seen = Self::capacity(area);
        if seen == 0 || self.total <= seen || area.width < 3 {
            return;
        }
        let x = area.right() - 1;
        let thumb = (seen * seen / self.total).max(1);
        let most = self.total - seen;
        let start = (self.offset.min(most) as u128 * (seen - thumb) as u128 / most as u128) as usize;
        for (at, y) in (area.y.saturating_add(1)..area.bottom()).enumerate() {
            if (start..start + thumb).contains(&at) {
                pen.glyph(x, y, skin.glyphs.scroll_thumb, skin.style(Role::Dim));
            } else {
                pen.glyph(x, y, skin.glyphs.scroll_track, skin.style(Role::Border));
            }
        }
    }
}

/// On the selected row quiet text takes the selection's colour; states keep theirs where there are enough colours
/// for both to be read.
fn cell_style(role: Role, selected: bool, skin: &Skin) -> Style {
    let style = skin.style(role);
    if !selected {
        return style;
    }
    let quiet = matches!(role, Role::Text | Role::Dim | Role::Unknown | Role::Base | Role::Border);
    match skin.styles.depth() {
        Depth::Ansi256 | Depth::True if !quiet => style,
        _ => Style { add_modifier: style.add_modifier, ..Style::new() }.patch(skin.style(Role::Selection)),
    }
}

#[cfg(test)]
mod tests;
