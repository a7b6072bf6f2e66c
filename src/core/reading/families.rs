//! Streams whose names differ by an id only, as one: so that ten thousand of one entry each do not hide the others.
//!
//! Knows names, lengths, sizes and verdicts. Invariants: a stream that a finding tells of, or that does not fare well, is never
//! in a family; a family has so many streams at least that it is shorter to say; sums say whether all is known.

use super::Reading;
use super::streams::StreamState;
use crate::core::diagnose::finding::FindingSubject;
use crate::core::model::Name;
use crate::core::model::family::{LEAST, family};
use std::collections::{BTreeSet, HashMap};

/// Streams of one family.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamFamily {
    /// The names, with `*` for what differs.
    pub name: Name,
    /// How many.
    pub streams: u64,
    /// Entries of all of them; `None` while the length of one is not known.
    pub entries: Option<u64>,
    /// What they take, bytes, as far as that is known.
    pub bytes: Option<u64>,
    /// Groups of all of them.
    pub groups: u64,
    /// Pending entries of all of them.
    pub pending: u64,
    /// The age of the newest entry of any of them, milliseconds.
    pub newest_age_ms: Option<u64>,
}

/// Streams, folded: each its own, or by the first of a family.
#[derive(Clone, Debug)]
pub enum FoldedStream<'a> {
    /// A stream on its own.
    One(&'a StreamState),
    /// A family, where its first stream would stand.
    Family(StreamFamily),
}

impl Reading {
    /// All streams in the order of their names, families as one each, but for those that are open.
    pub fn folded_streams<'a>(&'a self, open: &BTreeSet<Name>) -> Vec<FoldedStream<'a>> {
        let (homes, mut families) = self.families();
        let now_ms = self.now_ms();
        let mut folded = Vec::with_capacity(self.streams().len().min(4_096));
        let mut told: Vec<Option<usize>> = vec![None; families.len()];
        for (stream, home) in self.streams().values().zip(homes) {
            let Some(at) = home else {
                folded.push(FoldedStream::One(stream));
                continue;
            };
            let (Some(family), Some(place)) = (families.get_mut(at), told.get_mut(at)) else { continue };
            if place.is_none() {
                *place = Some(folded.len());
                // Its sums follow below, once all of it was seen.
                folded.push(FoldedStream::Family(family.clone()));
            }
            family.add(self, stream, now_ms);
            if open.contains(&family.name) {
                folded.push(FoldedStream::One(stream));
            }
        }
        for (family, place) in families.into_iter().zip(told) {
            if let Some(row) = place.and_then(|place| folded.get_mut(place)) {
                *row = FoldedStream::Family(family);
            }
        }
        folded
    }

    /// The families that are worth a row, empty yet, and of each stream the place of its own.
    fn families(&self) -> (Vec<Option<usize>>, Vec<StreamFamily>) {
        let told = self.told_streams();
        let mut places: HashMap<Vec<u8>, usize> = HashMap::new();
        let mut counts: Vec<usize> = Vec::new();
        let mut name = Vec::new();
        let all: Vec<Option<usize>> = (self.streams().iter())
            .map(|(key, stream)| {
                if !family(key.as_bytes(), &mut name) || told.contains(key) || self.fares_badly(stream) {
                    return None;
                }
                let at = match places.get(&name) {
                    Some(at) => *at,
                    None => {
                        places.insert(name.clone(), counts.len());
                        counts.push(0);
                        counts.len() - 1
                    }
                };
                counts.get_mut(at).into_iter().for_each(|count| *count += 1);
                Some(at)
            })
            .collect();
        let mut kept: Vec<Option<usize>> = vec![None; counts.len()];
        let mut families = Vec::new();
        for (name, at) in places {
            if counts.get(at).is_some_and(|count| *count >= LEAST)
                && let Some(place) = kept.get_mut(at)
            {
                *place = Some(families.len());
                families.push(StreamFamily::new(Name::new(name)));
            }
        }
        let homes = all.into_iter().map(|at| kept.get(at?).copied().flatten());
        (homes.collect(), families)
    }

    /// Streams that a finding tells of.
    fn told_streams(&self) -> BTreeSet<&Name> {
        let subjects = self.findings().iter().map(|finding| &finding.subject);
        let keys = subjects.filter_map(|subject| match subject {
            FindingSubject::Stream(key)
            | FindingSubject::Group(key, _)
            | FindingSubject::Consumer(key, ..) => Some(key),
            _ => None,
        });
        keys.collect()
    }

    /// Whether a group of it does; who has none has no verdict.
    fn fares_badly(&self, stream: &StreamState) -> bool {
        !stream.groups.is_empty()
            && self.stream_verdict(&stream.key).is_some_and(|verdict| verdict.is_wrong())
    }
}

