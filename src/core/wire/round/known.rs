//! The streams and groups seen so far, and whose turn it is.
//!
//! Knows sizes that predict cost; keeps no figures for show (`Reading` does). Invariant: what is looked at is
//! asked first, everything else gets its turn, and the number of streams is bounded.

use super::super::observation::{NoReply, Observation};
use super::super::read::{ReadCmd, ReadVerb};
use super::super::resp::{ErrorKind, Resp};
use super::capabilities::Capabilities;
use super::costs::ConsumersCost;
use super::trims::TrimMark;
use super::{Focus, Round};
use crate::core::figures::sentence::latency;
use crate::core::limits;
use crate::core::model::gap::GapScope;
use crate::core::model::probe::is_ours;
use crate::core::model::{Gap, GapReason, Name, Snapshot, StreamId};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

/// How long a stream rests whose key may not be read.
const DENIED_KEY_US: u64 = limits::DENIED_REST_US;
/// How often a fat stream is asked whole where no script can make it lean.
const WHOLE_AGAIN_US: u64 = 30_000_000;

/// Everything known.
#[derive(Clone, Debug, Default)]
pub struct Known {
    pub(super) streams: BTreeMap<Name, KnownStream>,
    pub(super) count_turn: Option<(Name, Name)>,
    /// The server's clock at the last answer, milliseconds since 1970.
    pub(super) now_ms: i64,
    stream_turn: Option<Name>,
    group_turn: Option<(Name, Name)>,
    suspicious_turn: Option<(Name, Name)>,
    pub(super) size_turn: Option<Name>,
    pub(super) sample_turn: Option<(Name, Name)>,
    refused: usize,
    /// Whether there is such a stream: then others are tried a few at a time.
    has_denied: bool,
    list_cost: ConsumersCost,
}

#[derive(Clone, Debug, Default)]
pub(super) struct KnownStream {
    pub(super) groups: BTreeMap<Name, KnownGroup>,
    pub(super) group_count: Option<u64>,
    /// Whether its groups were read at least once.
    pub(super) has_groups: bool,
    pub(super) reply_bytes: u64,
    pub(super) length: Option<u64>,
    pub(super) ends: Option<(StreamId, StreamId)>,
    whole_due_us: u64,
    pub(super) rests_until_us: u64,
    was_read: bool,
    /// Whether this user may not read it, as far as was tried.
    is_denied: bool,
    /// When its bytes were asked for.
    pub(super) sized_us: Option<u64>,
    pub(super) trim_mark: TrimMark,
}

#[derive(Clone, Debug, Default)]
pub(super) struct KnownGroup {
    pub(super) consumers: Option<u64>,
    pub(super) pending: Option<u64>,
    pub(super) cursor: Option<StreamId>,
    /// Up to where deliveries were sampled.
    pub(super) sampled_to: Option<StreamId>,
    /// How many entries the last count found: what the next one will cost.
    pub(super) backlog: Option<u64>,
    /// Whether it found more than it may count.
    pub(super) was_capped: bool,
    /// The server's own lag.
    pub(super) server_lag: Option<u64>,
    /// The first pending entry, as its last page had it.
    pub(super) first_pending: Option<StreamId>,
    /// When its first rows were looked up in the stream, by the server's clock.
    pub(super) looked_ms: Option<i64>,
    /// When rows from all over its list were asked for.
    pub(super) listed_us: Option<u64>,
    suspicious: bool,
    was_read: bool,
}

impl Known {
    /// How many streams.
    pub fn len(&self) -> usize {
        self.streams.len()
    }

    /// Streams that were found and are not watched, for there are too many.
    pub fn refused_streams(&self) -> usize {
        self.refused
    }

    /// Watches these from now on.
    pub fn add(&mut self, keys: &[Name]) {
        for key in keys {
            if self.streams.contains_key(key) || is_ours(key) {
                continue;
            }
            if self.streams.len() >= limits::STREAMS {
                self.refused += 1;
            } else {
                self.streams.insert(key.clone(), KnownStream::default());
            }
        }
    }

