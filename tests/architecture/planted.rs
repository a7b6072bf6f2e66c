//! Planted faults: each rule is shown a source that breaks it and one that does not, so that no rule is blind.

use crate::house::{file_findings, name_findings, path_findings, top_findings};
use crate::source::Source;
use crate::tokens::tokens;
use crate::{actions, cycles, imports, purity};

fn lines(findings: &[crate::source::Finding]) -> Vec<usize> {
    findings.iter().map(|finding| finding.line).collect()
}

fn import_lines(file: &str, text: &str) -> Vec<usize> {
    let edge =
        Source::new("src/edge.rs", "//! Among themselves only: `source` uses `link`; `demo` uses `link`.\n");
    lines(&imports::findings(&[edge, Source::new(file, text)]))
}

fn purity_lines(file: &str, text: &str) -> Vec<usize> {
    lines(&purity::findings(&[Source::new(file, text)]))
}

fn words(text: &str) -> Vec<String> {
    tokens(text).iter().filter_map(|token| token.word().map(str::to_owned)).collect()
}

#[test]
fn comments_strings_and_characters_are_not_code() {
    assert_eq!(words("a // b\nc /* d /* e */ f */ g"), ["a", "c", "g"]);
    assert_eq!(words(r##"a "b \" c" d r#"e " f"# g br"h" i"##), ["a", "d", "g", "i"]);
    assert_eq!(words(r"a '\'' b '\u{1F}' c '/' d &'life e"), ["a", "b", "c", "d", "e"]);
    assert_eq!(words("r#type x"), ["type", "x"]);
}

#[test]
fn an_import_against_the_table_is_found() {
    assert_eq!(import_lines("src/core/model/a.rs", "\nuse crate::core::wire::Resp;"), [2]);
    assert_eq!(import_lines("src/core/reading.rs", "fn f(x: &crate::core::wire::Resp) {}"), [1]);
    assert_eq!(import_lines("src/core/wire/read.rs", "use super::super::ops::Plan;"), [1]);
    assert_eq!(import_lines("src/core/wire.rs", "use super::diagnose::Rule;"), [1]);
    assert_eq!(import_lines("src/app/update.rs", "use crate::{\n  core::model::Name,\n  ui::view,\n};"), [3]);
    assert_eq!(import_lines("src/report/text.rs", "use crate::config::Config;"), [1]);
    assert_eq!(import_lines("src/commands/keys.rs", "use crate::core::model::Name;"), [1]);
    assert_eq!(import_lines("src/ui/view.rs", "use crate::*;"), [1]);
    assert_eq!(import_lines("src/core/wire/read.rs", "use crate::core::*;"), [1]);
    assert_eq!(import_lines("src/edge/files.rs", "use crate::app::State;"), [1]);
    assert_eq!(import_lines("src/edge/link/redis.rs", "use crate::edge::source::Source;"), [1]);
    assert_eq!(import_lines("src/mystery.rs", "fn f() {}"), [1]);
}

#[test]
fn an_import_within_the_table_passes() {
    let none: [usize; 0] = [];
    assert_eq!(import_lines("src/core/wire/read.rs", "use crate::core::{limits, model::Name};"), none);
    assert_eq!(import_lines("src/core/wire/read.rs", "use super::resp::Resp; // crate::app::State"), none);
    assert_eq!(import_lines("src/core/reading/a.rs", "use crate::core::diagnose::Rule;"), none);
    assert_eq!(import_lines("src/edge/source/poll.rs", "use crate::edge::link::Link;"), none);
    assert_eq!(import_lines("src/edge/term.rs", "use crate::app::Message;"), none);
    assert_eq!(import_lines("src/ui/view.rs", "mod a { use super::super::widgets::Gauge; }"), none);
    assert_eq!(import_lines("src/runtime/drive.rs", "use crate::{app, ui, edge};"), none);
    let test = "#[cfg(test)]\nmod tests { use crate::app::State; }\nuse crate::core::wire::Resp;";
    assert_eq!(import_lines("src/core/model/a.rs", test), [3]);
}

#[test]
fn a_test_module_in_its_own_file_is_exempt() {
    let parent = Source::new("src/core/model/a.rs", "#[cfg(test)]\nmod tests;\n");
    let child = Source::new("src/core/model/a/tests.rs", "use crate::app::State; use std::fs;");
    let stray = Source::new("src/core/model/b/tests.rs", "use crate::app::State; use std::fs;");
    let sources = [parent, child, stray];
    assert_eq!(imports::findings(&sources).len(), 1);
    assert_eq!(purity::findings(&sources).len(), 1);
}

#[test]
fn a_ring_of_modules_is_found_also_through_the_parents_exports() {
    let parent = Source::new("src/app.rs", "mod rows; mod state;\npub use state::State;");
    let rows = Source::new("src/app/rows.rs", "use crate::app::State;");
    let ring = Source::new("src/app/state.rs", "\nuse super::rows::Row;");
    let line = Source::new("src/app/state.rs", "use crate::core::model::Name;");
    let found = cycles::findings(&[parent.clone(), rows.clone(), ring]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found.iter().all(|finding| finding.text.contains("rows -> state -> rows")), "{found:?}");
    assert!(cycles::findings(&[parent, rows, line]).is_empty());
}

#[test]
fn a_touch_of_the_world_in_a_pure_folder_is_found() {
    for fault in [
        "use std::fs;",
        "use std::{fmt, env};",
        "use std::*;",
        "let x = std::process::id();",
        "let t = Instant::now();",
        "let t = std::time::SystemTime::now();",
        "tokio::spawn(f);",
        "async fn f() {}",
        "f().await;",
        "println!(\"{x}\");",
        "eprintln!();",
        "use redis::Value;",
        "use ratatui::crossterm::event::Event;",
        "let x = fastrand::u8(..);",
        "tui_logger::move_events();",
    ] {
        for file in ["src/core/a.rs", "src/app.rs", "src/ui/view.rs", "src/report/a.rs", "src/commands.rs"] {
            assert_eq!(purity_lines(file, fault), [1], "{fault} in {file}");
        }
        assert!(purity_lines("src/edge/a.rs", fault).is_empty(), "{fault} belongs to edge");
        assert!(purity_lines("src/app.rs", &format!("#[cfg(test)]\nmod tests {{ {fault} }}")).is_empty());
        assert!(purity_lines("src/app.rs", &format!("// {fault}")).is_empty());
    }
    assert_eq!(purity_lines("src/app.rs", "use ratatui::widgets::Row;"), [1]);
    assert!(purity_lines("src/app.rs", "use ratatui::layout::Rect;").is_empty());
    assert!(purity_lines("src/ui/a.rs", "use ratatui::widgets::Row;").is_empty());
    assert!(purity_lines("src/ui/screens/log.rs", "use tui_logger::TuiLoggerWidget;").is_empty());
    assert!(purity_lines("src/app.rs", "let print = 1; if print != 2 {}").is_empty());
}

#[test]
fn redis_rs_outside_its_home_is_found() {
    let found = |file: &str, text: &str| purity::redis_findings(&[Source::new(file, text)]).len();
    assert_eq!(found("src/edge/source/poll.rs", "use redis::Value;"), 1);
    assert_eq!(found("src/runtime/drive.rs", "fn f(x: ::redis::Value) {}"), 1);
    assert_eq!(found("src/edge/link/redis/channel.rs", "use redis::Value;"), 1);
    assert_eq!(found("src/edge/link/redis/reader/tests.rs", "use redis::Value;"), 0);
    assert_eq!(found("src/edge/demo/load.rs", "use redis::Value;"), 0);
    assert_eq!(found("src/edge/link.rs", "mod redis; pub use redis::RedisLink;"), 0);
    assert_eq!(found("src/core/model/a.rs", "let redis = 1; let x = self.redis;"), 0);
}

#[test]
fn long_files_and_silent_files_are_found() {
    let long = format!("//! Knows.\n{}", "\n".repeat(400));
    assert_eq!(lines(&file_findings(&[Source::new("src/a.rs", &long)])), [401]);
    assert!(file_findings(&[Source::new("src/a.rs", &long.replacen('\n', "", 1))]).is_empty());
    assert_eq!(lines(&file_findings(&[Source::new("src/a.rs", "use b;\n//! late")])), [1]);
    assert_eq!(lines(&file_findings(&[Source::new("src/a/mod.rs", "//! Knows.")])), [1]);
}

#[test]
fn empty_names_are_found() {
    let found = |text: &str| name_findings(&[Source::new("src/a.rs", text)]).len();
    assert_eq!(found("pub struct LinkManager;"), 1);
    assert_eq!(found("mod utils;"), 1);
    assert_eq!(found("enum Data {}"), 1);
    assert_eq!(found("struct Told; struct ToldBy; let told = 1;"), 1);
    assert_eq!(found("struct Link; mod update; enum Database {} type Based = u8;"), 0);
}

#[test]
fn paths_of_a_machine_and_strays_at_the_top_are_found() {
    let file = |text: String| vec![("docs/a.md".to_owned(), text)];
    assert_eq!(path_findings(&file(concat!("a\nb /ho", "me/me/c").to_owned())).len(), 1);
    assert_eq!(path_findings(&file(concat!("/t", "mp/redis.sock").to_owned())).len(), 0);
    assert_eq!(path_findings(&file(concat!("/t", "mp/other").to_owned())).len(), 1);
    let names = ["src", ".ci", "Makefile", "notes.txt"].map(str::to_owned);
    let stray = top_findings(&names);
    assert_eq!(stray.len(), 1);
    assert!(stray.iter().all(|finding| finding.file == "notes.txt"));
}

#[test]
fn a_default_in_place_of_an_unknown_is_found_and_what_a_type_can_hold_is_not() {
    let lines = |text: &str| {
        let source = Source::new("src/core/ops/a.rs", text);
        crate::unknowns::findings(&[source]).iter().map(|finding| finding.line).collect::<Vec<_>>()
    };
    for planted in [
        "a.unwrap_or_default()",
        "a.unwrap_or(0)",
        "a.unwrap_or(1)",
        "a.unwrap_or(0.0)",
        "a.unwrap_or(&[])",
        "a.unwrap_or(\"\")",
        "a.unwrap_or(false)",
        "a.unwrap_or((0, 0))",
        "a.unwrap_or(Vec::new())",
        "a.unwrap_or(u64::MAX)",
        "a.unwrap_or(&Resp::Nil)",
        "a.or(Some(0))",
        "a.map_or(0, |b| b.c)",
        "a.map_or(true, f)",
        "a.map_or_else(Vec::new, f)",
        "a.unwrap_or_else(Vec::new)",
        "a.unwrap_or_else(|| 0)",
        "a.unwrap_or_else(|_| Vec::new())",
        "a.ok()\n.flatten().unwrap_or_default()",
    ] {
        assert_eq!(lines(&format!("fn f() {{ {planted}; }}")).len(), 1, "{planted}");
    }
    let none: [usize; 0] = [];
    for fine in [
        "a.unwrap_or(b)",
        "a.map_or(String::new(), f)",
        "a.map_or(\"\", f)",
        "u32::try_from(a).unwrap_or(u32::MAX)",
        "a.or(b)",
        "a.map_or_else(|| \"ever\".to_owned(), span)",
    ] {
        assert_eq!(lines(&format!("fn f() {{ {fine}; }}")), none, "{fine}");
    }
    assert_eq!(lines("#[cfg(test)]\nmod tests { fn f() { a.unwrap_or(0); } }"), none);
    let elsewhere = Source::new("src/ui/a.rs", "fn f() { a.unwrap_or(0); }");
    assert!(crate::unknowns::findings(&[elsewhere]).is_empty());
}

#[test]
fn a_part_that_an_action_lacks_is_found() {
    let table =
        Source::new("src/core/ops.rs", "rows! {\n  Trim(TrimRequest, TrimArgs) trim KIND survey \"T\";\n}");
    let part = |name: &str| Source::new(&format!("src/core/ops/trim/{name}.rs"), "");
    let whole = vec![table, part("request"), part("survey"), part("plan"), part("run")];
    assert!(lines(&actions::findings(&whole)).is_empty());
    assert_eq!(lines(&actions::findings(&whole[..4])), [2]);
}
