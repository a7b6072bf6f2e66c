//! What may be done to a Redis, as values: request, plan, challenge, confirmed, run, outcome.
//!
//! A [`Request`] is what the operator wants. A [`Survey`] asks what its plan rests on, and makes a [`Plan`] of it, or a
//! [`Refusal`]. A [`Challenge`] says what consent the plan needs; nothing else makes a [`Confirmed`], and nothing but a
//! `Confirmed` makes a [`Run`], which alone makes the [`Order`]s that a write link takes. Survey and run are machines:
//! replies come in, steps go out. Knows no connection, no clock and no disk. Invariant: what a plan does not name is not
//! touched.
//!
//! An action is a folder, or a file while it is small: what is asked of it, its survey, its plan, its run and its words.
//! [`Request`] and [`ACTIONS`] have one row each of it.

pub mod archive;
pub mod challenge;
pub mod delete_consumer;
mod ground;
pub mod guard;
pub mod invalidate;
pub mod item_price;
pub mod kill_client;
pub mod kill_script;
mod one_step;
pub mod pace;
pub mod plan;
pub mod planning;
pub mod policy;
pub mod progress;
pub mod protect;
pub mod receipt;
pub mod reclaim;
pub mod record;
pub mod refusal;
pub mod remove;
mod rows;
pub mod run;
pub mod step;
pub mod strain;
pub mod survey;
pub mod trim;
pub mod types;
pub mod undo;

pub use challenge::{Challenge, Confirmed, Consent, ConsentError};
pub use delete_consumer::DeleteConsumerRequest;
pub use guard::Guard;
pub use invalidate::request::InvalidateRequest;
pub use kill_script::KillScriptRequest;
pub use plan::{ActionKind, Impact, Plan, Subject};
pub use planning::{PlanId, PlanProgress};
pub use policy::{Policy, WriteState};
pub use progress::{Control, Progress};
pub use receipt::Receipt;
pub use reclaim::request::{ReclaimRequest, ReclaimVerb};
pub use refusal::Refusal;
pub use remove::request::{RemoveConsumersRequest, RemoveGroupsRequest};
pub use run::{Outcome, Run};
pub use step::{Answer, Order, Step, Tally};
pub use survey::{Survey, SurveyPlace};
pub use trim::request::{TrimRequest, TrimTo};

/// The actions: what is wanted, before anybody looked at the server; the words of each; and how its plan is made.
macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident($wanted:ty) $kind:path, $survey:path;)*) => {
        /// What is wanted. What is not said is safe.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Request {
            $($(#[$doc])* $name($wanted),)*
        }

        /// Every action.
        pub const ACTIONS: &[&ActionKind] = &[$(&$kind),*];

        impl Request {
            /// Begins to look at the server for the plan.
            pub fn survey(self, place: SurveyPlace) -> Survey {
                match self {
                    $(Self::$name(wanted) => Survey::new(place, |reader| $survey(reader, wanted)),)*
                }
            }
        }
    };
}

actions! {
    /// Remove the oldest entries of a stream.
    Trim(TrimRequest) trim::KIND, trim::survey::survey;
    /// Settle pending rows of a group.
    Reclaim(ReclaimRequest) reclaim::KIND, reclaim::survey::survey;
    /// Remove keys, or shorten their time to live.
    Invalidate(InvalidateRequest) invalidate::KIND, invalidate::survey::survey;
    /// Remove groups of a stream.
    RemoveGroups(RemoveGroupsRequest) remove::GROUPS, remove::survey::groups;
    /// Remove the consumers of a group that do nothing.
    RemoveConsumers(RemoveConsumersRequest) remove::CONSUMERS, remove::survey::consumers;
    /// Delete a consumer that has nothing pending.
    DeleteConsumer(DeleteConsumerRequest) delete_consumer::KIND, delete_consumer::survey;
    /// End a client's connection.
    KillClient(u64) kill_client::KIND, kill_client::survey;
    /// End the script or function that holds the server.
    KillScript(KillScriptRequest) kill_script::KIND, kill_script::survey;
    /// Bring back what an action removed.
    Undo(String) undo::KIND, undo::survey::survey;
}
