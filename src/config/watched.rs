//! `[patterns.NAME]` and `[counters.NAME]`: keys and counters that the operator wants to be watched.
//!
//! Knows how their keys go together; not what becomes of them. Invariants: their numbers are bounded, and a pair names a
//! counter that is there.

use super::problem::{Location, Problem};
use super::raw::{Placed, Raw, RawTable, nearest_hint};
use super::value::Value;
use crate::core::limits::{COUNTERS, TIERS};
use crate::core::model::Name;
use crate::core::model::counters::CounterSpec;
use crate::core::model::glob::Glob;
use crate::core::model::keys::Tier;

/// What is watched, and what is wrong with it.
#[derive(Debug, Default)]
pub struct WatchedConfig {
    /// Patterns of keys, in the order of their names.
    pub tiers: Vec<Tier>,
    /// Patterns and the command that fills the cache again after each was invalidated.
    pub warm_ups: Vec<(Glob, Vec<String>)>,
    /// Counters, in the order of their names.
    pub counters: Vec<CounterSpec>,
    /// What is wrong.
    pub problems: Vec<Problem>,
}

/// Both families.
pub fn of(raw: &Raw) -> WatchedConfig {
    let mut watched = WatchedConfig::default();
    for (family, most) in [("patterns", TIERS), ("counters", COUNTERS)] {
        if let Some((name, table)) = raw.tables(family).nth(most) {
            let what = format!("'{family}.{name}' is one too many");
            watched.problems.push(Problem::new(table.place.clone(), what, format!("{most} is the most")));
        }
    }
    for (name, table) in raw.tables("patterns").take(TIERS) {
        let is_broken = raw.broken.contains(&format!("patterns.{name}"));
        match name_of(table, "match") {
            Some(Ok(text)) => watched.tiers.push(Tier {
                name: name.clone(),
                glob: {
                    let glob = Glob::new(text);
                    if let Some(Value::List(words)) = table.value.get("warm_up").map(|placed| &placed.value)
                        && !words.is_empty()
                    {
                        watched.warm_ups.push((glob.clone(), words.clone()));
                    }
                    glob
                },
                ttl_ms: match table.value.get("ttl").map(|placed| &placed.value) {
                    Some(Value::Duration(ttl)) => u64::try_from(ttl.as_millis()).ok(),
                    _ => None,
                },
            }),
            Some(Err(problem)) => watched.problems.push(problem),
            None if is_broken => {}
            None => {
                watched.problems.push(missing(table, &format!("patterns.{name}"), "match", "dashboard:*"))
            }
        }
    }
    for (name, table) in raw.tables("counters").take(COUNTERS) {
        counter(name, table, raw, &mut watched);
    }
    watched
}

fn counter(name: &str, table: &Placed<RawTable>, raw: &Raw, watched: &mut WatchedConfig) {
    let path = format!("counters.{name}");
    let key = match name_of(table, "key") {
        Some(Ok(key)) => key,
        Some(Err(problem)) => return watched.problems.push(problem),
        None if raw.broken.contains(&path) => return,
        None => return watched.problems.push(missing(table, &path, "key", "queue:processed")),
    };
    let field = match name_of(table, "field").transpose() {
        Ok(field) => field,
        Err(problem) => return watched.problems.push(problem),
    };
    let pair = text(table, "pair").map(|(pair, place)| (pair.to_owned(), place));
    if let Some((pair, place)) = &pair
        && (pair == name || !raw.tables("counters").any(|(known, _)| known == pair))
    {
        let known = raw.tables("counters").map(|(known, _)| known.as_str()).filter(|known| *known != name);
        let known: Vec<&str> = known.collect();
        let hint = match known.is_empty() {
            false => nearest_hint(pair, known.iter().copied(), "the others are"),
            true => "name the other one too: [counters.processed]".to_owned(),
        };
        let what = format!("'{path}.pair': there is no other counter '{pair}'");
        return watched.problems.push(Problem::new(place.clone(), what, hint));
    }
    let pair = pair.map(|(pair, _)| pair);
    watched.counters.push(CounterSpec { name: name.to_owned(), key, field, pair });
}

fn text<'a>(table: &'a Placed<RawTable>, key: &str) -> Option<(&'a str, Location)> {
    match table.value.get(key)? {
        Placed { value: Value::Text(text), place } => Some((text, place.clone())),
        _ => None,
    }
}

/// A name in Redis, which may be written with escapes.
fn name_of(table: &Placed<RawTable>, key: &str) -> Option<Result<Name, Problem>> {
    let (text, place) = text(table, key)?;
    // A backslash escapes in globs too: what is no escape of ours is taken as it stands.
    let name = Name::from_text(text).or_else(|bad| match key {
        "match" => Ok(Name::from(text)),
        _ => Err(Problem::new(place, bad.to_string(), "")),
    });
    Some(name)
}

fn missing(table: &Placed<RawTable>, path: &str, key: &str, example: &str) -> Problem {
    let what = format!("'{path}' has no '{key}'");
    Problem::new(table.place.clone(), what, format!("give it one: {key} = \"{example}\""))
}
