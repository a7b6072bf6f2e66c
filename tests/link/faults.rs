//! Every way not to get in, on purpose, and what it says.

use std::io::{Read, Write};
use std::net::UdpSocket;
use std::time::{Duration, Instant};

use streamgauge::config::{Address, Secret, Target};
use streamgauge::core::model::Fault;
use streamgauge::core::wire::ReadCmd;

use crate::server::{Options, PATIENCE, Server, builds, free_port, kinds};
use crate::{SILENCE, at, failure, failure_within, open, says, start, target, tcp};

fn with_password(target: Target) -> Target {
    Target { password: Some(Secret::new("hunter2")), ..target }
}

fn with_user(name: &str, target: Target) -> Target {
    Target { username: Some(name.to_owned()), ..target }
}

#[tokio::test]
async fn a_port_without_a_server() {
    let error = failure(&with_password(tcp("127.0.0.1", free_port()))).await;
    says(&error, Fault::Refused, &["connection refused", "nothing listens", "-h, -p"]);
}

#[tokio::test]
async fn a_name_without_an_address() {
    let error = failure(&tcp("no-such-host.invalid", 6379)).await;
    says(&error, Fault::UnknownHost, &["unknown host no-such-host.invalid", "check the name"]);
}

#[tokio::test]
async fn a_host_that_takes_no_connection_in_time() {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    // Nobody accepts: once the queue is full, the kernel drops what knocks.
    let mut waiting = Vec::new();
    loop {
        let knock = tokio::net::TcpStream::connect(address);
        match tokio::time::timeout(Duration::from_millis(300), knock).await {
            Ok(stream) => waiting.push(stream.unwrap()),
            Err(_) => break,
        }
    }
    let started = Instant::now();
    let error = failure_within(SILENCE, &tcp("127.0.0.1", address.port())).await;
    says(&error, Fault::ConnectTimeout, &["in time", "firewall"]);
    // By itself the kernel gives up after two minutes.
    assert!(started.elapsed() < PATIENCE);
}

#[tokio::test]
async fn a_unix_socket_that_is_not_there_and_one_that_nobody_serves() {
    let mut server = Server::start(Options::default());
    let error = failure(&at(Address::Unix(server.folder().join("other")))).await;
    says(&error, Fault::NoSocket, &["no unix socket", "-s"]);
    server.kill();
    let left = std::os::unix::net::UnixListener::bind(server.socket()).unwrap();
    drop(left);
    says(&failure(&target(&server)).await, Fault::Refused, &["connection refused"]);
}

#[tokio::test]
async fn a_wrong_password_on_every_server_at_hand() {
    for build in builds() {
        let args = ["--requirepass", "other"].map(str::to_owned).to_vec();
        let server = Server::start(Options { args, ..Options::from(&build) });
        let error = failure(&with_password(target(&server))).await;
        says(&error, Fault::WrongPassword, &["authentication failed", "user 'default'", "REDISCLI_AUTH"]);
        let error = failure(&with_password(with_user("nobody", target(&server)))).await;
        says(&error, Fault::WrongPassword, &["authentication failed", "user 'nobody'"]);
    }
}

#[tokio::test]
async fn a_wrong_password_where_only_resp2_is_spoken() {
    for kind in kinds() {
        let server = start(kind, &["--requirepass", "other", "--rename-command", "HELLO", ""]);
        let error = failure(&with_password(target(&server))).await;
        says(&error, Fault::WrongPassword, &["authentication failed", "WRONGPASS"]);
        let error = failure(&target(&server)).await;
        says(&error, Fault::NoPassword, &["authentication required", "--askpass"]);
    }
}

#[tokio::test]
async fn no_password_on_every_server_at_hand() {
    for build in builds() {
        let args = ["--requirepass", "other"].map(str::to_owned).to_vec();
        let server = Server::start(Options { args, ..Options::from(&build) });
        let words = ["authentication required", "no password was given", "REDISCLI_AUTH", "-a"];
        says(&failure(&target(&server)).await, Fault::NoPassword, &words);
    }
}

