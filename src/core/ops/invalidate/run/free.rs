//! Keys that go at once: by one script that sees their types, while the next page is asked for.
//!
//! Knows which types need no other look; asks nothing itself. Invariant: a key goes only with a type with which neither
//! its name nor a key beside it could protect it; whatever else it is, it is looked at as any other key.

use super::{InvalidateMachine, InvalidateStage};
use crate::core::model::Name;
use crate::core::model::refusals::RefusalCode;
use crate::core::ops::step::{Order, Step, end_of, strange};
use crate::core::wire::{ErrorKind, ErrorReply, Resp, WriteCmd};

/// Keys that SCAN passes over for one that it names, at most: where few match, pages stay small.
const PASSED_MOST: u32 = 4;

impl InvalidateMachine {
    /// Takes more of the names that the plan has found, where none waits.
    pub(super) fn refill(&mut self, batch: u32) {
        let (Some(place), Some(found), true) = (&mut self.found, &self.work.found, self.waiting.is_empty())
        else {
            return;
        };
        let names = std::iter::from_fn(|| found.next(place).map(Name::new));
        self.waiting.extend(names.take(batch.max(1) as usize));
    }

    /// Whether keys go by their types, without being kept.
    pub(super) fn is_direct(&self) -> bool {
        !self.archive && self.work.expire_ms.is_none() && self.asks_together && self.has_scripts
    }

    /// Lets the keys that wait go, and asks for the next page meanwhile.
    pub(super) fn free(&mut self, batch: u32) -> Step {
        let count = (batch.max(1) as usize).min(self.waiting.len());
        let alike = self.alike(count);
        self.chosen = alike.iter().flat_map(|(_, keys)| keys).cloned().collect();
        self.stage = InvalidateStage::Free;
        self.kinds.clear();
        let next = if self.waiting.is_empty() { self.scan(batch) } else { None };
        self.has_page = next.is_some();
        Step::TellAndAsk(Order::new(vec![WriteCmd::UnlinkFree(alike)]), next.into_iter().collect())
    }

    /// So many of the keys that wait, together with those that may go with the same types.
    fn alike(&mut self, count: usize) -> Vec<(Vec<&'static str>, Vec<Name>)> {
        let mut alike: Vec<(&'static [&'static str], Vec<Name>)> = Vec::new();
        for key in self.waiting.drain(..count) {
            let kinds = self.work.protected.free_kinds(key.as_bytes());
            match alike.iter_mut().find(|(of_kinds, _)| *of_kinds == kinds) {
                Some((_, keys)) => keys.push(key),
                None => alike.push((kinds, vec![key])),
            }
        }
        let is_wanted = |kind: &&str| self.work.kind.as_deref().is_none_or(|wanted| wanted == *kind);
        alike
            .into_iter()
            .map(|(kinds, keys)| (kinds.iter().copied().filter(is_wanted).collect(), keys))
            .collect()
    }

    /// Counts what has gone, and looks at what has not, where its type is one that is wanted.
    pub(super) fn freed(&mut self, told: &[Resp], read: &[Resp], batch: u32) -> Step {
        let chosen = std::mem::take(&mut self.chosen);
        let [found] = told else { return strange() };
        match found {
            Resp::Error(refusal) if !self.may_look(refusal) => return end_of(refusal),
            // Nothing has gone: each key is looked at by itself.
            Resp::Error(_) => chosen.into_iter().rev().for_each(|key| self.waiting.push_front(key)),
            found => {
                let Some([removed, _, held @ ..]) = found.items() else { return strange() };
                let Some(removed) = removed.count() else { return strange() };
                self.tally.done += removed;
                for pair in held.chunks_exact(2) {
                    let at = pair.first().and_then(Resp::count).and_then(|at| usize::try_from(at).ok());
                    let key = at.and_then(|at| chosen.get(at.checked_sub(1)?));
                    let (Some(key), Some(kind)) = (key, pair.get(1).and_then(Resp::text)) else {
                        return strange();
                    };
                    self.seen(key.clone(), kind);
                }
            }
        }
        if std::mem::take(&mut self.has_page)
            && let Err(step) = self.turn(read.first())
        {
            return step;
        }
        self.ask_companions(batch)
    }

    /// Whether what was refused may be done key by key.
    fn may_look(&mut self, refusal: &ErrorReply) -> bool {
        // A cluster runs no script on keys of several slots, but on each by itself.
        let is_split = refusal.refusal() == Some(RefusalCode::CrossSlot);
        let is_denied = matches!(
            refusal.kind(),
            ErrorKind::DeniedCommand | ErrorKind::DeniedKey | ErrorKind::Unsupported
        );
        if is_split || is_denied {
            (self.asks_together, self.has_scripts) = (false, is_split);
        }
        is_split || is_denied
    }

    /// How many keys SCAN is to pass over for one that it names, by a page that names so many.
    pub(super) fn passes(&mut self, named: usize) {
        let passed = u64::from(self.scanned).div_ceil((named as u64).max(1));
        self.passed = u32::try_from(passed).unwrap_or(PASSED_MOST).clamp(1, PASSED_MOST);
    }
}
