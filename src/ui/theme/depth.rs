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

impl Depth {
    /// What of a colour reaches the eye at this depth; what the terminal's own palette decides is taken as xterm has it.
    pub fn seen(self, colour: Colour) -> Colour {
        let rgb = match self {
            Depth::None | Depth::True => colour.rgb,
            Depth::Ansi256 => rgb_of(nearest_256(colour.rgb)),
            Depth::Ansi16 => rgb_of(colour.ansi.map_or_else(|| nearest_16(colour.rgb), |a| a.number())),
        };
        Colour { rgb, ..colour }
    }
}

/// What xterm shows for one of the 256.
fn rgb_of(number: u8) -> (u8, u8, u8) {
    let level = |at: u8| CUBE.get(usize::from(at)).copied().unwrap_or(u8::MAX);
    match number {
        0..16 => SIXTEEN.get(usize::from(number)).copied().unwrap_or_default(),
        16..232 => (level((number - 16) / 36), level((number - 16) / 6 % 6), level((number - 16) % 6)),
        232.. => {
            let grey = 8 + 10 * (number - 232);
            (grey, grey, grey)
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

/// Lightness, green to red and blue to yellow, as the eye has them: OKLab (Ottosson 2020).
fn oklab((r, g, b): (u8, u8, u8)) -> [f64; 3] {
    let linear = |value: u8| {
        let c = f64::from(value) / 255.0;
        if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    };
    let (r, g, b) = (linear(r), linear(g), linear(b));
    let l = (0.412_221_470_8 * r + 0.536_332_536_3 * g + 0.051_445_992_9 * b).cbrt();
    let m = (0.211_903_498_2 * r + 0.680_699_545_1 * g + 0.107_396_956_6 * b).cbrt();
    let s = (0.088_302_461_9 * r + 0.281_718_837_6 * g + 0.629_978_700_5 * b).cbrt();
    [
        0.210_454_255_3 * l + 0.793_617_785_0 * m - 0.004_072_046_8 * s,
        1.977_998_495_1 * l - 2.428_592_205_0 * m + 0.450_593_709_9 * s,
        0.025_904_037_1 * l + 0.782_771_766_2 * m - 0.808_675_766_0 * s,
    ]
}

/// How different two colours look. Hue counts double: a green that comes down to grey has lost its meaning.
fn distance(a: (u8, u8, u8), b: (u8, u8, u8)) -> f64 {
    let ([l1, a1, b1], [l2, a2, b2]) = (oklab(a), oklab(b));
    (l1 - l2).powi(2) + 4.0 * ((a1 - a2).powi(2) + (b1 - b2).powi(2))
}

fn nearest_256(rgb: (u8, u8, u8)) -> u8 {
    let grey = |step: u8| (232 + step, (8 + 10 * step, 8 + 10 * step, 8 + 10 * step));
    let cube = (0..6u8).flat_map(|r| (0..6u8).flat_map(move |g| (0..6u8).map(move |b| (r, g, b))));
    let level = |at: u8| CUBE.get(usize::from(at)).copied().unwrap_or(u8::MAX);
    cube.map(|(r, g, b)| (16 + 36 * r + 6 * g + b, (level(r), level(g), level(b))))
        .chain((0..24).map(grey))
        .min_by(|(_, one), (_, other)| distance(rgb, *one).total_cmp(&distance(rgb, *other)))
        .map_or(15, |(number, _)| number)
}

fn nearest_16(rgb: (u8, u8, u8)) -> u8 {
    (0..16u8)
        .zip(SIXTEEN)
        .min_by(|(_, one), (_, other)| distance(rgb, *one).total_cmp(&distance(rgb, *other)))
        .map_or(7, |(number, _)| number)
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
