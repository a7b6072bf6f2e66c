//! The config in force as TOML, with where each value came from: for `streamgauge config show`.
//!
//! Knows a [`Config`]; reads nothing. Invariant: what is shown reads back to the same settings, keys and
//! targets, except that passwords are `***`.

use super::Config;
use super::choose::{PasswordSource, TargetChoice};
use super::masked::{is_variable, masked};
use super::problem::{Location, Problems};
use super::raw::RawTable;
use super::schema::{COMMAND_KEYS, FAMILIES, TARGET_KEYS, TableKey, settings};
use super::value::{Value, quoted};
use crate::commands::COMMANDS;

/// The text. The target in use is told in a comment, or why there is none.
pub fn show(config: &Config, choice: Result<&TargetChoice, &Problems>) -> String {
    let mut out = match &config.file {
        Some(path) => format!("# config file: {}\n", one_line(&path.display().to_string())),
        None => "# config file: none\n".to_owned(),
    };
    out.push_str(&target_in_use(choice));
    let mut table = "";
    for setting in settings() {
        let (prefix, key) = setting.path.rsplit_once('.').unwrap_or(("", setting.path));
        if prefix != table {
            out.push_str(&format!("\n[{prefix}]\n"));
            table = prefix;
        }
        out.push_str(&line(key, &(setting.get)(&config.settings).to_string(), &config.place(setting.path)));
    }
    for (name, target) in &config.targets {
        out.push_str(&format!("\n[targets.{}]\n", quoted(name)));
        out.push_str(&table_lines(TARGET_KEYS, &target.written));
    }
    for family in FAMILIES {
        for (name, table) in config.named.get(family.name).into_iter().flatten() {
            out.push_str(&format!("\n[{}.{}]\n", family.name, quoted(name)));
            out.push_str(&table_lines(family.keys, &table.value));
        }
    }
    for table in &config.own_written {
        out.push_str("\n[[commands]]\n");
        out.push_str(&table_lines(COMMAND_KEYS, table));
    }
    out.push_str("\n[keys]\n");
    for command in COMMANDS {
        let keys = config.keys.keys_of(command.id).iter().map(ToString::to_string).collect();
        let place = config.place(&format!("keys.{}", command.name));
        out.push_str(&line(command.name, &Value::List(keys).to_string(), &place));
    }
    out
}

fn target_in_use(choice: Result<&TargetChoice, &Problems>) -> String {
    let TargetChoice { target, password, place } = match choice {
        Ok(choice) => choice,
        Err(problems) => {
            return problems.0.iter().map(|problem| format!("# target in use: none; {problem}\n")).collect();
        }
    };
    let user = target.username.as_ref().map_or(String::new(), |user| format!(", user {user}"));
    let password = match (password, &target.password) {
        (PasswordSource::Ask, _) => ", password to be asked".to_owned(),
        (PasswordSource::File { path, .. }, _) => format!(", password *** in {}", path.display()),
        (PasswordSource::Known, Some(_)) => ", password ***".to_owned(),
        (PasswordSource::Known, None) => String::new(),
    };
    let tls = if target.tls.is_some() { ", TLS" } else { "" };
    let address = target.address.to_string();
    let name = if target.name == address { address } else { format!("{} at {address}", target.name) };
    let line = format!("target in use: {name}, database {}{tls}{user}{password} ({place})", target.database);
    format!("# {}\n", one_line(&line))
}

fn table_lines(keys: &[TableKey], written: &RawTable) -> String {
    let written = keys.iter().filter_map(|key| Some((key.name, written.get(key.name)?)));
    let text = |name: &str, value: &Value| match value {
        Value::Text(text) if name == "password_env" && !is_variable(text) => quoted("***"),
        value => value.to_string(),
    };
    written.map(|(name, placed)| line(name, &text(name, &placed.value), &placed.place)).collect()
}

fn line(key: &str, value: &str, place: &Location) -> String {
    let setting = format!("{key} = {}", masked(value));
    let place = match place {
        Location::File { line, .. } => format!("config file, line {line}"),
        other => other.to_string(),
    };
    format!("{setting:<32} # {place}\n")
}

/// A comment ends with its line.
fn one_line(text: &str) -> String {
    text.replace(|c: char| c.is_control(), " ")
}
