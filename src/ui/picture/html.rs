//! A screen as a page whose text can be searched and copied.
//!
//! Invariant: nothing that stands on the screen is markup.

use super::colour::{INK, PAPER, hex};
use super::runs::{StyleRun, rows};
use ratatui::buffer::Buffer;
use ratatui::style::Modifier;

/// The page.
pub fn written(buffer: &Buffer) -> String {
    let rows = rows(buffer);
    let lines: Vec<String> = rows.iter().map(|row| row.iter().map(span).collect()).collect();
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>streamgauge</title></head>\n\
         <body style=\"background:{PAPER};color:{INK}\">\n\
         <pre style=\"font:14px/1.2 ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace\">\n{}\n</pre>\n</body></html>\n",
        lines.join("\n")
    )
}

fn span(run: &StyleRun) -> String {
    let is = |modifier| run.style.add_modifier.contains(modifier);
    let is_turned = is(Modifier::REVERSED);
    let default = |turned: &str| is_turned.then(|| turned.to_owned());
    let ink = hex(run.style.fg).or_else(|| default(PAPER)).map(|colour| format!("color:{colour}"));
    let paper = hex(run.style.bg).or_else(|| default(INK)).map(|colour| format!("background:{colour}"));
    let bold = is(Modifier::BOLD).then(|| "font-weight:bold".to_owned());
    let dim = is(Modifier::DIM).then(|| "opacity:.7".to_owned());
    let line = is(Modifier::UNDERLINED).then(|| "text-decoration:underline".to_owned());
    let styles: Vec<String> = [ink, paper, bold, dim, line].into_iter().flatten().collect();
    format!("<span style=\"{}\">{}</span>", styles.join(";"), escaped(&run.text))
}

/// A text in which nothing is markup.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
