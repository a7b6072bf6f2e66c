//! What may be done to a Redis, as values: wish, plan, challenge, confirmed, run, outcome.
//!
//! A [`Request`] is what the operator wants. Reads make a [`Plan`] of it, or a [`Refusal`]. A [`Challenge`] says what
//! consent the plan needs; nothing else makes a [`Confirmed`], and nothing but a `Confirmed` makes a [`Run`], which
//! alone makes the [`Order`]s that a write link takes. Knows no connection, no clock and no disk: replies come in,
//! steps go out. Invariant: what a plan does not name is not touched.

pub mod archive;
pub mod challenge;
pub mod guard;
pub mod invalidate;
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
pub mod request;
pub mod run;
pub mod single;
pub mod step;
pub mod strain;
pub mod trim;
pub mod types;
pub mod undo;

pub use challenge::{Challenge, Confirmed, Consent, ConsentError};
pub use guard::Guard;
pub use plan::{ActionKind, Impact, Plan, Subject};
pub use planning::{PlanId, PlanProgress};
pub use policy::{Policy, WriteState};
pub use progress::{Control, Progress};
pub use receipt::Receipt;
pub use refusal::Refusal;
pub use request::Request;
pub use run::{Outcome, Run};
pub use step::{Answer, Order, Step, Tally};
