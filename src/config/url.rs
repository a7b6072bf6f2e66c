//! The URLs of Redis.
//!
//! Knows how they are written; opens nothing. Invariant: no part of the text goes into an error, since any
//! part of a malformed one may be the password.

use super::endpoint::{BAD_PORT, BadEndpoint, DEFAULT_PORT, Endpoint};
use super::target::{Address, Secret, Tls};
use url::{Host, ParseError, Url};

mod query;

const fn bad(what: &'static str, hint: &'static str) -> BadEndpoint {
    BadEndpoint { what, hint }
}

const FORM: &str = "write redis://[user:password@]host[:port][/database]";
const ENCODE: &str = "write redis://[user:password@]host[:port][/database], with special characters of the \
                      password percent-encoded (%2F for /, %23 for #, %3F for ?, %40 for @)";
const UNIX_FORM: &str = "write redis+unix:///path/to/socket[?db=2]";
const DATABASE: BadEndpoint = bad("the database is not a number", ENCODE);
const PERCENT: BadEndpoint =
    bad("a percent sign is not followed by two hexadecimal digits", "write %25 for %");

/// Reads a URL.
pub fn parse(text: &str) -> Result<Endpoint, BadEndpoint> {
    let text = text.trim();
    match text.split_once("://") {
        Some((scheme, _)) if scheme.bytes().all(|c| c.is_ascii_alphanumeric() || b"+-.".contains(&c)) => {
            parse_url(&scheme.to_ascii_lowercase(), text)
        }
        _ => Err(bad("this is not a URL", FORM)),
    }
}

fn parse_url(scheme: &str, text: &str) -> Result<Endpoint, BadEndpoint> {
    let (tls, unix) = match scheme {
        "redis" | "valkey" => (false, false),
        "rediss" | "valkeys" => (true, false),
        "redis+unix" | "valkey+unix" | "unix" | "redis-socket" | "redis+socket" => (false, true),
        "redis-sentinel" | "rediss-sentinel" | "redis+sentinel" => {
            return Err(bad(
                "Sentinel is not built yet",
                "give the address of the master: redis://host:port",
            ));
        }
        _ => {
            return Err(bad(
                "the URL has an unknown scheme",
                "use redis://, rediss:// (TLS) or redis+unix://; valkey://, valkeys:// and unix:// mean the same",
            ));
        }
    };
    // A slash in a password ends the host, so that a part of the password stands where the port does.
    let malformed = |error| match error {
        ParseError::InvalidPort if !unix && !text.contains('@') => BAD_PORT,
        _ => bad("the URL is malformed", if unix { UNIX_FORM } else { ENCODE }),
    };
    // The standard has no user where there is no host; other clients write unix://:password@/path.
    let (info, bare) = if unix { without_info(text) } else { (None, text.to_owned()) };
    let url = Url::parse(&bare).map_err(malformed)?;
    let (username, password) = match info {
        Some(info) => of_info(&info)?,
        None => credentials(&url, text)?,
    };
    let address = if unix { socket(&url)? } else { tcp(&url)? };
    let insecure = match url.fragment() {
        None => false,
        Some("insecure") if tls => true,
        Some(_) => return Err(bad("the URL has something after #", ENCODE)),
    };
    let options = query::read(&url)?;
    let tls = (tls || (options.tls && !unix)).then(|| Tls {
        insecure: insecure || options.insecure,
        ca_file: options.ca_file,
        cert_file: options.cert_file,
        key_file: options.key_file,
        ..Tls::default()
    });
    Ok(Endpoint {
        address,
        tls,
        username: username.or(options.username),
        password: password.or(options.password),
        database: database(&url, options.database, unix)?,
    })
}

/// `unix://user:password@/path` as `user:password` and `unix:///path`.
fn without_info(text: &str) -> (Option<String>, String) {
    let Some((scheme, rest)) = text.split_once("://") else { return (None, text.to_owned()) };
    let end = rest.find('/').unwrap_or(rest.len());
    match rest.split_at_checked(end) {
        Some((authority, path)) if authority.ends_with('@') => {
            (Some(authority.trim_end_matches('@').to_owned()), format!("{scheme}://{path}"))
        }
        _ => (None, text.to_owned()),
    }
}

fn of_info(info: &str) -> Result<(Option<String>, Option<Secret>), BadEndpoint> {
    let filled = |text: &str| Ok(Some(percent_decoded(text)?).filter(|text| !text.is_empty()));
    match info.split_once(':') {
        Some((name, password)) => Ok((filled(name)?, filled(password)?.map(Secret::new))),
        None => Ok((None, filled(info)?.map(Secret::new))),
    }
}

