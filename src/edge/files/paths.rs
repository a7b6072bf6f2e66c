//! Where the operator's files are.
//!
//! Knows the folders of the system (`directories`) and the two ways to say otherwise, `--config` and
//! STREAMGAUGE_CONFIG. Invariant: the themes are beside the config.

use super::read;
use crate::config::{Env, Flags, Location, Problem};
use crate::core::limits::CONFIG_FILE_BYTES;
use directories::ProjectDirs;
use std::path::{Path, PathBuf};

/// Where things are. A path is missing only where the system knows no home folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    /// The config file; it need not be there.
    pub config_file: Option<PathBuf>,
    /// Who asked for that file; nobody when it is the usual one.
    pub asked_by: Option<Location>,
    /// Folder of themes, beside the config.
    pub themes_dir: Option<PathBuf>,
    /// Folder of what is kept from run to run: the log, later the journal.
    pub state_dir: Option<PathBuf>,
}

impl Paths {
    /// The paths that flags and environment come to.
    pub fn find(flags: &Flags, env: &Env) -> Self {
        const VARIABLE: &str = "STREAMGAUGE_CONFIG";
        let folders = ProjectDirs::from("", "", "streamgauge");
        let (config_file, asked_by) = match (&flags.config_file, env.get(VARIABLE)) {
            (Some(path), _) => (Some(path.clone()), Some(Location::Flag("--config"))),
            (None, Some(path)) => (Some(PathBuf::from(path)), Some(Location::Env(VARIABLE.to_owned()))),
            (None, None) => (folders.as_ref().map(|folders| folders.config_dir().join("config.toml")), None),
        };
        let themes_dir = config_file.as_deref().and_then(Path::parent).map(|folder| folder.join("themes"));
        let state_dir = folders
            .as_ref()
            .map(|folders| folders.state_dir().unwrap_or_else(|| folders.data_local_dir()).to_path_buf());
        Self { config_file, asked_by, themes_dir, state_dir }
    }

    /// The config file, for what cannot do without.
    pub fn config_file(&self) -> Result<&Path, Problem> {
        self.config_file.as_deref().ok_or_else(|| {
            Problem::new(
                Location::Default,
                "there is no home folder to keep a config in",
                "set HOME, or give --config FILE",
            )
        })
    }

    /// What the config file holds; nothing when there is none and nobody asked for one.
    pub fn config_text(&self) -> Result<Option<String>, Problem> {
        let Some(path) = &self.config_file else { return Ok(None) };
        match (read::text(path, CONFIG_FILE_BYTES), &self.asked_by) {
            (Ok(text), _) => Ok(Some(text)),
            (Err(unread), None) if unread.is_missing => Ok(None),
            (Err(unread), None) => Err(Problem::new(Location::file(path), unread.what, unread.hint)),
            (Err(unread), Some(place)) => {
                let what = format!("the config file {} {}", path.display(), unread.what);
                let hint =
                    if unread.is_missing { "`streamgauge config init` writes one" } else { unread.hint };
                Err(Problem::new(place.clone(), what, hint))
            }
        }
    }
}