impl StreamFamily {
    fn new(name: Name) -> Self {
        Self { name, streams: 0, entries: Some(0), bytes: None, groups: 0, pending: 0, newest_age_ms: None }
    }

    fn add(&mut self, reading: &Reading, stream: &StreamState, now_ms: i64) {
        self.streams += 1;
        let length = stream.length.map(|length| length.value);
        self.entries = self.entries.zip(length).map(|(sum, length)| sum.saturating_add(length));
        let bytes = reading.stream_size(stream).total();
        self.bytes = match (self.bytes, bytes) {
            (Some(sum), Some(bytes)) => Some(sum.saturating_add(bytes)),
            (sum, bytes) => sum.or(bytes),
        };
        self.groups = stream.group_count().map_or(self.groups, |groups| self.groups.saturating_add(groups));
        self.pending = stream.pending().map_or(self.pending, |pending| self.pending.saturating_add(pending));
        let newest = stream.newest_entry_age_ms(now_ms);
        self.newest_age_ms = self.newest_age_ms.into_iter().chain(newest).min();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::model::Snapshot;
    use crate::core::model::streams::StreamFacts;

    fn reading(names: impl Iterator<Item = String>) -> Reading {
        let facts = |name: String| StreamFacts {
            key: Name::from(name.as_str()),
            at_us: 1_000,
            length: Some(1),
            detail: None,
            reply_bytes: None,
        };
        let mut reading = Reading::new(0);
        reading.advance(Snapshot {
            taken_at_ms: 1,
            at_us: 1_000,
            streams: names.map(facts).collect(),
            ..Snapshot::default()
        });
        reading
    }

    fn told(reading: &Reading, open: &[&str]) -> Vec<String> {
        let open = open.iter().map(|name| Name::from(*name)).collect();
        let line = |folded: FoldedStream<'_>| match folded {
            FoldedStream::One(stream) => stream.key.text(),
            FoldedStream::Family(family) => {
                let entries = family.entries.map_or("?".to_owned(), |entries| entries.to_string());
                format!("{} {} {entries}", family.name, family.streams)
            }
        };
        reading.folded_streams(&open).into_iter().map(line).collect()
    }

    #[test]
    fn many_streams_that_differ_by_an_id_are_one_and_the_others_stand_as_they_are() {
        let results = (0..10_000).map(|at| format!("rq:results:{at:08x}-0000-4000-8000-0123456789ab"));
        let others = (0..9).map(|at| format!("shop:{at}:events")).chain(["orders".to_owned()]);
        let reading = reading(results.chain(others));
        let rows = told(&reading, &[]);
        assert_eq!(rows.len(), 11);
        assert!(rows.contains(&"rq:results:* 10000 10000".to_owned()), "{rows:?}");
        assert_eq!(told(&reading, &["rq:results:*"]).len(), 10_011);
    }

    #[test]
    fn a_family_stands_where_its_first_stream_would() {
        let ids = (10..30).map(|at| format!("job:{at}"));
        let reading = reading(ids.chain(["alpha".to_owned(), "zeta".to_owned()]));
        assert_eq!(told(&reading, &[]), ["alpha", "job:* 20 20", "zeta"]);
        assert_eq!(told(&reading, &["job:*"])[..3], ["alpha", "job:* 20 20", "job:10"]);
    }
}
