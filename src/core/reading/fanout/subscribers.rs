//! Subscribers that fall behind: what waits in their output buffers, how it grows, when they will be cut off; and
//! those that went away with something unread.
//!
//! Knows buffers over time. Does not know whether a message was lost: whoever is cut off loses what waited. Invariants:
//! one full buffer is a moment, two are a subscriber that is behind; our own connections are left out.

use crate::core::limits;
use crate::core::model::clients::{Client, OutputLimit};
use crate::core::model::probe::is_our_client;
use crate::core::model::{Name, Stamped};
use std::collections::{BTreeMap, VecDeque};

/// Growth is taken over this much of the last time, microseconds.
const GROWTH_US: i64 = 12_000_000;
/// In so many lists a subscriber must have been behind to be slow.
const SLOW_LISTS: usize = 2;
/// Whoever went away is told for so long, microseconds.
const TOLD_US: i64 = 600_000_000;
/// Whoever had less than this share of its limit was hardly cut off for it.
const NEARLY: f64 = 0.8;

/// Everybody who subscribes.
#[derive(Clone, Debug, Default)]
pub struct Subscribers {
    list: Option<Stamped<Vec<Client>>>,
    behind: BTreeMap<u64, SubscriberBuffer>,
    vanished: VecDeque<Vanished>,
    layout: Option<u64>,
    cuts_at_list: Option<u64>,
}

/// The output buffer of one subscriber over time: only as long as something waits in it.
#[derive(Clone, Debug, PartialEq)]
pub struct SubscriberBuffer {
    samples: VecDeque<(i64, u64)>,
    over_soft_us: Option<i64>,
}

/// Why somebody went away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The server's own counter says that it cut somebody off (7.4, Valkey 8).
    CutOff,
    /// Its buffer was about to reach its limit.
    Likely,
    /// Nobody can tell.
    Unknown,
}

/// A subscriber that was behind and is gone.
#[derive(Clone, Debug, PartialEq)]
pub struct Vanished {
    /// Its id.
    pub id: u64,
    /// Its name.
    pub name: Name,
    /// Its address.
    pub address: Name,
    /// What waited for it when it was seen last, bytes.
    pub omem_bytes: u64,
    /// When it was missed, microseconds since 1970.
    pub at_us: i64,
    /// Why.
    pub cause: Cause,
}

/// When a subscriber will be cut off.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cutoff {
    /// The limit or the growth is not known.
    Unknown,
    /// Not as it goes: there is no limit, or the buffer does not grow.
    Never,
    /// In so many seconds.
    In(f64),
}

/// A subscriber that is behind.
#[derive(Clone, Copy, Debug)]
pub struct Slow<'a> {
    /// Who.
    pub client: &'a Client,
    /// Since when something waits, microseconds since 1970.
    pub since_us: i64,
    /// What waits, bytes.
    pub omem_bytes: u64,
    /// How it grows, bytes a second; negative while it catches up.
    pub growth_per_s: Option<f64>,
    /// In how many lists it was behind.
    pub samples: usize,
    /// When it will be cut off.
    pub cut: Cutoff,
}

impl SubscriberBuffer {
    fn new() -> Self {
        Self { samples: VecDeque::new(), over_soft_us: None }
    }

    fn add(&mut self, at_us: i64, bytes: u64, limit: Option<OutputLimit>) {
        let soft = limit.and_then(|limit| limit.soft).filter(|&soft| bytes > soft);
        self.over_soft_us = soft.map(|soft| self.over_soft_us.unwrap_or(self.crossed_us(soft, at_us, bytes)));
        self.samples.push_back((at_us, bytes));
        while self.samples.len() > limits::BUFFER_SAMPLES {
            self.samples.pop_front();
        }
    }

    /// When the line from the last sample to this one crossed a height.
    fn crossed_us(&self, height: u64, at_us: i64, bytes: u64) -> i64 {
        let Some(&(before_us, before)) = self.samples.back() else { return at_us };
        let share = (height.saturating_sub(before)) as f64 / bytes.saturating_sub(before).max(1) as f64;
        before_us + ((at_us - before_us) as f64 * share.clamp(0.0, 1.0)) as i64
    }

    /// Bytes a second over the last seconds; `None` before the second sample.
    fn growth_per_s(&self) -> Option<f64> {
        let &(to_us, to) = self.samples.back()?;
        let recent = |(at_us, _): &&(i64, u64)| to_us.saturating_sub(*at_us) <= GROWTH_US;
        let &(from_us, from) = self.samples.iter().find(recent)?;
        let span_us = Some(to_us - from_us).filter(|&us| us > 0)?;
        Some((to as f64 - from as f64) * 1e6 / span_us as f64)
    }

    fn cut(&self, limit: Option<OutputLimit>, now_us: i64) -> Cutoff {
        let (Some(limit), Some(&(at_us, bytes))) = (limit, self.samples.back()) else {
            return Cutoff::Unknown;
        };
        let Some(growth) = self.growth_per_s() else { return Cutoff::Unknown };
        let until = |height: u64| {
            let left = height.saturating_sub(bytes) as f64;
            if left == 0.0 { Some(0.0) } else { (growth > 0.0).then(|| left / growth) }
        };
        let since_s = |us: i64| at_us.saturating_sub(us) as f64 / 1e6;
        let hard_s = limit.hard.and_then(until);
        let soft_s = limit.soft.and_then(|height| match self.over_soft_us {
            Some(over_us) => Some((limit.soft_s as f64 - since_s(over_us)).max(0.0)),
            None => until(height).map(|until_s| until_s + limit.soft_s as f64),
        });
        let passed_s = now_us.saturating_sub(at_us) as f64 / 1e6;
        match [hard_s, soft_s].into_iter().flatten().reduce(f64::min) {
            Some(seconds) => Cutoff::In((seconds - passed_s).max(0.0)),
            None => Cutoff::Never,
        }
    }

