//! What the command line and the environment ask for, as values: the layers above the config file.
//!
//! Knows no clap and reads no environment: `cli` makes [`Flags`], `edge::files` makes [`Env`]. Invariant:
//! whatever may hold a password is a [`Secret`], so that neither can show one.

use super::Secret;
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// The options that every command has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// `--config`: the config file instead of the usual one.
    pub config_file: Option<PathBuf>,
    /// `--interval`: time from one poll to the next.
    pub interval: Option<Duration>,
    /// `--theme`.
    pub theme: Option<String>,
    /// `--ascii`.
    pub ascii: bool,
    /// `--read-only`.
    pub read_only: bool,
    /// `--probe`.
    pub probe: bool,
    /// `--mask`.
    pub mask: bool,
    /// Which Redis, and how to get in.
    pub target: TargetFlags,
}

/// The options that say which Redis is meant and how to get in: those of redis-cli.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TargetFlags {
    /// The first word of the console: a name of the config or a URL (which may hold a password).
    pub word: Option<Secret>,
    /// The command of ours that the word looks like, for the hint when it names no target.
    pub word_resembles: Option<String>,
    /// `-u`: a URL, which may hold a password.
    pub url: Option<Secret>,
    /// `-t`: a name of the config.
    pub name: Option<String>,
    /// `-h`.
    pub host: Option<String>,
    /// `-p`.
    pub port: Option<u16>,
    /// `-s`.
    pub socket: Option<PathBuf>,
    /// `--user`.
    pub user: Option<String>,
    /// `-a`.
    pub password: Option<Secret>,
    /// `--askpass`.
    pub ask_password: bool,
    /// `-n`.
    pub database: Option<u32>,
    /// `--tls`.
    pub tls: bool,
    /// `--cacert`.
    pub ca_file: Option<PathBuf>,
    /// `--cert`.
    pub cert_file: Option<PathBuf>,
    /// `--key`.
    pub key_file: Option<PathBuf>,
    /// `--sni`.
    pub sni: Option<String>,
    /// `--insecure`.
    pub insecure: bool,
}

/// What `streamgauge config` is asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfigVerb {
    /// Write the commented example where the config belongs.
    Init,
    /// List everything that is wrong.
    Check,
    /// Show what is in force, and where each value came from.
    Show,
    /// Say where the config file is.
    Path,
}

/// The environment at start. Shows names only.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Env(BTreeMap<String, String>);

impl Env {
    /// The value of a variable; an empty one counts as unset.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }
}

impl<Text: Into<String>> FromIterator<(Text, Text)> for Env {
    fn from_iter<All: IntoIterator<Item = (Text, Text)>>(all: All) -> Self {
        Self(all.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

impl fmt::Debug for Env {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_never_shows_its_values() {
        let env: Env = [("REDISCLI_AUTH", "hunter2")].into_iter().collect();
        assert_eq!(format!("{env:?}"), "{\"REDISCLI_AUTH\"}");
        assert_eq!(env.get("REDISCLI_AUTH"), Some("hunter2"));
    }

    #[test]
    fn an_empty_variable_is_unset() {
        let env: Env = [("NO_COLOR", "")].into_iter().collect();
        assert_eq!(env.get("NO_COLOR"), None);
    }
}
