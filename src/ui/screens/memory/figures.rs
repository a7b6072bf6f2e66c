//! The memory screen's single figures.

use crate::app::State;
use crate::core::model::memory::Memory;
use crate::ui::screens::facts::Fact;
use crate::ui::theme::Skin;

/// All of them, by topic: size, waste, what is removed.
pub fn all(state: &State, skin: &Skin) -> Vec<Fact> {
    let reading = state.shown();
    let nothing = Memory::default();
    let memory = reading.info.as_ref().map_or(&nothing, |info| &info.value.memory);
    let figures = skin.figures;
    let fact = |name, figure| Fact::new(name, figure, skin);
    let bytes = |name, bytes| fact(name, figures.bytes(bytes));
    let headroom = match (memory.maxmemory, memory.limit()) {
        (Some(_), None) => "no limit".to_owned(),
        (_, limit) => {
            figures.bytes(limit.zip(memory.counted()).map(|(limit, used)| limit.saturating_sub(used)))
        }
    };
    vec![
        bytes("used", memory.used),
        bytes("resident (rss)", memory.rss),
        bytes("peak", memory.peak),
        fact("headroom", headroom),
        fact("rss / used", figures.factor(memory.fragmentation_ratio)),
        fact("allocator ratio", figures.factor(memory.allocator_frag_ratio)),
        bytes("fragmented", memory.allocator_frag),
        bytes("allocator holds", memory.allocator_rss),
        fact("evicted", figures.rate(reading.rates.evicted.per_s())),
        fact("expired", figures.rate(reading.rates.expired.per_s())),
        fact("lazy-free pending", figures.count(memory.lazyfree_pending)),
        bytes("not in limit", memory.not_counted_for_evict),
    ]
}
