//! A screen as SVG: grounds, then glyphs of frames and graphs as shapes, then text.
//!
//! Knows the box lines, blocks and braille that screens are drawn with; any other character is text, held to its columns.
//! Invariants: nothing that stands on the screen is markup, and a picture needs no font but one of equal widths.

use super::colour::{INK, PAPER, hex};
use super::html::escaped;
use super::runs::{StyleRun, rows};
use ratatui::buffer::Buffer;
use ratatui::style::Modifier;
use std::fmt::Write as _;

/// A cell: as wide and high as one of a usual font at 14 pixels.
const WIDTH: f64 = 8.4;
const HEIGHT: f64 = 17.0;
/// Where letters stand in it.
const BASELINE: f64 = 13.0;
/// Paper round the screen.
const EDGE: f64 = 8.0;

/// The picture.
pub fn written(buffer: &Buffer) -> String {
    let (columns, lines) = (f64::from(buffer.area.width), f64::from(buffer.area.height));
    let (width, height) = (columns * WIDTH + 2.0 * EDGE, lines * HEIGHT + 2.0 * EDGE);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.1} {height:.1}\" width=\"{width:.0}\" \
         height=\"{height:.0}\">\n<style>text{{font:14px ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace;\
         white-space:pre}}</style>\n<rect width=\"100%\" height=\"100%\" rx=\"6\" fill=\"{PAPER}\"/>\n\
         <g transform=\"translate({EDGE} {EDGE})\">\n"
    );
    let rows = rows(buffer);
    for (line, row) in rows.iter().enumerate() {
        row.iter().for_each(|run| ground(&mut out, run, line as f64 * HEIGHT));
    }
    for (line, row) in rows.iter().enumerate() {
        row.iter().for_each(|run| glyphs(&mut out, run, line as f64 * HEIGHT));
    }
    out.push_str("</g>\n</svg>\n");
    out
}

fn ground(out: &mut String, run: &StyleRun, y: f64) {
    let is_turned = run.style.add_modifier.contains(Modifier::REVERSED);
    let Some(paper) = hex(run.style.bg).or_else(|| is_turned.then(|| INK.to_owned())) else { return };
    let (x, width) = (run.column as f64 * WIDTH, run.width as f64 * WIDTH);
    let _ = writeln!(
        out,
        "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{HEIGHT}\" fill=\"{paper}\" shape-rendering=\"crispEdges\"/>"
    );
}

fn glyphs(out: &mut String, run: &StyleRun, y: f64) {
    let is = |modifier| run.style.add_modifier.contains(modifier);
    let turned = is(Modifier::REVERSED).then(|| PAPER.to_owned());
    let ink = hex(run.style.fg).or(turned).unwrap_or_else(|| INK.to_owned());
    let dim = if is(Modifier::DIM) { " opacity=\".7\"" } else { "" };
    let (mut fills, mut lines) = (String::new(), String::new());
    let (mut words, mut start) = (String::new(), run.column);
    let mut column = run.column;
    let mut texts: Vec<(usize, usize, String)> = Vec::new();
    for symbol in run.text.chars() {
        let width = unicode_width::UnicodeWidthChar::width(symbol).unwrap_or(0);
        let x = column as f64 * WIDTH;
        if shape(&mut fills, &mut lines, symbol, x, y) || (symbol == ' ' && words.ends_with(' ')) {
            if !words.trim().is_empty() {
                texts.push((start, column, std::mem::take(&mut words)));
            }
            words.clear();
            start = column + width;
        } else {
            if words.is_empty() {
                start = column;
            }
            words.push(symbol);
        }
        column += width;
    }
    if !words.trim().is_empty() {
        texts.push((start, column, words));
    }
    if !fills.is_empty() {
        let _ = writeln!(out, "<path d=\"{fills}\" fill=\"{ink}\"{dim} shape-rendering=\"crispEdges\"/>");
    }
    if !lines.is_empty() {
        let _ = writeln!(out, "<path d=\"{lines}\" stroke=\"{ink}\"{dim} fill=\"none\"/>");
    }
    for (start, end, words) in texts {
        // Blanks at the ends are drawn differently by different programs.
        let (before, after) = (words.len() - words.trim_start().len(), words.len() - words.trim_end().len());
        let (start, end, words) = (start + before, end - after, words.trim());
        let (x, length) = (start as f64 * WIDTH, (end - start) as f64 * WIDTH);
        let bold = if is(Modifier::BOLD) { " font-weight=\"bold\"" } else { "" };
        let line = if is(Modifier::UNDERLINED) { " text-decoration=\"underline\"" } else { "" };
        let _ = writeln!(
            out,
            "<text x=\"{x:.1}\" y=\"{:.1}\" textLength=\"{length:.1}\" lengthAdjust=\"spacingAndGlyphs\" fill=\"{ink}\"{bold}{line}{dim}>{}</text>",
            y + BASELINE,
            escaped(words)
        );
    }
}

