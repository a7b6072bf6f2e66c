//! Modules beside each other (`app::update`, `app::rows`) must not use each other in a ring, at any depth.
//!
//! The parent's own file is not a member of the ring: children may name what it defines, and what it re-exports
//! counts as its true owner's.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::{Finding, Source, production};

type Module = Vec<String>;

/// Where one module uses another first, by the module that holds both.
type Uses<'a> = BTreeMap<Module, BTreeMap<Module, (&'a Source, usize)>>;

/// A chain of re-exports is followed this far.
const REEXPORTS: usize = 8;

/// Every ring, told once, at the place of one of its uses.
pub fn findings(sources: &[Source]) -> Vec<Finding> {
    let sources = production(sources);
    let modules = modules(&sources);
    let exports = exports(&sources, &modules);
    let mut uses: Uses<'_> = BTreeMap::new();
    for source in &sources {
        for path in &source.paths {
            let Some(target) = path.absolute(&source.module) else { continue };
            let target = owner(target, &exports);
            let shared = source.module.iter().zip(&target).take_while(|(own, other)| own == other).count();
            let own = source.module.get(..=shared).map(<[String]>::to_vec);
            let other = target.get(..=shared).map(<[String]>::to_vec);
            let (Some(own), Some(other)) = (own, other) else { continue };
            if shared > 0 && modules.contains(&own) && modules.contains(&other) {
                uses.entry(own).or_default().entry(other).or_insert((*source, path.line));
            }
        }
    }
    modules.iter().filter_map(|start| ring(start, &uses)).collect()
}

/// Every module that is a file or holds files.
fn modules(sources: &[&Source]) -> BTreeSet<Module> {
    let prefixes = |module: &Module| {
        (1..=module.len())
            .filter_map(|length| module.get(..length).map(<[String]>::to_vec))
            .collect::<Vec<_>>()
    };
    sources.iter().flat_map(|source| prefixes(&source.module)).collect()
}

/// `app::State` is `app::state::State` when `app.rs` says `pub use state::State`.
fn exports(sources: &[&Source], modules: &BTreeSet<Module>) -> BTreeMap<Module, Module> {
    let mut found = BTreeMap::new();
    for source in sources {
        for path in &source.paths {
            let (Some(child), Some(name)) = (path.segments.first(), path.segments.last()) else { continue };
            let mut inner = source.module.clone();
            inner.push(child.clone());
            if child == name || !modules.contains(&inner) {
                continue;
            }
            let mut exported = source.module.clone();
            exported.push(name.clone());
            inner.extend(path.segments.iter().skip(1).cloned());
            if !modules.contains(&exported) {
                found.entry(exported).or_insert(inner);
            }
        }
    }
    found
}

/// What a path names in truth, after re-exports.
fn owner(mut path: Module, exports: &BTreeMap<Module, Module>) -> Module {
    for _ in 0..REEXPORTS {
        let known = (2..=path.len()).find_map(|length| {
            let (head, rest) = path.split_at_checked(length)?;
            Some([exports.get(head)?.as_slice(), rest].concat())
        });
        match known {
            Some(next) if next != path => path = next,
            _ => break,
        }
    }
    path
}

/// The ring through `start`, if there is one and `start` is its first member by name.
fn ring(start: &Module, uses: &Uses<'_>) -> Option<Finding> {
    let mut came_from: BTreeMap<&Module, &Module> = BTreeMap::new();
    let mut open = vec![start];
    while let Some(module) = open.pop() {
        let Some(targets) = uses.get(module) else { continue };
        for (target, (source, line)) in targets {
            if target == start {
                let mut members = vec![module];
                while let Some(before) = members.last().and_then(|last| came_from.get(last)) {
                    members.push(before);
                }
                members.reverse();
                let is_first = members.iter().all(|member| *member >= start);
                let names: Vec<&str> =
                    members.iter().filter_map(|member| member.last()).map(String::as_str).collect();
                let (first, parent) = start.split_last()?;
                let text = format!(
                    "ring of modules in `{}`: {} -> {first}: move what both need into a module of its own",
                    parent.join("::"),
                    names.join(" -> "),
                );
                return is_first.then(|| source.finding(*line, text));
            }
            if target != start && !came_from.contains_key(target) {
                came_from.insert(target, module);
                open.push(target);
            }
        }
    }
    None
}