    /// Whether every stream and every group was read once, as far as they may be.
    pub fn all_read(&self, capabilities: &Capabilities) -> bool {
        let may_look_inside =
            capabilities.may(ReadVerb::XinfoConsumers) || capabilities.may(ReadVerb::Xpending);
        self.streams.values().all(|stream| {
            stream.was_read && (!may_look_inside || stream.groups.values().all(|group| group.was_read))
        })
    }

    /// Streams that were never read, and groups whose inside was not.
    pub fn unread(&self, now_us: u64, places: usize) -> (Vec<Name>, Vec<(Name, Name)>) {
        let places = if self.has_denied { places.min(limits::UNREAD_AFTER_DENIALS) } else { places };
        let awake = || self.streams.iter().filter(|(_, stream)| now_us >= stream.rests_until_us);
        let streams = awake().filter(|(_, stream)| !stream.was_read).map(|(key, _)| key.clone());
        let groups = awake().flat_map(|(key, stream)| {
            let unread = stream.groups.iter().filter(|(_, group)| !group.was_read);
            unread.map(|(name, _)| (key.clone(), name.clone()))
        });
        (streams.take(places).collect(), groups.take(places).collect())
    }

    /// The streams of this round: those looked at, then `places` others in turn.
    pub fn streams_in_turn(&mut self, focus: &Focus, places: usize, now_us: u64) -> Vec<Name> {
        let awake = |stream: &KnownStream| now_us >= stream.rests_until_us;
        let mut tries = if self.has_denied { limits::UNREAD_AFTER_DENIALS } else { usize::MAX };
        let mut may_try = |stream: &KnownStream| {
            let is_try = !stream.was_read || stream.is_denied;
            let may = !is_try || tries > 0;
            tries = tries.saturating_sub(usize::from(is_try));
            may
        };
        let mut turn: Vec<Name> = Vec::new();
        let mut chosen = BTreeSet::new();
        for key in &focus.streams {
            if self.streams.get(key).is_some_and(awake) && chosen.insert(key.clone()) {
                turn.push(key.clone());
            }
        }
        let rest = after(&self.streams, self.stream_turn.as_ref());
        let rest = rest.filter(|(key, stream)| awake(stream) && !chosen.contains(*key) && may_try(stream));
        let others: Vec<Name> = rest.take(places).map(|(key, _)| key.clone()).collect();
        if let Some(last) = others.last() {
            self.stream_turn = Some(last.clone());
        }
        turn.extend(others);
        turn
    }

    /// The groups whose inside is read in this round.
    pub fn groups_in_turn(&mut self, focus: &Focus, everything: bool) -> Vec<(Name, Name)> {
        let mut turn: Vec<(Name, Name)> = Vec::new();
        let mut chosen = BTreeSet::new();
        for (key, group) in &focus.groups {
            let known = self.streams.get(key).is_some_and(|stream| stream.groups.contains_key(group));
            if known && chosen.insert((key.clone(), group.clone())) {
                turn.push((key.clone(), group.clone()));
            }
        }
        let (suspicious, rotating) = if everything {
            (usize::MAX, usize::MAX)
        } else {
            (limits::SUSPICIOUS_GROUPS_PER_ROUND, limits::ROTATING_GROUPS_PER_ROUND)
        };
        let looks_wrong =
            self.groups_after(self.suspicious_turn.as_ref(), suspicious, &chosen, |_, group| {
                group.suspicious
            });
        self.suspicious_turn = looks_wrong.last().cloned().or_else(|| self.suspicious_turn.clone());
        chosen.extend(looks_wrong.iter().cloned());
        turn.extend(looks_wrong);
        let others = self.groups_after(self.group_turn.as_ref(), rotating, &chosen, |_, _| true);
        self.group_turn = others.last().cloned().or_else(|| self.group_turn.clone());
        turn.extend(others);
        turn
    }

