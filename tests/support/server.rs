//! Real servers for tests: each started on a unix socket in a folder of its own (and on free loopback
//! ports where asked), ended when its guard goes.
//!
//! Knows how to find, start, stop and ask a server; does not know what is tested.
//! Use it as `#[path = "support/server.rs"] mod server;`.
//!
//! Which servers: `STREAMGAUGE_REDIS` and `STREAMGAUGE_VALKEY` name binaries; else `target/servers/`, else
//! the PATH. [`kinds`] are those found, at least one, or the test fails with the install command; under
//! `make test` both are there, and [`builds`] has older and newer ones too.

#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, reason = "tests")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// Longest wait for anything that should come: far more than a slow machine that does other things takes, since who
/// waits asks again and again and loses nothing by it.
pub const PATIENCE: Duration = Duration::from_secs(60);

const INSTALL: &str = "run `make test`, which fetches them, or `apt-get install redis-server`, or set STREAMGAUGE_REDIS or \
                       STREAMGAUGE_VALKEY to a server binary";

/// Which server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Redis,
    Valkey,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Redis => "redis",
            Self::Valkey => "valkey",
        }
    }

    fn binary(self) -> Option<PathBuf> {
        let file = format!("{}-server", self.name());
        if let Some(path) = std::env::var_os(format!("STREAMGAUGE_{}", self.name().to_uppercase())) {
            return Some(PathBuf::from(path));
        }
        let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/servers").join(&file);
        let path = std::env::var_os("PATH").unwrap_or_default();
        let there = std::env::split_paths(&path).map(|folder| folder.join(&file));
        std::iter::once(ours).chain(there).find(|path| path.is_file())
    }
}

/// The kinds that can be started here, at least one; see the head of this file.
pub fn kinds() -> Vec<Kind> {
    let found: Vec<Kind> =
        [Kind::Redis, Kind::Valkey].into_iter().filter(|kind| kind.binary().is_some()).collect();
    assert!(!found.is_empty(), "no redis-server and no valkey-server: {INSTALL}");
    found
}

/// Checks all of these side by side, for what mostly waits.
pub fn side_by_side<T: Send>(all: impl IntoIterator<Item = T>, check: impl Fn(T) + Sync) {
    let check = &check;
    std::thread::scope(|scope| all.into_iter().for_each(|one| drop(scope.spawn(move || check(one)))));
}

/// One server's program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Build {
    pub kind: Kind,
    /// Such as `7.0.15`.
    pub version: String,
    pub path: PathBuf,
}

impl Build {
    /// The first number of the version.
    pub fn major(&self) -> u32 {
        self.version.split('.').next().unwrap().parse().unwrap()
    }
}

/// Every program at hand, at least one: those that `make test` has listed, else one of each of [`kinds`].
pub fn builds() -> Vec<Build> {
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/servers/list");
    let text = std::fs::read_to_string(list).unwrap_or_default();
    let of_line = |line: &str| {
        let (kind, rest) = line.split_once('\t')?;
        let kind = [Kind::Redis, Kind::Valkey].into_iter().find(|known| known.name() == kind)?;
        let (version, rest) = rest.split_once('\t')?;
        let path = PathBuf::from(rest.split_once('\t')?.1);
        path.is_file().then(|| Build { kind, version: version.to_owned(), path })
    };
    let listed: Vec<Build> = text.lines().filter_map(of_line).collect();
    if !listed.is_empty() {
        return listed;
    }
    kinds().into_iter().map(Build::of).collect()
}

impl Build {
    fn of(kind: Kind) -> Self {
        let path = kind.binary().unwrap_or_else(|| panic!("no {}-server: {INSTALL}", kind.name()));
        let said = Command::new(&path).arg("--version").output().expect("the server runs");
        let said = String::from_utf8_lossy(&said.stdout).into_owned();
        let version = said.split_whitespace().find_map(|word| word.strip_prefix("v=")).unwrap_or("0");
        Self { kind, version: version.to_owned(), path }
    }
}

/// How to start one. `..Options::default()` for the rest.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Which server; none for the first of [`kinds`].
    pub kind: Option<Kind>,
    /// Its program; none for the one of its kind.
    pub program: Option<PathBuf>,
    /// More of the command line, such as `&["--requirepass", "x"]`.
    pub args: Vec<String>,
    /// Whether to listen on a free loopback port, too.
    pub port: bool,
    /// Whether to listen with TLS on another free loopback port; certificates come by `args`.
    pub tls: bool,
    /// Whether it is a node of a cluster (7.0), with its bus on another free loopback port.
    pub cluster: bool,
}

impl Options {
    /// `kind` with these words on its command line.
    pub fn with(kind: Kind, args: &[&str]) -> Self {
        let args = args.iter().map(|&word| word.to_owned()).collect();
        Self { kind: Some(kind), args, ..Self::default() }
    }
}

impl From<&Build> for Options {
    fn from(build: &Build) -> Self {
        Self { kind: Some(build.kind), program: Some(build.path.clone()), ..Self::default() }
    }
}

/// A running server, ended when dropped.
pub struct Server {
    pub kind: Kind,
    /// Its loopback port, 0 for none.
    pub port: u16,
    /// Its loopback port with TLS, 0 for none.
    pub tls_port: u16,
    /// Where other nodes of its cluster meet it, 0 for none.
    pub bus_port: u16,
    options: Options,
    folder: TempDir,
    child: Child,
}

