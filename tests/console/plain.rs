//! The console without a screen: what it tells as lines, what it answers, and how it ends.

use super::{connect, fill, server};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(60);

/// The program with pipes, ended when dropped.
struct Plain {
    child: Child,
    typed: Option<ChildStdin>,
    lines: Receiver<String>,
}

impl Drop for Plain {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _status = self.child.wait();
    }
}

impl Plain {
    fn start(server: &super::server::Server) -> Self {
        let socket = server.socket();
        let mut child = Command::new(env!("CARGO_BIN_EXE_streamgauge"))
            .args(["--plain", "-s", socket.to_str().unwrap()])
            .env_clear()
            .env("HOME", server.folder())
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let (typed, out) = (child.stdin.take(), child.stdout.take().unwrap());
        let (told, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                let _gone = told.send(line);
            }
        });
        Self { child, typed, lines }
    }

    fn type_line(&mut self, line: &str) {
        writeln!(self.typed.as_mut().unwrap(), "{line}").unwrap();
    }

    /// What is told within a while of a typed line.
    fn answer(&mut self, line: &str) -> Vec<String> {
        self.type_line(line);
        let mut told = Vec::new();
        while let Ok(line) = self.lines.recv_timeout(Duration::from_millis(500)) {
            told.push(line);
        }
        told
    }

    /// The first line from now on that has this in it.
    #[track_caller]
    fn line_with(&self, text: &str) -> String {
        let until = Instant::now() + PATIENCE;
        let mut seen = Vec::new();
        while let Ok(line) = self.lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
            if line.contains(text) {
                return line;
            }
            seen.push(line);
        }
        panic!("no line with '{text}': {seen:#?}");
    }

    #[track_caller]
    fn exit(&mut self) -> std::process::ExitStatus {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < until, "it does not end");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

#[test]
fn changes_are_lines_with_a_time_and_questions_are_answered_in_words() {
    let mut server = server();
    let mut plain = Plain::start(&server);
    let connected = plain.line_with("connected");
    assert!(connected.contains(" UTC  connected"), "{connected}");
    // Until they were found.
    let until = Instant::now() + PATIENCE;
    while plain.answer("s").iter().all(|line| !line.contains("orders-n19")) {
        assert!(Instant::now() < until, "the streams are not told");
    }
    plain.type_line("?");
    let memory = plain.line_with("Memory: ");
    assert!(memory.contains(" used"), "{memory}");
    plain.line_with("Server: ");
    let limit = |bytes: &str| {
        let _ok: () =
            redis::cmd("CONFIG").arg(&["SET", "maxmemory", bytes]).query(&mut connect(&server)).unwrap();
    };
    // Full to the brim, and then as much as anybody needs.
    let used: String = redis::cmd("INFO").arg("memory").query(&mut connect(&server)).unwrap();
    let used: u64 = used.lines().find_map(|line| line.strip_prefix("used_memory:")).unwrap().parse().unwrap();
    limit(&(used + used / 50).to_string());
    let told = plain.line_with("maxmemory");
    assert!(told.contains("critical: ") || told.contains("warning: "), "{told}");
    plain.type_line("f");
    plain.line_with(" since ");
    limit("0");
    plain.line_with("cleared: ");
    server.kill();
    plain.line_with("connection lost: ");
    server.restart();
    fill(&server);
    plain.line_with("connection back after ");
    plain.type_line("x");
    plain.line_with("Type ? and Enter");
    plain.type_line("q");
    assert_eq!(plain.exit().code(), Some(0));
}

#[test]
fn it_ends_with_its_input_with_a_signal_and_where_nobody_reads() {
    let server = server();
    let mut plain = Plain::start(&server);
    plain.line_with("connected");
    plain.typed = None;
    assert_eq!(plain.exit().code(), Some(0), "the end of its input");
    for (signal, status) in [("TERM", 143), ("INT", 130)] {
        let mut plain = Plain::start(&server);
        plain.line_with("connected");
        let sent = Command::new("kill").args(["-s", signal, &plain.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
        assert_eq!(plain.exit().code(), Some(status), "SIG{signal}");
    }
    let socket = server.socket();
    let mut child = Command::new(env!("CARGO_BIN_EXE_streamgauge"))
        .args(["--plain", "-s", socket.to_str().unwrap()])
        .env_clear()
        .env("HOME", server.folder())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut open = child.stdin.take().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut first = String::new();
    out.read_line(&mut first).unwrap();
    drop(out);
    writeln!(open, "?").unwrap();
    let mut gone = Plain { child, typed: None, lines: channel().1 };
    assert_eq!(gone.exit().code(), Some(0), "nobody reads");
}
