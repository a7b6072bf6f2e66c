//! The latency screen's single figures.

use crate::app::State;
use crate::core::model::info::Info;
use crate::ui::screens::charts::MINUTES_MS;
use crate::ui::screens::facts::Fact;
use crate::ui::theme::Skin;

/// Round trips of the last five minutes, and what holds the server itself.
pub fn all(state: &State, skin: &Skin) -> Vec<Fact> {
    let reading = state.shown();
    let nothing = Info::default();
    let info = reading.this_node().info.as_ref().map_or(&nothing, |info| &info.value);
    let trips = reading.this_node().pings.percentiles(reading.this_node().at_us, MINUTES_MS * 1000);
    let figures = skin.figures;
    let us = |name, us: Option<u64>| Fact::new(name, figures.latency_us(us.map(|us| us as f64)), skin);
    let samples = u64::try_from(trips.samples).ok().filter(|&samples| samples > 0);
    vec![
        us("PING p50", trips.p50),
        us("PING p95", trips.p95),
        us("PING p99", trips.p99),
        us("PING max", trips.max),
        Fact::new("PINGs in 5m", figures.count(samples), skin),
        us("event loop time", info.stats.eventloop_us),
        match info.persistence.latest_fork_us {
            Some(0) => Fact::new("last fork", "none".to_owned(), skin),
            fork => us("last fork", fork),
        },
        Fact::new("new slow-log rows", figures.count(reading.this_node().slowlog.new_entries()), skin),
        Fact::new("error replies", figures.rate(reading.this_node().rates.errors.per_s()), skin),
    ]
}
