//! What may be asked of a Redis, what it answers, and what the answers mean.
//!
//! Knows commands and replies as values; does not know the client library, sockets or time.

pub mod cost;
pub mod decode;
pub mod known_streams;
pub mod lookups;
pub mod observation;
pub mod probe;
pub mod question;
pub mod read;
pub mod recording;
pub mod redact;
pub mod resp;
pub mod round;
mod scripts;
pub mod write;

pub use observation::{AskedFor, Exchange, NoReply, Observation};
pub use read::{Inspect, JobsRead, ReadCmd, ReadVerb, ScanFor};
pub use redact::redact;
pub use resp::{ErrorKind, ErrorReply, Resp};
pub use write::WriteCmd;