/// A name without a colon is the password, as redis-cli has it; `user:@` is a user without one.
fn credentials(url: &Url, text: &str) -> Result<(Option<String>, Option<Secret>), BadEndpoint> {
    let filled = |text: &str| Ok(Some(percent_decoded(text)?).filter(|text| !text.is_empty()));
    let authority = text.split_once("://").map_or("", |(_, rest)| rest);
    let authority = authority.split(['/', '?', '#']).next().unwrap_or("");
    let name = filled(url.username())?;
    match authority.rsplit_once('@') {
        Some((info, _)) if !info.contains(':') => Ok((None, name.map(Secret::new))),
        _ => Ok((name, filled(url.password().unwrap_or(""))?.map(Secret::new))),
    }
}

fn tcp(url: &Url) -> Result<Address, BadEndpoint> {
    let host = match url.host() {
        Some(Host::Domain(name)) => percent_decoded(name)?,
        Some(Host::Ipv4(ip)) => ip.to_string(),
        Some(Host::Ipv6(ip)) => ip.to_string(),
        None => String::new(),
    };
    match url.port() {
        _ if host.is_empty() => Err(bad("the URL names no host", ENCODE)),
        Some(0) => Err(BAD_PORT),
        port => Ok(Address::Tcp { host, port: port.unwrap_or(DEFAULT_PORT) }),
    }
}

fn socket(url: &Url) -> Result<Address, BadEndpoint> {
    let path = percent_decoded(url.path())?;
    match url.host_str().unwrap_or("") {
        "" if path.len() > 1 => Ok(Address::Unix(path.into())),
        "" => Err(bad("the URL names no socket", UNIX_FORM)),
        _ => Err(bad("the path of the socket is not absolute", UNIX_FORM)),
    }
}

/// The database, in the path or after the question mark.
fn database(url: &Url, named: Option<u32>, unix: bool) -> Result<Option<u32>, BadEndpoint> {
    let path = url.path().trim_matches('/');
    if unix || path.is_empty() {
        return Ok(named);
    }
    if named.is_some() {
        return Err(bad("the URL gives the database twice", "write it once: redis://host/2"));
    }
    path.parse().map(Some).map_err(|_| DATABASE)
}

