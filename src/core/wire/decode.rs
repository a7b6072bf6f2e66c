//! From raw replies to facts. One file a noun.
//!
//! Knows every reply's shape in both protocols and all versions; keeps no state. Invariant: decoding never
//! fails and never guesses: what can't be read is a gap that says why, the rest is unharmed.

mod clients;
mod command_info;
mod fanout;
mod figures;
mod gather;
pub mod groups;
pub mod info;
mod keys;
mod latency;
mod looks;
mod missing;
mod names;
mod queues;
pub mod streams;

use super::observation::{Exchange, Notes, Observation};
use super::read::{ReadCmd, ReadVerb, ScanFor};
use super::resp::Resp;
use crate::core::figures::sentence::bytes;
use crate::core::limits::WATCHED_NAME_BYTES;
use crate::core::model::cache::{Bracket, OwnLookups};
use crate::core::model::clients::OutputLimits;
use crate::core::model::cluster::Cluster;
use crate::core::model::gap::GapScope;
use crate::core::model::queues::QueueFact;
use crate::core::model::snapshot::{PendingPage, ScanPage};
use crate::core::model::{Gap, GapReason, Name, Names, Snapshot, Stamped};
use figures::OddFigures;
pub use gather::FactsSoFar;
use gather::{Clock, Facts};
pub use missing::{denied_keys, late, too_long, what};

/// Everything that an observation says.
pub fn decode(observation: &Observation) -> Snapshot {
    let mut snapshot = facts(observation);
    note(&mut snapshot, &observation.notes);
    snapshot
}

/// What the replies say, without the notes.
pub fn facts(observation: &Observation) -> Snapshot {
    let mut facts = Facts::new(observation, Clock::of(observation), Names::default());
    observation.exchanges.iter().for_each(|exchange| facts.take(exchange));
    facts.told(observation.cause)
}

/// Adds what no reply says.
pub fn note(snapshot: &mut Snapshot, notes: &Notes) {
    if let Some(bracket) = &mut snapshot.bracket {
        bracket.beside = notes.own_lookups;
    }
    snapshot.own_refusals = notes.own_refusals.clone();
    snapshot.gaps.extend(notes.gaps.iter().cloned());
    missing::number_groups(snapshot);
    snapshot.interval_us = notes.interval_us;
    snapshot.discovery = notes.discovery;
    snapshot.keys_pass = notes.keys_pass;
    let mut pings = facts(&Observation { exchanges: notes.pings.clone(), ..Observation::default() });
    snapshot.pings_us.append(&mut pings.pings_us);
    snapshot.cost.add(&pings.cost);
    snapshot.cost.add(&notes.beside);
    snapshot.answered.append(&mut pings.answered);
    // A PING that was lost is the connection's own affair; one that was refused is told.
    for look in &notes.looks {
        looks::take(snapshot, look);
    }
    snapshot.gaps.extend(pings.gaps.into_iter().filter(|gap| gap.what == ReadVerb::PING.label()));
}

/// What names are made with, beside what they are told to.
type Decoding<'a> = (&'a mut Snapshot, &'a mut Names);