    pub(super) fn groups_after(
        &self,
        last: Option<&(Name, Name)>,
        places: usize,
        chosen: &BTreeSet<(Name, Name)>,
        wanted: impl Fn(&KnownStream, &KnownGroup) -> bool,
    ) -> Vec<(Name, Name)> {
        if places == 0 {
            return Vec::new();
        }
        let all = |from: Bound<&Name>, to: Bound<&Name>| {
            self.streams.range::<Name, _>((from, to)).flat_map(|(key, stream)| {
                stream.groups.iter().map(move |(name, group)| (key, name, stream, group))
            })
        };
        let (later, earlier): (Vec<_>, Vec<_>) = match last {
            None => (all(Bound::Unbounded, Bound::Unbounded).collect(), Vec::new()),
            Some((key, name)) => {
                let is_later =
                    |item: &(&Name, &Name, &KnownStream, &KnownGroup)| (item.0, item.1) > (key, name);
                (
                    all(Bound::Included(key), Bound::Unbounded).filter(is_later).collect(),
                    all(Bound::Unbounded, Bound::Included(key)).filter(|item| !is_later(item)).collect(),
                )
            }
        };
        later
            .into_iter()
            .chain(earlier)
            .filter(|(key, name, stream, group)| {
                wanted(stream, group) && !chosen.contains(&((*key).clone(), (*name).clone()))
            })
            .take(places)
            .map(|(key, name, _, _)| (key.clone(), name.clone()))
            .collect()
    }

    /// The commands for a stream: whole, lean, or only its length, after the size of its last reply.
    pub fn ask_stream(&mut self, key: &Name, capabilities: &Capabilities, now_us: u64, round: &mut Round) {
        let Some(stream) = self.streams.get_mut(key) else { return };
        let lean_ro = capabilities.may(ReadVerb::EvalRo);
        let fat = stream.reply_bytes > limits::FAT_REPLY_BYTES;
        if !capabilities.may(ReadVerb::XinfoStream) {
            round.commands.push(ReadCmd::Xlen(key.clone()));
        } else if !fat {
            round.commands.push(ReadCmd::XinfoStream(key.clone()));
        } else if lean_ro || capabilities.may(ReadVerb::Eval) {
            round.commands.push(ReadCmd::XinfoStreamLean { key: key.clone(), read_only: lean_ro });
        } else if stream.reply_bytes <= limits::HUGE_REPLY_BYTES && now_us >= stream.whole_due_us {
            stream.whole_due_us = now_us.saturating_add(WHOLE_AGAIN_US);
            round.commands.push(ReadCmd::XinfoStream(key.clone()));
        } else {
            round.commands.push(ReadCmd::Xlen(key.clone()));
        }
        if stream.group_count.is_some_and(|groups| groups > limits::GROUPS_POLLED) {
            let text =
                format!("XINFO GROUPS {key} is not polled: it has too many groups to be read within 1 ms");
            round.gaps.push(too_costly(format!("XINFO GROUPS {key}"), text));
            stream.was_read = true;
        } else if capabilities.may(ReadVerb::XinfoGroups) && stream.group_count != Some(0) {
            round.commands.push(ReadCmd::XinfoGroups(key.clone()));
        }
    }

    /// The commands for the inside of a group, each within so much of the server's time.
    pub fn ask_group(
        &mut self,
        key: &Name,
        name: &Name,
        within_us: u64,
        capabilities: &Capabilities,
        round: &mut Round,
    ) {
        let Some(group) = self.streams.get_mut(key).and_then(|stream| stream.groups.get_mut(name)) else {
            return;
        };
        // A group without consumers and pending entries has nothing inside to be read.
        group.was_read |= group.consumers == Some(0) && group.pending == Some(0);
        let consumers = group.consumers.unwrap_or(0);
        let takes_us = self.list_cost.of_us(consumers);
        if takes_us > within_us {
            let text = format!(
                "XINFO CONSUMERS {key} {name} is not polled: {consumers} consumers would hold the server about {}; f asks once",
                latency(takes_us as f64)
            );
            round.gaps.push(too_costly(format!("XINFO CONSUMERS {key} {name}"), text));
            group.was_read |= group.pending == Some(0);
        } else if capabilities.may(ReadVerb::XinfoConsumers) && group.consumers != Some(0) {
            round.commands.push(ReadCmd::XinfoConsumers(key.clone(), name.clone()));
        }
        if capabilities.may(ReadVerb::Xpending) && group.pending != Some(0) {
            round.commands.push(ReadCmd::Xpending {
                key: key.clone(),
                group: name.clone(),
                start: StreamId::MIN,
                count: limits::PENDING_ROWS,
                consumer: None,
            });
            self.ask_ghosts(key, name, capabilities, round);
        }
    }

