//! Which client is meant, before anybody looked at the server.
//!
//! Knows the number alone: whether it is connected is for the plan to see. Invariant: a number is never given to another
//! client, so what was meant is what is ended.

/// A client whose connection is to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KillClientRequest {
    /// Its id, as CLIENT LIST has it.
    pub id: u64,
}