fn answered((snapshot, names): Decoding<'_>, exchange: &Exchange, reply: &Resp, at_us: i64) {
    let mut odd = OddFigures::default();
    let read = match &exchange.command {
        ReadCmd::Ping => {
            snapshot.pings_us.push(exchange.received_us.saturating_sub(exchange.sent_us));
            Some(())
        }
        ReadCmd::Time => reply.items().map(|_| ()),
        // An action reads these itself.
        ReadCmd::Inspect(_) => Some(()),
        ReadCmd::Info(sections) => read_info(snapshot, sections, reply, at_us),
        ReadCmd::ScanNames { also, .. } => names::page(reply, also).map(|page| snapshot.names = Some(page)),
        ReadCmd::Scan { wanted, .. } => scan_page(reply, *wanted).map(|page| take_page(snapshot, page)),
        ReadCmd::Type(_) | ReadCmd::Pttl(_) | ReadCmd::MemoryUsage(_) => {
            keys::fact(snapshot, &exchange.command, reply, at_us, &mut odd)
        }
        ReadCmd::MeasureKeys { keys, .. } => keys::measured(snapshot, keys, reply, at_us, &mut odd),
        ReadCmd::Counter { key, field } => keys::counter(reply).map(|value| {
            snapshot.counters.push((key.clone(), field.clone(), Stamped { at_us, value }));
        }),
        ReadCmd::OutputLimits => keys::config_value(reply, "client-output-buffer-limit")
            .and_then(|text| OutputLimits::read(&text))
            .map(|limits| snapshot.output_limits = Some(limits)),
        ReadCmd::IgnoreMaxmemory => keys::config_value(reply, "replica-ignore-maxmemory")
            .map(|word| snapshot.ignores_maxmemory = Some(word == "yes")),
        ReadCmd::ClientList => {
            clients::rows(reply, &mut odd).map(|value| snapshot.clients = Some(Stamped { at_us, value }))
        }
        ReadCmd::SlowlogGet(_) => {
            latency::slowlog(reply, &mut odd).map(|entries| snapshot.slowlog = Some(entries))
        }
        ReadCmd::Fanout(read) => fanout::read(snapshot, read, reply, at_us, &mut odd),
        ReadCmd::Queue(read) => queues::value(read, reply).map(|value| {
            let value = QueueFact { of: read.of.clone(), value };
            snapshot.queues.push(Stamped { at_us, value });
        }),
        ReadCmd::ClusterInfo => {
            reply.text().and_then(|text| Cluster::read(&text)).map(|cluster| snapshot.cluster = Some(cluster))
        }
        ReadCmd::LatencyLatest => {
            latency::events(reply, &mut odd).map(|events| snapshot.latency_events = Some(events))
        }
        _ => read_stream((snapshot, names), exchange, reply, at_us, &mut odd),
    };
    odd.tell(snapshot, exchange.command.verb().label());
    snapshot.replies.answered = snapshot.replies.answered.saturating_add(1);
    if read.is_some() {
        return missing::came(snapshot, &exchange.command);
    }
    let what = what(&exchange.command);
    snapshot.gaps.push(Gap {
        text: format!("{what}: the reply has a shape that streamgauge does not know"),
        what,
        why: GapReason::Failed,
        scope: GapScope::Item,
    });
}

fn read_stream(
    (snapshot, names): Decoding<'_>,
    exchange: &Exchange,
    reply: &Resp,
    at_us: i64,
    odd: &mut OddFigures,
) -> Option<()> {
    match &exchange.command {
        ReadCmd::Xlen(key) => {
            streams::length_only(key, reply, at_us, odd).map(|facts| snapshot.streams.push(facts))
        }
        ReadCmd::XinfoStream(key) => {
            let facts = streams::facts(key, reply, at_us, Some(exchange.reply_bytes), odd)?;
            snapshot.streams.push(facts);
            Some(())
        }
        ReadCmd::XinfoStreamLean { key, .. } => {
            streams::facts(key, reply, at_us, None, odd).map(|facts| snapshot.streams.push(facts))
        }
        ReadCmd::XinfoGroups(key) => groups::read_groups(reply, odd, names)
            .map(|value| snapshot.groups.push((key.clone(), Stamped { at_us, value }))),
        ReadCmd::CountUndelivered { key, group, cap, .. } => {
            groups::backlog(reply, *cap, odd).map(|backlog| {
                let counted = backlog.map(|value| (key.clone(), group.clone(), Stamped { at_us, value }));
                snapshot.backlogs.extend(counted);
            })
        }
        ReadCmd::MissingEntries { key, group, .. } => streams::missing(reply).map(|ids| {
            snapshot.missing.push((key.clone(), group.clone(), ids));
        }),
        ReadCmd::XinfoConsumers(key, group) => groups::read_consumers(reply, odd, names)
            .map(|value| snapshot.consumers.push((key.clone(), group.clone(), Stamped { at_us, value }))),
        ReadCmd::Xpending { key, group, start, count, consumer } => groups::read_pending(reply, odd, names)
            .map(|rows| {
                snapshot.pending.push(PendingPage {
                    key: key.clone(),
                    group: group.clone(),
                    consumer: consumer.clone(),
                    start: *start,
                    count: *count,
                    at_us,
                    rows,
                });
            }),
        ReadCmd::SamplePending { key, group, start, count } => {
            groups::read_pending(reply, odd, names).map(|rows| {
                snapshot.pending_samples.push(PendingPage {
                    key: key.clone(),
                    group: group.clone(),
                    consumer: None,
                    start: *start,
                    count: *count,
                    at_us,
                    rows,
                });
            })
        }
        ReadCmd::Xrange { key, .. } => {
            streams::entries(key, reply, at_us, false).map(|page| snapshot.entries.push(page))
        }
        ReadCmd::Xrevrange { key, .. } => {
            streams::entries(key, reply, at_us, true).map(|page| snapshot.entries.push(page))
        }
        _ => None,
    }
}

