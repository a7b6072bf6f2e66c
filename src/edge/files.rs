//! The operator's files: where they are, the config with its themes and passwords, and `streamgauge config`.
//!
//! Reads and writes files and asks for a password; what they mean is decided in `config`. Blocking: to be used
//! before the console starts. Invariant: every read is bounded, no file that is there is ever written over, and
//! no password goes into a message.

mod operator;
mod paths;
mod pictures;
mod read;
mod secret;
mod theme;
mod verbs;

use crate::config::{Config, Env, Flags, Problems, Source, Target, choose, resolve};

pub use operator::operator;
pub use paths::Paths;
pub use pictures::save_picture;
pub use secret::complete;
pub use theme::{theme, theme_names};
pub use verbs::{CommandOutput, run_config};

/// What the files and the environment came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    /// The config.
    pub config: Config,
    /// Where things are.
    pub paths: Paths,
    /// The environment.
    pub env: Env,
}

/// The environment of this process. Variables that are not UTF-8 are left out: no setting can be.
pub fn environment() -> Env {
    let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        Some((name.into_string().ok()?, value.into_string().ok()?))
    };
    std::env::vars_os().filter_map(text).collect()
}

/// Finds and reads the config. Without a file in the usual place everything has its default; a file that was
/// asked for has to be there.
///
/// # Errors
/// Everything that is wrong in the file, the environment and the flags.
pub fn load(flags: &Flags, env: Env) -> Result<Loaded, Problems> {
    let paths = Paths::find(flags, &env);
    let text = paths.config_text()?;
    let source = match (&paths.config_file, &text) {
        (Some(path), Some(text)) => Some(Source { path, text }),
        _ => None,
    };
    let config = resolve(source, &env, flags)?;
    Ok(Loaded { config, paths, env })
}

impl Loaded {
    /// The Redis that is meant, with its password: read from its file, or asked for on the terminal.
    ///
    /// # Errors
    /// No such target, a malformed URL, a password that is not where it should be.
    pub fn target(&self, flags: &Flags) -> Result<Target, Problems> {
        Ok(complete(choose(&self.config, &self.env, &flags.target)?)?)
    }
}

#[cfg(test)]
mod tests;
