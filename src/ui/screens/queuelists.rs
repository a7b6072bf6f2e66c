//! The lists that the queues screen and a queue's page share: for whom jobs are, jobs that failed by error, schedulers.
//!
//! Knows why each may be empty; not how rows are made. Invariant: a list says that a key shows the others.

use super::table::TableView;
use crate::app::State;
use crate::app::cell::TableId;
use crate::app::zone::Zone;
use crate::config::theme::Role;
use crate::ui::theme::Skin;
use crate::ui::widgets::StyledText;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Draws the list that is shown, where it is one of these; what stands where in it.
pub fn draw(state: &State, area: Rect, buffer: &mut Buffer, skin: &Skin) -> Option<Vec<Zone>> {
    let id = state.table_id()?;
    let (title, note, empty) = match id {
        TableId::Tenants => (
            "Jobs by tenant",
            "estimated from jobs all over the queues",
            "No job was found that tells for whom it is. `queues.tenant` in the config names the field that does, such as \
             tenant_id or args.0.shop; docs/QUEUES.md says of which frameworks it can be read.",
        ),
        TableId::Failures => (
            "Failures by error",
            "numbers, ids and quoted values are *",
            "No job was found that failed. Looked at are the dead and the jobs to be tried again of Sidekiq, BullMQ, Bull, RQ, \
             Resque, asynq, dramatiq and gocraft/work, and the results of huey; others keep no errors with their queues.",
        ),
        TableId::Schedules => (
            "Schedulers",
            "as Redis knows them",
            "No scheduler was found. Known are those of BullMQ, Bull, RQ, rq-scheduler, sidekiq-scheduler, sidekiq-cron, \
             resque-scheduler, celery-redbeat, asynq, SAQ, streaq and gocraft/work; others keep theirs outside of Redis.",
        ),
        _ => return None,
    };
    let view = TableView {
        id,
        title,
        notes: vec![StyledText::new(note, Role::Dim)],
        empty: vec![StyledText::new(empty, Role::Dim)],
    };
    Some(view.draw(state, area, buffer, skin).zones)
}
