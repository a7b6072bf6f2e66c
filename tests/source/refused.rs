//! What a server refuses others is told with its number; what it refuses us is not.

use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use streamgauge::config::{Secret, Target};
use streamgauge::core::diagnose::finding::Severity;
use streamgauge::core::model::refusals::RefusalCode;
use streamgauge::core::reading::Reading;
use streamgauge::core::wire::probe::{ProbeCmd, ProbeName};
use streamgauge::core::wire::round::{Focus, PollSettings};
use streamgauge::edge::link::{LinkLedger, ProbeLink};
use streamgauge::edge::source::{Event, Session, poll};

use crate::server::{Build, Kind, Options, Server, builds, side_by_side, wait_until};
use crate::session::PATIENT;
use std::io::{Read, Write};

fn target(server: &Server, user: Option<&str>, password: Option<&str>) -> Target {
    Target {
        username: user.map(str::to_owned),
        password: password.map(Secret::new),
        ..crate::session::target(&server.socket())
    }
}

/// A server that is read a round at a time.
struct Watched {
    session: Box<Session>,
    reading: Box<Reading>,
}

impl Watched {
    async fn of(target: &Target) -> Self {
        Self::beside(target, &LinkLedger::default()).await
    }

    async fn beside(target: &Target, ledger: &LinkLedger) -> Self {
        let settings = PollSettings {
            interval_us: 200_000,
            discover: true,
            everything: true,
            ..PollSettings::default()
        };
        let session = Session::new(target, PATIENT, settings).beside(ledger);
        let mut session = Box::new(session);
        Box::pin(session.connect()).await.unwrap();
        let mut watched = Self { session, reading: Box::new(Reading::new(0)) };
        // Servers before 7.0 refuse INFO of many sections at the first time.
        while watched.reading.this_node().info.is_none() {
            watched.round().await;
        }
        watched
    }

    async fn round(&mut self) {
        Box::pin(self.session.connect()).await.unwrap();
        let snapshot = Box::pin(self.session.round(&Focus::default())).await.unwrap();
        self.reading.advance(snapshot);
    }

    fn found(&self, id: &str) -> Option<(Severity, String)> {
        let mut findings = self.reading.findings().iter();
        findings.find(|finding| finding.id == id).map(|finding| (finding.severity, finding.text.clone()))
    }
}

/// Builds that count errors by their code, and whether each does.
fn counting(build: &Build) -> bool {
    let mut parts = build.version.split('.').map(|part| part.parse::<u32>().unwrap());
    (parts.next(), parts.next()) >= (Some(6), Some(2))
}

/// Words of a command so often over one connection; each must be refused with this code.
fn refuse(server: &Server, words: &[&str], times: usize, code: &str) {
    refuse_after(server, &[], words, times, code);
}

/// The same after a login.
fn refuse_after(server: &Server, login: &[&str], words: &[&str], times: usize, code: &str) {
    let stream = UnixStream::connect(server.socket()).unwrap();
    stream.set_read_timeout(Some(crate::server::PATIENCE)).unwrap();
    let say = |line: &str| {
        (&stream).write_all(format!("{line}\r\n").as_bytes()).unwrap();
        let mut reply = Vec::new();
        while !reply.ends_with(b"\r\n") {
            let mut byte = [0];
            (&stream).read_exact(&mut byte).unwrap();
            reply.push(byte[0]);
        }
        String::from_utf8_lossy(&reply).into_owned()
    };
    if !login.is_empty() {
        assert_eq!(say(&login.join(" ")), "+OK\r\n");
    }
    let line = words.join(" ");
    for _ in 0..times {
        let reply = say(&line);
        assert!(reply.starts_with(&format!("-{code} ")), "{line}: {reply}");
    }
}

/// Refuses `times` writes, and looks at what is told; on a server that counts errors.
async fn told(server: &Server, code: RefusalCode, times: usize, id: &str) -> (Severity, String) {
    let mut watched = Watched::of(&target(server, None, None)).await;
    assert_eq!((watched.reading.this_node().refusals.of_others(code), watched.found(id)), (Some(0), None));
    refuse(server, &["SET", "k", "v"], times, code.word());
    watched.round().await;
    assert_eq!(watched.reading.this_node().refusals.of_others(code), Some(times as u64));
    watched.found(id).unwrap_or_else(|| panic!("no {id}: {:?}", watched.reading.findings()))
}

#[tokio::test]
async fn writes_that_want_replicas_which_are_not_there_are_told() {
    for build in builds().into_iter().filter(counting) {
        let server = Server::start(Options {
            args: vec!["--min-replicas-to-write".to_owned(), "1".to_owned()],
            ..Options::from(&build)
        });
        let (severity, text) = told(&server, RefusalCode::NoReplicas, 7, "replication.refusing").await;
        assert_eq!(severity, Severity::Critical);
        let wanted = "7 writes were refused with NOREPLICAS within the last minute: fewer replicas follow than \
                      min-replicas-to-write asks for (0 are connected)";
        assert_eq!(text, wanted, "{build:?}");
    }
}

