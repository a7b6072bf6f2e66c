//! A reply of the server, in one shape for RESP2 and RESP3.
//!
//! Knows the shapes; does not know which command was answered. Invariant: reading a value never fails,
//! it only answers `None`; integers are `i64` because servers do send negative ones where none are expected.

mod form;

use crate::core::model::refusals::RefusalCode;
use std::borrow::Cow;

/// A reply, after the differences between the protocol versions have been taken away.
#[derive(Clone, Debug, PartialEq)]
pub enum Resp {
    /// Nil of either protocol.
    Nil,
    /// An integer.
    Int(i64),
    /// A floating point number (RESP3).
    Double(f64),
    /// A boolean (RESP3).
    Bool(bool),
    /// A bulk, simple or verbatim string.
    Bytes(Bulk),
    /// An array, set or push.
    Array(Vec<Resp>),
    /// A map (RESP3), in the order sent.
    Map(Vec<(Resp, Resp)>),
    /// An error reply.
    Error(Box<ErrorReply>),
}

/// Bytes of a string up to this length stand in the reply itself: names of fields, of consumers and ids do.
const SHORT_BYTES: usize = 30;

/// The bytes of a string.
#[derive(Clone)]
pub enum Bulk {
    /// A short one, and how long it is.
    Short(u8, [u8; SHORT_BYTES]),
    /// Any other.
    Long(Box<[u8]>),
}

impl From<&[u8]> for Bulk {
    fn from(bytes: &[u8]) -> Self {
        let mut short = [0; SHORT_BYTES];
        match (short.get_mut(..bytes.len()), u8::try_from(bytes.len())) {
            (Some(place), Ok(len)) => {
                place.copy_from_slice(bytes);
                Self::Short(len, short)
            }
            _ => Self::Long(bytes.into()),
        }
    }
}

impl std::ops::Deref for Bulk {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Short(len, bytes) => bytes.get(..usize::from(*len)).unwrap_or_default(),
            Self::Long(bytes) => bytes,
        }
    }
}

impl PartialEq for Bulk {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl std::fmt::Debug for Bulk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        (**self).fmt(f)
    }
}

/// An error reply: `code` is its first word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorReply {
    /// The first word, such as `NOPERM`, `WRONGTYPE` or `ERR`.
    pub code: String,
    /// What follows it.
    pub text: String,
}

/// What an error reply means for whoever asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The user may not run this command at all.
    DeniedCommand,
    /// The user may run the command, not on this key.
    DeniedKey,
    /// The connection has no valid credentials.
    Unauthenticated,
    /// The server has no such command, subcommand or option.
    Unsupported,
    /// The key, group or consumer is not there (any more).
    Gone,
    /// The key holds something else.
    WrongType,
    /// The key, if there is one, is on another node of the cluster, or on its way there: no data.
    Moved,
    /// The server is loading its data, or a script holds it.
    Busy,
    /// Anything else.
    Other,
}

impl ErrorReply {
    /// Splits the text of an error reply at its first blank.
    pub fn new(line: &str) -> Self {
        let (code, text) = line.split_once(' ').unwrap_or((line, ""));
        Self::of(code, text)
    }

    /// An error by its first word and what follows it. Servers before 7.0 wrap the error of a command in a script
    /// (`ERR Error running script (call to f_…): @user_script:1: @user_script: 1: -READONLY You can't …`):
    /// it is taken as if the command had been sent by itself.
    pub fn of(code: &str, text: &str) -> Self {
        let (code, text) = raised_in_script(text)
            .and_then(|line| line.split_once(' '))
            .filter(|(word, _)| word.bytes().all(|byte| byte.is_ascii_uppercase()))
            .unwrap_or((code, text));
        Self { code: code.to_owned(), text: text.to_owned() }
    }

    /// What the command was refused for, where that is one of those on which something depends.
    pub fn refusal(&self) -> Option<RefusalCode> {
        RefusalCode::of(&self.code)
    }

    /// Whether the user may not do it, or not with this key.
    pub fn is_denied(&self) -> bool {
        matches!(self.kind(), ErrorKind::DeniedCommand | ErrorKind::DeniedKey)
    }

    /// What this means, judged by its wording in the servers from 5.0 on (Redis, Valkey, managed services).
    pub fn kind(&self) -> ErrorKind {
        let text = self.text.to_ascii_lowercase();
        match self.refusal() {
            _ if text.contains("permissions to access a key")
                || text.contains("keys used as arguments")
                || text.contains("can't access at least one of the keys") =>
            {
                ErrorKind::DeniedKey
            }
            Some(RefusalCode::NoPerm) => ErrorKind::DeniedCommand,
            Some(RefusalCode::NoAuth | RefusalCode::WrongPass) => ErrorKind::Unauthenticated,
            Some(RefusalCode::Moved | RefusalCode::Ask | RefusalCode::TryAgain) => ErrorKind::Moved,
            Some(RefusalCode::Loading | RefusalCode::Busy | RefusalCode::MasterDown) => ErrorKind::Busy,
            _ if self.code == "WRONGTYPE" => ErrorKind::WrongType,
            _ if self.code == "NOGROUP" => ErrorKind::Gone,
            _ if self.code == "NOPROTO" => ErrorKind::Unsupported,
            _ if text.contains("no such key") => ErrorKind::Gone,
            _ if text.contains("nopermission")
                || text.contains("acl failure in script")
                || text.contains("the user executing the script can't run") =>
            {
                ErrorKind::DeniedCommand
            }
            _ if text.contains("unknown command")
                || text.contains("unknown subcommand")
                || text.contains("unknown redis command")
                || text.contains("syntax error")
                || text.contains("wrong number of arguments")
                || text.contains("not supported")
                || text.contains("disabled") =>
            {
                ErrorKind::Unsupported
            }
            _ => ErrorKind::Other,
        }
    }
}

