//! A client below the list of clients: what its flags mean, and what it holds.
//!
//! Knows the letters of CLIENT LIST. Invariant: a letter that is not known is shown as it is.

use super::lower;
use crate::app::State;
use crate::config::theme::Role;
use crate::core::model::Name;
use crate::core::model::clients::Client;
use crate::ui::screens::facts::{self, Fact};
use crate::ui::screens::layout;
use crate::ui::theme::Skin;
use crate::ui::widgets::{Panel, StyledText};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Title, two lines, and a blank one above the figures.
const LINES: u16 = 4;
/// Cells of the name of a line.
const LABEL: u16 = 8;

/// The letters of `flags`, as the documentation of CLIENT LIST has them.
const FLAGS: [(char, &str); 20] = [
    ('A', "is to be closed at once"),
    ('b', "waits in a blocking command"),
    ('B', "tracks keys by prefix"),
    ('c', "is closed after its reply"),
    ('d', "a watched key has changed: EXEC will fail"),
    ('e', "is never evicted"),
    ('i', "waits for virtual memory"),
    ('I', "imports data"),
    ('M', "is the primary"),
    ('N', "nothing special"),
    ('O', "runs MONITOR"),
    ('P', "subscribes to channels"),
    ('r', "reads from a replica of a cluster"),
    ('R', "the client that its tracking goes to is gone"),
    ('S', "is a replica"),
    ('t', "tracks keys for its cache"),
    ('T', "does not touch when keys were used"),
    ('u', "was let go from a blocking command"),
    ('U', "came over a unix socket"),
    ('x', "is in a transaction"),
];

/// Draws it at the lower end of a free area.
pub fn draw(state: &State, id: u64, free: Rect, buffer: &mut Buffer, skin: &Skin) {
    let list = state.shown().this_node().clients.as_ref();
    let Some(client) = list.and_then(|list| list.value.iter().find(|client| client.id == id)) else { return };
    let title = match client.name.as_bytes().is_empty() {
        true => format!("client {id}"),
        false => client.name.to_string(),
    };
    let figures = figures(state, client, skin);
    let rows = facts::rows_of(figures.len(), layout::inset(free).width);
    let inner = Panel::new(&title).draw(lower(free, LINES.saturating_add(rows)), buffer, skin);
    let known = |name: &Option<Name>| {
        let text = name.as_ref().filter(|name| !name.as_bytes().is_empty()).map(Name::to_string);
        text.map_or_else(|| StyledText::new(skin.figures.unknown(), Role::Unknown), StyledText::from)
    };
    let from = vec![
        StyledText::from(client.address.to_string()),
        StyledText::new(format!("user {}", known(&client.user).text), Role::Dim),
        StyledText::new(format!("library {}", known(&client.library).text), Role::Dim),
    ];
    let (place, rest) = layout::top(inner, 1);
    facts::line(("from", LABEL), &from, place, buffer, skin);
    let (place, rest) = layout::top(rest, 1);
    facts::line(("flags", LABEL), &flags(&client.flags), place, buffer, skin);
    facts::draw(&figures, layout::top(rest, 1).1, buffer, skin);
}

/// Each letter in words.
fn flags(flags: &str) -> Vec<StyledText> {
    let words = |letter: char| {
        let known = FLAGS.iter().find(|(known, _)| *known == letter);
        let text = known.map_or_else(|| letter.to_string(), |(_, words)| format!("{letter} {words}"));
        StyledText::new(text, if matches!(letter, 'A' | 'd') { Role::Warning } else { Role::Text })
    };
    flags.chars().filter(|letter| letter.is_ascii_graphic()).map(words).collect()
}

fn figures(state: &State, client: &Client, skin: &Skin) -> Vec<Fact> {
    let (node, figures) = (state.shown().this_node(), skin.figures);
    let fact = |name, figure| Fact::new(name, figure, skin);
    let seconds = |s: Option<u64>| figures.duration_ms(s.map(|s| s.saturating_mul(1000)));
    let growth = figures.signed_bytes_rate(node.outputs.grows_per_s(client.id).map(f64::round));
    let cut = node.clients.as_ref().and_then(|list| node.outputs.seconds_to_cut(client, list.at_us));
    vec![
        fact("id", client.id.to_string()),
        fact("command", Name::from(client.command.as_str()).to_string()),
        fact("database", figures.count(client.database)),
        fact("connected for", seconds(client.age_s)),
        fact("idle for", seconds(client.idle_s)),
        fact("channels", figures.count(client.subscriptions)),
        fact("channel patterns", figures.count(client.patterns)),
        fact("memory", figures.bytes(client.tot_mem)),
        fact("out buffer", figures.bytes(client.omem)),
        fact("out buffer grows", growth),
        fact("disconnect in", figures.duration_s(cut)),
        fact("query buffer", figures.bytes(client.qbuf)),
    ]
}
