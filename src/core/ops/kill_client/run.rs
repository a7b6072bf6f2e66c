//! The one step that ends a client's connection.
//!
//! Knows CLIENT KILL and its reply. Invariant: it is by id, so that nobody else is ended who has the address by now.

use crate::core::ops::one_step::OneStep;
use crate::core::wire::{Resp, WriteCmd};

/// The client that is meant.
#[derive(Clone, Debug)]
pub(super) struct KillClientWork(pub(super) u64);

impl OneStep for KillClientWork {
    fn command(&self) -> WriteCmd {
        WriteCmd::KillClient(self.0)
    }

    fn told(&self, reply: &Resp) -> Option<Result<u64, String>> {
        Some(match reply.count()? {
            0 => Err("that client is not connected any more".to_owned()),
            ended => Ok(ended),
        })
    }
}
