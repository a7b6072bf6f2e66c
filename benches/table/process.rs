//! A whole process, as a user starts it: how long it took, and what it took of the machine.
//!
//! Knows /proc, where there is one; elsewhere processor time and memory are not told. Invariant: a process that fails
//! ends the benchmark, with what it said.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Longest time of one process.
const LONGEST: Duration = Duration::from_secs(600);
/// Time from one look to the next.
const LOOK: Duration = Duration::from_millis(5);
/// The kernel's ticks a second, as /proc counts processor time everywhere.
pub const TICKS: f64 = 100.0;

/// What it took.
#[derive(Clone, Copy, Debug, Default)]
pub struct Took {
    pub wall: Duration,
    pub cpu: Option<Duration>,
    /// The most that was resident.
    pub memory_mib: Option<u64>,
}

/// Runs it to its end; these exit codes are no failure.
pub fn run(command: &mut Command, home: &Path, codes: &[i32]) -> Took {
    let said = home.join("said");
    let out = fs::File::create(home.join("out")).unwrap();
    command.env("HOME", home).env_remove("REDIS_URL").stdin(Stdio::null()).stdout(out);
    command.stderr(fs::File::create(&said).unwrap());
    let began = Instant::now();
    let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let mut took = Took::default();
    let status = loop {
        took.cpu = processor_time(child.id()).or(took.cpu);
        took.memory_mib = most_resident_mib(child.id()).or(took.memory_mib);
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if began.elapsed() > LONGEST {
            let _ = child.kill();
        }
        std::thread::sleep(LOOK);
    };
    took.wall = began.elapsed();
    let words = || fs::read_to_string(&said).unwrap_or_default();
    assert!(status.code().is_some_and(|code| codes.contains(&code)), "{command:?}: {status}: {}", words());
    took
}

/// Times work that runs in this process.
pub fn timed(work: impl FnOnce()) -> Took {
    let began = Instant::now();
    work();
    Took { wall: began.elapsed(), ..Took::default() }
}

/// Processor time of a process up to now, of its threads and not of its children.
fn processor_time(pid: u32) -> Option<Duration> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in parentheses may hold spaces; the 14th and 15th fields are user and system time.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at)?.parse::<f64>().ok();
    Some(Duration::from_secs_f64((ticks(11)? + ticks(12)?) / TICKS))
}

/// The most that was resident of it up to now.
fn most_resident_mib(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? / 1024)
}
