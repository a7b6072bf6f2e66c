//! The streams and groups seen so far, and whose turn it is.
//!
//! Knows sizes that predict cost; keeps no figures for show (`Reading` does). Invariant: what is looked at is
//! asked first, everything else gets its turn, and the number of streams is bounded.

use super::super::observation::{Exchange, NoReply, Observation};
use super::super::read::{ReadCmd, ReadVerb};
use super::super::resp::{ErrorKind, Resp};
use super::capabilities::Capabilities;
use super::costs::ConsumersCost;
use super::rotation::{Pick, Rotation};
use super::trims::TrimMark;
use super::{Focus, Round};
use crate::core::figures::sentence::{count, latency};
use crate::core::limits;
use crate::core::model::gap::GapScope;
use crate::core::model::memory::pending::Usage;
use crate::core::model::probe::is_ours;
use crate::core::model::{Gap, GapReason, Name, NameMap, Snapshot, StreamId};
use std::collections::{BTreeSet, HashMap};

/// How long a stream rests whose key may not be read.
const DENIED_KEY_US: u64 = limits::DENIED_REST_US;
/// How often a fat stream is asked whole where no script can make it lean.
const WHOLE_AGAIN_US: u64 = 30_000_000;

/// Everything known.
#[derive(Clone, Debug, Default)]
pub struct Known {
    pub(super) streams: HashMap<Name, KnownStream>,
    /// Those of them that were not read yet, or have a group whose inside was not.
    pub(super) unread: BTreeSet<Name>,
    /// Those of them that the server has not told of yet.
    pub(super) hints: BTreeSet<Name>,
    /// The server's clock at the last answer, milliseconds since 1970.
    pub(super) now_ms: i64,
    /// All streams, for their facts and for their bytes.
    pub(super) stream_turns: Rotation<Name>,
    pub(super) size_turns: Rotation<Name>,
    /// All groups, those that look wrong, those whose lag is to be counted, and those with many pending rows.
    group_turns: Rotation<GroupKey>,
    suspicious_turns: Rotation<GroupKey>,
    pub(super) count_turns: Rotation<GroupKey>,
    pub(super) sample_turns: Rotation<GroupKey>,
    pub(super) refused: usize,
    /// Whether there is such a stream: then others are tried a few at a time.
    pub(super) has_denied: bool,
    list_cost: ConsumersCost,
    /// Whether MEMORY USAGE takes no longer where there are many consumers.
    pub(super) is_usage_sampled: bool,
}

type GroupKey = (Name, Name);

#[derive(Clone, Debug, Default)]
pub(super) struct KnownStream {
    pub(super) groups: NameMap<Box<KnownGroup>>,
    pub(super) group_count: Option<u64>,
    /// Whether its groups were read at least once.
    pub(super) has_groups: bool,
    pub(super) reply_bytes: u64,
    pub(super) length: Option<u64>,
    pub(super) ends: Option<(StreamId, StreamId)>,
    whole_due_us: u64,
    /// Whether XINFO STREAM was answered, which says how many groups there are, where the server tells it.
    was_told: bool,
    pub(super) was_read: bool,
    /// Whether this user may not read it, as far as was tried.
    pub(super) is_denied: bool,
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
    suspicious: bool,
    pub(super) was_read: bool,
}

impl KnownStream {
    /// Whether the ids alone leave the lag of a group open: its cursor stands inside the stream.
    fn needs_count(&self, group: &KnownGroup) -> bool {
        let (Some((first, last)), Some(cursor)) = (self.ends, group.cursor) else { return false };
        self.length != Some(0) && cursor >= first && cursor < last
    }

