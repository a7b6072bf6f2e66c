//! The walk through the keyspace for the plan of an invalidation: names page by page, and the types of what may go.
//!
//! Knows pages, types and what they stand for; decides nothing. Invariants: each key is counted once, the name of each is
//! checked, and where there are so many that only some are asked for their types, one that is asked stands for those since the
//! last. A step holds the server no longer than the pace allows, and is answered while the one before is looked through.

use super::found::FoundKeys;
use super::plan::InvalidateFacts;
use super::request::InvalidateRequest;
use super::seen::{Samples, SeenKeys};
use crate::core::limits::{PLAN_PAGE, SHOWN_NAMES, TYPED_EVERY, TYPED_KEYS};
use crate::core::model::Name;
use crate::core::ops::item_price::ItemPrice;
use crate::core::ops::protect::{Protection, shapes};
use crate::core::ops::refusal::Refusal;
use crate::core::ops::survey::Reader;
use crate::core::ops::types::{TYPES_TOGETHER, kind_word, type_reads, types_in, types_of};
use crate::core::wire::{ReadCmd, Resp, ScanFor};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// COUNT of the first page, and the least: it takes 0.1 ms of the server, which nobody else feels.
const FIRST_COUNT: u32 = 100;

/// Types that one step asks, at most: what is under way while the figures of the hit ratio are read can't be told from what
/// clients look up.
const TYPES_A_STEP: usize = 2 * TYPES_TOGETHER;

/// A key whose type is asked, and how many it stands for.
type AskedKey = (Name, u64);

/// The walk.
pub(super) struct Walk<'a> {
    reader: &'a Reader,
    request: &'a InvalidateRequest,
    protected: Protection,
    facts: &'a mut InvalidateFacts,
    samples: &'a mut Samples,
    seen: SeenKeys,
    /// For a run that follows at once.
    found: FoundKeys,
    /// Where scripts are refused they are not asked for again.
    together: bool,
    price: ItemPrice,
    count: u32,
    /// Where SCAN goes on; none while it is under way, and when it is through.
    cursor: Option<u64>,
    /// Keys that COUNT has passed over.
    passed: u64,
    /// Keys whose types are asked with the next page.
    untyped: Vec<AskedKey>,
    matched: u64,
    /// Keys whose types were asked, and those that they stand for beside themselves.
    typed: u64,
    stood_for: u64,
    /// The last key whose type is not asked, and how many there are since one that was.
    unasked: (Vec<u8>, u64),
}

/// A step that was sent.
struct OpenPage {
    is_figured: bool,
    /// COUNT, where a page was asked for.
    scans: Option<u32>,
    asked: Vec<AskedKey>,
    /// Whether their types were asked by scripts.
    together: bool,
}

impl<'a> Walk<'a> {
    pub(super) fn new(
        reader: &'a Reader,
        request: &'a InvalidateRequest,
        (facts, samples): (&'a mut InvalidateFacts, &'a mut Samples),
    ) -> Self {
        Self {
            reader,
            request,
            protected: Protection::new(&request.protect, request.kind.as_deref()),
            facts,
            samples,
            seen: SeenKeys::new(reader.place().seed),
            found: FoundKeys::default(),
            together: true,
            price: ItemPrice::default(),
            count: FIRST_COUNT,
            cursor: Some(0),
            passed: 0,
            untyped: Vec::new(),
            matched: 0,
            typed: 0,
            stood_for: 0,
            unasked: (Vec::new(), 0),
        }
    }

    /// Goes through all of it, or as far as there is time.
    pub(super) async fn go(mut self) -> Result<(), Refusal> {
        let mut open = self.begin().await?;
        loop {
            let mut replies = self.finish(&open).await?;
            let page = match open.scans {
                Some(_) => Some(read_page(replies.pop())?),
                None => None,
            };
            let was_through = self.cursor.is_none() && page.is_none();
            self.cursor = page.as_ref().map_or(self.cursor, |(next, _)| *next);
            if self.reader.moment().is_late && self.cursor.is_some() {
                self.facts.cut_at = Some(self.passed);
                self.cursor = None;
            }
            let is_through = self.cursor.is_none() && !was_through;
            // The next step is on its way while this one is looked through.
            let following = match self.cursor.is_some() || !self.untyped.is_empty() {
                true => Some(self.begin().await?),
                false => None,
            };
            let kinds = self.kinds(&open.asked, replies, open.together).await?;
            self.sort(open.asked, kinds).await?;
            if let Some((_, keys)) = page {
                keys.iter().filter_map(Resp::bytes).for_each(|key| self.take(&key));
                let all = self.facts.all_keys;
                self.reader.tell("keys", all.map_or(self.passed, |all| self.passed.min(all)), all);
            }
            if is_through {
                self.ask_last();
            }
            open = match following {
                Some(following) => following,
                None if self.untyped.is_empty() => break,
                None => self.begin().await?,
            };
        }
        self.facts.typed = (self.stood_for > 0).then_some(self.typed);
        if self.facts.cut_at.is_none() {
            self.facts.found = self.found.whole().map(Arc::new);
        }
        self.facts.is_exact = !self.seen.is_full() && self.facts.cut_at.is_none() && self.stood_for == 0;
        Ok(())
    }

