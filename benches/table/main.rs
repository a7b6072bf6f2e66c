//! What an operator waits for, each beside what they would use instead, in one run: `make bench`.
//!
//! Knows the works and their partners; measures whole processes, as a user starts them. Wall time says more about the
//! machine than about us: the ratio is the figure. Invariants: servers and keys are of this run alone, every work is
//! bounded, and beside each stands how long a PING of somebody else took meanwhile.
//!
//! Words on the command line choose works by a part of their name; `STREAMGAUGE_BENCH_SCALE=0.1` takes a tenth of the keys,
//! entries and rows.

#![allow(missing_docs, reason = "a program")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::cast_possible_truncation,
    reason = "a benchmark"
)]

mod fill;
#[path = "../costs/ideal.rs"]
mod ideal;
mod keys;
mod process;
#[path = "../../tests/support/server.rs"]
mod server;
#[path = "../../tests/support/terminal.rs"]
mod terminal;
mod visitor;
mod works;

use process::Took;
use std::time::Duration;
use visitor::PingTimes;

/// One line of the table.
pub struct Row {
    /// What was done, with its size.
    pub work: String,
    /// What we took.
    pub ours: Took,
    /// How somebody else fared meanwhile, and while nothing was done.
    pub pings: (PingTimes, PingTimes),
    /// What it is compared with, and what that took.
    pub partner: Option<(String, Took, PingTimes)>,
}

/// The sizes of the table, times `STREAMGAUGE_BENCH_SCALE`.
pub fn scaled(number: u64) -> u64 {
    let scale = std::env::var("STREAMGAUGE_BENCH_SCALE").ok().and_then(|text| text.parse::<f64>().ok());
    ((number as f64 * scale.unwrap_or(1.0)) as u64).max(100)
}

fn seconds(took: Duration) -> String {
    format!("{:.2} s", took.as_secs_f64())
}

fn or_dash<T>(value: Option<T>, text: impl Fn(T) -> String) -> String {
    value.map_or_else(|| "-".to_owned(), text)
}

impl Row {
    fn print(&self) {
        let (during, idle) = &self.pings;
        println!("\n{}", self.work);
        println!(
            "  streamgauge   {:>9}   CPU {:>8}   memory {:>8}   PING p99 {} (idle {})",
            seconds(self.ours.wall),
            or_dash(self.ours.cpu, seconds),
            or_dash(self.ours.memory_mib, |mib| format!("{mib} MiB")),
            during.p99(),
            idle.p99(),
        );
        let Some((name, partner, pings)) = &self.partner else { return };
        println!(
            "  {:<13} {:>9}   CPU {:>8}   {:>15}   PING p99 {}",
            "beside it",
            seconds(partner.wall),
            or_dash(partner.cpu, seconds),
            "",
            pings.p99()
        );
        let ratio = self.ours.wall.as_secs_f64() / partner.wall.as_secs_f64().max(1e-6);
        println!("  {ratio:.2} times the time of: {name}");
    }
}

fn main() {
    let chosen: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    println!("the program: {}", env!("CARGO_BIN_EXE_streamgauge"));
    for (name, work) in works::WORKS {
        if chosen.is_empty() || chosen.iter().any(|word| name.contains(word.as_str())) {
            work().iter().for_each(Row::print);
        }
    }
}
