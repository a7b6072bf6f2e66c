//! The config file as written: every value checked by the schema, with its place.
//!
//! Knows TOML and the schema; not what the values mean together. Invariant: reading never stops at the first
//! problem, and each problem carries line, column and a hint.

use super::problem::{Location, Problem};
use super::schema::{COMMANDS_FAMILY, FAMILIES, Family, settings};
use super::value::{Kind, Value, type_words};
use crate::commands::nearest;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::Path;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Something with the place where it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed<T> {
    /// What was written.
    pub value: T,
    /// Where.
    pub place: Location,
}

/// A `[targets.NAME]`, or another table that has a name, as written, by key.
pub type RawTable = BTreeMap<&'static str, Placed<Value>>;

/// Tables of one family by their name.
pub type RawTables = BTreeMap<String, Placed<RawTable>>;

/// A config file as written. Not `Debug`: Azure's string holds a password.
#[derive(Clone, Default, PartialEq)]
pub struct Raw {
    /// Settings by their path.
    pub settings: BTreeMap<&'static str, Placed<Value>>,
    /// Tables that have a name, by their family: targets, patterns, counters.
    pub named: BTreeMap<&'static str, RawTables>,
    /// Those of which some key could not be read, and so is missing: `targets.NAME`.
    pub broken: BTreeSet<String>,
    /// `[[commands]]`, in their order.
    pub commands: Vec<Placed<RawTable>>,
    /// Keys by the name of their command.
    pub keys: BTreeMap<String, Placed<Vec<Placed<String>>>>,
}

impl Raw {
    /// The tables of a family.
    pub fn tables(&self, family: &str) -> impl Iterator<Item = (&String, &Placed<RawTable>)> {
        self.named.get(family).into_iter().flatten()
    }
}

type RawEntry<'t> = (&'t Spanned<std::borrow::Cow<'t, str>>, &'t Spanned<DeValue<'t>>);

/// Reads a file's text. What could be read is there even when there are problems.
pub fn read(path: &Path, text: &str) -> (Raw, Vec<Problem>) {
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut reader = RawReader { path, text, raw: Raw::default(), problems: Vec::new() };
    let mut broken_lines = Vec::new();
    for error in errors {
        let place = reader.place(error.span().unwrap_or(0..0));
        if let Location::File { line, .. } = place {
            broken_lines.push(line);
        }
        let problem = Problem::new(place, format!("not TOML: {}", error.message()), "");
        reader.problems.push(problem);
    }
    let syntax = std::mem::take(&mut reader.problems);
    reader.root(table.get_ref());
    // What a broken line made of its neighbours is not the operator's mistake.
    let in_order = |problem: &Problem| match problem.place {
        Location::File { line, .. } => !broken_lines.contains(&line),
        _ => true,
    };
    let mut problems: Vec<_> =
        syntax.into_iter().chain(reader.problems.into_iter().filter(in_order)).collect();
    problems.sort_by(|a, b| a.place.cmp(&b.place));
    (reader.raw, problems)
}

struct RawReader<'a> {
    path: &'a Path,
    text: &'a str,
    raw: Raw,
    problems: Vec<Problem>,
}

