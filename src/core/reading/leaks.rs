//! Consumers that were left over: many of a group that hold nothing and that nobody seems to read as any more.
//!
//! Servers never remove a consumer by themselves, so a name for each process or connection adds up. Two signs: idle for an
//! hour, where their list is read, beyond the clients that may still be waiting; or far more of them than clients are
//! connected. Knows lists, numbers and INFO's clients; what they take is told by `sizes`. Invariants: a consumer that holds
//! something is no leak; a replica tells nothing, for its consumers are read by clients of the primary.

use super::Reading;
use super::digest::Leftovers;
use super::groups::GroupState;
use super::streams::StreamState;
use crate::core::diagnose::evidence::memory::{LeakCase, LeakSign};
use crate::core::model::Name;
use crate::core::model::consumers::Consumer;
use crate::core::model::server::ServerRole;

/// Idle time from which on a consumer that holds nothing is taken for left over, milliseconds: longer than a deployment or a
/// break of a job takes.
pub const LEFT_OVER_MS: u64 = 3_600_000;
/// Consumers for each client that is connected, from which on most of them can't be in use: clients that share a connection
/// may be some consumers each.
const CONSUMERS_A_CLIENT: u64 = 10;
/// Consumers that are named.
const EXAMPLES: usize = 3;

/// Those of a stream.
pub fn leftovers(stream: &StreamState) -> Leftovers {
    let mut all = Leftovers::default();
    for group in stream.groups.values() {
        let Some(consumers) = group.facts.consumers else { continue };
        let Some(holders) = holders(group, consumers) else { continue };
        let free = consumers.saturating_sub(holders);
        let list = group.consumers.as_ref();
        let idle = list.into_iter().flat_map(|list| idle(&list.value, 0).map(|(_, ms)| (list.at_us, ms)));
        let mut listed = 0;
        for (at_us, idle_ms) in idle {
            listed += 1;
            let idle_us = i64::try_from(idle_ms.saturating_mul(1_000)).unwrap_or(i64::MAX);
            let since_us = at_us.saturating_sub(idle_us);
            all.since_us = Some(all.since_us.map_or(since_us, |first_us| first_us.min(since_us)));
        }
        all.most = all.most.max(free).max(listed);
    }
    all
}

impl Reading {
    /// Whether consumers of this stream may be left over: what has to be looked into.
    pub(super) fn may_leak(&self, stream: &StreamState) -> bool {
        let home = self.home_of(stream);
        let Some(clients) = home.info.as_ref().and_then(|info| info.value.clients.connected) else {
            return false;
        };
        let Leftovers { most, since_us } = stream.digest.leftovers;
        // A moment more, for ages are told in whole milliseconds.
        let is_old = |since_us: i64| home.at_us.saturating_sub(since_us) / 1_000 >= LEFT_OVER_MS as i64 - 2;
        most > clients && (most > clients.saturating_mul(CONSUMERS_A_CLIENT) || since_us.is_some_and(is_old))
    }

    /// The consumers of a group that were left over; `None` where there are none, or nobody can tell.
    pub fn leaked_consumers<'a>(
        &'a self,
        stream: &'a StreamState,
        group: &'a GroupState,
    ) -> Option<LeakCase<'a>> {
        let home = self.home_of(stream);
        let info = home.fresh_info().filter(|info| info.server.role != ServerRole::Replica)?;
        let clients = info.clients.connected?;
        let consumers = group.facts.consumers.filter(|&consumers| consumers > clients)?;
        let list = group.consumers.as_ref().filter(|list| !list.value.is_empty());
        let now_us = home.at_us;
        let age_ms = |at_us: i64| (now_us.saturating_sub(at_us) / 1000).max(0).unsigned_abs();
        let is_long = |(_, idle_ms): &(&Name, u64)| *idle_ms >= LEFT_OVER_MS;
        let idle = list.into_iter().flat_map(|list| idle(&list.value, age_ms(list.at_us)));
        let mut idle: Vec<(&Name, u64)> = idle.filter(is_long).collect();
        let by_idle = (idle.len() as u64).saturating_sub(clients);
        let free = consumers.saturating_sub(holders(group, consumers)?);
        let by_clients = if free > clients.saturating_mul(CONSUMERS_A_CLIENT) { free - clients } else { 0 };
        let (leaked, sign) = match by_idle >= by_clients {
            true => (by_idle, LeakSign::Idle),
            false => (by_clients, LeakSign::MoreThanClients),
        };
        idle.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        let named = match sign {
            LeakSign::Idle => idle.iter().map(|(name, _)| *name).take(EXAMPLES).collect(),
            LeakSign::MoreThanClients => list.map_or_else(Vec::new, |list| free_names(&list.value)),
        };
        let weight = home.memory.size_model().and_then(|model| model.consumer_weight(stream, group));
        (leaked > 0).then(|| LeakCase {
            key: &stream.key,
            group: &group.facts.name,
            consumers,
            leaked,
            clients,
            sign,
            examples: named,
            bytes: weight.map(|weight| (weight.each * leaked as f64) as u64),
            is_bytes_least: weight.is_some_and(|weight| weight.is_least),
        })
    }
}

