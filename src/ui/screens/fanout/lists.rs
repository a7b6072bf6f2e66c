//! The fan-out screen's lists: one with the cursor; on a wide terminal the others beside it, as far as they say
//! anything.
//!
//! Knows why each may be empty. Invariant: an empty list says why in words.

use crate::app::State;
use crate::app::cell::order;
use crate::app::fanout::FanoutPart;
use crate::app::geometry::share;
use crate::app::rows;
use crate::app::zone::{Zone, ZoneTarget};
use crate::commands::CommandId;
use crate::config::theme::Role;
use crate::core::reading::Reading;
use crate::ui::cells;
use crate::ui::screens::table::TableView;
use crate::ui::screens::{consumers, gaps, layout, streams};
use crate::ui::theme::Skin;
use crate::ui::widgets::{Align, ColumnWidth, Panel, StyledText, Table};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// From this width on there are two lists side by side.
const WIDE: u16 = 116;
/// Rows of a list beside that still says something: title, head and three rows.
const LEAST: u16 = 5;
const GAP: u16 = 1;

/// Draws the list with the cursor, and others where there is room.
pub fn draw(state: &State, area: Rect, buffer: &mut Buffer, skin: &Skin) -> Vec<Zone> {
    let part = state.fanout_part();
    let others: Vec<FanoutPart> = FanoutPart::ALL
        .into_iter()
        .filter(|other| *other != part && says_anything(state.shown(), *other))
        .collect();
    let beside = area.width >= WIDE && area.height >= LEAST && !others.is_empty();
    let (main, right) = if beside { layout::left(area, share(area.width, 4, 7)) } else { (area, Rect::ZERO) };
    let view = TableView {
        id: part.table(),
        title: part.title(),
        notes: notes(state, part, skin),
        empty: nothing(state, part, skin),
    };
    let mut zones = view.draw(state, main, buffer, skin).zones;
    let right = layout::left(right, GAP).1;
    let most = (right.height / LEAST).max(1);
    let count = most.min(u16::try_from(others.len()).unwrap_or(1));
    for (place, other) in layout::rows(right, count, 0).into_iter().zip(others) {
        draw_beside(state, other, place, buffer, skin);
        zones.push(Zone::new(place, ZoneTarget::FanoutList(other)));
    }
    zones
}

fn says_anything(reading: &Reading, part: FanoutPart) -> bool {
    match part {
        FanoutPart::Subscribers => {
            reading.fanout().subscribers.list().is_some_and(|list| !list.value.is_empty())
        }
        FanoutPart::Channels => reading.fanout().channel_count() > 0,
        FanoutPart::Groups => reading.streams().values().any(|stream| !stream.groups.is_empty()),
        FanoutPart::Layers => {
            !crate::core::reading::fanout::layers::layers(reading.fanout(), reading.this_node().at_us)
                .is_empty()
        }
    }
}

/// The first rows of a list without a cursor, in its first order.
fn draw_beside(state: &State, part: FanoutPart, area: Rect, buffer: &mut Buffer, skin: &Skin) {
    let id = part.table();
    let mut all = rows::of_fanout(state, id);
    let (sort, is_descending) = rows::first_sort(id);
    all.sort_by(|a, b| order(a.cells.get(sort), b.cells.get(sort), is_descending));
    let panel = Panel::new(part.title()).boxed().note(StyledText::new(all.len().to_string(), Role::Dim));
    let inner = panel.draw(area, buffer, skin);
    let shown = all.iter().take(Table::capacity(inner));
    let drawn: Vec<Vec<StyledText>> = shown.map(|row| cells::row(row, 0, state.shown(), skin)).collect();
    let columns: Vec<ColumnWidth> = rows::columns(id)
        .iter()
        .map(|column| ColumnWidth {
            title: column.title,
            align: if column.is_right { Align::Right } else { Align::Left },
            least: column.width,
            most: if column.is_flexible { column.width.saturating_mul(2) } else { column.width },
            flex: u16::from(column.is_flexible),
            priority: column.priority,
            is_name: column.is_flexible && !column.is_sentence,
        })
        .collect();
    Table::list(&columns, &drawn, Some((sort, is_descending))).draw(inner, buffer, skin);
}

fn notes(state: &State, part: FanoutPart, skin: &Skin) -> Vec<StyledText> {
    let reading = state.shown();
    let key = state.setup.keymap.keys_of(CommandId::FanoutList).first().map(ToString::to_string);
    let next =
        key.map(|key| StyledText::new(format!("{key}: {}", part.next().title().to_lowercase()), Role::Dim));
    let age = match part {
        FanoutPart::Subscribers => {
            let list = reading.fanout().subscribers.list();
            list.and_then(|list| consumers::age(reading, list.at_us, "", skin))
        }
        FanoutPart::Channels | FanoutPart::Groups | FanoutPart::Layers => None,
    };
    next.into_iter().chain(age).collect()
}

fn nothing(state: &State, part: FanoutPart, skin: &Skin) -> Vec<StyledText> {
    let reading = state.shown();
    let quiet = |text: &str| vec![gaps::quiet(text)];
    let gap = |what: &str| gaps::of(reading, what).map(|gap| vec![gaps::words(gap)]);
    match part {
        FanoutPart::Subscribers => {
            gap("CLIENT LIST TYPE").unwrap_or_else(|| match reading.fanout().subscribers.list() {
                Some(_) => quiet("Nobody subscribes to a channel or a pattern."),
                None => quiet("Subscribers were not read yet; f asks for them."),
            })
        }
        FanoutPart::Channels => {
            gap("PUBSUB CHANNELS").unwrap_or_else(|| match reading.fanout().is_listed() {
                true => {
                    quiet("No channel has a subscriber. Pattern subscribers are listed under Subscribers.")
                }
                false => quiet("Channels were not read yet; f asks for them."),
            })
        }
        FanoutPart::Groups if reading.streams().is_empty() => streams::nothing(reading, skin),
        FanoutPart::Groups => quiet("No stream has a group."),
        FanoutPart::Layers => quiet(
            "No channel layer was found. Keys of channels_redis are looked for that begin with one of \
             fanout.layer_prefixes.",
        ),
    }
}
