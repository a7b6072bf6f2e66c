//! Colours and attributes as a theme file has them.
//!
//! Does not know terminals: bringing a colour down to what a terminal can show is `ui::theme::depth`.

/// One of the sixteen colours that every colour terminal has: 0 to 7 normal, 8 to 15 bright.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ansi(u8);

/// The names of the sixteen colours in a theme file, in the order of their numbers.
pub const ANSI_NAMES: [&str; 16] = [
    "black",
    "red",
    "green",
    "yellow",
    "blue",
    "magenta",
    "cyan",
    "white",
    "bright-black",
    "bright-red",
    "bright-green",
    "bright-yellow",
    "bright-blue",
    "bright-magenta",
    "bright-cyan",
    "bright-white",
];

impl Ansi {
    /// The colour of this name.
    pub fn of(name: &str) -> Option<Ansi> {
        let number = ANSI_NAMES.iter().position(|known| *known == name)?;
        u8::try_from(number).ok().map(Ansi)
    }

    /// The colour of this number, 0 to 15.
    pub const fn new(number: u8) -> Option<Ansi> {
        if number < 16 { Some(Ansi(number)) } else { None }
    }

    /// The number, 0 to 15.
    pub const fn number(self) -> u8 {
        self.0
    }
}

/// A colour: what it is, and which of the sixteen stands for it where there are no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Colour {
    /// Red, green, blue, 0 to 255 each.
    pub rgb: (u8, u8, u8),
    /// The stand-in on a terminal of sixteen colours; without one the nearest is taken.
    pub ansi: Option<Ansi>,
}

impl Colour {
    /// Reads `#rrggbb`.
    pub fn from_hex(text: &str) -> Option<Colour> {
        let digits = text.strip_prefix('#')?;
        if digits.len() != 6 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let part = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
        Some(Colour { rgb: (part(0)?, part(2)?, part(4)?), ansi: None })
    }

    /// Relative luminance after WCAG 2, 0 (black) to 1 (white).
    pub fn luminance(self) -> f64 {
        let channel = |value: u8| {
            let c = f64::from(value) / 255.0;
            if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        let (r, g, b) = self.rgb;
        0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b)
    }

    /// Contrast with another colour after WCAG 2: 1 (the same) to 21 (black on white).
    pub fn contrast(self, other: Colour) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }
}

/// Ways of setting text that need no colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Attrs {
    /// Bold.
    pub bold: bool,
    /// Faint.
    pub dim: bool,
    /// Italic.
    pub italic: bool,
    /// Underlined.
    pub underline: bool,
    /// Ground and text exchanged.
    pub reverse: bool,
}

impl Attrs {
    /// No attribute at all.
    pub const NONE: Attrs =
        Attrs { bold: false, dim: false, italic: false, underline: false, reverse: false };

    /// The names in a theme file.
    pub const NAMES: [&'static str; 5] = ["bold", "dim", "italic", "underline", "reverse"];

    /// The switch of this name.
    pub fn switch(&mut self, name: &str) -> Option<&mut bool> {
        Some(match name {
            "bold" => &mut self.bold,
            "dim" => &mut self.dim,
            "italic" => &mut self.italic,
            "underline" => &mut self.underline,
            "reverse" => &mut self.reverse,
            _ => return None,
        })
    }
}

/// How one role is painted. What is `None` is left as it was underneath.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Paint {
    /// The colour of the text.
    pub fg: Option<Colour>,
    /// The colour of the ground.
    pub bg: Option<Colour>,
    /// Attributes, on top of the colours.
    pub attrs: Attrs,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_colours_are_six_digits_after_a_hash() {
        assert_eq!(Colour::from_hex("#0a10ff").unwrap().rgb, (10, 16, 255));
        for bad in ["0a10ff", "#0a10f", "#0a10fg", "#+a10ff", "", "#0a10ff0", "#éa10f"] {
            assert_eq!(Colour::from_hex(bad), None, "{bad}");
        }
    }

    #[test]
    fn black_on_white_is_the_greatest_contrast() {
        let black = Colour::from_hex("#000000").unwrap();
        let white = Colour::from_hex("#ffffff").unwrap();
        assert!((black.contrast(white) - 21.0).abs() < 0.01);
    }
}
