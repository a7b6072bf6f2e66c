//! What one text says of a target: where, and how to get in.
//!
//! Knows the parts; how they are written is for `url` and `azure`. Invariant: a [`BadEndpoint`] holds no part of
//! the text, since any part of a malformed one may be the password.

use super::target::{Address, Secret, Tls};

/// The default port of Redis.
pub const DEFAULT_PORT: u16 = 6379;

/// What a text says of a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Where it listens.
    pub address: Address,
    /// TLS is asked for.
    pub tls: Option<Tls>,
    /// ACL user.
    pub username: Option<String>,
    /// Password.
    pub password: Option<Secret>,
    /// Logical database.
    pub database: Option<u32>,
}

/// What is wrong with a text, and what to try; neither holds any part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadEndpoint {
    /// What is wrong.
    pub what: &'static str,
    /// What to try.
    pub hint: &'static str,
}

impl Endpoint {
    /// An address, and nothing else said.
    pub fn plain(address: Address) -> Self {
        Self { address, tls: None, username: None, password: None, database: None }
    }
}
