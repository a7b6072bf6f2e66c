//! What a server sends, before the client library sees it: every reply within its bound, every error short and ASCII.
//!
//! The library keeps what comes, however much; it gives up a connection when a simple string or an error holds a byte
//! that is not UTF-8 (servers put key names into errors as they are); and it drops replies that nobody asked for,
//! after which the next ones would answer the wrong questions. Knows the frames of the protocol, not their meaning.
//! Invariants: what is beyond a bound ends the stream before it is kept; of what passes nothing is changed but bytes
//! above 127 in text lines (to `?`) and errors, which are cut.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::quota::{Breach, Quota, Shared};
use crate::core::limits::{ERROR_TEXT_BYTES, REPLY_DEPTH, REPLY_LINE_BYTES};

/// Where in a frame the next byte is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FramePart {
    /// At the byte that says what follows.
    Type,
    /// In an error, of which so much was kept; beyond its bound no more than its line end, of which half may be through.
    Error { kept: usize, has_cr: bool },
    /// In a simple string.
    Text,
    /// In another line: a number or a nil.
    Line,
    /// In the line with the number of items; each counts so often, and so many come on top.
    Items { digits: Digits, each: u64, more: u64 },
    /// In the line with the length of a payload.
    Length(Digits),
    /// In a payload, its line end included.
    Payload { left: u64 },
}

/// A number that is being read; none once it is negative or no number.
type Digits = Option<u64>;

/// A stream of the protocol whose replies are bounded.
pub(super) struct ReplyFilter<S> {
    inner: S,
    frames: FrameWalk,
    quota: Shared,
}

/// Which frame the next byte belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
struct FrameWalk {
    place: FramePart,
    /// Bytes of the line so far, and whether the last of them may begin its end.
    line: u64,
    after_cr: bool,
    /// Items that are still to come, of the outermost list first.
    open: Vec<u64>,
    /// Whether it is a reply, rather than a message that nobody asked for.
    is_reply: bool,
}

impl Default for FrameWalk {
    fn default() -> Self {
        Self { place: FramePart::Type, line: 0, after_cr: false, open: Vec::new(), is_reply: true }
    }
}

impl<S> ReplyFilter<S> {
    /// Wraps a stream at the beginning of a reply.
    pub(super) fn new(inner: S) -> Self {
        Self { inner, frames: FrameWalk::default(), quota: Shared::default() }
    }

    /// What may come.
    pub(super) fn quota(&self) -> Shared {
        self.quota.clone()
    }

    /// The stream as it is, for whoever reads no text of others from it.
    pub(super) fn into_inner(self) -> S {
        self.inner
    }
}

