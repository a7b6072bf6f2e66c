//! What a round asks about publish and subscribe: channels and who listens, within what each may cost.
//!
//! Knows how many there were, whose turn it is and what is due; keeps no figures for show. Invariants: while INFO shows
//! no pub/sub nothing is asked, and what would hold the server for 1 ms is offered and not polled.

use super::capabilities::Capabilities;
use super::rotation::{Pick, Rotation};
use super::{Fetch, Round, SECOND_US};
use crate::core::figures::sentence::latency;
use crate::core::limits;
use crate::core::model::fanout::ChannelKind;
use crate::core::model::gap::GapScope;
use crate::core::model::{Gap, GapReason, Name, Snapshot};
use crate::core::wire::read::{FanoutRead, ReadCmd, ReadVerb};
use std::collections::BTreeSet;

/// What one subscriber adds to CLIENT LIST TYPE pubsub, microseconds, and every other client, which is passed over.
const SUBSCRIBER_US: f64 = 1.6;
const PASSED_OVER_US: f64 = 0.012;
/// What one channel adds to PUBSUB CHANNELS, microseconds.
const CHANNEL_US: f64 = 0.1;
/// Channels are read this often; on their screen at the rhythm of subscribers.
const CHANNELS_APART_US: u64 = 5 * SECOND_US;
/// Subscribers are read this often: a buffer fills within seconds.
const SUBSCRIBERS_APART_US: u64 = 2 * SECOND_US;

/// How the round stands.
#[derive(Clone, Copy, Debug)]
pub struct Asker<'a> {
    /// Now, microseconds.
    pub now_us: u64,
    /// Whether somebody looks at it.
    pub is_seen: bool,
    /// Everything in every round.
    pub everything: bool,
    /// Clients connected.
    pub clients: Option<u64>,
    /// What is asked once.
    pub fetches: &'a [Fetch],
    /// What may be asked.
    pub capabilities: &'a Capabilities,
}

/// What is known of publish and subscribe, as far as it decides what is asked.
#[derive(Clone, Debug, Default)]
pub struct FanoutTurn {
    channels: Rotation<(ChannelKind, Name)>,
    plain: Option<u64>,
    shard: Option<u64>,
    patterns: Option<u64>,
    subscribers: Option<u64>,
    listed: Option<u64>,
    channels_us: u64,
    subscribers_us: u64,
    histograms_us: u64,
    /// Times that channels were asked about since there were any.
    asked: u8,
}

impl FanoutTurn {
    /// Another connection: everything is due.
    pub fn reconnected(&mut self) {
        *self = Self::default();
    }

    /// The questions of a round.
    pub fn ask(&mut self, asker: &Asker<'_>, round: &mut Round) {
        let wants = |fetch: Fetch| asker.fetches.contains(&fetch);
        let is_used = self.is_used();
        self.asked = self.asked.saturating_add(u8::from(is_used));
        if is_used || wants(Fetch::Channels) {
            self.ask_channels(asker, wants(Fetch::Channels), round);
        }
        if is_used || wants(Fetch::Subscribers) {
            self.ask_subscribers(asker, wants(Fetch::Subscribers), round);
        }
        let may_time = asker.capabilities.may(ReadVerb::LATENCY_HISTOGRAM);
        if may_time && (is_used || asker.is_seen) && (asker.everything || asker.now_us >= self.histograms_us)
        {
            self.histograms_us = asker.now_us + channels_apart_us(asker);
            round.commands.push(ReadCmd::Fanout(FanoutRead::Histograms));
        }
    }

    /// Whether there is publish and subscribe, and its channels can't have been counted yet: the first questions
    /// bring their names, the second ones how many listen.
    pub fn lacks_counts(&self) -> bool {
        self.is_used() && self.asked < 2
    }

    fn is_used(&self) -> bool {
        [self.plain, self.shard, self.patterns].into_iter().flatten().any(|count| count > 0)
    }

    fn ask_channels(&mut self, asker: &Asker<'_>, is_wanted: bool, round: &mut Round) {
        let is_due = asker.everything || is_wanted || asker.now_us >= self.channels_us;
        if is_due {
            self.channels_us = asker.now_us + channels_apart_us(asker);
        }
        for (kind, count, verb) in [
            (ChannelKind::Plain, self.plain, ReadVerb::PUBSUB_CHANNELS),
            (ChannelKind::Shard, self.shard, ReadVerb::PUBSUB_SHARD_CHANNELS),
        ] {
            let many = count.unwrap_or(0);
            // The kind that nobody counts is asked for with the other, once somebody wants it.
            let is_there = many > 0 || (is_wanted && count.is_none());
            if !is_there || !asker.capabilities.may(verb) {
                continue;
            }
            if many > limits::CHANNELS_POLLED && !is_wanted {
                let cost = format!(
                    "{many} channels would hold the server about {}",
                    latency(many as f64 * CHANNEL_US)
                );
                round.gaps.push(too_costly(verb.label(), &cost));
            } else if is_due {
                round.commands.push(ReadCmd::Fanout(FanoutRead::Channels(kind)));
            }
        }
        if is_due {
            self.count(asker, round);
        }
    }

