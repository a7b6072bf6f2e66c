//! Start, address and end of a demo, in all the ways in which it may end.

use std::io::{self, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use streamgauge::config::Address;
use streamgauge::edge::demo::{Demo, DemoOptions, headless};

use crate::probe::{PATIENCE, link, probe, socket};

fn until(what: &str, so: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !so() {
        assert!(Instant::now() < deadline, "not within {PATIENCE:?}: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Whether any process has this in its command line.
fn anybody_with(folder: &Path) -> bool {
    let found = Command::new("pgrep").arg("-f").arg("--").arg(folder).output().unwrap();
    found.status.success()
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_is_private_and_keeps_nothing_on_disk() {
    let mut probe = probe(DemoOptions::default()).await;
    let socket = socket(&probe.demo.target());
    let folder = socket.parent().unwrap().to_owned();
    assert!(socket.as_os_str().len() < 100);
    assert_eq!(folder.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    assert_eq!(probe.demo.target().name, "demo");
    for (setting, wanted) in
        [("port", "0"), ("save", ""), ("appendonly", "no"), ("maxmemory-policy", "volatile-lru")]
    {
        let found: Vec<String> = probe.ask(&format!("CONFIG GET {setting}")).await;
        assert_eq!(found, [setting, wanted]);
    }
    probe.demo.stop().await;
    assert!(!folder.exists() && !anybody_with(&folder));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dropped_without_a_word_it_leaves_no_process_and_no_folder() {
    let probe = probe(DemoOptions::default()).await;
    let folder = socket(&probe.demo.target()).parent().unwrap().to_owned();
    assert!(folder.exists() && anybody_with(&folder));
    drop(probe);
    assert!(!folder.exists());
    until("its processes are gone", || !anybody_with(&folder));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_port_that_is_asked_for_is_served_and_one_that_is_taken_is_said() {
    let port = free_port();
    let options = DemoOptions { port: Some(port), ..DemoOptions::default() };
    let demo = Demo::start(options.clone()).await.unwrap();
    assert_eq!(demo.target().address, Address::Tcp { host: "127.0.0.1".to_owned(), port });
    let pong: String = redis::cmd("PING").query_async(&mut link(&demo.target()).await).await.unwrap();
    assert_eq!(pong, "PONG");
    let error = Demo::start(options).await.unwrap_err().to_string();
    assert!(error.contains(&port.to_string()) && error.contains("the port is taken"), "{error}");
    assert!(!error.contains('\n'), "{error}");
    demo.stop().await;
}

#[tokio::test]
async fn a_program_that_is_no_server_is_said_with_its_own_words() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("nope");
    std::fs::write(&program, "#!/bin/sh\necho 'I am no server' >&2\nexit 3\n").unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let start = |server_bin: PathBuf| {
        Demo::start(DemoOptions { server_bin: Some(server_bin), ..DemoOptions::default() })
    };
    let error = start(program).await.unwrap_err().to_string();
    assert!(error.contains("status 3") && error.contains("I am no server"), "{error}");
    let error = start(folder.path().join("gone")).await.unwrap_err().to_string();
    assert!(error.starts_with("--server-bin names") && error.contains("No such file"), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_killed_is_known_to_have_ended() {
    let mut probe = probe(DemoOptions::default()).await;
    assert_eq!(probe.demo.ended(), None);
    let pid = probe.info("server", "process_id").await as u32;
    assert!(Command::new("kill").args(["-9", &pid.to_string()]).status().unwrap().success());
    until("the end is noticed", || probe.demo.ended().is_some_and(|why| why.contains("status 137")));
    let control = probe.demo.control();
    until("the workload says so", || control.status().errors > 0);
    probe.demo.stop().await;
}

/// A parent that can be killed: the program itself.
fn parent() -> (Child, PathBuf) {
    let mut parent = Command::new(env!("CARGO_BIN_EXE_streamgauge"))
        .args(["demo", "--headless", "--scenario", "burst"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = io::BufReader::new(parent.stdout.take().unwrap());
    let mut said = String::new();
    while !said.contains("\nscenario") {
        let mut byte = [0];
        out.read_exact(&mut byte).unwrap();
        said.push(char::from(byte[0]));
    }
    // The rest of the output is wanted by nobody, but must not break the parent's pipe.
    std::thread::spawn(move || io::copy(&mut out, &mut io::sink()));
    let socket = said.lines().find_map(|line| line.strip_prefix("redis-cli -s ")).unwrap();
    assert!(
        said.contains(&format!("redis+unix://{socket}\nstreamgauge check -s {socket} --config ")),
        "{said}"
    );
    (parent, Path::new(socket).parent().unwrap().to_owned())
}

#[test]
fn a_parent_that_is_killed_leaves_no_server_and_no_folder() {
    let (mut parent, folder) = parent();
    assert!(folder.exists() && anybody_with(&folder));
    parent.kill().unwrap();
    parent.wait().unwrap();
    until("server and folder are gone", || !folder.exists() && !anybody_with(&folder));
}

#[test]
fn headless_ends_in_order_on_each_of_its_signals() {
    for signal in ["INT", "TERM", "HUP"] {
        let (mut parent, folder) = parent();
        assert!(folder.exists());
        let sent = Command::new("kill").args(["-s", signal, &parent.id().to_string()]).status().unwrap();
        assert!(sent.success());
        assert!(parent.wait().unwrap().success(), "{signal}");
        assert!(!folder.exists() && !anybody_with(&folder), "{signal}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn headless_ends_quietly_when_nobody_reads_its_address() {
    struct Closed;
    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    headless(DemoOptions::default(), &mut Closed).await.unwrap();
}

#[test]
fn the_keeper_ends_what_it_keeps_although_both_ignore_polite_signals() {
    let folder = tempfile::tempdir().unwrap();
    let kept = folder.path().join("kept");
    std::fs::create_dir(&kept).unwrap();
    let mut keeper = Command::new("sh")
        .args(["-c", include_str!("../../src/edge/demo/keeper.sh"), "keeper"])
        .arg(&kept)
        .args(["sh", "-c", "trap '' INT TERM HUP; echo up; while :; do sleep 1; done"])
        .stdin(Stdio::piped())
        .process_group(0)
        .spawn()
        .unwrap();
    let log = kept.join("server.log");
    until("it is up", || std::fs::read_to_string(&log).is_ok_and(|log| log == "up\n"));
    let pid = keeper.id().to_string();
    assert!(Command::new("kill").args(["-s", "TERM", &pid]).status().unwrap().success());
    assert!(kept.exists() && keeper.try_wait().unwrap().is_none());
    drop(keeper.stdin.take());
    assert!(!keeper.wait().unwrap().success());
    assert!(!kept.exists());
    let group =
        |pid: &str| Command::new("pgrep").args(["-g", pid]).stdout(Stdio::null()).status().unwrap().success();
    until("its group is gone", || !group(&pid));
}

/// Every server program here: on PATH or fetched by `make test`.
fn programs() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let fetched = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/servers");
    folders.extend(std::fs::read_dir(&fetched).into_iter().flatten().flatten().map(|entry| entry.path()));
    let named = folders.iter().flat_map(|folder| [folder.join("redis-server"), folder.join("valkey-server")]);
    let mut programs: Vec<PathBuf> = named.filter(|program| program.is_file()).collect();
    // One behind two names is one; but it must be called by a name, which tells it what to be.
    programs.sort_by_key(|program| program.canonicalize().ok());
    programs.dedup_by_key(|program| program.canonicalize().ok());
    programs
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_server_there_is_carries_the_demo() {
    let programs = programs();
    assert!(
        !programs.is_empty(),
        "no redis-server, no valkey-server: run `make test` or apt install redis-server"
    );
    for program in programs {
        let options = DemoOptions { server_bin: Some(program.clone()), ..DemoOptions::default() };
        let mut probe = probe(options).await;
        let before = probe.last_read("orders", "billing").await;
        let what = format!("{} serves groups, cache and fan-out", program.display());
        probe
            .until(&what, async |probe| {
                let read = probe.last_read("orders", "billing").await != before;
                let hits = probe.info("stats", "keyspace_hits").await;
                let (channel, heard): (String, i64) = probe.ask("PUBSUB NUMSUB events:orders").await;
                (read && hits > 200.0 && heard == 1, format!("read: {read}, {hits} hits, {channel} {heard}"))
            })
            .await;
        let status = probe.demo.control().status();
        assert_eq!(status.errors, 0, "{}: {status:?}", program.display());
        probe.demo.stop().await;
    }
}
