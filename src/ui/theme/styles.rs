//! A `ratatui` style for every role, at one depth of colour.
//!
//! Does not know what is drawn with them. Invariant: a role that lives by its ground is never invisible.

use super::Depth;
use crate::config::theme::{Attrs, Colour, Role, Theme};
use ratatui::style::{Modifier, Style};

/// The styles of a theme at one depth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Styles {
    depth: Depth,
    styles: Vec<Style>,
    fills: Vec<Style>,
}

impl Styles {
    /// The theme's styles as a terminal of this depth shows them.
    pub fn new(theme: &Theme, depth: Depth) -> Self {
        let of_all = |style: fn(&Theme, Depth, Role) -> Style| {
            Role::ALL.iter().map(|role| style(theme, depth, *role)).collect()
        };
        Self { depth, styles: of_all(style), fills: of_all(fill) }
    }

    /// Styles of other making, for tests.
    #[cfg(test)]
    pub fn marked(depth: Depth, style: impl Fn(Role) -> Style) -> Self {
        let styles: Vec<Style> = Role::ALL.iter().map(|role| style(*role)).collect();
        Self { depth, fills: styles.clone(), styles }
    }

    /// The style of a role. It says nothing of what the theme left open (`Style::patch` on what is underneath).
    pub fn get(&self, role: Role) -> Style {
        self.styles.get(role as usize).copied().unwrap_or_default()
    }

    /// The style of an area in the hue of a role.
    pub fn fill(&self, role: Role) -> Style {
        self.fills.get(role as usize).copied().unwrap_or_default()
    }

    /// The depth these were made for.
    pub fn depth(&self) -> Depth {
        self.depth
    }
}

fn style(theme: &Theme, depth: Depth, role: Role) -> Style {
    if depth == Depth::None {
        return Style::new().add_modifier(modifier(role.plain()));
    }
    let paint = theme.paint(role);
    let shown = |colour: Option<_>| colour.and_then(|colour| depth.colour(colour));
    let (fg, bg) = (shown(paint.fg), shown(paint.bg));
    let ground = shown(theme.paint(Role::Base).bg);
    let mut attrs = paint.attrs;
    if role.lives_by_its_ground() && (bg.is_none() || bg == ground) {
        attrs.reverse = true;
    }
    Style { fg, bg, ..Style::new() }.add_modifier(modifier(attrs))
}

/// The least contrast of a mark with the ground, after WCAG 2.
const MARK_CONTRAST: f64 = 3.0;

/// The area under a line: the shade between ground and line that is the nearest to the ground and still told from it.
fn fill(theme: &Theme, depth: Depth, role: Role) -> Style {
    let line = style(theme, depth, role);
    let (Some(ink), Some(ground)) = (theme.paint(role).fg, theme.paint(Role::Base).bg) else { return line };
    if let (Role::Graph1, Some(said)) = (role, theme.paint(Role::GraphFill).fg.filter(|said| *said != ink)) {
        return Style { fg: depth.colour(said), ..Style::new() };
    }
    if depth < Depth::Ansi256 {
        return line;
    }
    let shades = (5..20_u16).map(|twentieths| blend(ground, ink, twentieths));
    let told = shades.into_iter().find(|shade| {
        let (shade, ground) = (depth.seen(*shade), depth.seen(ground));
        shade.contrast(ground) >= MARK_CONTRAST
    });
    told.map_or(line, |shade| Style { fg: depth.colour(shade), ..Style::new() })
}

/// So many twentieths of the way from one colour to the other.
fn blend(from: Colour, to: Colour, twentieths: u16) -> Colour {
    let mix = |from: u8, to: u8| {
        let sum = u16::from(from) * (20 - twentieths.min(20)) + u16::from(to) * twentieths.min(20);
        u8::try_from(sum / 20).unwrap_or(u8::MAX)
    };
    let ((r1, g1, b1), (r2, g2, b2)) = (from.rgb, to.rgb);
    Colour { rgb: (mix(r1, r2), mix(g1, g2), mix(b1, b2)), ansi: to.ansi }
}

fn modifier(attrs: Attrs) -> Modifier {
    [
        (attrs.bold, Modifier::BOLD),
        (attrs.dim, Modifier::DIM),
        (attrs.italic, Modifier::ITALIC),
        (attrs.underline, Modifier::UNDERLINED),
        (attrs.reverse, Modifier::REVERSED),
    ]
    .into_iter()
    .filter(|(on, _)| *on)
    .fold(Modifier::empty(), |all, (_, one)| all | one)
}

