//! The actions on queues of job frameworks as clap has them.
//!
//! Knows words and their help; not what is on the server. Invariant: a queue is named by its framework and its own name, and by
//! what its keys begin with, where somebody has changed that.

use super::consent::{ArchiveArgs, RequestArgs};
use super::values::{at_least_one, name};
use crate::core::model::Name;
use crate::core::model::queues::{Framework, QueueColumn, QueueId, QueueSite};
use crate::core::ops::{DropRequest, ErrorWanted, JobsRequest, PauseRequest, Request};
use crate::core::queues::ADAPTERS;
use clap::{Args, ValueEnum};

/// Which queue.
#[derive(Args)]
pub(super) struct QueueArgs {
    /// The framework, as `snapshot` calls it: rq, sidekiq, bullmq and so on
    #[arg(value_name = "FRAMEWORK", value_parser = framework)]
    framework: Framework,
    /// The queue
    #[arg(value_name = "QUEUE", value_parser = name)]
    queue: Name,
    /// What its keys begin with [default: what the framework has where nobody has changed it]
    #[arg(long, value_name = "PREFIX", value_parser = name)]
    prefix: Option<Name>,
}

fn framework(text: &str) -> Result<Framework, String> {
    let known = ADAPTERS.iter().map(|adapter| adapter.framework).filter(|known| *known != Framework::Plain);
    let words: Vec<&str> = known.clone().map(Framework::word).collect();
    let found = known.into_iter().find(|known| known.word() == text);
    found.ok_or_else(|| format!("one of {}", words.join(", ")))
}

impl QueueArgs {
    fn id(self) -> QueueId {
        let usual = crate::core::queues::adapter(self.framework).map_or("", |adapter| adapter.deeds.prefix);
        let prefix = self.prefix.unwrap_or_else(|| Name::from(usual));
        QueueId { site: QueueSite { framework: self.framework, prefix }, queue: Some(self.queue) }
    }
}

/// `requeue-orphans`.
#[derive(Args)]
pub(super) struct QueueJobsArgs {
    #[command(flatten)]
    queue: QueueArgs,
    /// Only those of this class
    #[arg(long, value_name = "CLASS", value_parser = name)]
    class: Option<Name>,
    /// At most N jobs
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    count: Option<u64>,
    #[command(flatten)]
    archive: ArchiveArgs,
}

impl QueueJobsArgs {
    fn jobs(self) -> JobsRequest {
        JobsRequest {
            of: self.queue.id(),
            class: self.class,
            error: None,
            count: self.count,
            archive: self.archive.wanted(),
        }
    }
}

/// `revive-jobs`.
#[derive(Args)]
pub(super) struct ReviveJobsArgs {
    #[command(flatten)]
    jobs: QueueJobsArgs,
    /// Only those that failed with this, as `failures` of `snapshot` tells it or as a job does; where none did, a glob
    #[arg(long, value_name = "ERROR", value_parser = name)]
    error: Option<Name>,
}

/// Which jobs of a queue are dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum DroppedPart {
    /// Those that a worker could take now
    Ready,
    /// Those that are to run later
    Delayed,
    /// Those that failed for good
    Dead,
}

/// `drop-jobs`.
#[derive(Args)]
pub(super) struct DropJobsArgs {
    #[command(flatten)]
    queue: QueueArgs,
    /// Those of this class
    #[arg(long, value_name = "CLASS", value_parser = name, required_unless_present = "error")]
    class: Option<Name>,
    /// Those that failed with this, as `failures` of `snapshot` tells it or as a job does; where none did, a glob
    #[arg(long, value_name = "ERROR", value_parser = name)]
    error: Option<Name>,
    /// Which of them [default: ready; with --error dead]
    #[arg(long, value_enum)]
    part: Option<DroppedPart>,
    /// At most N jobs
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    count: Option<u64>,
    #[command(flatten)]
    archive: ArchiveArgs,
}

/// `pause-queue`.
#[derive(Args)]
pub(super) struct PauseQueueArgs {
    #[command(flatten)]
    queue: QueueArgs,
}

/// `resume-queue`.
#[derive(Args)]
pub(super) struct ResumeQueueArgs {
    #[command(flatten)]
    queue: QueueArgs,
}

impl RequestArgs for QueueJobsArgs {
    fn request(self) -> Request {
        Request::RequeueOrphans(self.jobs())
    }
}

impl RequestArgs for ReviveJobsArgs {
    fn request(self) -> Request {
        let error = self.error.map(ErrorWanted::Text);
        Request::ReviveJobs(JobsRequest { error, ..self.jobs.jobs() })
    }
}

impl RequestArgs for DropJobsArgs {
    fn request(self) -> Request {
        let part = match self.part {
            Some(DroppedPart::Ready) => QueueColumn::Ready,
            Some(DroppedPart::Delayed) => QueueColumn::Delayed,
            Some(DroppedPart::Dead) => QueueColumn::Dead,
            None if self.error.is_some() => QueueColumn::Dead,
            None => QueueColumn::Ready,
        };
        let (class, count, archive) = (self.class, self.count, self.archive.wanted());
        let error = self.error.map(ErrorWanted::Text);
        Request::DropJobs(DropRequest {
            jobs: JobsRequest { of: self.queue.id(), class, error, count, archive },
            part,
        })
    }
}

impl RequestArgs for PauseQueueArgs {
    fn request(self) -> Request {
        Request::PauseQueue(PauseRequest { of: self.queue.id() })
    }
}

impl RequestArgs for ResumeQueueArgs {
    fn request(self) -> Request {
        Request::ResumeQueue(PauseRequest { of: self.queue.id() })
    }
}
