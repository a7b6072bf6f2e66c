//! What the operator has asked for: the config file, the environment and the flags, made into values.
//!
//! Pure: text comes in, values and errors come out. Reading files and the environment is `edge::files`.
//! Invariant: a [`Config`] that exists is whole and in range; what is wrong is told all at once, each with its
//! place and a hint, and no password is in it.

mod azure;
pub mod choose;
pub mod endpoint;
pub mod flags;
pub mod limits;
pub mod masked;
pub mod named;
pub mod own;
pub mod password;
pub mod problem;
pub mod raw;
pub mod resolve;
pub mod schema;
pub mod settings;
pub mod show;
pub mod target;
pub mod theme;
pub mod tls;
pub mod units;
pub mod url;
pub mod value;
pub mod watched;

use crate::commands::KeyMap;
use crate::core::model::counters::CounterSpec;
use crate::core::model::glob::Glob;
use crate::core::model::keys::Tier;
use own::OwnCommand;
use raw::{RawTable, RawTables};
use std::collections::BTreeMap;
use std::path::PathBuf;

pub use choose::{PasswordSource, TargetChoice, choose};
pub use flags::{ConfigVerb, Env, Flags, TargetFlags};
pub use named::NamedTarget;
pub use problem::{Location, Problem, Problems};
pub use resolve::{Source, resolve};
pub use settings::{LogLevel, LogSettings, SamplerSettings, Settings, StreamSettings};
pub use target::{Address, Secret, Target, Tls};
pub use theme::{Role, Theme, ThemeError};

/// The config file that documents every key with its default; `config init` writes it.
pub const EXAMPLE: &str = include_str!("../config.example.toml");

/// Everything that was asked for, checked: what the program runs by.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// The settings; every one has a value.
    pub settings: Settings,
    /// The keys of every command.
    pub keys: KeyMap,
    /// The targets of the config file, by name. The one in use is for [`choose()`] to say.
    pub targets: BTreeMap<String, NamedTarget>,
    /// Keys that are watched by pattern.
    pub tiers: Vec<Tier>,
    /// Patterns and the command that fills the cache again after each was invalidated: program and arguments.
    pub warm_ups: Vec<(Glob, Vec<String>)>,
    /// Counters of the operator's own.
    pub counters: Vec<CounterSpec>,
    /// Programs of the operator's own, in the order of the file.
    pub own: Vec<OwnCommand>,
    /// The same as written, for `config show`.
    pub own_written: Vec<RawTable>,
    /// Named tables other than targets as written, for `config show`.
    pub named: BTreeMap<&'static str, RawTables>,
    /// Colours may be used: `NO_COLOR` is not set.
    pub colour: bool,
    /// The config file that was read; none when there is none.
    pub file: Option<PathBuf>,
    /// Where each setting came from, by its path in the config (`streams.discover`, `keys.quit`).
    pub places: BTreeMap<String, Location>,
}

impl Config {
    /// Where a setting came from: for a problem that shows later, such as a theme that is not there.
    pub fn place(&self, path: &str) -> Location {
        self.places.get(path).cloned().unwrap_or(Location::Default)
    }
}
