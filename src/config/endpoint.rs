//! What one text says of a target: where, and how to get in.
//!
//! Knows the parts; how they are written is for `url` and `azure`. Invariant: a [`BadEndpoint`] holds no part of
//! the text, since any part of a malformed one may be the password.

use super::target::{Address, Secret, Tls};
use url::Host;

/// The default port of Redis.
pub const DEFAULT_PORT: u16 = 6379;

/// What is wrong with a port.
pub const BAD_PORT: BadEndpoint =
    BadEndpoint { what: "the port is not a number from 1 to 65535", hint: "write host:6379" };

/// Reads `host`, `host:port`, `:port`, an IPv6 address or `[address]:port`; none where it is something else.
///
/// # Errors
/// What stands after the colon is no port.
pub fn host_and_port(text: &str) -> Option<Result<Address, BadEndpoint>> {
    let is_ipv6 = |text: &str| matches!(Host::parse(&format!("[{text}]")), Ok(Host::Ipv6(_)));
    let tcp = |host: &str, port| Address::Tcp { host: host.to_owned(), port };
    if text.contains(['/', '@', ',', '?', '#']) {
        return None;
    }
    if is_ipv6(text) {
        return Some(Ok(tcp(text, DEFAULT_PORT)));
    }
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (text, None),
    };
    let inside = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let is_name =
        |host: &str| host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    let host = match inside {
        Some(address) => is_ipv6(address).then_some(address)?,
        None if host.is_empty() && port.is_some() => "127.0.0.1",
        None => Some(host).filter(|host| !host.is_empty() && is_name(host))?,
    };
    match port.map(str::parse::<u16>) {
        None => Some(Ok(tcp(host, DEFAULT_PORT))),
        Some(Ok(port)) if port > 0 => Some(Ok(tcp(host, port))),
        Some(_) => Some(Err(BAD_PORT)),
    }
}

/// What a text says of a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Where it listens.
    pub address: Address,
    /// TLS is asked for.
    pub tls: Option<Tls>,
    /// ACL user.
    pub username: Option<String>,
    /// Password.
    pub password: Option<Secret>,
    /// Logical database.
    pub database: Option<u32>,
}

/// What is wrong with a text, and what to try; neither holds any part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadEndpoint {
    /// What is wrong.
    pub what: &'static str,
    /// What to try.
    pub hint: &'static str,
}

impl Endpoint {
    /// An address, and nothing else said.
    pub fn plain(address: Address) -> Self {
        Self { address, tls: None, username: None, password: None, database: None }
    }
}
