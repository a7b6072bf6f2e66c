//! What may be asked of a Redis, what it answers, and what the answers mean.
//!
//! Knows commands and replies as values; does not know the client library, sockets or time.

pub mod decode;
pub mod observation;
pub mod read;
pub mod resp;
pub mod round;

pub use observation::{Exchange, Lost, Observation};
pub use read::{ReadCmd, Verb};
pub use resp::{Refusal, RefusalKind, Resp};
