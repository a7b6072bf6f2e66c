//! Removing keys, or giving them less time to live, step by step: a walk through the keyspace or the names that the
//! plan found.
//!
//! Knows replies as values; asks nothing itself. Invariant: a key is looked at right before it goes, and one that is
//! protected, of another type or not as it was kept stays; the cursor goes on over what was removed.

mod free;
mod keep;

use super::InvalidateWork;
use super::found::FoundPlace;
use super::spread::Chance;
use crate::core::limits::{KEY_BATCH, UNLINK_BATCH};
use crate::core::model::Name;
use crate::core::model::refusals::RefusalCode;
use crate::core::ops::plan::Work;
use crate::core::ops::protect::shapes::{self, Companion};
use crate::core::ops::step::{Answer, End, Machine, Order, Step, Tally, end_of, strange};
use crate::core::ops::types::{types_in, types_of};
use crate::core::wire::{Inspect, ReadCmd, Resp, ScanFor, WriteCmd};
use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};

impl Work for InvalidateWork {
    fn machine(&self, archive: bool) -> Box<dyn Machine> {
        Box::new(self.begin(archive, Some(0)))
    }

    fn machine_at_once(&self, archive: bool) -> Box<dyn Machine> {
        // What the plan has just found needs no other walk.
        let cursor = if self.found.is_some() { None } else { Some(0) };
        Box::new(self.begin(archive, cursor))
    }

    fn verb(&self) -> Option<&'static str> {
        self.expire_ms.map(|_| "Expire")
    }

    fn note(&self, tally: Tally) -> Option<String> {
        (tally.lost > 0)
            .then(|| format!("{} keys had gone, changed or had less time to live already", tally.lost))
    }
}

