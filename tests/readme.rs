//! The README tells the truth where it can be checked: the table of keys is the program's own, links lead
//! somewhere, the two commands exist.
//!
//! `UPDATE_README=1 cargo test --test readme` writes the generated part anew.

#![cfg(test)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use streamgauge::commands::{KeyMap, reference};
use streamgauge::core::demo::Scenario;
use streamgauge::core::ops::ACTIONS;
use streamgauge::core::queues::ADAPTERS;
use streamgauge::core::queues::adapter::Adapter;
use streamgauge::core::queues::deeds::{Allowed, JobDeed};

fn at_root(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn read(name: &str) -> String {
    fs::read_to_string(at_root(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Text before, between and after the two marks of a part.
fn parts<'a>(text: &'a str, part: &str) -> (&'a str, &'a str, &'a str) {
    let (open, close) = (format!("<!-- {part} -->\n"), format!("<!-- /{part} -->"));
    let (before, rest) = text.split_once(&open).unwrap_or_else(|| panic!("no {open:?}"));
    let (inner, after) = rest.split_once(&close).unwrap_or_else(|| panic!("no {close:?}"));
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

/// Rows of tables in the heads of the files of actions, which say what each does.
fn action_rows() -> Vec<String> {
    let files = fs::read_dir(at_root("src/core/ops")).unwrap().map(|entry| entry.unwrap().path());
    let texts = files.filter(|path| path.extension().is_some_and(|end| end == "rs"));
    texts
        .flat_map(|path| {
            let text = fs::read_to_string(path).unwrap();
            let rows = text
                .lines()
                .filter_map(|line| line.strip_prefix("//! "))
                .filter(|row| row.starts_with("| `"));
            rows.map(str::to_owned).collect::<Vec<String>>()
        })
        .collect()
}

#[test]
fn the_table_of_actions_is_made_of_what_their_files_say() {
    let rows = action_rows();
    let of = |word: &str| {
        let is_its = |row: &&String| {
            let rest = row.strip_prefix("| `").and_then(|rest| rest.strip_prefix(word));
            rest.is_some_and(|rest| rest.starts_with([' ', '`']))
        };
        let its: Vec<&str> = rows.iter().filter(is_its).map(String::as_str).collect();
        assert!(!its.is_empty(), "no file in src/core/ops has a row of a table that says what `{word}` does");
        its.join("\n") + "\n"
    };
    let rows: String = ACTIONS.iter().map(|kind| of(kind.word)).collect();
    let wanted = format!("\n| action | key | does | refused when |\n|---|---|---|---|\n{rows}\n");
    let text = read("docs/ACTIONS.md");
    let (before, inner, after) = parts(&text, "actions");
    if std::env::var_os("UPDATE_README").is_some() {
        let whole = format!("{before}<!-- actions -->\n{wanted}<!-- /actions -->{after}");
        fs::write(at_root("docs/ACTIONS.md"), whole).unwrap();
    } else {
        assert_eq!(inner, wanted, "docs/ACTIONS.md is behind: UPDATE_README=1 cargo test --test readme");
    }
}

/// What may be done to a framework's queues: the commands, and what is to be known; or why not.
fn deed_cell(text: &str, caveat: &str) -> String {
    let caveat = if caveat.is_empty() { String::new() } else { format!(": {caveat}") };
    format!("`{text}`{caveat}")
}

fn deed_row(adapter: &Adapter) -> String {
    let deeds = &adapter.deeds;
    let no = |why: &str| format!("no: {why}");
    let jobs = |deed: &Allowed<JobDeed>| deed.get().map_or_else(no, |deed| deed_cell(deed.text, deed.caveat));
    let mut drops: Vec<String> = Vec::new();
    for row in deeds.drop {
        let part = format!("{:?}", row.part).to_lowercase();
        let cell = if row.deed.caveat.is_empty() { part } else { format!("{part} ({})", row.deed.caveat) };
        if !drops.contains(&cell) {
            drops.push(cell);
        }
    }
    let drops = if drops.is_empty() { no(deeds.no_drop) } else { drops.join(", ") };
    let pause = deeds.pause.get().map_or_else(no, |deed| {
        let all = if deed.is_for_all { "for all queues at once; " } else { "" };
        deed_cell(deed.text[0], &format!("{all}{}", deed.caveat))
    });
    format!(
        "| {} | {} | {} | {drops} | {pause} |\n",
        adapter.title,
        jobs(&deeds.requeue),
        jobs(&deeds.revive)
    )
}

#[test]
fn the_table_of_what_may_be_done_to_queues_is_made_of_the_rows_of_frameworks() {
    let rows: String = ADAPTERS.iter().map(|adapter| deed_row(adapter)).collect();
    let head =
        "| framework | requeue orphans | revive dead | drop a class of | pause |\n|---|---|---|---|---|\n";
    let wanted = format!("\n{head}{rows}\n");
    let text = read("docs/QUEUES.md");
    let (before, inner, after) = parts(&text, "deeds");
    if std::env::var_os("UPDATE_README").is_some() {
        let whole = format!("{before}<!-- deeds -->\n{wanted}<!-- /deeds -->{after}");
        fs::write(at_root("docs/QUEUES.md"), whole).unwrap();
    } else {
        assert_eq!(inner, wanted, "docs/QUEUES.md is behind: UPDATE_README=1 cargo test --test readme");
    }
}

/// Options in a text: `-x` and `--word`, as words of their own.
fn options(text: &str) -> BTreeSet<String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let words = text.split(|c: char| !is_part(c)).filter(|word| word.len() > 1 && word.starts_with('-'));
    words
        .filter(|word| word.trim_start_matches('-').chars().next().is_some_and(char::is_alphabetic))
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_options_are_the_programs_own() {
    let text = read("README.md");
    let (before, table, after) = parts(&text, "options");
    let mut known = BTreeSet::new();
    let commands = ["snapshot", "check", "demo", "journal"];
    let commands = commands.into_iter().chain(ACTIONS.iter().map(|kind| kind.word));
    for words in std::iter::once(vec!["--help"]).chain(commands.map(|command| vec![command, "--help"])) {
        let help = Command::new(env!("CARGO_BIN_EXE_streamgauge")).args(&words).output().unwrap();
        let help = String::from_utf8(help.stdout).unwrap();
        let heads = help.lines().filter(|line| line.trim_start().starts_with('-'));
        let own: BTreeSet<String> =
            heads.flat_map(|line| options(line.trim_start().split("  ").next().unwrap())).collect();
        if words.len() == 1 {
            let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1);
            let names: Vec<&str> = commands.map_while(|line| line.split_whitespace().next()).collect();
            assert!(names.len() > 3, "{names:?} of {help}");
            let silent: Vec<_> =
                names.iter().filter(|name| !after.contains(&format!("\n| `{name}"))).collect();
            assert!(silent.is_empty(), "README.md does not tell of {silent:?}");
            assert!(own.len() > 15, "{own:?} of {help}");
            let told = options(&format!("{table}{after}"));
            let silent: Vec<_> = own.difference(&told).collect();
            assert!(silent.is_empty(), "README.md does not tell of {silent:?}");
            assert!(options(table).is_subset(&own), "{:?} do not exist", options(table).difference(&own));
        }
        known.extend(own);
    }
    // What other programs in the examples have.
    let foreign = ["--path"].map(str::to_owned);
    let strange: Vec<_> = options(&format!("{before}{after}"))
        .into_iter()
        .filter(|option| !known.contains(option) && !foreign.contains(option))
        .collect();
    assert!(strange.is_empty(), "README.md tells of {strange:?}, which do not exist");
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

#[test]
fn every_scenario_of_the_demo_is_told_by_the_readme_and_the_help() {
    let help = Command::new(env!("CARGO_BIN_EXE_streamgauge")).args(["demo", "--help"]).output().unwrap();
    let (readme, help) = (read("README.md"), String::from_utf8(help.stdout).unwrap());
    for scenario in Scenario::ALL {
        assert!(readme.contains(&format!("`{scenario}`")), "README.md does not tell of {scenario}");
        assert!(help.contains(scenario.name()), "{help} does not tell of {scenario}");
    }
}
