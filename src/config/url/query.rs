//! What other clients write after the question mark of a URL.
//!
//! Knows redis-py and Celery, go-redis, Lettuce, ioredis, Predis and redis-rs: REDIS_URL is shared with them. Invariants:
//! what changes where or how safely we connect is understood or refused, never passed over; no text of the URL goes into
//! an error, and names do that are known.

use super::{DATABASE, bad};
use crate::config::endpoint::BadEndpoint;
use crate::config::target::Secret;
use std::path::PathBuf;
use url::Url;

const UNDERSTOOD: &str = "db, username, password, ssl_cert_reqs, ssl_ca_certs, ssl_certfile, ssl_keyfile, skip_verify, \
                          verifyPeer and tls are understood; leave out the rest";

/// What stands after the question mark.
#[derive(Debug, Default)]
pub(super) struct UrlOptions {
    pub(super) database: Option<u32>,
    pub(super) username: Option<String>,
    pub(super) password: Option<Secret>,
    pub(super) tls: bool,
    pub(super) insecure: bool,
    pub(super) ca_file: Option<PathBuf>,
    pub(super) cert_file: Option<PathBuf>,
    pub(super) key_file: Option<PathBuf>,
}

/// Options about pools, waiting, names and forms of replies: how another client goes about its work.
const PASSED_OVER: &[&str] = &[
    "alias",
    "async",
    "clientname",
    "client_name",
    "client_info",
    "connecttimeout",
    "connect_timeout",
    "conn_max_idle_time",
    "conn_max_lifetime",
    "conn_max_lifetime_jitter",
    "decode_responses",
    "dial_timeout",
    "disable_identity",
    "encoding",
    "encoding_errors",
    "family",
    "health_check_interval",
    "identity_suffix",
    "idle_timeout",
    "keepalive",
    "keyprefix",
    "lazyconnect",
    "lib_name",
    "lib_version",
    "libraryname",
    "libraryversion",
    "max_active_conns",
    "max_connections",
    "max_idle_conns",
    "max_retries",
    "max_retry_backoff",
    "min_idle_conns",
    "min_retry_backoff",
    "persistent",
    "pool_fifo",
    "pool_size",
    "pool_timeout",
    "protocol",
    "read_timeout",
    "read_write_timeout",
    "retry_on_error",
    "retry_on_timeout",
    "socket_connect_timeout",
    "socket_keepalive",
    "socket_read_size",
    "socket_timeout",
    "timeout",
    "unstable_resp3",
    "virtual_host",
    "visibility_timeout",
    "write_timeout",
];

/// Reads them.
pub(super) fn read(url: &Url) -> Result<UrlOptions, BadEndpoint> {
    let mut options = UrlOptions::default();
    for (name, value) in url.query_pairs() {
        let name = name.to_ascii_lowercase();
        let value = value.into_owned();
        match name.as_str() {
            "db" | "database" => options.database = Some(value.parse().map_err(|_| DATABASE)?),
            "username" | "user" => options.username = Some(value).filter(|name| !name.is_empty()),
            "password" | "auth" => {
                options.password = Some(value).filter(|text| !text.is_empty()).map(Secret::new)
            }
            "tls" | "ssl" => {
                options.tls =
                    flag(&value).ok_or(bad("tls= of the URL is neither true nor false", UNDERSTOOD))?
            }
            "ssl_cert_reqs" => {
                options.insecure |= match value.to_ascii_lowercase().trim_start_matches("cert_") {
                    "none" => true,
                    // Who may go without a certificate is a server's matter: of ours it is always asked.
                    "required" | "optional" => false,
                    _ => {
                        return Err(bad("ssl_cert_reqs of the URL is neither none nor required", UNDERSTOOD));
                    }
                }
            }
            "skip_verify" | "skipverify" => {
                options.insecure |= flag(&value)
                    .ok_or(bad("skip_verify of the URL is neither true nor false", UNDERSTOOD))?;
            }
            "verifypeer" => {
                options.insecure |= match value.to_ascii_lowercase().as_str() {
                    "none" | "false" => true,
                    "full" | "true" => false,
                    _ => {
                        return Err(bad(
                            "verifyPeer of the URL is neither FULL nor NONE",
                            "a name that is not verified is no safety: write FULL or NONE",
                        ));
                    }
                }
            }
            "ssl_ca_certs" => options.ca_file = Some(value.into()),
            "ssl_certfile" => options.cert_file = Some(value.into()),
            "ssl_keyfile" => options.key_file = Some(value.into()),
            "ssl_check_hostname" if flag(&value) == Some(true) => {}
            "ssl_check_hostname" => {
                return Err(bad(
                    "ssl_check_hostname=false of the URL: a certificate without its name is not verified here",
                    "name the host of the certificate with --sni NAME, or accept any certificate with --insecure",
                ));
            }
            "sentinel_master_id" | "sentinelmasterid" | "sentinel" | "master_name" => {
                return Err(bad(
                    "Sentinel is not built yet",
                    "give the address of the primary: redis://host:port",
                ));
            }
            passed if PASSED_OVER.contains(&passed) => {}
            _ => return Err(bad("the URL has something after ? that is not known", UNDERSTOOD)),
        }
    }
    Ok(options)
}

fn flag(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Some(true),
        "false" | "0" | "no" | "off" => Some(false),
        _ => None,
    }
}
