//! The manners of the house: short files that say what they know, telling names, no path of a machine, a small
//! top level.

use crate::source::{Finding, Source};

/// Lines a file may have, tests included.
const LINES: usize = 400;

/// Endings of names that say nothing.
const EMPTY_WORDS: [&str; 8] = ["Manager", "Handler", "Helper", "Util", "Common", "Data", "Misc", "Base"];

/// What may lie at the top level; names that begin with a dot are tool settings and may too.
const TOP: [&str; 12] = [
    "Cargo.toml",
    "Cargo.lock",
    "Makefile",
    "README.md",
    "LICENSE-MIT",
    "LICENSE-APACHE",
    "config.example.toml",
    "src",
    "tests",
    "themes",
    "docs",
    "benches",
];

/// Beginnings of paths that belong to one machine. Split, so that this file does not hold them itself.
const MACHINE: [&str; 4] =
    [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("/t", "mp/")];

/// Generic paths that may be written, each with its reason.
const GENERIC: [&str; 1] = [
    // The socket of Redis' own example configuration; everybody knows it.
    concat!("/t", "mp/redis.sock"),
];

/// Names that types had once, and that a reader had to guess at: each has a plain one now.
const RETIRED: [&str; 26] = [
    "Around",
    "Asked",
    "Beside",
    "Crew",
    "Deed",
    "Denial",
    "Found",
    "Gone",
    "Held",
    "Judged",
    "Ledger",
    "Legible",
    "Lost",
    "Mark",
    "Miss",
    "Over",
    "Relief",
    "Seen",
    "Stake",
    "Stand",
    "Told",
    "Unfit",
    "Untold",
    "Way",
    "Wish",
    "Yardstick",
];

/// Files that are too long or do not say what they know.
pub fn file_findings(sources: &[Source]) -> Vec<Finding> {
    let mut found = Vec::new();
    for source in sources {
        let lines = source.text.lines().count();
        if lines > LINES {
            let text = format!("{lines} lines, at most {LINES}: split it by noun (`foo.rs` + `foo/`)");
            found.push(source.finding(LINES + 1, text));
        }
        if !source.text.starts_with("//!") {
            let text = "must open with `//!`: what it knows, what it does not know, the invariant it keeps";
            found.push(source.finding(1, text));
        }
        if source.file.ends_with("/mod.rs") {
            found.push(source.finding(1, "no mod.rs: the module is `foo.rs`, its parts lie in `foo/`"));
        }
    }
    found
}

/// Types and modules named after nothing.
pub fn name_findings(sources: &[Source]) -> Vec<Finding> {
    let mut found = Vec::new();
    for source in sources {
        for pair in source.tokens.windows(2) {
            let [keyword, name] = pair else { continue };
            let Some(name) = name.word() else { continue };
            let is_type = ["struct", "enum", "trait", "type"].iter().any(|word| keyword.is(word));
            let is_module = keyword.is("mod");
            let is_empty = EMPTY_WORDS.iter().any(|word| {
                let plain = name.trim_end_matches('s');
                (is_type && plain.ends_with(word)) || (is_module && plain == word.to_lowercase())
            });
            if is_type && RETIRED.contains(&name) {
                let text = format!("`{name}` is a word to guess at: say what it is");
                found.push(source.finding(keyword.line, text));
            }
            if is_empty {
                let text = format!("`{name}` says nothing about what it is: name the thing or the deed");
                found.push(source.finding(keyword.line, text));
            }
        }
    }
    found
}

/// Paths that exist on one machine only.
pub fn path_findings(texts: &[(String, String)]) -> Vec<Finding> {
    let mut found = Vec::new();
    for (file, text) in texts {
        for (index, line) in text.lines().enumerate() {
            let mut line = line.to_owned();
            for generic in GENERIC {
                line = line.replace(generic, "");
            }
            if let Some(path) = MACHINE.iter().find(|path| line.contains(**path)) {
                let text =
                    format!("`{path}…` is a path of one machine: use a temporary folder or a made-up path");
                found.push(Finding { file: file.clone(), line: index + 1, text });
            }
        }
    }
    found
}

/// Names at the top level that need a reason.
pub fn top_findings(names: &[String]) -> Vec<Finding> {
    let is_known = |name: &&String| name.starts_with('.') || TOP.contains(&name.as_str());
    let stray = names.iter().filter(|name| !is_known(name));
    stray
        .map(|name| Finding {
            file: name.clone(),
            line: 1,
            text: "does not belong at the top level: docs/, .ci/ or tests/ may be its place".to_owned(),
        })
        .collect()
}
