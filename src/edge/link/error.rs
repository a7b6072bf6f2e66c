//! Why there is no connection, in one line: what, where, what to try.
//!
//! Knows the wording of every fault; does not know how faults are found. Invariant: one line, without
//! control characters, and never a password (no secret ever comes in).

use crate::config::{Address, Target};
use crate::core::limits::FOREIGN_TEXT_CHARS;
use crate::core::model::{Fault, Name};

/// Why a connection could not be made, or was lost.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{line}")]
pub struct LinkError {
    fault: Fault,
    line: String,
}

impl LinkError {
    /// The error of `fault` at `target`; `detail` is what the system, TLS or the server said, or empty.
    pub(super) fn new(target: &Target, fault: Fault, detail: &str) -> Self {
        let (what, hint) = of_the_way(fault).or_else(|| of_the_server(fault)).unwrap_or(OTHER);
        let what = what
            .replace("{at}", &target.address.to_string())
            .replace("{host}", host(target))
            .replace("{user}", target.username.as_deref().unwrap_or("default"))
            .replace("{db}", &target.database.to_string());
        let mut line = what;
        if !detail.is_empty() {
            line.push_str(&format!(" ({})", foreign(detail)));
        }
        line.push_str(": ");
        line.push_str(hint);
        line.push_str(of_azure(target, fault));
        Self { fault, line: Name::from(line.as_str()).to_string() }
    }

    /// What kind of fault it is.
    pub fn fault(&self) -> Fault {
        self.fault
    }
}

/// Text that is not ours, bounded.
fn foreign(text: &str) -> String {
    let mut cut: String = text.trim().chars().take(FOREIGN_TEXT_CHARS).collect();
    if text.trim().chars().count() > FOREIGN_TEXT_CHARS {
        cut.push_str("...");
    }
    cut
}

fn host(target: &Target) -> &str {
    match &target.address {
        Address::Tcp { host, .. } => host,
        Address::Unix(_) => "this machine",
    }
}

const OTHER: (&str, &str) = ("cannot connect to {at}", "see what the server says");

/// Faults on the way to the server, up to and including TLS: what it is, and what to try.
fn of_the_way(fault: Fault) -> Option<(&'static str, &'static str)> {
    Some(match fault {
        Fault::Refused => (
            "connection refused at {at}",
            "nothing listens there; check host and port (-h, -p, -s or the URL) and that the server runs",
        ),
        Fault::UnknownHost => {
            ("unknown host {host}: no address for {at}", "check the name (-h or the URL) and the name server")
        }
        Fault::Unreachable => ("no route to {at}", "check host, network, VPN and firewall"),
        Fault::ConnectTimeout => {
            ("no connection to {at} in time", "check host and port, and whether a firewall is in between")
        }
        Fault::NoSocket => {
            ("no unix socket at {at}", "check the path (-s) and `unixsocket` of the server's configuration")
        }
        Fault::SocketDenied => (
            "permission denied for the unix socket {at}",
            "use an account that may open it, or see `unixsocketperm` of the server's configuration",
        ),
        Fault::PlainPort => (
            "{at} does not speak TLS",
            "leave out --tls (write redis:// instead of rediss://) or take the TLS port",
        ),
        Fault::TlsPort => (
            "{at} closed the connection without an answer",
            "the port seems to speak TLS: try --tls (write rediss:// instead of redis://)",
        ),
        Fault::TlsClosed => (
            "{at} ended the TLS handshake",
            "check that the port speaks TLS (else leave out --tls) and that maxclients is not reached",
        ),
        Fault::Untrusted => {
            ("the certificate of {at} is not trusted", "name its authority with --cacert FILE, or --insecure")
        }
        Fault::WrongName => (
            "the certificate of {at} is for another name",
            "connect by that name, give it with --sni NAME, or --insecure",
        ),
        Fault::Expired => (
            "the certificate of {at} is not valid now",
            "renew it, check the clock of this machine, or --insecure",
        ),
        Fault::CertificateRequired => {
            ("{at} asks for a client certificate", "give one with --cert FILE and --key FILE")
        }
        Fault::CertificateRejected => (
            "{at} does not accept the client certificate",
            "check --cert and --key: issued by an authority that the server trusts, and not expired",
        ),
        Fault::CertificateFile => {
            ("cannot use TLS for {at}", "check the files of --cacert, --cert and --key, and --sni")
        }
        Fault::Tls => ("TLS with {at} failed", "check the TLS settings of both sides"),
        _ => return None,
    })
}

