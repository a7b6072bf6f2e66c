//! How full the memory is, and how many reads find their key.
//!
//! Invariant: a memory that evicts is not critical when it is full; one that refuses writes is.

use crate::app::State;
use crate::config::theme::Role;
use crate::core::diagnose::finding::Severity;
use crate::core::model::cache::MIN_LOOKUPS;
use crate::core::model::memory::{Headroom, LimitOf, Memory};
use crate::ui::screens::facts::line;
use crate::ui::screens::layout;
use crate::ui::theme::Skin;
use crate::ui::widgets::Gauge;
use crate::ui::widgets::StyledText;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Cells of the label, so that both bars begin at the same one.
pub const LABEL: u16 = 8;
/// Cells of the words behind the bar.
const WORDS: u16 = 46;
/// No bar is longer: what is more makes it no clearer.
const LONGEST_BAR: u16 = 60;
const PERCENT: u16 = 6;

/// Bar, share and words, in one line.
pub fn draw(
    gauge: (&str, Option<f64>, [Option<f64>; 2]),
    words: &[StyledText],
    area: Rect,
    buffer: &mut Buffer,
    skin: &Skin,
) {
    let (label, share, [warning_at, critical_at]) = gauge;
    let least = LABEL + 1 + 4 + 1 + PERCENT;
    let most = LABEL + 1 + LONGEST_BAR + 1 + PERCENT;
    let room = area.width.saturating_sub(WORDS + 2).clamp(least, most);
    let (bar, rest) = layout::left(area, room);
    let figure = skin.figures.percent(share.map(|share| share.clamp(0.0, 1.0)));
    Gauge {
        label,
        label_width: LABEL,
        share,
        figure: &figure,
        figure_width: PERCENT,
        warning_at,
        critical_at,
    }
    .draw(bar, buffer, skin);
    let (_, rest) = layout::left(rest, 2);
    line(("", 0), words, rest, buffer, skin);
}

/// Memory against its limit, or against the host's where it has none.
pub fn memory(state: &State, area: Rect, buffer: &mut Buffer, skin: &Skin) {
    let info = state.shown().this_node().info.as_ref();
    let nothing = Memory::default();
    let memory = info.map_or(&nothing, |info| &info.value.memory);
    let bytes = |bytes| skin.figures.bytes(bytes);
    let room = state.shown().this_node().memory.headroom().filter(|_| info.is_some());
    let share = room.map(|room| room.fullness());
    let mut words = match room {
        Some(Headroom { used, limit, of: LimitOf::Maxmemory }) => {
            let text = format!("{:>8} of {}", bytes(Some(used)), bytes(Some(limit)));
            vec![StyledText::from(text), policy(memory)]
        }
        Some(Headroom { used, limit, of }) => {
            let whose = if of == LimitOf::Container { "its container" } else { "RAM" };
            let text = format!("{:>8} of {} {whose}", bytes(Some(used)), bytes(Some(limit)));
            let own = memory.limit().map(|limit| format!("maxmemory {}", bytes(Some(limit))));
            vec![text.into(), StyledText::new(own.unwrap_or_else(|| "no maxmemory".to_owned()), Role::Dim)]
        }
        None => vec![StyledText::new(format!("{:>8}", bytes(memory.used)), Role::Text)],
    };
    if state.shown().this_node().memory.seconds_to_full().is_some_and(|seconds| seconds > 0.0) {
        let soon = full_in(state, skin);
        words.insert(1, StyledText::new(format!("full in {}", soon.text.trim()), soon.role));
    }
    // Where nothing can be evicted the server refuses writes at maxmemory; at any other limit the kernel ends it.
    let refuses = room
        .is_some_and(|room| room.of != LimitOf::Maxmemory || memory.policy.as_deref() == Some("noeviction"));
    let thresholds = if refuses { [Some(0.9), Some(1.0)] } else { [None, None] };
    let words = if info.is_some() { words } else { Vec::new() };
    draw(("memory", share, thresholds), &words, area, buffer, skin);
}

/// When memory is full, as it grows.
pub fn full_in(state: &State, skin: &Skin) -> StyledText {
    let reading = state.shown();
    let (track, limits) = (&reading.this_node().memory, reading.judged().thresholds().full_in_minutes);
    match track.seconds_to_full() {
        Some(seconds) if seconds > 0.0 => {
            let is_own = track.headroom().is_some_and(|room| room.of == LimitOf::Maxmemory);
            let is_cache = is_own
                && reading.this_node().info.as_ref().is_some_and(|info| info.value.memory.evicts_all());
            let role = match limits.severity(seconds / 60.0, None).filter(|_| !is_cache) {
                Some(Severity::Critical) => Role::Critical,
                Some(Severity::Warning) => Role::Warning,
                None => Role::Text,
            };
            StyledText::new(skin.figures.duration_s(Some(seconds)), role)
        }
        Some(_) => StyledText::new("full now", Role::Text),
        None if track.is_foretold() && track.headroom().is_some() => {
            StyledText::new("not growing", Role::Dim)
        }
        None => StyledText::new(skin.figures.unknown(), Role::Unknown),
    }
}

fn policy(memory: &Memory) -> StyledText {
    StyledText::new(memory.policy.clone().unwrap_or_default(), Role::Dim)
}

/// Hits over reads of the last minute, those of others only.
pub fn hits(state: &State, area: Rect, buffer: &mut Buffer, skin: &Skin) {
    let reading = state.shown();
    let window = reading.this_node().cache.window(60_000_000);
    let figures = skin.figures;
    let reads = window.lookups.total();
    let first = if window.ratio().is_some() {
        StyledText::from(format!("{:>8} reads", figures.count(Some(reads))))
    } else if window.whole_us == 0 {
        StyledText::new("nothing counted yet", Role::Unknown)
    } else {
        StyledText::new(format!("{reads:>8} reads, {MIN_LOOKUPS} are needed"), Role::Unknown)
    };
    let lifetime = reading
        .this_node()
        .info
        .as_ref()
        .and_then(|info| info.value.stats.lookups)
        // Of few, most may be our own.
        .filter(|all| all.total() >= MIN_LOOKUPS)
        .and_then(|all| all.ratio());
    let mut words = vec![first];
    if lifetime.is_some() {
        words.push(StyledText::new(format!("ever {}", figures.percent(lifetime)), Role::Dim));
    }
    if let Some(coverage) = window.coverage() {
        words.push(StyledText::new(format!("coverage {}", figures.percent(Some(coverage))), Role::Dim));
    }
    draw(("hits 1m", window.ratio(), [None, None]), &words, area, buffer, skin);
}
