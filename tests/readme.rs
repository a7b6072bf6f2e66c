//! The README tells the truth where it can be checked: the table of keys is the program's own, links lead
//! somewhere, the two commands exist.
//!
//! `UPDATE_README=1 cargo test --test readme` writes the generated part anew.

#![cfg(test)]

use std::fs;
use std::path::{Path, PathBuf};

use streamgauge::commands::{KeyMap, reference};

fn at_root(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn read(name: &str) -> String {
    fs::read_to_string(at_root(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Text before, between and after the two marks of a part.
fn parts<'a>(text: &'a str, part: &str) -> (&'a str, &'a str, &'a str) {
    let (open, close) = (format!("<!-- {part} -->\n"), format!("<!-- /{part} -->"));
    let (before, rest) = text.split_once(&open).unwrap_or_else(|| panic!("README.md has no {open:?}"));
    let (inner, after) = rest.split_once(&close).unwrap_or_else(|| panic!("README.md has no {close:?}"));
    (before, inner, after)
}

#[test]
fn the_table_of_keys_is_the_programs_own() {
    let wanted = format!("```\n{}```\n", reference(&KeyMap::default()));
    let text = read("README.md");
    let (before, inner, after) = parts(&text, "keys");
    if std::env::var_os("UPDATE_README").is_some() {
        let whole = format!("{before}<!-- keys -->\n{wanted}<!-- /keys -->{after}");
        fs::write(at_root("README.md"), whole).unwrap();
    } else {
        assert_eq!(inner, wanted, "README.md is behind: UPDATE_README=1 cargo test --test readme");
    }
}

#[test]
fn links_between_our_documents_lead_somewhere() {
    let mut checked = 0;
    for (name, folder) in
        [("README.md", ""), ("docs/CONTRIBUTING.md", "docs/"), ("docs/ARCHITECTURE.md", "docs/")]
    {
        let text = read(name);
        for rest in text.split("](").skip(1) {
            let link = rest.split([')', '#']).next().unwrap_or_default();
            if link.is_empty() || link.starts_with("https://") {
                continue;
            }
            assert!(at_root(&format!("{folder}{link}")).exists(), "{name}: `{link}` leads nowhere");
            checked += 1;
        }
    }
    assert!(checked > 5, "only {checked} links found: the search is broken");
}

#[test]
fn the_commands_for_newcomers_exist() {
    let makefile = read("Makefile");
    for target in ["demo", "test"] {
        assert!(read("README.md").contains(&format!("\nmake {target} ")), "README.md: make {target}");
        assert!(makefile.lines().any(|line| line.starts_with(&format!("{target}:"))), "Makefile: {target}");
    }
}
