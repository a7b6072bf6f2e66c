//! A theme made ready for one terminal: styles at its depth of colour, glyphs that it can show, figures to match.
//!
//! Does not know which theme the operator chose, or how the terminal was asked.

mod depth;
mod glyphs;
#[cfg(test)]
pub mod roles;
mod styles;

pub use depth::Depth;
pub use glyphs::{Glyphs, is_plain};
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
    /// The skin of a theme on a terminal of this depth; `ascii` for terminals that show nothing else.
    pub fn new(theme: &Theme, depth: Depth, ascii: bool) -> Self {
        let glyphs = if ascii { &Glyphs::ASCII } else { &Glyphs::UNICODE };
        Self { styles: Styles::new(theme, depth), glyphs, figures: Figures::new(ascii) }
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

    /// Whether this skin is made of ASCII only.
    pub fn is_ascii(&self) -> bool {
        self.glyphs.ascii
    }
}
