//! What may be done to a Redis, as values: request, plan, challenge, confirmed, run, outcome.
//!
//! A [`Request`] is what the operator wants. A [`Survey`] asks what its plan rests on, and makes a [`Plan`] of it, or a
//! [`Refusal`]. A [`Challenge`] says what consent the plan needs; nothing else makes a [`Confirmed`], and nothing but a
//! `Confirmed` makes a [`Run`], which alone makes the [`Order`]s that a write link takes. Survey and run are machines:
//! replies come in, steps go out. Knows no connection, no clock and no disk. Invariant: what a plan does not name is not
//! touched.
//!
//! An action is a folder: what is asked of it (`request`), its `survey`, its `plan`, its `run`; what all record alike is in
//! [`record`]. Its row in `for_each_action` makes the variant of [`Request`], the entry of [`ACTIONS`], the subcommand and the
//! key.

pub mod archive;
pub mod challenge;
pub mod delete_consumer;
mod ground;
pub mod guard;
pub mod invalidate;
pub mod item_price;
pub mod jobs;
pub mod kill_client;
pub mod kill_script;
mod one_step;
pub mod pace;
pub mod plan;
pub mod planning;
pub mod policy;
pub mod progress;
pub mod protect;
mod queue_counts;
pub mod receipt;
pub mod reclaim;
pub mod record;
pub mod refusal;
pub mod remove;
pub mod route;
mod rows;
pub mod run;
pub mod step;
pub mod strain;
pub mod survey;
pub mod trim;
pub mod types;
pub mod undo;

pub use challenge::{Batch, Challenge, Confirmed, Consent, ConsentError};
pub use delete_consumer::request::DeleteConsumerRequest;
pub use guard::Guard;
pub use invalidate::request::InvalidateRequest;
pub use jobs::request::{DropRequest, ErrorWanted, JobsRequest, PauseRequest};
pub use kill_client::request::KillClientRequest;
pub use kill_script::request::KillScriptRequest;
pub use plan::{ActionKind, Impact, Plan, Subject};
pub use planning::{PlanId, PlanProgress};
pub use policy::{Policy, WriteState};
pub use progress::{Control, Progress};
pub use receipt::Receipt;
pub use reclaim::request::{ReclaimRequest, ReclaimVerb};
pub use refusal::Refusal;
pub use remove::request::{RemoveConsumersRequest, RemoveGroupsRequest};
pub use route::Route;
pub use run::{Outcome, Run};
pub use step::{Answer, Order, Step, Tally};
pub use survey::{Survey, SurveyPlace};
pub use trim::request::{TrimRequest, TrimTo};
pub use undo::request::UndoRequest;