impl Theme {
    /// The theme's styles as a terminal of this depth shows them.
    pub fn styles(&self, depth: Depth) -> Styles {
        Styles::new(self, depth)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::theme::BUILTIN;

    const DEPTHS: [Depth; 4] = [Depth::None, Depth::Ansi16, Depth::Ansi256, Depth::True];

    /// What a role must stand out by from its ground, after WCAG 2: text by 4.5, marks by 3; lines round things by a trace.
    fn wanted(role: Role, depth: Depth) -> f64 {
        match role {
            Role::Border | Role::BarRest => 1.3,
            Role::Graph1 | Role::Graph2 | Role::Graph3 | Role::Graph4 | Role::Graph5 | Role::Graph6 => 3.0,
            Role::GraphFill | Role::BarUsed | Role::BorderFocus => 3.0,
            // Of the sixteen one alone is quiet.
            Role::Dim | Role::Axis | Role::Unknown | Role::Footer | Role::TableHeader
                if depth == Depth::Ansi16 =>
            {
                3.5
            }
            _ => 4.5,
        }
    }

    #[test]
    fn what_must_be_read_stands_out_from_its_ground_at_every_depth_of_every_theme() {
        for (name, _) in BUILTIN.iter().filter(|(name, _)| *name != "mono") {
            let theme = Theme::builtin(name).unwrap();
            for depth in [Depth::Ansi16, Depth::Ansi256, Depth::True] {
                let seen = |colour: Option<Colour>| depth.seen(colour.unwrap());
                let ground = theme.paint(Role::Base).bg;
                for &role in Role::ALL {
                    let paint = theme.paint(role);
                    let contrast = seen(paint.fg).contrast(seen(paint.bg.or(ground)));
                    let wanted = wanted(role, depth);
                    assert!(
                        contrast >= wanted,
                        "{name} {depth:?} {}: {contrast:.2}, not {wanted}",
                        role.name()
                    );
                }
                let selected = theme.paint(Role::Selection).bg;
                // With sixteen colours the selection has one colour for all.
                let states = [Role::Text, Role::Ok, Role::Warning, Role::Critical, Role::Accent];
                for role in states.into_iter().filter(|_| depth > Depth::Ansi16) {
                    let contrast = seen(theme.paint(role).fg).contrast(seen(selected));
                    assert!(contrast >= 3.5, "{name} {depth:?} {} selected: {contrast:.2}", role.name());
                }
            }
        }
    }

    #[test]
    fn areas_stand_out_from_their_ground_and_series_from_each_other() {
        let series = [Role::Graph1, Role::Graph2, Role::Graph3, Role::Graph4, Role::Graph5, Role::Graph6];
        for (name, _) in BUILTIN.iter().filter(|(name, _)| *name != "mono") {
            let theme = Theme::builtin(name).unwrap();
            let styles = theme.styles(Depth::True);
            let ground = theme.paint(Role::Base).bg.unwrap();
            for (at, role) in series.into_iter().enumerate() {
                let Some(ratatui::style::Color::Rgb(r, g, b)) = styles.fill(role).fg else {
                    panic!("{name}")
                };
                let contrast = Colour { rgb: (r, g, b), ansi: None }.contrast(ground);
                assert!(contrast >= MARK_CONTRAST, "{name} {}: {contrast:.2}", role.name());
                for other in series.into_iter().skip(at + 1) {
                    assert_ne!(styles.get(role).fg, styles.get(other).fg, "{name} {}", role.name());
                }
            }
        }
    }

    #[test]
    fn states_look_different_at_every_depth_of_every_theme() {
        let states = [Role::Text, Role::Warning, Role::Critical, Role::Selection, Role::Unknown];
        for (name, _) in BUILTIN {
            for depth in DEPTHS {
                let styles = Theme::builtin(name).unwrap().styles(depth);
                for (at, one) in states.iter().enumerate() {
                    for other in states.iter().skip(at + 1) {
                        assert_ne!(
                            styles.get(*one),
                            styles.get(*other),
                            "{name} {depth:?} {one:?} {other:?}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn without_colour_there_is_no_colour_in_any_style() {
        for (name, _) in BUILTIN {
            let styles = Theme::builtin(name).unwrap().styles(Depth::None);
            for role in Role::ALL {
                assert_eq!((styles.get(*role).fg, styles.get(*role).bg), (None, None));
            }
        }
    }

    #[test]
    fn a_selection_whose_ground_vanishes_is_reversed() {
        let theme =
            Theme::parse("[roles]\nbase = { bg = \"#000000\" }\nselection = { bg = \"#050505\" }\n", "t");
        let theme = theme.unwrap();
        assert!(theme.styles(Depth::Ansi16).get(Role::Selection).add_modifier.contains(Modifier::REVERSED));
        assert!(theme.styles(Depth::True).get(Role::Selection).add_modifier.is_empty());
    }
}
