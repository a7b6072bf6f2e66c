//! The command line as scripts use it: one reading is whole, an empty database says where the keys are, mistakes have
//! their exit code, and what goes into a pipe has no colours.

#![cfg(test)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "support/server.rs"]
mod server;

use serde_json::Value;
use server::{Options, Server, builds, wait_until};
use std::process::{Command, Output, Stdio};

fn run(server: &Server, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_streamgauge"));
    // Neither the developer's config nor the developer's Redis may matter.
    command.env_clear().env("HOME", server.folder()).env("TERM", "xterm-256color").stdin(Stdio::null());
    command.args(args).output().unwrap()
}

fn snapshot(server: &Server, more: &[&str]) -> Value {
    let socket = server.socket();
    let args = [&["snapshot", "--format", "json", "-s", socket.to_str().unwrap()], more].concat();
    let output = run(server, &args);
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("no reading: {error}"))
}

#[test]
fn one_reading_has_the_subscribers_of_every_channel() {
    for build in builds() {
        let server = Server::start(Options { port: true, ..(&build).into() });
        let clients: Vec<redis::Client> = (0..7)
            .map(|_| redis::Client::open(format!("redis://127.0.0.1:{}", server.port)).unwrap())
            .collect();
        let mut connections: Vec<_> = clients.iter().map(|client| client.get_connection().unwrap()).collect();
        let subscribed: Vec<_> = connections
            .iter_mut()
            .map(|connection| {
                let mut channel = connection.as_pubsub();
                channel.subscribe("news").unwrap();
                channel
            })
            .collect();
        wait_until("all listen", || server.redis_cli(&["PUBSUB", "NUMSUB", "news"]).ends_with("\n7"));
        let reading = snapshot(&server, &[]);
        assert_eq!(reading["fanout"]["channels"][0]["channel"], "news", "{build:?}");
        assert_eq!(reading["fanout"]["channels"][0]["subscribers"], 7, "{build:?}");
        // What takes two answers of the server, which the two rounds of one reading bring.
        assert_eq!(reading["fanout"]["published_per_s"], 0.0, "{build:?}");
        assert!(reading["cost"]["server_us_per_s"].as_f64().is_some_and(|us| us > 0.0), "{build:?}");
        drop(subscribed);
    }
}

#[test]
fn an_empty_database_says_where_the_keys_are() {
    let server = Server::start(Options::default());
    let told = |more: &[&str]| {
        let gaps = snapshot(&server, more)["gaps"].clone();
        let gaps = gaps.as_array().unwrap().clone();
        gaps.into_iter().find(|gap| gap["why"] == "empty").map(|gap| gap["text"].as_str().unwrap().to_owned())
    };
    assert_eq!(told(&[]), None, "there are no keys anywhere");
    server.redis_cli(&[
        "EVAL",
        "redis.call('SELECT', 5) redis.call('SET', 'a', 1) redis.call('SET', 'b', 1)",
        "0",
    ]);
    assert_eq!(told(&[]).as_deref(), Some("database 0 holds no keys, database 5 holds 2: -n 5 looks there"));
    assert_eq!(told(&["-n", "5"]), None);
    server.redis_cli(&["SET", "mine", "1"]);
    assert_eq!(told(&[]), None);
}

#[test]
fn mistakes_have_their_exit_code_and_a_pipe_gets_no_colours() {
    let server = Server::start(Options::default());
    let mistakes: &[(&[&str], i32)] = &[
        (&["config", "check", "--typo"], 2),
        (&["config", "--config", "/nowhere/c.toml", "check"], 2),
        (&["check", "--typo"], 3),
        (&["check", "-s", "/nowhere", "--for", "1s"], 3),
        (&["snapshot", "--typo"], 2),
        (&["snapshot", "-t", "redis://u:hunter2@h"], 2),
        (&["snapshot", "-h", "u:hunter2@h"], 2),
        (&["reclaim", "orders", "g", "--release", "--count", "0"], 2),
        (&["snapshot", "-s", "/nowhere"], 1),
        (&["snapshot", "--watch", "--count", "2", "-s", "/nowhere"], 1),
    ];
    for (args, status) in mistakes {
        let output = run(&server, args);
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(*status), "{args:?}: {error}");
        assert!(
            !error.is_empty() && !error.contains('\x1b') && !error.contains("hunter2"),
            "{args:?}: {error:?}"
        );
    }
}