impl RawReader<'_> {
    fn place(&self, span: Range<usize>) -> Location {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Location::File {
            path: self.path.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).unwrap_or("").chars().count() + 1,
        }
    }

    fn complain(&mut self, span: Range<usize>, what: String, hint: String) {
        let place = self.place(span);
        self.problems.push(Problem::new(place, what, hint));
    }

    fn root(&mut self, table: &DeTable<'_>) {
        for (key, value) in table.iter() {
            let family = FAMILIES.iter().find(|family| family.name == key.get_ref().as_ref());
            match (key.get_ref().as_ref(), family, value.get_ref()) {
                (_, Some(family), DeValue::Table(tables)) => self.tables(family, tables),
                ("keys", _, DeValue::Table(keys)) => self.keys(keys),
                ("keys", _, other @ DeValue::String(_)) => {
                    let what = format!("'keys' is {}", type_words(other));
                    let hint = "a preset is key_preset = \"vim\", and own keys stand in [keys]";
                    self.complain(key.span(), what, hint.to_owned());
                }
                ("commands", _, DeValue::Array(tables)) => self.commands(tables.iter()),
                ("commands", _, other) => {
                    let what = format!("'commands' is {}", type_words(other));
                    self.complain(key.span(), what, "each command is a table: [[commands]]".to_owned());
                }
                ("keys", _, other) | (_, Some(_), other) => {
                    let what = format!("'{}' is {}", key.get_ref(), type_words(other));
                    self.complain(key.span(), what, format!("it is a table: [{}]", key.get_ref()));
                }
                _ => self.setting("", (key, value)),
            }
        }
    }

    fn setting(&mut self, prefix: &str, (key, value): RawEntry<'_>) {
        let path = format!("{prefix}{}", key.get_ref());
        if let Some(setting) = settings().find(|setting| setting.path == path) {
            if let Some(placed) = self.value(&path, setting.kind, value) {
                self.raw.settings.insert(setting.path, placed);
            }
            return;
        }
        let inner = format!("{path}.");
        if !settings().any(|setting| setting.path.starts_with(&inner)) {
            return self.complain(key.span(), format!("unknown key '{path}'"), settings_hint(prefix, &path));
        }
        match value.get_ref() {
            DeValue::Table(table) => {
                for entry in table.iter() {
                    self.setting(&inner, entry);
                }
            }
            other => {
                let what = format!("'{path}' is {}", type_words(other));
                self.complain(key.span(), what, format!("it is a table: [{path}]"));
            }
        }
    }

    fn value(&mut self, path: &str, kind: Kind, value: &Spanned<DeValue<'_>>) -> Option<Placed<Value>> {
        match kind.read(value.get_ref()) {
            Ok(read) => Some(Placed { value: read, place: self.place(value.span()) }),
            Err((what, hint)) => {
                let what = if what.starts_with('\'') {
                    format!("{path}: {what}")
                } else {
                    format!("'{path}' {what}")
                };
                self.complain(value.span(), what, hint);
                None
            }
        }
    }

    fn tables(&mut self, family: &'static Family, tables: &DeTable<'_>) {
        for (name, value) in tables.iter() {
            let path = format!("{}.{}", family.name, name.get_ref());
            let DeValue::Table(table) = value.get_ref() else {
                let what = format!("'{path}' is {}", type_words(value.get_ref()));
                self.complain(name.span(), what, format!("it is a table: [{path}]"));
                continue;
            };
            if !is_table_name(name.get_ref()) {
                let what = format!("'{}' cannot be the name of {}", name.get_ref(), family.one);
                self.complain(name.span(), what, "letters, digits, '-', '_' and '.' can".to_owned());
                continue;
            }
            let mut read = RawTable::new();
            let problems = self.problems.len();
            for (key, value) in table.iter() {
                if let Some((key, placed)) = self.table_key(family, &path, (key, value)) {
                    read.insert(key, placed);
                }
            }
            if self.problems.len() > problems {
                self.raw.broken.insert(path);
            }
            let placed = Placed { value: read, place: self.place(name.span()) };
            self.raw.named.entry(family.name).or_default().insert(name.get_ref().to_string(), placed);
        }
    }

    fn commands<'t>(&mut self, tables: impl Iterator<Item = &'t Spanned<DeValue<'t>>>) {
        for (at, item) in tables.enumerate() {
            let path = format!("commands[{}]", at + 1);
            let DeValue::Table(table) = item.get_ref() else {
                let what = format!("'{path}' is {}", type_words(item.get_ref()));
                self.complain(item.span(), what, "each command is a table: [[commands]]".to_owned());
                continue;
            };
            let mut read = RawTable::new();
            let problems = self.problems.len();
            for (key, value) in table.iter() {
                if let Some((key, placed)) = self.table_key(&COMMANDS_FAMILY, &path, (key, value)) {
                    read.insert(key, placed);
                }
            }
            if self.problems.len() > problems {
                self.raw.broken.insert(path);
            }
            self.raw.commands.push(Placed { value: read, place: self.place(item.span()) });
        }
    }

    fn table_key(
        &mut self,
        family: &Family,
        table: &str,
        (key, value): RawEntry<'_>,
    ) -> Option<(&'static str, Placed<Value>)> {
        let path = format!("{table}.{}", key.get_ref());
        if let Some(known) = family.keys.iter().find(|known| known.name == key.get_ref().as_ref()) {
            let placed = self.value(&path, known.kind, value)?;
            if placed.value == Value::Text(String::new()) {
                self.complain(value.span(), format!("'{path}' is empty"), "leave the line out".to_owned());
                return None;
            }
            return Some((known.name, placed));
        }
        let (what, hint) = match key.get_ref().as_ref() {
            "password" | "pass" | "auth" if family.name == "targets" => (
                format!("'{path}': a password does not stand in the config"),
                "name where it is: password_env = \"PROD_REDIS_PASSWORD\" or password_file = \"~/.redis-password\""
                    .to_owned(),
            ),
            unknown => {
                let names = family.keys.iter().map(|known| known.name);
                let list = format!("the keys of {} are", family.one);
                (format!("unknown key '{path}'"), nearest_hint(unknown, names, &list))
            }
        };
        self.complain(key.span(), what, hint);
        None
    }

    fn keys(&mut self, keys: &DeTable<'_>) {
        for (name, value) in keys.iter() {
            let listed = match value.get_ref() {
                DeValue::Array(items) => items
                    .iter()
                    .map(|item| {
                        let text = item.get_ref().as_str()?.to_owned();
                        Some(Placed { value: text, place: self.place(item.span()) })
                    })
                    .collect::<Option<Vec<_>>>(),
                _ => None,
            };
            match listed {
                Some(listed) => {
                    let placed = Placed { value: listed, place: self.place(name.span()) };
                    self.raw.keys.insert(name.get_ref().to_string(), placed);
                }
                None => self.complain(
                    value.span(),
                    format!("'keys.{}' is not a list of keys", name.get_ref()),
                    "write [\"x\", \"ctrl-x\"], or [] for none".to_owned(),
                ),
            }
        }
    }
}

