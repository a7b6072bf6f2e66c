//! Defaults, the file, the environment and the flags, one above the other, made into a [`Config`].
//!
//! Knows the layers; reads none of them. Invariant: the defaults go the same way as the file, and every
//! problem of every layer is found in one go.

use super::flags::{Env, Flags};
use super::limits::contradictions;
use super::named::{Folders, named};
use super::problem::{Location, Problem, Problems};
use super::raw::{self, Placed, Raw};
use super::schema::{self, Setting, settings};
use super::settings::Settings;
use super::value::Value;
use super::{Config, choose, own, watched};
use crate::commands::{KeyMap, KeyMapError};
use std::collections::BTreeMap;
use std::path::Path;

/// A config file that was read.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// Where it is, as it goes into messages.
    pub path: &'a Path,
    /// What it holds.
    pub text: &'a str,
}

/// What everything comes to, or everything that is wrong.
pub fn resolve(file: Option<Source<'_>>, env: &Env, flags: &Flags) -> Result<Config, Problems> {
    let mut layers = ConfigLayers::default();
    let (defaults, problems) = raw::read(Path::new("default"), &schema::defaults_text());
    layers.problems.extend(problems);
    layers.settings(&defaults, |_| Location::Default);
    let raw = file.map_or_else(Raw::default, |file| {
        let (raw, problems) = raw::read(file.path, file.text);
        layers.problems.extend(problems);
        raw
    });
    layers.settings(&raw, Location::clone);
    layers.environment(env);
    layers.flags(flags);

    let mut targets = BTreeMap::new();
    let folder = file.and_then(|file| file.path.parent()).unwrap_or(Path::new(""));
    let folders = Folders { config: folder, home: env.get("HOME") };
    for (name, written) in raw.tables("targets") {
        match named(name, written, folders) {
            Ok(target) => drop(targets.insert(name.clone(), target)),
            // What is missing of a target may be what could not be read.
            Err(problems) if raw.broken.contains(&format!("targets.{name}")) => {
                layers.problems.extend(problems.into_iter().filter(|problem| problem.place != written.place));
            }
            Err(problems) => layers.problems.extend(problems),
        }
    }
    let watched = watched::of(&raw);
    layers.problems.extend(watched.problems);
    let keys = layers.keys(&raw);
    let (own, problems) = own::of(&raw, &keys);
    layers.problems.extend(problems);
    let ConfigLayers { settings, places, mut problems } = layers;
    let config = Config {
        settings,
        keys,
        targets,
        tiers: watched.tiers,
        warm_ups: watched.warm_ups,
        counters: watched.counters,
        own,
        own_written: raw.commands.iter().map(|table| table.value.clone()).collect(),
        named: raw
            .named
            .iter()
            .filter(|(family, _)| **family != "targets")
            .map(|(f, t)| (*f, t.clone()))
            .collect(),
        colour: env.get("NO_COLOR").is_none(),
        file: file.map(|file| file.path.to_owned()),
        places,
    };
    problems.extend(unknown_default_target(&config, &raw));
    problems.extend(contradictions(&config));
    if problems.is_empty() {
        return Ok(config);
    }
    problems.sort_by(|a, b| a.place.cmp(&b.place));
    Err(Problems(problems))
}

/// A target that is there but wrong has been told of already.
fn unknown_default_target(config: &Config, raw: &Raw) -> Option<Problem> {
    let name = config.settings.target.as_str();
    let is_known = name.is_empty() || raw.tables("targets").any(|(known, _)| known == name);
    (!is_known).then(|| {
        let hint = choose::unknown_target_hint(config, name);
        Problem::new(config.place("target"), format!("there is no target '{name}'"), hint)
    })
}

#[derive(Default)]
struct ConfigLayers {
    settings: Settings,
    places: BTreeMap<String, Location>,
    problems: Vec<Problem>,
}

impl ConfigLayers {
    fn set(&mut self, setting: &Setting, value: Value, place: Location) {
        (setting.set)(&mut self.settings, value);
        self.places.insert(setting.path.to_owned(), place);
    }

    fn settings(&mut self, raw: &Raw, place: impl Fn(&Location) -> Location) {
        for setting in settings() {
            if let Some(Placed { value, place: written }) = raw.settings.get(setting.path) {
                self.set(setting, value.clone(), place(written));
            }
        }
    }

    fn environment(&mut self, env: &Env) {
        for setting in settings() {
            let Some(name) = schema::env_name(setting) else { continue };
            let Some(text) = env.get(&name) else { continue };
            let place = Location::Env(name);
            match setting.kind.read_text(text) {
                Ok(value) => self.set(setting, value, place),
                Err((what, hint)) => {
                    let what = if what.starts_with('\'') { what } else { format!("it {what}") };
                    self.problems.push(Problem::new(place, what, hint));
                }
            }
        }
    }

    fn flags(&mut self, flags: &Flags) {
        let given = [
            ("interval", "--interval", flags.interval.map(Value::Duration)),
            ("theme", "--theme", flags.theme.clone().map(Value::Text)),
            ("ascii", "--ascii", flags.ascii.then_some(Value::Flag(true))),
            ("read_only", "--read-only", flags.read_only.then_some(Value::Flag(true))),
            ("mask", "--mask", flags.mask.then_some(Value::Flag(true))),
            ("probe.enabled", "--probe", flags.probe.then_some(Value::Flag(true))),
        ];
        for (path, flag, value) in given {
            if let (Some(setting), Some(value)) = (settings().find(|s| s.path == path), value) {
                self.set(setting, value, Location::Flag(flag));
            }
        }
    }

    fn keys(&mut self, raw: &Raw) -> KeyMap {
        let preset = self.settings.key_preset;
        let of_preset = self.places.get("key_preset").cloned().unwrap_or(Location::Default);
        let named = preset.rows().iter().map(|(id, _)| format!("keys.{}", id.command().name));
        self.places.extend(named.map(|path| (path, of_preset.clone())));
        let places = raw.keys.iter().map(|(name, keys)| (format!("keys.{name}"), keys.place.clone()));
        self.places.extend(places);
        let texts =
            |keys: &Placed<Vec<Placed<String>>>| keys.value.iter().map(|key| key.value.clone()).collect();
        let overrides = raw.keys.iter().map(|(name, keys)| (name.clone(), texts(keys))).collect();
        KeyMap::with_preset(preset, &overrides).unwrap_or_else(|errors| {
            self.problems.extend(
                errors
                    .iter()
                    .map(|error| Problem::new(key_place(raw, error), error.to_string(), error.hint())),
            );
            KeyMap::default()
        })
    }
}

/// Where an error about keys was written: the key itself, else the line of a command that it names.
fn key_place(raw: &Raw, error: &KeyMapError) -> Location {
    let command = |name: &str| raw.keys.get(name).map(|keys| keys.place.clone());
    let found = match error {
        KeyMapError::UnknownCommand { name, .. } => command(name),
        KeyMapError::BadKey { name, index, .. } => {
            raw.keys.get(name).and_then(|keys| keys.value.get(*index)).map(|key| key.place.clone())
        }
        KeyMapError::Clash { first, second, .. } => command(second).or_else(|| command(first)),
        KeyMapError::NoWayOut => command("quit"),
    };
    found.unwrap_or(Location::Default)
}
