//! Whether a probe may run, by what is known of the server.
//!
//! Knows reasons; stops nothing. Invariant: where it is not known, nothing is sent.

use crate::core::figures::sentence::percent;
use crate::core::model::probe::ProbeKind;
use crate::core::model::server::ServerRole;
use crate::core::reading::Reading;

/// Memory so full that nothing is added to it, as a share of the limit, where nothing is evicted.
const FULL: f64 = 0.95;

/// What is to be known before anything is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Permit {
    /// It may run.
    Granted,
    /// INFO was not read yet.
    Unknown,
    /// It may not, for this reason.
    Refused(String),
}

/// Whether a probe of this kind may run now.
pub fn permit(reading: &Reading, kind: ProbeKind, read_only: bool) -> Permit {
    let refuse = |text: &str| Permit::Refused(text.to_owned());
    if read_only && kind == ProbeKind::Stream {
        return refuse("read-only: the stream probe writes a key of its own");
    }
    let Some(info) = reading.this_node().info.as_ref().map(|info| &info.value) else {
        return match reading.this_node().gaps.of("INFO") {
            Some(_) => refuse("INFO may not be read, so nobody knows whether this is a replica or full"),
            None => Permit::Unknown,
        };
    };
    if info.server.role == ServerRole::Replica {
        return refuse("this is a replica: probe its primary");
    }
    if info.server.loading.is_some() {
        return refuse("the server loads its data");
    }
    let evicts = info.memory.policy.as_deref().is_some_and(|policy| policy != "noeviction");
    let used = info.memory.counted().zip(info.memory.limit());
    match used {
        Some((used, limit)) if !evicts && used as f64 > limit as f64 * FULL => Permit::Refused(format!(
            "memory is {} full and nothing is evicted",
            percent(used as f64 / limit as f64)
        )),
        _ => Permit::Granted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::model::Snapshot;
    use crate::core::model::info::Info;
    use crate::core::model::server::LoadProgress;

    fn permitted(change: impl Fn(&mut Info), kind: ProbeKind, read_only: bool) -> Permit {
        let mut info = Info::default();
        info.server.role = ServerRole::Primary;
        info.memory.used = Some(50);
        info.memory.maxmemory = Some(100);
        info.memory.policy = Some("noeviction".to_owned());
        change(&mut info);
        let mut reading = Reading::new(0);
        reading.advance(Snapshot { info: Some(info), ..Snapshot::default() });
        permit(&reading, kind, read_only)
    }

    #[test]
    fn a_primary_with_room_is_probed_and_read_only_keeps_the_stream_alone_away() {
        for kind in [ProbeKind::PubSub, ProbeKind::Stream] {
            assert_eq!(permitted(|_| {}, kind, false), Permit::Granted);
        }
        assert_eq!(permitted(|_| {}, ProbeKind::PubSub, true), Permit::Granted);
        assert!(matches!(permitted(|_| {}, ProbeKind::Stream, true), Permit::Refused(_)));
    }

    #[test]
    fn replicas_full_and_loading_servers_and_unknown_ones_are_left_alone() {
        let refused =
            |change: fn(&mut Info)| matches!(permitted(change, ProbeKind::PubSub, false), Permit::Refused(_));
        assert!(refused(|info| info.server.role = ServerRole::Replica));
        assert!(refused(|info| info.server.loading = Some(LoadProgress { share: Some(0.5) })));
        assert!(refused(|info| info.memory.used = Some(96)));
        assert!(!refused(|info| info.memory.used = Some(95)));
        let evicts = |info: &mut Info| {
            info.memory.used = Some(99);
            info.memory.policy = Some("allkeys-lru".to_owned());
        };
        assert_eq!(permitted(evicts, ProbeKind::PubSub, false), Permit::Granted);
        assert_eq!(permit(&Reading::new(0), ProbeKind::PubSub, false), Permit::Unknown);
    }
}
