//! What the keys of actions are about on the screens of queues.
//!
//! Knows what is selected; what a framework allows is its row in `core::queues`. Invariant: where a framework does not allow an
//! action the key says why, and nothing is asked of the server.

use crate::app::cell::RowId;
use crate::app::{State, View};
use crate::commands::CommandId;
use crate::core::diagnose::finding::FindingSubject;
use crate::core::model::Name;
use crate::core::model::queues::{QueueColumn, QueueId};
use crate::core::ops::{DropRequest, ErrorWanted, JobsRequest, PauseRequest, Request};
use crate::core::queues::adapter;
use crate::core::queues::allowed::{deed, drops, errors};
use crate::core::queues::deeds::DeedName;

/// What is wanted of a queue; none where the command is about something else.
pub(super) fn request(
    state: &State,
    command: CommandId,
    row: Option<&RowId>,
) -> Option<Result<Request, String>> {
    let is_ours = matches!(
        command,
        CommandId::RequeueOrphans
            | CommandId::ReviveJobs
            | CommandId::DropJobs
            | CommandId::PauseQueue
            | CommandId::ResumeQueue
    );
    is_ours.then(|| wanted(state, command, row))
}

/// Jobs of a queue that a selected row is about.
enum SelectedJobs {
    /// Those of a class in a part; no name of jobs that tell none.
    Class(QueueColumn, Option<Name>),
    /// Those of a part that failed with one error; none of jobs that do not tell theirs.
    Error(QueueColumn, Option<Name>),
}

/// The queue that is meant, and which of its jobs where the row says so.
fn selected(state: &State, row: Option<&RowId>) -> Result<(QueueId, Option<SelectedJobs>), String> {
    let (id, jobs) = match (state.view(), row.cloned()) {
        (View::Queue(id), Some(RowId::JobClass(part, class))) => {
            let part = match part {
                "delayed" => QueueColumn::Delayed,
                "dead" => QueueColumn::Dead,
                _ => QueueColumn::Ready,
            };
            (id.clone(), Some(SelectedJobs::Class(part, class)))
        }
        (_, Some(RowId::Failure(id, part, error))) => {
            if id.queue.is_none() {
                let framework = id.site.framework.word();
                return Err(format!(
                    "failed jobs of all queues stand here together: `streamgauge revive-jobs {framework} QUEUE --error` and \
                     `drop-jobs` act on those of one"
                ));
            }
            let part = if part == "retry" { QueueColumn::Delayed } else { QueueColumn::Dead };
            (id, Some(SelectedJobs::Error(part, error)))
        }
        (View::Queue(id), _) => (id.clone(), None),
        (_, Some(RowId::Queue(id) | RowId::Finding(_, FindingSubject::Queue(id)))) => (id, None),
        (_, Some(RowId::Group(..))) => {
            return Err("this is a group of a stream, and no queue of a framework: open it and reclaim what it has pending"
                .to_owned());
        }
        _ => return Err("nothing to do here: select a queue".to_owned()),
    };
    if id.queue.is_none() {
        return Err("these are all queues together: select one of them".to_owned());
    }
    Ok((id, jobs))
}

/// The jobs of a part that failed with an error.
fn with_error(of: QueueId, part: QueueColumn, error: Option<Name>) -> Result<JobsRequest, String> {
    errors(of.site.framework, part).map_err(str::to_owned)?;
    let error =
        error.ok_or("these jobs do not tell why they failed, so that they can't be chosen by that")?;
    Ok(JobsRequest { error: Some(ErrorWanted::Exactly(error)), ..JobsRequest::new(of) })
}

