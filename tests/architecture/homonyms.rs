//! One type name, one thing: a name that is written down has one meaning wherever it is read.
//!
//! Knows names of types and where they are defined; associated types (`type Err`) are names that a trait gives and
//! do not count. Invariant: the list of exceptions may only shrink.

use std::collections::BTreeMap;

use crate::source::{Finding, Source, production};

/// Names that two types have, each with its reason. Add none: find the better word.
const KNOWN: [(&str, &str); 0] = [];

/// Types that share their name with another.
pub fn findings(sources: &[Source]) -> Vec<Finding> {
    let mut places: BTreeMap<&str, Vec<(&Source, usize)>> = BTreeMap::new();
    for source in production(sources) {
        for (name, line) in types(source) {
            places.entry(name).or_default().push((source, line));
        }
    }
    let known = |name: &&str| KNOWN.iter().any(|(known, _)| known == name);
    let shared = places.iter().filter(|(name, places)| places.len() > 1 && !known(name));
    shared
        .flat_map(|(name, places)| {
            let files: Vec<&str> = places.iter().map(|(source, _)| source.file.as_str()).collect();
            let text =
                format!("`{name}` means several things ({}): give each its own name", files.join(", "));
            places.first().map(|(source, line)| source.finding(*line, text))
        })
        .collect()
}

/// The types a file defines, with their lines. An associated type stands in braces of an `impl` or a `trait`.
fn types(source: &Source) -> Vec<(&str, usize)> {
    let mut found = Vec::new();
    let mut depth = 0_usize;
    for pair in source.tokens.windows(2) {
        let [keyword, name] = pair else { continue };
        depth += usize::from(keyword.is_sign('{'));
        depth = depth.saturating_sub(usize::from(keyword.is_sign('}')));
        let at_top = depth == 0;
        let is_type = ["struct", "enum", "trait"].iter().any(|word| keyword.is(word));
        let is_alias = keyword.is("type") && at_top;
        if let Some(name) = name.word().filter(|_| is_type || is_alias) {
            found.push((name, keyword.line));
        }
    }
    found
}
