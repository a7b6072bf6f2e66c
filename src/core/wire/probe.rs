//! What the probe may say: a closed set of commands on names that are its own.
//!
//! Knows how each is written and how long a reply is; not when anything is sent. Invariants: nothing but a
//! [`ProbeName`] is ever published to or written, and what is written ends by itself a minute after the last word.

use crate::core::model::Name;
use crate::core::model::probe::PREFIX;

/// How long the stream lives after it was written to last, milliseconds.
const LIVES_MS: &str = "60000";
/// Entries that it keeps, about.
const KEEPS: &str = "100";
/// How long a read waits on the server, milliseconds.
pub const BLOCK_MS: u64 = 2_000;
/// Length of a message, bytes.
const PAYLOAD: usize = 64;
const GROUP: &str = "probe";

/// A channel or key that only the probe has. There is no way to make one of another name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProbeName(Name);

impl ProbeName {
    /// The name that ends like this; a token that nobody else has keeps two consoles apart.
    pub fn new(token: u64) -> Self {
        Self(Name::from(format!("{PREFIX}{token:016x}").as_str()))
    }

    /// As it is in Redis.
    pub fn name(&self) -> &Name {
        &self.0
    }
}

/// One thing that the probe says: one command, or some that run as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProbeCmd {
    /// `SUBSCRIBE channel`
    Subscribe(ProbeName),
    /// `PUBLISH channel payload`
    Publish(ProbeName, u64),
    /// The stream and its group, with an end: `XGROUP CREATE key probe 0 MKSTREAM`, `PEXPIRE key`, as one.
    Create(ProbeName),
    /// An entry, and the end of the stream put off: `XADD key MAXLEN ~ 100 * s seq`, `PEXPIRE key`, as one.
    Add(ProbeName, u64),
    /// `XREADGROUP GROUP probe probe COUNT 1 BLOCK ms STREAMS key >`
    Read(ProbeName),
    /// `XACK key probe id`
    Acknowledge(ProbeName, Name),
    /// `UNLINK key`
    Remove(ProbeName),
}

impl ProbeCmd {
    /// The commands to send, each in words.
    pub fn commands(&self) -> Vec<Vec<Vec<u8>>> {
        let key = |name: &ProbeName| name.0.as_bytes().to_vec();
        match self {
            Self::Subscribe(channel) => vec![line(&["SUBSCRIBE"], [key(channel)])],
            Self::Publish(channel, seq) => vec![line(&["PUBLISH"], [key(channel), payload(*seq)])],
            Self::Create(stream) => as_one([
                line(&["XGROUP", "CREATE"], [key(stream), GROUP.into(), b"0".into(), b"MKSTREAM".into()]),
                line(&["PEXPIRE"], [key(stream), LIVES_MS.into()]),
            ]),
            Self::Add(stream, seq) => as_one([
                line(
                    &["XADD"],
                    [
                        key(stream),
                        b"MAXLEN".into(),
                        b"~".into(),
                        KEEPS.into(),
                        b"*".into(),
                        b"s".into(),
                        payload(*seq),
                    ],
                ),
                line(&["PEXPIRE"], [key(stream), LIVES_MS.into()]),
            ]),
            Self::Read(stream) => vec![line(
                &[
                    "XREADGROUP",
                    "GROUP",
                    GROUP,
                    GROUP,
                    "COUNT",
                    "1",
                    "BLOCK",
                    &BLOCK_MS.to_string(),
                    "STREAMS",
                ],
                [key(stream), b">".into()],
            )],
            Self::Acknowledge(stream, id) => {
                vec![line(&["XACK"], [key(stream), GROUP.into(), id.as_bytes().to_vec()])]
            }
            Self::Remove(stream) => vec![line(&["UNLINK"], [key(stream)])],
        }
    }

    /// What the commands are called in `INFO commandstats`.
    pub fn stat_names(&self) -> &'static [&'static str] {
        match self {
            Self::Subscribe(_) => &["subscribe"],
            Self::Publish(..) => &["publish"],
            Self::Create(_) => &["multi", "xgroup|create", "pexpire", "exec"],
            Self::Add(..) => &["multi", "xadd", "pexpire", "exec"],
            Self::Read(_) => &["xreadgroup"],
            Self::Acknowledge(..) => &["xack"],
            Self::Remove(_) => &["unlink"],
        }
    }
}

fn line<const N: usize>(command: &[&str], rest: [Vec<u8>; N]) -> Vec<Vec<u8>> {
    command.iter().map(|word| word.as_bytes().to_vec()).chain(rest).collect()
}

fn as_one<const N: usize>(commands: [Vec<Vec<u8>>; N]) -> Vec<Vec<Vec<u8>>> {
    let (begin, end) = (line(&["MULTI"], []), line(&["EXEC"], []));
    std::iter::once(begin).chain(commands).chain([end]).collect()
}

/// The number of a message, filled up to its length.
fn payload(seq: u64) -> Vec<u8> {
    let mut payload = seq.to_string().into_bytes();
    payload.push(b' ');
    payload.resize(PAYLOAD, b'.');
    payload
}

/// The number of the message that these bytes end with, where they end with one: quick, for it stands between a
/// subscriber and the next.
pub fn seq_at_end(bytes: &[u8]) -> Option<u64> {
    let body = bytes.strip_suffix(b"\r\n")?;
    seq_of(body.get(body.len().checked_sub(PAYLOAD)?..)?)
}

