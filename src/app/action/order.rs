//! What is asked of several marked rows, and which are left out.
//!
//! Knows requests; asks no server. Invariants: what is the same is asked once, and their number is bounded.

use crate::core::limits::MARKED_ROWS;
use crate::core::ops::Request;

/// A row that an action leaves out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exclusion {
    /// Which, in words.
    pub subject: String,
    /// Why.
    pub why: String,
}

/// What is asked of one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowRequest {
    /// Which row, in words.
    pub subject: String,
    /// What is asked.
    pub request: Request,
}

/// What is asked of several rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BatchOrder {
    /// Of each.
    pub requests: Vec<RowRequest>,
    /// Rows that are nothing for it.
    pub left_out: Vec<Exclusion>,
}

/// What a form comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FormOrder {
    /// One request.
    One(Request),
    /// One for each of several rows.
    Several(BatchOrder),
}

impl BatchOrder {
    /// Adds a request; one that is there already is asked once.
    pub fn add(&mut self, subject: String, request: Request) {
        if self.requests.iter().any(|other| other.request == request) {
            return;
        }
        match self.requests.len() < MARKED_ROWS {
            true => self.requests.push(RowRequest { subject, request }),
            false => self.leave_out(subject, format!("more than {MARKED_ROWS} at once")),
        }
    }

    /// Leaves a row out.
    pub fn leave_out(&mut self, subject: String, why: String) {
        self.left_out.push(Exclusion { subject, why });
    }

    /// Whether it can be chosen for any of them that what goes is kept.
    pub fn can_keep(&self) -> bool {
        self.requests.iter().any(|row| row.request.clone().archive_mut().is_some())
    }

    /// The same with another word on whether what goes is kept, where that can be chosen.
    pub fn archiving(&self, archive: bool) -> Self {
        let mut order = self.clone();
        for kept in order.requests.iter_mut().filter_map(|row| row.request.archive_mut()) {
            *kept = Some(archive);
        }
        order
    }
}
