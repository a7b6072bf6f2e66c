//! A screen as a file: plain text, text with terminal colours, SVG, HTML.
//!
//! Knows cells and their styles; not what is drawn, and writes no file. Invariants: every form holds the same characters
//! in the same places, and what a name holds is never taken for markup.

mod ansi;
mod colour;
mod html;
mod runs;
mod svg;

use super::dump;
use ratatui::buffer::Buffer;

/// How a picture is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureFormat {
    /// Characters alone.
    Text,
    /// Characters and the codes of a terminal's colours, for `cat` and `less -R`.
    Ansi,
    /// Shapes and text: sharp at any size, with the glyphs of frames and graphs drawn, whatever font there is.
    Svg,
    /// A page with the text in it, which can be searched and copied.
    Html,
}

impl PictureFormat {
    /// The endings of files, with what they stand for.
    const ENDINGS: [(&'static str, Self); 4] =
        [("svg", Self::Svg), ("html", Self::Html), ("ans", Self::Ansi), ("txt", Self::Text)];

    /// What the name of a file asks for by its ending.
    ///
    /// # Errors
    /// The endings that there are.
    pub fn of_file(name: &str) -> Result<Self, String> {
        let ending = name.rsplit('.').next().unwrap_or_default();
        let found = Self::ENDINGS.iter().find(|(known, _)| *known == ending).map(|(_, format)| *format);
        found.ok_or_else(|| "a picture is a file that ends with .svg, .html, .ans or .txt".to_owned())
    }
}

/// The screen in this form.
pub fn written(buffer: &Buffer, format: PictureFormat) -> String {
    match format {
        PictureFormat::Text => dump::text(buffer),
        PictureFormat::Ansi => ansi::written(buffer),
        PictureFormat::Svg => svg::written(buffer),
        PictureFormat::Html => html::written(buffer),
    }
}

#[cfg(test)]
mod tests;
