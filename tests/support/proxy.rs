//! A proxy in front of a real server: it adds a round trip, and answers some commands itself, with what no real server
//! sends on its own.
//!
//! Knows frames; not what they mean. Invariant: replies leave in the order of the commands, each no sooner than the
//! round trip after its command came.

#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "tests")]

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use crate::server::Server;

/// The words of a command.
pub type Words = Vec<Vec<u8>>;

/// What the proxy answers itself.
pub enum Answer {
    /// This.
    Bytes(Vec<u8>),
    /// This, and then the same piece until the client hangs up.
    Endless(Vec<u8>, Vec<u8>),
    /// What the server says, but so much later.
    After(Duration),
}

type Hook = dyn Fn(&Words) -> Option<Answer> + Send + Sync;

/// A running proxy; its threads end with the connections.
pub struct Proxy {
    socket: PathBuf,
    seen: Arc<Mutex<Vec<(Instant, Words)>>>,
}

impl Proxy {
    /// Begins to listen, with this round trip, and answers what `hook` answers.
    pub fn start(
        server: &Server,
        round_trip: Duration,
        hook: impl Fn(&Words) -> Option<Answer> + Send + Sync + 'static,
    ) -> Self {
        let name = format!("proxy-{}", fastrand::u64(..));
        let (socket, upstream) = (server.folder().join(name), server.socket());
        let listener = UnixListener::bind(&socket).unwrap();
        let (seen, hook): (Arc<Mutex<Vec<_>>>, Arc<Hook>) = (Arc::default(), Arc::new(hook));
        let log = Arc::clone(&seen);
        thread::spawn(move || {
            for client in listener.incoming() {
                let (Ok(client), Ok(server)) = (client, UnixStream::connect(&upstream)) else { return };
                let (hook, log) = (Arc::clone(&hook), Arc::clone(&log));
                thread::spawn(move || serve(client, server, round_trip, &hook, &log));
            }
        });
        Self { socket, seen }
    }

    /// Where it listens.
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// When which commands came whose words begin so.
    pub fn seen(&self, words: &[&str]) -> Vec<Instant> {
        let begins = |command: &Words| {
            command.len() >= words.len()
                && words.iter().zip(command).all(|(word, said)| word.as_bytes().eq_ignore_ascii_case(said))
        };
        let seen = self.seen.lock().unwrap();
        seen.iter().filter(|(_, command)| begins(command)).map(|(at, _)| *at).collect()
    }

    /// When which commands came that have this word.
    pub fn seen_with(&self, word: &str) -> Vec<Instant> {
        let has = |command: &Words| command.iter().any(|said| said == word.as_bytes());
        let seen = self.seen.lock().unwrap();
        seen.iter().filter(|(_, command)| has(command)).map(|(at, _)| *at).collect()
    }
}

fn serve(
    client: UnixStream,
    mut server: UnixStream,
    round_trip: Duration,
    hook: &Arc<Hook>,
    log: &Mutex<Vec<(Instant, Words)>>,
) {
    let (queue, commands) = mpsc::channel::<(Instant, Vec<u8>, Option<Answer>)>();
    let (mut out, mut replies) = (client.try_clone().unwrap(), BufReader::new(server.try_clone().unwrap()));
    let answers = thread::spawn(move || {
        for (came, raw, answer) in commands {
            let wait = |share: u32| {
                thread::sleep((came + round_trip / share).saturating_duration_since(Instant::now()))
            };
            wait(2);
            let (reply, endless) = match answer {
                Some(Answer::Bytes(bytes)) => (bytes, None),
                Some(Answer::Endless(head, piece)) => (head, Some(piece)),
                Some(Answer::After(_)) | None => {
                    if let Some(Answer::After(pause)) = answer {
                        thread::sleep(pause);
                    }
                    let asked = server.write_all(&raw).is_ok();
                    match frame(&mut replies).filter(|_| asked) {
                        Some(reply) => (reply, None),
                        None => break,
                    }
                }
            };
            wait(1);
            let mut sent = out.write_all(&reply);
            while let Some(piece) = endless.as_ref().filter(|_| sent.is_ok()) {
                sent = out.write_all(piece);
            }
            if sent.is_err() {
                break;
            }
        }
        let _ = out.shutdown(std::net::Shutdown::Both);
        let _ = server.shutdown(std::net::Shutdown::Both);
    });
    let mut said = BufReader::new(client);
    while let Some(raw) = frame(&mut said) {
        let words = words(&raw);
        log.lock().unwrap().push((Instant::now(), words.clone()));
        if queue.send((Instant::now(), raw, hook(&words))).is_err() {
            break;
        }
    }
    drop(queue);
    let _ = answers.join();
}

/// The next frame, whole.
fn frame(from: &mut impl BufRead) -> Option<Vec<u8>> {
    let mut line = Vec::new();
    from.read_until(b'\n', &mut line).ok().filter(|read| *read > 0)?;
    let number = std::str::from_utf8(&line[1..]).ok().and_then(|text| text.trim().parse::<i64>().ok());
    let mut rest = Vec::new();
    match line[0] {
        b'$' | b'=' | b'!' if number? >= 0 => {
            rest.resize(usize::try_from(number?).ok()? + 2, 0);
            from.read_exact(&mut rest).ok()?;
        }
        kind @ (b'*' | b'~' | b'>' | b'%' | b'|') => {
            let each = if matches!(kind, b'%' | b'|') { 2 } else { 1 };
            for _ in 0..number?.max(0) * each + i64::from(kind == b'|') {
                rest.extend(frame(from)?);
            }
        }
        _ => {}
    }
    line.extend(rest);
    Some(line)
}

fn words(raw: &[u8]) -> Words {
    let mut words = Vec::new();
    let mut rest = BufReader::new(raw);
    let mut line = Vec::new();
    let _ = rest.read_until(b'\n', &mut line);
    while let Some(word) = frame(&mut rest) {
        let begin = word.iter().position(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        words.push(word[begin..word.len().saturating_sub(2)].to_vec());
    }
    words
}