    /// Whether it was about to reach its limit at this moment.
    fn is_nearly_full(&self, limit: OutputLimit, at_us: i64) -> bool {
        let Some(&(last_us, bytes)) = self.samples.back() else { return false };
        let growth = self.growth_per_s().unwrap_or(0.0).max(0.0);
        let then = bytes as f64 + growth * (at_us.saturating_sub(last_us)) as f64 / 1e6;
        let is_high = limit.hard.is_some_and(|hard| then >= hard as f64 * NEARLY);
        let is_long = self.over_soft_us.is_some_and(|over_us| {
            at_us.saturating_sub(over_us) as f64 / 1e6 >= limit.soft_s as f64 * NEARLY
        });
        is_high || is_long
    }
}

impl Subscribers {
    /// Takes the next list in.
    pub fn advance(&mut self, mut list: Stamped<Vec<Client>>, limit: Option<OutputLimit>) {
        list.value.retain(|client| !is_our_client(client));
        let was_cut = self.layout.zip(self.cuts_at_list).is_some_and(|(now, before)| now > before);
        let mut before = std::mem::take(&mut self.behind);
        for client in &list.value {
            let buffer = before.remove(&client.id);
            let Some(bytes) = client.omem.filter(|&bytes| bytes > 0) else { continue };
            if self.behind.len() < limits::SLOW_SUBSCRIBERS {
                let mut buffer = buffer.unwrap_or_else(SubscriberBuffer::new);
                buffer.add(list.at_us, bytes, limit);
                self.behind.insert(client.id, buffer);
            }
        }
        for (id, buffer) in before {
            self.miss(id, &buffer, list.at_us, limit, was_cut);
        }
        self.cuts_at_list = self.layout;
        // What is beyond the bound is what waits for nothing.
        list.value.sort_by_key(|client| std::cmp::Reverse(client.omem));
        list.value.truncate(limits::SUBSCRIBERS);
        self.list = Some(list);
    }

    /// Somebody who was behind is not on the list any more.
    fn miss(
        &mut self,
        id: u64,
        buffer: &SubscriberBuffer,
        at_us: i64,
        limit: Option<OutputLimit>,
        was_cut: bool,
    ) {
        let known = self.list.as_ref().and_then(|list| list.value.iter().find(|client| client.id == id));
        let Some((client, &(_, omem_bytes))) = known.zip(buffer.samples.back()) else { return };
        let is_full = limit.is_some_and(|limit| buffer.is_nearly_full(limit, at_us));
        self.vanished.push_back(Vanished {
            id,
            name: client.name.clone(),
            address: client.address.clone(),
            omem_bytes,
            at_us,
            cause: match (was_cut, is_full) {
                (true, _) => Cause::CutOff,
                (false, true) => Cause::Likely,
                (false, false) => Cause::Unknown,
            },
        });
        while self.vanished.len() > limits::VANISHED {
            self.vanished.pop_front();
        }
    }

    /// Takes the server's count of clients that it cut off in.
    pub fn count_cuts(&mut self, layout: Option<u64>) {
        self.layout = layout;
    }

    /// Whoever went away long ago is told no more.
    pub fn forget(&mut self, now_us: i64) {
        self.vanished.retain(|vanished| now_us.saturating_sub(vanished.at_us) < TOLD_US);
    }

    /// The last list: whoever is behind first; our own connections are not on it.
    pub fn list(&self) -> Option<&Stamped<Vec<Client>>> {
        self.list.as_ref()
    }

    /// Whoever has been behind in two lists or more, the greatest buffer first.
    pub fn slow(&self, limit: Option<OutputLimit>, now_us: i64) -> Vec<Slow<'_>> {
        let Some(list) = &self.list else { return Vec::new() };
        // The list is sorted by what waits.
        let behind = list.value.iter().filter_map(|client| Some((client, self.behind.get(&client.id)?)));
        behind.filter_map(|(client, buffer)| slow(client, buffer, limit, now_us)).collect()
    }

    /// Whether anybody is slow: quick, for it is asked with every frame.
    pub fn is_anybody_slow(&self) -> bool {
        self.behind.values().any(|buffer| buffer.samples.len() >= SLOW_LISTS)
    }

    /// Whoever was behind and went away within the last ten minutes, oldest first.
    pub fn vanished(&self) -> impl Iterator<Item = &Vanished> {
        self.vanished.iter()
    }
}

fn slow<'a>(
    client: &'a Client,
    buffer: &SubscriberBuffer,
    limit: Option<OutputLimit>,
    now_us: i64,
) -> Option<Slow<'a>> {
    let (&(since_us, _), &(_, omem_bytes)) = (buffer.samples.front()?, buffer.samples.back()?);
    (buffer.samples.len() >= SLOW_LISTS).then(|| Slow {
        client,
        since_us,
        omem_bytes,
        growth_per_s: buffer.growth_per_s(),
        samples: buffer.samples.len(),
        cut: buffer.cut(limit, now_us),
    })
}