/// The actions, a row each, handed to the macro `$then` with what follows its name. A row has: what `--help` says; the
/// variant of [`Request`], what it holds and what `cli` makes that of; the folder, its words and its survey; the key, its
/// title for the footer, where it works and what help says of it.
macro_rules! for_each_action {
    ($then:ident $($more:tt)*) => { $then! { {
        /// Remove the oldest entries of a stream.
        Trim(TrimRequest, TrimArgs) trim KIND survey
            "T" "trim" [Everywhere] "Remove the oldest entries of the selected stream.";
        /// Settle stuck pending entries of a group.
        Reclaim(ReclaimRequest, ReclaimArgs) reclaim KIND survey
            "R" "reclaim" [Everywhere]
            "Resolve stuck pending entries: hand over, release, requeue, dead-letter, drop.";
        /// Delete one consumer that has nothing pending.
        DeleteConsumer(DeleteConsumerRequest, DeleteConsumerArgs) delete_consumer KIND survey
            "D" "delete" [Streams Consumers Pending Memory] "Delete the selected consumer, if it has nothing pending.";
        /// Remove groups that nobody reads any more.
        RemoveGroups(RemoveGroupsRequest, RemoveGroupsArgs) remove GROUPS groups
            "E" "remove group" [Everywhere]
            "Remove the selected group, or the groups of the stream that nobody reads any more.";
        /// Remove the consumers of a group that do nothing.
        RemoveConsumers(RemoveConsumersRequest, RemoveConsumersArgs) remove CONSUMERS consumers
            "C" "remove idle" [Everywhere]
            "Remove the consumers of the group that have nothing pending and do nothing.";
        /// End a client's connection.
        KillClient(KillClientRequest, KillClientArgs) kill_client KIND survey
            "K" "kill" [Everywhere] "End the connection of the selected client.";
        /// Make jobs ready again whose worker is gone, as their framework does.
        RequeueOrphans(JobsRequest, QueueJobsArgs) jobs REQUEUE requeue
            "O" "requeue" [Everywhere]
            "Make jobs of the selected queue ready again whose worker is gone.";
        /// Make dead jobs ready again, as their framework does.
        ReviveJobs(JobsRequest, ReviveJobsArgs) jobs REVIVE revive
            "V" "revive dead" [Queues]
            "Make dead jobs of the selected queue, or of the selected class, ready again.";
        /// Remove jobs of a class from a queue.
        DropJobs(DropRequest, DropJobsArgs) jobs DROP dropped
            "D" "drop class" [Queues] "Remove the jobs of the selected class from the queue.";
        /// Let workers take no more jobs of a queue.
        PauseQueue(PauseRequest, PauseQueueArgs) jobs PAUSE pause
            "P" "pause queue" [Queues] "Let workers take no more jobs of the selected queue.";
        /// Let workers take jobs of a queue again.
        ResumeQueue(PauseRequest, ResumeQueueArgs) jobs RESUME resume
            "N" "resume queue" [Queues] "Let workers take jobs of the selected queue again.";
        /// Remove the keys of a pattern, or let them expire.
        Invalidate(InvalidateRequest, InvalidateArgs) invalidate KIND survey
            "I" "invalidate" [Everywhere] "Remove the keys of a pattern from the cache, or let them expire.";
        /// End the script or function that holds the server.
        KillScript(KillScriptRequest, KillScriptArgs) kill_script KIND survey
            "B" "end script" [Everywhere] "End the script or function that holds the server (BUSY).";
        /// Bring back what an action removed, from its archive.
        Undo(UndoRequest, UndoArgs) undo KIND survey
            "U" "undo" [Everywhere] "Bring back what the last action removed, from its archive.";
    } $($more)* } };
}

pub(crate) use for_each_action;

/// What is wanted, before anybody looked at the server; the words of each action; and how its plan is made.
macro_rules! requests {
    ({ $($(#[$doc:meta])* $name:ident($wanted:ty, $args:ident) $folder:ident $kind:ident $survey:ident
        $key:literal $title:literal [$($place:ident)+] $help:literal;)* }) => {
        /// What is wanted. What is not said is safe.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Request {
            $($(#[$doc])* $name($wanted),)*
        }

        /// Every action.
        pub const ACTIONS: &[&ActionKind] = &[$(&$folder::$kind),*];

        impl Request {
            /// Begins to look at the server for the plan.
            pub fn survey(self, place: SurveyPlace) -> Survey {
                match self {
                    $(Self::$name(wanted) => Survey::new(place, |reader| $folder::survey::$survey(reader, wanted)),)*
                }
            }
        }
    };
}

for_each_action! { requests }

impl Request {
    /// Whether what goes is kept, where that can be chosen; none where nothing goes that could come back.
    pub const fn archive_mut(&mut self) -> Option<&mut Option<bool>> {
        match self {
            Self::Reclaim(ReclaimRequest { verb: ReclaimVerb::Sweep, .. }) => None,
            Self::Trim(wanted) => Some(&mut wanted.archive),
            Self::Reclaim(wanted) => Some(&mut wanted.archive),
            Self::RemoveGroups(wanted) => Some(&mut wanted.archive),
            Self::RemoveConsumers(wanted) => Some(&mut wanted.archive),
            Self::Invalidate(wanted) => Some(&mut wanted.archive),
            Self::RequeueOrphans(jobs) | Self::ReviveJobs(jobs) => Some(&mut jobs.archive),
            Self::DropJobs(wanted) => Some(&mut wanted.jobs.archive),
            Self::DeleteConsumer(_)
            | Self::KillClient(_)
            | Self::KillScript(_)
            | Self::PauseQueue(_)
            | Self::ResumeQueue(_)
            | Self::Undo(_) => None,
        }
    }
}
