//! The first words on a fresh connection: AUTH, HELLO, SELECT, one at a time.
//!
//! Said one by one on the bare stream, since it matters why a password is refused, and what a server says before it is
//! asked (too many clients, protected mode). Knows what each refusal means; does not know how the stream came about.
//! Invariant: no text of a server that might repeat the password leaves this file.

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::super::LinkLedger;
use super::super::manners::Courtesy;
use super::super::stream::{ConnectFailure, Wire};
use super::super::tls;
use super::channel::encoded;
use super::quota::Quota;
use super::reader::{KINDS, ReplyReader};
use crate::config::Target;
use crate::core::model::refusals::RefusalCode;
use crate::core::model::{Fault, Protocol};
use crate::core::wire::{ErrorReply, Resp};
use crate::edge::clock::now_us;

/// Why the first words came to nothing.
pub(super) enum GreetError {
    /// For a reason that another try does not change.
    Failed(ConnectFailure),
    /// The stream ended at HELLO: some proxies hang up at commands they do not know.
    CutAtHello,
}

/// No reply could be read.
enum Break {
    Stream(io::Error),
    Foreign(ConnectFailure),
}

/// A stream, and where refusals on it are noted.
pub(super) struct Talk<'a, S> {
    stream: &'a mut S,
    replies: ReplyReader,
    ledger: &'a LinkLedger,
}

impl<'a, S: Wire> Talk<'a, S> {
    /// The first words on this stream.
    pub(super) fn new(stream: &'a mut S, ledger: &'a LinkLedger) -> Self {
        Self { stream, replies: ReplyReader::default(), ledger }
    }

    /// Whether a word that can be done without may be said.
    fn may(&self, word: Courtesy) -> bool {
        self.ledger.manners().may(word, now_us())
    }

    fn learn(&self, word: Courtesy, reply: &Resp) {
        self.ledger.manners().learn(word, reply, now_us());
    }
}

/// Authenticates, agrees on a protocol (RESP2 without `hello`) and selects the database.
pub(super) async fn greet(
    stream: &mut Talk<'_, impl Wire>,
    target: &Target,
    hello: bool,
) -> Result<Protocol, GreetError> {
    let mut answered = authenticate(stream, target).await.map_err(GreetError::Failed)?;
    let mut protocol = Protocol::Resp2;
    if hello && stream.may(Courtesy::Hello) {
        match exchange(stream, &["HELLO", "3"]).await {
            Ok(reply) => {
                stream.learn(Courtesy::Hello, &reply);
                match &reply {
                    Resp::Error(refusal) => unless_fatal(refusal, target)?,
                    _ => protocol = Protocol::Resp3,
                }
                if is_of_cluster(&reply) && stream.may(Courtesy::ReadOnly) {
                    // Without this a replica sends us to its primary for every key. A primary takes no notice.
                    match exchange(stream, &["READONLY"]).await {
                        Ok(reply) => stream.learn(Courtesy::ReadOnly, &reply),
                        Err(broken) => return Err(GreetError::Failed(cut(broken, target, true))),
                    }
                }
            }
            Err(Break::Stream(error)) if tls::failure(&error).is_none() => {
                return Err(GreetError::CutAtHello);
            }
            Err(broken) => return Err(GreetError::Failed(cut(broken, target, answered))),
        }
        answered = true;
    }
    if protocol == Protocol::Resp2 && stream.may(Courtesy::Ping) {
        // A Redis that loads, or a user who may not PING, answers too: only who refuses us altogether matters.
        match exchange(stream, &["PING"]).await {
            Ok(reply) => {
                stream.learn(Courtesy::Ping, &reply);
                if let Resp::Error(refusal) = reply {
                    unless_fatal(&refusal, target)?;
                }
            }
            Err(broken) => return Err(GreetError::Failed(cut(broken, target, answered))),
        }
    }
    if target.database != 0 {
        select(stream, target).await.map_err(GreetError::Failed)?;
    }
    Ok(protocol)
}

