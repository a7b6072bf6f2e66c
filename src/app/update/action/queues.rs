//! What the keys of actions are about on the screens of queues.
//!
//! Knows what is selected; what a framework allows is its row in `core::queues`. Invariant: where a framework does not allow an
//! action the key says why, and nothing is asked of the server.

use crate::app::cell::RowId;
use crate::app::{State, View};
use crate::commands::CommandId;
use crate::core::model::Name;
use crate::core::model::queues::{QueueColumn, QueueId};
use crate::core::ops::{DropRequest, JobsRequest, PauseRequest, Request};
use crate::core::queues::adapter;
use crate::core::queues::allowed::{deed, drops};
use crate::core::queues::deeds::DeedName;

/// What is wanted of a queue; none where the command is about something else.
pub fn request(state: &State, command: CommandId) -> Option<Result<Request, String>> {
    let is_ours = matches!(
        command,
        CommandId::RequeueOrphans
            | CommandId::ReviveJobs
            | CommandId::DropJobs
            | CommandId::PauseQueue
            | CommandId::ResumeQueue
    );
    is_ours.then(|| wanted(state, command))
}

/// A class of jobs with its part of the queue; no name of jobs that tell none.
type SelectedClass = (QueueColumn, Option<Name>);

/// The queue that is selected, and the class with its part where one is.
fn selected(state: &State) -> Result<(QueueId, Option<SelectedClass>), String> {
    let row = state.table().and_then(|table| table.selected()).map(|row| row.id.clone());
    let (id, class) = match (state.view(), row) {
        (View::Queue(id), Some(RowId::JobClass(part, class))) => {
            let part = match part {
                "delayed" => QueueColumn::Delayed,
                "dead" => QueueColumn::Dead,
                _ => QueueColumn::Ready,
            };
            (id.clone(), Some((part, class)))
        }
        (View::Queue(id), _) => (id.clone(), None),
        (_, Some(RowId::Queue(id))) => (id, None),
        (_, Some(RowId::Group(..))) => {
            return Err("this is a group of a stream, and no queue of a framework: open it and reclaim what it has pending"
                .to_owned());
        }
        _ => return Err("select a queue first".to_owned()),
    };
    if id.queue.is_none() {
        return Err("these are all queues together: select one of them".to_owned());
    }
    Ok((id, class))
}

fn wanted(state: &State, command: CommandId) -> Result<Request, String> {
    let (id, class) = selected(state)?;
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
            // Where a class of dead jobs is selected it is that class which is meant.
            let class = class.filter(|(part, _)| *part == QueueColumn::Dead).and_then(|(_, class)| class);
            Ok(Request::ReviveJobs(JobsRequest { class, ..JobsRequest::new(id) }))
        }
        CommandId::DropJobs => {
            let Some((part, Some(class))) = class else {
                return Err("select a class of jobs first: enter goes into a queue".to_owned());
            };
            drops(framework, part).map_err(no)?;
            let jobs = JobsRequest { class: Some(class), ..JobsRequest::new(id) };
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
