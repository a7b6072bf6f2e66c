//! What may be done to the queues of a framework, looked up in its row.
//!
//! Knows the rows; not how a deed is done. Invariant: what is not there is told with its reason.

use super::adapter::FailureKept;
use super::deeds::{DeedName, JobDeed};
use crate::core::model::queues::{Framework, QueueColumn};

/// What is said of a framework without a row.
const NO_ROW: &str = "a group of a stream is no queue of a framework: `reclaim` settles what it has pending";

/// How a deed is done to jobs of a framework.
///
/// # Errors
/// Why it is not: a sentence.
pub fn deed(framework: Framework, name: DeedName) -> Result<&'static JobDeed, &'static str> {
    let Some(adapter) = super::adapter(framework) else { return Err(NO_ROW) };
    match name {
        DeedName::Requeue => adapter.deeds.requeue.get(),
        DeedName::Revive => adapter.deeds.revive.get(),
        DeedName::Drop(at) => adapter.deeds.drop.get(at).map(|row| &row.deed).ok_or(adapter.deeds.no_drop),
    }
}

/// Rows of `drop` of the deeds about jobs that count as this.
///
/// # Errors
/// Why there is none: a sentence.
pub fn drops(framework: Framework, part: QueueColumn) -> Result<Vec<DeedName>, &'static str> {
    let Some(adapter) = super::adapter(framework) else { return Err(NO_ROW) };
    let rows = adapter.deeds.drop.iter().enumerate().filter(|(_, row)| row.part == part);
    let found: Vec<DeedName> = rows.map(|(at, _)| DeedName::Drop(at)).collect();
    if found.is_empty() { Err(adapter.deeds.no_drop) } else { Ok(found) }
}

/// Whether jobs that a deed may be about tell why they failed, so that they can be chosen by that.
///
/// # Errors
/// Why not: a sentence.
pub fn errors(framework: Framework, part: QueueColumn) -> Result<(), &'static str> {
    let Some(adapter) = super::adapter(framework) else { return Err(NO_ROW) };
    if part == QueueColumn::Ready {
        return Err(
            "jobs that are ready have not failed: errors are those of dead jobs, and of delayed ones that are tried again",
        );
    }
    let tells = adapter.failed.iter().any(|form| form.kept != FailureKept::Values);
    if tells { Ok(()) } else { Err("no error stands with its jobs, by which they could be chosen") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::queues::ADAPTERS;

    #[test]
    fn what_is_not_allowed_says_why_in_a_sentence() {
        for adapter in ADAPTERS {
            let deeds = &adapter.deeds;
            let nos = [deeds.requeue.get().err(), deeds.revive.get().err(), deeds.pause.get().err()];
            let no_drop = Some(deeds.no_drop).filter(|_| deeds.drop.is_empty());
            for why in nos.into_iter().chain([no_drop]).flatten() {
                assert!(why.len() > 20 && !why.ends_with('.'), "{}: {why}", adapter.title);
            }
        }
    }

    #[test]
    fn the_script_of_a_row_that_is_not_there_is_none() {
        assert!(deed(Framework::Sidekiq, DeedName::Drop(99)).is_err());
        assert!(deed(Framework::Sidekiq, DeedName::Revive).is_ok());
        assert!(drops(Framework::Arq, QueueColumn::Dead).is_err());
        assert!(errors(Framework::Sidekiq, QueueColumn::Dead).is_ok());
        assert!(errors(Framework::Rmq, QueueColumn::Dead).is_err());
        assert!(errors(Framework::Sidekiq, QueueColumn::Ready).is_err());
        assert_eq!(drops(Framework::Sidekiq, QueueColumn::Delayed).map(|rows| rows.len()), Ok(2));
    }
}