fn percent_decoded(text: &str) -> Result<String, BadEndpoint> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digit =
            |c: Option<u8>| c.and_then(|c| char::from(c).to_digit(16)).and_then(|d| u8::try_from(d).ok());
        match (digit(rest.next()), digit(rest.next())) {
            (Some(high), Some(low)) => bytes.push(high * 16 + low),
            _ => return Err(PERCENT),
        }
    }
    String::from_utf8(bytes).map_err(|_| bad("the URL holds bytes that are not UTF-8", FORM))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tcp(host: &str, port: u16) -> Address {
        Address::Tcp { host: host.to_owned(), port }
    }

    #[test]
    fn urls_of_every_form_are_read() {
        let plain = parse("redis://db").unwrap();
        assert_eq!((plain.address, plain.tls, plain.database), (tcp("db", 6379), None, None));
        let full = parse("rediss://alice:p%40ss%2Fw@[::1]:6380/3").unwrap();
        assert_eq!(full.address, tcp("::1", 6380));
        assert_eq!((full.username.as_deref(), full.database), (Some("alice"), Some(3)));
        assert_eq!(full.password.unwrap().expose(), "p@ss/w");
        assert_eq!(full.tls, Some(Tls::default()));
        let unix = parse("redis+unix:///run/my%20redis.sock?db=2").unwrap();
        assert_eq!((unix.address, unix.database), (Address::Unix("/run/my redis.sock".into()), Some(2)));
        assert_eq!(parse("unix:///s").unwrap().address, Address::Unix("/s".into()));
        assert_eq!(parse("valkey://10.0.0.1:1").unwrap().address, tcp("10.0.0.1", 1));
        assert!(parse("valkeys://h#insecure").unwrap().tls.unwrap().insecure);
    }

    #[test]
    fn the_name_of_a_host_is_taken_as_it_is_written() {
        assert_eq!(parse("redis://Bücher.example").unwrap().address, tcp("Bücher.example", 6379));
        assert_eq!(
            parse("rediss://xn--bcher-kva.example").unwrap().address,
            tcp("xn--bcher-kva.example", 6379)
        );
    }

    #[test]
    fn a_name_without_a_colon_is_the_password_as_in_redis_cli() {
        let parsed = parse("redis://hunter2@db").unwrap();
        assert_eq!((parsed.username, parsed.password.unwrap().expose()), (None, "hunter2"));
        let user = parse("redis://op:@db").unwrap();
        assert_eq!((user.username.as_deref(), user.password), (Some("op"), None));
        assert_eq!(parse("redis://:hunter2@db").unwrap().password.unwrap().expose(), "hunter2");
    }

    #[test]
    fn urls_of_other_clients_are_read() {
        // redis-py and Celery, go-redis, Lettuce, ioredis, redis-rs, Predis.
        for text in [
            "redis://db/2?protocol=3&socket_timeout=5&health_check_interval=30&decode_responses=True",
            "redis://db?db=2&client_name=web&dial_timeout=5s&pool_size=10&min_idle_conns=2",
            "redis://db?database=2&timeout=10s&clientName=web",
            "redis://db/2?family=6&connectTimeout=1000",
            "redis://db/2?protocol=resp3",
        ] {
            assert_eq!(parse(text).unwrap().database, Some(2), "{text}");
        }
        let tls = |text: &str| parse(text).unwrap().tls.unwrap();
        for text in [
            "rediss://db?ssl_cert_reqs=none",
            "rediss://db?ssl_cert_reqs=CERT_NONE",
            "rediss://db?skip_verify=true",
            "rediss://db?verifyPeer=NONE",
        ] {
            assert!(tls(text).insecure, "{text}");
        }
        for text in
            ["rediss://db?ssl_cert_reqs=required", "rediss://db?skip_verify=false", "redis://db?tls=true"]
        {
            assert!(!tls(text).insecure, "{text}");
        }
        let files = tls("rediss://db?ssl_ca_certs=/ca.pem&ssl_certfile=/c.pem&ssl_keyfile=/k.pem");
        let path = |path: &str| Some(std::path::PathBuf::from(path));
        assert_eq!(
            (files.ca_file, files.cert_file, files.key_file),
            (path("/ca.pem"), path("/c.pem"), path("/k.pem"))
        );
        let named = parse("redis://db?username=op&password=hunter2").unwrap();
        assert_eq!((named.username.as_deref(), named.password.unwrap().expose()), (Some("op"), "hunter2"));
        let unix = parse("unix://:hunt%2Fer2@/run/s?db=1").unwrap();
        assert_eq!((unix.address, unix.database), (Address::Unix("/run/s".into()), Some(1)));
        assert_eq!((unix.username, unix.password.unwrap().expose()), (None, "hunt/er2"));
        assert_eq!(parse("redis-socket:///run/s").unwrap().address, Address::Unix("/run/s".into()));
        let unix = parse("redis+unix://op:hunter2@/run/s").unwrap();
        assert_eq!((unix.username.as_deref(), unix.password.unwrap().expose()), (Some("op"), "hunter2"));
    }

    #[test]
    fn an_option_of_other_clients_that_would_be_missed_is_told_by_name() {
        let what = |text: &str| parse(text).unwrap_err().what;
        assert!(what("rediss://db?ssl_check_hostname=false").contains("ssl_check_hostname"));
        assert!(what("redis://db?sentinel_master_id=m").contains("Sentinel"));
        assert!(what("rediss://db?ssl_cert_reqs=perhaps").contains("ssl_cert_reqs"));
        assert!(what("redis://db?hunter2=1").contains("not known"));
    }

    #[test]
    fn a_malformed_url_says_what_is_wrong() {
        let what = |text: &str| parse(text).unwrap_err().what;
        assert_eq!(what("db:6379"), "this is not a URL");
        assert_eq!(what("redis-sentinel://a/b"), "Sentinel is not built yet");
        assert_eq!(what("http://db"), "the URL has an unknown scheme");
        assert_eq!(what("redis://db/x"), "the database is not a number");
        for text in ["redis://db:70000", "redis://db:abc", "redis://db:0"] {
            assert_eq!(what(text), "the port is not a number from 1 to 65535");
        }
        // What stands where the port does is a part of the password.
        assert_eq!(what("redis://u:p/w@db"), "the URL is malformed");
        assert_eq!(what("redis://"), "the URL names no host");
        assert_eq!(what("redis+unix://run/s"), "the path of the socket is not absolute");
        assert_eq!(what("redis://u:%zz@db"), "a percent sign is not followed by two hexadecimal digits");
        assert_eq!(what("redis://db/1?db=2"), "the URL gives the database twice");
    }

    proptest! {
        #[test]
        fn no_error_ever_holds_the_password(context in "[a-z:/?#@%.,= ]{0,12}", scheme in "(redis|unix|rediss)") {
            for text in [format!("{scheme}://{context}hunter2@host"), format!("{scheme}://u:hunter2{context}@h")] {
                let told = format!("{:?}", parse(&text));
                prop_assert!(told.starts_with("Ok") || !told.contains("hunter2"));
            }
        }
    }
}
