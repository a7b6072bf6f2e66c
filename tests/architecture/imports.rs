//! Who may use whom. The table is the law; a new module needs a line here, and a reason.
//!
//! Areas are the second level inside `core` and `edge` and the first level elsewhere. `runtime`, `main` and the
//! crate root may use everything and are not listed.

use crate::source::{Finding, Source, production};

/// An area and what it may use of ours, besides itself and [`OPEN`].
const TABLE: [(&str, &[&str]); 20] = [
    ("core::worded", &[]),
    ("core::limits", &[]),
    ("core::demo", &[]),
    ("core::figures", &[]),
    ("core::model", &[]),
    ("core::queues", &["core::model"]),
    ("core::wire", &["core::model", "core::queues"]),
    ("core::diagnose", &["core::model"]),
    ("core::ops", &["core::model", "core::queues", "core::wire"]),
    ("core::reading", &["core::model", "core::queues", "core::diagnose"]),
    // The keys that begin an action stand in its row.
    ("commands", &["core::ops"]),
    ("config", &["core", "commands"]),
    ("app", &["core", "commands", "config"]),
    ("ui", &["core", "commands", "config", "app"]),
    ("cli", &["core", "commands", "config"]),
    ("report", &["core"]),
    ("actions", &["core", "config", "edge"]),
    ("edge::term", &["core", "config", "app", "commands"]),
    ("edge::*", &["core", "config"]),
    ("main", &["*"]),
];

/// What everybody may name: bounds, the names of the demo's scenarios, numbers in words, and how a table of words is written.
const OPEN: [&str; 4] = ["core::limits", "core::demo", "core::figures", "core::worded"];

/// Areas whose modules are held apart from each other.
const DIVIDED: [&str; 2] = ["core", "edge"];

/// Areas that put everything together.
const FREE: [&str; 2] = ["runtime", "main"];

/// Every import that the table does not allow.
pub fn findings(sources: &[Source]) -> Vec<Finding> {
    let edge_pairs = edge_pairs(sources);
    production(sources).into_iter().flat_map(|source| file_findings(source, &edge_pairs)).collect()
}

fn file_findings(source: &Source, edge_pairs: &[(String, String)]) -> Vec<Finding> {
    let Some(top) = source.module.first() else { return Vec::new() };
    if FREE.contains(&top.as_str()) {
        return Vec::new();
    }
    let own = area(&source.module);
    let is_root_of_divided = DIVIDED.contains(&own.as_str());
    let Some(allowed) = allowed(&own, edge_pairs) else {
        let text =
            format!("`{own}` is not in the import table: add its line to tests/architecture/imports.rs");
        return vec![source.finding(1, text)];
    };
    let mut found = Vec::new();
    for path in &source.paths {
        let Some(target) = path.absolute(&source.module) else { continue };
        let target = area(&target);
        let is_own = target == own || (is_root_of_divided && target.starts_with(&format!("{own}::")));
        if is_own || OPEN.contains(&target.as_str()) || allowed.iter().any(|entry| covers(entry, &target)) {
            continue;
        }
        let list = if allowed.is_empty() { "nothing of ours".to_owned() } else { allowed.join(", ") };
        let text = format!(
            "`{}` is in `{target}`, which `{own}` may not use (it may use {list}): move the code, or pass the value in",
            path.text()
        );
        found.push(source.finding(path.line, text));
    }
    found
}

/// The area of a path from the crate's root.
fn area(path: &[String]) -> String {
    match path {
        [first, second, ..] if DIVIDED.contains(&first.as_str()) => format!("{first}::{second}"),
        [first, ..] => first.clone(),
        [] => "crate".to_owned(),
    }
}

fn covers(entry: &str, target: &str) -> bool {
    entry == target || target.strip_prefix(entry).is_some_and(|rest| rest.starts_with("::"))
}

fn allowed(own: &str, edge_pairs: &[(String, String)]) -> Option<Vec<String>> {
    if DIVIDED.contains(&own) {
        return Some(Vec::new());
    }
    let exact = TABLE.iter().find(|(area, _)| *area == own);
    let found = exact.or_else(|| {
        let is_edge = own.starts_with("edge::");
        TABLE.iter().find(|(area, _)| is_edge && *area == "edge::*")
    });
    let mut list: Vec<String> = found?.1.iter().map(|name| (*name).to_owned()).collect();
    if let Some(door) = own.strip_prefix("edge::") {
        let named = edge_pairs.iter().filter(|(user, _)| user == door);
        list.extend(named.map(|(_, used)| format!("edge::{used}")));
    }
    Some(list)
}

/// What the doors of `edge` may use among themselves: "`source` uses `link`" in the `//!` text of `edge.rs`.
fn edge_pairs(sources: &[Source]) -> Vec<(String, String)> {
    let Some(edge) = sources.iter().find(|source| source.file == "src/edge.rs") else { return Vec::new() };
    let doc: String = edge
        .text
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("//!"))
        .map(|line| format!("{line} "))
        .collect();
    let words: Vec<&str> = doc.split_whitespace().collect();
    words
        .windows(3)
        .filter_map(|three| match three {
            [user, "uses", used] => Some((quoted(user)?, quoted(used)?)),
            _ => None,
        })
        .collect()
}

fn quoted(word: &str) -> Option<String> {
    let inner = word.strip_prefix('`')?.trim_end_matches(['.', ';', ',']);
    inner.strip_suffix('`').map(str::to_owned)
}
