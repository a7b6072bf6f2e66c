//! What is kept while an action runs, whatever is done to it meanwhile: pruned, cut off by a full disk, ended by a
//! signal.

use crate::server::{PATIENCE, Server, builds, wait_until};
use crate::{connect, fill, say, start};
use std::io::Read;
use std::process::{Child, Command, Output, Stdio};
use std::time::Instant;

const TRIM: [&str; 7] = ["trim", "s", "--maxlen", "1", "--yes", "--confirm", "s"];

fn command(server: &Server, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_streamgauge"));
    command.args(["-s", server.socket().to_str().unwrap()]).args(args).env_clear();
    command.env("HOME", server.folder()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Exit status, standard output, standard error.
fn told(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
}

fn length(server: &Server, key: &str) -> u64 {
    say(&mut connect(server), &["XLEN", key])
}

/// A trim of 60,000 entries that has begun.
fn begun(server: &Server) -> Child {
    fill(&mut connect(server), 60_000, &[]);
    let child = command(server, &TRIM).spawn().unwrap();
    wait_until("something was removed", || length(server, "s") < 59_000);
    child
}

/// Ends the process whatever happens.
struct Guard(Child);

impl Drop for Guard {
    fn drop(&mut self) {
        let _over = self.0.kill();
        let _gone = self.0.wait();
    }
}

fn output(mut guard: Guard) -> Output {
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    guard.0.stdout.take().unwrap().read_to_end(&mut stdout).unwrap();
    guard.0.stderr.take().unwrap().read_to_end(&mut stderr).unwrap();
    Output { status: guard.0.wait().unwrap(), stdout, stderr }
}

/// The id that the result names.
fn undo_id(out: &str) -> &str {
    out.lines().find_map(|line| line.trim().strip_prefix("undo         streamgauge undo ")).unwrap()
}

#[test]
fn the_archive_of_an_action_that_runs_is_not_pruned() {
    let server = start(&builds()[0]);
    let running = Guard(begun(&server));
    let (status, out, err) = told(&command(&server, &["journal", "--prune", "0ms"]).output().unwrap());
    assert!(status == 0 && out.starts_with("kept the archive of ") && out.lines().count() == 1, "{out}{err}");
    assert!(length(&server, "s") > 1, "it was too quick to be pruned");
    let (status, out, err) = told(&output(running));
    assert!(status == 0 && out.contains("59,999 records kept in the archive"), "{out}{err}");
    // On a busy machine it stops by itself; then it goes on where it was.
    let deadline = Instant::now() + PATIENCE * 4;
    loop {
        let undo = command(&server, &["undo", undo_id(&out), "--yes"]).output().unwrap();
        let (status, out, err) = told(&undo);
        if status == 0 {
            break;
        }
        assert!(out.contains("stopped: ") && Instant::now() < deadline, "{out}{err}");
    }
    assert_eq!(length(&server, "s:restored"), 59_999);
}

#[test]
fn an_archive_that_is_gone_ends_the_action_and_nothing_says_that_it_was_kept() {
    let server = start(&builds()[0]);
    let running = Guard(begun(&server));
    let folder = server.folder().join(".local/state/streamgauge/archive");
    let archive = std::fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    std::fs::remove_file(archive).unwrap();
    let (status, out, err) = told(&output(running));
    assert!(status == 1 && out.contains("was removed or replaced while the action ran"), "{out}{err}");
    assert!(length(&server, "s") > 1, "it went on");
    assert!(!out.contains("streamgauge undo"), "{out}");
    let (_, out, _) = told(&command(&server, &["journal", "--format", "json"]).output().unwrap());
    let line: serde_json::Value = serde_json::from_str(out.trim()).unwrap();
    assert_eq!((&line["outcome"], &line["finished"]["kept"]), (&"stopped".into(), &0.into()));
}

/// Whether whoever runs the tests ignores a hang-up, as after `nohup`: then every program that they start does.
fn ignores_hang_up() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    ignored.is_some_and(|mask| u64::from_str_radix(mask.trim(), 16).unwrap() & 1 == 1)
}

#[test]
fn a_signal_ends_an_action_after_its_step_with_its_finish_written() {
    for signal in ["TERM", "HUP", "INT"] {
        if signal == "HUP" && ignores_hang_up() {
            continue;
        }
        let server = start(&builds()[0]);
        let running = Guard(begun(&server));
        let pid = running.0.id().to_string();
        assert!(Command::new("kill").args([&format!("-{signal}"), &pid]).status().unwrap().success());
        let (status, out, err) = told(&output(running));
        assert!(status == 1 && out.contains("cancelled"), "{signal}: {status} {out}{err}");
        let left = length(&server, "s");
        assert!(left > 1, "{signal}: it was too quick to be ended");
        let (_, out, err) = told(&command(&server, &["journal", "--format", "json"]).output().unwrap());
        let line: serde_json::Value = serde_json::from_str(out.trim()).unwrap();
        assert_eq!((&line["outcome"], err.as_str()), (&"stopped".into(), ""), "{signal}");
        // What was removed is what is told; what was kept is at least that, for the next step was kept already.
        assert_eq!(line["finished"]["done"], 60_000 - left, "{signal}: {line}");
        let kept = line["finished"]["kept"].as_u64().unwrap();
        assert!(kept >= 60_000 - left, "{signal}: {line}");
    }
}

#[test]
fn who_said_nohup_is_not_ended_by_a_hang_up() {
    let server = start(&builds()[0]);
    fill(&mut connect(&server), 60_000, &[]);
    let mut shell = Command::new("/bin/sh");
    let socket = server.socket().display().to_string();
    let line =
        format!("trap '' HUP; exec {} -s {socket} {}", env!("CARGO_BIN_EXE_streamgauge"), TRIM.join(" "));
    shell.args(["-c", &line]).env_clear().env("HOME", server.folder());
    shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let running = Guard(shell.spawn().unwrap());
    wait_until("something was removed", || length(&server, "s") < 59_000);
    let pid = running.0.id().to_string();
    assert!(Command::new("kill").args(["-HUP", &pid]).status().unwrap().success());
    let (status, out, err) = told(&output(running));
    assert!(status == 0 && length(&server, "s") == 1, "{status} {out}{err}");
}

#[test]
fn after_a_full_disk_an_undo_brings_back_exactly_what_was_removed() {
    let server = start(&builds()[0]);
    fill(&mut connect(&server), 60_000, &[]);
    // No file may have more than 500 KiB: the write that goes beyond takes a part and refuses the rest.
    let mut shell = Command::new("/bin/sh");
    let socket = server.socket().display().to_string();
    let line = format!(
        "trap '' XFSZ; ulimit -f 1000; exec {} -s {socket} {}",
        env!("CARGO_BIN_EXE_streamgauge"),
        TRIM.join(" ")
    );
    shell.args(["-c", &line]).env_clear().env("HOME", server.folder()).stdin(Stdio::null());
    let (status, out, err) = told(&shell.output().unwrap());
    let left = length(&server, "s");
    assert!(status == 1 && out.contains("stopped") && left > 1 && left < 60_000, "{left} {out}{err}");
    let (status, undone, err) = told(&command(&server, &["undo", undo_id(&out), "--yes"]).output().unwrap());
    assert!(status == 0 && !undone.contains("missing"), "{undone}{err}");
    assert_eq!(length(&server, "s:restored"), 60_000 - left);
    let mut connection = connect(&server);
    let last: Vec<(String, Vec<String>)> =
        say(&mut connection, &["XREVRANGE", "s:restored", "+", "-", "COUNT", "1"]);
    let first: Vec<(String, Vec<String>)> = say(&mut connection, &["XRANGE", "s", "-", "+", "COUNT", "1"]);
    let number = |id: &str| id.split('-').next().unwrap().parse::<u64>().unwrap();
    assert_eq!(number(&last[0].0) + 1, number(&first[0].0));
}

#[test]
fn an_action_on_two_thousand_groups_is_listed_and_closed_when_it_is_killed() {
    let server = start(&builds()[0]);
    let mut connection = connect(&server);
    fill(&mut connection, 60_000, &[]);
    let mut pipe = redis::pipe();
    for at in 0..2_000 {
        pipe.cmd("XGROUP")
            .arg("CREATE")
            .arg("s")
            .arg(format!("a-group-with-a-name-{at:05}"))
            .arg("$")
            .ignore();
    }
    pipe.exec(&mut connection).unwrap();
    let mut running = Guard(command(&server, &[&TRIM[..], &["--archive"]].concat()).spawn().unwrap());
    wait_until("something was removed", || length(&server, "s") < 59_000);
    running.0.kill().unwrap();
    running.0.wait().unwrap();
    let (status, out, err) = told(&command(&server, &["journal"]).output().unwrap());
    assert!(status == 0 && out.contains("unknown") && out.contains("stream s"), "{out}{err}");
    assert!(out.contains("59,999 items planned, how many done is not known"), "{out}");
    assert!(err.contains("was never finished"), "{err}");
}
