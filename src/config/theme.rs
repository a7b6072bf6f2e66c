//! Themes: palettes and what they paint, read from TOML. Ten of them are in the program.
//!
//! Does not read files (`edge::files` hands over the text) and does not know terminals (`ui::theme` does).
//! Invariant: a `Theme` has a paint for every role.

mod error;
mod paint;
mod parse;
mod role;

pub use error::ThemeError;
pub use paint::{ANSI_NAMES, Ansi, Attrs, Colour, Paint};
pub use role::Role;

use std::collections::BTreeMap;

/// The themes in the program: name and text. A file of the same name in the themes folder goes before.
pub const BUILTIN: &[(&str, &str)] = &[
    ("default", include_str!("../../themes/default.toml")),
    ("light", include_str!("../../themes/light.toml")),
    ("high-contrast", include_str!("../../themes/high-contrast.toml")),
    ("colour-blind", include_str!("../../themes/colour-blind.toml")),
    ("mono", include_str!("../../themes/mono.toml")),
    ("catppuccin", include_str!("../../themes/catppuccin.toml")),
    ("dracula", include_str!("../../themes/dracula.toml")),
    ("gruvbox", include_str!("../../themes/gruvbox.toml")),
    ("nord", include_str!("../../themes/nord.toml")),
    ("solarized", include_str!("../../themes/solarized.toml")),
];

/// The name that stands for the theme that suits the terminal: `light` on a light ground, else `default`.
pub const AUTO: &str = "auto";

/// A paint for every role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theme {
    about: String,
    paints: BTreeMap<Role, Paint>,
}

impl Theme {
    /// Reads a theme. `origin` is the file's name for messages.
    ///
    /// # Errors
    /// Every mistake of the text, in its order.
    pub fn parse(text: &str, origin: &str) -> Result<Theme, Vec<ThemeError>> {
        let written = parse::written(text, origin)?;
        let mut paints = BTreeMap::new();
        for &role in Role::ALL {
            paints.insert(role, resolved(role, &written.paints));
        }
        Ok(Theme { about: written.about, paints })
    }

    /// The theme of this name that is in the program.
    pub fn builtin(name: &str) -> Option<Theme> {
        let (name, text) = BUILTIN.iter().find(|(known, _)| *known == name)?;
        Theme::parse(text, name).ok()
    }

    /// What the theme says of itself, one line.
    pub fn about(&self) -> &str {
        &self.about
    }

    /// How a role is painted.
    pub fn paint(&self, role: Role) -> Paint {
        self.paints.get(&role).copied().unwrap_or_default()
    }
}

/// The paint of a role, or of the first one along `Role::after` that has one. The ground is not handed on:
/// a role without one of its own lets what is underneath show.
fn resolved(role: Role, written: &BTreeMap<Role, Paint>) -> Paint {
    let mut at = role;
    loop {
        if let Some(&paint) = written.get(&at) {
            let owns_ground = at == role || role.lives_by_its_ground() && at != Role::Base;
            return Paint { bg: paint.bg.filter(|_| owns_ground || role == Role::Dialog), ..paint };
        }
        if at == at.after() {
            return Paint::default();
        }
        at = at.after();
    }
}

#[cfg(test)]
mod tests;
