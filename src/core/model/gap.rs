//! What could not be read, and why: the reason beside every blank figure.
//!
//! Knows names and sentences; does not decide what to try again (`wire::round`).

use serde::{Deserialize, Serialize};

/// A figure, or a family of figures, that is missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// What is missing: a command, and what it was about where that matters.
    pub what: String,
    /// Why.
    pub why: GapReason,
    /// One sentence for people, without secrets.
    pub text: String,
    /// How much it covers.
    pub scope: GapScope,
}

/// How much a gap covers, and so when it closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum GapScope {
    /// The command as such: closes when it is answered again.
    Command,
    /// What the server refused for a while, whatever it was about: closes when the command is answered for anything.
    Passing,
    /// One stream, group or reply: closes when it does not come again.
    Item,
}

worded! {
    /// Why a figure is missing.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    pub enum GapReason {
        /// The user may not.
        Denied "denied",
        /// The server can't.
        Unsupported "unsupported",
        /// No reply in time.
        Timeout "timeout",
        /// It would hold the server for longer than a poll may.
        TooCostly "too_costly",
        /// A bound of ours was reached.
        Bound "bound",
        /// There is nothing here, and something elsewhere.
        Empty "empty",
        /// The server answered with another error, or with something that can't be read.
        Failed "failed",
    }
    /// The word for machines: part of the JSON schema.
    fn word
}