    /// Subscribers of the channels whose turn it is, a hundred in a command.
    fn count(&mut self, asker: &Asker<'_>, round: &mut Round) {
        let commands = if asker.everything { usize::MAX } else { limits::COUNTS_PER_ROUND };
        let places = commands.saturating_mul(limits::CHANNELS_COUNTED);
        let turn = self.channels.turn(asker.now_us, &[], places, |_| Pick::Take);
        for (kind, verb) in [
            (ChannelKind::Plain, ReadVerb::PUBSUB_NUMSUB),
            (ChannelKind::Shard, ReadVerb::PUBSUB_SHARD_NUMSUB),
        ] {
            let names: Vec<Name> =
                turn.iter().filter(|(of, _)| *of == kind).map(|(_, name)| name.clone()).collect();
            if asker.capabilities.may(verb) {
                let counts = names.chunks(limits::CHANNELS_COUNTED).map(<[Name]>::to_vec);
                let reads = counts.map(|names| ReadCmd::Fanout(FanoutRead::Counts(kind, names)));
                round.commands.extend(reads);
            }
        }
    }

    fn ask_subscribers(&mut self, asker: &Asker<'_>, is_wanted: bool, round: &mut Round) {
        if !asker.capabilities.may(ReadVerb::CLIENT_LIST_PUBSUB) {
            return;
        }
        // The last list may have grown since; without any, everybody may be a subscriber.
        let known = self.subscribers.or(self.listed.map(|listed| listed + listed / 4));
        let predicted = known.or(asker.clients);
        let Some(many) = predicted.filter(|many| *many <= limits::SUBSCRIBERS_POLLED || is_wanted) else {
            if let Some(many) = predicted {
                let others = asker.clients.unwrap_or(0) as f64;
                let us = many as f64 * SUBSCRIBER_US + others * PASSED_OVER_US;
                let cost = format!("{many} subscribers would hold the server about {}", latency(us));
                round.gaps.push(too_costly(ReadVerb::CLIENT_LIST_PUBSUB.label(), &cost));
            }
            return;
        };
        let is_few = many <= limits::SUBSCRIBERS_POLLED;
        if is_wanted || (is_few && (asker.everything || asker.now_us >= self.subscribers_us)) {
            self.subscribers_us = asker.now_us + SUBSCRIBERS_APART_US;
            round.commands.push(ReadCmd::Fanout(FanoutRead::Subscribers));
        }
    }

    /// Takes answers in.
    pub fn learn(&mut self, snapshot: &Snapshot, now_us: u64) {
        if let Some(info) = &snapshot.info {
            self.plain = info.stats.pubsub_channels;
            self.shard = info.stats.pubsub_shard_channels;
            self.patterns = info.stats.pubsub_patterns;
            self.subscribers = info.clients.pubsub;
        }
        for (kind, names) in &snapshot.fanout.channels {
            let named: BTreeSet<&Name> = names.value.iter().collect();
            self.channels.retain(|(of, name)| of != kind || named.contains(name));
            for name in names.value.iter() {
                if self.channels.len() < limits::CHANNELS {
                    self.channels.set(&(*kind, name.clone()), true, now_us);
                }
            }
        }
        if let Some(list) = &snapshot.fanout.subscribers {
            self.listed = Some(list.value.len() as u64);
        }
    }
}

fn channels_apart_us(asker: &Asker<'_>) -> u64 {
    if asker.is_seen { SUBSCRIBERS_APART_US } else { CHANNELS_APART_US }
}

