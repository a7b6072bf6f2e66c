//! For pictures in tests: a skin in which every role has a colour of its own, and the names of those colours.
//!
//! Invariant: what is told as a role was painted with that role, and with no other that looks alike in some theme.

use super::{Depth, GlyphSet, Skin, Styles};
use crate::config::theme::{Role, Theme};
use ratatui::style::{Color, Modifier, Style};

/// The default theme's skin with a colour of its own for every text and every ground.
pub fn skin() -> Skin {
    let theme = Theme::builtin("default").unwrap();
    let plain = Skin::new(&theme, Depth::True, GlyphSet::Full);
    let mark = |role: Role| {
        let style = plain.style(role);
        let own = Color::Indexed(role as u8);
        Style { fg: style.fg.map(|_| own), bg: style.bg.map(|_| own), ..style }
    };
    Skin { styles: Styles::marked(Depth::True, mark), ..plain }
}

/// The role of a style of [`skin`]: `critical on header`; `None` for plain text on the screen's own ground.
pub fn role(style: Style) -> Option<String> {
    let name = |colour: Option<Color>| match colour {
        Some(Color::Indexed(index)) => {
            Role::ALL.get(usize::from(index)).filter(|role| !matches!(role, Role::Base | Role::Text))
        }
        _ => None,
    };
    match (name(style.fg), name(style.bg)) {
        (None, None) => None,
        (Some(text), None) => Some(text.name().to_owned()),
        (None, Some(ground)) => Some(format!("on {}", ground.name())),
        (Some(text), Some(ground)) if text == ground => Some(text.name().to_owned()),
        (Some(text), Some(ground)) => Some(format!("{} on {}", text.name(), ground.name())),
    }
}

/// The attributes of a style, where there is no colour; `None` for none.
pub fn attributes(style: Style) -> Option<String> {
    let names: Vec<String> = style.add_modifier.iter_names().map(|(name, _)| name.to_lowercase()).collect();
    (style.add_modifier != Modifier::empty()).then(|| names.join(" "))
}