/// Draws a character that is a shape; false where it is text.
fn shape(fills: &mut String, lines: &mut String, symbol: char, x: f64, y: f64) -> bool {
    match symbol {
        '\u{2800}'..='\u{28ff}' => braille(fills, symbol as u32 - 0x2800, x, y),
        '▁'..='█' => {
            let height = f64::from(symbol as u32 - 0x2580) / 8.0 * HEIGHT;
            rectangle(fills, x, y + HEIGHT - height, WIDTH, height);
        }
        '▉'..='▏' => {
            let width = f64::from(0x2590 - symbol as u32) / 8.0 * WIDTH;
            rectangle(fills, x, y, width, HEIGHT);
        }
        '▀' => rectangle(fills, x, y, WIDTH, HEIGHT / 2.0),
        '▐' => rectangle(fills, x + WIDTH / 2.0, y, WIDTH / 2.0, HEIGHT),
        _ => return box_line(lines, symbol, x, y),
    }
    true
}

fn rectangle(fills: &mut String, x: f64, y: f64, width: f64, height: f64) {
    let _ = write!(fills, "M{x:.2} {y:.2}h{width:.2}v{height:.2}h-{width:.2}z");
}

/// The dots of a braille character, by its bits.
fn braille(fills: &mut String, bits: u32, x: f64, y: f64) {
    const DOTS: [(f64, f64); 8] =
        [(0.0, 0.0), (0.0, 1.0), (0.0, 2.0), (1.0, 0.0), (1.0, 1.0), (1.0, 2.0), (0.0, 3.0), (1.0, 3.0)];
    let (across, down, size) = (WIDTH / 2.0, HEIGHT / 4.0, 2.2);
    for (bit, (column, row)) in DOTS.into_iter().enumerate() {
        if bits >> bit & 1 == 1 {
            let (left, top) = (x + column * across, y + row * down);
            rectangle(fills, left + (across - size) / 2.0, top + (down - size) / 2.0, size, size);
        }
    }
}

/// A light line of a frame, from the middle of the cell to the sides that it touches; false where it is none.
fn box_line(lines: &mut String, symbol: char, x: f64, y: f64) -> bool {
    // Left, right, up, down.
    let sides = match symbol {
        '─' | '╌' | '┄' => "lr",
        '│' => "ud",
        '┌' => "rd",
        '┐' => "ld",
        '└' => "ru",
        '┘' => "lu",
        '├' => "rud",
        '┤' => "lud",
        '┬' => "lrd",
        '┴' => "lru",
        '┼' => "lrud",
        '╭' | '╮' | '╰' | '╯' => return rounded(lines, symbol, x, y),
        _ => return false,
    };
    let (middle, centre) = (x + WIDTH / 2.0, y + HEIGHT / 2.0);
    for side in sides.chars() {
        let (to_x, to_y) = match side {
            'l' => (x, centre),
            'r' => (x + WIDTH, centre),
            'u' => (middle, y),
            _ => (middle, y + HEIGHT),
        };
        let _ = write!(lines, "M{middle:.2} {centre:.2}L{to_x:.2} {to_y:.2}");
    }
    true
}

fn rounded(lines: &mut String, symbol: char, x: f64, y: f64) -> bool {
    let (middle, centre) = (x + WIDTH / 2.0, y + HEIGHT / 2.0);
    let to_x = if matches!(symbol, '╭' | '╰') { x + WIDTH } else { x };
    let to_y = if matches!(symbol, '╭' | '╮') { y + HEIGHT } else { y };
    let _ = write!(lines, "M{to_x:.2} {centre:.2}Q{middle:.2} {centre:.2} {middle:.2} {to_y:.2}");
    true
}