/// The number that a message carries.
pub fn seq_of(payload: &[u8]) -> Option<u64> {
    let end = payload.iter().position(|byte| *byte == b' ')?;
    let digits = payload.get(..end)?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// Nested as deep as this no reply of ours is.
const DEEPEST: usize = 8;

/// Why bytes are no reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

/// The length of the first reply in these bytes; `None` while it is not all there.
///
/// # Errors
/// When they are none.
pub fn reply_len(bytes: &[u8]) -> Result<Option<usize>, Malformed> {
    let mut at = 0;
    match skip(bytes, &mut at, DEEPEST) {
        Ok(()) => Ok(Some(at)),
        Err(Short::More) => Ok(None),
        Err(Short::Never) => Err(Malformed),
    }
}

enum Short {
    More,
    Never,
}

fn skip(bytes: &[u8], at: &mut usize, deep: usize) -> Result<(), Short> {
    let kind = *bytes.get(*at).ok_or(Short::More)?;
    let rest = bytes.get(*at + 1..).unwrap_or(&[]);
    let end = rest.windows(2).position(|pair| pair == b"\r\n").ok_or(Short::More)?;
    let text = rest.get(..end).and_then(|text| std::str::from_utf8(text).ok());
    let count = || text.and_then(|text| text.parse::<i64>().ok()).ok_or(Short::Never);
    *at += end + 3;
    let items = match kind {
        b'+' | b'-' | b':' | b',' | b'#' | b'_' | b'(' => 0,
        b'$' | b'=' | b'!' => {
            let Ok(len) = usize::try_from(count()?) else { return Ok(()) };
            *at = at.saturating_add(len).saturating_add(2);
            return if *at <= bytes.len() { Ok(()) } else { Err(Short::More) };
        }
        b'*' | b'~' | b'>' => count()?.max(0),
        b'%' => count()?.max(0).saturating_mul(2),
        b'|' => count()?.max(0).saturating_mul(2).saturating_add(1),
        _ => return Err(Short::Never),
    };
    let deeper = deep.checked_sub(usize::from(items > 0)).ok_or(Short::Never)?;
    (0..items).try_for_each(|_| skip(bytes, at, deeper))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lines(command: &ProbeCmd) -> Vec<String> {
        let text = |words: &Vec<Vec<u8>>| {
            words.iter().map(|word| String::from_utf8_lossy(word).into_owned()).collect::<Vec<_>>().join(" ")
        };
        command.commands().iter().map(text).collect()
    }

    #[test]
    fn whatever_is_written_is_the_probes_own_and_has_an_end() {
        let name = ProbeName::new(0xc0ffee);
        assert_eq!(name.name().text(), "__streamgauge:probe:0000000000c0ffee");
        let key = name.name().text();
        for command in [ProbeCmd::Create(name.clone()), ProbeCmd::Add(name.clone(), 7)] {
            let lines = lines(&command);
            assert_eq!(lines.first().unwrap(), "MULTI");
            assert_eq!(lines.get(2).unwrap(), &format!("PEXPIRE {key} 60000"));
            assert_eq!((lines.last().unwrap().as_str(), lines.len()), ("EXEC", 4));
            assert_eq!(command.stat_names().len(), lines.len());
        }
    }

    #[test]
    fn a_message_has_64_bytes_and_carries_its_number() {
        let commands = ProbeCmd::Publish(ProbeName::new(1), 4_711).commands();
        let payload = commands.first().unwrap().last().unwrap();
        assert_eq!((payload.len(), seq_of(payload)), (PAYLOAD, Some(4_711)));
        assert_eq!(seq_of(b"x"), None);
        let message = [b">3\r\n$64\r\n".as_slice(), payload.as_slice(), b"\r\n"].concat();
        assert_eq!(seq_at_end(&message), Some(4_711));
        for end in 0..message.len() {
            assert_eq!(seq_at_end(&message[..end]), None);
        }
    }

    #[test]
    fn a_reply_is_as_long_as_it_says_in_both_protocols() {
        for reply in [
            "+OK\r\n",
            ":12\r\n",
            "$-1\r\n",
            "$3\r\nabc\r\n",
            "*-1\r\n",
            "*2\r\n:1\r\n$1\r\nx\r\n",
            ">3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\n1\r\n",
            "%1\r\n+a\r\n*1\r\n_\r\n",
            "-ERR no\r\n",
        ] {
            let both = format!("{reply}+NEXT\r\n");
            assert_eq!(reply_len(both.as_bytes()), Ok(Some(reply.len())), "{reply:?}");
            for end in 0..reply.len() {
                assert_eq!(reply_len(&reply.as_bytes()[..end]), Ok(None), "{reply:?} {end}");
            }
        }
        assert_eq!(reply_len(b"HTTP/1.1 400\r\n"), Err(Malformed));
        assert_eq!(reply_len("*1\r\n".repeat(50).as_bytes()), Err(Malformed));
    }

    proptest! {
        #[test]
        fn any_bytes_are_measured_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(Some(len)) = reply_len(&bytes) {
                prop_assert!(len <= bytes.len());
            }
        }
    }
}
