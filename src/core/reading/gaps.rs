//! What is missing now, and why.

use crate::core::limits;
use crate::core::model::cluster::{Cluster, part};
use crate::core::model::gap::GapScope;
use crate::core::model::info::Info;
use crate::core::model::{Gap, GapReason, Snapshot};
use std::collections::BTreeMap;

/// Databases that one sentence names.
const DATABASES: usize = 4;

/// A gap of one item that has not come again for this long has closed, microseconds.
const ITEM_OPEN_US: i64 = 90_000_000;

/// What is missing of a database that is empty while another is not.
pub const KEYS: &str = "keys";

/// Somebody who looks at an empty database while the keys are in another has probably not meant it.
fn keys_elsewhere(info: &Info, database: u32) -> Option<Gap> {
    let others: Vec<_> = info.keyspace.iter().filter(|space| space.keys > 0).collect();
    if others.iter().any(|space| space.database == u64::from(database)) {
        return None;
    }
    let most = others.iter().max_by_key(|space| space.keys)?;
    let list = others
        .iter()
        .take(DATABASES)
        .map(|space| format!("database {} holds {}", space.database, space.keys));
    let list = list.collect::<Vec<_>>().join(", ");
    Some(Gap {
        what: KEYS.to_owned(),
        why: GapReason::Empty,
        text: format!("database {database} holds no keys, {list}: -n {} looks there", most.database),
        scope: GapScope::Item,
    })
}

/// What is missing where the server is one of a cluster.
pub const CLUSTER: &str = "cluster";

/// One node holds a part of the keys: figures that look whole are not.
fn other_nodes(info: &Info, cluster: Option<&Cluster>) -> Option<Gap> {
    let part = part(info, cluster)?;
    Some(Gap {
        what: CLUSTER.to_owned(),
        why: GapReason::Bound,
        text: format!(
            "one node of a cluster{part}: streams, keys, patterns, sizes and findings are those of this node alone"
        ),
        scope: GapScope::Item,
    })
}

/// Whether what is missing is the answer to this command, about whatever: `XINFO STREAM orders`. INFO is about nothing:
/// what follows it is another form.
fn is_about(what: &str, command: &str) -> bool {
    let of_item = |rest: &str| rest.starts_with(' ') && command != "INFO";
    what.strip_prefix(command).is_some_and(|rest| rest.is_empty() || of_item(rest))
}

/// Open gaps, by what is missing.
#[derive(Clone, Debug, Default)]
pub struct Gaps {
    open: BTreeMap<String, (i64, Gap)>,
    /// Gaps beyond the bound, since the start.
    pub dropped: u64,
    database: u32,
}

impl Gaps {
    /// None yet, of somebody who watches this database.
    pub fn of_database(database: u32) -> Self {
        Self { database, ..Self::default() }
    }

    /// Opens and closes gaps after what a round learnt.
    pub fn advance(&mut self, snapshot: &Snapshot, cluster: Option<&Cluster>) {
        let at_us = snapshot.at_us;
        self.open.retain(|what, (seen_us, gap)| match gap.scope {
            GapScope::Command => !snapshot.answered.contains(what.as_str()),
            GapScope::Passing => !snapshot.answered.iter().any(|command| is_about(what, command)),
            GapScope::Item => at_us.saturating_sub(*seen_us) < ITEM_OPEN_US,
        });
        if let Some(info) = &snapshot.info {
            match keys_elsewhere(info, self.database) {
                Some(gap) => self.open.insert(KEYS.to_owned(), (at_us, gap)),
                None => self.open.remove(KEYS),
            };
            match other_nodes(info, cluster) {
                Some(gap) => self.open.insert(CLUSTER.to_owned(), (at_us, gap)),
                None => self.open.remove(CLUSTER),
            };
        }
        for gap in &snapshot.gaps {
            if self.open.len() >= limits::GAPS && !self.open.contains_key(&gap.what) {
                self.dropped += 1;
            } else {
                self.open.insert(gap.what.clone(), (at_us, gap.clone()));
            }
        }
    }

    /// Every open gap.
    pub fn iter(&self) -> impl Iterator<Item = &Gap> {
        self.open.values().map(|(_, gap)| gap)
    }

