//! Who acts, and from where: for the journal.
//!
//! Knows the usual variables and files. Invariant: what can't be found out is said to be unknown.

use crate::config::Env;
use std::fs::{self, File};
use std::io::Read;

/// Longest name of a machine.
const HOST_BYTES: u64 = 256;
/// What is read of the list of accounts.
const ACCOUNTS_BYTES: u64 = 1 << 20;

/// The operator's name and machine. Behind `sudo` it is who stands behind it.
pub fn operator(env: &Env) -> (String, String) {
    let unknown = || "unknown".to_owned();
    let named = |name: &str| env.get(name).filter(|value| !value.is_empty()).map(str::to_owned);
    let who = ["SUDO_USER", "USER", "LOGNAME"].into_iter().find_map(named);
    let files = ["/proc/sys/kernel/hostname", "/etc/hostname"];
    let host = files.into_iter().find_map(first_line).or_else(|| named("HOSTNAME"));
    (who.or_else(account).unwrap_or_else(unknown), host.unwrap_or_else(unknown))
}

fn first_line(path: &str) -> Option<String> {
    let mut text = String::new();
    File::open(path).ok()?.take(HOST_BYTES).read_to_string(&mut text).ok()?;
    text.lines().next().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty())
}

/// The name of the account that this process runs under.
fn account() -> Option<String> {
    let uid = std::os::unix::fs::MetadataExt::uid(&fs::metadata("/proc/self").ok()?).to_string();
    let mut text = String::new();
    File::open("/etc/passwd").ok()?.take(ACCOUNTS_BYTES).read_to_string(&mut text).ok()?;
    let mut accounts = text.lines().map(|line| line.split(':'));
    let found = accounts.find(|fields| fields.clone().nth(2) == Some(&uid));
    found.and_then(|mut fields| fields.next()).map(str::to_owned)
}
