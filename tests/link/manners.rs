//! What a server or a user refuses of a greeting is said once, not on every connection.

use streamgauge::config::{Secret, Target};
use streamgauge::edge::link::{Lane, Link, LinkLedger, ProbeLink};

use crate::server::{Build, Options, Server, builds};
use crate::{PATIENT, target};

/// Errors that the server has answered.
fn errors(server: &Server) -> u64 {
    let info = server.redis_cli(&["INFO", "stats"]);
    info.lines().find_map(|line| line.trim().strip_prefix("total_error_replies:")).unwrap().parse().unwrap()
}

/// From 6.2 on errors are counted.
fn counts_errors(build: &Build) -> bool {
    !build.version.starts_with("5.") && !build.version.starts_with("6.0.")
}

async fn open(target: &Target, lane: Lane, ledger: &LinkLedger) -> Link {
    Link::open(target, lane, &PATIENT, ledger).await.unwrap()
}

/// Opens links of all kinds at once; errors that this has cost.
async fn greet_all(server: &Server, target: &Target, ledger: &LinkLedger) -> u64 {
    let before = errors(server);
    let _all = tokio::join!(
        open(target, Lane::Poll, ledger),
        open(target, Lane::Control, ledger),
        open(target, Lane::Write, ledger),
        async { ProbeLink::open(target, &PATIENT, ledger).await.unwrap() },
    );
    errors(server) - before
}

#[tokio::test]
async fn a_word_that_is_denied_or_unknown_is_said_on_one_connection_alone() {
    for build in builds().into_iter().filter(counts_errors) {
        let server = Server::start(Options::from(&build));
        server.redis_cli(&["ACL", "SETUSER", "eve", "on", ">pw", "~*", "+@all", "-client"]);
        let (username, password) = (Some("eve".to_owned()), Some(Secret::new("pw")));
        let denied = Target { username, password, ..target(&server) };
        // Of SETNAME, SETINFO, NO-EVICT and NO-TOUCH the default user is refused what the server does not know.
        for (target, most) in [(&target(&server), 3), (&denied, 4)] {
            let alone = errors(&server);
            drop(open(target, Lane::Poll, &LinkLedger::default()).await);
            let alone = errors(&server) - alone;
            assert!(alone <= most, "{build:?}: {alone} errors on one connection");
            assert!(alone > 0 || target.username.is_none(), "{build:?}: nothing is denied");
            let ledger = LinkLedger::default();
            assert_eq!(greet_all(&server, target, &ledger).await, alone, "{build:?}: all at once");
            assert_eq!(greet_all(&server, target, &ledger).await, 0, "{build:?}: once more");
        }
    }
}
