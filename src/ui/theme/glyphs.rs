//! The characters that the screen is drawn with, a set for each kind of terminal.
//!
//! Invariants: of the narrow and the ASCII set each is one cell wide in every terminal, also in those that show East
//! Asian "ambiguous" characters in two cells; of the others in those that show such characters in one.

use super::grain::Grain;

/// Which characters a terminal shows in one cell each; the plainer, the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum GlyphSet {
    /// Lines, blocks and braille.
    Full,
    /// Braille, but neither lines nor blocks: they take two cells there.
    Narrow,
    /// Lines and half blocks, as the fonts of machines' own consoles have them.
    Console,
    /// Nothing but ASCII.
    Ascii,
}

impl GlyphSet {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Full, Self::Narrow, Self::Console, Self::Ascii];

    /// The set for a terminal of this `TERM`, as far as its name tells: consoles of machines have lines and blocks,
    /// terminals of hardware not even those.
    pub fn of_term(term: Option<&str>) -> Self {
        let term = term.unwrap_or_default();
        let kind = term.split(['-', '+']).next().unwrap_or(term);
        let is_numbered = |family: &str| {
            kind.strip_prefix(family).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        };
        match kind {
            "linux" => Self::Console,
            "ansi" | "dumb" | "sun" | "pcansi" | "wsvt25" => Self::Ascii,
            _ if is_numbered("vt") || is_numbered("cons") => Self::Ascii,
            _ => Self::Full,
        }
    }
}

/// The characters to draw with.
#[derive(Debug, PartialEq, Eq)]
pub struct Glyphs {
    /// Whether all of them are ASCII.
    pub ascii: bool,
    /// All is well.
    pub ok: char,
    /// A warning.
    pub warning: char,
    /// Critical.
    pub critical: char,
    /// Not known.
    pub unknown: char,
    /// The column is sorted upwards.
    pub ascending: char,
    /// The column is sorted downwards.
    pub descending: char,
    /// A branch that is folded.
    pub folded: char,
    /// A branch that is open.
    pub unfolded: char,
    /// Something that has no branches.
    pub leaf: char,
    /// Beside the selected row.
    pub cursor: char,
    /// Beside a marked row.
    pub mark: char,
    /// Where a text was cut.
    pub ellipsis: char,
    /// Between two things of a line.
    pub dot: char,
    /// A horizontal line.
    pub rule: char,
    /// How areas under a line are made.
    pub areas: Grain,
    /// How lines are made.
    pub lines: Grain,
    /// A line across a picture, behind everything else.
    pub grid: char,
    /// A box's lines: top, bottom, left, right.
    pub sides: [char; 4],
    /// A box's corners: top left, top right, bottom left, bottom right.
    pub corners: [char; 4],
    /// The used part of a bar.
    pub bar_used: char,
    /// The last cell of the used part where it is less than one, from the least part of a cell on.
    pub bar_parts: &'static [char],
    /// The rest of a bar.
    pub bar_rest: char,
    /// A mark on a bar.
    pub bar_mark: char,
    /// Large text: the upper half of a cell, the lower half, all of it.
    pub large: [char; 3],
    /// The parts of a stacked bar, told apart by texture where there are too few colours.
    pub parts: [char; 4],
    /// Levels of a small picture in a table, from the least to the greatest; none where braille shows two values a cell.
    pub levels: &'static [char],
    /// The thumb of a scroll bar.
    pub scroll_thumb: char,
    /// The track of a scroll bar.
    pub scroll_track: char,
    /// Rising.
    pub rising: char,
    /// Falling.
    pub falling: char,
    /// Steady.
    pub steady: char,
}

