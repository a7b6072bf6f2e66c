//! Output buffers of clients over time: who does not read what it is sent, and when it will be cut off.
//!
//! Knows lists of clients and the limits of their classes; judges nothing. Invariants: clients that are followed are
//! bounded; one that has gone leaves nothing behind; an unknown limit is not the default.

use crate::core::diagnose::evidence::memory::OutputCase;
use crate::core::model::Stamped;
use crate::core::model::clients::{Client, OutputLimit, OutputLimits};
use std::collections::{BTreeMap, VecDeque};

/// Clients that are followed: those with the fullest buffers.
const FOLLOWED: usize = 256;
/// Lists that a rate is taken over.
const LISTS: usize = 6;

/// Buffers over time.
#[derive(Clone, Debug, Default)]
pub struct OutputTrack {
    limits: Option<OutputLimits>,
    clients: BTreeMap<u64, ClientBuffer>,
}

#[derive(Clone, Debug, Default)]
struct ClientBuffer {
    seen: VecDeque<(i64, u64)>,
    /// Since when it has been above its soft limit.
    above_us: Option<i64>,
}

impl OutputTrack {
    /// Takes limits in.
    pub fn take_limits(&mut self, limits: OutputLimits) {
        self.limits = Some(limits);
    }

    /// The limits, where they can be read.
    pub fn limits(&self) -> Option<OutputLimits> {
        self.limits
    }

    /// Takes a list of clients in.
    pub fn advance(&mut self, list: &Stamped<Vec<Client>>) {
        let mut full: Vec<(&Client, u64)> = list
            .value
            .iter()
            .filter_map(|client| Some((client, client.omem.filter(|&omem| omem > 0)?)))
            .collect();
        full.sort_by_key(|(client, omem)| (std::cmp::Reverse(*omem), client.id));
        full.truncate(FOLLOWED);
        let before = std::mem::take(&mut self.clients);
        for (client, omem) in full {
            let mut buffer = before.get(&client.id).cloned().unwrap_or_default();
            if buffer.seen.back().is_none_or(|(at_us, _)| *at_us < list.at_us) {
                buffer.seen.push_back((list.at_us, omem));
            }
            while buffer.seen.len() > LISTS {
                buffer.seen.pop_front();
            }
            let soft = self.limits.and_then(|limits| limits.of(client.class()).soft);
            let is_above = soft.is_some_and(|soft| omem > soft);
            buffer.above_us = is_above.then(|| buffer.above_us.unwrap_or(list.at_us));
            self.clients.insert(client.id, buffer);
        }
    }

    /// Growth of a client's buffer, bytes a second.
    pub fn grows_per_s(&self, id: u64) -> Option<f64> {
        let seen = &self.clients.get(&id)?.seen;
        let (&(from_us, from), &(to_us, to)) = (seen.front()?, seen.back()?);
        let span_us = to_us.checked_sub(from_us).filter(|&us| us > 0)?;
        Some((to as f64 - from as f64) * 1e6 / span_us as f64)
    }

    /// Seconds until a client is cut off, as it goes; `None` where it is not, or where the limits can't be read.
    pub fn seconds_to_cut(&self, client: &Client, now_us: i64) -> Option<f64> {
        let limit: OutputLimit = self.limits?.of(client.class());
        let (bytes, buffer) = (client.omem? as f64, self.clients.get(&client.id)?);
        let grows = self.grows_per_s(client.id).filter(|per_s| *per_s > 0.0);
        let until = |at: u64| match (at as f64 - bytes, grows) {
            (left, _) if left <= 0.0 => Some(0.0),
            (left, Some(per_s)) => Some(left / per_s),
            _ => None,
        };
        let hard = limit.hard.and_then(until);
        let soft = limit.soft.and_then(|soft| {
            let above_s =
                buffer.above_us.map_or(0.0, |since_us| now_us.saturating_sub(since_us) as f64 / 1e6);
            Some(until(soft)? + (limit.soft_s as f64 - above_s).max(0.0))
        });
        [hard, soft].into_iter().flatten().min_by(f64::total_cmp)
    }

    /// What rules look at: clients with something unread, the fullest first.
    pub fn cases<'a>(&'a self, list: &'a Stamped<Vec<Client>>) -> Vec<OutputCase<'a>> {
        let case = |client: &'a Client| {
            self.clients.get(&client.id)?;
            Some(OutputCase {
                id: client.id,
                name: &client.name,
                address: &client.address,
                class: client.class(),
                bytes: client.omem?,
                grows_per_s: self.grows_per_s(client.id),
                limit: self.limits.map(|limits| limits.of(client.class())),
                seconds_to_cut: self.seconds_to_cut(client, list.at_us),
            })
        };
        let mut cases: Vec<_> = list.value.iter().filter_map(case).collect();
        cases.sort_by_key(|case| (std::cmp::Reverse(case.bytes), case.id));
        cases
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::model::Name;

    const MIB: u64 = 1 << 20;

    fn list(second: i64, omem: u64) -> Stamped<Vec<Client>> {
        let client = Client {
            id: 7,
            name: Name::from("feed"),
            address: Name::from("a:1"),
            user: None,
            age_s: None,
            idle_s: None,
            flags: "P".to_owned(),
            database: None,
            command: String::new(),
            omem: Some(omem),
            tot_mem: None,
            qbuf: None,
            subscriptions: None,
            patterns: None,
            library: None,
        };
        Stamped { at_us: second * 1_000_000, value: vec![client] }
    }

    fn cut(track: &OutputTrack, list: &Stamped<Vec<Client>>) -> Option<f64> {
        track.seconds_to_cut(&list.value[0], list.at_us)
    }

    #[test]
    fn a_client_is_cut_off_by_the_limit_that_comes_first() {
        let mut track = OutputTrack::default();
        let mut last = list(0, MIB);
        track.advance(&last);
        assert_eq!(cut(&track, &last), None, "no limits are known");
        track.take_limits(
            OutputLimits::read("normal 0 0 0 replica 0 0 0 pubsub 33554432 8388608 60").unwrap(),
        );
        for second in 1..6 {
            last = list(second * 2, (1 + second as u64) * MIB);
            track.advance(&last);
        }
        // 6 MiB, half a MiB more each second: 52 s to the hard limit, 4 s to the soft one and 60 s there.
        assert_eq!((track.grows_per_s(7), cut(&track, &last)), (Some(0.5 * MIB as f64), Some(52.0)));
        last = list(100, 9 * MIB);
        track.advance(&last);
        let later = list(130, 9 * MIB);
        track.advance(&later);
        assert!(cut(&track, &later).unwrap() <= 30.0, "half of the soft limit's time has passed");
    }

    #[test]
    fn whoever_has_read_everything_is_forgotten() {
        let mut track = OutputTrack::default();
        track.advance(&list(0, MIB));
        track.advance(&list(2, 0));
        assert_eq!((track.clients.len(), track.grows_per_s(7)), (0, None));
    }
}
