//! README and docs tell the truth where it can be checked: the tables of keys, options, actions and queues are the program's
//! own, links lead somewhere, the two commands exist.
//!
//! `UPDATE_README=1 cargo test --test readme` writes the generated parts anew.

#![cfg(test)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use streamgauge::commands::{KeyMap, KeyPreset, preset_reference, reference};
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

/// Holds a generated part of a document against what the program says of itself, or writes it anew.
fn hold(name: &str, part: &str, wanted: &str) {
    let text = read(name);
    let (before, inner, after) = parts(&text, part);
    if std::env::var_os("UPDATE_README").is_some() {
        let whole = format!("{before}<!-- {part} -->\n{wanted}<!-- /{part} -->{after}");
        fs::write(at_root(name), whole).unwrap();
    } else {
        assert_eq!(inner, wanted, "{name} is behind: UPDATE_README=1 cargo test --test readme");
    }
}

#[test]
fn the_table_of_keys_is_the_programs_own() {
    hold("docs/KEYS.md", "keys", &format!("```\n{}```\n", reference(&KeyMap::default())));
}

#[test]
fn the_tables_of_presets_are_the_programs_own() {
    let part = |preset: &KeyPreset| {
        let (name, rows) = (preset.name(), preset_reference(*preset));
        format!("\n### {name}\n\n{}\n\n```\n{rows}```\n", preset.doc())
    };
    let parts: String =
        KeyPreset::ALL.iter().filter(|preset| **preset != KeyPreset::Default).map(part).collect();
    hold("docs/KEYS.md", "presets", &parts);
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
    hold("docs/ACTIONS.md", "actions", &wanted);
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
    hold("docs/QUEUES.md", "deeds", &wanted);
}

/// How an option or an argument is written: `-h HOST`, `--format FORMAT`, `KEY`.
fn written(arg: &clap::Arg) -> String {
    let value =
        arg.get_value_names().filter(|_| arg.get_action().takes_values()).map(|names| names.join(" "));
    let flag = match (arg.get_short(), arg.get_long()) {
        (Some(short), _) => Some(format!("-{short}")),
        (None, long) => long.map(|long| format!("--{long}")),
    };
    flag.into_iter().chain(value).collect::<Vec<String>>().join(" ")
}

fn option_row(arg: &clap::Arg) -> String {
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let words: Vec<String> = match arg.is_hide_possible_values_set() || !arg.get_action().takes_values() {
        true => Vec::new(),
        false => arg.get_possible_values().iter().map(|value| format!("`{}`", value.get_name())).collect(),
    };
    let words = if words.is_empty() { String::new() } else { format!(": {}", words.join(", ")) };
    let defaults: Vec<_> = arg.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
    let default = match defaults.is_empty() || !arg.get_action().takes_values() {
        true => String::new(),
        false => format!(" (unless said: `{}`)", defaults.join(" ")),
    };
    format!("| `{}` | {} |\n", written(arg), format!("{help}{words}{default}").replace('|', "\\|"))
}

/// What a command takes of its own, as a table.
fn option_table(command: &clap::Command) -> String {
    let is_own = |arg: &&clap::Arg| !arg.is_global_set() || command.get_name() == "streamgauge";
    let rows: String = command.get_arguments().filter(is_own).map(option_row).collect();
    if rows.is_empty() { String::new() } else { format!("| option | means |\n|---|---|\n{rows}\n") }
}

fn option_section(command: &clap::Command) -> String {
    let text = |text: &str| text.lines().take_while(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    let examples = command.get_after_help().map(|help| text(&help.to_string())).unwrap_or_default();
    let examples = examples.replace("Examples:\n", "").replace("\n  ", "\n").trim_start().to_owned();
    let verbs: String = command
        .get_subcommands()
        .map(|verb| {
            let about = verb.get_about().map(ToString::to_string).unwrap_or_default();
            format!("| `{}` | {about} |\n", verb.get_name())
        })
        .collect();
    let verbs = if verbs.is_empty() { verbs } else { format!("| command | does |\n|---|---|\n{verbs}\n") };
    format!(
        "## {}\n\n{about}.\n\n```\n{examples}\n```\n\n{verbs}{}",
        command.get_name(),
        option_table(command)
    )
}

#[test]
fn the_tables_of_options_are_the_programs_own() {
    let all = streamgauge::cli::command();
    let own: String = all.get_subcommands().map(option_section).collect();
    hold("docs/OPTIONS.md", "options", &format!("\n## Every command\n\n{}{own}", option_table(&all)));
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
fn the_readme_names_every_command_and_no_option_that_does_not_exist() {
    let all = streamgauge::cli::command();
    let commands = || std::iter::once(&all).chain(all.get_subcommands());
    let of = |arg: &clap::Arg| {
        let short = arg.get_short().map(|short| format!("-{short}"));
        short.into_iter().chain(arg.get_long().map(|long| format!("--{long}"))).collect::<Vec<String>>()
    };
    let known: BTreeSet<String> = commands().flat_map(clap::Command::get_arguments).flat_map(of).collect();
    assert!(known.len() > 40, "{known:?}");
    let text = read("README.md");
    let silent: Vec<&str> = all
        .get_subcommands()
        .map(clap::Command::get_name)
        .filter(|name| !text.contains(&format!("`{name}")))
        .collect();
    assert!(silent.is_empty(), "README.md does not tell of {silent:?}");
    // What other programs in the examples have.
    let foreign = ["--path", "--scan"].map(str::to_owned);
    let strange: Vec<_> = options(&text)
        .into_iter()
        .filter(|option| !known.contains(option) && !foreign.contains(option))
        .collect();
    assert!(strange.is_empty(), "README.md tells of {strange:?}, which do not exist");
}

/// Every document, with the folder that its links start from.
fn documents() -> Vec<(String, String)> {
    let mut found = vec![("README.md".to_owned(), String::new())];
    for folder in ["docs", "docs/screens", "docs/packaging"] {
        let names = fs::read_dir(at_root(folder)).unwrap().map(|entry| entry.unwrap().file_name());
        let names = names.filter_map(|name| name.into_string().ok()).filter(|name| name.ends_with(".md"));
        found.extend(names.map(|name| (format!("{folder}/{name}"), format!("{folder}/"))));
    }
    found
}

#[test]
fn links_between_our_documents_lead_somewhere() {
    let mut checked = 0;
    for (name, folder) in documents() {
        let text = read(&name);
        for rest in text.split("](").skip(1) {
            let link = rest.split([')', '#']).next().unwrap_or_default();
            if link.is_empty() || link.starts_with("https://") {
                continue;
            }
            assert!(at_root(&format!("{folder}{link}")).exists(), "{name}: `{link}` leads nowhere");
            checked += 1;
        }
        for picture in text
            .split(['"', '('])
            .filter(|word| word.contains("pictures/"))
            .filter_map(|word| word.split([')', '"']).next())
        {
            assert!(at_root(&format!("{folder}{picture}")).exists(), "{name}: no picture {picture}");
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
