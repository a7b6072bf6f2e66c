//! Entries of a stream, read on demand, forward and back from any id.
//!
//! Invariant: values are hidden until they are asked for; what is kept is one page, read again as one moves.

use crate::core::model::Name;
use crate::core::model::streams::Entry;
pub use crate::core::wire::question::{EntriesQuestion, Page};

/// The entries that are looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct EntriesState {
    /// The stream.
    pub key: Name,
    /// The page, oldest first.
    pub entries: Vec<Entry>,
    /// Which entry has the cursor.
    pub index: usize,
    /// The first entry shown.
    pub offset: usize,
    /// Whether values are shown.
    pub shows_values: bool,
    /// Whether an answer is awaited.
    pub is_loading: bool,
    /// Why the last question has no answer.
    pub error: Option<String>,
    /// When the page was read, microseconds on the clock of all stamps.
    pub at_us: Option<i64>,
}

impl EntriesState {
    /// Nothing read yet.
    pub fn new(key: Name) -> Self {
        Self {
            key,
            entries: Vec::new(),
            index: 0,
            offset: 0,
            shows_values: false,
            is_loading: true,
            error: None,
            at_us: None,
        }
    }

    /// The question for another page, unless an answer is still awaited.
    pub fn ask(&mut self, from: Page) -> Option<EntriesQuestion> {
        if self.is_loading && self.at_us.is_some() {
            return None;
        }
        self.is_loading = true;
        Some(EntriesQuestion { key: self.key.clone(), from })
    }

    /// Takes an answer in. An empty page beyond the end leaves what is there.
    pub fn take(
        &mut self,
        question: &EntriesQuestion,
        answer: Result<(Vec<Entry>, i64), String>,
        page: usize,
    ) {
        if question.key != self.key {
            return;
        }
        self.is_loading = false;
        match answer {
            Err(error) => self.error = Some(error),
            Ok((entries, at_us)) => {
                let is_a_step = matches!(question.from, Page::Before(_) | Page::After(_));
                self.at_us = Some(at_us);
                self.error = (entries.is_empty() && is_a_step).then(|| "no more entries that way".to_owned());
                if !entries.is_empty() || !is_a_step {
                    let at_end = matches!(question.from, Page::Newest | Page::Before(_));
                    self.entries = entries;
                    self.select(if at_end { usize::MAX } else { 0 }, page);
                }
            }
        }
    }

    /// Puts the cursor on this entry and shows it.
    pub fn select(&mut self, index: usize, page: usize) {
        let page = page.max(1);
        self.index = index.min(self.entries.len().saturating_sub(1));
        let last_offset = self.entries.len().saturating_sub(page);
        self.offset = self.offset.clamp(self.index.saturating_sub(page - 1), self.index).min(last_offset);
    }

    /// The entry under the cursor.
    pub fn selected(&self) -> Option<&Entry> {
        self.entries.get(self.index)
    }
}

/// Reads what was typed as a place in a stream: an id, or a time in milliseconds.
pub fn read_place(text: &str) -> Result<Page, String> {
    match text.trim() {
        "-" => Ok(Page::Oldest),
        "+" | "$" => Ok(Page::Newest),
        text => text
            .parse()
            .map(Page::From)
            .map_err(|error: crate::core::model::id::BadStreamId| error.to_string()),
    }
}