impl ErrorReply {
    /// Where a key is that is not on this node, as the server says it (`127.0.0.1:6381`); `None` where it does not.
    pub fn other_node(&self) -> Option<&str> {
        let is_told = matches!(self.refusal(), Some(RefusalCode::Moved | RefusalCode::Ask));
        self.text.split(' ').nth(1).filter(|address| is_told && !address.is_empty())
    }
}

impl std::fmt::Display for ErrorReply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let line =
            if self.text.is_empty() { self.code.clone() } else { format!("{} {}", self.code, self.text) };
        f.pad(&crate::core::model::Name::from(line.as_str()).to_string())
    }
}

impl Resp {
    /// A string of these bytes.
    pub fn bulk(bytes: impl AsRef<[u8]>) -> Self {
        Self::Bytes(Bulk::from(bytes.as_ref()))
    }

    /// The error reply of this line.
    pub fn error(line: &str) -> Self {
        Self::Error(Box::new(ErrorReply::new(line)))
    }

    /// The bytes of a string, or the digits of a number.
    pub fn bytes(&self) -> Option<Cow<'_, [u8]>> {
        match self {
            Self::Bytes(bytes) => Some(Cow::Borrowed(bytes)),
            Self::Int(number) => Some(Cow::Owned(number.to_string().into_bytes())),
            Self::Double(number) => Some(Cow::Owned(number.to_string().into_bytes())),
            _ => None,
        }
    }

    /// The string as text, with bytes that are not UTF-8 replaced. For server-made text only, never for names.
    pub fn text(&self) -> Option<String> {
        self.bytes().map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The integer, also where it was sent as text.
    pub fn int(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            Self::Bool(value) => Some(i64::from(*value)),
            Self::Double(number) if number.is_finite() => Some(*number as i64),
            Self::Bytes(bytes) => std::str::from_utf8(bytes).ok()?.trim().parse().ok(),
            _ => None,
        }
    }

    /// The integer where it is not negative.
    pub fn count(&self) -> Option<u64> {
        self.int().and_then(|number| u64::try_from(number).ok())
    }

    /// Something counted that a server can hold; `None` for what fell below zero there and shows as a huge number.
    pub fn held(&self) -> Option<u64> {
        self.count().filter(|&count| count <= crate::core::limits::HELD_MAX)
    }

    /// The items of an array.
    pub fn items(&self) -> Option<&[Self]> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    /// Field and value pairs of a RESP3 map, a flat RESP2 array, or an array of pairs. Odd rests are dropped.
    pub fn pairs(&self) -> impl Iterator<Item = (Cow<'_, [u8]>, &Self)> {
        let (map, items): (&[_], &[_]) = match self {
            Self::Map(pairs) => (pairs, &[]),
            Self::Array(items) => (&[], items),
            _ => (&[], &[]),
        };
        let as_pair = |item: &Self| matches!(item, Self::Array(pair) if pair.len() == 2);
        let (nested, flat) = if items.iter().all(as_pair) { (items, &[][..]) } else { (&[][..], items) };
        let of_map = map.iter().map(|(key, value)| (key, value));
        let of_nested = nested.iter().filter_map(Self::items).filter_map(pair_of);
        let of_flat = flat.chunks_exact(2).filter_map(pair_of);
        let all = of_map.chain(of_nested).chain(of_flat);
        all.filter_map(|(key, value)| Some((key.bytes()?, value)))
    }

    /// Length of this reply as the server would have sent it (RESP2 encoding), in bytes.
    pub fn encoded_len(&self) -> u64 {
        let header = |len: usize| 3 + decimal_digits(len as u64);
        match self {
            Self::Nil => 5,
            Self::Int(number) => 3 + u64::from(*number < 0) + decimal_digits(number.unsigned_abs()),
            Self::Double(number) => 3 + number.to_string().len() as u64,
            Self::Bool(_) => 4,
            Self::Bytes(bytes) => header(bytes.len()) + bytes.len() as u64 + 2,
            Self::Array(items) => header(items.len()) + items.iter().map(Self::encoded_len).sum::<u64>(),
            Self::Map(pairs) => {
                header(pairs.len())
                    + pairs.iter().map(|(key, value)| key.encoded_len() + value.encoded_len()).sum::<u64>()
            }
            Self::Error(refusal) => 4 + refusal.code.len() as u64 + refusal.text.len() as u64,
        }
    }
}

