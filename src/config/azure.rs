//! Azure's connection string, as its portal shows it: `host:6380,password=...,ssl=True,abortConnect=False`.
//!
//! Knows the options of StackExchange.Redis that say where and how to connect, and passes over the others
//! that it knows. Invariant: no part of the text goes into an error.

use super::endpoint::{BadEndpoint, DEFAULT_PORT, Endpoint};
use super::target::{Address, Secret, Tls};

const FORM: &str = "write host:6380,password=...,ssl=True,abortConnect=False";

/// Options that say nothing of where and how to connect.
const PASSED_OVER: &[&str] = &[
    "abortconnect",
    "allowadmin",
    "asynctimeout",
    "channelprefix",
    "checkcertificaterevocation",
    "configchannel",
    "configurationchannel",
    "connectretry",
    "connecttimeout",
    "highintegrity",
    "keepalive",
    "name",
    "protocol",
    "proxy",
    "resolvedns",
    "responsetimeout",
    "setclientlibrary",
    "sslprotocols",
    "synctimeout",
    "tiebreaker",
    "version",
    "writebuffer",
];

/// Reads the string.
pub fn parse(text: &str) -> Result<Endpoint, BadEndpoint> {
    let bad = |what| BadEndpoint { what, hint: FORM };
    let mut parts = text.trim().split(',').map(str::trim).filter(|part| !part.is_empty());
    let address = address(parts.next().unwrap_or("")).ok_or(bad("the connection string names no host"))?;
    let (mut tls, mut sni) = (None, None);
    let mut parsed = Endpoint::plain(address);
    for part in parts {
        let (key, value) = part.split_once('=').ok_or(bad("the connection string has more than one host"))?;
        let (key, value) = (key.trim().to_ascii_lowercase(), value.trim());
        match key.as_str() {
            "password" => parsed.password = Some(Secret::new(value)).filter(|_| !value.is_empty()),
            "user" => parsed.username = Some(value.to_owned()).filter(|user| !user.is_empty()),
            "ssl" => {
                tls = Some(
                    value
                        .parse::<bool>()
                        .or(value.to_ascii_lowercase().parse())
                        .map_err(|_| bad("ssl is neither True nor False"))?,
                )
            }
            "sslhost" => sni = Some(value.to_owned()),
            "defaultdatabase" => {
                parsed.database = Some(value.parse().map_err(|_| bad("defaultDatabase is not a number"))?);
            }
            passed if PASSED_OVER.contains(&passed) => {}
            _ => return Err(bad("the connection string has an option that is not known")),
        }
    }
    let secure_port = matches!(parsed.address, Address::Tcp { port: 6380, .. });
    parsed.tls = tls.unwrap_or(secure_port).then(|| Tls { sni, ..Tls::default() });
    Ok(parsed)
}

/// The string with `***` instead of its password: what may be shown and kept.
pub fn without_password(text: &str) -> String {
    let part = |part: &str| match part.split_once('=') {
        Some((key, _)) if key.trim().eq_ignore_ascii_case("password") => format!("{key}=***"),
        _ => part.to_owned(),
    };
    text.split(',').map(part).collect::<Vec<_>>().join(",")
}

fn address(text: &str) -> Option<Address> {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') || host.ends_with(']') => (host, port.parse().ok()?),
        _ => (text, DEFAULT_PORT),
    };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let plausible = !host.is_empty() && port > 0 && !host.contains(['=', '@', '/', ' ']);
    plausible.then(|| Address::Tcp { host: host.to_owned(), port })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_string_of_the_portal_is_understood() {
        let text = "shop.redis.cache.windows.net:6380,password=Ab1+/=,ssl=True,abortConnect=False";
        let parsed = parse(text).unwrap();
        let host = "shop.redis.cache.windows.net".to_owned();
        assert_eq!(parsed.address, Address::Tcp { host, port: 6380 });
        assert_eq!((parsed.password.unwrap().expose(), parsed.tls), ("Ab1+/=", Some(Tls::default())));
    }

    #[test]
    fn the_port_of_tls_speaks_tls_unless_told_otherwise() {
        assert!(parse("h:6380,password=x").unwrap().tls.is_some());
        assert!(parse("h:6380,ssl=false").unwrap().tls.is_none());
        assert!(parse("h,password=x").unwrap().tls.is_none());
        assert_eq!(parse("h,ssl=TRUE,sslHost=n").unwrap().tls.unwrap().sni.as_deref(), Some("n"));
        assert_eq!(parse("h,defaultDatabase=2,user=u").unwrap().database, Some(2));
    }

    #[test]
    fn no_error_holds_any_part_of_the_string() {
        for text in [
            "",
            ",password=hunter2",
            "h,hunter2",
            "h,passwort=hunter2",
            "h:hunter2,ssl=hunter2",
            "h,ssl=hunter2",
        ] {
            let error = parse(text).unwrap_err();
            assert!(!format!("{error:?}").contains("hunter2"), "{text}");
        }
    }
}
