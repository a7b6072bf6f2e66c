//! Files in a temporary folder, read and written as the program does.

use super::*;
use crate::config::{ConfigVerb, Secret, TargetFlags};
use std::fs;
use std::path::Path;

fn flags(path: &Path) -> Flags {
    Flags { config_file: Some(path.to_owned()), ..Flags::default() }
}

fn named(path: &Path, name: &str) -> Flags {
    let target = TargetFlags { name: Some(name.to_owned()), ..TargetFlags::default() };
    Flags { target, ..flags(path) }
}

#[test]
fn init_writes_the_example_once_and_it_checks() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new/config.toml");
    let init = run_config(ConfigVerb::Init, &flags(&path), Env::default());
    assert_eq!((init.stdout, init.exit), (format!("{}\n", path.display()), 0));
    assert_eq!(fs::read_to_string(&path).unwrap(), crate::config::EXAMPLE);
    let check = run_config(ConfigVerb::Check, &flags(&path), Env::default());
    assert_eq!((check.stdout, check.exit), (format!("{}: ok\n", path.display()), 0));

    fs::write(&path, "fps = 5\n").unwrap();
    let again = run_config(ConfigVerb::Init, &flags(&path), Env::default());
    assert_eq!((again.stdout.as_str(), again.exit), ("", 1));
    assert!(again.stderr.contains("is there already"));
    assert_eq!(fs::read_to_string(&path).unwrap(), "fps = 5\n");
}

#[cfg(unix)]
#[test]
fn what_init_writes_is_for_the_operator_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    run_config(ConfigVerb::Init, &flags(&path), Env::default());
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn check_lists_everything_and_exits_with_2() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    fs::write(&path, "fps = 0\ninterval = 1\n").unwrap();
    let check = run_config(ConfigVerb::Check, &flags(&path), Env::default());
    assert_eq!((check.stdout.as_str(), check.exit), ("", 2));
    assert_eq!(check.stderr.lines().count(), 2);
    assert!(check.stderr.starts_with(&format!("{}:1:7: 'fps' is out of range", path.display())));
    assert_eq!(run_config(ConfigVerb::Show, &flags(&path), Env::default()).stderr, check.stderr);
}

#[test]
fn check_knows_the_themes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    fs::write(&path, "theme = \"lihgt\"\n").unwrap();
    let told = run_config(ConfigVerb::Check, &flags(&path), Env::default()).stderr;
    assert_eq!(told, format!("{}:1:9: there is no theme 'lihgt'; did you mean 'light'?\n", path.display()));
    fs::create_dir(folder.path().join("themes")).unwrap();
    fs::write(folder.path().join("themes/lihgt.toml"), "nonsense = 1\n").unwrap();
    let told = run_config(ConfigVerb::Check, &flags(&path), Env::default()).stderr;
    assert!(told.contains("themes/lihgt.toml:1:"), "{told}");
}

#[test]
fn a_file_of_the_operators_goes_before_a_theme_of_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    fs::write(&path, "").unwrap();
    let loaded = load(&flags(&path), Env::default()).unwrap();
    let themes = folder.path().join("themes");
    fs::create_dir(&themes).unwrap();
    let own = crate::config::theme::BUILTIN[0].1;
    fs::write(themes.join("default.toml"), own.replacen("about = \"", "about = \"mine: ", 1)).unwrap();
    fs::write(themes.join("sea.toml"), own).unwrap();
    let read = |name| theme(&loaded.paths, &loaded.config, name);
    assert!(read("default").unwrap().about().starts_with("mine: "));
    assert!(read("sea").is_ok() && read("mono").is_ok());
    assert!(read("../sea").is_err());
    assert_eq!(
        theme_names(&loaded.paths),
        [
            "catppuccin",
            "colour-blind",
            "default",
            "dracula",
            "gruvbox",
            "high-contrast",
            "light",
            "mono",
            "nord",
            "sea",
            "solarized"
        ]
    );
}

