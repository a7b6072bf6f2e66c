//! Which Redis is meant, and how to get in.
//!
//! Knows the order: explicit options, then `-u`, `-t` or the first word, then `REDIS_URL`, then the config's
//! default, then 127.0.0.1:6379. An address given by options (`-h`, `-p`, `-s`) without `-u`, `-t` or a word is
//! a target of its own: nothing of `REDIS_URL` goes to another host. Reads no file; says which to read.
//! Invariant: no error holds a password, or a text that may hold one.

use super::azure;
use super::endpoint::{self, BadEndpoint, DEFAULT_PORT};
use super::flags::{Env, TargetFlags};
use super::masked::is_variable;
use super::problem::{Location, Problem, Problems};
use super::raw::{is_table_name, nearest_hint};
use super::target::{Address, Secret, Target};
use super::tls::{self, TlsOptions};
use super::url;
use super::{Config, NamedTarget};
use crate::commands::nearest;
use std::path::PathBuf;

/// The Redis that is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetChoice {
    /// The target; complete when the password is `Known`.
    pub target: Target,
    /// Whether and where a password is still to be had.
    pub password: PasswordSource,
    /// What made it this one.
    pub place: Location,
}

/// Where the password is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PasswordSource {
    /// In the target, or there is none.
    Known,
    /// In this file: the line of this name, or as [`super::password::password_in`] finds it.
    File {
        /// The file.
        path: PathBuf,
        /// The name of its line.
        name: Option<String>,
        /// Where the file was asked for.
        place: Location,
    },
    /// To be asked of the operator.
    Ask,
}

const LOCALHOST: &str = "127.0.0.1";

/// The Redis that options, environment and config come to.
pub fn choose(config: &Config, env: &Env, flags: &TargetFlags) -> Result<TargetChoice, Problems> {
    let mut choice = base(config, env, flags)?;
    let target = &mut choice.target;
    if let Some(address) = address(&target.address, flags) {
        if target.name == target.address.to_string() {
            target.name = address.to_string();
        }
        target.address = address;
    }
    target.username = flags.user.clone().or(target.username.take());
    target.database = flags.database.unwrap_or(target.database);
    let asked = TlsOptions {
        on: flags.tls.then_some(true),
        ca_file: flags.ca_file.clone(),
        cert_file: flags.cert_file.clone(),
        key_file: flags.key_file.clone(),
        sni: flags.sni.clone(),
        insecure: flags.insecure.then_some(true),
    };
    target.tls = tls::combined(target.tls.take(), asked, &target.address)
        .map_err(|bad| Problem::new(tls_place(flags, &choice.place), bad.what, bad.hint))?;
    password(&mut choice, config, env, flags)?;
    Ok(choice)
}

fn base(config: &Config, env: &Env, flags: &TargetFlags) -> Result<TargetChoice, Problem> {
    if let Some(url) = &flags.url {
        return written(url.expose(), Location::Flag("-u"));
    }
    if let Some(name) = &flags.name {
        return named(config, name, Location::Flag("-t"), None);
    }
    if let Some(word) = &flags.word {
        let place = Location::Flag("TARGET");
        return of_word(config, word.expose(), place, flags.word_resembles.as_deref());
    }
    let explicit =
        [("-h", flags.host.is_some()), ("-p", flags.port.is_some()), ("-s", flags.socket.is_some())];
    let local = |place| known(Address::Tcp { host: LOCALHOST.to_owned(), port: DEFAULT_PORT }, place);
    if let Some((flag, _)) = explicit.into_iter().find(|(_, given)| *given) {
        return Ok(local(Location::Flag(flag)));
    }
    if let Some(url) = env.get("REDIS_URL") {
        return written(url, Location::Env("REDIS_URL".to_owned()));
    }
    match config.settings.target.as_str() {
        "" => Ok(local(Location::Default)),
        name => named(config, name, config.place("target"), None),
    }
}

/// A word is the name of a target, a URL, or a host with or without its port. One that looks like a slip in the name of a
/// target or of a command is told, not connected to.
fn of_word(
    config: &Config,
    word: &str,
    place: Location,
    resembles: Option<&str>,
) -> Result<TargetChoice, Problem> {
    let near = nearest(word, config.targets.keys().map(String::as_str));
    if config.targets.contains_key(word) || (is_table_name(word) && (near.is_some() || resembles.is_some())) {
        return named(config, word, place, resembles);
    }
    match endpoint::host_and_port(word) {
        Some(Ok(address)) => Ok(known(address, place)),
        Some(Err(BadEndpoint { what, hint })) => Err(Problem::new(place, what, hint)),
        None => written(word, place),
    }
}

fn known(address: Address, place: Location) -> TargetChoice {
    let name = address.to_string();
    let target = Target::plain(name, address);
    TargetChoice { target, password: PasswordSource::Known, place }
}

