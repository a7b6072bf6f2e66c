//! What one poll asks: which commands, in which order, within which cost.
//!
//! Knows the streams and groups seen so far, whose turn it is, what was refused and what would take too long.
//! Does not send anything and reads no clock: time enters as microseconds that never go back.
//! Invariant: every round begins and ends with INFO, so that what it causes stands between two readings.

pub mod agenda;
mod asks;
mod backlogs;
mod capabilities;
mod costs;
mod discovery;
mod fanout;
mod ghosts;
mod hints;
mod known;
mod layers;
mod looks;
mod queues;
mod reply_rests;
mod rights;
mod rotation;
mod sampler;
mod sizes;
mod trims;
mod unread;
mod walks;

use super::observation::{AskedFor, Exchange, Observation};
use super::read::{ReadCmd, ReadVerb};
use super::resp::Resp;
use crate::core::limits;
use crate::core::model::counters::CounterSpec;
use crate::core::model::gap::GapScope;
use crate::core::model::glob::Glob;
use crate::core::model::queues::HeldTimes;
use crate::core::model::snapshot::Discovery;
use crate::core::model::{Gap, GapReason, Name, Snapshot};
use asks::Due;
use capabilities::Capabilities;
use discovery::Search;
use fanout::FanoutTurn;
use known::Known;
use layers::KnownLayers;
use looks::LookTurn;
use queues::KnownQueues;
use rights::KeyRights;
pub use sampler::Sampler;

/// What a planner is told once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PollSettings {
    /// Time between rounds, microseconds.
    pub interval_us: u64,
    /// Keys, or globs, that are looked for beside the search.
    pub patterns: Vec<Name>,
    /// What keys of channel layers begin with; none to look for none.
    pub layers: Vec<Name>,
    /// Whether to look for queues of job frameworks.
    pub queues: bool,
    /// Keys, or globs, that are queues without a framework.
    pub queue_lists: Vec<Name>,
    /// The field of a job's payload that names for whom it is.
    pub queue_tenant: Option<Name>,
    /// How long workers may hold a job, where only clients know that.
    pub held: HeldTimes,
    /// Whether to search the whole keyspace for streams.
    pub discover: bool,
    /// Ask everything in every round instead of taking turns: for one reading that is complete.
    pub everything: bool,
    /// Whether to measure keys in the background.
    pub measures_keys: bool,
    /// The logical database that we are in.
    pub database: u32,
    /// Counters of the operator's.
    pub counters: Vec<CounterSpec>,
}

/// What somebody is looking at: asked first and in every round.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Focus {
    /// Streams on the screen.
    pub streams: Vec<Name>,
    /// Groups on the screen.
    pub groups: Vec<(Name, Name)>,
    /// The group whose pending rows are read.
    pub pending: Option<(Name, Name, Option<Name>)>,
    /// Keys on the screen.
    pub keys: Vec<Name>,
    /// Whether CLIENT LIST is on the screen.
    pub clients: bool,
    /// Whether command times are on the screen.
    pub latency: bool,
    /// Whether publish and subscribe are on the screen.
    pub fanout: bool,
}

/// What is asked only on request, because it is too costly to poll.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Fetch {
    /// CLIENT LIST.
    Clients,
    /// XINFO CONSUMERS of a group.
    Consumers(Name, Name),
    /// CLIENT LIST TYPE pubsub.
    Subscribers,
    /// PUBSUB CHANNELS of all kinds.
    Channels,
}

/// One round, ready to be sent.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Round {
    /// In this order, cut into pipelines by the link.
    pub commands: Vec<ReadCmd>,
    /// What was left out, and why.
    pub gaps: Vec<Gap>,
    /// What it is.
    pub cause: AskedFor,
}

/// Decides what the next round asks.
#[derive(Clone, Debug)]
pub struct Planner {
    settings: PollSettings,
    capabilities: Capabilities,
    search: Search,
    known: Known,
    sampler: Sampler,
    due: Due,
    clients: Option<u64>,
    fanout: FanoutTurn,
    layers: KnownLayers,
    /// The walk for names of keys of any type: of channel layers and of queues.
    names: Search,
    queues: KnownQueues,
    fetches: Vec<Fetch>,
    fetched: std::collections::BTreeMap<Fetch, u64>,
    /// Whether the last step of the search was refused in every form.
    is_scan_refused: bool,
    rights: KeyRights,
    looks: LookTurn,
    /// Whether all is read once more, in rounds of their own: the others leave streams and groups to those.
    is_read_again: bool,
}

