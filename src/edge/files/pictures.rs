//! Pictures of the screen on disk.
//!
//! Knows names and folders; not what is drawn. Invariant: no file that is there is written over, and nobody else may read them.

use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Writes a picture into the folder, named by the time, with the ending of its form; where it is.
///
/// # Errors
/// There is no folder, or the disk refuses.
pub fn save_picture(
    folder: Option<&Path>,
    taken_at_ms: i64,
    ending: &str,
    text: &str,
) -> io::Result<PathBuf> {
    let folder = folder.ok_or_else(|| io::Error::other("there is no home folder to save it in"))?;
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let stamp = jiff::Timestamp::from_millisecond(taken_at_ms).map_err(io::Error::other)?;
    let path = folder.join(format!("streamgauge-{}.{ending}", stamp.strftime("%Y%m%d-%H%M%S-%3f")));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
    file.write_all(text.as_bytes())?;
    Ok(path)
}