fn too_costly(what: &str, cost: &str) -> Gap {
    Gap {
        what: what.to_owned(),
        why: GapReason::TooCostly,
        text: format!("{what} is not polled: {cost}; f asks once"),
        scope: GapScope::Item,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::model::Stamped;
    use crate::core::model::info::Info;

    /// What is asked in a second by somebody who sees it or not.
    fn asked(turn: &mut FanoutTurn, second: u64, is_seen: bool, fetches: &[Fetch]) -> Round {
        let (capabilities, mut round) = (Capabilities::default(), Round::default());
        let asker = Asker {
            now_us: second * SECOND_US,
            is_seen,
            everything: false,
            clients: Some(700),
            fetches,
            capabilities: &capabilities,
        };
        turn.ask(&asker, &mut round);
        round
    }

    fn reads(round: &Round) -> Vec<FanoutRead> {
        let read = |command: &ReadCmd| match command {
            ReadCmd::Fanout(read) => Some(read.clone()),
            _ => None,
        };
        round.commands.iter().filter_map(read).collect()
    }

    fn learnt(channels: u64, pubsub_clients: Option<u64>) -> FanoutTurn {
        let mut info = Info::default();
        info.stats.pubsub_channels = Some(channels);
        info.clients.pubsub = pubsub_clients;
        let mut turn = FanoutTurn::default();
        turn.learn(&Snapshot { info: Some(info), ..Snapshot::default() }, 0);
        turn
    }

    fn named(turn: &mut FanoutTurn, channels: usize) {
        let value = (0..channels).map(|at| Name::from(format!("c{at:05}").as_str())).collect();
        let mut snapshot = Snapshot::default();
        snapshot.fanout.channels.push((ChannelKind::Plain, Stamped { at_us: 0, value }));
        turn.learn(&snapshot, 0);
    }

    #[test]
    fn a_server_without_pub_sub_is_asked_nothing() {
        assert_eq!(asked(&mut learnt(0, Some(0)), 1, false, &[]), Round::default());
    }

    #[test]
    fn subscribers_are_read_every_two_seconds_and_channels_every_five() {
        let mut turn = learnt(3, Some(5));
        named(&mut turn, 3);
        let count = |second, wanted: fn(&FanoutRead) -> bool, turn: &mut FanoutTurn| {
            reads(&asked(turn, second, false, &[])).iter().filter(|read| wanted(read)).count()
        };
        let mut lists = 0;
        let mut channels = 0;
        for second in 10..20 {
            let mut other = turn.clone();
            lists += count(second, |read| *read == FanoutRead::Subscribers, &mut other);
            channels += count(second, |read| matches!(read, FanoutRead::Channels(_)), &mut turn);
        }
        assert_eq!((lists, channels), (5, 2));
    }

    #[test]
    fn what_would_take_a_millisecond_is_offered_with_its_cost_and_asked_once_for_whoever_wants_it() {
        let mut turn = learnt(20_000, Some(2_000));
        let round = asked(&mut turn, 1, true, &[]);
        assert!(!reads(&round).iter().any(|read| !matches!(read, FanoutRead::Histograms)), "{round:?}");
        let texts: Vec<&str> = round.gaps.iter().map(|gap| gap.text.as_str()).collect();
        assert!(
            texts.iter().any(|text| text.contains("20000 channels would hold the server about 2 ms")),
            "{texts:?}"
        );
        assert!(
            texts.iter().any(|text| text.contains("2000 subscribers would hold the server about 3.2 ms")),
            "{texts:?}"
        );
        let round = asked(&mut turn, 2, true, &[Fetch::Channels, Fetch::Subscribers]);
        let reads = reads(&round);
        assert!(reads.contains(&FanoutRead::Channels(ChannelKind::Plain)), "{reads:?}");
        assert!(reads.contains(&FanoutRead::Subscribers), "{reads:?}");
    }

    #[test]
    fn without_a_count_of_subscribers_everybody_may_be_one_until_the_first_list() {
        let mut turn = learnt(3, None);
        assert!(!reads(&asked(&mut turn, 1, false, &[])).contains(&FanoutRead::Subscribers));
        let subscribers = Some(Stamped { at_us: 0, value: Vec::new() });
        let mut snapshot = Snapshot::default();
        snapshot.fanout.subscribers = subscribers;
        turn.learn(&snapshot, 0);
        assert!(reads(&asked(&mut turn, 2, false, &[])).contains(&FanoutRead::Subscribers));
    }

    #[test]
    fn every_channel_is_counted_in_its_turn() {
        let mut turn = learnt(2_500, Some(5));
        named(&mut turn, 2_500);
        let mut counted = BTreeSet::new();
        for second in 1..=3 {
            for read in reads(&asked(&mut turn, second * 10, true, &[])) {
                if let FanoutRead::Counts(_, names) = read {
                    assert!(names.len() <= limits::CHANNELS_COUNTED);
                    counted.extend(names);
                }
            }
        }
        assert_eq!(counted.len(), 2_500);
    }
}
