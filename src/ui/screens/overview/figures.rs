//! The overview's single figures, and its two lines: what is on disk, and what this server is.
//!
//! Invariant: red is only what the server itself calls failed.

use crate::app::State;
use crate::config::theme::Role;
use crate::core::model::info::{Info, LastSave};
use crate::core::model::server::{Persistence, ServerRole};
use crate::core::model::sums::sum;
use crate::ui::screens::facts::{Fact, line};
use crate::ui::screens::gauges::LABEL;
use crate::ui::theme::Skin;
use crate::ui::widgets::StyledText;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// All figures, by topic, the weightiest topic first.
pub fn all(state: &State, skin: &Skin) -> Vec<Fact> {
    let reading = state.shown();
    let nothing = Info::default();
    let info = reading.this_node().info.as_ref().map_or(&nothing, |info| &info.value);
    let (rates, figures) = (&reading.this_node().rates, skin.figures);
    let pings = reading.this_node().pings.percentiles(reading.this_node().at_us, 60_000_000);
    let trip = |us: Option<u64>| figures.latency_us(us.map(|us| us as f64));
    let of = |part: Option<u64>, whole: Option<u64>| match (part, whole) {
        (Some(_), Some(_)) => format!("{} of {}", figures.count(part), figures.count(whole)),
        _ => figures.count(part),
    };
    let fact = |name, figure| Fact::new(name, figure, skin);
    let pubsub = match (info.stats.pubsub_channels, info.stats.pubsub_patterns) {
        (Some(channels), Some(patterns)) => {
            format!("{} + {} patterns", figures.count(Some(channels)), figures.count(Some(patterns)))
        }
        (channels, _) => figures.count(channels),
    };
    // While the probe runs it tells how late messages come; else there is how many channels there are.
    let probe = &state.shown().probes().pubsub;
    let fanout = match probe.is_on() {
        true => fact("fan-out p99", trip(probe.minutes.last.p99)),
        false => fact("channels", pubsub),
    };
    vec![
        fact("commands", figures.rate(rates.commands.per_s())),
        fact("network in", figures.bytes_rate(rates.net_in.per_s())),
        fact("network out", figures.bytes_rate(rates.net_out.per_s())),
        fact("error replies", figures.rate(rates.errors.per_s())),
        fact("PING p50", trip(pings.p50)),
        fact("PING p99", trip(pings.p99)),
        fact("clients", of(info.clients.connected, info.clients.max)),
        fact("blocked", figures.count(info.clients.blocked)),
        fact("evicted", figures.rate(rates.evicted.per_s())),
        fact("expired", figures.rate(rates.expired.per_s())),
        fact("keys", keys(state, skin)),
        fanout,
    ]
}

fn keys(state: &State, skin: &Skin) -> String {
    let info = state.shown().this_node().info.as_ref();
    skin.figures.count(info.map(|info| sum(info.value.keyspace.iter().map(|space| space.keys))))
}

/// AOF and RDB.
pub fn persistence(state: &State, area: Rect, buffer: &mut Buffer, skin: &Skin) {
    let info = state.shown().this_node().info.as_ref();
    let words = info.map_or_else(
        || vec![StyledText::new(skin.figures.unknown(), Role::Unknown)],
        |info| {
            let disk = &info.value.persistence;
            let mut words = rdb(disk, info.value.last_save(info.at_us), skin);
            words.extend(aof(disk));
            let changes = disk.rdb_changes.map(|changes| skin.figures.count(Some(changes)));
            words.extend(
                changes.map(|changes| StyledText::new(format!("{changes} unsaved changes"), Role::Dim)),
            );
            words
        },
    );
    line(("disk", LABEL), &words, area, buffer, skin);
}

fn rdb(disk: &Persistence, saved: LastSave, skin: &Skin) -> Vec<StyledText> {
    let age = match saved {
        LastSave::Ago(age_s) => skin.figures.duration_ms(Some(age_s.saturating_mul(1000))),
        LastSave::Unknown | LastSave::Never => skin.figures.unknown().to_owned(),
    };
    let never = saved == LastSave::Never;
    let mut words = vec![match disk.rdb_last_ok {
        Some(true) if never => StyledText::new("no RDB save since the start", Role::Dim),
        Some(true) => StyledText::from(format!("RDB saved {age} ago")),
        Some(false) if never => {
            StyledText::new("RDB save failed, none was good since the start", Role::Critical)
        }
        Some(false) => StyledText::new(format!("RDB save failed, last good {age} ago"), Role::Critical),
        None => StyledText::new("RDB unknown", Role::Unknown),
    }];
    if disk.rdb_saving == Some(true) {
        words.push(StyledText::new("saving now", Role::Accent));
    }
    words
}

