//! The parts that screens are made of. Each draws values that it is given into a rectangle.
//!
//! Does not know Redis, state or keys. Invariant: no part panics at any size, or draws outside its rectangle.

pub mod dialog;
pub mod gauge;
pub mod graph;
pub mod headline;
pub mod keyline;
pub mod large;
pub mod panel;
pub mod pen;
pub mod spark;
pub mod stack;
pub mod table;
pub mod textlines;

pub use dialog::Dialog;
pub use gauge::Gauge;
pub use graph::{Graph, GraphPoint, GraphSeries, Scale, Unit};
pub use headline::{Headline, Segment};
pub use keyline::Keyline;
pub use large::{LargeText, PixelSize};
pub use panel::{Panel, notice};
pub use pen::{Pen, StyledText};
pub use stack::{Stack, StackPart};
pub use table::{Align, ColumnWidth, Table, TableParts};
pub use textlines::Textlines;

#[cfg(test)]
mod tests;
