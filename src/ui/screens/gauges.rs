//! How full the memory is, and how many reads find their key.
//!
//! Invariant: a memory that evicts is not critical when it is full; one that refuses writes is.

use crate::app::State;
use crate::config::theme::Role;
use crate::core::model::cache::MIN_LOOKUPS;
use crate::core::model::memory::Memory;
use crate::ui::screens::cuts;
use crate::ui::screens::facts::line;
use crate::ui::theme::Skin;
use crate::ui::widgets::Gauge;
use crate::ui::widgets::Words;
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
    words: &[Words],
    area: Rect,
    buffer: &mut Buffer,
    skin: &Skin,
) {
    let (label, share, [warning_at, critical_at]) = gauge;
    let least = LABEL + 1 + 4 + 1 + PERCENT;
    let most = LABEL + 1 + LONGEST_BAR + 1 + PERCENT;
    let room = area.width.saturating_sub(WORDS + 2).clamp(least, most);
    let (bar, rest) = cuts::left(area, room);
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
    let (_, rest) = cuts::left(rest, 2);
    line(("", 0), words, rest, buffer, skin);
}

/// Memory against its limit, or against the host's where it has none.
pub fn memory(state: &State, area: Rect, buffer: &mut Buffer, skin: &Skin) {
    let info = state.shown().info.as_ref();
    let nothing = Memory::default();
    let memory = info.map_or(&nothing, |info| &info.value.memory);
    let bytes = |bytes| skin.figures.bytes(bytes);
    let share_of = |whole: Option<u64>| Some(memory.used? as f64 / whole.filter(|&whole| whole > 0)? as f64);
    let (share, words) = match (memory.limit(), memory.system_total) {
        (Some(limit), _) => {
            let text = format!("{:>8} of {}", bytes(memory.used), bytes(Some(limit)));
            (memory.fullness(), vec![Words::from(text), policy(memory)])
        }
        (None, Some(total)) => {
            let text = format!("{:>8} of {} RAM", bytes(memory.used), bytes(Some(total)));
            (share_of(Some(total)), vec![text.into(), Words::new("no limit", Role::Dim)])
        }
        (None, None) => (None, vec![Words::new(format!("{:>8}", bytes(memory.used)), Role::Text)]),
    };
    // Where nothing can be evicted the server refuses writes at the limit.
    let refuses = memory.limit().is_some() && memory.policy.as_deref() == Some("noeviction");
    let thresholds = if refuses { [Some(0.9), Some(1.0)] } else { [None, None] };
    let words = if info.is_some() { words } else { Vec::new() };
    draw(("memory", share, thresholds), &words, area, buffer, skin);
}

fn policy(memory: &Memory) -> Words {
    Words::new(memory.policy.clone().unwrap_or_default(), Role::Dim)
}

/// Hits over reads of the last minute, those of others only.
pub fn hits(state: &State, area: Rect, buffer: &mut Buffer, skin: &Skin) {
    let reading = state.shown();
    let window = reading.cache.window(60_000_000);
    let figures = skin.figures;
    let reads = window.lookups.total();
    let first = if window.ratio().is_some() {
        Words::from(format!("{:>8} reads", figures.count(Some(reads))))
    } else if window.whole_us == 0 {
        Words::new("nothing counted yet", Role::Unknown)
    } else {
        Words::new(format!("{reads:>8} reads, {MIN_LOOKUPS} are needed"), Role::Unknown)
    };
    let lifetime =
        reading.info.as_ref().and_then(|info| info.value.stats.lookups).and_then(|all| all.ratio());
    let mut words = vec![first];
    if lifetime.is_some() {
        words.push(Words::new(format!("ever {}", figures.percent(lifetime)), Role::Dim));
    }
    if let Some(coverage) = window.coverage() {
        words.push(Words::new(format!("coverage {}", figures.percent(Some(coverage))), Role::Dim));
    }
    draw(("hits 1m", window.ratio(), [None, None]), &words, area, buffer, skin);
}