impl Glyphs {
    /// The characters of a set.
    pub const fn of(set: GlyphSet) -> &'static Self {
        match set {
            GlyphSet::Full => &Self::FULL,
            GlyphSet::Narrow => &Self::NARROW,
            GlyphSet::Console => &Self::CONSOLE,
            GlyphSet::Ascii => &Self::ASCII,
        }
    }

    /// For terminals that show lines, blocks and braille in one cell each.
    pub const FULL: Glyphs = Glyphs {
        rule: '─',
        areas: Grain::Eighths,
        lines: Grain::Braille,
        grid: '─',
        sides: ['─', '─', '│', '│'],
        corners: ['╭', '╮', '╰', '╯'],
        // Not the whole height: bars under each other stay apart.
        bar_used: '▇',
        bar_parts: &['▏', '▎', '▍', '▌', '▋', '▊', '▉'],
        bar_rest: '░',
        bar_mark: '│',
        large: ['▀', '▄', '█'],
        parts: ['█', '▓', '▒', '░'],
        levels: &['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
        scroll_thumb: '┃',
        scroll_track: '│',
        ..Self::NARROW
    };

    /// For the consoles of machines: what the character sets of old personal computers have.
    pub const CONSOLE: Glyphs = Glyphs {
        ok: '√',
        critical: 'x',
        ascending: '↑',
        descending: '↓',
        folded: '+',
        unfolded: '-',
        leaf: ' ',
        cursor: '>',
        ellipsis: '~',
        dot: '·',
        areas: Grain::Halves,
        lines: Grain::Halves,
        corners: ['┌', '┐', '└', '┘'],
        bar_used: '█',
        bar_parts: &['▌'],
        levels: &['_', '▄', '█'],
        scroll_thumb: '█',
        rising: '↑',
        falling: '↓',
        ..Self::FULL
    };

    /// For terminals that show lines and blocks in two cells.
    pub const NARROW: Glyphs = Glyphs {
        ascii: false,
        ok: '✓',
        warning: '!',
        critical: '✗',
        unknown: '?',
        ascending: '▴',
        descending: '▾',
        folded: '▸',
        unfolded: '▾',
        leaf: '∙',
        cursor: '▸',
        mark: '*',
        ellipsis: '⋯',
        dot: '∙',
        rule: '╌',
        areas: Grain::Braille,
        lines: Grain::Braille,
        grid: '⠐',
        sides: ['⠉', '⣀', '⡇', '⢸'],
        corners: ['⡏', '⢹', '⣇', '⣸'],
        bar_used: '⣶',
        bar_parts: &['⡆'],
        bar_rest: '⣀',
        bar_mark: '╎',
        large: ['⠛', '⣤', '⣿'],
        parts: ['⣿', '⣶', '⢕', '⣀'],
        levels: &[],
        scroll_thumb: '⢸',
        scroll_track: '⠐',
        rising: '⇡',
        falling: '⇣',
        steady: '=',
    };

    /// For terminals that show nothing but ASCII.
    pub const ASCII: Glyphs = Glyphs {
        ascii: true,
        ok: '.',
        warning: '!',
        critical: 'X',
        unknown: '?',
        ascending: '^',
        descending: 'v',
        folded: '+',
        unfolded: '-',
        leaf: ' ',
        cursor: '>',
        mark: '*',
        ellipsis: '>',
        dot: '|',
        rule: '-',
        areas: Grain::Letters,
        lines: Grain::Letters,
        grid: '.',
        sides: ['-', '-', '|', '|'],
        corners: ['+', '+', '+', '+'],
        bar_used: '#',
        bar_parts: &[':'],
        bar_rest: '.',
        bar_mark: '|',
        large: ['#', '#', '#'],
        parts: ['#', '=', '%', '-'],
        levels: &['_', '.', '-', '^'],
        scroll_thumb: '#',
        scroll_track: '|',
        rising: '^',
        falling: 'v',
        steady: '=',
    };

    /// The marker of a state's role; `None` for roles that are no state.
    pub fn state(&self, role: crate::config::theme::Role) -> Option<char> {
        use crate::config::theme::Role;
        Some(match role {
            Role::Ok => self.ok,
            Role::Warning | Role::Stale => self.warning,
            Role::Critical => self.critical,
            Role::Unknown => self.unknown,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use unicode_width::UnicodeWidthChar;

    fn all(g: &Glyphs) -> Vec<char> {
        let mut all = vec![
            g.ok,
            g.warning,
            g.critical,
            g.unknown,
            g.ascending,
            g.descending,
            g.folded,
            g.unfolded,
            g.leaf,
            g.cursor,
            g.mark,
            g.ellipsis,
            g.dot,
            g.rule,
            g.bar_used,
            g.bar_rest,
            g.bar_mark,
            g.scroll_thumb,
            g.scroll_track,
            g.rising,
            g.falling,
            g.steady,
        ];
        let more = g.sides.iter().chain(&g.corners).chain(&g.parts).chain(g.levels);
        all.extend(more.chain(g.bar_parts).chain(&g.large).chain([&g.grid]));
        all
    }

    #[test]
    fn every_glyph_is_one_cell_wide_and_the_narrow_ones_in_every_terminal() {
        for set in GlyphSet::ALL {
            for c in all(Glyphs::of(set)) {
                assert_eq!(c.width(), Some(1), "{c} {:04x}", c as u32);
                assert!(!matches!(c as u32, 0x2600..=0x26ff | 0x1f000..), "{c} may be shown as an emoji");
            }
        }
        // Braille, which the graphs of the narrow set are made of, too.
        for c in all(&Glyphs::NARROW).into_iter().chain('\u{2800}'..='\u{28ff}') {
            assert_eq!((c.width(), c.width_cjk()), (Some(1), Some(1)), "{c} {:04x}", c as u32);
        }
    }

    #[test]
    fn the_console_set_has_what_old_character_sets_have() {
        // Code page 437, in which the consoles' fonts are at home.
        let known = "─│┌┐└┘█▓▒░▌▀▄√·↑↓";
        for c in all(&Glyphs::CONSOLE) {
            assert!(c.is_ascii_graphic() || c == ' ' || known.contains(c), "{c}");
        }
    }

    #[test]
    fn the_ascii_glyphs_are_ascii() {
        for c in all(&Glyphs::ASCII) {
            assert!(c.is_ascii_graphic() || c == ' ', "{c}");
        }
    }

    #[test]
    fn states_are_told_by_four_different_glyphs() {
        for set in GlyphSet::ALL {
            let g = Glyphs::of(set);
            let mut states = vec![g.ok, g.warning, g.critical, g.unknown];
            states.sort_unstable();
            states.dedup();
            assert_eq!(states.len(), 4);
        }
    }

    #[test]
    fn consoles_and_terminals_of_hardware_are_known_by_their_names() {
        for term in ["vt100", "vt220-8bit", "vt52", "ansi", "cons25", "sun-color"] {
            assert_eq!(GlyphSet::of_term(Some(term)), GlyphSet::Ascii, "{term}");
        }
        for term in ["linux", "linux-16color"] {
            assert_eq!(GlyphSet::of_term(Some(term)), GlyphSet::Console, "{term}");
        }
        for term in ["xterm-256color", "xterm", "tmux", "vte-256color", "alacritty", "foot", "rxvt"] {
            assert_eq!(GlyphSet::of_term(Some(term)), GlyphSet::Full, "{term}");
        }
        assert_eq!(GlyphSet::of_term(None), GlyphSet::Full);
    }
}
