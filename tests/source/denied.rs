//! What a user may not do or read is tried a few times, told once, and left alone.

use std::time::{Duration, Instant};

use streamgauge::config::{Secret, Target};
use streamgauge::core::wire::round::PollSettings;
use streamgauge::edge::source::{Event, Session, poll};

use crate::server::{Kind, Options, Server};
use crate::session::PATIENT;

/// How many denials the server has logged.
fn refusals(server: &Server) -> u64 {
    let log = server.redis_cli(&["ACL", "LOG", "1000"]);
    let mut lines = log.lines();
    let mut sum = 0;
    while let Some(line) = lines.next() {
        if line.trim().trim_matches('"').ends_with("count") {
            sum += lines.next().and_then(|count| count.trim().parse::<u64>().ok()).unwrap();
        }
    }
    sum
}

/// Polls for some seconds as this user; the gaps that were told.
async fn watch(server: &Server, user: &str, seconds: u64) -> Vec<String> {
    let target = Target {
        username: Some(user.to_owned()),
        password: Some(Secret::new("pw")),
        ..crate::session::target(&server.socket())
    };
    let settings =
        PollSettings { interval_us: 200_000, discover: true, measures_keys: true, ..PollSettings::default() };
    let (_handle, mut events, poller) = poll(Session::new(&target, PATIENT, settings));
    let (until, mut gaps) = (Instant::now() + Duration::from_secs(seconds), Vec::new());
    while Instant::now() < until {
        if let Ok(Some(Event::Observed(snapshot))) =
            tokio::time::timeout(Duration::from_millis(100), events.recv()).await
        {
            gaps.extend(snapshot.gaps.into_iter().map(|gap| gap.what));
        }
    }
    poller.abort();
    gaps.sort();
    gaps.dedup();
    gaps
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_of_others_are_not_asked_for_again_and_again() {
    let server = Server::start(Options::with(Kind::Redis, &["--acllog-max-len", "1000"]));
    for prefix in ["zz", "app"] {
        let keys = format!("for i=1,3000 do redis.call('SET','{prefix}:'..i,i) end");
        server.redis_cli(&["EVAL", &keys, "0"]);
    }
    server.redis_cli(&["ACL", "SETUSER", "u", "on", ">pw", "~app:*", "&*", "+@all"]);
    let gaps = watch(&server, "u", 5).await;
    let denied = refusals(&server);
    assert!(denied > 0 && denied < 150, "{denied} denials");
    assert_eq!(gaps.iter().filter(|what| what.as_str() == "keys").count(), 1, "{gaps:?}");
    assert!(!gaps.iter().any(|what| what.contains("zz:")), "{gaps:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_that_is_denied_is_asked_once_whichever_way_it_goes() {
    let server = Server::start(Options::with(Kind::Redis, &["--acllog-max-len", "1000"]));
    server.redis_cli(&["EVAL", "for i=1,500 do redis.call('SET','k:'..i,i) end", "0"]);
    for stream in 0..10 {
        let key = format!("s{stream}");
        server.redis_cli(&["XADD", &key, "1-1", "f", "v"]);
        server.redis_cli(&["XADD", &key, "2-1", "f", "v"]);
        server.redis_cli(&["XGROUP", "CREATE", &key, "g", "1-1"]);
    }
    let without = ["-ping", "-time", "-pttl", "-memory|usage", "-xrange", "-slowlog"];
    server.redis_cli(&[&["ACL", "SETUSER", "u", "on", ">pw", "~*", "&*", "+@all"][..], &without].concat());
    server.redis_cli(&["ACL", "LOG", "RESET"]);
    let gaps = watch(&server, "u", 5).await;
    let denied = refusals(&server);
    // PING, PTTL, MEMORY USAGE, XRANGE within EVAL_RO and within EVAL, SLOWLOG: each once, and PTTL and MEMORY USAGE
    // perhaps by two ways at the same moment.
    assert!((4..=12).contains(&denied), "{denied} denials: {}", server.redis_cli(&["ACL", "LOG", "100"]));
    for what in ["PING", "PTTL", "MEMORY USAGE", "SLOWLOG GET"] {
        assert!(gaps.iter().any(|gap| gap == what), "no gap {what}: {gaps:?}");
    }
}