    /// Sends the types of some that were found, and the next page where that leaves no more of them than a step asks.
    async fn begin(&mut self) -> Result<OpenPage, Refusal> {
        // A script is worth it for a hundred.
        let is_worth_it = self.untyped.len() >= TYPES_TOGETHER || self.cursor.is_none();
        let most = if is_worth_it { TYPES_A_STEP.min(self.untyped.len()) } else { 0 };
        let asked: Vec<AskedKey> = self.untyped.drain(..most).collect();
        let names = names_of(&asked);
        let (count, pattern) = (self.count, Some(self.request.pattern.clone()));
        let cursor = if self.untyped.len() < TYPES_A_STEP { self.cursor.take() } else { None };
        let scan = cursor.map(|cursor| ReadCmd::Scan { cursor, pattern, count, wanted: ScanFor::Sizes });
        let scans = scan.is_some().then_some(count);
        self.passed = self.passed.saturating_add(scans.into_iter().map(u64::from).sum());
        let figures = self.price.figures(self.reader.moment().now_us);
        let is_figured = figures.is_some();
        let together = self.together;
        let commands = figures.into_iter().chain(types_of(&names, together)).chain(scan).collect();
        self.reader.begin(commands).await?;
        Ok(OpenPage { is_figured, scans, asked, together })
    }

    /// The replies to what was sent, the server's own figures apart: the types first, the page last.
    async fn finish(&mut self, open: &OpenPage) -> Result<Vec<Resp>, Refusal> {
        let mut exchanges = self.reader.finish().await?.into_iter();
        if let Some(told) = open.is_figured.then(|| exchanges.next()).flatten() {
            self.price.figured(told, &["scan", "eval", "type"]);
        }
        // By what it takes of the server, in the server's own figures where it tells them, whatever the network adds. A type
        // takes about as much as a key that is passed over.
        let moment = self.reader.moment();
        let items = open.scans.into_iter().sum::<u32>().saturating_add(number(&open.asked)).max(1);
        self.price.took(u64::from(items), moment.trip_us, moment.idle_us);
        let fits = self.price.fitting(moment.step_us, items.max(self.count));
        let most = if self.asks_all() { TYPES_A_STEP as u32 } else { PLAN_PAGE };
        self.count = fits.clamp(FIRST_COUNT, most);
        Ok(exchanges.filter_map(|exchange| exchange.reply.ok()).collect())
    }

    /// Takes the name of a key in: whether its type is asked, and for how many it stands.
    fn take(&mut self, key: &[u8]) {
        if !self.seen.is_new(key) {
            return;
        }
        self.matched += 1;
        self.found.add(key);
        if self.asks_all() {
            self.untyped.push((Name::new(key), 1));
        } else if let Some(reason) = self.protected.of_name(key) {
            self.facts.stays(reason, Name::new(key), 1);
        } else if self.protected.may_tell_a_queue(key) {
            self.untyped.push((Name::new(key), 1));
        } else {
            self.unasked.0.clear();
            self.unasked.0.extend_from_slice(key);
            self.unasked.1 += 1;
            if self.unasked.1 >= TYPED_EVERY {
                self.ask_last();
            }
        }
    }

    /// Whether the type of every key is asked that comes next.
    fn asks_all(&self) -> bool {
        self.matched <= TYPED_KEYS || self.request.kind.is_some()
    }

    /// The last key whose type is not asked stands for all since one that was.
    fn ask_last(&mut self) {
        let stands_for = std::mem::take(&mut self.unasked.1);
        if stands_for > 0 {
            self.untyped.push((Name::new(self.unasked.0.as_slice()), stands_for));
        }
    }

