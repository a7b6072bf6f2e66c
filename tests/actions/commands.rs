//! The commands of the command line: exit status, what goes where, and who is asked.

use crate::server::{Server, builds};
use crate::{connect, fill, read, say, start};
use std::process::{Command, Output, Stdio};

fn run(server: &Server, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_streamgauge"));
    command.args(["-s", server.socket().to_str().unwrap()]).args(args).env_clear();
    command.env("HOME", server.folder()).stdin(Stdio::null());
    command.output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Exit status, standard output, standard error.
fn told(server: &Server, args: &[&str]) -> (i32, String, String) {
    let output = run(server, args);
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

fn prepared() -> Server {
    let server = start(&builds()[0]);
    let mut connection = connect(&server);
    fill(&mut connection, 300, &["g"]);
    read(&mut connection, "g", "c", 100);
    for at in 1..=60 {
        let _: u64 = say(&mut connection, &["XACK", "s", "g", &format!("{at}-0")]);
    }
    server
}

fn length(server: &Server) -> u64 {
    say(&mut connect(server), &["XLEN", "s"])
}

#[test]
fn without_consent_nothing_is_done_and_a_dry_run_needs_none() {
    let server = prepared();
    let (status, out, err) = told(&server, &["trim", "s", "--dry-run"]);
    assert!(status == 0 && err.is_empty() && out.contains("60 entries, all below 61-0"), "{out}{err}");
    assert!(out.contains("held by      group g has not acknowledged 61-0"), "{out}");
    let (status, _, err) = told(&server, &["trim", "s"]);
    assert!(status == 1 && err.contains("--yes"), "{err}");
    assert_eq!(length(&server), 300);
    let (status, out, _) = told(&server, &["trim", "s", "--yes"]);
    assert!(status == 0 && out.contains("done: 60 entries"), "{out}");
    assert_eq!(length(&server), 240);
    // Nothing to do is done, and says what holds it.
    let (status, out, _) = told(&server, &["trim", "s", "--safe", "--yes"]);
    assert!(status == 0 && out.contains("nothing to remove: group g has not acknowledged 61-0"), "{out}");
}

#[test]
fn yes_is_not_the_name_and_read_only_is_never_anything() {
    let server = prepared();
    let lossy = ["trim", "s", "--maxlen", "10", "--yes"];
    let (status, _, err) = told(&server, &lossy);
    assert!(status == 1 && err.contains("--confirm s"), "{err}");
    let (status, _, err) = told(&server, &[&lossy[..], &["--confirm", "x"]].concat());
    assert!(status == 1 && err.contains("--confirm s"), "{err}");
    let (status, _, err) = told(&server, &[&lossy[..], &["--confirm", "s", "--read-only"]].concat());
    assert!(status == 1 && err.contains("read-only"), "{err}");
    assert_eq!(length(&server), 300);
    let (status, out, _) = told(&server, &[&lossy[..], &["--confirm", "s"]].concat());
    assert!(status == 0 && out.contains("290 records kept in the archive"), "{out}");
    let id = out.lines().find_map(|line| line.trim().strip_prefix("undo         streamgauge undo ")).unwrap();
    let (status, out, _) = told(&server, &["undo", id, "--yes"]);
    assert!(status == 0 && out.contains("done: 290"), "{out}");
}

#[test]
fn what_is_refused_is_one_and_a_mistake_is_two() {
    let server = prepared();
    for (args, status, says) in [
        (&["trim", "missing", "--yes"][..], 1, "no key missing"),
        (&["reclaim", "s", "g", "--to", "typo", "--yes"], 1, "no consumer typo"),
        (&["reclaim", "s", "nobody", "--drop", "--yes"], 1, "no group nobody"),
        (&["reclaim", "s", "g", "--yes"], 2, "--release"),
        (&["invalidate", "s", "--yes"], 1, "left alone"),
        (&["undo", "20260101-000000-0000", "--yes"], 1, "no archive here"),
        (&["undo", "../../etc/passwd", "--yes"], 2, "an id of the journal"),
        (&["trim", "s", "--maxlen", "1", "--minid", "1-0"], 2, "cannot be used with"),
    ] {
        let (found, out, err) = told(&server, args);
        assert!(found == status && err.contains(says), "{args:?}: {found} {out}{err}");
    }
}

#[test]
fn json_is_one_object_with_plan_and_result_and_the_journal_lists_it() {
    let server = prepared();
    let (status, out, _) =
        told(&server, &["reclaim", "s", "g", "--drop", "--min-idle", "0s", "--yes", "--format", "json"]);
    let value: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((status, out.lines().count()), (0, 1));
    assert_eq!((&value["plan"]["items"], &value["result"]["done"]), (&40.into(), &40.into()));
    assert_eq!(value["result"]["outcome"], "done");
    let (_, out, _) = told(&server, &["journal", "--format", "json", "--action", "reclaim"]);
    let line: serde_json::Value = serde_json::from_str(out.trim()).unwrap();
    assert_eq!((&line["intended"]["action"], &line["finished"]["done"]), (&"reclaim".into(), &40.into()));
    assert!(line["archive_bytes"].as_u64().unwrap() > 0);
    let (_, out, _) = told(&server, &["journal", "--outcome", "unknown"]);
    assert_eq!(out, "");
    let (status, out, _) = told(&server, &["journal", "--prune", "0ms"]);
    assert!(status == 0 && out.contains("removed the archive"), "{out}");
}

#[test]
fn a_process_that_is_killed_in_the_middle_leaves_an_intent_that_the_next_start_shows_and_closes() {
    let server = start(&builds()[0]);
    let mut connection = connect(&server);
    fill(&mut connection, 20_000, &[]);
    let mut command = Command::new(env!("CARGO_BIN_EXE_streamgauge"));
    command.args([
        "-s",
        server.socket().to_str().unwrap(),
        "trim",
        "s",
        "--maxlen",
        "1",
        "--yes",
        "--confirm",
        "s",
    ]);
    command.env_clear().env("HOME", server.folder()).stdin(Stdio::null()).stdout(Stdio::null());
    let mut child = command.spawn().unwrap();
    crate::server::wait_until("something was removed", || length(&server) < 19_000);
    child.kill().unwrap();
    child.wait().unwrap();
    let left = length(&server);
    assert!(left > 1, "it was too quick to be killed");
    let (_, out, err) = told(&server, &["journal"]);
    assert!(err.contains("was never finished") && out.contains("unknown"), "{out}{err}");
    let (_, _, err) = told(&server, &["journal"]);
    assert_eq!(err, "");
    // What it had removed is in the archive.
    let id = out.split_whitespace().nth(2).unwrap().to_owned();
    let (status, out, err) = told(&server, &["undo", &id, "--yes"]);
    assert_eq!(status, 0, "{out}{err}");
    let restored: u64 = say(&mut connection, &["XLEN", "s:restored"]);
    assert!(restored >= 20_000 - left, "{restored} {left}");
}