#[test]
fn a_mistake_counts_more_than_a_missing_terminal() {
    let server = Server::start(Options::default());
    let mistakes: &[(&[&str], &str)] = &[
        (&["http://x"], "unknown scheme; use redis://"),
        (&["127.0.0.1:77110"], "the port is not a number from 1 to 65535"),
        (&["redis://127.0.0.1:abc"], "the port is not a number from 1 to 65535"),
        (&["snapshto"], "did you mean the command 'snapshot'?"),
        (&["--theme", "solarised"], "there is no theme 'solarised'"),
        (&["--theme", "solarised", "snapshot"], "there is no theme 'solarised'"),
        (&["themes", "--theme", "solarised"], "there is no theme 'solarised'"),
        (&["man", "snapshto"], "did you mean snapshot?"),
        (&["localhost"], "standard output is not a terminal"),
    ];
    for (args, wanted) in mistakes {
        let output = run(&server, args);
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{args:?}: {error}");
        assert!(error.contains(wanted), "{args:?}: {error}");
    }
}

#[test]
fn a_target_is_a_word_after_snapshot_and_check_and_pages_go_to_standard_output() {
    let server = Server::start(Options { port: true, ..Options::default() });
    let address = format!("127.0.0.1:{}", server.port);
    // A second is not enough to judge everything.
    for (args, codes) in [
        (&["snapshot", &address, "--format", "json"][..], &[0][..]),
        (&["check", "--for", "1s", &address], &[0, 3]),
    ] {
        let output = run(&server, args);
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code().is_some_and(|code| codes.contains(&code)), "{args:?}: {error}");
        assert!(!output.stdout.is_empty(), "{args:?}: {error}");
    }
    for (args, wanted) in [
        (&["themes"][..], "* default\n"),
        (&["completions", "bash"], "complete -F _streamgauge"),
        (&["man"], ".TH streamgauge 1"),
        (&["man", "trim"], ".TH streamgauge-trim 1"),
        (&["help", "trim"], "Usage: streamgauge trim"),
        (&["help"], "Which Redis:"),
    ] {
        let output = run(&server, args);
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success() && text.contains(wanted), "{args:?}: {text}");
    }
}

#[test]
fn a_picture_of_a_screen_goes_to_a_file_in_the_form_that_its_ending_says() {
    let server = Server::start(Options { port: true, ..Options::default() });
    server.redis_cli(&["XADD", "orders<b>", "*", "f", "v"]);
    let address = server.port.to_string();
    for (ending, wanted) in
        [("svg", "orders&lt;b&gt;"), ("html", "orders&lt;b&gt;"), ("txt", "orders<b>"), ("ans", "\x1b[0;")]
    {
        let file = server.folder().join(format!("streams.{ending}"));
        let words = ["picture", file.to_str().unwrap(), "-p", &address, "--for", "2s", "--keys", "2"];
        let output = run(&server, &words);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.contains(wanted) && text.contains("LENGTH"), "{ending}: {text}");
    }
    // A picture changes nothing, whatever its keys confirm: here a trim of what the group has acknowledged.
    let script = "for n = 1, 5 do redis.call('XADD', 'read', '*', 'f', 'v') end redis.call('XGROUP', 'CREATE', 'read', 'g', '$')";
    server.redis_cli(&["DEL", "orders<b>"]);
    server.redis_cli(&["EVAL", script, "0"]);
    let file = server.folder().join("trim.txt");
    let words =
        ["picture", file.to_str().unwrap(), "-p", &address, "--for", "2s", "--keys", "2 T enter tab enter"];
    let output = run(&server, &words);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains("nothing may be written"), "{text}");
    assert_eq!(server.redis_cli(&["XLEN", "read"]).trim(), "5", "{text}");
    // Where nobody answers it says so.
    let output = run(&server, &["picture", file.to_str().unwrap(), "-s", "/nowhere", "--for", "1s"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&output.stderr).contains("told nothing"));
    let output = run(&server, &["picture", "streams.png", "-p", &address]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains(".svg"));
}

#[test]
fn what_goes_wrong_between_readings_is_told_without_colours() {
    let mut server = Server::start(Options::default());
    let mut command = Command::new(env!("CARGO_BIN_EXE_streamgauge"));
    command.env_clear().env("HOME", server.folder()).stdin(Stdio::null());
    command.args(["snapshot", "--watch", "--interval", "200ms", "-s"]).arg(server.socket());
    let folder = server.folder().to_owned();
    let error = folder.join("error");
    let out = folder.join("out");
    let file = |path: &std::path::Path| std::fs::File::create(path).unwrap();
    let mut child = command.stdout(file(&out)).stderr(file(&error)).spawn().unwrap();
    let read = |path: &std::path::Path| std::fs::read_to_string(path).unwrap();
    wait_until("there is a reading", || !read(&out).is_empty());
    server.kill();
    wait_until("the outage is told", || read(&error).contains("trying again"));
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!read(&error).contains('\x1b'), "{:?}", read(&error));
}
