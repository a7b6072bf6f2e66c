//! What the operator has asked for: the config file, the environment and the flags, made into values.
//!
//! Pure: text comes in, values and errors come out. Reading files and the environment is `edge::files`.

mod azure;
pub mod flags;
pub mod problem;
pub mod raw;
pub mod schema;
pub mod settings;
pub mod target;
pub mod theme;
pub mod units;
pub mod url;
pub mod value;

use crate::commands::KeyMap;
use std::collections::BTreeMap;

pub use flags::{Env, Flags, TargetFlags};
pub use problem::{Place, Problem, Problems};
pub use settings::{Log, LogLevel, Settings, Streams};
pub use target::{Address, Secret, Target, Tls};
pub use theme::{Role, Theme, ThemeError};

/// Everything that was asked for, checked: what the program runs by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The settings; every one has a value.
    pub settings: Settings,
    /// The keys of every command.
    pub keys: KeyMap,
    /// Colours may be used: `NO_COLOR` is not set.
    pub colour: bool,
    /// Where each setting came from, by its path in the config (`streams.discover`).
    pub places: BTreeMap<&'static str, Place>,
}
