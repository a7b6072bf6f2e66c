//! Files that read, and files that don't with exactly the messages that they give.
//!
//! `UPDATE_EXPECTED=1 cargo test --test config` writes the messages anew, to be read before they are committed.

use std::fs;
use std::path::{Path, PathBuf};
use streamgauge::config::{Config, Env, Flags, Problems, Source, resolve};

fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/config").join(folder);
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> =
        entries.filter(|path| path.extension().is_some_and(|end| end == "toml")).collect();
    files.sort();
    assert!(!files.is_empty());
    files
}

fn read(path: &Path) -> Result<Config, Problems> {
    let text = fs::read_to_string(path).unwrap();
    let name = Path::new(path.file_name().unwrap());
    let env: Env = [("HOME", "/h/op")].into_iter().collect();
    resolve(Some(Source { path: name, text: &text }), &env, &Flags::default())
}

fn compare(path: &Path, told: &str) {
    let expected_path = path.with_extension("expected");
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        fs::write(&expected_path, told).unwrap();
    }
    let expected = fs::read_to_string(&expected_path).unwrap_or_default();
    assert_eq!(told, expected, "{}", path.display());
}

#[test]
fn valid_files_come_to_what_they_say() {
    for path in files("valid") {
        let config = read(&path).unwrap_or_else(|problems| panic!("{}: {problems}", path.display()));
        let choice = streamgauge::config::choose(&config, &Env::default(), &Flags::default().target);
        let shown = streamgauge::config::show::show(&config, choice.as_ref());
        let changed: Vec<_> =
            shown.lines().filter(|line| line.contains("line ") || line.starts_with("# ")).collect();
        compare(&path, &format!("{}\n", changed.join("\n")));
    }
}

#[test]
fn invalid_files_give_every_problem_with_line_column_and_hint() {
    for path in files("invalid") {
        let problems = read(&path).err().unwrap_or_else(|| panic!("{} is valid", path.display()));
        compare(&path, &format!("{problems}\n"));
    }
}

#[test]
fn no_message_about_an_invalid_file_shows_a_password() {
    for path in files("invalid") {
        let told = read(&path).unwrap_err().to_string();
        assert!(!told.contains("hunter2"), "{}: {told}", path.display());
    }
}

#[test]
fn what_show_says_reads_back_to_the_same() {
    for path in files("valid") {
        let config = read(&path).unwrap();
        let choice = streamgauge::config::choose(&config, &Env::default(), &Flags::default().target);
        let shown = streamgauge::config::show::show(&config, choice.as_ref());
        assert!(!format!("{shown}{config:?}").contains("hunter2"), "{shown}");
        let env: Env = [("HOME", "/h/op")].into_iter().collect();
        let name = Path::new(path.file_name().unwrap());
        let again = resolve(Some(Source { path: name, text: &shown }), &env, &Flags::default()).unwrap();
        assert_eq!((again.settings, again.keys), (config.settings, config.keys));
        for (name, target) in config.targets {
            let mut target = target.target;
            let mut again = again.targets.get(&name).unwrap().target.clone();
            (target.password, again.password) = (None, None);
            assert_eq!(again, target);
        }
    }
}
