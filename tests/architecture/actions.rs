//! Every action has the same form: a folder with what is asked of it, its survey, its plan and its run.
//!
//! Knows the rows of `for_each_action` and the names of files. Invariant: the list of exceptions may only shrink.

use std::collections::BTreeSet;

use crate::source::{Finding, Source};

/// The table of the actions.
const TABLE: &str = "src/core/ops.rs";

/// What a folder of an action holds.
const PARTS: [&str; 4] = ["request", "survey", "plan", "run"];

/// Parts that an action does not have, each with its reason.
const KNOWN: [(&str, &str); 1] = [("delete_consumer/run", "its steps are those of a removal of consumers")];

/// Parts that are missing.
pub fn findings(sources: &[Source]) -> Vec<Finding> {
    let files: BTreeSet<&str> = sources.iter().map(|source| source.file.as_str()).collect();
    let Some(table) = sources.iter().find(|source| source.file == TABLE) else { return Vec::new() };
    let mut found = Vec::new();
    for (folder, line) in folders(table) {
        for part in PARTS.map(|part| format!("{folder}/{part}")) {
            let is_known = KNOWN.iter().any(|(known, _)| *known == part);
            if files.contains(format!("src/core/ops/{part}.rs").as_str()) == is_known {
                let text = match is_known {
                    true => format!("`{part}.rs` is there: take it out of the exceptions"),
                    false => format!("`{part}.rs` is missing: an action is a folder of {}", PARTS.join(", ")),
                };
                found.push(table.finding(line, text));
            }
        }
    }
    found
}

/// The folder of each row, `Trim(TrimRequest, TrimArgs) trim …`, with its line.
pub fn folders(table: &Source) -> Vec<(&str, usize)> {
    let rows = table.tokens.windows(3).filter_map(|three| match three {
        [args, close, folder] if close.is_sign(')') && args.word()?.ends_with("Args") => {
            Some((folder.word()?, folder.line))
        }
        _ => None,
    });
    rows.collect()
}
