//! The memory screen's single figures.

use crate::app::State;
use crate::core::model::memory::Memory;
use crate::ui::screens::facts::Fact;
use crate::ui::screens::gauges;
use crate::ui::theme::Skin;

/// All of them, by topic: size, where it is going, waste, what is removed.
pub fn all(state: &State, skin: &Skin) -> Vec<Fact> {
    let reading = state.shown();
    let nothing = Memory::default();
    let memory = reading.this_node().info.as_ref().map_or(&nothing, |info| &info.value.memory);
    let figures = skin.figures;
    let fact = |name, figure| Fact::new(name, figure, skin);
    let bytes = |name, bytes| fact(name, figures.bytes(bytes));
    let track = &reading.this_node().memory;
    let growth = match (track.grows_per_s(), track.samples()) {
        (None, (have @ 1.., need)) => format!("{have} of {need} readings"),
        (per_s, _) => figures.signed_bytes_rate(per_s.map(f64::round)),
    };
    vec![
        bytes("used", memory.used),
        bytes("resident (rss)", memory.rss),
        bytes("peak", memory.peak),
        bytes(
            track.headroom().map_or("headroom", |room| room.of.left_word()),
            track.headroom().map(|room| room.left()),
        ),
        fact("growth", growth),
        Fact { name: "full in", figure: gauges::full_in(state, skin) },
        fact(
            "over limit (1m)",
            figures.duration_ms(track.over_limit_ms().filter(|_| memory.limit().is_some())),
        ),
        fact("rss / used", figures.factor(memory.fragmentation_ratio)),
        fact("allocator ratio", figures.factor(memory.allocator_frag_ratio)),
        fact("evicted", figures.rate(reading.this_node().rates.evicted.per_s())),
        fact("expired", figures.rate(reading.this_node().rates.expired.per_s())),
        fact("UNLINK backlog", figures.count(memory.lazyfree_pending)),
    ]
}
