//! The plans of several marked rows while they are made, what is asked about them, and what came of those that ran.
//!
//! Knows plans and progress; decides nothing. Invariant: a row that is asked for is a plan in the end, or is left out with its
//! reason.

use super::order::{BatchOrder, Exclusion, RowRequest};
use crate::core::limits::BATCH_PLANS_MS;
use crate::core::ops::{Batch, Plan, Progress, Refusal};
use std::collections::VecDeque;

/// The plans of several rows while they are made, one after the other.
#[derive(Clone, Debug)]
pub struct BatchPlanning {
    order: BatchOrder,
    /// Which request is looked at now.
    at: usize,
    made: Vec<Plan>,
    left_out: Vec<Exclusion>,
    began_us: u64,
}

/// Plans that are asked about together.
#[derive(Clone, Debug)]
pub struct BatchQuestion {
    /// The plans, and what they need.
    pub batch: Batch,
    /// What is left out.
    pub left_out: Vec<Exclusion>,
}

/// Several actions, one after the other.
#[derive(Clone, Debug, Default)]
pub struct BatchRun {
    /// How many there are.
    pub total: usize,
    /// Those that were not begun yet.
    pub next: VecDeque<Progress>,
    /// What came of those that are over, a paragraph each.
    pub told: Vec<String>,
    /// How many were done.
    pub done: usize,
    /// Whether something went wrong with any of them.
    pub is_error: bool,
}

impl BatchPlanning {
    /// Before the first plan.
    pub fn new(order: BatchOrder, began_us: u64) -> Self {
        Self { left_out: order.left_out.clone(), order, at: 0, made: Vec::new(), began_us }
    }

    /// What is asked.
    pub const fn order(&self) -> &BatchOrder {
        &self.order
    }

    /// What is looked at now; none when all were.
    pub fn request(&self) -> Option<&RowRequest> {
        self.order.requests.get(self.at)
    }

    /// Takes the plan in that was made now, or why there is none.
    pub fn take(&mut self, planned: Result<Plan, Refusal>, now_us: u64) {
        let subject = self.request().map_or_else(String::new, |row| row.subject.clone());
        let why = match planned {
            Ok(Plan { nothing: Some(nothing), .. }) => Some(nothing),
            Ok(plan) => {
                self.made.push(plan);
                None
            }
            Err(Refusal(why)) => Some(why),
        };
        self.left_out.extend(why.map(|why| Exclusion { subject, why }));
        self.at += 1;
        // Who reads them should not find the first too old.
        if now_us.saturating_sub(self.began_us) > BATCH_PLANS_MS * 1_000 {
            let rest = self.order.requests.iter().skip(self.at);
            let why = "the plans before it took more than a minute: mark fewer";
            self.left_out
                .extend(rest.map(|row| Exclusion { subject: row.subject.clone(), why: why.to_owned() }));
            self.at = self.order.requests.len();
        }
    }

    /// The plans, and what is left out.
    pub fn finish(&mut self) -> (Vec<Plan>, Vec<Exclusion>) {
        (std::mem::take(&mut self.made), std::mem::take(&mut self.left_out))
    }

    /// Which one is made now: `2 of 5: stream orders`.
    pub fn text(&self) -> String {
        let subject = self.request().map_or("", |row| row.subject.as_str());
        format!("{} of {}: {subject}", self.at + 1, self.order.requests.len())
    }
}

impl BatchRun {
    /// Of these actions, the first of which is begun.
    pub fn of(progress: Vec<Progress>) -> Self {
        let total = progress.len();
        Self { total, next: progress.into_iter().skip(1).collect(), ..Self::default() }
    }

    /// Which one runs: `2 of 5`.
    pub fn text(&self) -> String {
        format!("{} of {}", self.total - self.next.len().min(self.total), self.total)
    }
}