    /// Counts keys where they belong: of those that may be part of a queue, the keys beside them are asked for.
    async fn sort(&mut self, asked: Vec<AskedKey>, kinds: Vec<Cow<'static, str>>) -> Result<(), Refusal> {
        let mut open = Vec::new();
        for ((key, stands_for), kind) in asked.into_iter().zip(kinds) {
            self.typed += 1;
            self.stood_for += stands_for - 1;
            if kind == "none" || self.request.kind.as_ref().is_some_and(|wanted| *wanted != kind) {
                continue;
            }
            if self.protected.free_kinds(key.as_bytes()).contains(&kind.as_ref()) {
                self.goes(key, &kind, stands_for);
            } else if let Some(reason) = self.protected.reason(&key, &kind) {
                self.facts.stays(reason, key, stands_for);
            } else {
                let companions = shapes::companions(&key, &kind);
                open.push((key, kind, stands_for, companions));
            }
        }
        let mut types = BTreeMap::new();
        let beside = shapes::names(open.iter().flat_map(|(_, _, _, companions)| companions));
        let beside: Vec<AskedKey> = beside.into_iter().map(|key| (key, 1)).collect();
        for some in beside.chunks(TYPES_TOGETHER) {
            let together = self.together;
            let replies = self.reader.ask(type_reads(&names_of(some), together)).await?;
            let kinds = self.kinds(some, replies, together).await?;
            types.extend(names_of(some).into_iter().zip(kinds));
        }
        for (key, kind, stands_for, companions) in open {
            match shapes::whose(&companions, &types) {
                Some(reason) => self.facts.stays(reason, key, stands_for),
                None => self.goes(key, &kind, stands_for),
            }
        }
        Ok(())
    }

    fn goes(&mut self, key: Name, kind: &str, stands_for: u64) {
        self.facts.goes(&key, kind, stands_for);
        self.samples.take(key, stands_for);
    }

    /// What each key is, from the replies; asked key by key where the script was refused.
    async fn kinds(
        &mut self,
        keys: &[AskedKey],
        replies: Vec<Resp>,
        together: bool,
    ) -> Result<Vec<Cow<'static, str>>, Refusal> {
        let strange = || Refusal::because("TYPE: a reply that streamgauge does not know");
        let is_refused = |reply: &Resp| !matches!(reply, Resp::Array(_));
        let types: Vec<Resp> = if together && replies.iter().any(is_refused) {
            self.together = false;
            self.reader.ask(type_reads(&names_of(keys), false)).await?
        } else if together {
            types_in(replies).ok_or_else(strange)?
        } else {
            replies
        };
        if types.len() != keys.len() {
            return Err(Refusal::because("TYPE: a reply is missing"));
        }
        let kind = |((key, _), reply): (&AskedKey, Resp)| match reply {
            Resp::Error(refusal) => Err(Refusal::because(format!("TYPE {key}: {refusal}"))),
            reply => kind_word(&reply).ok_or_else(strange),
        };
        keys.iter().zip(types).map(kind).collect()
    }
}

fn number(keys: &[AskedKey]) -> u32 {
    u32::try_from(keys.len()).unwrap_or(u32::MAX)
}

fn names_of(keys: &[AskedKey]) -> Vec<Name> {
    keys.iter().map(|(key, _)| key.clone()).collect()
}

/// Cursor and keys of a page of SCAN; no cursor at the end.
fn read_page(page: Option<Resp>) -> Result<(Option<u64>, Vec<Resp>), Refusal> {
    let strange = || Refusal::because("SCAN: a reply that streamgauge does not know");
    let mut parts = match page {
        None => return Err(Refusal::because("SCAN: no reply")),
        Some(Resp::Error(refusal)) => return Err(Refusal::because(format!("SCAN: {refusal}"))),
        Some(Resp::Array(parts)) => parts.into_iter(),
        Some(_) => return Err(strange()),
    };
    let (Some(next), Some(Resp::Array(keys)), None) = (parts.next(), parts.next(), parts.next()) else {
        return Err(strange());
    };
    let next: u64 = next.text().and_then(|next| next.parse().ok()).ok_or_else(strange)?;
    match keys.iter().all(|key| key.bytes().is_some()) {
        true => Ok(((next > 0).then_some(next), keys)),
        false => Err(strange()),
    }
}

impl InvalidateFacts {
    fn stays(&mut self, reason: &str, key: Name, keys: u64) {
        match self.stays.get_mut(reason) {
            Some((count, _)) => *count += keys,
            None => drop(self.stays.insert(reason.to_owned(), (keys, key))),
        }
    }

    fn goes(&mut self, key: &Name, kind: &str, keys: u64) {
        self.keys += keys;
        match self.kinds.get_mut(kind) {
            Some(count) => *count += keys,
            None => drop(self.kinds.insert(kind.to_owned(), keys)),
        }
        if self.names.len() < SHOWN_NAMES {
            self.names.push(key.clone());
        }
    }
}
