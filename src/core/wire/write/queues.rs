//! What is done to queues of job frameworks: jobs that are moved, and the flag that pauses a queue.
//!
//! Knows how both are sent and told; the scripts stand in the rows of the frameworks (`core::queues::deeds`). Invariant: a job
//! is moved by a script alone, which looks again in the same moment.

use super::WriteCmd;
use super::text::word;
use crate::core::model::Name;
use crate::core::model::queues::QueueId;
use crate::core::queues::allowed;
use crate::core::queues::deeds::{self, DeedName, PauseDeed};

/// Jobs that are moved, or moved back. Answers a list with a number a job (1 moved, 0 not there any more, -1 stays), the error
/// that ended it, or nothing, and how many writes of that job were done by then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobsWrite {
    /// Whose.
    pub of: QueueId,
    /// A key of the queue, which tells where in a cluster it is.
    pub key: Name,
    /// What is done.
    pub deed: DeedName,
    /// Whether it is undone.
    pub is_back: bool,
    /// How long a worker may be silent before it counts as gone, milliseconds; 0 where keys tell.
    pub held_ms: u64,
    /// The jobs.
    pub jobs: Vec<MovedJob>,
}

/// A job as it is moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MovedJob {
    /// What tells it from others in its place.
    pub mark: Vec<u8>,
    /// What stands beside it there: a score, or who holds it.
    pub beside: Vec<u8>,
    /// How it is written afterwards.
    pub after: Vec<u8>,
    /// Its record: the dump of its key, or its text.
    pub record: Vec<u8>,
}

/// A queue that is paused, or goes on. Answers 1, or 0 where that was so already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PauseWrite {
    /// Which.
    pub of: QueueId,
    /// A key of the queue, which tells where in a cluster it is.
    pub key: Name,
    /// Whether it goes on.
    pub resumes: bool,
}

fn begin(script: &str, key: &Name, of: &QueueId) -> Vec<Vec<u8>> {
    let mut args: Vec<Vec<u8>> = [b"EVAL".to_vec(), script.as_bytes().to_vec(), b"1".to_vec()].into();
    args.push(key.as_bytes().to_vec());
    args.push(of.site.prefix.as_bytes().to_vec());
    args.push(of.queue.as_ref().map(|queue| queue.as_bytes().to_vec()).unwrap_or_default());
    args
}

impl JobsWrite {
    /// The words to send.
    pub(super) fn args(&self) -> Vec<Vec<u8>> {
        let deed = allowed::deed(self.of.site.framework, self.deed);
        let body = deed.map_or("return -1", |deed| if self.is_back { deed.back } else { deed.act });
        let mut args = begin(&deeds::moving(body), &self.key, &self.of);
        args.push(self.held_ms.to_string().into_bytes());
        for job in &self.jobs {
            // What is kept is not needed to move a job, and may be large.
            let record = if self.is_back { job.record.clone() } else { Vec::new() };
            args.extend([job.mark.clone(), job.beside.clone(), job.after.clone(), record]);
        }
        args
    }

    /// The line that stands for it.
    pub(super) fn text(&self) -> String {
        let does = allowed::deed(self.of.site.framework, self.deed).map_or("nothing", |deed| deed.text);
        let queue = self.of.queue.as_ref().map(word).unwrap_or_default();
        if self.is_back {
            return format!("EVAL: for each job of {queue} that nobody has touched: undo {does}");
        }
        format!("EVAL: for each job of {queue} that still stands there: {does}")
    }
}

impl PauseWrite {
    fn deed(&self) -> Option<&'static PauseDeed> {
        crate::core::queues::adapter(self.of.site.framework)?.deeds.pause.get().ok()
    }

    /// The words to send.
    pub(super) fn args(&self) -> Vec<Vec<u8>> {
        let script =
            self.deed().map_or("return 0", |deed| if self.resumes { deed.resume } else { deed.pause });
        let mut args = begin(&deeds::pausing(script), &self.key, &self.of);
        args.push(b"0".to_vec());
        args
    }

    /// The line that stands for it.
    pub(super) fn text(&self) -> String {
        let [pause, resume] = self.deed().map_or(["nothing", "nothing"], |deed| deed.text);
        format!("EVAL: {}", if self.resumes { resume } else { pause })
    }
}

impl From<JobsWrite> for WriteCmd {
    fn from(jobs: JobsWrite) -> Self {
        Self::Jobs(jobs)
    }
}
