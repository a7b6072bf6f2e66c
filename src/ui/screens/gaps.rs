//! Why something is not on the screen: gaps of the reading as sentences.
//!
//! Knows which command feeds what; not why one was refused. Invariant: a reason is one sentence for people.

use crate::config::theme::Role;
use crate::core::model::{Gap, GapReason};
use crate::core::reading::Reading;
use crate::ui::masking;
use crate::ui::widgets::StyledText;

/// The gap of a command: as such, or for one of its items.
pub fn of<'a>(reading: &'a Reading, what: &str) -> Option<&'a Gap> {
    reading.this_node().gaps.about(what)
}

/// The gap of a command as such or for exactly this item: `XINFO CONSUMERS`, `orders billing`.
pub fn of_item<'a>(reading: &'a Reading, command: &str, item: &str) -> Option<&'a Gap> {
    reading.this_node().gaps.of(command).or_else(|| reading.this_node().gaps.of(&format!("{command} {item}")))
}

/// A gap as words.
pub fn words(gap: &Gap) -> StyledText {
    let role = match gap.why {
        GapReason::Empty => Role::Warning,
        GapReason::Denied | GapReason::Unsupported | GapReason::TooCostly | GapReason::Bound => Role::Warning,
        GapReason::Timeout | GapReason::Failed => Role::Critical,
    };
    let text = match masking::is_on() {
        true => format!("not read: {}", gap.why.word()),
        false => gap.text.clone(),
    };
    StyledText::new(text, role)
}

/// The mark beside figures that are those of one node of a cluster.
pub fn this_node(reading: &Reading) -> Option<StyledText> {
    reading.part_of_cluster().map(|_| StyledText::new("this node", Role::Warning))
}

/// A quiet sentence.
pub fn quiet(text: impl Into<String>) -> StyledText {
    StyledText::new(text, Role::Dim)
}