fn written(text: &str, place: Location) -> Result<TargetChoice, Problem> {
    let is_azure = text.contains(',') && !text.contains("://");
    let parsed = match if is_azure { azure::parse(text) } else { url::parse(text) } {
        Ok(parsed) => parsed,
        Err(BadEndpoint { what, hint }) => return Err(Problem::new(place, what, hint)),
    };
    let mut choice = known(parsed.address, place);
    choice.target.tls = parsed.tls;
    choice.target.username = parsed.username;
    choice.target.password = parsed.password;
    choice.target.database = parsed.database.unwrap_or(0);
    Ok(choice)
}

fn named(
    config: &Config,
    name: &str,
    place: Location,
    resembles: Option<&str>,
) -> Result<TargetChoice, Problem> {
    let Some(NamedTarget { target, .. }) = config.targets.get(name) else {
        if !is_table_name(name) {
            return Err(Problem::new(
                place,
                "this is not the name of a target",
                "a URL is written whole: -u URL, or as the first word; a name has letters, digits, '-', '_' and '.'",
            ));
        }
        let hint = match resembles {
            Some(command) => format!("did you mean the command '{command}'? A host of this name: -h {name}"),
            None => unknown_target_hint(config, name),
        };
        return Err(Problem::new(place, format!("there is no target '{name}'"), hint));
    };
    Ok(TargetChoice { target: target.clone(), password: PasswordSource::Known, place })
}

/// What to try instead of a target that is not in the config.
pub fn unknown_target_hint(config: &Config, name: &str) -> String {
    if config.targets.is_empty() {
        return "the config has no targets; write a URL (redis://host:6379) or add [targets.NAME]".to_owned();
    }
    nearest_hint(name, config.targets.keys().map(String::as_str), "the config has")
}

fn address(base: &Address, flags: &TargetFlags) -> Option<Address> {
    if let Some(socket) = &flags.socket {
        return Some(Address::Unix(socket.clone()));
    }
    if flags.host.is_none() && flags.port.is_none() {
        return None;
    }
    let (base_host, base_port) = match base {
        Address::Tcp { host, port } => (host.as_str(), *port),
        Address::Unix(_) => (LOCALHOST, DEFAULT_PORT),
    };
    let host = flags.host.as_deref().unwrap_or(base_host);
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    Some(Address::Tcp { host: host.to_owned(), port: flags.port.unwrap_or(base_port) })
}

fn tls_place(flags: &TargetFlags, place: &Location) -> Location {
    let given = [
        ("--cacert", flags.ca_file.is_some()),
        ("--cert", flags.cert_file.is_some()),
        ("--key", flags.key_file.is_some()),
        ("--sni", flags.sni.is_some()),
        ("--insecure", flags.insecure),
        ("--tls", flags.tls),
        ("-s", flags.socket.is_some()),
    ];
    let first = given.into_iter().find(|(_, given)| *given);
    first.map_or_else(|| place.clone(), |(flag, _)| Location::Flag(flag))
}

/// `-a` and `--askpass`, then the target's own, then REDISCLI_AUTH.
fn password(
    choice: &mut TargetChoice,
    config: &Config,
    env: &Env,
    flags: &TargetFlags,
) -> Result<(), Problem> {
    if flags.ask_password {
        choice.password = PasswordSource::Ask;
        return Ok(());
    }
    if let Some(password) = &flags.password {
        choice.target.password = Some(password.clone());
        return Ok(());
    }
    if choice.target.password.is_some() {
        return Ok(());
    }
    let named = config.targets.get(&choice.target.name);
    if let Some(named) = named.filter(|named| named.password_env.is_some() || named.password_file.is_some()) {
        return own_password(choice, named, env);
    }
    choice.target.password = env.get("REDISCLI_AUTH").map(Secret::new);
    Ok(())
}

/// The variable first, so that one run can do without the file.
fn own_password(choice: &mut TargetChoice, named: &NamedTarget, env: &Env) -> Result<(), Problem> {
    let place = |key| named.written.get(key).map_or(&named.place, |placed| &placed.place).clone();
    let variable = named.password_env.as_deref();
    if let Some(password) = variable.and_then(|name| env.get(name)) {
        choice.target.password = Some(Secret::new(password));
        return Ok(());
    }
    if let Some(path) = &named.password_file {
        choice.password = PasswordSource::File {
            path: path.clone(),
            name: named.password_env.clone(),
            place: place("password_file"),
        };
        return Ok(());
    }
    let (what, hint) = match variable.filter(|name| is_variable(name)) {
        Some(name) => (format!("the environment has no {name}"), format!("export {name}=... first, or use --askpass")),
        None => (
            "the environment has no variable of the name that stands here".to_owned(),
            "export it first, or use --askpass; what stands here is the name of a variable, never the password".to_owned(),
        ),
    };
    Err(Problem::new(
        place("password_env"),
        format!("{what}, the password of '{}'", choice.target.name),
        hint,
    ))
}
