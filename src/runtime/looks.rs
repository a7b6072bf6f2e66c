//! How the console looks: which theme, which colours, which glyphs, by what was asked for, by the terminal's name, and by what
//! the terminal answers.
//!
//! Knows config, environment and answers; draws nothing. Invariant: what the operator has said goes before what the terminal
//! says, and that before what its name tells.

use super::setup::Skins;
use crate::config::settings::GlyphChoice;
use crate::config::theme::AUTO;
use crate::config::{Location, Problems};
use crate::edge::files::{self, Loaded};
use crate::edge::term::{TermAnswers, TermQuestions, ask};
use crate::ui::theme::{Depth, GlyphSet, Skin};

/// Every theme that can be read; the one that was asked for must be. Without a depth it is the terminal's.
///
/// # Errors
/// What is wrong with the theme that was asked for.
pub fn skins(loaded: &Loaded, depth: Option<Depth>) -> Result<Skins, Problems> {
    let is_picture = depth.is_some();
    let (colorterm, term) = (loaded.env.get("COLORTERM"), loaded.env.get("TERM"));
    let no_color = (!loaded.config.colour).then_some("1");
    let depth = depth.unwrap_or_else(|| Depth::of(no_color, colorterm, term));
    let answers = if is_picture { TermAnswers::default() } else { ask(questions(loaded, depth)) };
    // A picture draws its glyphs itself.
    let glyphs = if is_picture { GlyphSet::Full } else { glyphs(loaded, answers) };
    let wanted = match loaded.config.settings.theme.as_str() {
        AUTO if answers.is_light == Some(true) => "light",
        AUTO => "default",
        name => name,
    };
    let asked = files::theme(&loaded.paths, &loaded.config, wanted)?;
    let mut all = Skins { names: Vec::new(), skins: Vec::new(), first: 0 };
    for name in files::theme_names(&loaded.paths) {
        let theme = if name == wanted {
            all.first = all.names.len();
            asked.clone()
        } else {
            match files::theme(&loaded.paths, &loaded.config, &name) {
                Ok(theme) => theme,
                Err(problems) => {
                    tracing::warn!("theme '{name}' is left out: {problems}");
                    continue;
                }
            }
        };
        all.names.push(name);
        all.skins.push(Skin::new(&theme, depth, glyphs));
    }
    Ok(all)
}

/// What neither the operator nor the terminal's name tells.
fn questions(loaded: &Loaded, depth: Depth) -> TermQuestions {
    let settings = &loaded.config.settings;
    // Consoles and terminals of hardware do not know the questions.
    let is_window = GlyphSet::of_term(loaded.env.get("TERM")) == GlyphSet::Full;
    let is_open = settings.glyphs == GlyphChoice::Auto && !is_ascii_said(loaded);
    TermQuestions {
        width: is_window && is_open,
        ground: is_window && settings.theme == AUTO && depth > Depth::None,
    }
}

/// Whether the operator has said that there is ASCII only, or that there is not.
fn is_ascii_said(loaded: &Loaded) -> bool {
    loaded.config.place("ascii") != Location::Default
}

fn glyphs(loaded: &Loaded, answers: TermAnswers) -> GlyphSet {
    let settings = &loaded.config.settings;
    match settings.glyphs {
        _ if settings.ascii => GlyphSet::Ascii,
        GlyphChoice::Full => GlyphSet::Full,
        GlyphChoice::Narrow => GlyphSet::Narrow,
        GlyphChoice::Ascii => GlyphSet::Ascii,
        GlyphChoice::Auto if is_ascii_said(loaded) => GlyphSet::Full,
        GlyphChoice::Auto if answers.is_wide == Some(true) => GlyphSet::Narrow,
        GlyphChoice::Auto => GlyphSet::of_term(loaded.env.get("TERM")),
    }
}
