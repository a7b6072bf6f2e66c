//! The characters that the screen is drawn with, in full and in ASCII.
//!
//! Invariant: each is one cell wide in every terminal, also in those that show East Asian "ambiguous"
//! characters in two cells. That rules out box-drawing lines and eighth blocks; braille is safe.

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
    /// Where a text was cut.
    pub ellipsis: char,
    /// Between two things of a line.
    pub dot: char,
    /// A horizontal line.
    pub rule: char,
    /// A box's lines: top, bottom, left, right.
    pub sides: [char; 4],
    /// A box's corners: top left, top right, bottom left, bottom right.
    pub corners: [char; 4],
    /// The used part of a bar.
    pub bar_used: char,
    /// The rest of a bar.
    pub bar_rest: char,
    /// A mark on a bar.
    pub bar_mark: char,
    /// The parts of a stacked bar, told apart by texture too.
    pub parts: [char; 4],
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

/// Whether a terminal of this `TERM` shows ASCII alone: consoles of machines and terminals of hardware, whose fonts
/// have neither braille nor arrows.
pub fn is_plain(term: Option<&str>) -> bool {
    let term = term.unwrap_or_default();
    let kind = term.split(['-', '+']).next().unwrap_or(term);
    let is_numbered = |family: &str| {
        kind.strip_prefix(family).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    matches!(kind, "linux" | "ansi" | "dumb" | "sun" | "pcansi" | "wsvt25")
        || is_numbered("vt")
        || is_numbered("cons")
}

impl Glyphs {
    /// For terminals that show Unicode.
    pub const UNICODE: Glyphs = Glyphs {
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
        ellipsis: '⋯',
        dot: '∙',
        rule: '╌',
        sides: ['⠉', '⣀', '⡇', '⢸'],
        corners: ['⡏', '⢹', '⣇', '⣸'],
        bar_used: '⣶',
        bar_rest: '⣀',
        bar_mark: '╎',
        parts: ['⣿', '⣶', '⢕', '⣀'],
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
        ellipsis: '>',
        dot: '|',
        rule: '-',
        sides: ['-', '-', '|', '|'],
        corners: ['+', '+', '+', '+'],
        bar_used: '#',
        bar_rest: '.',
        bar_mark: '|',
        parts: ['#', '=', '%', '-'],
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
        all.extend(g.sides.iter().chain(&g.corners).chain(&g.parts));
        all
    }

    #[test]
    fn every_glyph_is_one_cell_wide_in_every_terminal() {
        for c in all(&Glyphs::UNICODE) {
            assert_eq!((c.width(), c.width_cjk()), (Some(1), Some(1)), "{c} {:04x}", c as u32);
            assert!(!matches!(c as u32, 0x2600..=0x26ff | 0x1f000..), "{c} may be shown as an emoji");
        }
        // Braille, which graphs are made of.
        for c in '\u{2800}'..='\u{28ff}' {
            assert_eq!((c.width(), c.width_cjk()), (Some(1), Some(1)));
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
        for g in [&Glyphs::UNICODE, &Glyphs::ASCII] {
            let mut states = vec![g.ok, g.warning, g.critical, g.unknown];
            states.sort_unstable();
            states.dedup();
            assert_eq!(states.len(), 4);
        }
    }

    #[test]
    fn consoles_and_terminals_of_hardware_are_plain_and_windows_are_not() {
        for term in ["linux", "linux-16color", "vt100", "vt220-8bit", "vt52", "ansi", "cons25", "sun-color"] {
            assert!(is_plain(Some(term)), "{term}");
        }
        for term in ["xterm-256color", "xterm", "tmux", "vte-256color", "alacritty", "foot", "rxvt"] {
            assert!(!is_plain(Some(term)), "{term}");
        }
        assert!(!is_plain(None));
    }
}
