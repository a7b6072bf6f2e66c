//! How many colours a terminal has, and bringing a colour down to them.
//!
//! Does not read the environment: its words come in as arguments.

use crate::config::theme::Colour;
use ratatui::style::Color;

/// What a terminal can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// Attributes only.
    None,
    /// The sixteen colours that the terminal's own palette defines.
    Ansi16,
    /// The 256 colours of xterm.
    Ansi256,
    /// Any colour.
    True,
}

impl Depth {
    /// Guesses from the environment as it is commonly understood: `NO_COLOR` (any value but an empty one) wins,
    /// then `COLORTERM`, then `TERM`.
    pub fn of(no_color: Option<&str>, colorterm: Option<&str>, term: Option<&str>) -> Depth {
        let term = term.unwrap_or_default();
        if no_color.is_some_and(|value| !value.is_empty()) || term == "dumb" || term.starts_with("vt1") {
            return Depth::None;
        }
        if matches!(colorterm, Some("truecolor" | "24bit")) || term.ends_with("-direct") {
            return Depth::True;
        }
        if term.contains("256") { Depth::Ansi256 } else { Depth::Ansi16 }
    }

    /// The colour as this depth shows it; `None` where it shows none.
    pub fn colour(self, colour: Colour) -> Option<Color> {
        let (r, g, b) = colour.rgb;
        match self {
            Depth::None => None,
            Depth::True => Some(Color::Rgb(r, g, b)),
            Depth::Ansi256 => Some(Color::Indexed(nearest_256(colour.rgb))),
            Depth::Ansi16 => Some(named(colour.ansi.map_or_else(|| nearest_16(colour.rgb), |a| a.number()))),
        }
    }
}

/// The levels of a channel in xterm's 6 x 6 x 6 cube.
const CUBE: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// What xterm shows for the sixteen colours, for finding the nearest.
const SIXTEEN: [(u8, u8, u8); 16] = [
    (0, 0, 0),
    (205, 0, 0),
    (0, 205, 0),
    (205, 205, 0),
    (0, 0, 238),
    (205, 0, 205),
    (0, 205, 205),
    (229, 229, 229),
    (127, 127, 127),
    (255, 0, 0),
    (0, 255, 0),
    (255, 255, 0),
    (92, 92, 255),
    (255, 0, 255),
    (0, 255, 255),
    (255, 255, 255),
];

fn distance(a: (u8, u8, u8), b: (u8, u8, u8)) -> u32 {
    let square = |x: u8, y: u8| u32::from(x.abs_diff(y)).pow(2);
    // Weights of the eye: green counts most, blue least.
    3 * square(a.0, b.0) + 4 * square(a.1, b.1) + 2 * square(a.2, b.2)
}

fn nearest_256(rgb: (u8, u8, u8)) -> u8 {
    let grey = |step: u8| (232 + step, (8 + 10 * step, 8 + 10 * step, 8 + 10 * step));
    let cube = (0..6u8).flat_map(|r| (0..6u8).flat_map(move |g| (0..6u8).map(move |b| (r, g, b))));
    let level = |at: u8| CUBE.get(usize::from(at)).copied().unwrap_or(u8::MAX);
    cube.map(|(r, g, b)| (16 + 36 * r + 6 * g + b, (level(r), level(g), level(b))))
        .chain((0..24).map(grey))
        .min_by_key(|(_, candidate)| distance(rgb, *candidate))
        .map_or(15, |(number, _)| number)
}

fn nearest_16(rgb: (u8, u8, u8)) -> u8 {
    (0..16u8).zip(SIXTEEN).min_by_key(|(_, candidate)| distance(rgb, *candidate)).map_or(7, |(n, _)| n)
}

fn named(number: u8) -> Color {
    match number {
        0 => Color::Black,
        1 => Color::Red,
        2 => Color::Green,
        3 => Color::Yellow,
        4 => Color::Blue,
        5 => Color::Magenta,
        6 => Color::Cyan,
        7 => Color::Gray,
        8 => Color::DarkGray,
        9 => Color::LightRed,
        10 => Color::LightGreen,
        11 => Color::LightYellow,
        12 => Color::LightBlue,
        13 => Color::LightMagenta,
        14 => Color::LightCyan,
        _ => Color::White,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_depth_is_guessed_as_other_programs_guess_it() {
        assert_eq!(Depth::of(Some("1"), Some("truecolor"), Some("xterm-256color")), Depth::None);
        assert_eq!(Depth::of(Some(""), Some("truecolor"), Some("xterm-256color")), Depth::True);
        assert_eq!(Depth::of(None, None, Some("screen-256color")), Depth::Ansi256);
        assert_eq!(Depth::of(None, None, Some("linux")), Depth::Ansi16);
        assert_eq!(Depth::of(None, None, None), Depth::Ansi16);
        assert_eq!(Depth::of(None, None, Some("dumb")), Depth::None);
    }

    #[test]
    fn colours_come_down_to_their_neighbours() {
        let colour = |hex: &str| Colour::from_hex(hex).unwrap();
        assert_eq!(Depth::Ansi256.colour(colour("#ff0000")), Some(Color::Indexed(196)));
        assert_eq!(Depth::Ansi256.colour(colour("#121212")), Some(Color::Indexed(233)));
        assert_eq!(Depth::Ansi16.colour(colour("#00ffff")), Some(Color::LightCyan));
        assert_eq!(Depth::None.colour(colour("#00ffff")), None);
    }
}
