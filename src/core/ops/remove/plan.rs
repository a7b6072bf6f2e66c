//! The plans to remove groups, and consumers that do nothing.
//!
//! Knows facts as values; asks nothing. Invariants: whoever shows a sign of life is named and stays, unless somebody types
//! the name of its group; what cannot be told is no reason to remove.

use super::request::{RemoveConsumersRequest, RemoveGroupsRequest};
use crate::core::figures::sentence::{count, number_of, span};
use crate::core::limits::{DESTROYED_A_MS, DESTROYED_AT_ONCE, SHOWN_NAMES};
use crate::core::model::consumers::Consumer;
use crate::core::model::groups::Group;
use crate::core::model::streams::id_age_ms;
use crate::core::model::{Name, StreamId};
use crate::core::ops::archive::GroupMark;
use crate::core::ops::guard::Guard;
use crate::core::ops::plan::{Impact, Plan, PlanWork, Subject, few_of};
use crate::core::ops::refusal::Refusal;
use crate::core::ops::remove::{ConsumersWork, GroupsWork};

/// A group and whoever reads it.
#[derive(Clone, Debug)]
pub struct GroupFacts {
    /// The group.
    pub group: Group,
    /// Its consumers; none where they can't be read.
    pub consumers: Option<Vec<Consumer>>,
}

/// What becomes of a group.
enum GroupFate {
    Goes,
    /// It is in use, and goes only where its name is typed.
    Lives(String),
    /// It stays: why.
    Stays(String),
}

/// The plan to remove groups: `facts` are those whose names match.
///
/// # Errors
/// There is no such group.
pub fn remove_groups(
    request: &RemoveGroupsRequest,
    facts: &[GroupFacts],
    (guard, now_ms, at_us): (Guard, i64, u64),
) -> Result<Plan, Refusal> {
    if facts.is_empty() {
        return Err(Refusal::because(format!("{} has no group {}", request.key, request.pattern)));
    }
    let (mut goes, mut stays, mut lives) = (Vec::new(), Vec::new(), None);
    for fact in facts {
        let name = &fact.group.name;
        match fate(request, fact, now_ms) {
            GroupFate::Goes => goes.push(fact),
            GroupFate::Lives(why) => {
                lives = Some(format!("group {name} is in use: {why}"));
                goes.push(fact);
            }
            GroupFate::Stays(why) => stays.push((name, why)),
        }
    }
    let stays = by_reason(stays);
    let rows: u64 = goes.iter().filter_map(|fact| fact.group.pending).fold(0, u64::saturating_add);
    let archive = request.archive.unwrap_or(true);
    let work = GroupsWork {
        key: request.key.clone(),
        groups: goes.iter().map(|fact| fact.group.name.clone()).collect(),
        min_idle_ms: lives.is_none().then_some(request.alive_ms),
    };
    let mut lines =
        vec![("removes", format!("{} of stream {}", number_of(goes.len() as u64, "group"), request.key))];
    lines.extend(goes.iter().take(SHOWN_NAMES).map(|fact| ("group", described(fact, now_ms))));
    let more = goes.len().saturating_sub(SHOWN_NAMES);
    lines.extend((more > 0).then(|| ("", format!("and {} more", count(more as u64)))));
    lines.push(("pending", number_of(rows, "entry")));
    lines.extend(stays.iter().take(SHOWN_NAMES).map(|line| ("stays", line.clone())));
    lines.push((
        "archive",
        if archive {
            "the place of each and its pending entries are kept; undo makes it again"
        } else {
            "off: it can't be undone"
        }
        .to_owned(),
    ));
    let mut warnings =
        vec!["a worker that comes back finds no group (NOGROUP), until it is made again".to_owned()];
    warnings.extend(lives.iter().cloned());
    if rows > 0 {
        warnings.push(format!("{} pending: nobody will acknowledge them any more", number_of(rows, "entry")));
    }
    warnings.extend(large(&goes));
    let sample = goes.first().and_then(|fact| mark(&fact.group));
    Ok(Plan {
        kind: &super::GROUPS,
        subject: Subject::Groups(request.key.clone(), request.pattern.clone()),
        guard,
        impact: Impact {
            items: goes.len() as u64,
            is_exact: true,
            bytes: None,
            is_lossy: rows > 0 || lives.is_some(),
        },
        facts: lines,
        warnings,
        commands: sample.iter().map(|mark| work.command(mark).text()).collect(),
        typed: lives,
        archive,
        nothing: goes.is_empty().then(|| format!("nothing to remove: {}", stays.join("; "))),
        warm_up: Vec::new(),
        work: PlanWork::new(work),
        made_us: at_us,
    })
}

