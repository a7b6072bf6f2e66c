//! The questions of an ordinary round, by noun: INFO, streams, groups, clients, latency.
//!
//! Knows what is due and what it may cost; does not know when a round comes. Invariant: what would hold the server for
//! too long is left out and told as a gap.

use super::fanout::Asker;
use super::{Fetch, Focus, Planner, Round, SECOND_US};
use crate::core::figures::sentence::latency;
use crate::core::limits;
use crate::core::model::gap::GapScope;
use crate::core::model::server::Mode;
use crate::core::model::{Gap, GapReason, StreamId};
use crate::core::wire::observation::Exchange;
use crate::core::wire::read::{INFO_SECTIONS, ReadCmd, ReadVerb};

/// When the slower questions come next.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Due {
    clients_us: u64,
    commands_us: u64,
    commands_asked: u64,
    pub(super) literals_us: u64,
    output_limits_us: u64,
    /// Whether INFO has said that this is a node of a cluster.
    is_cluster: bool,
    /// Those of [`AT_TIMES`], in its order.
    at_times_us: [u64; AT_TIMES.len()],
}

/// What is asked again after so many seconds, whatever anybody looks at; and whether of a node of a cluster alone.
const AT_TIMES: [(ReadCmd, u64, bool); 3] = [
    (ReadCmd::SlowlogGet(limits::SLOWLOG_ENTRIES), 5, false),
    (ReadCmd::LatencyLatest, 10, false),
    (ReadCmd::ClusterInfo, 10, true),
];

impl Due {
    /// Only a node of a cluster is asked about it.
    pub(super) fn learn_mode(&mut self, mode: Mode) {
        self.is_cluster = mode == Mode::Cluster;
    }
}

impl Planner {
    pub(super) fn ask_info(&mut self, round: &mut Round, now_us: u64, focus: &Focus) {
        if !self.capabilities.may(ReadVerb::INFO) {
            if self.capabilities.may(ReadVerb::TIME) {
                round.commands.push(ReadCmd::Time);
            }
            return;
        }
        // One reading alone has two rounds, and what happened between them takes both answers.
        let commands_due = self.settings.everything || now_us >= self.due.commands_us;
        if commands_due {
            // The first answers know little of what we ask ourselves: soon again.
            let is_early = self.due.commands_asked < 3;
            self.due.commands_asked += 1;
            self.due.commands_us = now_us
                + if focus.latency || focus.fanout || is_early { 3 * SECOND_US / 2 } else { 10 * SECOND_US };
        }
        if self.capabilities.may(ReadVerb::INFO_SECTIONS) {
            let mut sections = INFO_SECTIONS.to_vec();
            if commands_due {
                sections.extend(["commandstats", "latencystats"]);
            }
            round.commands.push(ReadCmd::Info(sections));
        } else {
            round.commands.push(ReadCmd::Info(vec![]));
            if self.capabilities.may(ReadVerb::TIME) {
                round.commands.push(ReadCmd::Time);
            }
            if commands_due {
                round.commands.push(ReadCmd::Info(vec!["commandstats"]));
            }
        }
    }

    /// Lets everything be read once more in rounds of what was not read.
    pub fn read_again(&mut self) {
        self.is_read_again = true;
        self.known.read_again();
    }

    /// A round of what was not read yet: to see everything soon without asking anything twice.
    pub fn unread_round(&mut self, now_us: u64) -> Round {
        let mut round = self.detail(Vec::new());
        let closing = round.commands.pop();
        let (streams, groups) = self.known.unread(now_us);
        for key in &streams {
            self.known.ask_stream(key, &self.capabilities, now_us, &mut round);
        }
        for (key, group) in &groups {
            self.known.ask_group(key, group, self.call_us(), &self.capabilities, &mut round);
            if self.is_read_again {
                self.known.ask_deliveries(key, group, &self.capabilities, &mut round);
            }
        }
        if self.lacks_channels() {
            self.ask_fanout(&mut round, now_us, &Focus::default());
        }
        if self.queues.has_unread(&self.capabilities) {
            self.ask_queues(&mut round, now_us, true);
        }
        round.commands.extend(closing);
        self.capabilities.admit(&mut round, now_us);
        round
    }