#[test]
fn writes_to_a_replica_are_told_with_its_primary() {
    // A replica takes seconds to follow.
    let runtime = tokio::runtime::Runtime::new().unwrap();
    side_by_side(builds().iter().filter(|build| counting(build)), |build| {
        runtime.block_on(of_a_replica(build))
    });
}

async fn of_a_replica(build: &Build) {
    let primary = Server::start(Options { port: true, ..Options::from(build) });
    let server = Server::start(Options::from(build));
    server.redis_cli(&["REPLICAOF", "127.0.0.1", &primary.port.to_string()]);
    wait_until("the replica follows", || {
        server.redis_cli(&["INFO", "replication"]).contains("master_link_status:up")
    });
    let (severity, text) = told(&server, RefusalCode::ReadOnly, 5, "replication.read_only").await;
    assert_eq!(severity, Severity::Warning);
    let wanted = format!(
        "5 writes were refused with READONLY within the last minute: clients write to this replica of \
         127.0.0.1:{}",
        primary.port
    );
    assert_eq!(text, wanted, "{build:?}");
}

#[tokio::test]
async fn writes_that_are_refused_because_saving_fails_are_told() {
    for build in builds().into_iter().filter(counting) {
        let may_set = if build.major() >= 7 { vec!["--enable-protected-configs", "yes"] } else { vec![] };
        let args = may_set.into_iter().map(str::to_owned).collect();
        let server = Server::start(Options { args, ..Options::from(&build) });
        let folder = server.folder().join("gone");
        std::fs::create_dir(&folder).unwrap();
        server.redis_cli(&["CONFIG", "SET", "dir", folder.to_str().unwrap()]);
        server.redis_cli(&["CONFIG", "SET", "save", "3600 1000000"]);
        // Nobody can write into a folder that is not there any more, not even root.
        std::fs::remove_dir(&folder).unwrap();
        server.redis_cli(&["BGSAVE"]);
        wait_until("the save has failed", || {
            server.redis_cli(&["INFO", "persistence"]).contains("rdb_last_bgsave_status:err")
        });
        let (severity, text) = told(&server, RefusalCode::Misconf, 6, "persistence.refusing").await;
        assert_eq!(severity, Severity::Critical);
        let wanted = "6 writes were refused with MISCONF within the last minute: the last RDB save failed";
        assert_eq!(text, wanted, "{build:?}");
    }
}

#[tokio::test]
async fn commands_are_refused_while_slots_of_a_cluster_are_served_by_nobody() {
    for build in builds().into_iter().filter(counting) {
        let server = Server::start(Options {
            args: vec!["--cluster-enabled".to_owned(), "yes".to_owned()],
            port: true,
            ..Options::from(&build)
        });
        let (severity, text) = told(&server, RefusalCode::ClusterDown, 4, "cluster.refusing").await;
        assert_eq!(severity, Severity::Critical);
        let wanted = "4 commands were refused with CLUSTERDOWN within the last minute: slots of the cluster are \
                      served by no node";
        assert_eq!(text, wanted, "{build:?}");
    }
}

#[tokio::test]
async fn writes_that_find_no_memory_are_told_as_before() {
    for build in builds().into_iter().filter(counting) {
        let server = Server::start(Options::from(&build));
        server.redis_cli(&["CONFIG", "SET", "maxmemory", "1"]);
        let (severity, text) = told(&server, RefusalCode::Oom, 3, "memory.refusing").await;
        assert_eq!(severity, Severity::Critical);
        assert_eq!(text, "3 writes were refused with OOM within the last minute", "{build:?}");
    }
}

#[tokio::test]
async fn logins_and_commands_that_are_refused_in_floods_are_told() {
    for build in builds().into_iter().filter(counting) {
        let server = Server::start(Options::from(&build));
        server.redis_cli(&["ACL", "SETUSER", "watcher", "on", ">pw", "~*", "&*", "+@all"]);
        server.redis_cli(&["ACL", "SETUSER", "default", "on", ">secret", "~*", "&*", "+@all", "-set"]);
        let mut watched = Watched::of(&target(&server, Some("watcher"), Some("pw"))).await;
        refuse(&server, &["PING"], 40, "NOAUTH");
        refuse(&server, &["AUTH", "eve", "guess"], 650, "WRONGPASS");
        refuse_after(&server, &["AUTH", "secret"], &["SET", "k", "v"], 29, "NOPERM");
        watched.round().await;
        let found = |id: &str| watched.found(id).unwrap_or_else(|| panic!("{build:?}: no {id}"));
        assert_eq!(
            found("clients.no_login"),
            (
                Severity::Warning,
                "40 commands were refused with NOAUTH within the last minute: clients have not logged in"
                    .to_owned()
            )
        );
        assert_eq!(
            found("clients.wrong_password"),
            (
                Severity::Critical,
                "650 logins were refused with WRONGPASS within the last minute: the user or the password is \
                 wrong"
                    .to_owned()
            )
        );
        // One less than a flood.
        assert_eq!(watched.found("clients.denied"), None);
        refuse_after(&server, &["AUTH", "secret"], &["SET", "k", "v"], 1, "NOPERM");
        watched.round().await;
        let wanted =
            "30 commands were refused with NOPERM within the last minute: users try what they may not do";
        assert_eq!(
            watched.found("clients.denied"),
            Some((Severity::Warning, wanted.to_owned())),
            "{build:?}"
        );
    }
}

