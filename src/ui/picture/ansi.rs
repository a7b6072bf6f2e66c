//! A screen as text with the codes of a terminal's colours.
//!
//! Invariant: every line ends without a colour, so that it can be cut out.

use super::runs::rows;
use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier, Style};

const RESET: &str = "\x1b[0m";

/// The screen, a line a row.
pub fn written(buffer: &Buffer) -> String {
    let mut out = String::new();
    for row in rows(buffer) {
        for run in row {
            out.push_str(&code(run.style));
            out.push_str(&run.text);
        }
        out.push_str(RESET);
        out.push('\n');
    }
    out
}

/// Everything off, then what the style asks for.
fn code(style: Style) -> String {
    let is = |modifier| style.add_modifier.contains(modifier);
    let mut codes = vec!["0".to_owned()];
    let attributes =
        [(Modifier::BOLD, "1"), (Modifier::DIM, "2"), (Modifier::ITALIC, "3"), (Modifier::UNDERLINED, "4")];
    codes.extend(
        attributes.into_iter().filter(|(modifier, _)| is(*modifier)).map(|(_, code)| code.to_owned()),
    );
    let is_turned = is(Modifier::REVERSED) && style.fg.is_none() && style.bg.is_none();
    codes.extend(is_turned.then(|| "7".to_owned()));
    codes.extend(style.fg.and_then(|colour| colour_code(colour, 30)));
    codes.extend(style.bg.and_then(|colour| colour_code(colour, 40)));
    format!("\x1b[{}m", codes.join(";"))
}

fn colour_code(colour: Color, base: u8) -> Option<String> {
    let plain = |at: u8| Some((base + at).to_string());
    let bright = |at: u8| Some((base + 60 + at).to_string());
    match colour {
        Color::Reset => None,
        Color::Black => plain(0),
        Color::Red => plain(1),
        Color::Green => plain(2),
        Color::Yellow => plain(3),
        Color::Blue => plain(4),
        Color::Magenta => plain(5),
        Color::Cyan => plain(6),
        Color::Gray => plain(7),
        Color::DarkGray => bright(0),
        Color::LightRed => bright(1),
        Color::LightGreen => bright(2),
        Color::LightYellow => bright(3),
        Color::LightBlue => bright(4),
        Color::LightMagenta => bright(5),
        Color::LightCyan => bright(6),
        Color::White => bright(7),
        Color::Rgb(red, green, blue) => Some(format!("{};2;{red};{green};{blue}", base + 8)),
        Color::Indexed(at) => Some(format!("{};5;{at}", base + 8)),
    }
}
