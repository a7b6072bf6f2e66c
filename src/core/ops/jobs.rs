//! What is done to queues of job frameworks: orphans and dead jobs made ready again, jobs of a class dropped, a queue paused.
//!
//! Knows the steps and the words; what a framework allows, and how, is its row in `core::queues`. Invariants: no framework is
//! handled otherwise than it does itself; a job is kept before it moves, and moves only as it was kept.
//!
//! | action | key | does | refused when |
//! |---|---|---|---|
//! | `requeue-orphans FRAMEWORK QUEUE` | `O` | jobs whose worker is gone become ready again, as the framework does it itself; each in a script that sees that nobody holds it; a copy is kept | nobody outside the framework can: [QUEUES.md](QUEUES.md) says which and why |
//! | `revive-jobs FRAMEWORK QUEUE` | `V` | dead jobs become ready again, all or those of `--class` or with `--error`; in a script that sees that each is still dead | the same |
//! | `drop-jobs FRAMEWORK QUEUE --class CLASS \| --error ERROR` | `D` | removes jobs of a class that are ready, or with `--part` delayed or dead, or dead ones that failed with an error; kept unless `--no-archive`, which makes the name necessary | the same |
//! | `pause-queue FRAMEWORK QUEUE` | `P` | sets the flag at which the framework's workers look | the framework has none |
//! | `resume-queue FRAMEWORK QUEUE` | `N` | takes that flag away | the same |

mod pause;
mod plan;
pub mod request;
mod run;
pub(super) mod survey;

use super::plan::ActionKind;

pub use run::JobsWork;

/// The words of orphans that are made ready again.
pub const REQUEUE: ActionKind =
    ActionKind { part: Some("orphans of"), ..ActionKind::new("requeue-orphans", "Requeue", "job") };

/// The words of dead jobs that are made ready again.
pub const REVIVE: ActionKind =
    ActionKind { part: Some("dead jobs of"), ..ActionKind::new("revive-jobs", "Revive", "job") };

/// The words of jobs that are dropped.
pub const DROP: ActionKind =
    ActionKind { part: Some("jobs of"), ..ActionKind::new("drop-jobs", "Drop", "job") };

/// The words of a queue that is paused.
pub const PAUSE: ActionKind =
    ActionKind { is_single: true, ..ActionKind::new("pause-queue", "Pause", "queue") };

/// The words of a queue that goes on.
pub const RESUME: ActionKind =
    ActionKind { is_single: true, ..ActionKind::new("resume-queue", "Resume", "queue") };