    /// Takes an answer about it in; whether it says that this user may not read it.
    fn answered(&mut self, exchange: &Exchange) -> bool {
        match &exchange.reply {
            Ok(Resp::Error(refusal)) if refusal.kind() == ErrorKind::DeniedKey => {
                (self.was_read, self.is_denied) = (true, true);
            }
            Ok(Resp::Error(_)) => {
                self.is_denied = false;
                // What is refused about its bytes or its groups says nothing about itself.
                self.was_read |= is_of_stream(&exchange.command);
            }
            Ok(_) => {
                self.is_denied = false;
                match &exchange.command {
                    ReadCmd::XinfoGroups(_) | ReadCmd::Xlen(_) => self.was_read = true,
                    ReadCmd::XinfoStream(_) | ReadCmd::XinfoStreamLean { .. } => {
                        // The first time its groups were not asked for.
                        self.was_read |= self.was_told;
                        self.was_told = true;
                    }
                    _ => {}
                }
            }
            Err(NoReply::TooLong) => {
                self.was_read = true;
                if matches!(exchange.command, ReadCmd::XinfoStream(_)) {
                    // From now on without the entries at its ends.
                    self.reply_bytes = u64::MAX;
                }
            }
            Err(NoReply::Late) => self.was_read = true,
            Err(_) => {}
        }
        match (&exchange.command, &exchange.reply) {
            (ReadCmd::MissingEntries { group, .. }, Ok(Resp::Error(_))) => {
                // A server without EVAL_RO is asked in the other form.
                self.groups.get_mut(group).into_iter().for_each(|group| group.looked_ms = None);
            }
            (
                ReadCmd::XinfoConsumers(_, group) | ReadCmd::Xpending { group, .. },
                Ok(_) | Err(NoReply::TooLong | NoReply::Late),
            ) => self.groups.get_mut(group).into_iter().for_each(|group| group.was_read = true),
            _ => {}
        }
        self.is_denied
    }
}

impl KnownGroup {
    /// Whether a first page says too little of its pending rows; where they begin is learnt from that page.
    fn has_long_list(&self) -> bool {
        self.pending.is_some_and(|pending| pending > u64::from(limits::PENDING_ROWS))
            && self.first_pending.is_some()
            && self.cursor.is_some()
    }
}

impl Known {
    /// Watches these from now on.
    pub fn add(&mut self, keys: &[Name], now_us: u64) {
        for key in keys {
            if self.streams.contains_key(key) || is_ours(key) {
                self.hints.remove(key);
                continue;
            }
            if self.streams.len() >= limits::STREAMS {
                self.refused += 1;
            } else {
                self.streams.insert(key.clone(), KnownStream::default());
                self.unread.insert(key.clone());
                self.stream_turns.set(key, true, now_us);
                self.size_turns.set(key, true, now_us);
            }
        }
    }

    /// The streams of this round: those looked at, then `places` others in turn.
    pub fn streams_in_turn(&mut self, focus: &Focus, places: usize, now_us: u64) -> Vec<Name> {
        let mut tries = if self.has_denied { limits::UNREAD_AFTER_DENIALS } else { usize::MAX };
        let streams = &self.streams;
        self.stream_turns.turn(now_us, &focus.streams, places, |key| {
            let is_try = streams.get(key).is_none_or(|stream| !stream.was_read || stream.is_denied);
            if is_try && !focus.streams.contains(key) {
                match tries {
                    0 => return Pick::Pass,
                    _ => tries -= 1,
                }
            }
            Pick::Take
        })
    }

    /// The groups whose inside is read in this round: those looked at, those that look wrong, and others.
    pub fn groups_in_turn(&mut self, focus: &Focus, everything: bool, now_us: u64) -> Vec<(Name, Name)> {
        let (suspicious, rotating) = match everything {
            true => (usize::MAX, usize::MAX),
            false => (limits::SUSPICIOUS_GROUPS_PER_ROUND, limits::ROTATING_GROUPS_PER_ROUND),
        };
        let looks_wrong = self.suspicious_turns.turn(now_us, &focus.groups, suspicious, |_| Pick::Take);
        let first = [focus.groups.as_slice(), &looks_wrong].concat();
        self.group_turns.turn(now_us, &first, rotating, |_| Pick::Take)
    }