impl FrameWalk {
    /// Goes through `bytes`; how many of them, moved to the front, are to be handed on.
    fn pass(&mut self, bytes: &mut [u8], quota: &mut Quota) -> Result<usize, Breach> {
        let (mut at, mut kept) = (0, 0);
        while let Some(&byte) = bytes.get(at) {
            let run = match self.place {
                // A payload is taken as a whole.
                FramePart::Payload { left } => {
                    usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len() - at).max(1)
                }
                // So is the rest of a long error.
                FramePart::Error { kept, .. } if kept >= ERROR_TEXT_BYTES && !is_line_end(byte) => {
                    let rest = bytes.get(at..).unwrap_or_default();
                    rest.iter().position(|&byte| is_line_end(byte)).unwrap_or(rest.len())
                }
                _ => 1,
            };
            let passes = self.step(byte, run as u64, quota)?;
            if passes {
                if kept != at {
                    bytes.copy_within(at..at + run, kept);
                }
                if run == 1
                    && !byte.is_ascii()
                    && matches!(self.place, FramePart::Text | FramePart::Error { .. })
                    && let Some(byte) = bytes.get_mut(kept)
                {
                    *byte = b'?';
                }
                kept += run;
            }
            at += run;
        }
        Ok(kept)
    }

    /// Takes a byte, or `run` bytes that are alike; whether they are handed on.
    fn step(&mut self, byte: u8, run: u64, quota: &mut Quota) -> Result<bool, Breach> {
        let ends = std::mem::replace(&mut self.after_cr, byte == b'\r') && byte == b'\n';
        if let FramePart::Error { kept, has_cr } = self.place {
            return self.error(byte, (run, ends), (kept, has_cr), quota);
        }
        quota.count(run, 0)?;
        self.line = match self.place {
            FramePart::Type => 0,
            FramePart::Payload { .. } => self.line,
            _ => self.line + 1,
        };
        if self.line > REPLY_LINE_BYTES {
            return Err(quota.break_off());
        }
        match self.place {
            FramePart::Type => self.begin(byte, quota)?,
            FramePart::Text | FramePart::Line if ends => self.end(quota),
            FramePart::Items { digits, each, more } if ends => {
                let items = digits.map_or(0, |count| count.saturating_mul(each).saturating_add(more));
                quota.check(0, items)?;
                if items == 0 {
                    self.end(quota);
                } else if self.open.len() >= REPLY_DEPTH {
                    return Err(quota.break_off());
                } else {
                    self.open.push(items);
                    self.place = FramePart::Type;
                }
            }
            FramePart::Items { digits, each, more } => {
                self.place = FramePart::Items { digits: digit(digits, byte), each, more };
            }
            FramePart::Length(digits) if ends => match digits {
                Some(length) => {
                    quota.check(length, 0)?;
                    self.place = FramePart::Payload { left: length.saturating_add(2) };
                }
                None => self.end(quota),
            },
            FramePart::Length(digits) => self.place = FramePart::Length(digit(digits, byte)),
            FramePart::Payload { left } => match left.saturating_sub(run) {
                0 => self.end(quota),
                left => self.place = FramePart::Payload { left },
            },
            FramePart::Text | FramePart::Line | FramePart::Error { .. } => {}
        }
        Ok(true)
    }

    /// An error passes up to its bound; beyond it a line end is made of the first half and the second that come.
    fn error(
        &mut self,
        byte: u8,
        (run, ends): (u64, bool),
        (kept, has_cr): (usize, bool),
        quota: &mut Quota,
    ) -> Result<bool, Breach> {
        let is_within = kept < ERROR_TEXT_BYTES;
        let passes = is_within || ends || (byte == b'\r' && !has_cr);
        match passes {
            true => quota.count(1, 0)?,
            false => quota.count_dropped(run)?,
        }
        if ends {
            self.end(quota);
        } else {
            let has_cr = if is_within { byte == b'\r' } else { has_cr || byte == b'\r' };
            self.place = FramePart::Error { kept: kept + usize::from(is_within), has_cr };
        }
        Ok(passes)
    }

    fn begin(&mut self, byte: u8, quota: &mut Quota) -> Result<(), Breach> {
        if self.open.is_empty() {
            self.is_reply = byte != b'>';
            if self.is_reply {
                quota.begin_reply()?;
            }
        }
        quota.count(0, 1)?;
        let items = |each, more| FramePart::Items { digits: Some(0), each, more };
        self.place = match byte {
            b'-' => FramePart::Error { kept: 0, has_cr: false },
            b'+' => FramePart::Text,
            b'$' | b'=' | b'!' => FramePart::Length(Some(0)),
            b'*' | b'~' | b'>' => items(1, 0),
            b'%' => items(2, 0),
            // An attribute stands before a value, which is what counts.
            b'|' => items(2, 1),
            _ => FramePart::Line,
        };
        Ok(())
    }

    /// A value has ended, and with it every list whose last one it was.
    fn end(&mut self, quota: &mut Quota) {
        self.place = FramePart::Type;
        while let Some(left) = self.open.last_mut() {
            *left -= 1;
            if *left > 0 {
                return;
            }
            self.open.pop();
        }
        quota.end_reply(self.is_reply);
    }
}

fn is_line_end(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n')
}

/// The number with one more digit; a sign or anything else makes it none.
fn digit(number: Digits, byte: u8) -> Digits {
    match byte {
        b'\r' => number,
        b'0'..=b'9' => Some(number?.saturating_mul(10).saturating_add(u64::from(byte - b'0'))),
        _ => None,
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for ReplyFilter<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        loop {
            let before = buf.filled().len();
            let polled = Pin::new(&mut this.inner).poll_read(cx, buf);
            let Poll::Ready(Ok(())) = polled else { return polled };
            let read = buf.filled_mut().get_mut(before..).unwrap_or_default();
            if read.is_empty() {
                return polled;
            }
            match this.frames.pass(read, &mut this.quota.lock()) {
                // Nothing read means the end of a stream: where all was thrown away, more is read.
                Ok(0) => buf.set_filled(before),
                Ok(kept) => {
                    buf.set_filled(before + kept);
                    return polled;
                }
                Err(_) => {
                    buf.set_filled(before);
                    return Poll::Ready(Err(io::ErrorKind::InvalidData.into()));
                }
            }
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for ReplyFilter<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests;
