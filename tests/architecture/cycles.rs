//! Modules beside each other (`app::update`, `app::rows`) must not use each other in a ring.
//!
//! Looks at the second level. The parent's own file is not a member of the ring: children may name what it
//! defines, and what it re-exports counts as its true owner's.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::{Finding, Source, production};

/// Where one module uses another first.
type Uses<'a> = BTreeMap<(String, String), BTreeMap<String, (&'a Source, usize)>>;

/// Every ring, told once, at the place of one of its uses.
pub fn findings(sources: &[Source]) -> Vec<Finding> {
    let sources = production(sources);
    let siblings: BTreeSet<(String, String)> = sources.iter().filter_map(|s| pair(&s.module)).collect();
    let exports = exports(&sources, &siblings);
    let mut uses: Uses<'_> = BTreeMap::new();
    for source in &sources {
        let Some(own) = pair(&source.module) else { continue };
        for path in &source.paths {
            let Some(target) = path.absolute(&source.module).and_then(|path| pair(&path)) else { continue };
            let target = exports.get(&target).cloned().unwrap_or(target);
            if target.0 == own.0 && target.1 != own.1 && siblings.contains(&target) {
                uses.entry(own.clone()).or_default().entry(target.1).or_insert((*source, path.line));
            }
        }
    }
    siblings.iter().filter_map(|start| ring(start, &uses)).collect()
}

fn pair(path: &[String]) -> Option<(String, String)> {
    match path {
        [first, second, ..] => Some((first.clone(), second.clone())),
        _ => None,
    }
}

/// `(app, State)` is `(app, state)` when `app.rs` says `pub use state::State`.
fn exports(
    sources: &[&Source],
    siblings: &BTreeSet<(String, String)>,
) -> BTreeMap<(String, String), (String, String)> {
    let mut found = BTreeMap::new();
    for source in sources {
        let [parent] = source.module.as_slice() else { continue };
        for path in &source.paths {
            let (Some(child), Some(name)) = (path.segments.first(), path.segments.last()) else { continue };
            let owner = (parent.clone(), child.clone());
            if siblings.contains(&owner) && child != name {
                found.insert((parent.clone(), name.clone()), owner);
            }
        }
    }
    found
}

/// The ring through `start`, if there is one and `start` is its first member by name.
fn ring(start: &(String, String), uses: &Uses<'_>) -> Option<Finding> {
    let mut came_from: BTreeMap<String, String> = BTreeMap::new();
    let mut open = vec![start.1.clone()];
    while let Some(module) = open.pop() {
        let Some(targets) = uses.get(&(start.0.clone(), module.clone())) else { continue };
        for (target, (source, line)) in targets {
            if *target == start.1 {
                let mut members = vec![module.clone()];
                while let Some(before) = members.last().and_then(|last| came_from.get(last)) {
                    members.push(before.clone());
                }
                members.reverse();
                let is_first = members.iter().all(|member| *member >= start.1);
                let text = format!(
                    "ring of modules in `{}`: {} -> {}: move what both need into a module of its own",
                    start.0,
                    members.join(" -> "),
                    start.1
                );
                return is_first.then(|| source.finding(*line, text));
            }
            if !came_from.contains_key(target) {
                came_from.insert(target.clone(), module.clone());
                open.push(target.clone());
            }
        }
    }
    None
}