    /// The commands for a stream: whole, lean, or only its length, after the size of its last reply. Its groups follow
    /// once it is known how many there are, for a hundred thousand of them hold a server for long.
    pub fn ask_stream(&mut self, key: &Name, capabilities: &Capabilities, now_us: u64, round: &mut Round) {
        let Some(stream) = self.streams.get_mut(key) else { return };
        let lean_ro = capabilities.may(ReadVerb::EVAL_RO);
        let fat = stream.reply_bytes > limits::FAT_REPLY_BYTES;
        if !capabilities.may(ReadVerb::XINFO_STREAM) {
            round.commands.push(ReadCmd::Xlen(key.clone()));
        } else if !fat {
            round.commands.push(ReadCmd::XinfoStream(key.clone()));
        } else if lean_ro || capabilities.may(ReadVerb::EVAL) {
            round.commands.push(ReadCmd::XinfoStreamLean { key: key.clone(), read_only: lean_ro });
        } else if stream.reply_bytes <= limits::HUGE_REPLY_BYTES && now_us >= stream.whole_due_us {
            stream.whole_due_us = now_us.saturating_add(WHOLE_AGAIN_US);
            round.commands.push(ReadCmd::XinfoStream(key.clone()));
        } else {
            round.commands.push(ReadCmd::Xlen(key.clone()));
        }
        if let Some(groups) = stream.group_count.filter(|&groups| groups > limits::GROUPS_POLLED) {
            let text = format!(
                "XINFO GROUPS {key} is not polled: its {} groups are too many to be read within 1 ms",
                count(groups)
            );
            round.gaps.push(too_costly(format!("XINFO GROUPS {key}"), text));
            stream.was_read = true;
        } else if !stream.was_told && capabilities.may(ReadVerb::XINFO_STREAM) {
            // In the next round.
        } else if capabilities.may(ReadVerb::XINFO_GROUPS) && stream.group_count != Some(0) {
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
        let consumers = group.consumers.unwrap_or(0);
        let asked = round.commands.len();
        let takes_us = self.list_cost.of_us(consumers);
        if takes_us > within_us {
            let text = format!(
                "XINFO CONSUMERS {key} {name} is not polled: {consumers} consumers would hold the server about {}; f asks once",
                latency(takes_us as f64)
            );
            round.gaps.push(too_costly(format!("XINFO CONSUMERS {key} {name}"), text));
        } else if capabilities.may(ReadVerb::XINFO_CONSUMERS) && group.consumers != Some(0) {
            round.commands.push(ReadCmd::XinfoConsumers(key.clone(), name.clone()));
        }
        if capabilities.may(ReadVerb::XPENDING) && group.pending != Some(0) {
            round.commands.push(ReadCmd::Xpending {
                key: key.clone(),
                group: name.clone(),
                start: StreamId::MIN,
                count: limits::PENDING_ROWS,
                consumer: None,
            });
            self.ask_ghosts(key, name, capabilities, round);
        }
        if round.commands.len() == asked {
            // There is nothing that may be asked of it.
            let stream = self.streams.get_mut(key);
            stream.and_then(|stream| stream.groups.get_mut(name)).into_iter().for_each(|g| g.was_read = true);
            self.settle(key);
        }
    }

    /// Takes answers and refusals in.
    pub fn learn(&mut self, observation: &Observation, snapshot: &Snapshot, now_us: u64) {
        let mut told: Vec<&Name> = Vec::new();
        for exchange in &observation.exchanges {
            let Some(key) = exchange.command.key() else { continue };
            if told.last() != Some(&key) {
                told.push(key);
            }
            if matches!(&exchange.reply, Ok(reply) if !matches!(reply, Resp::Error(_))) {
                self.hints.remove(key);
            }
            let Some(stream) = self.streams.get_mut(key) else { continue };
            if stream.answered(exchange) {
                let until_us = now_us.saturating_add(DENIED_KEY_US);
                self.stream_turns.rest(key, until_us);
                self.size_turns.rest(key, until_us);
                self.has_denied = true;
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
                    (stream.has_groups, stream.was_read) = (true, true);
                    let gone = std::mem::take(&mut stream.groups);
                    self.forget(&facts.key, gone.into_keys());
                }
            }
        }
        self.learn_groups(snapshot);
        if let Some(info) = &snapshot.info {
            self.is_usage_sampled = Usage::is_sampled(&info.server);
        }
        for key in &snapshot.gone {
            let stream = self.streams.remove(key);
            self.unread.remove(key);
            self.hints.remove(key);
            self.stream_turns.set(key, false, now_us);
            self.size_turns.set(key, false, now_us);
            self.forget(key, stream.into_iter().flat_map(|stream| stream.groups.into_keys()));
        }
        self.list_cost.learn(snapshot, now_us);
        self.learn_backlogs(snapshot);
        let facts = snapshot.streams.iter().map(|facts| &facts.key);
        let keys: BTreeSet<&Name> = facts.chain(snapshot.groups.iter().map(|(key, _)| key)).collect();
        for key in keys {
            self.learn_turns(key, now_us);
        }
        told.into_iter().for_each(|key| self.settle(key));
    }

