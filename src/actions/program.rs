//! Runs a program of the operator's own and keeps what it says.
//!
//! Knows programs, their arguments and their output; no shell reads anything. Invariants: it ends, with all that it began, and
//! what it says is bounded; no password is in its environment but the one that the config gives it.

use crate::config::Secret;
use crate::config::own::{ProgramOutput, ProgramRun};
use crate::core::limits::OWN_OUTPUT_BYTES;
use crate::core::model::name::shown_line;
use crate::edge::clock;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::process::ExitStatusExt;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};

/// How long `kill` may take.
const KILL_WITHIN: Duration = Duration::from_secs(2);

/// What programs are started with.
#[derive(Clone, Debug, Default)]
pub struct ProgramSetup {
    /// The password of the target, for those that are to have it.
    pub password: Option<Secret>,
    /// Variables of our environment that hold passwords.
    pub hidden: Vec<String>,
}

/// Runs it; what it came to. Who drops this ends the program.
pub async fn run(setup: &ProgramSetup, wanted: &ProgramRun) -> ProgramOutput {
    let began_us = clock::now_us();
    let told = |end: String, is_error, lines| ProgramOutput {
        name: wanted.name.clone(),
        end,
        is_error,
        lines,
        took_ms: clock::now_us().saturating_sub(began_us) / 1_000,
    };
    let mut child = match command(setup, wanted).spawn() {
        Ok(child) => child,
        Err(error) => return told(format!("could not be started: {error}"), true, Vec::new()),
    };
    let (mut out, mut err) = (ProgramSpeech::default(), ProgramSpeech::default());
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let whole = async {
        tokio::join!(out.listen(stdout), err.listen(stderr));
        child.wait().await
    };
    let ended = tokio::time::timeout(Duration::from_millis(wanted.timeout_ms), whole).await;
    let lines = lines(&out, &err);
    match ended {
        Ok(Ok(status)) => told(words(status), !status.success(), lines),
        Ok(Err(error)) => told(format!("could not be waited for: {error}"), true, lines),
        Err(_) => {
            end(&mut child).await;
            let seconds = wanted.timeout_ms as f64 / 1_000.0;
            told(format!("was ended: it took longer than {seconds} s"), true, lines)
        }
    }
}

fn command(setup: &ProgramSetup, wanted: &ProgramRun) -> Command {
    let mut words = wanted.words.iter().map(|word| OsString::from_vec(word.clone()));
    let mut command = Command::new(words.next().unwrap_or_default());
    command.args(words).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // In a group of its own it can't read our terminal, and what it began ends with it.
    command.process_group(0).kill_on_drop(true);
    for name in ["REDISCLI_AUTH", "REDIS_URL"].into_iter().chain(setup.hidden.iter().map(String::as_str)) {
        command.env_remove(name);
    }
    if let Some((name, password)) = wanted.password_env.as_ref().zip(setup.password.as_ref()) {
        command.env(name, password.expose());
    }
    command
}

