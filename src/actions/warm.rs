//! Runs the command that fills a cache again, after its pattern was invalidated.
//!
//! Knows a program and its arguments; no shell reads them. Invariant: it ends, and what it says is bounded.

use crate::actions::disk::on_disk;
use crate::config::Config;
use crate::core::limits::{WARM_UP_MS, WARM_UP_OUTPUT_BYTES};
use crate::core::model::Name;
use crate::core::ops::{Control, Outcome, Receipt};
use crate::edge::clock;
use crate::edge::journal::Journal;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::process::Command;
use tokio::sync::watch;

/// The command set for just this pattern; empty for none.
pub fn command_for(config: &Config, pattern: &Name) -> Vec<String> {
    let found = config.warm_ups.iter().find(|(glob, _)| glob.text() == pattern);
    found.map(|(_, words)| words.clone()).unwrap_or_default()
}

/// Runs what belongs to an action that is done, writes it down and says it. Who cancels ends the program too.
pub async fn after(
    journal: &Journal,
    words: &[String],
    mut receipt: Receipt,
    mut control: watch::Receiver<Control>,
) -> Receipt {
    if receipt.outcome == Outcome::Done && !words.is_empty() {
        let cancelled = async {
            if control.wait_for(|control| control.cancel).await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        let result = tokio::select! {
            result = run(words) => result,
            () = cancelled => format!("{} was ended: cancelled", words.first().map_or("", String::as_str)),
        };
        let (journal, id, text) = (journal.clone(), receipt.id.clone(), result.clone());
        let written =
            on_disk(move || journal.warmed(&id, clock::wall_ms(), &text).map_err(|error| error.to_string()));
        if let Err(error) = written.await.and_then(|written| written) {
            receipt.note = Some(error);
        }
        receipt.warm_up = Some(result);
    }
    receipt
}

/// Runs it; what came of it, in one line.
pub async fn run(words: &[String]) -> String {
    let Some((program, arguments)) = words.split_first() else { return "no command".to_owned() };
    let mut command = Command::new(program);
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    // What opens our target is nothing for others.
    command.env_remove("REDISCLI_AUTH").env_remove("REDIS_URL");
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => return format!("{program} could not be started: {error}"),
    };
    let mut said = Vec::new();
    let whole = async {
        if let Some(stderr) = child.stderr.take() {
            let mut kept = stderr.take(WARM_UP_OUTPUT_BYTES as u64);
            let _cut = kept.read_to_end(&mut said).await;
            // A program that says more is not to wait for us.
            let _rest = tokio::io::copy(&mut kept.into_inner(), &mut tokio::io::sink()).await;
        }
        child.wait().await
    };
    match tokio::time::timeout(Duration::from_millis(WARM_UP_MS), whole).await {
        Ok(Ok(status)) if status.success() => format!("{program} succeeded"),
        Ok(Ok(status)) => {
            let last = String::from_utf8_lossy(&said).lines().last().unwrap_or_default().to_owned();
            format!("{program} failed ({status}): {}", Name::from(last.as_str()))
        }
        Ok(Err(error)) => format!("{program} could not be waited for: {error}"),
        Err(_) => format!("{program} was ended: it took longer than {} minutes", WARM_UP_MS / 60_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|&word| word.to_owned()).collect()
    }

    #[tokio::test]
    async fn what_a_program_did_is_told_in_one_line_and_no_shell_reads_its_arguments() {
        assert_eq!(run(&words(&["true", "; false"])).await, "true succeeded");
        let failed = run(&words(&["ls", "--no-such-option"])).await;
        assert!(failed.starts_with("ls failed (exit status: 2)"), "{failed}");
        assert!(run(&words(&["no-such-program-here"])).await.contains("could not be started"));
    }
}
