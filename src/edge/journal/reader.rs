//! Reading an archive back: every frame that is whole, and what is missing between them.
//!
//! Knows bytes, checksums and places in a file; not what the frames mean. Invariants: a frame is answered only if its
//! checksum fits; what could not be read is told; the search for the next whole frame is bounded.

use super::error::JournalError;
use super::private::LockedHandle;
use crate::core::limits::{
    ARCHIVE_FRAME_BYTES, ARCHIVE_HEADER_BYTES, ARCHIVE_PAGE_BYTES, ARCHIVE_PARTS, ARCHIVE_SEARCH_BYTES,
};
use crate::core::ops::archive::{Frame, HEADER_FRAME, Header, MAGIC, MissingPart, checksum};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

/// What is read at once.
const WINDOW_BYTES: usize = 256 << 10;
/// Length and checksum before each frame.
const FRAME_HEAD: u64 = 8;

/// An archive that is read.
#[derive(Debug)]
pub struct ArchiveReader {
    path: PathBuf,
    header: Header,
    bytes: FileBytes,
    /// Where the next frame begins.
    at: u64,
    /// What the last whole frame was.
    last: Option<String>,
    missing: Vec<MissingPart>,
    /// Bytes that may still be looked at in search of whole frames.
    search_left: u64,
}

/// A frame's bytes, or the header's.
enum ArchivePiece {
    Header(Header),
    Frame(Frame),
}

impl ArchiveReader {
    pub(super) fn new(path: PathBuf, file: LockedHandle) -> Result<Self, JournalError> {
        let failed = |error: &io::Error| JournalError::of(&path, error);
        let mut bytes = FileBytes::new(file).map_err(|error| failed(&error))?;
        let (header, at) = bytes.header_line().map_err(|error| failed(&error))?;
        let mut reader = Self {
            path: path.clone(),
            header: header.clone().unwrap_or_default(),
            bytes,
            at,
            last: None,
            missing: Vec::new(),
            search_left: ARCHIVE_SEARCH_BYTES,
        };
        let begun = match reader.bytes.piece(at) {
            Ok(Some((ArchivePiece::Header(checked), next))) => Ok(Some((checked, next))),
            Ok(_) if header.is_some() => Ok(None),
            Ok(_) => reader.search(at, true).map(|found| match found {
                Some((ArchivePiece::Header(checked), next)) => Some((checked, next)),
                _ => None,
            }),
            Err(error) => Err(error),
        };
        match begun.map_err(|error| failed(&error))? {
            Some((checked, next)) => {
                // An archive whose first line differs from what has a checksum was damaged there.
                if header.as_ref() != Some(&checked) {
                    reader.miss(next);
                }
                (reader.header, reader.at) = (checked, next);
            }
            None if header.is_some() => {}
            None => {
                return Err(JournalError::new(
                    &path,
                    "is no archive of streamgauge, or its beginning is damaged",
                ));
            }
        }
        Ok(reader)
    }

    /// What it says of itself.
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// What was missing so far.
    pub fn missing(&self) -> &[MissingPart] {
        &self.missing
    }

    /// The next frames, so many at most; none at the end. What is damaged is left out and stands in
    /// [`ArchiveReader::missing`].
    ///
    /// # Errors
    /// The file can't be read.
    pub fn next(&mut self, count: u32) -> Result<Vec<Frame>, JournalError> {
        let mut frames = Vec::new();
        let begin = self.at;
        while (frames.len() as u64) < u64::from(count) && self.at.saturating_sub(begin) < ARCHIVE_PAGE_BYTES {
            match self.frame().map_err(|error| JournalError::of(&self.path, &error))? {
                Some(frame) => frames.push(frame),
                None => break,
            }
        }
        Ok(frames)
    }

    fn frame(&mut self) -> io::Result<Option<Frame>> {
        loop {
            if self.at >= self.bytes.length {
                return Ok(None);
            }
            let piece = match self.bytes.piece(self.at)? {
                Some(piece) => Some(piece),
                None => self.after_damage()?,
            };
            match piece {
                Some((ArchivePiece::Frame(frame), next)) => {
                    self.at = next;
                    let label = frame.label();
                    if let Some(part) = self.missing.last_mut().filter(|part| part.end.is_none()) {
                        part.end = Some(label.clone());
                    }
                    self.last = Some(label);
                    return Ok(Some(frame));
                }
                Some((ArchivePiece::Header(_), next)) => self.at = next,
                None => return Ok(None),
            }
        }
    }

    /// The next whole piece after what is damaged here.
    fn after_damage(&mut self) -> io::Result<Option<(ArchivePiece, u64)>> {
        let from = self.at;
        // Where the length is right, the next frame follows; inside a frame another could have been written by anybody.
        let follows = self.bytes.frame_end(from)?;
        let found = match follows {
            Some(next) if next == self.bytes.length => None,
            Some(next) => match self.bytes.piece(next)? {
                Some((piece, end)) => Some((next, piece, end)),
                None => self.search_from(from + 1)?,
            },
            None => self.search_from(from + 1)?,
        };
        let begin = found.as_ref().map_or(self.bytes.length, |(begin, ..)| *begin);
        self.miss(begin);
        self.at = begin;
        Ok(found.map(|(_, piece, end)| (piece, end)))
    }

