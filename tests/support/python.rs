//! A Python with what a test needs, installed below `target`.
//!
//! Knows how to install packages and run scripts with them; does not know what they do. A machine without Python, or
//! without a way to the packages, fails the test with what to install. What is installed once is never half there: it
//! gets its name when it is whole.
//! Use it as `#[path = "support/python.rs"] mod python;`.

#![allow(dead_code, reason = "each test file uses its own part")]

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;

const HINT: &str = "install Python 3 with pip (Debian: python3-pip), and let it reach its package index once";

static INSTALLING: Mutex<()> = Mutex::new(());

/// Where `requirements` are, with blanks between them; installed there when they were not. `name` is a folder that
/// they bring.
pub fn package(name: &str, requirements: &str) -> PathBuf {
    let _one_at_a_time = INSTALLING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    // Some packages look for their own files with patterns, in which brackets mean something.
    let plain = requirements.replace(['[', ']', ' '], "+");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/python").join(plain);
    if folder.join(name).is_dir() {
        return folder;
    }
    let half = PathBuf::from(format!("{}.part-{}", folder.display(), std::process::id()));
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target"]);
    let done = pip.arg(&half).args(requirements.split(' ')).output();
    let done = done.unwrap_or_else(|error| panic!("no python3 ({error}): {HINT}"));
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(done.status.success() && half.join(name).is_dir(), "no {requirements}: {said}\n{HINT}");
    // Another process of the tests may have been first.
    if std::fs::rename(&half, &folder).is_err() {
        let _ = std::fs::remove_dir_all(&half);
    }
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
