//! `streamgauge config init|check|show|path`.
//!
//! Gives back what goes to stdout and stderr and the exit code; prints nothing. Invariant: `init` never writes
//! over a file, and stdout holds the result alone.

use super::{Paths, load, read, theme};
use crate::config::show::show;
use crate::config::{ConfigVerb, EXAMPLE, Env, Flags, Location, Problem, Problems, choose};
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;

/// What a command has to say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommandOutput {
    /// For stdout.
    pub stdout: String,
    /// For stderr.
    pub stderr: String,
    /// The exit code: 0 done, 1 failed, 2 a mistake in the config.
    pub exit: u8,
}

impl CommandOutput {
    fn done(stdout: String) -> Self {
        Self { stdout, ..Self::default() }
    }

    fn wrong(problems: &Problems, exit: u8) -> Self {
        Self { stderr: format!("{problems}\n"), exit, ..Self::default() }
    }
}

/// Does what `streamgauge config VERB` asks for.
pub fn run_config(verb: ConfigVerb, flags: &Flags, env: Env) -> CommandOutput {
    match verb {
        ConfigVerb::Init => init(&Paths::find(flags, &env)),
        ConfigVerb::Path => match Paths::find(flags, &env).config_file() {
            Ok(path) => CommandOutput::done(format!("{}\n", path.display())),
            Err(problem) => CommandOutput::wrong(&problem.into(), 1),
        },
        ConfigVerb::Check => check(flags, env).unwrap_or_else(|problems| CommandOutput::wrong(&problems, 2)),
        ConfigVerb::Show => match load(flags, env) {
            Ok(loaded) => {
                let choice = choose(&loaded.config, &loaded.env, &flags.target);
                CommandOutput::done(show(&loaded.config, choice.as_ref()))
            }
            Err(problems) => CommandOutput::wrong(&problems, 2),
        },
    }
}

fn check(flags: &Flags, env: Env) -> Result<CommandOutput, Problems> {
    let loaded = load(flags, env)?;
    theme(&loaded.paths, &loaded.config, &loaded.config.settings.theme)?;
    Ok(CommandOutput::done(match &loaded.config.file {
        Some(path) => format!("{}: ok\n", path.display()),
        None => "no config file: everything has its default\n".to_owned(),
    }))
}

fn init(paths: &Paths) -> CommandOutput {
    let written = paths.config_file().and_then(|path| {
        write_new(path).map_err(|error| match error.kind() {
            std::io::ErrorKind::AlreadyExists => Problem::new(
                Location::file(path),
                "is there already",
                "it stays as it is; move it away first",
            ),
            _ => Problem::new(
                Location::file(path),
                read::in_words(&error),
                "give another place by --config FILE",
            ),
        })?;
        Ok(format!("{}\n", path.display()))
    });
    written.map_or_else(|problem| CommandOutput::wrong(&problem.into(), 1), CommandOutput::done)
}

/// For the operator alone to read, since Azure's string may come to stand in it.
fn write_new(path: &Path) -> std::io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(EXAMPLE.as_bytes())
}