/// Whether HELLO was answered by a node of a cluster.
fn is_of_cluster(hello: &Resp) -> bool {
    hello.pairs().any(|(field, value)| *field == *b"mode" && value.text().as_deref() == Some("cluster"))
}

fn unless_fatal(refusal: &ErrorReply, target: &Target) -> Result<(), GreetError> {
    match fatal(refusal) {
        Some(fault) => Err(GreetError::Failed((fault, said(refusal, target)))),
        None => Ok(()),
    }
}

/// AUTH, if the target has a user or a password. Answers whether the server has said anything.
async fn authenticate(stream: &mut Talk<'_, impl Wire>, target: &Target) -> Result<bool, ConnectFailure> {
    let user = target.username.as_deref();
    let password = target.password.as_ref().map(|secret| secret.expose());
    let mut words = vec!["AUTH"];
    words.extend(user);
    match (user, password) {
        (None, None) => return Ok(false),
        // A user may have no password; then any will do.
        (_, password) => words.push(password.unwrap_or_default()),
    }
    let mut reply = exchange(stream, &words).await.map_err(|broken| cut(broken, target, false))?;
    if let Resp::Error(refusal) = &reply
        && refusal.text.contains("wrong number of arguments")
        && user.is_some()
    {
        // Before Redis 6 there are no users.
        let words = ["AUTH", password.unwrap_or_default()];
        reply = exchange(stream, &words).await.map_err(|broken| cut(broken, target, true))?;
    }
    let Resp::Error(refusal) = reply else { return Ok(true) };
    // First, since the long text about protected mode speaks of passwords too.
    if let Some(fault) = fatal(&refusal) {
        return Err((fault, said(&refusal, target)));
    }
    let text = refusal.text.to_ascii_lowercase();
    if text.contains("without any password configured") || text.contains("no password is set") {
        // The door is open: a key too many is no reason to stay outside.
        return Ok(true);
    }
    let wrong = refusal.refusal() == Some(RefusalCode::WrongPass) || text.contains("invalid password");
    Err(match (wrong, password) {
        (true, Some(_)) => (Fault::WrongPassword, refusal.code),
        (true, None) => (Fault::NoPassword, refusal.code),
        (false, _) if refusal.refusal() == Some(RefusalCode::NoPerm) => {
            (Fault::Denied, said(&refusal, target))
        }
        (false, _) => (Fault::Other, said(&refusal, target)),
    })
}

async fn select(stream: &mut Talk<'_, impl Wire>, target: &Target) -> Result<(), ConnectFailure> {
    let database = target.database.to_string();
    let reply = exchange(stream, &["SELECT", &database]).await.map_err(|broken| cut(broken, target, true))?;
    let Resp::Error(refusal) = reply else { return Ok(()) };
    let fault = match refusal.refusal() {
        Some(RefusalCode::NoPerm) => Fault::Denied,
        Some(RefusalCode::Busy | RefusalCode::Loading) => Fault::Other,
        _ => fatal(&refusal).unwrap_or(Fault::NoDatabase),
    };
    Err((fault, said(&refusal, target)))
}

/// Refusals of the connection itself.
fn fatal(refusal: &ErrorReply) -> Option<Fault> {
    match refusal.refusal() {
        Some(RefusalCode::NoAuth) => Some(Fault::NoPassword),
        _ if refusal.code == "DENIED" => Some(Fault::ProtectedMode),
        _ if refusal.text.contains("max number of clients") => Some(Fault::MaxClients),
        _ => None,
    }
}

/// The server's words. An unknown command is repeated to us with its arguments: those are cut off.
fn said(refusal: &ErrorReply, target: &Target) -> String {
    if matches!(fatal(refusal), Some(Fault::NoPassword | Fault::ProtectedMode)) {
        return refusal.code.clone();
    }
    let line = refusal.to_string();
    let line = line.split(", with args").next().unwrap_or_default().to_owned();
    match target.password.as_ref().map(|secret| secret.expose()).filter(|password| !password.is_empty()) {
        Some(password) => line.replace(password, "***"),
        None => line,
    }
}

