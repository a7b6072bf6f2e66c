//! The table of keys as text: for `streamgauge keys` and docs/KEYS.md.
//!
//! Knows the table and a key map; not the screen. Invariant: every command has exactly one line.

use super::{COMMANDS, Command, CommandId, KeyMap, KeyPreset, Place};

/// One line a command, under the places where it works: keys, name, what it does.
pub fn reference(keys: &KeyMap) -> String {
    let rows: Vec<_> = COMMANDS.iter().map(|command| (command, keys_text(keys, command))).collect();
    let key_width = rows.iter().map(|(_, keys)| keys.chars().count()).max().unwrap_or(0);
    let name_width = COMMANDS.iter().map(|command| command.name.len()).max().unwrap_or(0);
    let mut out = String::new();
    let mut last: &[Place] = &[];
    for place in &Place::ALL {
        for (command, keys) in rows.iter().filter(|(command, _)| command.places.first() == Some(place)) {
            if command.places != last {
                let blank = if out.is_empty() { "" } else { "\n" };
                let titles: Vec<_> = command.places.iter().map(|place| place.title()).collect();
                out.push_str(&format!("{blank}{}\n", titles.join(", ")));
                last = command.places;
            }
            out.push_str(&format!("  {keys:<key_width$}  {:<name_width$}  {}\n", command.name, command.doc));
        }
    }
    out
}

/// What a preset changes: one line a command, with its keys there and those of the table.
pub fn preset_reference(preset: KeyPreset) -> String {
    let row = |(id, keys): &(CommandId, &[&str])| {
        let command = id.command();
        (keys.join(" "), command.name, command.keys.join(" "))
    };
    let rows: Vec<_> = preset.rows().iter().map(row).collect();
    let key_width = rows.iter().map(|(keys, ..)| keys.chars().count()).max().unwrap_or(0);
    let name_width = rows.iter().map(|(_, name, _)| name.len()).max().unwrap_or(0);
    let line = |(keys, name, before): &(String, &str, String)| {
        format!("  {keys:<key_width$}  {name:<name_width$}  instead of {before}\n")
    };
    rows.iter().map(line).collect()
}

fn keys_text(keys: &KeyMap, command: &Command) -> String {
    let texts: Vec<_> = keys.keys_of(command.id).iter().map(ToString::to_string).collect();
    if texts.is_empty() { "(none)".to_owned() } else { texts.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_one_line_that_fits_a_wide_terminal() {
        let text = reference(&KeyMap::default());
        for command in COMMANDS {
            assert_eq!(
                text.lines().filter(|line| line.ends_with(command.doc)).count(),
                1,
                "{}",
                command.name
            );
        }
        assert!(text.lines().all(|line| line.chars().count() <= 130 && line.trim_end() == line));
        assert!(text.starts_with("Everywhere\n  q ctrl-c"));
        assert!(text.contains("\nConsumers, Fan-out, Clients\n  f "));
    }

    #[test]
    fn a_preset_says_what_it_changes() {
        let text = preset_reference(KeyPreset::Emacs);
        assert!(text.contains("  ctrl-n down  "), "{text}");
        assert!(text.lines().any(
            |line| line.ends_with("down       instead of j down") || line.ends_with("instead of j down")
        ));
        assert_eq!(preset_reference(KeyPreset::Default), "");
    }

    #[test]
    fn a_command_without_a_key_says_so() {
        let none = [("theme".to_owned(), Vec::new())].into();
        let text = reference(&KeyMap::with(&none).unwrap());
        assert!(text.lines().any(|line| line.starts_with("  (none)") && line.contains("theme")));
    }
}
