//! Pure folders decide; they touch nothing. And the demo alone names redis-rs.
//!
//! A rule about names: `std::fs` anywhere in the code of a pure folder is a finding, whatever it is used for.

use crate::paths::Written;
use crate::source::{Finding, Source, production};

/// Folders that do no I/O, read no clock, spawn, await and print nothing.
const PURE: [&str; 6] = ["core", "config", "app", "ui", "report", "commands"];

/// Beginnings of paths, and what they would do.
const FORBIDDEN: [(&[&str], &str); 25] = [
    (&["std", "fs"], "reads or writes files: that is `edge::files`"),
    (&["std", "net"], "talks to the network: that is `edge::link`"),
    (&["std", "env"], "reads the environment: take the value as an argument"),
    (&["std", "process"], "starts or ends processes: that is `edge` or `runtime`"),
    (&["std", "thread"], "spawns or sleeps: that is `runtime`"),
    (&["std", "os"], "asks the operating system: that is `edge`"),
    (&["std", "io", "stdin"], "reads the terminal: that is `edge::term`"),
    (&["std", "io", "stdout"], "prints: return the text"),
    (&["std", "io", "stderr"], "prints: return the text"),
    (&["tokio"], "is asynchronous: return an effect"),
    (&["tokio_rustls"], "talks to the network: that is `edge::link`"),
    (&["rustls"], "talks to the network: that is `edge::link`"),
    (&["rustls_native_certs"], "reads files: that is `edge::link`"),
    (&["futures_util"], "is asynchronous: return an effect"),
    (&["redis"], "is the client library: speak of `core::wire`"),
    (&["crossterm"], "is the terminal: that is `edge::term`"),
    (&["ratatui", "crossterm"], "is the terminal: that is `edge::term`"),
    (&["directories"], "reads the environment: that is `edge::files`"),
    (&["rpassword"], "reads the terminal: that is `edge`"),
    (&["signal_hook"], "waits for signals: that is `edge::term`"),
    (&["tracing"], "writes a log: return an effect"),
    (&["tracing_subscriber"], "writes a log: that is `runtime`"),
    (&["tui_logger"], "keeps global state: the Log screen alone may name it"),
    (&["rand"], "is not the same twice: take the seed as an argument"),
    (&["fastrand"], "is not the same twice: take the seed as an argument"),
];

/// Calls that ask a clock or the machine, wherever the type comes from.
const CLOCKS: [&[&str]; 5] = [
    &["Instant", "now"],
    &["SystemTime", "now"],
    &["Timestamp", "now"],
    &["Zoned", "now"],
    &["TimeZone", "system"],
];

const PRINTS: [&str; 5] = ["println", "print", "eprintln", "eprint", "dbg"];

/// The one named exception: tui-logger keeps global state and its widget reads it.
const LOG_SCREEN: &str = "src/ui/screens/log.rs";

/// Where surveys stand, which are functions that wait for the answers to their questions: for nothing else, since nothing
/// that could be waited for may be named there either.
const SURVEYS: &str = "src/core/ops/";

/// Every touch of the world in a pure folder.
pub fn findings(sources: &[Source]) -> Vec<Finding> {
    let pure = |source: &&Source| source.module.first().is_some_and(|top| PURE.contains(&top.as_str()));
    let mut found = Vec::new();
    for source in production(sources).into_iter().filter(pure) {
        for path in &source.paths {
            if let Some(text) = impure(source, path) {
                found.push(source.finding(path.line, text));
            }
        }
        let is_survey = source.file.starts_with(SURVEYS);
        let waits = source.tokens.iter().filter(|token| token.is("async") || token.is("await"));
        for token in waits.filter(|_| !is_survey) {
            found.push(source.finding(token.line, "`async` in a pure folder: return an effect"));
        }
    }
    found
}

fn impure(source: &Source, path: &Written) -> Option<String> {
    let top = source.module.first()?.as_str();
    let said = |why: &str| Some(format!("`{}` in a pure folder {why}", path.text()));
    if path.begins(&["tui_logger"]) && source.file == LOG_SCREEN {
        return None;
    }
    if let Some((_, why)) = FORBIDDEN.iter().find(|(start, _)| path.begins(start)) {
        return said(why);
    }
    if CLOCKS.iter().any(|clock| path.holds(clock)) {
        return said("reads a clock or the machine: take the time as an argument");
    }
    if path.is_macro && path.segments.last().is_some_and(|name| PRINTS.contains(&name.as_str())) {
        return said("prints: return the text");
    }
    let may_draw = match top {
        "ui" => true,
        "app" => path.begins(&["ratatui", "layout"]),
        _ => false,
    };
    if path.begins(&["ratatui"]) && !may_draw {
        return said("draws: that is `ui` (`app` may name `ratatui::layout`)");
    }
    None
}

/// Tests that compare what the link reads with what redis-rs reads.
const COMPARED: [&str; 1] = ["src/edge/link/redis/reader/tests.rs"];

/// Every naming of redis-rs outside the demo.
pub fn redis_findings(sources: &[Source]) -> Vec<Finding> {
    let mut found = Vec::new();
    for source in sources {
        let is_home = source.file.starts_with("src/edge/demo") || COMPARED.contains(&source.file.as_str());
        for path in source.paths.iter().filter(|path| path.begins(&["redis"]) && !is_home) {
            let is_call = path.segments.len() > 1 || path.is_rooted;
            let is_own_module = source.declares("redis") && !path.is_rooted;
            if is_call && !is_own_module {
                let text = format!("`{}`: only `edge::demo` names redis-rs", path.text());
                found.push(source.finding(path.line, text));
            }
        }
    }
    found
}
