//! Where a Redis is and how to get in.
//!
//! Knows addresses, credentials and TLS settings as values; opens nothing. Invariant: a [`Secret`] never
//! shows in `Debug` or `Display`, so no error, log line or panic can carry one.

use std::fmt;
use std::path::PathBuf;

/// One Redis to connect to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// What the operator calls it: the name in the config, else the address.
    pub name: String,
    /// Where it listens.
    pub address: Address,
    /// TLS settings; none for plain text.
    pub tls: Option<Tls>,
    /// ACL user; none for the default user.
    pub username: Option<String>,
    /// Password, of the user or of the server.
    pub password: Option<Secret>,
    /// Logical database.
    pub database: u32,
    /// Painted as production, and its name is to be typed before writes.
    pub production: bool,
    /// Memory of the container that the server runs in, bytes, where the operator says that it has a limit.
    pub memory_limit: Option<u64>,
}

impl Target {
    /// One without TLS, login and limits, of database 0.
    pub const fn plain(name: String, address: Address) -> Self {
        Self {
            name,
            address,
            tls: None,
            username: None,
            password: None,
            database: 0,
            production: false,
            memory_limit: None,
        }
    }
}

/// Where a server listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// TCP, name or numeric address (IPv6 without brackets).
    Tcp {
        /// Host name or address.
        host: String,
        /// Port.
        port: u16,
    },
    /// A unix socket.
    Unix(PathBuf),
}

/// How to speak TLS.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tls {
    /// Certificates to trust (PEM), instead of the system's.
    pub ca_file: Option<PathBuf>,
    /// Our certificate chain (PEM), for servers that ask for one.
    pub cert_file: Option<PathBuf>,
    /// Its private key (PEM).
    pub key_file: Option<PathBuf>,
    /// Name to ask for and to verify instead of the host.
    pub sni: Option<String>,
    /// Accept any certificate.
    pub insecure: bool,
}

/// A password. Shows as `***`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes the password in.
    pub fn new(password: impl Into<String>) -> Self {
        Self(password.into())
    }

    /// The password itself: for the connection, and nothing else.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp { host, port } if host.contains(':') => write!(f, "[{host}]:{port}"),
            Self::Tcp { host, port } => write!(f, "{host}:{port}"),
            Self::Unix(path) => write!(f, "{}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_never_shows() {
        let secret = Secret::new("hunter2");
        assert_eq!(format!("{secret} {secret:?} {:?}", Some(&secret)), "*** *** Some(***)");
    }

    #[test]
    fn addresses_are_written_as_people_type_them() {
        let tcp = |host: &str| Address::Tcp { host: host.to_owned(), port: 6379 }.to_string();
        assert_eq!(tcp("db"), "db:6379");
        assert_eq!(tcp("::1"), "[::1]:6379");
    }
}