    /// Which turns the groups of a stream wait for.
    fn learn_turns(&mut self, key: &Name, now_us: u64) {
        let Some(stream) = self.streams.get(key) else { return };
        for (name, group) in &stream.groups {
            let pair = (key.clone(), name.clone());
            self.group_turns.set(&pair, true, now_us);
            self.suspicious_turns.set(&pair, group.suspicious, now_us);
            self.count_turns.set(&pair, stream.needs_count(group), now_us);
            self.sample_turns.set(&pair, group.has_long_list(), now_us);
        }
    }

    fn forget(&mut self, key: &Name, groups: impl Iterator<Item = Name>) {
        for name in groups {
            let pair = (key.clone(), name);
            self.group_turns.set(&pair, false, 0);
            self.suspicious_turns.set(&pair, false, 0);
            self.count_turns.set(&pair, false, 0);
            self.sample_turns.set(&pair, false, 0);
        }
    }

    fn learn_groups(&mut self, snapshot: &Snapshot) {
        for (key, groups) in &snapshot.groups {
            let Some(stream) = self.streams.get_mut(key) else { continue };
            stream.has_groups = true;
            for facts in &groups.value {
                if !stream.groups.contains_key(&facts.name) {
                    stream.groups.insert(facts.name.clone(), Box::default());
                }
                let Some(group) = stream.groups.get_mut(&facts.name) else { continue };
                let grew = facts.pending > group.pending && group.pending.is_some();
                let (consumers, pending) = (facts.consumers, facts.pending);
                let stuck = facts.pending.is_some_and(|rows| rows > 0) && facts.pending == group.pending;
                (group.consumers, group.pending) = (consumers, pending);
                group.cursor = facts.last_delivered;
                group.server_lag = facts.lag.raw().and_then(|lag| u64::try_from(lag).ok());
                group.suspicious = grew || stuck;
                // Without consumers and pending entries it has nothing inside to be read.
                group.was_read |= consumers == Some(0) && pending == Some(0);
            }
            let listed: BTreeSet<&Name> = groups.value.iter().map(|facts| &facts.name).collect();
            if stream.groups.len() > listed.len() {
                let gone = stream.groups.keys().filter(|name| !listed.contains(name)).cloned();
                let gone: Vec<Name> = gone.collect();
                stream.groups.retain(|name, _| listed.contains(name));
                self.forget(key, gone.into_iter());
            }
        }
    }
}

fn is_of_stream(command: &ReadCmd) -> bool {
    matches!(
        command,
        ReadCmd::XinfoStream(_)
            | ReadCmd::XinfoStreamLean { .. }
            | ReadCmd::XinfoGroups(_)
            | ReadCmd::Xlen(_)
    )
}

pub(super) fn too_costly(what: String, text: String) -> Gap {
    Gap { what, why: GapReason::TooCostly, text, scope: GapScope::Item }
}