/// Why groups stay: those that stay for one reason are told together, with a few of their names.
fn by_reason(stays: Vec<(&Name, String)>) -> Vec<String> {
    let mut reasons: Vec<(String, Vec<&Name>)> = Vec::new();
    for (name, why) in stays {
        match reasons.iter_mut().find(|(known, _)| *known == why) {
            Some((_, names)) => names.push(name),
            None => reasons.push((why, vec![name])),
        }
    }
    reasons.into_iter().map(|(why, names)| format!("{}: {why}", few_of(&names))).collect()
}

/// A warning where the server frees very much of one group at once.
fn large(goes: &[&GroupFacts]) -> Option<String> {
    let sizes = goes.iter().filter_map(|fact| {
        let (consumers, rows) = (fact.consumers.as_ref()?.len() as u64, fact.group.pending?);
        Some((consumers.saturating_add(rows), consumers, rows, &fact.group.name))
    });
    let (all, consumers, rows, name) = sizes.max_by_key(|(all, ..)| *all)?;
    (all > DESTROYED_AT_ONCE).then(|| {
        format!(
            "XGROUP DESTROY frees all of group {name} at once, {} and {}: it may hold the server for {} ms or more; \
             remove-consumers removes idle consumers in small steps before",
            number_of(consumers, "consumer"),
            number_of(rows, "pending entry"),
            count(all / DESTROYED_A_MS),
        )
    })
}

/// How a group stands; `None` where it does not say.
fn mark(group: &Group) -> Option<GroupMark> {
    Some(GroupMark {
        name: group.name.clone(),
        last_delivered: group.last_delivered?,
        entries_read: group.entries_read,
        pending: group.pending?,
    })
}

/// The least idle time of its consumers, and whose it is.
fn latest(consumers: &[Consumer]) -> Option<(&Consumer, u64)> {
    let known = consumers.iter().filter_map(|consumer| Some((consumer, consumer.idle_ms?)));
    known.min_by_key(|(_, idle_ms)| *idle_ms)
}

fn fate(request: &RemoveGroupsRequest, fact: &GroupFacts, now_ms: i64) -> GroupFate {
    let Some(consumers) = &fact.consumers else {
        return GroupFate::Stays(
            "its consumers can't be read, so nobody knows whether it is in use".to_owned(),
        );
    };
    if mark(&fact.group).is_none() {
        return GroupFate::Stays(
            "it does not say where it stands, so that it could not be brought back".to_owned(),
        );
    }
    if consumers.iter().any(|consumer| consumer.idle_ms.is_none()) {
        return GroupFate::Stays("a consumer does not say how long it has been idle".to_owned());
    }
    if let Some((consumer, idle_ms)) = latest(consumers) {
        let sign = format!("consumer {} was active {} ago", consumer.name, span(idle_ms));
        return match request.unread_ms {
            None if idle_ms < request.alive_ms => GroupFate::Lives(sign),
            None => GroupFate::Goes,
            Some(unread_ms) if idle_ms < unread_ms.max(request.alive_ms) => GroupFate::Stays(sign),
            Some(_) => GroupFate::Goes,
        };
    }
    let Some(unread_ms) = request.unread_ms else { return GroupFate::Goes };
    let read_ms =
        fact.group.last_delivered.filter(|id| *id > StreamId::MIN).and_then(|id| id_age_ms(id, now_ms));
    match read_ms {
        Some(age_ms) if age_ms >= unread_ms => GroupFate::Goes,
        Some(age_ms) => GroupFate::Stays(format!("it was given an entry of {} ago", span(age_ms))),
        None => GroupFate::Stays("no consumer, and nothing says since when: name it alone".to_owned()),
    }
}

