//! A theme made ready for one terminal: styles at its depth of colour, glyphs that it can show, figures to match.
//!
//! Does not know which theme the operator chose, or how the terminal was asked.

mod depth;
mod glyphs;
mod grain;
#[cfg(test)]
pub mod roles;
mod styles;

pub use depth::Depth;
pub use glyphs::{GlyphSet, Glyphs};
pub use grain::{CellDots, Grain, eighth};
pub use styles::Styles;

use crate::config::theme::{Role, Theme};
use crate::core::figures::column::Figures;
use ratatui::style::{Modifier, Style};

/// Everything that drawing needs to know of looks. Cheap to clone; made once per theme change.
#[derive(Clone, Debug)]
pub struct Skin {
    /// A style for every role.
    pub styles: Styles,
    /// The characters to draw with.
    pub glyphs: &'static Glyphs,
    /// How figures are written.
    pub figures: Figures,
}

impl Skin {
    /// The skin of a theme on a terminal of this depth that shows these glyphs.
    pub fn new(theme: &Theme, depth: Depth, set: GlyphSet) -> Self {
        let glyphs = Glyphs::of(set);
        Self { styles: Styles::new(theme, depth), glyphs, figures: Figures::new(set >= GlyphSet::Console) }
    }

    /// The style of a role.
    pub fn style(&self, role: Role) -> Style {
        self.styles.get(role)
    }

    /// The style of a role for lines, bars and dots, which a reversed ground or an underline would spoil.
    pub fn ink(&self, role: Role) -> Style {
        let style = self.style(role);
        Style { add_modifier: style.add_modifier & (Modifier::BOLD | Modifier::DIM), ..style }
    }

    /// The style of the area under a line of this role: a darker shade of the same hue (on paper a lighter one).
    pub fn fill(&self, role: Role) -> Style {
        self.styles.fill(role)
    }

    /// Whether areas can be filled so that they are no louder than a line.
    pub fn has_fills(&self) -> bool {
        self.glyphs.areas != Grain::Eighths && self.glyphs.areas != Grain::Halves
            || self.styles.depth() >= Depth::Ansi256
    }

    /// Whether the rest of a bar can be a ground of its own: cells are divided, and there are shades enough.
    pub fn has_grounds(&self) -> bool {
        self.glyphs.areas == Grain::Eighths && self.styles.depth() >= Depth::Ansi256
    }

    /// Whether this skin is made of ASCII only.
    pub fn is_ascii(&self) -> bool {
        self.glyphs.ascii
    }
}
