//! Replies out of the bytes that a server sends, both versions of the protocol.
//!
//! Knows the frames of the protocol and how much of each may come; not what was asked. Invariants: what is beyond a
//! bound is refused before it is kept, a length that is only claimed included; an error is short and ASCII (servers
//! put key names into errors as they are); where the network cuts makes no difference; attributes and messages that
//! nobody asked for are dropped, a reply that nobody asked for ends the stream.

use super::quota::{Breach, Quota};
use crate::core::limits::{ERROR_TEXT_BYTES, REPLY_DEPTH, REPLY_LINE_BYTES};
use crate::core::wire::Resp;

/// What begins a reply of either protocol.
pub(super) const KINDS: &[u8] = b"+-:$*%_#,(=~|>!";

/// Bytes that one read takes in.
const READ_BYTES: usize = 64 << 10;

/// What was read and is no whole reply yet.
#[derive(Debug, Default)]
pub(super) struct ReplyReader {
    buffer: Vec<u8>,
    /// Where what was not taken begins.
    at: usize,
    /// Bytes without which nothing more can be taken.
    needed: usize,
    /// Lists that are not complete, the outermost first.
    open: Vec<OpenList>,
    /// Inside a reply, or a message.
    began: bool,
    /// The beginning of an error whose rest is dropped as it comes.
    cut: Option<Vec<u8>>,
}

/// A list of which some items are still to come.
#[derive(Debug)]
enum OpenList {
    Array {
        left: u64,
        items: Vec<Resp>,
    },
    Map {
        left: u64,
        key: Option<Resp>,
        pairs: Vec<(Resp, Resp)>,
    },
    /// An attribute, which is dropped: what it belongs to comes next.
    Attribute {
        left: u64,
    },
    /// A message that nobody asked for.
    Message {
        left: u64,
    },
}

/// What stands next in the buffer.
enum Item {
    Value(Resp),
    List(OpenList),
    /// A message or an attribute without items.
    Nothing,
}

/// Not enough bytes, or a bound.
type Read<T> = Result<Option<T>, Breach>;

impl ReplyReader {
    /// Where to read more into: it has room.
    pub(super) fn room(&mut self) -> &mut Vec<u8> {
        self.buffer.drain(..self.at);
        self.at = 0;
        let missing = self.needed.saturating_sub(self.buffer.len());
        // What a server claims is not believed: memory grows with what comes.
        self.buffer.reserve(missing.min(self.buffer.len()).max(READ_BYTES));
        &mut self.buffer
    }

    /// What was read and not taken.
    pub(super) fn rest(&self) -> &[u8] {
        self.buffer.get(self.at..).unwrap_or_default()
    }

    /// The next reply, if all of it is here.
    ///
    /// # Errors
    /// What comes is longer than its bound, no reply, or one that nobody asked for.
    pub(super) fn next(&mut self, quota: &mut Quota) -> Read<Resp> {
        while self.rest().len() >= self.needed.max(1) {
            if !self.began {
                if self.rest().first() != Some(&b'>') {
                    quota.begin_reply()?;
                }
                self.began = true;
            }
            let Some(item) = self.item(quota)? else { return Ok(None) };
            self.needed = 0;
            let value = match item {
                Item::Value(value) => value,
                Item::List(_) if self.open.len() >= REPLY_DEPTH => return Err(quota.break_off()),
                Item::List(list) => {
                    self.open.push(list);
                    continue;
                }
                Item::Nothing => {
                    if self.open.is_empty() {
                        self.end(false, quota);
                    }
                    continue;
                }
            };
            if let Some(reply) = self.place(value) {
                self.end(reply.is_some(), quota);
                if reply.is_some() {
                    return Ok(reply);
                }
            }
        }
        Ok(None)
    }

    /// A reply or a message is complete.
    fn end(&mut self, is_reply: bool, quota: &mut Quota) {
        self.began = false;
        quota.end_reply(is_reply);
    }

    /// Puts a value where it belongs. What is complete then: a reply, or a message (`None`).
    fn place(&mut self, value: Resp) -> Option<Option<Resp>> {
        let mut value = value;
        loop {
            let Some(list) = self.open.last_mut() else { return Some(Some(value)) };
            match list {
                OpenList::Array { left, items } => {
                    items.push(value);
                    *left -= 1;
                }
                OpenList::Map { left, key, pairs } => match key.take() {
                    None => *key = Some(value),
                    Some(key) => {
                        pairs.push((key, value));
                        *left -= 1;
                    }
                },
                OpenList::Attribute { left } | OpenList::Message { left } => *left -= 1,
            }
            if list.left() > 0 {
                return None;
            }
            match self.open.pop()? {
                OpenList::Array { items, .. } => value = Resp::Array(items),
                OpenList::Map { pairs, .. } => value = Resp::Map(pairs),
                OpenList::Attribute { .. } => return None,
                OpenList::Message { .. } => return Some(None),
            }
        }
    }