fn described(fact: &GroupFacts, now_ms: i64) -> String {
    let Group { name, last_delivered, pending, .. } = &fact.group;
    let at = last_delivered.map_or_else(|| "an unknown id".to_owned(), |id| id.to_string());
    let age = last_delivered
        .and_then(|id| id_age_ms(id, now_ms))
        .map_or(String::new(), |ms| format!(" ({} old)", span(ms)));
    let pending = pending.map_or_else(|| "an unknown number".to_owned(), count);
    let consumers = fact.consumers.as_deref();
    let seen = match (consumers, consumers.and_then(latest)) {
        (None, _) => "consumers that can't be read".to_owned(),
        (Some([]), _) => "no consumer".to_owned(),
        (Some(all), Some((_, idle_ms))) => {
            format!("{}, the last seen {} ago", number_of(all.len() as u64, "consumer"), span(idle_ms))
        }
        (Some(all), None) => format!("{}, seen nobody knows when", number_of(all.len() as u64, "consumer")),
    };
    format!("{name}: read up to {at}{age}, {pending} pending, {seen}")
}

/// What each step of a removal of consumers sees to.
fn checked(work: &ConsumersWork) -> String {
    if work.reads_again() {
        "each step reads the list again and leaves those with something pending, and those that came back"
            .to_owned()
    } else {
        format!(
            "each step leaves those with something pending; the list of {} is too long to be read again, so that one \
             that came back without anything pending goes too",
            number_of(work.listed, "consumer")
        )
    }
}

/// The plan to remove the consumers of a group that have nothing pending and did nothing for a while.
///
/// # Errors
/// Nothing: where there is none, the plan says so.
pub fn remove_consumers(
    request: &RemoveConsumersRequest,
    consumers: &[Consumer],
    (guard, at_us): (Guard, u64),
) -> Plan {
    let is_idle =
        |consumer: &&Consumer| consumer.idle_ms.is_some_and(|idle_ms| idle_ms >= request.min_idle_ms);
    let goes: Vec<&Consumer> =
        consumers.iter().filter(is_idle).filter(|consumer| consumer.pending == Some(0)).collect();
    let owing = consumers.iter().filter(is_idle).filter(|consumer| consumer.pending != Some(0)).count();
    let alive = consumers.len().saturating_sub(goes.len()).saturating_sub(owing);
    let archive = request.archive.unwrap_or(true);
    let work = ConsumersWork {
        key: request.key.clone(),
        group: request.group.clone(),
        consumers: goes.iter().map(|consumer| consumer.name.clone()).collect(),
        min_idle_ms: request.min_idle_ms,
        listed: consumers.len() as u64,
    };
    let number = |number: usize| count(number as u64);
    let idle = span(request.min_idle_ms);
    let names: Vec<String> =
        goes.iter().take(SHOWN_NAMES).map(|consumer| consumer.name.to_string()).collect();
    let mut facts = vec![(
        "removes",
        format!(
            "{} of {} consumers: nothing pending, idle {idle} or more",
            number(goes.len()),
            number(consumers.len())
        ),
    )];
    facts.push(("for example", names.join(" ")));
    if owing > 0 {
        facts.push((
            "stays",
            format!("{} that are idle and have pending entries: reclaim those first", number(owing)),
        ));
    }
    if alive > 0 {
        facts.push(("stays", format!("{} that were active a moment ago", number(alive))));
    }
    facts.push(("checks", checked(&work)));
    facts.push((
        "archive",
        if archive { "their names are kept; undo makes them again" } else { "off: it can't be undone" }
            .to_owned(),
    ));
    let nothing = goes.is_empty().then(|| match consumers.len() {
        0 => "nothing to remove: the group has no consumers".to_owned(),
        all => format!(
            "nothing to remove: of {} consumers {} have pending entries and {} were seen within {idle}",
            number(all),
            number(owing),
            number(alive)
        ),
    });
    Plan {
        kind: &super::CONSUMERS,
        subject: Subject::Group(request.key.clone(), request.group.clone()),
        guard,
        impact: Impact { items: goes.len() as u64, is_exact: true, bytes: None, is_lossy: false },
        facts,
        warnings: vec![
            "a worker that still runs under one of these names makes it anew with its next message"
                .to_owned(),
        ],
        commands: vec![work.command(Vec::new()).text()],
        typed: None,
        archive,
        nothing,
        warm_up: Vec::new(),
        work: PlanWork::new(work),
        made_us: at_us,
    }
}

#[cfg(test)]
mod tests;