#[tokio::test]
async fn a_server_that_counts_no_errors_is_not_judged_by_them() {
    for build in builds().into_iter().filter(|build| !counting(build)) {
        let server = Server::start(Options {
            args: vec!["--min-replicas-to-write".to_owned(), "1".to_owned()],
            ..Options::from(&build)
        });
        let mut watched = Watched::of(&target(&server, None, None)).await;
        refuse(&server, &["SET", "k", "v"], 7, "NOREPLICAS");
        watched.round().await;
        assert_eq!(watched.reading.this_node().refusals.all(), None);
        assert_eq!(watched.found("replication.refusing"), None);
    }
}

#[tokio::test]
async fn writes_of_our_own_that_are_refused_are_not_told_as_those_of_others() {
    for build in builds().into_iter().filter(counting) {
        let server = Server::start(Options {
            args: vec!["--min-replicas-to-write".to_owned(), "1".to_owned()],
            ..Options::from(&build)
        });
        let (target, ledger) = (target(&server, None, None), LinkLedger::default());
        let mut watched = Watched::beside(&target, &ledger).await;
        let mut probe = Box::pin(ProbeLink::open(&target, &PATIENT, &ledger)).await.unwrap();
        let add = ProbeCmd::Add(ProbeName::new(7), 1);
        for _ in 0..5 {
            probe.send(&add).await.unwrap();
            for _ in add.commands() {
                probe.receive().await.unwrap();
            }
        }
        let code = RefusalCode::NoReplicas;
        assert!(counted(&server, code) >= 5, "{build:?}: nothing of ours was refused");
        watched.round().await;
        assert_eq!(
            (watched.reading.this_node().refusals.of_others(code), watched.found("replication.refusing")),
            (Some(0), None)
        );
        refuse(&server, &["SET", "k", "v"], 7, code.word());
        watched.round().await;
        assert_eq!(watched.reading.this_node().refusals.of_others(code), Some(7), "{build:?}");
    }
}

/// How often the server has answered with this code.
fn counted(server: &Server, code: RefusalCode) -> u64 {
    let info = server.redis_cli(&["INFO", "errorstats"]);
    let start = format!("errorstat_{}:count=", code.word());
    let count = info.lines().find_map(|line| line.trim().strip_prefix(start.as_str()));
    count.map_or(0, |count| count.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_we_may_not_read_is_never_told_as_what_others_are_denied() {
    let server = Server::start(Options::with(Kind::Redis, &[]));
    for n in 0..200 {
        server.redis_cli(&["SET", &format!("k:{n}"), "v"]);
        server.redis_cli(&["XADD", &format!("app:{n}"), "1-1", "f", "v"]);
    }
    let few = ["~app:*", "&*", "+info", "+scan", "+type", "+pttl"];
    server.redis_cli(&[&["ACL", "SETUSER", "u", "on", ">pw"][..], &few].concat());
    let settings =
        PollSettings { interval_us: 100_000, discover: true, measures_keys: true, ..PollSettings::default() };
    let session = Session::new(&target(&server, Some("u"), Some("pw")), PATIENT, settings);
    let (_handle, mut events, poller) = poll(session);
    let mut reading = Reading::new(0);
    let (mut cut, mut rounds, mut denied) = (Instant::now(), 0, 0);
    let deadline = Instant::now() + Duration::from_secs(60);
    while denied < 60 {
        assert!(Instant::now() < deadline, "{rounds} rounds, {denied} denials: the test has no force");
        if cut.elapsed() > Duration::from_secs(2) {
            // After every connection all that is denied is tried anew.
            server.redis_cli(&["CLIENT", "KILL", "TYPE", "normal"]);
            cut = Instant::now();
            denied = counted(&server, RefusalCode::NoPerm);
        }
        let event = tokio::time::timeout(Duration::from_millis(100), events.recv()).await;
        if let Ok(Some(Event::Observed(snapshot))) = event {
            reading.advance(*snapshot);
            rounds += 1;
            let others = reading.this_node().refusals.of_others(RefusalCode::NoPerm);
            assert!(others.is_none_or(|others| others == 0), "{others:?} after {rounds} rounds");
            assert!(!reading.findings().iter().any(|finding| finding.id == "clients.denied"));
        }
    }
    poller.abort();
}