fn wanted(state: &State, command: CommandId, row: Option<&RowId>) -> Result<Request, String> {
    let (id, jobs) = selected(state, row)?;
    let framework = id.site.framework;
    let adapter = adapter(framework).ok_or_else(|| "this framework is not known".to_owned())?;
    let no = |why: &str| format!("{}: {why}", adapter.title);
    match command {
        CommandId::RequeueOrphans => {
            deed(framework, DeedName::Requeue).map_err(no)?;
            Ok(Request::RequeueOrphans(JobsRequest::new(id)))
        }
        CommandId::ReviveJobs => {
            deed(framework, DeedName::Revive).map_err(no)?;
            let jobs = match jobs {
                // Where a class of dead jobs is selected it is that class which is meant.
                Some(SelectedJobs::Class(QueueColumn::Dead, class)) => {
                    JobsRequest { class, ..JobsRequest::new(id) }
                }
                Some(SelectedJobs::Error(part, error)) => {
                    if part != QueueColumn::Dead {
                        return Err(
                            "these jobs are tried again by themselves: only dead ones are revived".to_owned()
                        );
                    }
                    with_error(id, part, error).map_err(|why| no(&why))?
                }
                _ => JobsRequest::new(id),
            };
            Ok(Request::ReviveJobs(jobs))
        }
        CommandId::DropJobs => {
            let (part, jobs) = match jobs {
                Some(SelectedJobs::Class(part, Some(class))) => {
                    (part, JobsRequest { class: Some(class), ..JobsRequest::new(id) })
                }
                Some(SelectedJobs::Error(part, error)) => {
                    (part, with_error(id, part, error).map_err(|why| no(&why))?)
                }
                _ => {
                    return Err(
                        "nothing to drop here: select a class of jobs (enter on a queue) or an error (w)"
                            .to_owned(),
                    );
                }
            };
            drops(framework, part).map_err(no)?;
            Ok(Request::DropJobs(DropRequest { jobs, part }))
        }
        _ => {
            adapter.deeds.pause.get().map_err(no)?;
            let request = PauseRequest { of: id };
            Ok(match command {
                CommandId::ResumeQueue => Request::ResumeQueue(request),
                _ => Request::PauseQueue(request),
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::View;
    use crate::app::cell::{Row, RowMark, TableId};
    use crate::app::queuelist::QueueList;
    use crate::app::update::tests::console;
    use crate::core::model::queues::{Framework, QueueSite};

    /// What the key asks for on the list of failures, where this row is selected.
    fn asked(
        command: CommandId,
        framework: Framework,
        queue: Option<&str>,
        (part, error): (&'static str, Option<&str>),
    ) -> Result<Request, String> {
        let mut state = console();
        state.active.trail = vec![View::Queues];
        state.active.queue_list = QueueList::Failures;
        let site = QueueSite { framework, prefix: Name::from("p:") };
        let id = RowId::Failure(QueueId { site, queue: queue.map(Name::from) }, part, error.map(Name::from));
        let rows = vec![Row { id, cells: Vec::new(), mark: RowMark::None }];
        state.active.tables.get_mut(&TableId::Failures).unwrap().rows = rows;
        let row = state.table().and_then(|table| table.selected()).map(|row| &row.id);
        request(&state, command, row).unwrap()
    }

    #[test]
    fn on_the_list_of_failures_keys_are_about_the_jobs_with_the_selected_error() {
        let error = ("dead", Some("KeyError: '*'"));
        let exactly = Some(ErrorWanted::Exactly(Name::from("KeyError: '*'")));
        let revived = asked(CommandId::ReviveJobs, Framework::Rq, Some("mail"), error);
        let Ok(Request::ReviveJobs(jobs)) = revived else { panic!("{revived:?}") };
        assert_eq!(
            (jobs.error, jobs.class, jobs.of.queue),
            (exactly.clone(), None, Some(Name::from("mail")))
        );
        let retried = asked(CommandId::DropJobs, Framework::Sidekiq, Some("mail"), ("retry", error.1));
        let Ok(Request::DropJobs(dropped)) = retried else { panic!("{retried:?}") };
        assert_eq!((dropped.part, dropped.jobs.error), (QueueColumn::Delayed, exactly));
    }

    #[test]
    fn errors_that_no_job_can_be_chosen_by_are_refused_with_the_reason() {
        let revive = |framework, queue, row| asked(CommandId::ReviveJobs, framework, queue, row).unwrap_err();
        let dead = ("dead", Some("E"));
        assert!(revive(Framework::Sidekiq, None, dead).contains("QUEUE --error"));
        assert!(revive(Framework::Rq, Some("mail"), ("dead", None)).contains("do not tell why they failed"));
        let retry = revive(Framework::Sidekiq, Some("mail"), ("retry", Some("E")));
        assert!(retry.contains("by themselves"), "{retry}");
        let huey = revive(Framework::Huey, Some("mail"), ("results", Some("E")));
        assert!(huey.starts_with("huey: "), "{huey}");
    }
}
