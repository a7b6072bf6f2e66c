//! TLS: which certificates are trusted, and what a failed handshake means.
//!
//! Knows rustls and PEM files; does not know what is spoken inside. Invariant: without `insecure` a
//! certificate is verified against the asked name, and nothing falls back to plain text.

use std::io;
use std::path::Path;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{AlertDescription, CertificateError, ClientConfig, RootCertStore};
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::stream::{ConnectFailure, Wire};
use super::unverified::Unverified;
use crate::config::Tls;
use crate::core::model::Fault;

/// Encrypts `stream`; the certificate must be for the SNI of the settings, else for `host`.
pub(super) async fn handshake<S: Wire>(
    settings: &Tls,
    host: &str,
    stream: S,
    deadline: Instant,
) -> Result<TlsStream<S>, ConnectFailure> {
    let name = settings.sni.as_deref().unwrap_or(host).to_owned();
    let server = ServerName::try_from(name.clone())
        .map_err(|_| (Fault::CertificateFile, format!("'{name}' is no name that a certificate can have")))?;
    let config = timeout_at(deadline, prepared(settings.clone()))
        .await
        .map_err(|_| (Fault::CertificateFile, "reading the certificates took too long".to_owned()))??;
    let connector = TlsConnector::from(Arc::new(config));
    match timeout_at(deadline, connector.connect(server, stream)).await {
        Ok(Ok(stream)) => Ok(stream),
        Ok(Err(error)) => Err(failure(&error).unwrap_or_else(|| match error.kind() {
            io::ErrorKind::UnexpectedEof
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe => (Fault::TlsClosed, String::new()),
            _ => (Fault::Tls, error.to_string()),
        })),
        Err(_) => Err((Fault::TlsClosed, "no answer in time".to_owned())),
    }
}

/// Reads files and the system's roots off the loop: both may be slow.
async fn prepared(settings: Tls) -> Result<ClientConfig, ConnectFailure> {
    let read = tokio::task::spawn_blocking(move || client_config(&settings)).await;
    read.unwrap_or_else(|error| Err((Fault::CertificateFile, error.to_string())))
}

fn client_config(settings: &Tls) -> Result<ClientConfig, ConnectFailure> {
    let unusable = |error: rustls::Error| (Fault::CertificateFile, error.to_string());
    let provider = Arc::new(ring::default_provider());
    let verifier: Arc<dyn ServerCertVerifier> = if settings.insecure {
        Arc::new(Unverified::new(&provider))
    } else {
        let roots = Arc::new(roots(settings.ca_file.as_deref())?);
        WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(&provider))
            .build()
            .map_err(|error| (Fault::CertificateFile, error.to_string()))?
    };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(unusable)?
        .dangerous()
        .with_custom_certificate_verifier(verifier);
    match (&settings.cert_file, &settings.key_file) {
        (None, None) => Ok(config.with_no_client_auth()),
        (Some(cert), Some(key)) => {
            let key = PrivateKeyDer::from_pem_file(key).map_err(|error| unreadable(key, "key", error))?;
            config.with_client_auth_cert(certificates(cert)?, key).map_err(unusable)
        }
        (Some(_), None) => Err((Fault::CertificateFile, "--cert without --key".to_owned())),
        (None, Some(_)) => Err((Fault::CertificateFile, "--key without --cert".to_owned())),
    }
}

/// The operator's authorities alone, if named; else the system's and Mozilla's.
fn roots(ca_file: Option<&Path>) -> Result<RootCertStore, ConnectFailure> {
    let mut roots = RootCertStore::empty();
    if let Some(path) = ca_file {
        for certificate in certificates(path)? {
            roots.add(certificate).map_err(|error| {
                (Fault::CertificateFile, format!("{}: not an authority: {error}", path.display()))
            })?;
        }
        return Ok(roots);
    }
    // Some system roots being odd is the rule, and no reason to trust none.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    Ok(roots)
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, ConnectFailure> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_file_iter(path).and_then(Iterator::collect);
    let found = read.map_err(|error| unreadable(path, "certificate", error))?;
    if found.is_empty() {
        return Err((Fault::CertificateFile, format!("{}: no PEM certificate in it", path.display())));
    }
    Ok(found)
}

fn unreadable(path: &Path, what: &str, error: rustls::pki_types::pem::Error) -> ConnectFailure {
    let reason = match error {
        rustls::pki_types::pem::Error::Io(error) => error.to_string(),
        rustls::pki_types::pem::Error::NoItemsFound => format!("no PEM {what} in it"),
        other => other.to_string(),
    };
    (Fault::CertificateFile, format!("{}: {reason}", path.display()))
}

/// What an error of a stream means if it comes from TLS. With TLS 1.3 a refused client certificate shows
/// only at the first read, so that later phases ask here too.
pub(super) fn failure(error: &io::Error) -> Option<ConnectFailure> {
    let error = error.get_ref()?.downcast_ref::<rustls::Error>()?;
    Some(match error {
        rustls::Error::InvalidCertificate(reason) => of_certificate(reason),
        rustls::Error::AlertReceived(alert) => match alert {
            AlertDescription::CertificateRequired => (Fault::CertificateRequired, String::new()),
            AlertDescription::BadCertificate
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateUnknown
            | AlertDescription::UnknownCA
            | AlertDescription::DecryptError
            | AlertDescription::AccessDenied => (Fault::CertificateRejected, format!("{alert:?}")),
            // Before TLS 1.3 this is how a missing client certificate is told, among other things.
            AlertDescription::HandshakeFailure => (
                Fault::Tls,
                "handshake refused; it may ask for a client certificate: --cert, --key".to_owned(),
            ),
            other => (Fault::Tls, format!("the server says {other:?}")),
        },
        rustls::Error::InvalidMessage(_) => (Fault::PlainPort, String::new()),
        other => (Fault::Tls, other.to_string()),
    })
}

fn of_certificate(reason: &CertificateError) -> ConnectFailure {
    let text = rustls::Error::InvalidCertificate(reason.clone()).to_string();
    match reason {
        CertificateError::UnknownIssuer => (Fault::Untrusted, "unknown authority".to_owned()),
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            (Fault::WrongName, text)
        }
        CertificateError::Expired
        | CertificateError::ExpiredContext { .. }
        | CertificateError::NotValidYet
        | CertificateError::NotValidYetContext { .. } => (Fault::Expired, text),
        _ => (Fault::Untrusted, text),
    }
}
