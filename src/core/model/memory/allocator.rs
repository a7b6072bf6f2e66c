//! What an allocator gives for so many bytes: it has sizes of its own, and the server counts those.
//!
//! Knows INFO's name of the allocator; not what is kept in it. Invariant: never less than was asked for.

use super::packed::size_class;
use crate::core::model::server::{Product, Server};

/// Kinds of allocators, by their steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allocator {
    /// The jemalloc that servers come with: steps of 8 bytes up to 64.
    Bundled,
    /// A distribution's jemalloc: steps of 16 bytes, and 8 for the smallest.
    Distribution,
    /// The C library's: steps of 16 bytes, less the 8 that it keeps.
    Libc,
}

impl Allocator {
    /// That of a server, by INFO's `mem_allocator`.
    pub fn on(server: &Server, name: Option<&str>) -> Self {
        let name = name.unwrap_or("jemalloc");
        if name.starts_with("libc") {
            Self::Libc
        } else if server.release() < (7, 2) && server.product == Product::Redis && name.contains("5.3") {
            // Such a server came with an older one.
            Self::Distribution
        } else {
            Self::Bundled
        }
    }

    /// Bytes that it gives for so many.
    pub fn given(self, bytes: u64) -> u64 {
        match self {
            Self::Bundled => size_class(bytes),
            Self::Distribution if bytes <= 8 => 8,
            Self::Distribution => size_class(bytes.next_multiple_of(16)),
            Self::Libc => bytes.saturating_add(8).next_multiple_of(16).max(32) - 8,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_steps_of_its_own() {
        let given = |allocator: Allocator| [1, 8, 9, 24, 33, 65, 130].map(|bytes| allocator.given(bytes));
        assert_eq!(given(Allocator::Bundled), [8, 8, 16, 24, 40, 80, 160]);
        assert_eq!(given(Allocator::Distribution), [8, 8, 16, 32, 48, 80, 160]);
        assert_eq!(given(Allocator::Libc), [24, 24, 24, 24, 40, 72, 136]);
    }
}
