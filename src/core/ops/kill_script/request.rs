//! What is asked of it: nothing but that it ends.
//!
//! Knows no script: the server has one at most that holds it. Invariant: whatever holds the server when the plan is made
//! is what is meant.

/// To end whatever it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KillScriptRequest;
