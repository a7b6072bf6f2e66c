//! Options of TLS on top of what a target says already: of the config's keys and of the command line alike.
//!
//! Knows which options need which others. Invariant: an option of TLS on a target without TLS is an error,
//! never passed over, since who gives a CA believes the connection to be protected.

use super::endpoint::BadEndpoint;
use super::target::{Address, Tls};
use std::path::PathBuf;

/// What is asked for, from one layer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsOptions {
    /// TLS, or no TLS.
    pub on: Option<bool>,
    /// Certificates to trust.
    pub ca_file: Option<PathBuf>,
    /// Our certificate.
    pub cert_file: Option<PathBuf>,
    /// Its key.
    pub key_file: Option<PathBuf>,
    /// Name to verify.
    pub sni: Option<String>,
    /// Accept any certificate.
    pub insecure: Option<bool>,
}

/// What comes out of a target's own TLS and what is asked for on top of it.
pub fn combined(base: Option<Tls>, asked: TlsOptions, address: &Address) -> Result<Option<Tls>, BadEndpoint> {
    let bad = |what, hint| Err(BadEndpoint { what, hint });
    let base = match (asked.on, base) {
        (Some(false), Some(_)) => {
            return bad(
                "TLS is switched off for a target that speaks it",
                "write redis:// instead of rediss://",
            );
        }
        (Some(true), None) => Some(Tls::default()),
        (_, base) => base,
    };
    let details = asked.ca_file.is_some()
        || asked.cert_file.is_some()
        || asked.key_file.is_some()
        || asked.sni.is_some()
        || asked.insecure == Some(true);
    let Some(base) = base else {
        return match details {
            true => bad("options of TLS for a target without TLS", "add tls (--tls), or write rediss://"),
            false => Ok(None),
        };
    };
    if matches!(address, Address::Unix(_)) {
        return bad("a unix socket does not speak TLS", "leave out one of the two");
    }
    let tls = Tls {
        ca_file: asked.ca_file.or(base.ca_file),
        cert_file: asked.cert_file.or(base.cert_file),
        key_file: asked.key_file.or(base.key_file),
        sni: asked.sni.or(base.sni),
        insecure: asked.insecure.unwrap_or(base.insecure),
    };
    match (&tls.cert_file, &tls.key_file) {
        (Some(_), None) => bad("a certificate without its key", "add key_file (--key)"),
        (None, Some(_)) => bad("a key without its certificate", "add cert_file (--cert)"),
        _ => Ok(Some(tls)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tcp() -> Address {
        Address::Tcp { host: "h".to_owned(), port: 1 }
    }

    #[test]
    fn options_refine_what_the_target_says() {
        let asked = TlsOptions { sni: Some("name".to_owned()), ..TlsOptions::default() };
        let base = Tls { ca_file: Some("ca".into()), ..Tls::default() };
        let tls = combined(Some(base), asked, &tcp()).unwrap().unwrap();
        assert_eq!((tls.sni.as_deref(), tls.ca_file), (Some("name"), Some("ca".into())));
        let on = TlsOptions { on: Some(true), ..TlsOptions::default() };
        assert_eq!(combined(None, on, &tcp()), Ok(Some(Tls::default())));
    }

    #[test]
    fn what_cannot_be_is_an_error() {
        let on = || TlsOptions { on: Some(true), ..TlsOptions::default() };
        let what = |base, asked, address: &Address| combined(base, asked, address).unwrap_err().what;
        let ca = TlsOptions { ca_file: Some("ca".into()), ..TlsOptions::default() };
        assert_eq!(what(None, ca, &tcp()), "options of TLS for a target without TLS");
        assert_eq!(what(None, on(), &Address::Unix("/s".into())), "a unix socket does not speak TLS");
        let cert = TlsOptions { cert_file: Some("c".into()), ..on() };
        assert_eq!(what(None, cert, &tcp()), "a certificate without its key");
        let off = TlsOptions { on: Some(false), ..TlsOptions::default() };
        assert!(what(Some(Tls::default()), off, &tcp()).starts_with("TLS is switched off"));
    }
}
