//! Facts of a Redis at one instant, and what follows from two of them. Knows nothing of sockets, commands
//! or screens. One file a noun.
//!
//! Invariant: a figure that is not known is `None`, never 0.

pub mod cache;
pub mod clients;
pub mod cluster;
pub mod consumers;
pub mod cost;
pub mod counters;
pub mod family;
pub mod fanout;
pub mod forecast;
pub mod gap;
pub mod glob;
pub mod groups;
pub mod history;
pub mod id;
pub mod id_unit;
pub mod info;
pub mod keys;
pub mod latency;
pub mod link;
pub mod mask;
pub mod memory;
pub mod meter;
pub mod name;
pub mod name_map;
pub mod node;
pub mod probe;
pub mod queues;
pub mod rare;
pub mod refusals;
pub mod replies;
pub mod server;
pub mod snapshot;
pub mod stamped;
pub mod streams;
pub mod sums;
pub mod topology;

pub use gap::{Gap, GapReason};
pub use id::StreamId;
pub use link::{Fault, LinkStatus, Outage, Protocol};
pub use name::{Name, Names};
pub use name_map::NameMap;
pub use rare::Rare;
pub use snapshot::Snapshot;
pub use stamped::Stamped;
