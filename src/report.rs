//! What is known, as text and as JSON: for people at a shell, for scripts and for pipes.
//!
//! Knows a [`crate::core::reading::Reading`] and how to write it down; does not know where the output goes.
//! Invariant: what is not known is `null` or `—`, never 0, and no name can break a line or a terminal.

pub mod action;
pub mod check;
mod layout;
pub mod plain;
pub mod snapshot;