impl InvalidateWork {
    /// An invalidation that begins here in the walk, or with what the plan has found.
    fn begin(&self, archive: bool, cursor: Option<u64>) -> InvalidateMachine {
        InvalidateMachine {
            work: self.clone(),
            archive,
            cursor,
            found: cursor.is_none().then(FoundPlace::default),
            waiting: VecDeque::new(),
            chosen: Vec::new(),
            kinds: BTreeMap::new(),
            dumped: Vec::new(),
            shortened: Vec::new(),
            stage: InvalidateStage::Walk,
            has_page: false,
            companions: Vec::new(),
            asks_together: true,
            has_scripts: true,
            passed: 1,
            scanned: 0,
            tally: Tally::default(),
            spread: Chance::new(self.seed),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum InvalidateStage {
    /// A page of SCAN was asked.
    Walk,
    /// Keys were told to go, each by the types with which it may.
    Free,
    /// Types were asked.
    Look,
    /// Types of keys were asked that tell a queue.
    Companions,
    /// Sizes were asked.
    Size,
    /// Dumps, or times to live, were asked.
    Dump,
}

/// An invalidation under way.
#[derive(Debug)]
struct InvalidateMachine {
    work: InvalidateWork,
    archive: bool,
    /// Where SCAN goes on; none when it is through.
    cursor: Option<u64>,
    /// Which of the names that the plan has found is next; none where the walk finds them.
    found: Option<FoundPlace>,
    /// Keys of the page that were not looked at yet.
    waiting: VecDeque<Name>,
    chosen: Vec<Name>,
    /// The types of the keys that are told to go, where a script sees to them.
    kinds: BTreeMap<Name, String>,
    /// What was kept: checksum and length of each dump.
    dumped: Vec<(Name, Vec<u8>, usize)>,
    /// What was kept and is to expire: when each is.
    shortened: Vec<(Name, u64)>,
    stage: InvalidateStage,
    /// The next page was asked for beside the types.
    has_page: bool,
    /// What was asked for each of the chosen keys.
    companions: Vec<(Name, Vec<Companion>)>,
    /// Types are asked by one script.
    asks_together: bool,
    /// A script may be run at all, and remove a key by its type.
    has_scripts: bool,
    /// How many keys SCAN is to pass over for one that it names, as the last pages had it.
    passed: u32,
    /// How many the page that is asked for passes over.
    scanned: u32,
    tally: Tally,
    spread: Chance,
}

impl InvalidateMachine {
    fn ask(&mut self, batch: u32) -> Step {
        self.refill(batch);
        if !self.waiting.is_empty() && self.is_direct() {
            return self.free(batch);
        }
        if !self.waiting.is_empty() {
            let count = (batch.max(1) as usize).min(self.waiting.len());
            self.chosen = self.waiting.drain(..count).collect();
            self.stage = InvalidateStage::Look;
            self.kinds.clear();
            let next = if self.waiting.is_empty() { self.scan(batch) } else { None };
            self.has_page = next.is_some();
            return Step::Ask(types_of(&self.chosen, self.asks_together).into_iter().chain(next).collect());
        }
        let Some(scan) = self.scan(batch) else { return Step::Done(End::Complete) };
        self.stage = InvalidateStage::Walk;
        Step::Ask(vec![scan])
    }

    /// The next page: a little less than one step has, since SCAN gives a little more or less than it is asked for.
    fn scan(&mut self, batch: u32) -> Option<ReadCmd> {
        let count = (batch - batch / 8).saturating_mul(self.passed).max(KEY_BATCH.0);
        let pattern = Some(self.work.pattern.clone());
        self.scanned = count;
        self.cursor.map(|cursor| ReadCmd::Scan { cursor, pattern, count, wanted: ScanFor::Sizes })
    }

    fn read(&mut self, replies: &[Resp], batch: u32) -> Step {
        match self.stage {
            InvalidateStage::Walk | InvalidateStage::Free => self.walked(replies, batch),
            InvalidateStage::Look => self.looked(replies, batch),
            InvalidateStage::Companions => self.accompanied(replies, batch),
            InvalidateStage::Size => self.sized(replies, batch),
            InvalidateStage::Dump => self.dumped(replies, batch),
        }
    }

    fn walked(&mut self, replies: &[Resp], batch: u32) -> Step {
        self.turn(replies.first()).map_or_else(|step| step, |()| self.ask(batch))
    }

    /// Takes a page in.
    fn turn(&mut self, page: Option<&Resp>) -> Result<(), Step> {
        let page = match page {
            Some(Resp::Error(refusal)) => return Err(end_of(refusal)),
            Some(page) => page.items(),
            None => None,
        };
        let Some([next, keys]) = page else { return Err(strange()) };
        let next = next.text().and_then(|next| next.parse::<u64>().ok()).ok_or_else(strange)?;
        let names: Option<Vec<Vec<u8>>> =
            keys.items().and_then(|keys| keys.iter().map(|key| key.bytes().map(Cow::into_owned)).collect());
        let names = names.ok_or_else(strange)?;
        self.cursor = Some(next).filter(|next| *next != 0);
        self.passes(names.len());
        self.waiting.extend(names.into_iter().map(Name::from));
        Ok(())
    }

    fn looked(&mut self, mut replies: &[Resp], batch: u32) -> Step {
        if std::mem::take(&mut self.has_page) {
            let Some((page, types)) = replies.split_last() else { return strange() };
            if let Err(step) = self.turn(Some(page)) {
                return step;
            }
            replies = types;
        }
        let replies = match self.types(replies) {
            Ok(replies) => replies,
            Err(step) => return step,
        };
        let chosen = std::mem::take(&mut self.chosen);
        if replies.len() != chosen.len() {
            return strange();
        }
        for (key, reply) in chosen.into_iter().zip(replies) {
            if let Resp::Error(refusal) = &reply {
                return end_of(refusal);
            }
            let Some(kind) = reply.text() else { return strange() };
            self.seen(key, kind);
        }
        self.ask_companions(batch)
    }

    /// Takes in the type of a key.
    fn seen(&mut self, key: Name, kind: String) {
        // Gone meanwhile: SCAN may name a key twice, and others work too.
        if kind == "none" || self.work.kind.as_deref().is_some_and(|wanted| wanted != kind) {
            return;
        }
        if self.work.protected.reason(&key, &kind).is_some() {
            self.tally.left += 1;
        } else {
            let companions = shapes::companions(&key, &kind);
            self.kinds.insert(key.clone(), kind);
            self.companions.push((key, companions));
        }
    }

    fn ask_companions(&mut self, batch: u32) -> Step {
        let asked = self.companion_keys();
        if asked.is_empty() {
            return self.take(batch);
        }
        self.stage = InvalidateStage::Companions;
        Step::Ask(types_of(&asked, self.asks_together))
    }

    /// The types out of the replies, or, where scripts are not allowed, the question for each key itself.
    fn types(&mut self, replies: &[Resp]) -> Result<Vec<Resp>, Step> {
        if !self.asks_together {
            return Ok(replies.to_vec());
        }
        let refusal = replies.iter().find_map(|reply| match reply {
            Resp::Error(refusal) => Some(refusal),
            _ => None,
        });
        if let Some(refusal) = refusal {
            self.asks_together = false;
            // A cluster runs no script on keys of several slots, but on each by itself.
            self.has_scripts = refusal.refusal() == Some(RefusalCode::CrossSlot);
            let keys = match self.stage {
                InvalidateStage::Companions => self.companion_keys(),
                _ => self.chosen.clone(),
            };
            return Err(Step::Ask(types_of(&keys, false)));
        }
        types_in(replies.to_vec()).ok_or_else(strange)
    }

    fn companion_keys(&self) -> Vec<Name> {
        shapes::names(self.companions.iter().flat_map(|(_, asked)| asked))
    }

    /// A key stays when one of its companions is there with the right type.
    fn accompanied(&mut self, replies: &[Resp], batch: u32) -> Step {
        let (names, replies) = match self.types(replies) {
            Ok(replies) => (self.companion_keys(), replies),
            Err(step) => return step,
        };
        if replies.len() != names.len() {
            return strange();
        }
        let mut kinds = BTreeMap::new();
        for (name, reply) in names.into_iter().zip(replies) {
            match (&reply, reply.text()) {
                (Resp::Error(refusal), _) => return end_of(refusal),
                (_, Some(kind)) => drop(kinds.insert(name, kind)),
                (_, None) => return strange(),
            }
        }
        for (key, asked) in std::mem::take(&mut self.companions) {
            if shapes::whose(&asked, &kinds).is_some() {
                self.tally.left += 1;
            } else {
                self.companions.push((key, Vec::new()));
            }
        }
        self.take(batch)
    }

    /// What was looked at and may go, goes on.
    fn take(&mut self, batch: u32) -> Step {
        self.chosen = std::mem::take(&mut self.companions).into_iter().map(|(key, _)| key).collect();
        if self.chosen.is_empty() {
            return self.ask(batch);
        }
        if !self.archive {
            return self.tell();
        }
        self.stage = InvalidateStage::Size;
        let size = |key: &Name| ReadCmd::Inspect(Inspect::MemoryUsage(key.clone()));
        Step::Ask(self.chosen.iter().map(size).collect())
    }

    fn tell(&mut self) -> Step {
        let lt = self.work.has_lt;
        let commands: Vec<WriteCmd> = match (self.work.expire_ms, self.archive) {
            (Some(most_ms), false) => {
                let keys = std::mem::take(&mut self.chosen);
                keys.into_iter()
                    .map(|key| WriteCmd::Expire { key, ms: self.spread.ms(most_ms, self.archive), lt })
                    .collect()
            }
            (Some(_), true) => std::mem::take(&mut self.shortened)
                .into_iter()
                .map(|(key, at_ms)| WriteCmd::ExpireAt { key, at_ms, lt })
                .collect(),
            (None, true) => std::mem::take(&mut self.dumped)
                .into_iter()
                .map(|(key, checksum, length)| WriteCmd::UnlinkKept { key, checksum, length })
                .collect(),
            (None, false) if self.has_scripts => {
                let keys = std::mem::take(&mut self.chosen).into_iter();
                let typed = keys.filter_map(|key| self.kinds.remove(&key).map(|kind| (key, kind)));
                let typed: Vec<(Name, String)> = typed.collect();
                let together = if self.asks_together { typed.len().max(1) } else { 1 };
                typed.chunks(together).map(|some| WriteCmd::UnlinkTyped(some.to_vec())).collect()
            }
            (None, false) => std::mem::take(&mut self.chosen).into_iter().map(WriteCmd::Unlink).collect(),
        };
        Step::Tell(Order::new(commands))
    }

    fn told(&mut self, replies: &[Resp], batch: u32) -> Step {
        let mut refused = None;
        // A script about many keys answers a number for each.
        for reply in replies.iter().flat_map(|reply| reply.items().unwrap_or(std::slice::from_ref(reply))) {
            match (reply, reply.int()) {
                (Resp::Error(refusal), _) => refused = Some(refusal),
                (_, Some(0)) => self.tally.lost += 1,
                (_, Some(-1)) => self.tally.left += 1,
                _ => self.tally.done += 1,
            }
        }
        match refused {
            Some(refusal) => end_of(refusal),
            None => self.ask(batch),
        }
    }
}

impl Machine for InvalidateMachine {
    fn next(&mut self, answer: Answer, batch: u32) -> Step {
        match answer {
            Answer::Begin => self.ask(batch),
            Answer::Read(replies) => self.read(&replies, batch),
            Answer::Kept => {
                self.tally.kept += (self.shortened.len() + self.dumped.len()) as u64;
                self.tell()
            }
            Answer::Told(replies) => self.told(&replies, batch),
            Answer::ToldAndRead(told, read) => self.freed(&told, &read, batch),
            Answer::Loaded(_) => strange(),
        }
    }

    fn prepare(&mut self, batch: u32) {
        self.refill(batch);
    }

    fn tally(&self) -> Tally {
        self.tally
    }

    fn batch(&self) -> (u32, u32, u32) {
        if self.archive || self.work.expire_ms.is_some() { KEY_BATCH } else { UNLINK_BATCH }
    }
}

#[cfg(test)]
mod tests;
