//! Texts that are quoted back to the operator, without the password that may stand in them.
//!
//! Knows how passwords are written into addresses: before the @ of a URL or of `user:password@host`, and after
//! `password=`. Invariant: whatever is quoted in an error, a warning or `config show` has gone through [`masked`];
//! what is quoted of a field that can't hold an address goes through it too, since people mix fields up.

use super::endpoint::BadEndpoint;
use url::Host;

const MASK: &str = "***";

/// The same text with `***` where a password may stand.
pub fn masked(text: &str) -> String {
    // An address ends with its word: anything else may stand in a password.
    text.split_inclusive(char::is_whitespace).map(|word| without_user(&without_assignment(word))).collect()
}

/// `password=hunter2,` is `password=***,`.
fn without_assignment(word: &str) -> String {
    let lower = word.to_ascii_lowercase();
    let Some(key) = ["password=", "passwd=", "askpass="].iter().find(|key| lower.contains(**key)) else {
        return word.to_owned();
    };
    let from = lower.find(key).map_or(0, |at| at + key.len());
    let (before, after) = word.split_at_checked(from).unwrap_or((word, ""));
    let end = after.find(|c: char| matches!(c, ',' | '&' | '\'' | '"' | ';') || c.is_whitespace());
    let (password, rest) = end.and_then(|end| after.split_at_checked(end)).unwrap_or((after, ""));
    // Our own hints have password=... in them.
    let mask = if matches!(password, "" | "...") { password } else { MASK };
    format!("{before}{mask}{}", without_assignment(rest))
}

/// `redis://user:hunter2@host` is `redis://***@host`.
fn without_user(word: &str) -> String {
    let (before, after) = match word.rsplit_once('@') {
        Some(parts) => parts,
        None => return word.to_owned(),
    };
    let (scheme, user) = match before.find("://").and_then(|at| before.split_at_checked(at + 3)) {
        Some(parts) => parts,
        None => {
            // Quotation marks before it are ours.
            let from = before.find(|c: char| !matches!(c, '\'' | '"' | '`' | '(')).unwrap_or(0);
            before.split_at_checked(from).unwrap_or(("", before))
        }
    };
    // A name without a colon is the password in a URL, and nothing but a name elsewhere. Our own hints have
    // [user:password@] in brackets, and user:@ for a user alone.
    let password = match user.split_once(':') {
        Some((_, password)) => password,
        None if scheme.ends_with("://") => user,
        None => "",
    };
    match password.is_empty() || user.starts_with('[') {
        true => word.to_owned(),
        false => format!("{scheme}{MASK}@{after}"),
    }
}

/// Whether a name is one that variables of the environment usually have: what is not may be the password itself, written
/// where the name of its variable belongs.
pub fn is_variable(name: &str) -> bool {
    name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

/// A host's name or address, which holds no URL, no user and no port.
///
/// # Errors
/// What it holds; no part of it.
pub fn host_alone(text: &str) -> Result<String, BadEndpoint> {
    let bad = |what| {
        Err(BadEndpoint {
            what,
            hint: "a host is a name or an address alone; a URL is written whole: -u URL, or url = in the config",
        })
    };
    let inside = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    // The zone of an IPv6 address comes after a percent sign.
    let address = inside.split('%').next().unwrap_or(inside);
    match text {
        "" => bad("the host is empty"),
        _ if Host::parse(&format!("[{address}]")).is_ok() => Ok(text.to_owned()),
        _ if text.contains(['@', '/', ',', '=', '?', '#']) => bad("this is more than a host"),
        _ if text.contains(':') => Err(BadEndpoint {
            what: "the host has a colon in it",
            hint: "the port is written apart: -p PORT, or port = in the config",
        }),
        _ if text.contains(|c: char| c.is_whitespace() || c.is_control()) => {
            bad("the host has a blank in it")
        }
        _ => Ok(text.to_owned()),
    }
}

/// The path of a socket, which is no URL.
///
/// # Errors
/// What it is; no part of it.
pub fn socket_alone(text: &str) -> Result<(), BadEndpoint> {
    match text.contains("://") {
        false => Ok(()),
        true => Err(BadEndpoint {
            what: "this is a URL, not the path of a socket",
            hint: "a URL is written -u URL, or url = in the config; a path /run/redis.sock",
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_is_left_and_the_rest_is_as_it_was() {
        let cases = [
            ("no target 'redis://u:hunter2@h'; x", "no target 'redis://***@h'; x"),
            ("redis://hunter2@h:1/2", "redis://***@h:1/2"),
            ("rediss://:hunt@er2@h", "rediss://***@h"),
            ("unknown host u:hunter2@h: no", "unknown host ***@h: no"),
            ("h:6380,password=hunter2,ssl=True", "h:6380,password=***,ssl=True"),
            ("no target 'redis://u:a,hunter2'x@h'; x", "no target 'redis://***@h'; x"),
            ("--interval=u:hunter2@h", "***@h"),
            ("Password=hunter2&db=1", "Password=***&db=1"),
            ("--password=hunter2 x", "--password=*** x"),
            ("write redis://[user:password@]host[:port]", "write redis://[user:password@]host[:port]"),
            ("a user alone is written user:@host", "a user alone is written user:@host"),
            ("@abstract and me@home, 12:30", "@abstract and me@home, 12:30"),
            ("redis://h:6379 'redis+unix:///s'", "redis://h:6379 'redis+unix:///s'"),
        ];
        for (text, shown) in cases {
            assert_eq!(masked(text), shown);
            assert_eq!(masked(shown), shown, "twice is once");
        }
    }

    #[test]
    fn a_host_is_a_host_alone() {
        for host in ["db", "db-1.example.com", "10.0.0.1", "::1", "[::1]", "fe80::1%eth0", "bücher.example"]
        {
            assert_eq!(host_alone(host).as_deref(), Ok(host));
        }
        for text in ["", "u:hunter2@h", "hunter2@h", "redis://h", "h:6379", "h,password=hunter2", "h i"] {
            assert!(host_alone(text).is_err(), "{text}");
        }
    }
}
