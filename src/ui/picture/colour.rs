//! Colours of a terminal as those of a page.
//!
//! Knows the 16 colours and the 256 of xterm; not what they mean. Invariant: every colour has one.

use ratatui::style::Color;

/// What a terminal shows that was asked for nothing: dark grounds are what most have.
pub const PAPER: &str = "#101418";
/// Text on it.
pub const INK: &str = "#d8dee9";

/// The 16 colours as xterm has them.
const SIXTEEN: [&str; 16] = [
    "#000000", "#cd3131", "#0dbc79", "#e5e510", "#2472c8", "#bc3fbc", "#11a8cd", "#e5e5e5", "#666666",
    "#f14c4c", "#23d18b", "#f5f543", "#3b8eea", "#d670d6", "#29b8db", "#ffffff",
];

/// The colour as a page has it; none for the terminal's own.
pub fn hex(colour: Option<Color>) -> Option<String> {
    let named = |at: usize| SIXTEEN.get(at).map(|text| (*text).to_owned());
    match colour? {
        Color::Reset => None,
        Color::Black => named(0),
        Color::Red => named(1),
        Color::Green => named(2),
        Color::Yellow => named(3),
        Color::Blue => named(4),
        Color::Magenta => named(5),
        Color::Cyan => named(6),
        Color::Gray => named(7),
        Color::DarkGray => named(8),
        Color::LightRed => named(9),
        Color::LightGreen => named(10),
        Color::LightYellow => named(11),
        Color::LightBlue => named(12),
        Color::LightMagenta => named(13),
        Color::LightCyan => named(14),
        Color::White => named(15),
        Color::Rgb(red, green, blue) => Some(format!("#{red:02x}{green:02x}{blue:02x}")),
        Color::Indexed(at) => named(usize::from(at)).or_else(|| Some(of_256(at))),
    }
}

/// A colour of the cube of 216, or a grey of the last 24.
fn of_256(at: u8) -> String {
    if at >= 232 {
        let grey = 8 + u32::from(at - 232) * 10;
        return format!("#{grey:02x}{grey:02x}{grey:02x}");
    }
    let at = u32::from(at.saturating_sub(16));
    let level = |part: u32| if part == 0 { 0 } else { 55 + part * 40 };
    format!("#{:02x}{:02x}{:02x}", level(at / 36), level(at / 6 % 6), level(at % 6))
}