    /// The gap of a command as such, or of exactly this item: `XINFO CONSUMERS orders billing`.
    pub fn of(&self, what: &str) -> Option<&Gap> {
        self.open.get(what).map(|(_, gap)| gap)
    }

    /// The gap of a command, else of the first of its items: the reason for a blank panel.
    pub fn about(&self, what: &str) -> Option<&Gap> {
        let begins = format!("{what} ");
        let of_items = || {
            let (_, (_, gap)) = self.open.range(begins.clone()..).next()?;
            gap.what.starts_with(&begins).then_some(gap)
        };
        self.of(what).or_else(of_items)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::model::info::DatabaseKeys;

    #[test]
    fn a_gap_of_one_item_is_the_reason_for_a_blank_panel_of_its_command() {
        let gap = |what: &str| Gap {
            what: what.to_owned(),
            why: GapReason::Denied,
            text: what.to_owned(),
            scope: GapScope::Item,
        };
        let mut gaps = Gaps::default();
        let snapshot = Snapshot {
            gaps: vec![gap("XINFO GROUPS orders"), gap("XINFO GROUPS2"), gap("SCAN")],
            ..Snapshot::default()
        };
        gaps.advance(&snapshot, None);
        let text = |gap: Option<&Gap>| gap.map(|gap| gap.text.clone());
        assert_eq!(text(gaps.about("XINFO GROUPS")).as_deref(), Some("XINFO GROUPS orders"));
        assert_eq!(text(gaps.about("SCAN")).as_deref(), Some("SCAN"));
        assert_eq!(text(gaps.about("XINFO CONSUMERS")), None);
        assert_eq!(text(gaps.of("XINFO GROUPS")), None);
        assert_eq!(text(gaps.of("XINFO GROUPS orders")).as_deref(), Some("XINFO GROUPS orders"));
    }

    #[test]
    fn what_was_refused_for_a_while_closes_as_soon_as_the_command_is_answered_for_anything() {
        let gap = |what: &str, scope| Gap {
            what: what.to_owned(),
            why: GapReason::Failed,
            text: String::new(),
            scope,
        };
        let passing = ["INFO", "INFO commandstats", "XINFO STREAM orders", "XINFO STREAMS", "SCAN"];
        let mut refused: Vec<Gap> = passing.iter().map(|what| gap(what, GapScope::Passing)).collect();
        refused.push(gap("XINFO STREAM odd", GapScope::Item));
        let mut gaps = Gaps::default();
        gaps.advance(&Snapshot { gaps: refused, ..Snapshot::default() }, None);
        // SCAN is refused as before.
        let answered = ["INFO", "XINFO STREAM", "SCAN"].into_iter().collect();
        let again = vec![gap("SCAN", GapScope::Passing)];
        gaps.advance(&Snapshot { answered, gaps: again, ..Snapshot::default() }, None);
        let open: Vec<&str> = gaps.iter().map(|gap| gap.what.as_str()).collect();
        assert_eq!(open, ["INFO commandstats", "SCAN", "XINFO STREAM odd", "XINFO STREAMS"]);
    }

    #[test]
    fn an_empty_database_says_where_the_keys_are_until_it_has_some() {
        let told = |spaces: &[(u64, u64)], database| {
            let space = |(database, keys): &(u64, u64)| DatabaseKeys {
                database: *database,
                keys: *keys,
                expires: Some(0),
            };
            let info = Info { keyspace: spaces.iter().map(space).collect(), ..Info::default() };
            let mut gaps = Gaps::of_database(database);
            gaps.advance(&Snapshot { info: Some(info), ..Snapshot::default() }, None);
            gaps.of(KEYS).map(|gap| gap.text.clone())
        };
        let text = told(&[(5, 12), (2, 3)], 0).unwrap();
        assert_eq!(
            text,
            "database 0 holds no keys, database 5 holds 12, database 2 holds 3: -n 5 looks there"
        );
        assert_eq!(told(&[(0, 1), (5, 12)], 0), None);
        assert_eq!(told(&[(5, 12)], 5), None);
        assert_eq!(told(&[], 0), None);
    }
}
