//! Observations as they are kept: a line that says what this is, then a line of JSON for each.
//!
//! Knows the form, and who can read it: fields and commands may be added, and a reader takes what it knows. Opens no
//! file and does not know what replies mean. Invariant: what is written reads back as it was, so that replaying it
//! gives the same figures.

use super::observation::Observation;
use crate::core::limits::RECORDING_LINE_BYTES;
use serde::{Deserialize, Serialize};
use std::io::{self, BufRead, Read, Write};

/// The form that is written: grows when what is written can no longer be read by those who read the one before.
const FORM: u32 = 1;

/// The first line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordingHeader {
    /// The form of all lines.
    #[serde(rename = "streamgauge recording")]
    pub form: u32,
    /// The version of the program that wrote it.
    pub version: String,
}

/// Why a recording, or a line of it, can't be read.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// The first line is another.
    #[error("this is no recording of streamgauge, or its first line is damaged")]
    NotARecording,
    /// A later program wrote it.
    #[error(
        "this recording was written by streamgauge {version} in form {form}: {FORM} is the latest that can be read here"
    )]
    TooNew {
        /// Its form.
        form: u32,
        /// The program's version.
        version: String,
    },
    /// A line is damaged, or longer than any that was written.
    #[error("line {line} of the recording can't be read: {why}")]
    Line {
        /// Which one, the header is 1.
        line: u64,
        /// What is wrong with it.
        why: String,
    },
    /// What it was read from or written to.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Writes the first line.
///
/// # Errors
/// Those of `to`.
pub fn write_header(to: &mut impl Write) -> io::Result<()> {
    write_line(&RecordingHeader { form: FORM, version: env!("CARGO_PKG_VERSION").to_owned() }, to)
}

/// Writes an observation.
///
/// # Errors
/// Those of `to`; [`io::ErrorKind::InvalidData`] for one that is longer than may be read back, of which nothing is
/// written.
pub fn write_observation(observation: &Observation, to: &mut impl Write) -> io::Result<()> {
    write_line(observation, to)
}

fn write_line(value: &impl Serialize, to: &mut impl Write) -> io::Result<()> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    if line.len() as u64 > RECORDING_LINE_BYTES {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "an observation is too long for a recording"));
    }
    to.write_all(&line)
}

/// A recording that is read: its observations, one after the other. A line that can't be read is told, and the next one
/// is read all the same; a source that fails ends it.
#[derive(Debug)]
pub struct Recording<R> {
    from: R,
    header: RecordingHeader,
    line: u64,
    is_over: bool,
}

impl<R: BufRead> Recording<R> {
    /// Begins to read.
    ///
    /// # Errors
    /// It is no recording, or a later one.
    pub fn new(from: R) -> Result<Self, RecordingError> {
        let header = RecordingHeader { form: FORM, version: String::new() };
        let mut recording = Self { from, header, line: 0, is_over: false };
        let line = recording.next_line()?.unwrap_or_default();
        recording.header = serde_json::from_slice(&line).map_err(|_| RecordingError::NotARecording)?;
        let RecordingHeader { form, version } = recording.header.clone();
        if form > FORM { Err(RecordingError::TooNew { form, version }) } else { Ok(recording) }
    }

    /// What it says of itself.
    pub const fn header(&self) -> &RecordingHeader {
        &self.header
    }

    /// The next line; none at the end.
    fn next_line(&mut self) -> Result<Option<Vec<u8>>, RecordingError> {
        self.line += 1;
        let mut line = Vec::new();
        (&mut self.from).take(RECORDING_LINE_BYTES).read_until(b'\n', &mut line)?;
        if line.len() as u64 == RECORDING_LINE_BYTES && line.last() != Some(&b'\n') {
            self.from.skip_until(b'\n')?;
            return Err(self.bad("it is too long"));
        }
        Ok(Some(line).filter(|line| !line.is_empty()))
    }

    fn bad(&self, why: impl ToString) -> RecordingError {
        RecordingError::Line { line: self.line, why: why.to_string() }
    }
}

impl<R: BufRead> Iterator for Recording<R> {
    type Item = Result<Observation, RecordingError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        let told = match self.next_line() {
            Ok(line) => serde_json::from_slice(&line?).map_err(|error| self.bad(error)),
            Err(error) => Err(error),
        };
        self.is_over = matches!(told, Err(RecordingError::Io(_)));
        Some(told)
    }
}

#[cfg(test)]
mod tests;