#[tokio::test]
async fn a_user_without_a_password_gets_in_and_one_with_a_password_is_asked_for_it() {
    for kind in kinds() {
        let users = ["--user", "open", "on", "nopass", "+@all", "--user", "shut", "on", ">other", "+@all"];
        let server = start(kind, &users);
        assert_eq!(open(&with_user("open", target(&server))).await.lost(), None);
        says(&failure(&with_user("shut", target(&server))).await, Fault::NoPassword, &["REDISCLI_AUTH"]);
    }
}

#[tokio::test]
async fn a_password_too_many_is_no_fault() {
    for build in builds() {
        let server = Server::start(Options::from(&build));
        let mut link = open(&with_password(target(&server))).await;
        assert_eq!(link.ask(vec![ReadCmd::Ping]).await.lost, None);
    }
}

#[tokio::test]
async fn a_server_that_repeats_what_it_does_not_know_repeats_no_password_through_us() {
    for kind in kinds() {
        let server = start(kind, &["--rename-command", "AUTH", ""]);
        let error = failure(&with_password(target(&server))).await;
        says(&error, Fault::Other, &["unknown command"]);
    }
}

#[tokio::test]
async fn a_database_that_is_not_there_and_one_that_is_not_allowed() {
    for kind in kinds() {
        let server = start(kind, &["--user", "eve", "on", ">hunter2", "+@all", "-select", "~*"]);
        let far = Target { database: 99, ..target(&server) };
        says(&failure(&far).await, Fault::NoDatabase, &["no database 99", "out of range", "-n"]);
        let denied = with_user("eve", with_password(Target { database: 1, ..target(&server) }));
        says(&failure(&denied).await, Fault::Denied, &["user 'eve'", "NOPERM", "select", "ACL SETUSER"]);
    }
}

#[tokio::test]
async fn a_server_with_as_many_clients_as_it_takes() {
    for kind in kinds() {
        let server = start(kind, &["--maxclients", "1"]);
        let _only = std::os::unix::net::UnixStream::connect(server.socket()).unwrap();
        says(&failure(&target(&server)).await, Fault::MaxClients, &["limit of clients", "`maxclients`"]);
    }
}

#[tokio::test]
async fn a_server_in_protected_mode() {
    // Its own address other than the loopback: nothing is sent to find it out.
    let probe = UdpSocket::bind("0.0.0.0:0").unwrap();
    probe.connect("192.0.2.1:9").expect("this test needs a network interface besides the loopback");
    let outside = probe.local_addr().unwrap().ip().to_string();
    for kind in kinds() {
        let args = ["--bind", "0.0.0.0", "--protected-mode", "yes"].map(str::to_owned).to_vec();
        let options = Options { kind: Some(kind), args, port: true, ..Options::default() };
        let server = Server::start(options);
        let error = failure(&with_password(tcp(&outside, server.port))).await;
        says(&error, Fault::ProtectedMode, &["protected mode", "requirepass"]);
    }
}

#[tokio::test]
async fn a_server_that_takes_the_connection_and_says_nothing() {
    for kind in kinds() {
        let server = start(kind, &[]);
        server.freeze();
        let error = failure_within(SILENCE, &target(&server)).await;
        says(&error, Fault::Unanswered, &["accepted the connection and does not answer", "--tls"]);
    }
}

/// Takes one connection after another, answers the first bytes of each with `words` and hangs up.
fn stranger(words: &'static [u8]) -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 512]);
            let _ = stream.write_all(words);
        }
    });
    port
}

#[tokio::test]
async fn something_that_is_no_redis() {
    let web = tcp("127.0.0.1", stranger(b"HTTP/1.1 400 Bad Request\r\n\r\n"));
    says(&failure(&web).await, Fault::NotRedis, &["does not answer as a Redis", "HTTP/1.1 400 Bad Request"]);
    let tls = tcp("127.0.0.1", stranger(&[0x15, 0x03, 0x03, 0, 2, 2, 70]));
    says(&failure(&tls).await, Fault::TlsPort, &["--tls"]);
    let silent = with_password(tcp("127.0.0.1", stranger(b"")));
    says(&failure(&silent).await, Fault::TlsPort, &["without an answer", "--tls"]);
    let garbage = tcp("127.0.0.1", stranger(b"*1\r\n:abc\r\n"));
    says(&failure(&garbage).await, Fault::NotRedis, &["can't be read"]);
}
