//! Which action is to be undone, before anybody looked at its archive.
//!
//! Knows the id alone. Invariant: an undo is of one action, as the journal names it; nothing stands for "the last one".

/// An action whose archive is to come back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UndoRequest {
    /// Its id, as the journal has it.
    pub id: String,
}