const SECOND_US: u64 = 1_000_000;
/// Time between two fetches of the same thing.
const FETCH_APART_US: u64 = 30 * SECOND_US;

impl Planner {
    /// A planner that knows nothing yet.
    pub fn new(settings: PollSettings) -> Self {
        let search = Search::new(&settings.patterns, settings.discover, settings.everything);
        let layers = KnownLayers::new(&settings.layers);
        let everything: &[Name] = &[Name::from("")];
        let prefixes = if settings.queues && settings.discover { everything } else { &settings.layers };
        let of_layers =
            settings.layers.iter().map(|prefix| Glob::literal_prefix(prefix.as_bytes()).text().clone());
        let also: Vec<Name> = of_layers.chain(settings.queue_lists.iter().cloned()).collect();
        let names = Search::of_names(prefixes, &also, settings.everything);
        let queues = KnownQueues::new(
            settings.queues,
            &settings.queue_lists,
            settings.queue_tenant.clone(),
            settings.held,
        );
        let mut known = Known::default();
        known.add(search.literals(), 0);
        let sampler = Sampler::new(settings.measures_keys);
        Self {
            settings,
            sampler,
            capabilities: Capabilities::default(),
            search,
            known,
            due: Due::default(),
            clients: None,
            fanout: FanoutTurn::default(),
            layers,
            names,
            queues,
            fetches: Vec::new(),
            fetched: std::collections::BTreeMap::new(),
            is_scan_refused: false,
            rights: KeyRights::default(),
            looks: LookTurn::default(),
            is_read_again: false,
        }
    }

    /// Time between rounds, microseconds.
    pub fn interval_us(&self) -> u64 {
        self.settings.interval_us
    }

    /// Changes the time between rounds.
    pub fn set_interval_us(&mut self, interval_us: u64) {
        self.settings.interval_us = interval_us;
    }

    /// Another connection, perhaps another user or server: what was refused may be tried again.
    pub fn reconnected(&mut self) {
        self.capabilities.reconnected();
        self.is_scan_refused = false;
        self.rights.reconnected();
        self.due = Due::default();
        self.sampler.begin_anew();
        self.fanout.reconnected();
        self.layers.reconnected();
        self.queues.reconnected();
    }

    /// Asks for something costly in the next round; the seconds to wait when it was asked too recently.
    pub fn fetch(&mut self, fetch: Fetch, now_us: u64) -> Result<(), u64> {
        let next_us = self.fetched.get(&fetch).map_or(0, |at_us| at_us.saturating_add(FETCH_APART_US));
        if next_us > now_us {
            return Err((next_us - now_us).div_ceil(SECOND_US));
        }
        if self.fetched.len() > limits::GAPS {
            self.fetched.clear();
        }
        self.fetched.insert(fetch.clone(), now_us);
        if !self.fetches.contains(&fetch) {
            self.fetches.push(fetch);
        }
        Ok(())
    }

    /// Whether the keyspace was walked through once, or can't be.
    pub fn has_searched(&self) -> bool {
        let is_through = |search: &Search| search.progress().passes > 0 && !search.has_untyped();
        self.is_scan_refused
            || !self.capabilities.may_scan()
            || (is_through(&self.search) && self.names.progress().passes > 0)
    }

    /// Whether there are streams, groups or, where everything is read, channels that were not read yet.
    pub fn has_unread(&self) -> bool {
        !self.known.all_read(&self.capabilities)
            || self.lacks_channels()
            || self.queues.has_unread(&self.capabilities)
    }

    fn lacks_channels(&self) -> bool {
        self.settings.everything && (self.fanout.lacks_counts() || self.layers.has_unread())
    }

    /// How far the search is.
    pub fn discovery(&self) -> Discovery {
        Discovery { streams: self.known.len(), ..self.search.progress() }
    }

    /// The next round.
    pub fn round(&mut self, now_us: u64, focus: &Focus) -> Round {
        let mut round = Round::default();
        self.ask_info(&mut round, now_us, focus);
        self.ask_streams(&mut round, now_us, focus);
        self.ask_fanout(&mut round, now_us, focus);
        self.ask_queues(&mut round, now_us, false);
        self.ask_groups(&mut round, now_us, focus);
        self.ask_keys(&mut round, now_us, focus);
        self.ask_clients(&mut round, now_us, focus);
        self.ask_at_times(&mut round, now_us);
        self.close(&mut round);
        self.tell_unsearched(&mut round);
        self.capabilities.admit(&mut round, now_us);
        round
    }