/// The error of a command inside a script, without what servers before 7.0 put round it.
fn raised_in_script(text: &str) -> Option<&str> {
    let place = text.strip_prefix("Error running script (call to ")?.split_once("@user_script: ")?.1;
    place.split_once(": -").map(|(_, line)| line)
}

fn pair_of(pair: &[Resp]) -> Option<(&Resp, &Resp)> {
    match pair {
        [key, value] => Some((key, value)),
        _ => None,
    }
}

/// How many digits the number has in decimal.
pub(crate) fn decimal_digits(number: u64) -> u64 {
    u64::from(number.checked_ilog10().unwrap_or(0)) + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn denials_of_commands_and_of_keys_are_told_apart_in_every_wording() {
        for (line, kind) in [
            (
                "NOPERM this user has no permissions to run the 'xinfo' command or its subcommand",
                ErrorKind::DeniedCommand,
            ),
            (
                "NOPERM User lim has no permissions to run the 'xinfo|stream' command",
                ErrorKind::DeniedCommand,
            ),
            (
                "NOPERM this user has no permissions to access one of the keys used as arguments",
                ErrorKind::DeniedKey,
            ),
            ("NOPERM No permissions to access a key", ErrorKind::DeniedKey),
            (
                "ERR The user executing the script can't run this command or subcommand script: 3c, on @user_script:1.",
                ErrorKind::DeniedCommand,
            ),
            (
                "ERR Error running script (call to f_3c): @user_script:1: @user_script: 1: The user executing the script can't run this command or subcommand",
                ErrorKind::DeniedCommand,
            ),
            (
                "ERR ACL failure in script: User u has no permissions to run the 'xrange' command script: on @user_script:1.",
                ErrorKind::DeniedCommand,
            ),
            (
                "ERR The user executing the script can't access at least one of the keys mentioned in the command arguments script: 67, on @user_script:1.",
                ErrorKind::DeniedKey,
            ),
            (
                "ERR ACL failure in script: No permissions to access a key script: 67, on @user_script:1.",
                ErrorKind::DeniedKey,
            ),
            ("ERR unknown command `CONFIG`, with args beginning with: `GET`, ", ErrorKind::Unsupported),
            (
                "ERR Unknown subcommand or wrong number of arguments for 'X'. Try CLIENT HELP.",
                ErrorKind::Unsupported,
            ),
            ("ERR syntax error", ErrorKind::Unsupported),
            ("NOPROTO unsupported protocol version", ErrorKind::Unsupported),
            ("ERR no such key", ErrorKind::Gone),
            ("ERR no such key script: b5e, on @user_script:1.", ErrorKind::Gone),
            ("NOGROUP No such key 'k' or consumer group 'g'", ErrorKind::Gone),
            ("WRONGTYPE Operation against a key holding the wrong kind of value", ErrorKind::WrongType),
            ("LOADING Redis is loading the dataset in memory", ErrorKind::Busy),
            ("OOM command not allowed", ErrorKind::Other),
            ("MOVED 3999 127.0.0.1:6381", ErrorKind::Moved),
            ("ASK 3999 127.0.0.1:6381", ErrorKind::Moved),
            ("TRYAGAIN Multiple keys request during rehashing of slot", ErrorKind::Moved),
        ] {
            assert_eq!(ErrorReply::new(line).kind(), kind, "{line}");
        }
    }

    #[test]
    fn pairs_are_the_same_from_a_map_a_flat_array_and_an_array_of_pairs() {
        let key = || Resp::bulk(b"a");
        let expected = vec![(Cow::Borrowed(&b"a"[..]), &Resp::Int(1))];
        assert_eq!(Resp::Map(vec![(key(), Resp::Int(1))]).pairs().collect::<Vec<_>>(), expected);
        assert_eq!(Resp::Array(vec![key(), Resp::Int(1)]).pairs().collect::<Vec<_>>(), expected);
        assert_eq!(
            Resp::Array(vec![Resp::Array(vec![key(), Resp::Int(1)])]).pairs().collect::<Vec<_>>(),
            expected
        );
        assert_eq!(Resp::Array(vec![key()]).pairs().count(), 0);
    }

    #[test]
    fn strings_are_what_they_were_made_of_and_a_value_stays_small() {
        for len in [0, 1, 29, 30, 31, 1_000] {
            let bytes = vec![b'x'; len];
            assert_eq!(Resp::bulk(&bytes).bytes().as_deref(), Some(bytes.as_slice()));
        }
        assert_eq!(std::mem::size_of::<Resp>(), 32);
    }

    #[test]
    fn encoded_length_is_that_of_the_protocol() {
        assert_eq!(Resp::bulk(b"hello").encoded_len(), "$5\r\nhello\r\n".len() as u64);
        assert_eq!(Resp::Array(vec![Resp::Int(10)]).encoded_len(), "*1\r\n:10\r\n".len() as u64);
    }
}
