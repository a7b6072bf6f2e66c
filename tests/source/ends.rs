//! A reading, a check and a plan end in their time, whatever is answered, and say what they do not know.

use std::io::Read;
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::program;
use crate::proxy::{Answer, Proxy, Words};
use crate::server::{Kind, Options, Server, wait_until};

/// What everything has to end within: 20 seconds, and some for a machine that is busy.
const WITHIN: Duration = Duration::from_secs(25);

/// The exit status and what was printed.
fn run(server: &Server, socket: &std::path::Path, args: &[&str]) -> (i32, String) {
    let began = Instant::now();
    let output = program(server, socket, args).output().unwrap();
    assert!(began.elapsed() < WITHIN, "{args:?} took {:?}", began.elapsed());
    let text = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    (output.status.code().unwrap(), text)
}

fn begins(words: &Words, with: &str) -> bool {
    words.first().is_some_and(|word| word.eq_ignore_ascii_case(with.as_bytes()))
}

fn gaps(reading: &str) -> Vec<String> {
    let reading: Value = serde_json::from_str(reading.lines().next().unwrap()).unwrap();
    let gaps = reading["gaps"].as_array().unwrap();
    gaps.iter().map(|gap| gap["what"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_server_that_a_script_holds_is_told_and_not_waited_for() {
    let server = Server::start(Options::with(Kind::Redis, &["--lua-time-limit", "100"]));
    server.redis_cli(&["XADD", "s", "*", "f", "v"]);
    let mut script = UnixStream::connect(server.socket()).unwrap();
    std::io::Write::write_all(&mut script, b"EVAL \"while true do end\" 0\r\n").unwrap();
    wait_until("the script holds the server", || server.redis_cli(&["PING"]).contains("BUSY"));
    for (args, exit) in [(&["snapshot", "--format", "json"][..], 3), (&["check", "--for", "2s"], 2)] {
        let (status, text) = run(&server, &server.socket(), args);
        assert_eq!(status, exit, "{args:?}: {text}");
        assert!(text.contains("server.busy"), "{args:?}: {text}");
    }
    let (status, text) = run(&server, &server.socket(), &["trim", "s", "--dry-run"]);
    assert!(status == 1 && text.contains("BUSY"), "{status} {text}");
    server.redis_cli(&["SCRIPT", "KILL"]);
    let _ended = script.read(&mut [0; 100]);
}

#[test]
fn a_scan_that_never_comes_round_or_brings_millions_is_a_gap() {
    let server = Server::start(Options::default());
    let page = |next: &str, keys: usize| {
        let keys = (0..keys).map(|key| format!("$8\r\n{key:08}\r\n")).collect::<Vec<_>>();
        format!("*2\r\n${}\r\n{next}\r\n*{}\r\n{}", next.len(), keys.len(), keys.concat()).into_bytes()
    };
    let (endless, huge) = (page("17", 1), page("17", 300_000));
    for (answer, gap) in [(endless, "search"), (huge, "SCAN"), (b"*0\r\n".to_vec(), "SCAN")] {
        let hook = move |words: &Words| begins(words, "SCAN").then(|| Answer::Bytes(answer.clone()));
        let proxy = Proxy::start(&server, Duration::ZERO, hook);
        let (_, text) = run(&server, proxy.socket(), &["snapshot", "--format", "json", "--for", "5s"]);
        assert!(gaps(&text).iter().any(|what| what == gap), "no gap {gap}: {:?}", gaps(&text));
        let (_, text) = run(&server, proxy.socket(), &["invalidate", "*", "--dry-run", "--for", "2s"]);
        assert!(!text.is_empty());
    }
}

#[test]
fn an_info_without_an_end_is_a_gap_and_takes_no_memory() {
    let server = Server::start(Options::default());
    let hook = |words: &Words| {
        begins(words, "INFO").then(|| Answer::Endless(b"$400000000\r\n".to_vec(), vec![b'x'; 1 << 20]))
    };
    let proxy = Proxy::start(&server, Duration::ZERO, hook);
    let (status, text) = run(&server, proxy.socket(), &["snapshot", "--format", "json"]);
    assert_eq!(status, 3, "{text}");
    assert!(gaps(&text).iter().any(|what| what == "INFO"), "{:?}", gaps(&text));
    let (status, text) = run(&server, proxy.socket(), &["check", "--for", "2s"]);
    assert_eq!(status, 3, "{text}");
}

#[test]
fn a_reply_that_takes_too_long_is_a_gap_of_its_own_and_everything_else_is_told() {
    let server = Server::start(Options::default());
    for key in ["a", "slow", "z"] {
        server.redis_cli(&["XGROUP", "CREATE", key, "g", "0", "MKSTREAM"]);
        server.redis_cli(&["XGROUP", "CREATECONSUMER", key, "g", "c"]);
        server.redis_cli(&["XADD", key, "*", "f", "v"]);
    }
    for slow in ["GROUPS", "STREAM", "CONSUMERS"] {
        let hook = move |words: &Words| {
            let is_it = words.get(1).is_some_and(|word| word.eq_ignore_ascii_case(slow.as_bytes()))
                && words.get(2).is_some_and(|key| key == b"slow");
            is_it.then_some(Answer::After(Duration::from_secs(30)))
        };
        let proxy = Proxy::start(&server, Duration::ZERO, hook);
        let (_, text) = run(&server, proxy.socket(), &["snapshot", "--format", "json"]);
        let reading: Value = serde_json::from_str(text.lines().next().unwrap())
            .unwrap_or_else(|error| panic!("{slow}: {error}: {text}"));
        let label = format!("XINFO {slow} slow");
        assert!(gaps(&text).iter().any(|what| what.starts_with(&label)), "no gap {label}: {:?}", gaps(&text));
        let lag = |key: &str| {
            let stream = reading["streams"].as_array().unwrap().iter().find(|stream| stream["key"] == key);
            stream.unwrap()["groups"][0]["lag"].clone()
        };
        assert_eq!([lag("a"), lag("z")], [1, 1].map(Value::from), "{slow}: {text}");
        assert!(reading["memory"]["used_bytes"].is_u64(), "{slow}: {text}");
    }
}

#[test]
fn a_stream_of_a_hundred_thousand_groups_is_a_gap_with_their_number() {
    const GROUPS: usize = 100_000;
    let server = Server::start(Options::default());
    let client = redis::Client::open(format!("redis+unix://{}", server.socket().display())).unwrap();
    let mut connection = client.get_connection().unwrap();
    server.redis_cli(&["XADD", "s", "*", "f", "v"]);
    for from in (0..GROUPS).step_by(5_000) {
        let mut pipe = redis::pipe();
        for n in from..from + 5_000 {
            pipe.cmd("XGROUP").arg("CREATE").arg("s").arg(format!("g{n}")).arg("0").ignore();
        }
        pipe.exec(&mut connection).unwrap();
    }
    let (_, text) = run(&server, &server.socket(), &["snapshot", "--format", "json"]);
    let reading: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    let told = reading["gaps"].as_array().unwrap().iter().find(|gap| gap["what"] == "XINFO GROUPS s");
    let told = told.unwrap_or_else(|| panic!("{:?}", gaps(&text)))["text"].as_str().unwrap();
    assert!(told.contains("100,000 groups"), "{told}");
    // It is the only stream: nothing is known of any group.
    assert_eq!(reading["health"], "unknown", "{text}");
    let unjudged = reading["unjudged"][0].as_str().unwrap();
    assert!(unjudged.starts_with("consumer groups can't be judged: XINFO GROUPS s"), "{unjudged}");
    assert_eq!(
        (&reading["streams"][0]["length"], &reading["streams"][0]["groups"]),
        (&1.into(), &Value::Null)
    );
}
