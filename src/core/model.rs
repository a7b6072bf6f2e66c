//! Facts of a Redis at one instant. Knows nothing of sockets, commands or screens.
//!
//! Invariant: a figure that is not known is `None`, never 0.

pub mod id;
pub mod name;

pub use id::StreamId;
pub use name::Name;
