//! The program in a pseudo-terminal: what it writes as a screen and as bytes, keys, signals, sizes, its end.
//!
//! Knows terminals; does not know Redis or what is on a screen. The program is ended by process id when its
//! guard goes. Use it as `#[path = "../support/terminal.rs"] mod terminal;` beside `server`.

#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// Longest wait for anything: a machine that tests elsewhere at the same time is slow.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// How to start a program.
pub struct Launch {
    command: CommandBuilder,
    size: (u16, u16),
}

impl Launch {
    /// The console with these words on its command line, in an environment of its own below `home`.
    pub fn console(home: &Path, args: &[&str]) -> Self {
        Self::program(env!("CARGO_BIN_EXE_streamgauge"), home, args)
    }

    /// Any program, likewise.
    pub fn program(program: impl AsRef<Path>, home: &Path, args: &[&str]) -> Self {
        let mut command = CommandBuilder::new(program.as_ref());
        command.args(args);
        // Neither the developer's config, nor their Redis, nor their colours may matter.
        command.env_clear();
        for (name, value) in [("TERM", "xterm-256color"), ("COLORTERM", "truecolor"), ("LANG", "C.UTF-8")] {
            command.env(name, value);
        }
        command.env("HOME", home);
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.cwd(home);
        Self { command, size: (120, 40) }
    }

    /// With this variable in its environment.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// With more words on its command line.
    pub fn args(mut self, more: &[&str]) -> Self {
        self.command.args(more);
        self
    }

    /// In a terminal of this size: columns, rows.
    pub fn sized(mut self, columns: u16, rows: u16) -> Self {
        self.size = (columns, rows);
        self
    }

    /// Starts it.
    pub fn start(self) -> Terminal {
        let pair = native_pty_system().openpty(pty_size(self.size)).expect("a pseudo-terminal");
        let child = pair.slave.spawn_command(self.command).expect("the program starts");
        let pid = child.process_id().expect("a process");
        // While this end is open as well, the reader would never see the end.
        drop(pair.slave);
        let (columns, rows) = self.size;
        let seen = Seen {
            parser: vt100::Parser::new(nonzero(rows), nonzero(columns), 0),
            bytes: Vec::new(),
            is_over: false,
            is_held: false,
        };
        let seen = Arc::new((Mutex::new(seen), Condvar::new()));
        let reader = pair.master.try_clone_reader().expect("a reader");
        let theirs = Arc::clone(&seen);
        std::thread::spawn(move || follow(reader, &theirs));
        let writer = pair.master.take_writer().expect("a writer");
        Terminal { pid, child, master: Some(pair.master), writer: Some(writer), seen }
    }
}

struct Seen {
    parser: vt100::Parser,
    bytes: Vec<u8>,
    is_over: bool,
    is_held: bool,
}

type Shared = Arc<(Mutex<Seen>, Condvar)>;

/// A program in its terminal, ended when dropped.
pub struct Terminal {
    /// Its process.
    pub pid: u32,
    child: Box<dyn Child + Send + Sync>,
    master: Option<Box<dyn MasterPty + Send>>,
    writer: Option<Box<dyn Write + Send>>,
    seen: Shared,
}

impl Terminal {
    /// Types.
    pub fn press(&mut self, keys: &str) {
        let writer = self.writer.as_mut().expect("the terminal is open");
        writer.write_all(keys.as_bytes()).and_then(|()| writer.flush()).expect("the terminal takes keys");
    }

    /// The text on the screen.
    pub fn text(&self) -> String {
        self.seen().parser.screen().contents()
    }

    /// Asks the screen.
    pub fn screen<T>(&self, ask: impl FnOnce(&vt100::Screen) -> T) -> T {
        ask(self.seen().parser.screen())
    }

    /// Bytes written so far.
    pub fn written(&self) -> usize {
        self.seen().bytes.len()
    }

    /// What was written from a number of bytes on.
    pub fn bytes_from(&self, from: usize) -> Vec<u8> {
        self.seen().bytes.get(from..).unwrap_or_default().to_vec()
    }