    /// The value, or the head of the list, that stands next.
    fn item(&mut self, quota: &mut Quota) -> Read<Item> {
        if self.cut.is_some() {
            return self.rest_of_error(quota);
        }
        let rest = self.buffer.get(self.at..).unwrap_or_default();
        let Some((&kind, after)) = rest.split_first() else { return Ok(None) };
        if kind == b'-' {
            return self.error(quota);
        }
        if !KINDS.contains(&kind) {
            return Err(quota.break_off());
        }
        let Some(len) = line_len(after) else {
            self.needed = rest.len() + 1;
            return if rest.len() as u64 > REPLY_LINE_BYTES { Err(quota.break_off()) } else { Ok(None) };
        };
        if len as u64 > REPLY_LINE_BYTES {
            return Err(quota.break_off());
        }
        let line = after.get(..len).unwrap_or_default();
        let head = 1 + len + 2;
        let number = number(line);
        let value = match kind {
            b'$' | b'=' | b'!' => {
                let Some(number) = number.or_else(|| is_long(line).then_some(i64::MAX)) else {
                    return Err(quota.break_off());
                };
                match u64::try_from(number) {
                    Err(_) => Resp::Nil,
                    Ok(bytes) => {
                        quota.check((head as u64).saturating_add(bytes), 1)?;
                        let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
                        let whole = head.saturating_add(bytes).saturating_add(2);
                        let Some(payload) = rest.get(head..whole).and_then(|it| it.strip_suffix(b"\r\n"))
                        else {
                            self.needed = whole;
                            return if rest.len() >= whole { Err(quota.break_off()) } else { Ok(None) };
                        };
                        let value = payload_value(kind, payload);
                        return self.take(whole, Item::Value(value), quota);
                    }
                }
            }
            b'*' | b'~' | b'%' | b'|' | b'>' => {
                let Some(number) = number.or_else(|| is_long(line).then_some(i64::MAX)) else {
                    return Err(quota.break_off());
                };
                match u64::try_from(number) {
                    Err(_) => Resp::Nil,
                    Ok(count) => {
                        let each = if matches!(kind, b'%' | b'|') { 2 } else { 1 };
                        quota.check(head as u64, count.saturating_mul(each).saturating_add(1))?;
                        let item = self.list(kind, count);
                        return self.take(head, item, quota);
                    }
                }
            }
            _ => match plain(kind, line, number) {
                Some(value) => value,
                None => return Err(quota.break_off()),
            },
        };
        self.take(head, Item::Value(value), quota)
    }

    /// A list of so many items, or pairs.
    fn list(&self, kind: u8, count: u64) -> Item {
        // Of a list that is only claimed nothing is kept ready.
        let ready = usize::try_from(count).unwrap_or(usize::MAX).min(1024);
        match (kind, count) {
            (b'%', 0) => Item::Value(Resp::Map(Vec::new())),
            (b'%', left) => Item::List(OpenList::Map { left, key: None, pairs: Vec::with_capacity(ready) }),
            (b'|', 0) => Item::Nothing,
            (b'>', 0) if self.open.is_empty() => Item::Nothing,
            (b'|', left) => Item::List(OpenList::Attribute { left: left.saturating_mul(2) }),
            (b'>', left) if self.open.is_empty() => Item::List(OpenList::Message { left }),
            (_, 0) => Item::Value(Resp::Array(Vec::new())),
            (_, left) => Item::List(OpenList::Array { left, items: Vec::with_capacity(ready) }),
        }
    }

    /// Counts what was taken and goes past it.
    fn take(&mut self, bytes: usize, item: Item, quota: &mut Quota) -> Read<Item> {
        quota.count(bytes as u64, 1)?;
        self.at += bytes;
        Ok(Some(item))
    }