#[test]
fn a_file_that_was_asked_for_has_to_be_there() {
    let told = load(&flags(Path::new("none/c.toml")), Env::default()).unwrap_err().to_string();
    assert_eq!(
        told,
        "--config: the config file none/c.toml is not there; `streamgauge config init` writes one"
    );
    let env: Env = [("STREAMGAUGE_CONFIG", "none/c.toml")].into_iter().collect();
    assert!(
        load(&Flags::default(), env).unwrap_err().to_string().starts_with("environment STREAMGAUGE_CONFIG:")
    );
}

#[test]
fn a_file_that_is_no_text_or_too_large_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("c.toml");
    fs::write(&path, [0xff, 0xfe]).unwrap();
    assert!(load(&flags(&path), Env::default()).unwrap_err().to_string().contains("is not UTF-8 text"));
    fs::write(&path, "#".repeat((1 << 20) + 1)).unwrap();
    assert!(load(&flags(&path), Env::default()).unwrap_err().to_string().contains("is larger than 1024 KB"));
}

#[test]
fn passwords_come_from_their_files_and_show_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    fs::write(folder.path().join("plain"), "hunter2\n").unwrap();
    fs::write(folder.path().join(".env"), "OTHER=x\nDB_AUTH='hunter3'\n").unwrap();
    let text = "[targets.plain]\nhost = \"h\"\npassword_file = \"plain\"\n\
                [targets.env]\nhost = \"h\"\npassword_file = \".env\"\npassword_env = \"DB_AUTH\"\n\
                [targets.gone]\nhost = \"h\"\npassword_file = \"gone\"\n\
                [targets.other]\nhost = \"h\"\npassword_file = \".env\"\npassword_env = \"NONE\"\n";
    fs::write(&path, text).unwrap();
    let target = |name: &str| {
        let flags = named(&path, name);
        load(&flags, Env::default()).unwrap().target(&flags)
    };
    assert_eq!(target("plain").unwrap().password, Some(Secret::new("hunter2")));
    assert_eq!(target("env").unwrap().password, Some(Secret::new("hunter3")));
    let told = target("gone").unwrap_err().to_string();
    assert!(
        told.contains("config.toml:10:17: the password file ") && told.contains("is not there"),
        "{told}"
    );
    let told = target("other").unwrap_err().to_string();
    assert!(
        told.contains(".env: the password file has no line NONE=...") && !told.contains("hunter"),
        "{told}"
    );
}

#[test]
fn show_says_where_values_come_from() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    fs::write(&path, "\nfps = 5\n").unwrap();
    let env: Env =
        [("STREAMGAUGE_THEME", "light"), ("REDIS_URL", "redis://:hunter2@h")].into_iter().collect();
    let flags = Flags { read_only: true, ..flags(&path) };
    let shown = run_config(ConfigVerb::Show, &flags, env).stdout;
    let line = |start: &str| shown.lines().find(|line| line.starts_with(start)).unwrap_or("").to_owned();
    assert!(line("fps = 5").ends_with("# config file, line 2"));
    assert!(line("theme = \"light\"").ends_with("# environment STREAMGAUGE_THEME"));
    assert!(line("read_only = true").ends_with("# --read-only"));
    assert!(line("interval = \"1s\"").ends_with("# default"));
    assert_eq!(
        line("# target in use"),
        "# target in use: h:6379, database 0, password *** (environment REDIS_URL)"
    );
    assert!(!shown.contains("hunter2"));
}

#[test]
fn path_says_where_the_config_is() {
    let answer = run_config(ConfigVerb::Path, &flags(Path::new("x/c.toml")), Env::default());
    assert_eq!((answer.stdout.as_str(), answer.exit), ("x/c.toml\n", 0));
    let usual = Paths::find(&Flags::default(), &Env::default());
    assert!(usual.config_file.unwrap().ends_with("streamgauge/config.toml"));
    assert!(usual.state_dir.unwrap().ends_with("streamgauge"));
}
