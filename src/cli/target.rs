//! The options that say which Redis is meant: those of redis-cli.
//!
//! Knows words and their help; does not judge targets. Invariant: what may hold a password leaves here as a secret.

use super::values::port;
use crate::config::{Secret, TargetFlags, masked};
use clap::Args as ClapArgs;
use std::path::PathBuf;

#[derive(ClapArgs)]
#[command(next_help_heading = "Which Redis")]
pub(super) struct TargetArgs {
    /// URL: redis://, rediss:// (TLS), redis+unix:///path
    #[arg(short = 'u', value_name = "URL", global = true)]
    pub(super) url: Option<String>,
    /// Target of the config
    #[arg(short = 't', value_name = "NAME", global = true)]
    pub(super) name: Option<String>,
    /// Host [default: 127.0.0.1]
    #[arg(short = 'h', value_name = "HOST", global = true, value_parser = host)]
    pub(super) host: Option<String>,
    /// Port [default: 6379]
    #[arg(id = "tcp_port", short = 'p', value_name = "PORT", global = true,
        value_parser = port)]
    pub(super) port: Option<u16>,
    /// Unix socket, instead of host and port
    #[arg(short = 's', value_name = "SOCKET", global = true, value_parser = socket)]
    pub(super) socket: Option<PathBuf>,
    /// Password (REDISCLI_AUTH is better)
    #[arg(short = 'a', value_name = "PASSWORD", global = true, allow_hyphen_values = true)]
    pub(super) password: Option<String>,
    /// ACL user
    #[arg(long, value_name = "NAME", global = true)]
    pub(super) user: Option<String>,
    /// Ask for the password
    #[arg(long = "askpass", global = true)]
    pub(super) ask_password: bool,
    /// Logical database
    #[arg(short = 'n', value_name = "DB", global = true)]
    pub(super) database: Option<u32>,
    /// Speak TLS
    #[arg(long, global = true)]
    pub(super) tls: bool,
    /// Certificates to trust (PEM), instead of the system's
    #[arg(long = "cacert", value_name = "FILE", global = true)]
    pub(super) ca_file: Option<PathBuf>,
    /// Our certificate (PEM), for servers that ask for one
    #[arg(long = "cert", value_name = "FILE", global = true)]
    pub(super) cert_file: Option<PathBuf>,
    /// Its private key (PEM)
    #[arg(long = "key", value_name = "FILE", global = true)]
    pub(super) key_file: Option<PathBuf>,
    /// Name to ask for and to verify instead of the host
    #[arg(long, value_name = "NAME", global = true)]
    pub(super) sni: Option<String>,
    /// Accept any certificate
    #[arg(long, global = true)]
    pub(super) insecure: bool,
}

impl TargetArgs {
    /// What they come to; the word of the console is none of them.
    pub(super) fn into_flags(self) -> TargetFlags {
        TargetFlags {
            word: None,
            word_resembles: None,
            url: self.url.map(Secret::new),
            name: self.name,
            host: self.host,
            port: self.port,
            socket: self.socket,
            user: self.user,
            password: self.password.map(Secret::new),
            ask_password: self.ask_password,
            database: self.database,
            tls: self.tls,
            ca_file: self.ca_file,
            cert_file: self.cert_file,
            key_file: self.key_file,
            sni: self.sni,
            insecure: self.insecure,
        }
    }
}

fn host(text: &str) -> Result<String, String> {
    masked::host_alone(text).map_err(|bad| format!("{}; {}", bad.what, bad.hint))
}

fn socket(text: &str) -> Result<PathBuf, String> {
    masked::socket_alone(text).map_err(|bad| format!("{}; {}", bad.what, bad.hint))?;
    Ok(PathBuf::from(text))
}
