//! Themes by name: a file of the operator's, else one of the program's own.
//!
//! Knows where theme files are; `config::theme` knows what they say. Invariant: a name never leads out of the
//! folder of themes.

use super::{Paths, read};
use crate::config::raw::nearest_hint;
use crate::config::theme::{AUTO, BUILTIN};
use crate::config::{Config, Location, Problem, Problems, Theme, ThemeError};
use crate::core::limits::CONFIG_FILE_BYTES;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// The theme of this name. A file goes before a theme of the program's own.
///
/// # Errors
/// There is none of that name, told at the place where the config names it; or its file is wrong.
pub fn theme(paths: &Paths, config: &Config, name: &str) -> Result<Theme, Problems> {
    let name = if name == AUTO { "default" } else { name };
    let missing = || {
        let names = theme_names(paths);
        let hint = nearest_hint(name, names.iter().map(String::as_str), "there are");
        Problems::from(Problem::new(config.place("theme"), format!("there is no theme '{name}'"), hint))
    };
    if !is_theme_name(name) {
        return Err(missing());
    }
    let Some(path) = paths.themes_dir.as_ref().map(|folder| folder.join(format!("{name}.toml"))) else {
        return Theme::builtin(name).ok_or_else(missing);
    };
    match read::text(&path, CONFIG_FILE_BYTES) {
        Ok(text) => Theme::parse(&text, &path.display().to_string()).map_err(|errors| told(&path, errors)),
        Err(unread) if unread.is_missing => Theme::builtin(name).ok_or_else(missing),
        Err(unread) => Err(Problem::new(Location::file(path), unread.what, unread.hint).into()),
    }
}

/// The names of all themes, the operator's and the program's, in order.
pub fn theme_names(paths: &Paths) -> Vec<String> {
    let folder = paths.themes_dir.as_ref().and_then(|folder| std::fs::read_dir(folder).ok());
    let files = folder.into_iter().flatten().flatten().filter_map(|entry| {
        let name = entry.file_name().into_string().ok()?;
        name.strip_suffix(".toml").filter(|name| is_theme_name(name)).map(str::to_owned)
    });
    let own = BUILTIN.iter().map(|(name, _)| (*name).to_owned());
    // A bound for a folder of anything: more themes than that nobody pages through.
    own.chain(files.take(200)).collect::<BTreeSet<_>>().into_iter().collect()
}

fn is_theme_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'))
}

fn told(path: &std::path::Path, errors: Vec<ThemeError>) -> Problems {
    let problem = |error: ThemeError| {
        let place = Location::File { path: PathBuf::from(path), line: error.line, column: error.column };
        Problem::new(place, error.text, error.hint.unwrap_or_default())
    };
    Problems(errors.into_iter().map(problem).collect())
}