fn aof(disk: &Persistence) -> Vec<StyledText> {
    match disk.aof_enabled {
        None => vec![StyledText::new("AOF unknown", Role::Unknown)],
        Some(false) => vec![StyledText::new("AOF off", Role::Dim)],
        Some(true) => {
            let failed = |ok: Option<bool>| ok == Some(false);
            let mut words = vec![if failed(disk.aof_last_write_ok) {
                StyledText::new("AOF write failed", Role::Critical)
            } else if failed(disk.aof_last_rewrite_ok) {
                StyledText::new("AOF rewrite failed", Role::Critical)
            } else {
                StyledText::from("AOF on")
            }];
            if disk.aof_rewriting == Some(true) {
                words.push(StyledText::new("rewriting now", Role::Accent));
            }
            words
        }
    }
}

/// Role, replication, uptime, restarts seen.
pub fn server(state: &State, area: Rect, buffer: &mut Buffer, skin: &Skin) {
    let reading = state.shown();
    let Some(info) = reading.this_node().info.as_ref().map(|info| &info.value) else {
        let words = [StyledText::new(skin.figures.unknown(), Role::Unknown)];
        return line(("server", LABEL), &words, area, buffer, skin);
    };
    let figures = skin.figures;
    let mut words = Vec::new();
    if let Some(loading) = info.server.loading {
        words.push(StyledText::new(
            format!("loading, {} done", figures.percent(loading.share)),
            Role::Warning,
        ));
    }
    let uptime = figures.duration_ms(info.server.uptime_s.map(|s| s.saturating_mul(1000)));
    words.push(StyledText::from(format!("up {uptime}")));
    words.extend(replication(info, skin));
    if reading.this_node().restarts > 0 {
        words.push(StyledText::new(
            format!("restarted or reset {} x while we looked", reading.this_node().restarts),
            Role::Warning,
        ));
    }
    if let Some(refused) = info.stats.rejected_connections.filter(|&count| count > 0) {
        words.push(StyledText::new(
            format!("{} connections refused", figures.count(Some(refused))),
            Role::Dim,
        ));
    }
    line(("server", LABEL), &words, area, buffer, skin);
}

fn replication(info: &Info, skin: &Skin) -> Vec<StyledText> {
    let link = &info.replication;
    match info.server.role {
        ServerRole::Unknown => vec![StyledText::new("role unknown", Role::Unknown)],
        ServerRole::Primary => vec![StyledText::from(match link.replicas {
            Some(1) => "primary with 1 replica".to_owned(),
            Some(0) => "primary without replicas".to_owned(),
            replicas => format!("primary with {} replicas", skin.figures.count(replicas)),
        })],
        ServerRole::Replica => {
            let of = link.primary.as_deref().map_or_else(String::new, |primary| format!(" of {primary}"));
            let silent = link.link_silent_s.map(|s| s.saturating_mul(1000));
            let state = match link.link_up {
                Some(true) => StyledText::from(format!("heard {} ago", skin.figures.duration_ms(silent))),
                Some(false) => StyledText::new("link is down", Role::Critical),
                None => StyledText::new("link unknown", Role::Unknown),
            };
            vec![StyledText::from(format!("replica{of}")), state]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::model::Stamped;

    #[test]
    fn a_server_that_never_saved_is_not_one_that_saved_at_its_start() {
        let of = |save_s, uptime_s| {
            let mut info = Stamped { at_us: 1_000_000_000_000, value: Info::default() };
            info.value.persistence.rdb_last_save_s = save_s;
            info.value.server.uptime_s = uptime_s;
            info.value.last_save(info.at_us)
        };
        assert_eq!(of(Some(999_400), Some(600)), LastSave::Never);
        assert_eq!(of(Some(999_900), Some(600)), LastSave::Ago(100));
        assert_eq!(of(Some(999_900), None), LastSave::Ago(100));
        assert_eq!(of(None, Some(600)), LastSave::Unknown);
    }
}