/// Ends a program and what it has begun.
async fn end(child: &mut Child) {
    if let Some(pid) = child.id() {
        let group = format!("-{pid}");
        let mut kill = Command::new("kill");
        kill.args(["-KILL", "--", &group]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let _late = tokio::time::timeout(KILL_WITHIN, kill.kill_on_drop(true).status()).await;
    }
    let _late = tokio::time::timeout(KILL_WITHIN, child.kill()).await;
}

/// What was said on one of its two ways.
#[derive(Default)]
struct ProgramSpeech {
    bytes: Vec<u8>,
    is_cut: bool,
}

impl ProgramSpeech {
    /// Keeps what fits, and goes on to listen: a program that says more is not to wait for us.
    async fn listen(&mut self, from: Option<impl AsyncRead + Unpin>) {
        let Some(from) = from else { return };
        let mut kept = from.take(OWN_OUTPUT_BYTES as u64);
        let _cut = kept.read_to_end(&mut self.bytes).await;
        let more = tokio::io::copy(&mut kept.into_inner(), &mut tokio::io::sink()).await;
        self.is_cut = more.is_ok_and(|more| more > 0);
    }
}

/// Both in lines that a terminal may be shown: what it said, then its complaints.
fn lines(out: &ProgramSpeech, err: &ProgramSpeech) -> Vec<String> {
    let room = OWN_OUTPUT_BYTES.saturating_sub(out.bytes.len());
    let complaints = err.bytes.get(..room.min(err.bytes.len())).unwrap_or_default();
    let is_cut = out.is_cut || err.is_cut || complaints.len() < err.bytes.len();
    let mut lines = split(&out.bytes);
    if !complaints.is_empty() {
        lines.extend((!lines.is_empty()).then(|| "on standard error:".to_owned()));
        lines.extend(split(complaints));
    }
    if is_cut {
        lines.push(format!("(cut: {} kB are kept)", OWN_OUTPUT_BYTES / 1_024));
    }
    lines
}

fn split(bytes: &[u8]) -> Vec<String> {
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    if bytes.is_empty() {
        return Vec::new();
    }
    bytes
        .split(|byte| *byte == b'\n')
        .map(|line| shown_line(line.strip_suffix(b"\r").unwrap_or(line)))
        .collect()
}

fn words(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit code {code}"),
        (None, Some(signal)) => format!("ended by signal {signal}"),
        (None, None) => status.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    fn wanted(words: &[&str]) -> ProgramRun {
        ProgramRun {
            name: "mine".to_owned(),
            words: words.iter().map(|word| word.as_bytes().to_vec()).collect(),
            reads: true,
            timeout_ms: 20_000,
            password_env: None,
        }
    }

    async fn ran(words: &[&str]) -> ProgramOutput {
        run(&ProgramSetup::default(), &wanted(words)).await
    }

    #[tokio::test]
    async fn arguments_come_as_they_are_and_what_it_says_is_harmless() {
        let told =
            ran(&["printf", "%s|\\n", "a b", ";rm -rf *", "$HOME", "\u{1b}[31mred\u{7}\u{202e}x"]).await;
        let lines = ["a b|", ";rm -rf *|", "$HOME|", "\\x1b[31mred\\x07\\xe2\\x80\\xaex|"];
        assert_eq!(
            (told.lines.as_slice(), told.end.as_str()),
            (&lines.map(str::to_owned)[..], "exit code 0")
        );
        let bytes =
            ProgramRun { words: vec![b"printf".to_vec(), b"%s".to_vec(), vec![0xff, b'\t']], ..wanted(&[]) };
        assert_eq!(run(&ProgramSetup::default(), &bytes).await.lines, ["\\xff    "]);
    }

    #[tokio::test]
    async fn how_it_ended_is_told_with_its_complaints() {
        let told = ran(&["sh", "-c", "echo yes; echo no >&2; exit 3"]).await;
        assert_eq!((told.end.as_str(), told.is_error), ("exit code 3", true));
        assert_eq!(told.lines, ["yes", "on standard error:", "no"]);
        assert_eq!(ran(&["sh", "-c", "kill -9 $$"]).await.end, "ended by signal 9");
        let missing = ran(&["no-such-program-here"]).await;
        assert!(missing.is_error && missing.end.contains("could not be started"), "{missing:?}");
        assert_eq!(ran(&["true"]).await.lines, Vec::<String>::new());
    }

    #[tokio::test]
    async fn it_ends_in_time_with_all_that_it_began() {
        let began = Instant::now();
        let folder = tempfile::TempDir::new().unwrap();
        let file = folder.path().join("late");
        // Its child holds the output open and would write after its parent is gone.
        let script = format!("echo early; (sleep 2; echo x > '{}') & sleep 60", file.display());
        let short = ProgramRun { timeout_ms: 300, ..wanted(&["sh", "-c", &script]) };
        let told = run(&ProgramSetup::default(), &short).await;
        assert!(told.is_error && told.end == "was ended: it took longer than 0.3 s", "{told:?}");
        assert_eq!(told.lines, ["early"]);
        assert!(began.elapsed() < Duration::from_secs(2));
        tokio::time::sleep(Duration::from_millis(2_500)).await;
        assert!(!file.exists(), "what it began went on");
    }

    #[tokio::test]
    async fn what_it_says_is_bounded_and_it_does_not_wait_for_us() {
        let told = ran(&["sh", "-c", "yes | head -c 5000000; head -c 5000000 /dev/zero >&2"]).await;
        let bytes: usize = told.lines.iter().map(|line| line.len() + 1).sum();
        assert!(bytes <= OWN_OUTPUT_BYTES + 64, "{bytes}");
        assert!(told.lines.last().unwrap().starts_with("(cut: 64 kB"), "{:?}", told.lines.last());
    }

    #[tokio::test]
    async fn no_password_is_told_but_where_the_config_says_so() {
        let setup = ProgramSetup { password: Some(Secret::new("hunter2")), hidden: vec!["HOME".into()] };
        let all = run(&setup, &wanted(&["env"])).await.lines.join("\n");
        assert!(!all.contains("hunter2") && !all.contains("REDISCLI_AUTH") && all.contains("PATH="), "{all}");
        assert!(!all.lines().any(|line| line.starts_with("HOME=")), "what is hidden is not told: {all}");
        let asked = ProgramRun { password_env: Some("REDISCLI_AUTH".to_owned()), ..wanted(&["env"]) };
        assert!(run(&setup, &asked).await.lines.contains(&"REDISCLI_AUTH=hunter2".to_owned()));
    }
}