    /// Notes that what lies between here and `until` is missing.
    fn miss(&mut self, until: u64) {
        let part = MissingPart { begin: self.last.clone(), end: None, bytes: until.saturating_sub(self.at) };
        let is_full = self.missing.len() >= ARCHIVE_PARTS;
        match self.missing.last_mut() {
            // More than anybody reads: the last one tells of the rest.
            Some(last) if is_full => {
                last.bytes = last.bytes.saturating_add(part.bytes);
                last.end = None;
            }
            _ => self.missing.push(part),
        }
    }

    fn search(&mut self, from: u64, is_header: bool) -> io::Result<Option<(ArchivePiece, u64)>> {
        let mut at = from;
        while let Some((begin, piece, end)) = self.search_from(at)? {
            match piece {
                ArchivePiece::Frame(_) if is_header => at = begin + 1,
                piece => return Ok(Some((piece, end))),
            }
        }
        Ok(None)
    }

    /// The first whole piece that begins at `from` or later: where it begins, what it is, where it ends.
    fn search_from(&mut self, from: u64) -> io::Result<Option<(u64, ArchivePiece, u64)>> {
        for at in from..self.bytes.length {
            let Some(end) = self.bytes.frame_end(at)? else { continue };
            let kind = self.bytes.get(at + FRAME_HEAD, 1)?.and_then(<[u8]>::first).copied();
            if !kind.is_some_and(|kind| kind == HEADER_FRAME || Frame::is_kind(kind)) {
                continue;
            }
            let cost = end - at;
            let Some(left) = self.search_left.checked_sub(cost) else { return Ok(None) };
            self.search_left = left;
            if let Some((piece, end)) = self.bytes.piece(at)? {
                return Ok(Some((at, piece, end)));
            }
        }
        Ok(None)
    }
}

/// A file, read in windows.
#[derive(Debug)]
struct FileBytes {
    file: LockedHandle,
    length: u64,
    window: Vec<u8>,
    window_at: u64,
}

impl FileBytes {
    fn new(file: LockedHandle) -> io::Result<Self> {
        let length = file.metadata()?.len();
        Ok(Self { file, length, window: Vec::new(), window_at: 0 })
    }

    /// Bytes at a place; none beyond the end.
    fn get(&mut self, at: u64, count: u64) -> io::Result<Option<&[u8]>> {
        let Some(end) = at.checked_add(count).filter(|end| *end <= self.length) else { return Ok(None) };
        let window_end = self.window_at + self.window.len() as u64;
        if at < self.window_at || end > window_end {
            let wanted = count.max(WINDOW_BYTES as u64).min(self.length - at);
            self.window.resize(usize::try_from(wanted).unwrap_or(usize::MAX), 0);
            self.file.read_exact_at(&mut self.window, at).inspect_err(|_| self.window.clear())?;
            self.window_at = at;
        }
        let begin = usize::try_from(at - self.window_at).unwrap_or(usize::MAX);
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        Ok(self.window.get(begin..begin.saturating_add(count)))
    }

    /// The header of the first line, and where what follows begins; the beginning where there is no such line.
    fn header_line(&mut self) -> io::Result<(Option<Header>, u64)> {
        let magic = MAGIC.len() as u64;
        let is_ours = self.get(0, magic)?.is_some_and(|first| first == MAGIC);
        let most = (ARCHIVE_HEADER_BYTES as u64 + 1).min(self.length.saturating_sub(magic));
        let line = self.get(magic, most)?.unwrap_or_default();
        match line.iter().position(|byte| *byte == b'\n') {
            Some(end) if is_ours => {
                let header = line.get(..end).and_then(|line| serde_json::from_slice(line).ok());
                Ok((header, magic + end as u64 + 1))
            }
            _ => Ok((None, 0)),
        }
    }

    /// Where a frame that begins here would end; none where its length can't be right.
    fn frame_end(&mut self, at: u64) -> io::Result<Option<u64>> {
        let Some(&[a, b, c, d]) = self.get(at, 4)? else { return Ok(None) };
        let length = u32::from_le_bytes([a, b, c, d]);
        let end = at + FRAME_HEAD + u64::from(length);
        Ok((length > 0 && length <= ARCHIVE_FRAME_BYTES && end <= self.length).then_some(end))
    }

    /// The whole piece that begins here, and where it ends.
    fn piece(&mut self, at: u64) -> io::Result<Option<(ArchivePiece, u64)>> {
        let Some(end) = self.frame_end(at)? else { return Ok(None) };
        let Some(framed) = self.get(at, end - at)? else { return Ok(None) };
        let Some((&[_, _, _, _, a, b, c, d], encoded)) = framed.split_first_chunk() else { return Ok(None) };
        if checksum(encoded) != u32::from_le_bytes([a, b, c, d]) {
            return Ok(None);
        }
        let piece = match encoded.split_first() {
            Some((&HEADER_FRAME, line)) => serde_json::from_slice(line).ok().map(ArchivePiece::Header),
            _ => Frame::decode(encoded).map(ArchivePiece::Frame),
        };
        Ok(piece.map(|piece| (piece, end)))
    }
}
