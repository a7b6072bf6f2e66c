//! One row a client.

use super::{figure, name, word};
use crate::app::cell::{Cell, Column, Row, RowId, RowMark};
use crate::core::reading::Reading;

/// Where the memory stands.
pub const MEMORY: usize = 4;

/// Columns of the clients.
pub const COLUMNS: &[Column] = &[
    figure("ID", 7, 2),
    name("NAME", 12, 0),
    name("ADDRESS", 16, 1),
    figure("OUT BUFFER", 10, 0),
    figure("MEMORY", 9, 0),
    figure("IDLE", 8, 1),
    figure("AGE", 8, 3),
    word("FLAGS", 5, 4),
    word("COMMAND", 16, 0),
    figure("DB", 3, 6),
    name("USER", 8, 7),
    name("LIBRARY", 14, 8),
];

/// One row a client.
pub fn rows(reading: &Reading) -> Vec<Row> {
    let Some(clients) = &reading.this_node().clients else { return Vec::new() };
    let text = |name: &Option<crate::core::model::Name>| {
        name.as_ref().map_or(Cell::Text("—".into()), |name| Cell::Name(name.clone()))
    };
    let row = |client: &crate::core::model::clients::Client| Row {
        id: RowId::Client(client.id),
        cells: vec![
            Cell::Number(client.id),
            Cell::Name(client.name.clone()),
            Cell::Name(client.address.clone()),
            Cell::Bytes(client.omem),
            Cell::Bytes(client.tot_mem),
            Cell::WholeSeconds(client.idle_s),
            Cell::WholeSeconds(client.age_s),
            Cell::Text(client.flags.clone()),
            Cell::Text(crate::core::model::Name::from(client.command.as_str()).to_string()),
            Cell::Count(client.database),
            text(&client.user),
            text(&client.library),
        ],
        mark: RowMark::None,
    };
    clients.value.iter().map(row).collect()
}