fn cut(broken: Break, target: &Target, answered: bool) -> ConnectFailure {
    match broken {
        Break::Foreign(failure) => failure,
        Break::Stream(error) => tls::failure(&error).unwrap_or_else(|| {
            let fault = if target.tls.is_none() && !answered { Fault::TlsPort } else { Fault::Closed };
            (fault, String::new())
        }),
    }
}

/// Sends one command and reads its reply.
async fn exchange(talk: &mut Talk<'_, impl Wire>, words: &[&str]) -> Result<Resp, Break> {
    let flight = talk.ledger.sending(1);
    let words: Vec<Vec<u8>> = words.iter().map(|word| word.as_bytes().to_vec()).collect();
    // A server that turns us away speaks before it is asked and hangs up: then sending fails, and reading
    // tells why.
    if talk.stream.write_all(&encoded(std::iter::once(words.as_slice()))).await.is_ok() {
        let _ = talk.stream.flush().await;
    }
    let reply = receive(talk).await?;
    flight.all_answered([&reply]);
    Ok(reply)
}

async fn receive(talk: &mut Talk<'_, impl Wire>) -> Result<Resp, Break> {
    // Nothing is awaited in it: what a server says before it is asked is an answer too.
    let mut quota = Quota::default();
    loop {
        match talk.replies.next(&mut quota) {
            Ok(Some(reply)) => return Ok(reply),
            Ok(None) => {}
            Err(_) => {
                let unread = (Fault::NotRedis, "its reply can't be read".to_owned());
                return Err(Break::Foreign(foreign(talk.replies.rest()).unwrap_or(unread)));
            }
        }
        match talk.stream.read_buf(talk.replies.room()).await {
            Ok(0) => return Err(Break::Stream(io::ErrorKind::UnexpectedEof.into())),
            Ok(_) => {}
            Err(error) => return Err(Break::Stream(error)),
        }
        if let Some(failure) = foreign(talk.replies.rest()) {
            return Err(Break::Foreign(failure));
        }
    }
}

/// Whether these bytes can't begin a reply of a Redis.
fn foreign(reply: &[u8]) -> Option<ConnectFailure> {
    let first = reply.first()?;
    if KINDS.contains(first) {
        return None;
    }
    // The head of a TLS alert: this is how most TLS servers answer to plain text.
    if reply.starts_with(&[0x15, 0x03]) {
        return Some((Fault::TlsPort, "it sent a TLS alert".to_owned()));
    }
    let line = reply.split(|byte| matches!(byte, b'\r' | b'\n')).next().unwrap_or_default();
    let shown: String = String::from_utf8_lossy(line).chars().take(40).collect();
    Some((Fault::NotRedis, format!("it says '{shown}'")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Address, Secret};

    fn target() -> Target {
        Target {
            name: "t".to_owned(),
            address: Address::Tcp { host: "db".to_owned(), port: 1 },
            tls: None,
            username: None,
            password: Some(Secret::new("hunter2")),
            database: 0,
            production: false,
            memory_limit: None,
        }
    }

    #[test]
    fn a_server_that_repeats_the_password_does_not_make_us_show_it() {
        for line in [
            "ERR unknown command `AUTH`, with args beginning with: `hunter2`, ",
            "ERR unknown command 'AUTH', with args beginning with: 'hunt",
            "ERR bad password hunter2",
        ] {
            let said = said(&ErrorReply::new(line), &target());
            assert!(!said.contains("hunt"), "{said}");
            assert!(said.starts_with("ERR "));
        }
    }

    #[test]
    fn other_servers_are_known_by_their_first_bytes() {
        assert_eq!(foreign(b"-ERR x"), None);
        assert_eq!(foreign(b""), None);
        assert_eq!(foreign(&[0x15, 0x03, 0x03, 0, 2, 2, 70]).unwrap().0, Fault::TlsPort);
        let (fault, detail) = foreign(b"HTTP/1.1 400 Bad Request\r\n").unwrap();
        assert_eq!((fault, detail.as_str()), (Fault::NotRedis, "it says 'HTTP/1.1 400 Bad Request'"));
    }
}
