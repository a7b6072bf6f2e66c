//! What is asked of an invalidation, before anybody looked at the server.
//!
//! Invariant: what is not said is safe.

use crate::core::model::Name;

/// An invalidation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidateRequest {
    /// The pattern, as the server reads it.
    pub pattern: Name,
    /// What the operator wrote: a prefix, where it was literal.
    pub written: Name,
    /// Only keys of this type.
    pub kind: Option<String>,
    /// Shorten the time to live to a random part of this, milliseconds, instead of removing.
    pub expire_ms: Option<u64>,
    /// Keys a second at most; none for as fast as it goes.
    pub per_s: Option<u64>,
    /// Keep what goes; none for the default of the action.
    pub archive: Option<bool>,
    /// More patterns of keys that are not to be touched.
    pub protect: Vec<Name>,
    /// The command that fills the cache again: program and arguments.
    pub warm_up: Vec<String>,
}

impl InvalidateRequest {
    /// The keys of a pattern that is written as the server reads it, as fast as it goes.
    pub fn new(pattern: Name) -> Self {
        Self {
            written: pattern.clone(),
            pattern,
            kind: None,
            expire_ms: None,
            per_s: None,
            archive: None,
            protect: Vec::new(),
            warm_up: Vec::new(),
        }
    }
}