/// Consumers that hold something, at most where their list was not read.
fn holders(group: &GroupState, consumers: u64) -> Option<u64> {
    let listed = group.consumers.as_ref().filter(|list| list.value.len() as u64 == consumers);
    let holds = |list: &[Consumer]| list.iter().filter(|consumer| consumer.pending != Some(0)).count() as u64;
    listed.map(|list| holds(&list.value)).or(group.facts.pending)
}

/// Those that hold nothing, with how long they have been idle.
fn idle(list: &[Consumer], age_ms: u64) -> impl Iterator<Item = (&Name, u64)> {
    let free = list.iter().filter(|consumer| consumer.pending == Some(0));
    free.filter_map(move |consumer| Some((&consumer.name, consumer.idle_ms?.saturating_add(age_ms))))
}

fn free_names(list: &[Consumer]) -> Vec<&Name> {
    let free = list.iter().filter(|consumer| consumer.pending == Some(0));
    free.map(|consumer| &consumer.name).take(EXAMPLES).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::model::consumers::Inactivity;
    use crate::core::model::groups::{Group, ServerLag};
    use crate::core::model::info::Info;
    use crate::core::model::{Snapshot, Stamped};

    const HOUR_MS: u64 = LEFT_OVER_MS;

    /// What is left over of a group with so many consumers, of which some hold something: as `rows` list them, where they do.
    fn left_over(
        (consumers, pending, clients): (u64, u64, u64),
        role: ServerRole,
        rows: Option<Vec<(u64, u64)>>,
    ) -> Option<(u64, LeakSign, usize)> {
        let mut info = Info::default();
        info.clients.connected = Some(clients);
        info.server.role = role;
        let (key, group) = (Name::from("jobs"), Name::from("workers"));
        let facts = Group {
            name: group.clone(),
            consumers: Some(consumers),
            pending: Some(pending),
            last_delivered: None,
            entries_read: None,
            lag: ServerLag::Unknown,
        };
        let consumer = |(n, (pending, idle_ms)): (usize, (u64, u64))| Consumer {
            name: Name::from(format!("c{n}").as_str()),
            pending: Some(pending),
            idle_ms: Some(idle_ms),
            inactive: Inactivity::Unsupported,
        };
        let listed = rows.map(|rows| rows.into_iter().enumerate().map(consumer).collect());
        let list = listed.map(|value| (key.clone(), group.clone(), Stamped { at_us: 1_000, value }));
        let mut reading = Reading::new(0);
        reading.advance(Snapshot {
            taken_at_ms: 1,
            at_us: 1_000,
            info: Some(info),
            groups: vec![(key.clone(), Stamped { at_us: 1_000, value: vec![facts] })],
            consumers: list.into_iter().collect(),
            ..Snapshot::default()
        });
        let stream = &reading.streams()[&key];
        let case = reading.leaked_consumers(stream, stream.groups.get(&group).unwrap())?;
        assert_eq!(case.bytes.is_some(), case.leaked > 0);
        Some((case.leaked, case.sign, case.examples.len()))
    }

    #[test]
    fn far_more_consumers_than_clients_are_left_over_whether_their_list_is_read_or_not() {
        let primary =
            |consumers, pending, clients| left_over((consumers, pending, clients), ServerRole::Primary, None);
        assert_eq!(primary(300_000, 0, 3), Some((299_997, LeakSign::MoreThanClients, 0)));
        assert_eq!(primary(300_000, 100_000, 3), Some((199_997, LeakSign::MoreThanClients, 0)));
        assert_eq!(primary(300_000, 300_000, 3), None, "each may hold an entry");
        assert_eq!(primary(1_000, 0, 100), None, "ten of them for each client may be in use");
        let young = Some(vec![(0, 5); 2_000]);
        assert_eq!(
            left_over((2_000, 0, 3), ServerRole::Primary, young),
            Some((1_997, LeakSign::MoreThanClients, 3))
        );
    }

    #[test]
    fn idle_ones_that_hold_nothing_are_left_over_beyond_those_that_may_wait_in_a_read() {
        let rows = |idle: usize, busy: usize, holding: usize| {
            [vec![(0, HOUR_MS); idle], vec![(0, HOUR_MS - 1); busy], vec![(1, 9 * HOUR_MS); holding]].concat()
        };
        let of = |rows: Vec<(u64, u64)>, clients: u64| {
            let (count, pending) = (rows.len() as u64, rows.iter().map(|row| row.0).sum());
            left_over((count, pending, clients), ServerRole::Primary, Some(rows))
        };
        assert_eq!(of(rows(1_500, 400, 100), 500), Some((1_000, LeakSign::Idle, 3)));
        assert_eq!(of(rows(500, 1_400, 100), 500), None, "each may be a client that waits");
    }

    #[test]
    fn a_replica_tells_nothing() {
        assert_eq!(left_over((300_000, 0, 3), ServerRole::Replica, None), None);
    }
}