    /// Takes answers and refusals in.
    pub fn learn(&mut self, observation: &Observation, snapshot: &Snapshot, now_us: u64) {
        for exchange in &observation.exchanges {
            let Some(stream) = exchange.command.key().and_then(|key| self.streams.get_mut(key)) else {
                continue;
            };
            match &exchange.reply {
                Ok(Resp::Error(refusal)) if refusal.kind() == ErrorKind::DeniedKey => {
                    stream.rests_until_us = now_us.saturating_add(DENIED_KEY_US);
                    (stream.was_read, stream.is_denied, self.has_denied) = (true, true, true);
                }
                Ok(_) => (stream.was_read, stream.is_denied) = (true, false),
                Err(NoReply::TooLong) => {
                    stream.was_read = true;
                    if matches!(exchange.command, ReadCmd::XinfoStream(_)) {
                        // From now on without the entries at its ends.
                        stream.reply_bytes = u64::MAX;
                    }
                }
                Err(_) => {}
            }
            if let (ReadCmd::MissingEntries { group, .. }, Ok(Resp::Error(_))) =
                (&exchange.command, &exchange.reply)
                && let Some(group) = stream.groups.get_mut(group)
            {
                // A server without EVAL_RO is asked in the other form.
                group.looked_ms = None;
            }
            if let ReadCmd::XinfoConsumers(_, name) | ReadCmd::Xpending { group: name, .. } =
                &exchange.command
                && matches!(exchange.reply, Ok(_) | Err(NoReply::TooLong))
                && let Some(group) = stream.groups.get_mut(name)
            {
                group.was_read = true;
            }
        }
        for facts in &snapshot.streams {
            let Some(stream) = self.streams.get_mut(&facts.key) else { continue };
            stream.reply_bytes = facts.reply_bytes.unwrap_or(stream.reply_bytes);
            stream.length = facts.length;
            if let Some(detail) = &facts.detail {
                stream.group_count = detail.groups;
                stream.ends = detail.first_entry.zip(detail.last_entry);
                if detail.groups == Some(0) {
                    stream.has_groups = true;
                    stream.groups.clear();
                }
            }
        }
        self.learn_groups(snapshot);
        for key in &snapshot.gone {
            self.streams.remove(key);
        }
        self.list_cost.learn(snapshot, now_us);
        self.learn_backlogs(snapshot);
    }

    fn learn_groups(&mut self, snapshot: &Snapshot) {
        for (key, groups) in &snapshot.groups {
            let Some(stream) = self.streams.get_mut(key) else { continue };
            stream.has_groups = true;
            let mut before = std::mem::take(&mut stream.groups);
            for facts in &groups.value {
                let mut group = before.remove(&facts.name).unwrap_or_default();
                let grew = facts.pending > group.pending && group.pending.is_some();
                let (consumers, pending) = (facts.consumers, facts.pending);
                let stuck = facts.pending.is_some_and(|rows| rows > 0) && facts.pending == group.pending;
                stream.groups.insert(
                    facts.name.clone(),
                    KnownGroup {
                        consumers,
                        pending,
                        cursor: facts.last_delivered,
                        server_lag: facts.lag.raw().and_then(|lag| u64::try_from(lag).ok()),
                        suspicious: grew || stuck,
                        ..std::mem::take(&mut group)
                    },
                );
            }
        }
    }
}

pub(super) fn too_costly(what: String, text: String) -> Gap {
    Gap { what, why: GapReason::TooCostly, text, scope: GapScope::Item }
}

/// Everything after `last`, then from the beginning up to it.
pub(super) fn after<'a, V>(
    map: &'a BTreeMap<Name, V>,
    last: Option<&Name>,
) -> impl Iterator<Item = (&'a Name, &'a V)> {
    let (later, earlier) = match last {
        Some(last) => (
            map.range::<Name, _>((Bound::Excluded(last), Bound::Unbounded)),
            map.range::<Name, _>((Bound::Unbounded, Bound::Included(last))),
        ),
        None => (
            map.range::<Name, _>(..),
            map.range::<Name, _>((Bound::Unbounded, Bound::Excluded(&Name::from("")))),
        ),
    };
    later.chain(earlier)
}
