//! A value with the time at which it was true.
//!
//! Knows no clock: who reads a reply says when.

/// A value and when it was true: server time in microseconds since 1970 (ours where the server's is unknown).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Stamped<T> {
    /// When.
    pub at_us: i64,
    /// What.
    pub value: T,
}