/// Whether a table can be called so.
pub fn is_table_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

fn settings_hint(prefix: &str, path: &str) -> String {
    let last = path.rsplit('.').next().unwrap_or(path);
    let elsewhere = settings().find(|setting| setting.path.rsplit('.').next() == Some(last));
    match elsewhere.map(|setting| setting.path.rsplit_once('.')) {
        Some(None) if !prefix.is_empty() => format!("'{last}' stands above the first [table]"),
        Some(Some((table, _))) => format!("'{last}' stands in [{table}]"),
        _ => {
            let tables = [
                "streams",
                "sampler",
                "log",
                "actions",
                "thresholds",
                "targets",
                "patterns",
                "counters",
                "commands",
                "keys",
            ];
            let tables = tables.into_iter().filter(|_| prefix.is_empty());
            let known = settings().filter_map(|setting| setting.path.strip_prefix(prefix)).chain(tables);
            let known = known.filter(|known| !known.contains('.'));
            nearest_hint(last, known, "the keys are")
        }
    }
}

/// What was probably meant, else the whole list.
pub fn nearest_hint<'k>(unknown: &str, known: impl Iterator<Item = &'k str> + Clone, list: &str) -> String {
    match nearest(unknown, known.clone()) {
        Some(name) => format!("did you mean '{name}'?"),
        None => format!("{list} {}", known.collect::<Vec<_>>().join(", ")),
    }
}