    /// Where one reading is to be whole, a search that was not ended in time is told.
    fn tell_unsearched(&self, round: &mut Round) {
        if self.settings.everything && self.search.progress().steps > 0 && !self.has_searched() {
            round.gaps.push(Gap {
                what: "search".to_owned(),
                why: GapReason::Timeout,
                text:
                    "the keyspace was not searched to its end: streams may be missing; --for gives it longer"
                        .to_owned(),
                scope: GapScope::Item,
            });
        }
    }

    /// Counts every lag that does not follow from ids: for one reading that is complete, right after its round.
    pub fn backlog_round(&mut self, now_us: u64) -> Option<Round> {
        let mut round = self.detail(Vec::new());
        let bare = round.commands.len();
        let closing = round.commands.pop();
        self.known.ask_backlogs(
            &Focus::default(),
            u64::MAX,
            limits::COUNT_CALL_US,
            now_us,
            &self.capabilities,
            &mut round,
        );
        round.commands.extend(closing);
        self.capabilities.admit(&mut round, now_us);
        (round.commands.len() > bare).then_some(round)
    }

    /// The walk that measures keys.
    pub fn sampler(&mut self) -> &mut Sampler {
        &mut self.sampler
    }

    /// A question of somebody who looks at something, inside its own bracket.
    pub fn detail(&self, commands: Vec<ReadCmd>) -> Round {
        let mut round = Round::default();
        if self.capabilities.may(ReadVerb::INFO) {
            round.commands.push(ReadCmd::Info(vec!["stats"]));
        }
        round.commands.extend(commands);
        self.close(&mut round);
        round
    }

    /// Learns from what came back: what was refused, what is there, what takes long.
    pub fn learn(&mut self, observation: &Observation, snapshot: &Snapshot, now_us: u64) {
        self.capabilities.learn(&observation.exchanges, now_us);
        self.rights.learn(&observation.exchanges, now_us);
        let is_scan = |exchange: &&Exchange| matches!(exchange.command, ReadCmd::Scan { .. });
        if let Some(scan) = observation.exchanges.iter().find(is_scan) {
            // A page that can't be read is as good as none.
            let is_page = matches!(&scan.reply, Ok(reply) if !matches!(reply, Resp::Error(_)));
            self.is_scan_refused = snapshot.scan.is_none() && (is_page || !self.capabilities.may_scan());
        }
        self.learn_trims(snapshot, now_us);
        self.known.learn(observation, snapshot, now_us);
        self.fanout.learn(snapshot, now_us);
        self.search.learn(observation, snapshot, now_us);
        self.names.learn(observation, snapshot, now_us);
        let named = self.names.take_found();
        self.layers.learn_names(&named, now_us);
        self.layers.learn(snapshot, now_us);
        self.queues.learn_names(&named);
        let guesses = snapshot.names.iter().flat_map(|page| &page.guesses);
        guesses.for_each(|guess| self.queues.learn_guess(guess));
        self.queues.learn(snapshot, now_us);
        let sent_us = observation.exchanges.first().map_or(0, |exchange| exchange.sent_us);
        let received_us = observation.exchanges.last().map_or(0, |exchange| exchange.received_us);
        let (taken_us, keys) = (received_us.saturating_sub(sent_us), self.keys(snapshot));
        match observation.cause {
            AskedFor::Keys => {
                self.sampler.ask_untold(&observation.exchanges);
                self.sampler.learn(snapshot, taken_us, keys, now_us);
            }
            _ => self.sampler.learn_figures(snapshot, keys),
        }
        let found = self.search.take_found();
        self.known.add(&found, now_us);
        if now_us >= self.due.literals_us {
            // A key that was named and is not there is looked for again, not in every round.
            self.due.literals_us = now_us + 10 * SECOND_US;
            self.known.add(self.search.literals(), now_us);
        }
        if let Some(info) = &snapshot.info {
            self.clients = info.clients.connected;
            self.due.learn_mode(info.server.mode);
        }
    }

    /// Keys of our database, where this round's INFO tells: one that is not listed has none.
    fn keys(&self, snapshot: &Snapshot) -> Option<u64> {
        let databases = &snapshot.info.as_ref()?.keyspace;
        let own = databases.iter().find(|space| space.database == u64::from(self.settings.database));
        Some(own.map_or(0, |space| space.keys))
    }
}

#[cfg(test)]
mod tests;
