//! Makes error lines legible: the client library gives up a connection when a simple string or an error
//! holds a byte that is not UTF-8, and servers put key names into errors as they are.
//!
//! Knows the frames of the protocol, not their meaning. Invariant: nothing but bytes above 127 in the
//! lines of simple strings and errors is changed (to `?`), and no length changes.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Where in a frame the next byte is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FramePart {
    /// At the byte that says what follows.
    Type,
    /// In a simple string or an error.
    Text { after_cr: bool },
    /// In another line: a number, a count, a nil.
    Line,
    /// In the line with the length of a payload; none once it is negative or no number.
    Length(Option<u64>),
    /// In a payload, its line end included.
    Payload { left: u64 },
}

/// A stream of the protocol whose text lines are ASCII.
pub(super) struct Utf8Sanitizer<S> {
    inner: S,
    place: FramePart,
}

impl<S> Utf8Sanitizer<S> {
    /// Wraps a stream at the beginning of a reply.
    pub(super) fn new(inner: S) -> Self {
        Self { inner, place: FramePart::Type }
    }

    /// The stream as it is, for whoever reads no text of others from it.
    pub(super) fn into_inner(self) -> S {
        self.inner
    }
}

/// Goes through `bytes`, which stand at `place`; answers where the next byte will be.
fn clean(mut place: FramePart, mut bytes: &mut [u8]) -> FramePart {
    while let Some((byte, rest)) = std::mem::take(&mut bytes).split_first_mut() {
        bytes = rest;
        place = match place {
            FramePart::Type => match *byte {
                b'+' | b'-' => FramePart::Text { after_cr: false },
                b'$' | b'=' | b'!' => FramePart::Length(Some(0)),
                _ => FramePart::Line,
            },
            FramePart::Text { after_cr: true } if *byte == b'\n' => FramePart::Type,
            FramePart::Text { .. } => {
                if !byte.is_ascii() {
                    *byte = b'?';
                }
                FramePart::Text { after_cr: *byte == b'\r' }
            }
            FramePart::Line if *byte == b'\n' => FramePart::Type,
            FramePart::Line => FramePart::Line,
            FramePart::Length(length) => match (*byte, length) {
                (b'\n', Some(length)) => FramePart::Payload { left: length.saturating_add(2) },
                (b'\n', None) => FramePart::Type,
                (b'\r', length) => FramePart::Length(length),
                (digit @ b'0'..=b'9', Some(length)) => {
                    FramePart::Length(Some(length.saturating_mul(10).saturating_add(u64::from(digit - b'0'))))
                }
                _ => FramePart::Length(None),
            },
            FramePart::Payload { left } => {
                let skipped = (bytes.len() as u64).min(left.saturating_sub(1));
                let skipped_here = usize::try_from(skipped).unwrap_or(usize::MAX);
                bytes = std::mem::take(&mut bytes).get_mut(skipped_here..).unwrap_or_default();
                match left.saturating_sub(skipped + 1) {
                    0 => FramePart::Type,
                    left => FramePart::Payload { left },
                }
            }
        };
    }
    place
}

impl<S: AsyncRead + Unpin> AsyncRead for Utf8Sanitizer<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let polled = Pin::new(&mut self.inner).poll_read(cx, buf);
        if let Poll::Ready(Ok(())) = polled {
            let place = self.place;
            self.place = clean(place, buf.filled_mut().get_mut(before..).unwrap_or_default());
        }
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Utf8Sanitizer<S> {
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
mod tests {
    use super::*;
    use proptest::prelude::*;

    const WIRE: &[u8] = b"-NOGROUP key '\xff'\r\n*3\r\n$4\r\n-\xff\r\n\r\n$-1\r\n:1\r\n+\xe9t\r\n=7\r\ntxt:\xff\r\n\r\n-a\xff\r\n$0\r\n\r\n-\xff\r\n";
    const CLEAN: &[u8] = b"-NOGROUP key '?'\r\n*3\r\n$4\r\n-\xff\r\n\r\n$-1\r\n:1\r\n+?t\r\n=7\r\ntxt:\xff\r\n\r\n-a?\r\n$0\r\n\r\n-?\r\n";

    #[test]
    fn text_lines_become_ascii_and_payloads_stay() {
        let mut bytes = WIRE.to_vec();
        assert_eq!(clean(FramePart::Type, &mut bytes), FramePart::Type);
        assert_eq!(String::from_utf8_lossy(&bytes), String::from_utf8_lossy(CLEAN));
        assert_eq!(bytes, CLEAN);
    }

    proptest! {
        #[test]
        fn where_the_network_cuts_does_not_matter(cuts in proptest::collection::vec(1usize..9, 1..40)) {
            let mut bytes = WIRE.to_vec();
            let (mut at, mut place) = (0, FramePart::Type);
            for cut in cuts.iter().cycle() {
                let end = (at + cut).min(bytes.len());
                place = clean(place, &mut bytes[at..end]);
                at = end;
                if at == bytes.len() { break; }
            }
            prop_assert_eq!(&bytes[..], CLEAN);
        }
    }
}
