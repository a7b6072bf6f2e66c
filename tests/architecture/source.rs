//! The files of this repository as the rules see them: where they lie, their lines, the paths in their code.
//!
//! The only place of this test that reads the disk. Knows which module a file is; judges nothing.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::paths::{Written, written};
use crate::tokens::{Token, tokens, without_tests};

/// What is wrong, where, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub file: String,
    pub line: usize,
    pub text: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}: {}", self.file, self.line, self.text)
    }
}

/// One Rust file.
#[derive(Clone, Debug)]
pub struct Source {
    /// From the repository's root, with `/`.
    pub file: String,
    /// `["core", "wire", "read"]` for `src/core/wire/read.rs`; empty for `src/lib.rs`.
    pub module: Vec<String>,
    /// As it lies on disk.
    pub text: String,
    /// Its code without comments, strings and tests.
    pub tokens: Vec<Token>,
    /// The paths in that code.
    pub paths: Vec<Written>,
    test_modules: Vec<String>,
}

impl Source {
    /// Cuts a text into what the rules ask about.
    pub fn new(file: &str, text: &str) -> Self {
        let inner = file.trim_start_matches("src/").trim_end_matches(".rs");
        let module = if inner == "lib" { Vec::new() } else { inner.split('/').map(str::to_owned).collect() };
        let (tokens, test_modules) = without_tests(&tokens(text));
        let paths = written(&tokens);
        Self { file: file.to_owned(), module, text: text.to_owned(), tokens, paths, test_modules }
    }

    /// A finding at a line of this file.
    pub fn finding(&self, line: usize, text: impl Into<String>) -> Finding {
        Finding { file: self.file.clone(), line, text: text.into() }
    }

    /// Whether this file declares `mod name`.
    pub fn declares(&self, name: &str) -> bool {
        self.tokens.windows(2).any(|pair| match pair {
            [first, second] => first.is("mod") && second.is(name),
            _ => false,
        })
    }
}

/// Sources that go into the program: files that are `#[cfg(test)] mod name;` of another one are left out.
pub fn production(sources: &[Source]) -> Vec<&Source> {
    let tests: Vec<Vec<String>> = sources
        .iter()
        .flat_map(|source| {
            source.test_modules.iter().map(|name| {
                let mut module = source.module.clone();
                module.push(name.clone());
                module
            })
        })
        .collect();
    sources.iter().filter(|source| !tests.iter().any(|test| source.module.starts_with(test))).collect()
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            walk(&path, found);
        } else {
            found.push(path);
        }
    }
}

fn relative(path: &Path) -> String {
    let inner = path.strip_prefix(root()).unwrap_or(path);
    inner.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// Every Rust file under a folder of the repository, in order.
pub fn read_all(folder: &str) -> Vec<Source> {
    let mut files = Vec::new();
    walk(&root().join(folder), &mut files);
    files.sort();
    files
        .iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .filter_map(|path| Some(Source::new(&relative(path), &fs::read_to_string(path).ok()?)))
        .collect()
}

/// Every text that we wrote: name and content.
pub fn read_texts() -> Vec<(String, String)> {
    let mut files = Vec::new();
    for folder in ["src", "docs", "tests", "benches", "themes", ".ci"] {
        walk(&root().join(folder), &mut files);
    }
    for name in ["README.md", "Makefile", "Cargo.toml", "config.example.toml"] {
        files.push(root().join(name));
    }
    files.sort();
    files.iter().filter_map(|path| Some((relative(path), fs::read_to_string(path).ok()?))).collect()
}

/// Names at the top level that are part of the project: what git tracks, or all there is without git.
pub fn top_names() -> Vec<String> {
    let listed = Command::new("git").args(["ls-files", "-z"]).current_dir(root()).output();
    let tracked: Vec<String> = match listed {
        Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout)
            .split('\0')
            .filter_map(|path| path.split('/').next().filter(|name| !name.is_empty()))
            .map(str::to_owned)
            .collect(),
        Ok(_) | Err(_) => Vec::new(),
    };
    let mut names = if tracked.is_empty() { present_names() } else { tracked };
    names.sort();
    names.dedup();
    names
}

fn present_names() -> Vec<String> {
    let Ok(entries) = fs::read_dir(root()) else { return Vec::new() };
    let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter(|name| name != "target").collect()
}
