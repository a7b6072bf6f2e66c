//! How finely a set of glyphs divides a cell, and which glyph shows which of its dots.
//!
//! Does not know what the dots stand for. Invariant: a cell with a dot is never drawn as a blank.

/// The dots of one cell, by column and from the top; a grain uses as many of them as it has.
pub type CellDots = [[bool; 8]; 2];

/// How finely a cell is divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grain {
    /// Eight rows, filled from below: ▁▂▃▄▅▆▇█. For areas; single dots of it can't be shown.
    Eighths,
    /// Two rows: ▀▄█.
    Halves,
    /// Two columns of four dots.
    Braille,
    /// Two rows in letters: # for all of the cell, : for its lower half.
    Letters,
}

/// Blocks filled from below, by eighths.
const FROM_BELOW: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// Bits of the dots of a braille cell: two columns of four.
const BITS: [[u32; 4]; 2] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];
/// Letters of lines that cross, by series.
const MARKS: [char; 4] = ['#', ':', '+', '='];

impl Grain {
    /// Columns and rows of dots in a cell.
    pub const fn size(self) -> (usize, usize) {
        match self {
            Self::Eighths => (1, 8),
            Self::Halves | Self::Letters => (1, 2),
            Self::Braille => (2, 4),
        }
    }

    /// The glyph of these dots; none where there is no dot.
    pub fn glyph(self, dots: &CellDots) -> Option<char> {
        let (columns, rows) = self.size();
        let used = || dots.iter().take(columns).flat_map(|column| column.iter().take(rows));
        let count = used().filter(|dot| **dot).count();
        if count == 0 {
            return None;
        }
        let is_upper = used().next().copied() == Some(true);
        Some(match self {
            Self::Eighths => eighth(count),
            Self::Halves if count == 2 => '█',
            Self::Halves if is_upper => '▀',
            Self::Halves => '▄',
            Self::Letters if is_upper => '#',
            Self::Letters => ':',
            Self::Braille => braille(dots),
        })
    }

    /// The same where lines of several series may cross: letters tell them apart.
    pub fn mark(self, dots: &CellDots, series: usize) -> Option<char> {
        let glyph = self.glyph(dots)?;
        Some(match self {
            Self::Letters => MARKS.get(series % MARKS.len()).copied().unwrap_or(glyph),
            _ => glyph,
        })
    }
}

/// A cell filled from below by so many eighths.
pub fn eighth(count: usize) -> char {
    FROM_BELOW.get(count).copied().unwrap_or('█')
}

fn braille(dots: &CellDots) -> char {
    let pairs = dots.iter().zip(BITS).flat_map(|(column, bits)| column.iter().zip(bits));
    let bits = pairs.filter(|(dot, _)| **dot).fold(0, |all, (_, bit)| all | bit);
    char::from_u32(0x2800 | bits).unwrap_or(' ')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn dots_are_shown_as_they_lie() {
        let mut dots = CellDots::default();
        dots[0][3] = true;
        dots[1][2..].fill(true);
        assert_eq!(Grain::Braille.glyph(&dots), Some('⣠'));
        assert_eq!(Grain::Eighths.glyph(&dots), Some('▁'));
        dots[0][4..].fill(true);
        assert_eq!(Grain::Eighths.glyph(&dots), Some('▅'));
        let lower: CellDots = [[false, true, false, false, false, false, false, false]; 2];
        assert_eq!((Grain::Halves.glyph(&lower), Grain::Letters.glyph(&lower)), (Some('▄'), Some(':')));
        assert_eq!(Grain::Letters.mark(&lower, 2), Some('+'));
    }

    proptest! {
        #[test]
        fn a_cell_with_a_dot_is_never_blank(dots: CellDots) {
            for grain in [Grain::Eighths, Grain::Halves, Grain::Braille, Grain::Letters] {
                let (columns, rows) = grain.size();
                let any = dots[..columns].iter().any(|column| column[..rows].contains(&true));
                prop_assert_eq!(grain.glyph(&dots).is_some_and(|glyph| glyph != ' '), any);
            }
        }
    }
}
