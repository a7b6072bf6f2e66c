//! A target of the config, checked.
//!
//! Knows how its keys go together and that paths are meant from the config's folder; reads no file and no
//! variable. Invariant: an address is given in exactly one way, and no password stands in a URL of the file.

use super::azure;
use super::endpoint::{BadEndpoint, DEFAULT_PORT, Endpoint};
use super::masked::{host_alone, socket_alone};
use super::problem::{Location, Problem};
use super::raw::{Placed, RawTable};
use super::target::{Address, Target, Tls};
use super::tls::{self, TlsOptions};
use super::url;
use super::value::Value;
use std::path::{Path, PathBuf};

/// A target of the config.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedTarget {
    /// The target; with a password only when Azure's string holds one.
    pub target: Target,
    /// Variable that holds the password, or name of its line in the file.
    pub password_env: Option<String>,
    /// File that holds the password.
    pub password_file: Option<PathBuf>,
    /// Where the target was written.
    pub place: Location,
    /// As written, for `config show`; a password is `***` already.
    pub written: RawTable,
}

/// Paths in a config are meant from its folder; `~/` is the home folder.
#[derive(Clone, Copy, Debug)]
pub struct Folders<'a> {
    /// The config's own.
    pub config: &'a Path,
    /// The operator's, when known.
    pub home: Option<&'a str>,
}

impl Folders<'_> {
    fn path(self, text: &str) -> PathBuf {
        match (text.strip_prefix("~/"), self.home) {
            (Some(rest), Some(home)) => Path::new(home).join(rest),
            _ => self.config.join(text),
        }
    }
}

/// The target that was written, or everything that is wrong with it.
pub fn named(name: &str, raw: &Placed<RawTable>, folders: Folders<'_>) -> Result<NamedTarget, Vec<Problem>> {
    let keys = Keys { name, raw, folders };
    let mut problems = Vec::new();
    let parsed = keys.parsed().map_err(|problem| problems.push(problem)).ok();
    if let (Some(Placed { place, .. }), Some(_)) =
        (raw.value.get("password_env"), parsed.as_ref().and_then(|parsed| parsed.password.as_ref()))
    {
        problems.push(Problem::new(
            place.clone(),
            format!("'targets.{name}' has a password already"),
            "leave out password= of the connection string, or this line",
        ));
    }
    let checked = parsed.and_then(|parsed| {
        let tls = keys.tls(&parsed).map_err(|problem| problems.push(problem)).ok()?;
        Some((parsed, tls))
    });
    match checked {
        Some((parsed, tls)) if problems.is_empty() => Ok(NamedTarget {
            target: Target {
                name: name.to_owned(),
                tls,
                username: keys.text("user").map(str::to_owned).or(parsed.username),
                password: parsed.password,
                database: keys.whole("database").or(parsed.database).unwrap_or(0),
                production: keys.flag("production").unwrap_or(false),
                memory_limit: keys.size("memory_limit"),
                address: parsed.address,
            },
            password_env: keys.text("password_env").map(str::to_owned),
            password_file: keys.path("password_file"),
            place: raw.place.clone(),
            written: shown(&raw.value),
        }),
        _ => Err(problems),
    }
}

fn shown(raw: &RawTable) -> RawTable {
    let mut shown = raw.clone();
    if let Some(Placed { value: Value::Text(text), .. }) = shown.get_mut("azure") {
        *text = azure::without_password(text);
    }
    shown
}

struct Keys<'a> {
    name: &'a str,
    raw: &'a Placed<RawTable>,
    folders: Folders<'a>,
}

impl Keys<'_> {
    fn text(&self, key: &str) -> Option<&str> {
        match &self.raw.value.get(key)?.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    fn flag(&self, key: &str) -> Option<bool> {
        match self.raw.value.get(key)?.value {
            Value::Flag(flag) => Some(flag),
            _ => None,
        }
    }

    fn whole(&self, key: &str) -> Option<u32> {
        match self.raw.value.get(key)?.value {
            Value::Whole(number) => Some(number),
            _ => None,
        }
    }

    fn size(&self, key: &str) -> Option<u64> {
        match self.raw.value.get(key)?.value {
            Value::Size(bytes) => Some(bytes),
            _ => None,
        }
    }

    fn path(&self, key: &str) -> Option<PathBuf> {
        self.text(key).map(|text| self.folders.path(text))
    }

    fn problem(&self, key: &str, what: &str, hint: &str) -> Problem {
        let place = self.raw.value.get(key).map_or(&self.raw.place, |placed| &placed.place);
        Problem::new(place.clone(), format!("'targets.{}': {what}", self.name), hint)
    }

    /// Where the server is, given in exactly one way.
    fn parsed(&self) -> Result<Endpoint, Problem> {
        let given = |key: &&str| self.raw.value.contains_key(*key);
        let ways: Vec<_> = ["url", "azure", "socket", "host"].into_iter().filter(given).collect();
        if let [first, second, ..] = ways.as_slice() {
            let what = format!("both '{first}' and '{second}' say where the server is");
            return Err(self.problem(second, &what, "leave out one of them"));
        }
        let way = ways.first().copied().unwrap_or("host");
        if way != "host" && self.raw.value.contains_key("port") {
            let what = format!("'port' goes with 'host', not with '{way}'");
            return Err(self.problem("port", &what, "leave out one of them"));
        }
        match (way, self.text(way)) {
            ("url", Some(text)) => self.url(text),
            ("azure", Some(text)) => azure::parse(text).map_err(|bad| self.bad("azure", bad)),
            ("socket", Some(text)) => {
                socket_alone(text).map_err(|bad| self.bad("socket", bad))?;
                Ok(Endpoint::plain(Address::Unix(self.folders.path(text))))
            }
            (_, None) if !self.raw.value.contains_key("port") => Err(self.problem(
                "",
                "does not say where the server is",
                "give it url, host, socket or azure",
            )),
            (_, host) => {
                let port = self.whole("port").and_then(|port| u16::try_from(port).ok());
                let host = host_alone(host.unwrap_or("127.0.0.1")).map_err(|bad| self.bad("host", bad))?;
                Ok(Endpoint::plain(Address::Tcp { host, port: port.unwrap_or(DEFAULT_PORT) }))
            }
        }
    }

    fn url(&self, text: &str) -> Result<Endpoint, Problem> {
        let parsed = url::parse(text).map_err(|bad| self.bad("url", bad))?;
        match parsed.password {
            None => Ok(parsed),
            Some(_) => Err(self.problem(
                "url",
                "a password does not stand in a URL of the config",
                "name where it is: password_env = \"PROD_REDIS_PASSWORD\" or password_file = \"~/.redis-password\"; \
                 a user alone is written user:@host",
            )),
        }
    }

    fn bad(&self, key: &str, bad: BadEndpoint) -> Problem {
        self.problem(key, bad.what, bad.hint)
    }

    fn tls(&self, parsed: &Endpoint) -> Result<Option<Tls>, Problem> {
        let asked = TlsOptions {
            on: self.flag("tls"),
            ca_file: self.path("ca_file"),
            cert_file: self.path("cert_file"),
            key_file: self.path("key_file"),
            sni: self.text("sni").map(str::to_owned),
            insecure: self.flag("insecure"),
        };
        let keys = ["tls", "ca_file", "cert_file", "key_file", "sni", "insecure"];
        let key = keys.into_iter().find(|key| self.raw.value.contains_key(key)).unwrap_or("");
        tls::combined(parsed.tls.clone(), asked, &parsed.address).map_err(|bad| self.bad(key, bad))
    }
}