impl Server {
    /// Starts one and waits until it answers.
    pub fn start(options: Options) -> Self {
        let kind = options.kind.unwrap_or_else(|| *kinds().first().unwrap());
        let mut folder = TempDir::with_prefix("streamgauge-test-").unwrap();
        let mut last = String::new();
        // Somebody else may take a free port before the server does.
        for _ in 0..5 {
            let port = if options.port { free_port() } else { 0 };
            let tls_port = if options.tls { free_port() } else { 0 };
            let bus_port = if options.cluster { free_port() } else { 0 };
            let child = spawn(kind, &options, folder.path(), [port, tls_port, bus_port]);
            let mut server = Self { kind, port, tls_port, bus_port, options: options.clone(), folder, child };
            match server.await_answer() {
                Ok(()) => return server,
                Err(log) => last = log,
            }
            server.kill();
            folder = server.into_folder();
        }
        panic!("{}-server does not start: {last}", kind.name());
    }

    /// The unix socket it listens on.
    pub fn socket(&self) -> PathBuf {
        self.folder.path().join("s")
    }

    /// The folder of its own, for files of the test.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Ends it at once (SIGKILL), as a crash does.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_file(self.socket());
    }

    /// Starts it again at the same addresses, with another run id and without its keys (unless SAVEd).
    pub fn restart(&mut self) {
        self.restart_with(&[]);
    }

    /// The same, with more words on its command line.
    pub fn restart_with(&mut self, args: &[&str]) {
        self.kill();
        self.options.args.extend(args.iter().map(|&word| word.to_owned()));
        let ports = [self.port, self.tls_port, self.bus_port];
        self.child = spawn(self.kind, &self.options, self.folder.path(), ports);
        self.await_answer().unwrap_or_else(|log| panic!("the server does not come back: {log}"));
    }

    /// Stops it as a debugger does: the kernel goes on taking connections, nobody answers.
    pub fn freeze(&self) {
        self.signal("-STOP");
    }

    /// Lets it go on.
    pub fn thaw(&self) {
        self.signal("-CONT");
    }

    /// What `redis-cli --raw` would print for this command, errors included; over the unix socket, without
    /// a password. Needs no redis-cli.
    pub fn redis_cli(&self, words: &[&str]) -> String {
        let words: Vec<&[u8]> = words.iter().map(|word| word.as_bytes()).collect();
        self.redis_cli_bytes(&words)
    }

    /// The same with words of any bytes.
    pub fn redis_cli_bytes(&self, words: &[&[u8]]) -> String {
        let stream = UnixStream::connect(self.socket()).expect("the server listens");
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut request = format!("*{}\r\n", words.len()).into_bytes();
        for word in words {
            request.extend(format!("${}\r\n", word.len()).as_bytes());
            request.extend_from_slice(word);
            request.extend(b"\r\n");
        }
        (&stream).write_all(&request).unwrap();
        let mut lines = Vec::new();
        read_reply(&mut BufReader::new(&stream), &mut lines);
        lines.join("\n")
    }

    fn signal(&self, signal: &str) {
        let status = Command::new("kill").args([signal, &self.pid().to_string()]).status().unwrap();
        assert!(status.success());
    }

    fn await_answer(&mut self) -> Result<(), String> {
        let log = || std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(format!("{status}: {}", log()));
            }
            if answers(&self.socket()) {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Err(format!("no answer: {}", log()))
    }

    fn into_folder(mut self) -> TempDir {
        std::mem::replace(&mut self.folder, TempDir::new().unwrap())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Waits until `holds`, and fails with `what` if it never does.
pub fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "waited in vain until {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A loopback port that was free a moment ago.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn spawn(kind: Kind, options: &Options, folder: &Path, [port, tls_port, bus_port]: [u16; 3]) -> Child {
    let binary = options.program.clone().or_else(|| kind.binary());
    let binary = binary.unwrap_or_else(|| panic!("no {}-server: {INSTALL}", kind.name()));
    let mut command = Command::new(&binary);
    command.current_dir(folder).args(["--port", &port.to_string(), "--unixsocket", "s", "--save", ""]);
    command.args(["--bind", "127.0.0.1", "--daemonize", "no", "--logfile", "log"]);
    if tls_port != 0 {
        command.args(["--tls-port", &tls_port.to_string()]);
    }
    if bus_port != 0 {
        command.args(["--cluster-enabled", "yes", "--cluster-port", &bus_port.to_string()]);
    }
    command.args(&options.args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap_or_else(|error| panic!("cannot start {}: {error}", binary.display()))
}

fn answers(socket: &Path) -> bool {
    let Ok(mut stream) = UnixStream::connect(socket) else { return false };
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut byte = [0];
    stream.write_all(b"PING\r\n").is_ok() && stream.read(&mut byte).is_ok_and(|read| read == 1)
}

/// Reads one RESP2 reply; its leaves, one a line.
fn read_reply(reader: &mut impl BufRead, lines: &mut Vec<String>) {
    let mut line = String::new();
    reader.read_line(&mut line).expect("a reply in time");
    let line = line.trim_end();
    let (kind, rest) = line.split_at_checked(1).unwrap_or_else(|| panic!("no reply"));
    match (kind, rest.parse::<i64>()) {
        ("$", Ok(length)) if length >= 0 => {
            let mut bytes = vec![0; length as usize + 2];
            reader.read_exact(&mut bytes).expect("a whole reply");
            bytes.truncate(length as usize);
            lines.push(String::from_utf8_lossy(&bytes).into_owned());
        }
        ("*", Ok(count)) if count >= 0 => (0..count).for_each(|_| read_reply(reader, lines)),
        ("$" | "*", _) => lines.push(String::new()),
        _ => lines.push(rest.to_owned()),
    }
}
