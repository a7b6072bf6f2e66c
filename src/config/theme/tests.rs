//! What themes promise: those of the house are sound and readable, mistakes are told all at once.

use super::*;

fn errors(text: &str) -> Vec<String> {
    Theme::parse(text, "t.toml").unwrap_err().iter().map(ToString::to_string).collect()
}

#[test]
fn the_themes_in_the_program_have_no_mistakes() {
    for (name, text) in BUILTIN {
        let theme = Theme::parse(text, name).unwrap_or_else(|errors| panic!("{name}: {errors:#?}"));
        assert!(!theme.about().is_empty(), "{name} says nothing of itself");
        assert_eq!(Theme::builtin(name), Some(theme));
    }
    assert_eq!(Theme::builtin("none of these"), None);
}

#[test]
fn every_mistake_is_told_at_once_with_its_place_and_the_nearest_name() {
    let found = errors(
        "[palette]\nink = \"#fffff\"\nsea = { rgb = \"#102030\", ansi = \"cyann\" }\n\
         [roles]\ntitel = \"sea\"\ntext = \"see\"\nok = { fg = \"sea\", bald = true }\ndim = 4\n[rolls]\n",
    );
    assert_eq!(
        found,
        [
            "t.toml:2:7: '#fffff' is not a colour; write six hexadecimal digits after a #, such as \"#1a2b3c\"",
            "t.toml:3:33: there is no terminal colour 'cyann'; did you mean 'cyan'?",
            "t.toml:5:1: there is no role 'titel'; did you mean 'title'?",
            "t.toml:6:8: there is no colour in the palette called 'see'; did you mean 'sea'?",
            "t.toml:7:20: there is no part of a role 'bald'; did you mean 'bold'?",
            "t.toml:8:7: this colour is of the kind integer; write a colour of the palette, or \"#rrggbb\"",
            "t.toml:9:2: there is no section 'rolls'; did you mean 'roles'?",
        ]
    );
}

#[test]
fn broken_toml_is_told_with_its_place_and_hides_no_other_mistake() {
    let found = errors("[palette]\nink = \n[roles]\ntitel = \"#102030\"\n");
    assert!(found[0].starts_with("t.toml:2:"), "{found:?}");
    assert!(found.iter().any(|line| line.contains("did you mean 'title'?")), "{found:?}");
}

#[test]
fn a_role_that_is_left_out_takes_after_another_but_not_its_ground() {
    let theme = Theme::parse("[roles]\nbase = { fg = \"#ffffff\", bg = \"#000000\" }\n", "t").unwrap();
    assert_eq!(theme.paint(Role::Graph4).fg, Colour::from_hex("#ffffff"));
    assert_eq!(theme.paint(Role::Graph4).bg, None);
    assert_eq!(theme.paint(Role::Dialog).bg, Colour::from_hex("#000000"));
}

#[test]
fn the_theme_without_colour_is_what_a_terminal_without_colour_gets() {
    let mono = Theme::builtin("mono").unwrap();
    for &role in Role::ALL {
        assert_eq!(mono.paint(role), Paint { attrs: role.plain(), ..Paint::default() }, "{role:?}");
    }
}