/// Faults that the server itself reports or shows: what it is, and what to try.
fn of_the_server(fault: Fault) -> Option<(&'static str, &'static str)> {
    Some(match fault {
        Fault::WrongPassword => (
            "authentication failed at {at} for user '{user}'",
            "wrong password, or the user is unknown or disabled; check REDISCLI_AUTH, -a, --askpass or the \
             target's password, and --user",
        ),
        Fault::NoPassword => (
            "authentication required at {at}, and no password was given",
            "set REDISCLI_AUTH, use --askpass or -a, or password_env or password_file of the target",
        ),
        Fault::Denied => (
            "user '{user}' is not allowed to connect at {at}",
            "grant it the command (ACL SETUSER), or use another --user",
        ),
        Fault::NoDatabase => ("no database {db} at {at}", "check -n or the number at the end of the URL"),
        Fault::ProtectedMode => (
            "{at} is in protected mode and takes connections from its own machine only",
            "connect from there, or give the server a password (requirepass)",
        ),
        Fault::MaxClients => (
            "{at} has reached its limit of clients",
            "end some connections or raise `maxclients` on the server",
        ),
        Fault::Unanswered => (
            "{at} accepted the connection and does not answer",
            "the server is stopped, or busy with a long command; if the port speaks TLS, try --tls",
        ),
        Fault::NotRedis => {
            ("{at} does not answer as a Redis does", "check host and port; if the port speaks TLS, try --tls")
        }
        Fault::Closed => {
            ("the connection to {at} was closed", "the server ended or was restarted, or killed this client")
        }
        Fault::ReplyTooLong => (
            "a reply of {at} was too long and was cut off",
            "it is not asked for again for a while; `streamgauge snapshot` names the command among its gaps",
        ),
        Fault::ReplyLate => (
            "a reply of {at} did not come in time, though others had",
            "it is asked for more rarely; `streamgauge snapshot` names the command among its gaps",
        ),
        Fault::ResponseTimeout => (
            "no reply from {at} in time",
            "the server is stopped or busy with a long command, or the network is slow",
        ),
        _ => return None,
    })
}

/// What people trip over with Azure Cache for Redis.
fn of_azure(target: &Target, fault: Fault) -> &'static str {
    if !host(target).ends_with(".redis.cache.windows.net") {
        return "";
    }
    match fault {
        Fault::WrongPassword | Fault::NoPassword => {
            "; on Azure the password is the primary or secondary access key of the cache"
        }
        Fault::Refused
        | Fault::ConnectTimeout
        | Fault::Unreachable
        | Fault::PlainPort
        | Fault::TlsPort
        | Fault::TlsClosed
        | Fault::Unanswered => {
            "; on Azure port 6380 speaks TLS (--tls), and 6379 is plain and off by default"
        }
        Fault::UnknownHost => "; on Azure the host is NAME.redis.cache.windows.net with the cache's NAME",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(host: &str) -> Target {
        Target {
            name: host.to_owned(),
            address: Address::Tcp { host: host.to_owned(), port: 6379 },
            tls: None,
            username: None,
            password: None,
            database: 3,
            production: false,
            memory_limit: None,
        }
    }

    #[test]
    fn an_error_says_what_where_and_what_to_try_in_one_line() {
        let error = LinkError::new(&target("db"), Fault::Refused, "");
        assert_eq!(
            error.to_string(),
            "connection refused at db:6379: nothing listens there; check host and port (-h, -p, -s or the \
             URL) and that the server runs"
        );
        let error = LinkError::new(&target("db"), Fault::NoDatabase, "ERR DB index is\r\nout of range");
        assert_eq!(
            error.to_string(),
            "no database 3 at db:6379 (ERR DB index is\\x0d\\x0aout of range): check -n or the number at \
             the end of the URL"
        );
    }

    #[test]
    fn azure_gets_the_hint_for_its_ports_and_its_keys() {
        let azure = target("shop.redis.cache.windows.net");
        let line = |fault| LinkError::new(&azure, fault, "").to_string();
        assert!(line(Fault::Refused).contains("6380"));
        assert!(line(Fault::WrongPassword).contains("access key"));
        assert!(!LinkError::new(&target("db"), Fault::Refused, "").to_string().contains("Azure"));
    }

    #[test]
    fn text_of_others_is_bounded() {
        let line = LinkError::new(&target("db"), Fault::Other, &"x".repeat(10_000)).to_string();
        assert!(line.len() < 400);
    }
}
