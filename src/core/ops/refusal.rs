//! Why there is no plan, or why it is not carried out: one sentence for the operator.
//!
//! Knows the sentence alone.

/// Why there is no plan, or why it is not carried out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refusal(pub String);

impl Refusal {
    /// A refusal for this reason.
    pub fn because(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }
}
