//! The house rules that a compiler does not know, held against the text of the sources: who may import whom,
//! which folders are pure, how long a file may grow, where redis-rs may be named, what lies at the top level.
//!
//! Reads text only: no macro is expanded and no type is known, so a rule is a rule about what is *written*.
//! Every rule is a function from sources to findings, and `planted` shows each of them catching a planted fault.

mod actions;
mod cycles;
mod homonyms;
mod house;
mod imports;
mod paths;
mod planted;
mod purity;
mod source;
mod tokens;
mod unknowns;

use source::{Finding, Source};

/// Fails with every finding on a line of its own, so that one run shows them all.
#[track_caller]
fn holds(rule: &str, findings: &[Finding]) {
    let list: String = findings.iter().map(|finding| format!("  {finding}\n")).collect();
    assert!(findings.is_empty(), "{rule}: {} to mend\n{list}", findings.len());
}

fn crate_sources() -> Vec<Source> {
    let found = source::read_all("src");
    assert!(found.len() > 5, "only {} files found under src: the walk is broken", found.len());
    found
}

#[test]
fn imports_follow_the_table() {
    let sources = crate_sources();
    holds("imports", &imports::findings(&sources));
}

#[test]
fn modules_beside_each_other_form_no_cycle() {
    let sources = crate_sources();
    holds("cycles", &cycles::findings(&sources));
}

#[test]
fn pure_folders_touch_no_world() {
    let sources = crate_sources();
    holds("purity", &purity::findings(&sources));
}

#[test]
fn redis_rs_is_named_behind_the_link_and_in_the_demo_only() {
    let sources = crate_sources();
    holds("redis-rs", &purity::redis_findings(&sources));
}

#[test]
fn files_are_short_and_say_what_they_know() {
    let mut sources = crate_sources();
    sources.extend(source::read_all("tests"));
    sources.extend(source::read_all("benches"));
    holds("files", &house::file_findings(&sources));
}

#[test]
fn an_action_is_a_folder_of_request_survey_plan_and_run() {
    let sources = crate_sources();
    let table = sources.iter().find(|source| source.file == "src/core/ops.rs").map(actions::folders);
    assert!(table.is_some_and(|rows| rows.len() > 8), "the rows of the actions are not found");
    holds("actions", &actions::findings(&sources));
}

#[test]
fn types_and_files_have_telling_names() {
    let sources = crate_sources();
    holds("names", &house::name_findings(&sources));
}

#[test]
fn a_type_name_means_one_thing() {
    let sources = crate_sources();
    holds("homonyms", &homonyms::findings(&sources));
}

#[test]
fn no_default_stands_for_what_could_not_be_read() {
    let sources = crate_sources();
    holds("unknowns", &unknowns::findings(&sources));
}

#[test]
fn no_path_of_a_machine_is_written_down() {
    holds("paths", &house::path_findings(&source::read_texts()));
}

#[test]
fn the_top_level_stays_small() {
    holds("top level", &house::top_findings(&source::top_names()));
}
