//! Looks at groups between two rounds.
//!
//! Knows what belongs together in one look; not why it was taken. Invariant: where TIME was asked with it, a look has the
//! time of the server's own clock, whatever the way was like.

use super::facts;
use super::gather::server_time_us;
use crate::core::model::Snapshot;
use crate::core::model::snapshot::GroupsLook;
use crate::core::wire::observation::Observation;
use crate::core::wire::read::ReadCmd;

/// Adds a look to the round that came after it.
pub fn take(snapshot: &mut Snapshot, look: &Observation) {
    let looked = facts(look);
    snapshot.cost.add(&looked.cost);
    let mut told = look.exchanges.iter().filter(|exchange| exchange.command == ReadCmd::Time);
    let told_us = told.find_map(server_time_us).filter(|_| look.clock_offset_us.is_some());
    for (mut facts, (key, groups)) in looked.streams.into_iter().zip(looked.groups) {
        if facts.key != key {
            continue;
        }
        facts.at_us = told_us.unwrap_or(facts.at_us);
        let counted = looked.backlogs.iter().filter(|(of, ..)| *of == key);
        let backlogs = counted.map(|(_, name, backlog)| (name.clone(), backlog.value)).collect();
        snapshot.looks.push(GroupsLook { facts, groups: groups.value, backlogs });
    }
}