    pub(super) fn ask_streams(&mut self, round: &mut Round, now_us: u64, focus: &Focus) {
        let places = if self.is_read_again {
            0
        } else if self.settings.everything {
            usize::MAX
        } else {
            let share = self.settings.interval_us.clamp(SECOND_US / 10, 10 * SECOND_US);
            (limits::STREAM_COMMANDS_PER_S as u64 * share / SECOND_US / 2) as usize
        };
        for key in self.known.streams_in_turn(focus, places, now_us) {
            self.known.ask_stream(&key, &self.capabilities, now_us, round);
        }
        if self.known.refused_streams() > 0 {
            round.gaps.push(Gap {
                what: "streams".to_owned(),
                why: GapReason::Bound,
                text: format!("{} more streams than streamgauge watches", self.known.refused_streams()),
                scope: GapScope::Item,
            });
        }
    }

    /// Server time that a read of ours may take: more where it is asked but once.
    pub(super) fn call_us(&self) -> u64 {
        if self.settings.everything { limits::CALL_US } else { limits::POLLED_CALL_US }
    }

    pub(super) fn ask_groups(&mut self, round: &mut Round, now_us: u64, focus: &Focus) {
        let everything = self.settings.everything;
        let turn = match self.is_read_again {
            true => Vec::new(),
            false => self.known.groups_in_turn(focus, everything, now_us),
        };
        for (key, group) in turn {
            let wanted = self.fetches.contains(&Fetch::Consumers(key.clone(), group.clone()));
            let within_us = if wanted { u64::MAX } else { self.call_us() };
            self.known.ask_group(&key, &group, within_us, &self.capabilities, round);
            self.known.ask_deliveries(&key, &group, &self.capabilities, round);
        }
        if !self.settings.everything {
            let share = self.settings.interval_us.clamp(SECOND_US / 10, SECOND_US);
            let budget_us = limits::COUNT_US_PER_S * share / SECOND_US;
            self.known.ask_backlogs(
                focus,
                budget_us.max(500),
                limits::POLLED_CALL_US,
                now_us,
                &self.capabilities,
                round,
            );
        }
        if let Some((key, group, consumer)) = &focus.pending
            && self.capabilities.may(ReadVerb::XPENDING)
        {
            round.commands.push(ReadCmd::Xpending {
                key: key.clone(),
                group: group.clone(),
                start: StreamId::MIN,
                count: limits::PENDING_ROWS_VISIBLE,
                consumer: consumer.clone(),
            });
        }
        self.fetches.retain(|fetch| matches!(fetch, Fetch::Clients));
    }

    /// Bytes of streams, keys that are looked at, and counters.
    pub(super) fn ask_keys(&mut self, round: &mut Round, now_us: u64, focus: &Focus) {
        let places = if self.settings.everything { usize::MAX } else { limits::STREAM_SIZES_PER_ROUND };
        self.known.ask_sizes(focus, places, now_us, &self.capabilities, round);
        let places = if self.settings.everything { usize::MAX } else { limits::PENDING_SAMPLED_PER_ROUND };
        self.known.ask_pending_samples(places, now_us, &self.capabilities, round);
        for key in focus.keys.iter().take(limits::KEYS_LOOKED_AT) {
            let asked =
                [ReadCmd::Type(key.clone()), ReadCmd::Pttl(key.clone()), ReadCmd::MemoryUsage(key.clone())];
            let is_expensive = self.known.is_expensive(key);
            let may = |command: &ReadCmd| {
                self.capabilities.may(command.verb())
                    && (command.verb() != ReadVerb::MEMORY_USAGE || !is_expensive)
            };
            round.commands.extend(asked.into_iter().filter(may));
        }
        for counter in &self.settings.counters {
            let (key, field) = (counter.key.clone(), counter.field.clone());
            let command = ReadCmd::Counter { key, field };
            if self.capabilities.may(command.verb()) && !round.commands.contains(&command) {
                round.commands.push(command);
            }
        }
    }