    /// An error: a line that may be long.
    fn error(&mut self, quota: &mut Quota) -> Read<Item> {
        let rest = self.buffer.get(self.at + 1..).unwrap_or_default();
        let kept = rest.get(..ERROR_TEXT_BYTES.min(rest.len())).unwrap_or_default();
        match line_len(rest) {
            Some(len) => {
                let error = error_of(kept.get(..len).unwrap_or(kept));
                quota.count_dropped(len.saturating_sub(kept.len()) as u64)?;
                self.at += len.saturating_sub(kept.len());
                let taken = 1 + len.min(kept.len()) + 2;
                self.take(taken, Item::Value(error), quota)
            }
            None if rest.len() <= ERROR_TEXT_BYTES => {
                self.needed = rest.len() + 2;
                Ok(None)
            }
            None => {
                let kept = kept.to_vec();
                quota.count(1 + kept.len() as u64, 1)?;
                self.at += 1 + kept.len();
                self.cut = Some(kept);
                self.rest_of_error(quota)
            }
        }
    }

    /// Drops what follows the beginning of a long error.
    fn rest_of_error(&mut self, quota: &mut Quota) -> Read<Item> {
        let rest = self.buffer.get(self.at..).unwrap_or_default();
        match line_len(rest) {
            Some(len) => {
                quota.count_dropped(len as u64 + 2)?;
                self.at += len + 2;
                Ok(self.cut.take().map(|kept| Item::Value(error_of(&kept))))
            }
            None => {
                // The first half of the line end may be here.
                let dropped = rest.len() - usize::from(rest.last() == Some(&b'\r'));
                quota.count_dropped(dropped as u64)?;
                self.at += dropped;
                self.needed = self.rest().len() + 1;
                Ok(None)
            }
        }
    }
}

impl OpenList {
    fn left(&self) -> u64 {
        match self {
            Self::Array { left, .. }
            | Self::Map { left, .. }
            | Self::Attribute { left }
            | Self::Message { left } => *left,
        }
    }
}

/// A reply, or a message as a list, of which all is here, and nothing more.
pub(super) fn whole(mut bytes: Vec<u8>) -> Option<Resp> {
    if let Some(kind) = bytes.first_mut().filter(|kind| **kind == b'>') {
        *kind = b'*';
    }
    let mut reader = ReplyReader { buffer: bytes, ..ReplyReader::default() };
    let reply = reader.next(&mut Quota::default()).ok().flatten();
    reply.filter(|_| reader.rest().is_empty())
}

/// Bytes before the line end, if it is here.
fn line_len(bytes: &[u8]) -> Option<usize> {
    let mut from = 0;
    loop {
        let at = from + bytes.get(from..)?.iter().position(|&byte| byte == b'\n')?;
        match at.checked_sub(1).filter(|&before| bytes.get(before) == Some(&b'\r')) {
            Some(len) => return Some(len),
            None => from = at + 1,
        }
    }
}

/// A number as the protocol has it.
fn number(line: &[u8]) -> Option<i64> {
    let (is_negative, digits) = match line {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] | digits => (false, digits),
    };
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_i64, |number, digit| {
        let digit = i64::from(digit.is_ascii_digit().then(|| digit - b'0')?);
        let tens = number.checked_mul(10)?;
        if is_negative { tens.checked_sub(digit) } else { tens.checked_add(digit) }
    })
}

/// A number that is too long for one.
fn is_long(line: &[u8]) -> bool {
    !line.is_empty() && line.iter().all(u8::is_ascii_digit)
}

/// What comes with its length.
fn payload_value(kind: u8, payload: &[u8]) -> Resp {
    match kind {
        b'!' => error_of(payload),
        // `txt:` or `mkd:` stands before the text.
        b'=' => Resp::bulk(payload.get(4..).unwrap_or_default()),
        _ => Resp::bulk(payload),
    }
}

/// What stands in a line of its own.
fn plain(kind: u8, line: &[u8], number: Option<i64>) -> Option<Resp> {
    match kind {
        b'+' | b'(' => Some(Resp::bulk(line)),
        b':' => number.map(Resp::Int),
        b'_' => Some(Resp::Nil),
        b'#' => match line {
            b"t" => Some(Resp::Bool(true)),
            b"f" => Some(Resp::Bool(false)),
            _ => None,
        },
        b',' => std::str::from_utf8(line).ok()?.trim().parse().ok().map(Resp::Double),
        _ => None,
    }
}

/// An error, cut, with `?` for what is not ASCII.
fn error_of(text: &[u8]) -> Resp {
    let text = text.get(..ERROR_TEXT_BYTES.min(text.len())).unwrap_or_default();
    let ascii = |&byte: &u8| if byte.is_ascii() { char::from(byte) } else { '?' };
    Resp::error(&text.iter().map(ascii).collect::<String>())
}

#[cfg(test)]
mod tests;
