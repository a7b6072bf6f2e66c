//! A series in one line: a block or a letter a value, in braille two values a cell. What is not known is a hole.
//!
//! Does not know time: the values come evenly spaced. Invariant: nothing (0) and not known look different.

use crate::ui::theme::Glyphs;

const LEFT: [u32; 5] = [0, 0x40, 0x44, 0x46, 0x47];
const RIGHT: [u32; 5] = [0, 0x80, 0xa0, 0xb0, 0xb8];

/// Values that a cell shows.
pub const fn values_a_cell(glyphs: &Glyphs) -> usize {
    if glyphs.levels.is_empty() { 2 } else { 1 }
}

/// The line as text, `cells` wide, for a cell of a table.
pub fn text(values: &[Option<f64>], top: Option<f64>, cells: u16, glyphs: &Glyphs) -> String {
    let per_cell = values_a_cell(glyphs);
    let most = if glyphs.levels.is_empty() { 4 } else { glyphs.levels.len() };
    let shown = usize::from(cells) * per_cell;
    let values = values.get(values.len().saturating_sub(shown)..).unwrap_or_default();
    let known = |value: &Option<f64>| value.filter(|value| value.is_finite());
    let top = top.or_else(|| values.iter().filter_map(known).reduce(f64::max)).filter(|top| *top > 0.0);
    let missing = std::iter::repeat_n(0usize, shown - values.len());
    let levels = values.iter().map(|value| match (known(value), top) {
        (None, _) => 0,
        (Some(_), None) => 1,
        (Some(value), Some(top)) => (value / top * most as f64).ceil().clamp(1.0, most as f64) as usize,
    });
    let levels: Vec<usize> = missing.chain(levels).collect();
    let dots = |table: [u32; 5], level: Option<&usize>| {
        level.and_then(|level| table.get(*level)).copied().unwrap_or(0)
    };
    let letter = |level: &usize| level.checked_sub(1).and_then(|at| glyphs.levels.get(at)).copied();
    let cell = |pair: &[usize]| match per_cell {
        1 => pair.first().and_then(letter).unwrap_or(' '),
        _ => match dots(LEFT, pair.first()) | dots(RIGHT, pair.get(1)) {
            0 => ' ',
            bits => char::from_u32(0x2800 | bits).unwrap_or(' '),
        },
    };
    levels.chunks(per_cell).map(cell).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_and_not_known_look_different() {
        let g = &Glyphs::NARROW;
        assert_eq!(text(&[Some(0.0), Some(0.0)], None, 1, g), "⣀");
        assert_eq!(text(&[None, Some(0.0)], None, 1, g), "⢀");
        assert_eq!(text(&[None, Some(f64::NAN)], None, 1, g), " ");
        assert_eq!(text(&[Some(1.0), None, Some(4.0)], None, 3, &Glyphs::ASCII), "_ ^");
        assert_eq!(text(&[Some(0.0), None, Some(4.0), Some(8.0)], None, 4, &Glyphs::FULL), "▁ ▄█");
    }

    #[test]
    fn the_newest_stands_at_the_right_end() {
        assert_eq!(text(&[Some(1.0), Some(4.0)], None, 2, &Glyphs::NARROW), " ⣸");
        let many: Vec<_> = (0..100).map(|n| Some(f64::from(n))).collect();
        assert_eq!(text(&many, None, 2, &Glyphs::NARROW), "⣿⣿");
    }
}
