//! Reads a theme file: a palette of named colours, and roles painted with them.
//!
//! Does not know where the text came from. Invariant: every mistake is reported, at once, with its place.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::{Mistakes, ThemeError, nearest};
use super::paint::{ANSI_NAMES, Ansi, Attrs, Colour, Paint};
use super::role::Role;

/// What a file says, before the roles it leaves out are filled in.
pub(super) struct Written {
    pub(super) about: String,
    pub(super) paints: BTreeMap<Role, Paint>,
}

type Palette<'a> = BTreeMap<&'a str, Colour>;

/// Reads the text of a theme file.
pub(super) fn written(text: &str, origin: &str) -> Result<Written, Vec<ThemeError>> {
    let mut mistakes = Mistakes::new(origin, text);
    let (root, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let span = error.span().unwrap_or(0..0);
        let message = error.message().lines().collect::<Vec<_>>().join(", ");
        mistakes.broken(span, message, Some("a theme is TOML: name = value".to_owned()));
    }
    let root = root.get_ref();
    let mut about = String::new();
    let mut palette = Palette::new();
    if let Some((_, value)) = root.iter().find(|(key, _)| key.get_ref() == "palette") {
        palette = read_palette(value, &mut mistakes);
    }
    let mut paints = BTreeMap::new();
    for (key, value) in root {
        match key.get_ref().as_ref() {
            "about" => match value.get_ref().as_str() {
                Some(line) => about = line.lines().next().unwrap_or_default().to_owned(),
                None => wrong_kind(&mut mistakes, value, "'about'", "a text"),
            },
            "palette" => {}
            "roles" => paints = read_roles(value, &palette, &mut mistakes),
            other => unknown(&mut mistakes, key.span(), "section", other, &["about", "palette", "roles"]),
        }
    }
    let found = mistakes.into_sorted();
    if found.is_empty() { Ok(Written { about, paints }) } else { Err(found) }
}

fn unknown(mistakes: &mut Mistakes, span: Range<usize>, kind: &str, name: &str, known: &[&str]) {
    mistakes.note(span, format!("there is no {kind} '{name}'"), nearest(name, known));
}

fn wrong_kind(mistakes: &mut Mistakes, value: &Spanned<DeValue<'_>>, what: &str, wanted: &str) {
    let text = format!("{what} is of the kind {}", value.get_ref().type_str());
    mistakes.note(value.span(), text, Some(format!("write {wanted}")));
}

fn read_palette<'a>(value: &'a Spanned<DeValue<'_>>, mistakes: &mut Mistakes) -> Palette<'a> {
    let mut palette = Palette::new();
    let Some(table) = value.get_ref().as_table() else {
        wrong_kind(mistakes, value, "'palette'", "a table");
        return palette;
    };
    for (key, value) in table {
        let colour = match value.get_ref() {
            DeValue::Table(table) => read_pair(table, value.span(), mistakes),
            _ => read_hex(value, mistakes),
        };
        if let Some(colour) = colour {
            palette.insert(key.get_ref().as_ref(), colour);
        }
    }
    palette
}

/// `{ rgb = "#rrggbb", ansi = "cyan" }`.
fn read_pair(table: &DeTable<'_>, span: Range<usize>, mistakes: &mut Mistakes) -> Option<Colour> {
    let mut rgb = None;
    let mut ansi = None;
    for (key, value) in table {
        match key.get_ref().as_ref() {
            "rgb" => rgb = Some(read_hex(value, mistakes)),
            "ansi" => match value.get_ref().as_str() {
                Some(name) => match Ansi::of(name) {
                    Some(found) => ansi = Some(found),
                    None => unknown(mistakes, value.span(), "terminal colour", name, &ANSI_NAMES),
                },
                None => wrong_kind(mistakes, value, "'ansi'", "a text such as \"cyan\""),
            },
            other => unknown(mistakes, key.span(), "part of a colour", other, &["rgb", "ansi"]),
        }
    }
    if rgb.is_none() {
        mistakes.note(span, "this colour has no rgb".to_owned(), Some("add rgb = \"#rrggbb\"".to_owned()));
    }
    rgb.flatten().map(|colour| Colour { ansi, ..colour })
}

fn read_hex(value: &Spanned<DeValue<'_>>, mistakes: &mut Mistakes) -> Option<Colour> {
    let Some(text) = value.get_ref().as_str() else {
        wrong_kind(mistakes, value, "this colour", "a text such as \"#1a2b3c\"");
        return None;
    };
    let colour = Colour::from_hex(text);
    if colour.is_none() {
        let hint = Some("write six hexadecimal digits after a #, such as \"#1a2b3c\"".to_owned());
        mistakes.note(value.span(), format!("'{text}' is not a colour"), hint);
    }
    colour
}

fn read_roles(
    value: &Spanned<DeValue<'_>>,
    palette: &Palette<'_>,
    mistakes: &mut Mistakes,
) -> BTreeMap<Role, Paint> {
    let mut paints = BTreeMap::new();
    let Some(table) = value.get_ref().as_table() else {
        wrong_kind(mistakes, value, "'roles'", "a table");
        return paints;
    };
    for (key, value) in table {
        let Some(role) = Role::of(key.get_ref()) else {
            let names: Vec<&str> = Role::ALL.iter().map(|role| role.name()).collect();
            unknown(mistakes, key.span(), "role", key.get_ref(), &names);
            continue;
        };
        paints.insert(role, read_paint(value, palette, mistakes));
    }
    paints
}

/// `"colour"`, or `{ fg = "colour", bg = "colour", bold = true }`.
fn read_paint(value: &Spanned<DeValue<'_>>, palette: &Palette<'_>, mistakes: &mut Mistakes) -> Paint {
    let mut paint = Paint::default();
    let Some(table) = value.get_ref().as_table() else {
        paint.fg = read_colour(value, palette, mistakes);
        return paint;
    };
    for (key, value) in table {
        match key.get_ref().as_ref() {
            "fg" => paint.fg = read_colour(value, palette, mistakes),
            "bg" => paint.bg = read_colour(value, palette, mistakes),
            name => match (paint.attrs.switch(name), value.get_ref().as_bool()) {
                (Some(switch), Some(on)) => *switch = on,
                (Some(_), None) => wrong_kind(mistakes, value, &format!("'{name}'"), "true or false"),
                (None, _) => {
                    let known: Vec<&str> = ["fg", "bg"].into_iter().chain(Attrs::NAMES).collect();
                    unknown(mistakes, key.span(), "part of a role", name, &known);
                }
            },
        }
    }
    paint
}

/// A name of the palette, or a colour written out.
fn read_colour(
    value: &Spanned<DeValue<'_>>,
    palette: &Palette<'_>,
    mistakes: &mut Mistakes,
) -> Option<Colour> {
    match value.get_ref().as_str() {
        Some(text) if text.starts_with('#') => read_hex(value, mistakes),
        Some(name) => {
            let colour = palette.get(name).copied();
            if colour.is_none() {
                let known: Vec<&str> = palette.keys().copied().collect();
                unknown(mistakes, value.span(), "colour in the palette called", name, &known);
            }
            colour
        }
        None => {
            wrong_kind(mistakes, value, "this colour", "a colour of the palette, or \"#rrggbb\"");
            None
        }
    }
}