    pub(super) fn ask_clients(&mut self, round: &mut Round, now_us: u64, focus: &Focus) {
        let fetched = self.fetches.contains(&Fetch::Clients);
        self.fetches.clear();
        if self.capabilities.may(ReadVerb::CONFIG_GET) && now_us >= self.due.output_limits_us {
            self.due.output_limits_us = now_us + 60 * SECOND_US;
            round.commands.push(ReadCmd::OutputLimits);
            round.commands.push(ReadCmd::IgnoreMaxmemory);
        }
        if !self.capabilities.may(ReadVerb::CLIENT_LIST) {
            return;
        }
        let Some(clients) = self.clients else {
            // Nobody says how many there are: ask only for somebody who wants it.
            if fetched {
                round.commands.push(ReadCmd::ClientList);
            }
            return;
        };
        if clients > limits::CLIENTS_POLLED {
            round.gaps.push(Gap {
                what: "CLIENT LIST".to_owned(),
                why: GapReason::TooCostly,
                text: format!(
                    "CLIENT LIST is not polled: {clients} clients would hold the server about {}; f asks once",
                    latency(clients as f64 * 1.8)
                ),
                scope: GapScope::Item,
            });
        } else if now_us >= self.due.clients_us {
            self.due.clients_us = now_us + if focus.clients { 2 } else { 5 } * SECOND_US;
            round.commands.push(ReadCmd::ClientList);
            return;
        }
        if fetched {
            round.commands.push(ReadCmd::ClientList);
        }
    }

    pub(super) fn ask_fanout(&mut self, round: &mut Round, now_us: u64, focus: &Focus) {
        let asker = Asker {
            now_us,
            is_seen: focus.fanout,
            everything: self.settings.everything,
            clients: self.clients,
            fetches: &self.fetches,
            capabilities: &self.capabilities,
        };
        self.fanout.ask(&asker, round);
        self.layers.ask(&asker, round);
    }

    pub(super) fn ask_queues(&mut self, round: &mut Round, now_us: u64, is_new_only: bool) {
        let asker = Asker {
            now_us,
            is_seen: false,
            everything: self.settings.everything,
            clients: self.clients,
            fetches: &self.fetches,
            capabilities: &self.capabilities,
        };
        self.queues.ask(&asker, is_new_only, round);
    }

    /// Whether PING may be asked: it goes over a connection of its own.
    pub fn may_ping(&self) -> bool {
        self.capabilities.may(ReadVerb::PING)
    }

    /// Learns what is refused of what was asked beside the rounds.
    pub fn learn_control(&mut self, exchanges: &[Exchange], now_us: u64) {
        self.capabilities.learn(exchanges, now_us);
    }

    pub(super) fn ask_at_times(&mut self, round: &mut Round, now_us: u64) {
        let is_cluster = self.due.is_cluster;
        for ((command, every_s, of_cluster), due_us) in AT_TIMES.iter().zip(&mut self.due.at_times_us) {
            if now_us >= *due_us && (is_cluster || !of_cluster) && self.capabilities.may(command.verb()) {
                *due_us = now_us + every_s * SECOND_US;
                round.commands.push(command.clone());
            }
        }
    }

    pub(super) fn close(&self, round: &mut Round) {
        if self.capabilities.may(ReadVerb::INFO) {
            round.commands.push(ReadCmd::Info(vec!["stats"]));
        } else if round.commands.is_empty() && self.capabilities.may(ReadVerb::PING) {
            round.commands.push(ReadCmd::Ping);
        }
    }
}
