//! A series in one line: two values a cell in braille, one in ASCII. What is not known is a hole.
//!
//! Does not know time: the values come evenly spaced. Invariant: nothing (0) and not known look different.

use crate::ui::theme::Glyphs;

const LEFT: [u32; 5] = [0, 0x40, 0x44, 0x46, 0x47];
const RIGHT: [u32; 5] = [0, 0x80, 0xa0, 0xb0, 0xb8];
const ASCII: [char; 5] = [' ', '_', '.', '-', '^'];

/// The line as text, `cells` wide, for a cell of a table.
pub fn text(values: &[Option<f64>], top: Option<f64>, cells: u16, glyphs: &Glyphs) -> String {
    let per_cell = if glyphs.ascii { 1 } else { 2 };
    let shown = usize::from(cells) * per_cell;
    let values = values.get(values.len().saturating_sub(shown)..).unwrap_or_default();
    let known = |value: &Option<f64>| value.filter(|value| value.is_finite());
    let top = top.or_else(|| values.iter().filter_map(known).reduce(f64::max)).filter(|top| *top > 0.0);
    let missing = std::iter::repeat_n(0usize, shown - values.len());
    let levels = values.iter().map(|value| match (known(value), top) {
        (None, _) => 0,
        (Some(_), None) => 1,
        (Some(value), Some(top)) => ((value / top * 4.0).ceil().clamp(1.0, 4.0)) as usize,
    });
    let levels: Vec<usize> = missing.chain(levels).collect();
    let dots = |table: [u32; 5], level: Option<&usize>| {
        level.and_then(|level| table.get(*level)).copied().unwrap_or(0)
    };
    let cell = |pair: &[usize]| match glyphs.ascii {
        true => pair.first().and_then(|level| ASCII.get(*level)).copied().unwrap_or(' '),
        false => match dots(LEFT, pair.first()) | dots(RIGHT, pair.get(1)) {
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
        let g = &Glyphs::UNICODE;
        assert_eq!(text(&[Some(0.0), Some(0.0)], None, 1, g), "⣀");
        assert_eq!(text(&[None, Some(0.0)], None, 1, g), "⢀");
        assert_eq!(text(&[None, Some(f64::NAN)], None, 1, g), " ");
        assert_eq!(text(&[Some(1.0), None, Some(4.0)], None, 3, &Glyphs::ASCII), "_ ^");
    }

    #[test]
    fn the_newest_stands_at_the_right_end() {
        assert_eq!(text(&[Some(1.0), Some(4.0)], None, 2, &Glyphs::UNICODE), " ⣸");
        let many: Vec<_> = (0..100).map(|n| Some(f64::from(n))).collect();
        assert_eq!(text(&many, None, 2, &Glyphs::UNICODE), "⣿⣿");
    }
}