    /// Waits until the screen holds this.
    #[track_caller]
    pub fn wait_for(&self, what: &str, mut holds: impl FnMut(&vt100::Screen) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !self.screen(&mut holds) {
            assert!(Instant::now() < deadline, "waited in vain until {what}; the screen:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Waits until the screen shows this text.
    #[track_caller]
    pub fn wait_for_text(&self, text: &str) {
        self.wait_for(&format!("it shows '{text}'"), |screen| screen.contents().contains(text));
    }

    /// Changes the size of the terminal: columns, rows.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        self.seen().parser.screen_mut().set_size(nonzero(rows), nonzero(columns));
        self.master().resize(pty_size((columns, rows))).expect("a new size");
    }

    /// Changes the size that the terminal claims to have: columns, rows. What is seen of it here keeps its own.
    pub fn claim_size(&self, columns: u16, rows: u16) {
        self.master().resize(pty_size((columns, rows))).expect("a new size");
    }

    /// The most memory that the program has had so far, KiB.
    pub fn peak_kib(&self) -> u64 {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.pid)).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("the system counts");
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// Whether the terminal hands on every key at once, without echo.
    pub fn is_raw(&self) -> bool {
        let modes = format!("{:?}", self.master().get_termios().expect("the terminal's modes").local_flags);
        !modes.contains("ICANON") && !modes.contains("ECHO ")
    }

    /// The path of the terminal, such as `/dev/pts/3`.
    pub fn path(&self) -> std::path::PathBuf {
        self.master().tty_name().expect("a name")
    }

    /// Sends a signal by name, such as `TERM`.
    pub fn signal(&self, name: &str) {
        let status = Command::new("kill").args([&format!("-{name}"), &self.pid.to_string()]).status();
        assert!(status.expect("kill runs").success(), "{name} to {}", self.pid);
    }

    /// The state of the process as `ps` has it: `T` for stopped.
    pub fn state(&self) -> char {
        let fields = stat(&format!("/proc/{}/stat", self.pid));
        fields.first().and_then(|state| state.chars().next()).unwrap_or('?')
    }

    /// Processor time used so far, in ticks of 10 ms.
    pub fn cpu_ticks(&self) -> u64 {
        ticks(&format!("/proc/{}/stat", self.pid))
    }

    /// Stops to read what the program writes: its writes will wait.
    pub fn hold(&self) {
        self.seen().is_held = true;
    }

    /// Bytes that the thread which draws has handed over to the system.
    pub fn handed_over(&self) -> u64 {
        let text = std::fs::read_to_string(format!("/proc/{0}/task/{0}/io", self.pid)).unwrap_or_default();
        let count = text.lines().find_map(|line| line.strip_prefix("wchar: "));
        count.expect("the system counts").parse().unwrap()
    }

    /// The keyboard, to be typed on by another thread.
    pub fn keyboard(&mut self) -> Box<dyn Write + Send> {
        self.writer.take().expect("the terminal is open")
    }

    /// Closes the terminal, as a window or a connection does.
    pub fn close(&mut self) {
        // The reader has a descriptor of its own and goes when it next wakes up: a new size makes it.
        self.seen().is_over = true;
        self.master().resize(pty_size((79, 23))).expect("a new size");
        self.writer = None;
        self.master = None;
    }

    /// Waits until the program has ended; its exit status. All it wrote has been read then.
    #[track_caller]
    pub fn exit_status(&mut self) -> u32 {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().expect("the process can be asked") {
                while !self.seen().is_over && !self.seen().is_held && Instant::now() < deadline {
                    std::thread::sleep(Duration::from_millis(2));
                }
                assert!(status.signal().is_none(), "ended by {status}; the screen:\n{}", self.text());
                return status.exit_code();
            }
            assert!(Instant::now() < deadline, "it does not end; the screen:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Waits until the terminal is as a shell wants it: what was written may not have been read yet.
    #[track_caller]
    pub fn assert_given_back(&self) {
        let sound =
            "alternate screen false, cursor hidden false, bracketed paste false, mouse None, raw false";
        let mut now = String::new();
        let deadline = Instant::now() + PATIENCE;
        while now != sound {
            assert!(Instant::now() < deadline, "not given back: {now}; the screen:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(2));
            let is_raw = self.is_raw();
            now = self.screen(|screen| {
                format!(
                    "alternate screen {}, cursor hidden {}, bracketed paste {}, mouse {:?}, raw {is_raw}",
                    screen.alternate_screen(),
                    screen.hide_cursor(),
                    screen.bracketed_paste(),
                    screen.mouse_protocol_mode(),
                )
            });
        }
    }

    fn master(&self) -> &(dyn MasterPty + Send) {
        &**self.master.as_ref().expect("the terminal is open")
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.seen().is_held = false;
        self.seen.1.notify_all();
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn follow(mut reader: Box<dyn Read + Send>, shared: &Shared) {
    let mut buffer = vec![0; 1 << 16];
    loop {
        let mut seen = shared.0.lock().unwrap();
        while seen.is_held {
            seen = shared.1.wait(seen).unwrap();
        }
        if seen.is_over {
            return;
        }
        drop(seen);
        let read = reader.read(&mut buffer).unwrap_or(0);
        let mut seen = shared.0.lock().unwrap();
        let Some(bytes) = buffer.get(..read).filter(|bytes| !bytes.is_empty()) else {
            seen.is_over = true;
            return;
        };
        seen.parser.process(bytes);
        seen.bytes.extend_from_slice(bytes);
    }
}

/// The fields of a `stat` of `/proc` after the name, which may hold anything.
fn stat(path: &str) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let fields = text.rsplit_once(')').map_or("", |(_, fields)| fields);
    fields.split_whitespace().map(str::to_owned).collect()
}

/// Processor time of the user's and the system's in it.
fn ticks(path: &str) -> u64 {
    stat(path).iter().skip(11).take(2).map(|ticks| ticks.parse::<u64>().unwrap()).sum()
}

fn pty_size((columns, rows): (u16, u16)) -> PtySize {
    PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }
}

fn nonzero(number: u16) -> NonZeroU16 {
    number.try_into().unwrap()
}
