//! What an invalidation keeps of keys before they go: their dumps, and when each would have expired.
//!
//! Knows replies; asks nothing itself. Invariants: one step keeps only so many bytes; what can't be kept stays.

use super::{InvalidateMachine, InvalidateStage};
use crate::core::limits::{ARCHIVE_PAGE_BYTES, ARCHIVED_KEY_BYTES};
use crate::core::model::Name;
use crate::core::ops::archive::Frame;
use crate::core::ops::step::{Step, end_of, strange};
use crate::core::wire::decode::info::server_ms;
use crate::core::wire::{ErrorKind, Inspect, ReadCmd, Resp};

impl InvalidateMachine {
    /// Leaves out what is too large, and asks for the rest.
    pub(super) fn sized(&mut self, replies: &[Resp], batch: u32) -> Step {
        let chosen = std::mem::take(&mut self.chosen);
        let mut together = 0;
        for (key, reply) in chosen.into_iter().zip(replies) {
            match (reply, reply.count()) {
                (Resp::Error(refusal), _) if refusal.kind() != ErrorKind::Unsupported => {
                    return end_of(refusal);
                }
                (Resp::Nil, _) => {}
                (_, Some(bytes)) if bytes <= ARCHIVED_KEY_BYTES => {
                    together += bytes;
                    // One step dumps so much and no more: the rest is looked at again.
                    if self.chosen.is_empty() || together <= ARCHIVE_PAGE_BYTES {
                        self.chosen.push(key);
                    } else {
                        self.waiting.push_back(key);
                    }
                }
                // Too large to be kept: it stays, since what goes has to be kept.
                _ => self.tally.left += 1,
            }
        }
        if self.chosen.is_empty() { self.ask(batch) } else { self.dump() }
    }

    /// Asks what is to be kept: the time first, then two replies a key.
    fn dump(&mut self) -> Step {
        self.stage = InvalidateStage::Dump;
        let mut reads = vec![ReadCmd::Time];
        for key in &self.chosen {
            reads.push(ReadCmd::Inspect(Inspect::Dump(key.clone())));
            reads.push(ReadCmd::Inspect(Inspect::Pttl(key.clone())));
        }
        Step::Ask(reads)
    }

    /// Keeps what came, with what is to be done with it.
    pub(super) fn dumped(&mut self, replies: &[Resp], batch: u32) -> Step {
        let Some((time, rest)) = replies.split_first() else { return strange() };
        let Some(now_ms) = server_ms(time) else { return strange() };
        let expires = |ttl: &Resp| ttl.count().map(|ttl_ms| now_ms.saturating_add(ttl_ms));
        let mut frames = Vec::new();
        self.dumped.clear();
        self.shortened.clear();
        let chosen = std::mem::take(&mut self.chosen);
        for (key, pair) in chosen.into_iter().zip(rest.chunks_exact(2)) {
            match pair {
                [Resp::Error(refusal), _] | [_, Resp::Error(refusal)] => return end_of(refusal),
                [Resp::Bytes(dump), ttl] if dump.len() > 10 => {
                    frames.extend(self.kept(key, expires(ttl), dump, now_ms));
                }
                _ => {}
            }
        }
        if frames.is_empty() { self.ask(batch) } else { Step::Keep(frames) }
    }

    /// What is kept of a key, and noted as what is to be done with it; none where nothing is.
    fn kept(&mut self, key: Name, expires_ms: Option<u64>, dump: &[u8], now_ms: u64) -> Option<Frame> {
        let Some(most_ms) = self.work.expire_ms else {
            let (_, checksum) = dump.split_at(dump.len().saturating_sub(8));
            let checksum = checksum.to_vec();
            self.dumped.push((key.clone(), checksum, dump.len()));
            return Some(Frame::Key { key, expires_ms, dump: dump.to_vec() });
        };
        let set_ms = now_ms.saturating_add(self.spread.ms(most_ms, self.archive));
        if expires_ms.is_some_and(|expires_ms| expires_ms <= set_ms) {
            self.tally.lost += 1;
            return None;
        }
        self.shortened.push((key.clone(), set_ms));
        Some(Frame::Shortened { key, expires_ms, set_ms, dump: dump.to_vec() })
    }
}