/// Fields of which every server tells one in the sections that are read first, forks and services that leave some out
/// included.
const INFO_MARKS: [&str; 6] =
    ["run_id", "redis_version", "used_memory", "connected_clients", "uptime_in_seconds", "role"];

fn read_info(snapshot: &mut Snapshot, sections: &[&'static str], reply: &Resp, at_us: i64) -> Option<()> {
    let text = reply.text()?;
    let fields = info::InfoFields::of(&text);
    let lookups = fields.lookups().map(|value| Stamped { at_us, value });
    if let Some(first) = lookups {
        match &mut snapshot.bracket {
            None => snapshot.bracket = Some(Bracket { first, last: None, beside: OwnLookups::default() }),
            Some(bracket) => bracket.last = Some(first),
        }
    }
    if snapshot.info.is_none() && INFO_MARKS.iter().any(|mark| fields.has(mark)) {
        snapshot.info = Some(info::info(&fields));
    }
    figures::tell(snapshot, "INFO", &fields.impossible());
    if sections.iter().any(|section| matches!(*section, "commandstats" | "latencystats")) {
        let mut read = command_info::commands(&text);
        match &mut snapshot.commands {
            None => snapshot.commands = Some(read),
            Some(commands) => {
                commands.stats.append(&mut read.stats);
                commands.latencies.append(&mut read.latencies);
            }
        }
    }
    Some(())
}

fn scan_page(reply: &Resp, wanted: ScanFor) -> Option<ScanPage> {
    let parts = reply.items()?;
    let next = parts.first()?.text()?.parse().ok()?;
    let names = parts.get(1)?.items()?.iter().filter_map(Resp::bytes);
    let (keys, long): (Vec<_>, Vec<_>) = names.partition(|name| name.len() <= WATCHED_NAME_BYTES);
    let (streams_only, for_sizes) = (wanted == ScanFor::Streams, wanted == ScanFor::Sizes);
    let keys = keys.into_iter().map(Name::from).collect();
    Some(ScanPage { next, keys, left_out: long.len() as u64, streams_only, for_sizes })
}

fn take_page(snapshot: &mut Snapshot, page: ScanPage) {
    if page.left_out > 0 {
        snapshot.gaps.push(Gap {
            what: "long names".to_owned(),
            why: GapReason::Bound,
            text: format!(
                "keys whose names are longer than {} are neither watched nor measured",
                bytes(WATCHED_NAME_BYTES as u64)
            ),
            scope: GapScope::Item,
        });
    }
    snapshot.scan = Some(page);
}

#[cfg(test)]
pub mod hostile;
#[cfg(test)]
pub(super) mod tests;
