//! A Python with what a test needs, installed below `target`.
//!
//! A machine without Python, or without a way to the package, fails the test with what to install.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;

const HINT: &str = "install Python 3 with pip (Debian: python3-pip), and let it reach its package index once";

static INSTALLING: Mutex<()> = Mutex::new(());

/// Where `requirement` is; installed there when it was not.
fn package(name: &str, requirement: &str) -> PathBuf {
    let _one_at_a_time = INSTALLING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/python").join(requirement);
    if folder.join(name).is_dir() {
        return folder;
    }
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target"]);
    let done = pip.arg(&folder).arg(requirement).output();
    let done = done.unwrap_or_else(|error| panic!("no python3 ({error}): {HINT}"));
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(done.status.success() && folder.join(name).is_dir(), "no {requirement}: {said}\n{HINT}");
    folder
}

/// Runs a script that uses `requirement`; its standard input and output are the test's.
pub fn with_package(script: &str, (name, requirement): (&str, &str), args: &[&str]) -> Child {
    let folder = package(name, requirement);
    spawn(Command::new("python3").env("PYTHONPATH", folder), script, args)
}

/// Runs a script that needs nothing but Python.
pub fn alone(script: &str, args: &[&str]) -> Child {
    spawn(&mut Command::new("python3"), script, args)
}

fn spawn(command: &mut Command, script: &str, args: &[&str]) -> Child {
    let spawned =
        command.arg("-c").arg(script).args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    spawned.unwrap_or_else(|error| panic!("no python3 ({error}): {HINT}"))
}
