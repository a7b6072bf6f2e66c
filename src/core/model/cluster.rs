//! The cluster that a server is a node of, as CLUSTER INFO of this node tells it.
//!
//! Knows counts; not which node has which slots. Invariant: only where one primary has all slots is a node the whole.

use super::info::Info;
use super::server::{Mode, ServerRole};

/// The cluster, seen from this node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Cluster {
    /// Whether it serves commands; not while slots are served by nobody, or a minority is cut off.
    pub is_ok: Option<bool>,
    /// Primaries that have slots.
    pub primaries: Option<u64>,
    /// Nodes known, replicas and those that failed among them.
    pub nodes: Option<u64>,
    /// Slots that some node has been given, of 16,384.
    pub slots: Option<u64>,
}

impl Cluster {
    /// Reads `cluster_state:ok`, `cluster_size:3` and their like; `None` where nothing of it is there.
    pub fn read(text: &str) -> Option<Self> {
        let field = |name: &str| {
            let mut lines = text.lines().filter_map(|line| line.trim().split_once(':'));
            lines.find(|(field, _)| *field == name).map(|(_, value)| value)
        };
        let count = |name: &str| field(name).and_then(|value| value.parse::<u64>().ok());
        let cluster = Self {
            is_ok: field("cluster_state").map(|state| state == "ok"),
            primaries: count("cluster_size"),
            nodes: count("cluster_known_nodes"),
            slots: count("cluster_slots_assigned"),
        };
        (cluster != Self::default()).then_some(cluster)
    }

    /// Whether this node has, or is a replica of, everything that the cluster holds.
    pub const fn is_whole(&self) -> bool {
        matches!(self.primaries, Some(1))
    }
}

/// What of the cluster this node is: ` (1 of 3 primaries)`, or nothing where that is not known; `None` where it is the
/// whole.
pub fn part(info: &Info, cluster: Option<&Cluster>) -> Option<String> {
    if info.server.mode != Mode::Cluster || cluster.is_some_and(Cluster::is_whole) {
        return None;
    }
    let primaries = cluster.and_then(|cluster| cluster.primaries).filter(|&primaries| primaries > 1);
    Some(match (info.server.role, primaries) {
        (_, None) => String::new(),
        (ServerRole::Replica, Some(primaries)) => format!(" (a replica of 1 of {primaries} primaries)"),
        (_, Some(primaries)) => format!(" (1 of {primaries} primaries)"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_is_the_whole_only_where_one_primary_has_slots() {
        let text = "cluster_enabled:1\r\ncluster_state:ok\r\ncluster_slots_assigned:16384\r\n\
                    cluster_known_nodes:6\r\ncluster_size:3\r\n";
        let cluster = Cluster::read(text).unwrap();
        let wanted = Cluster { is_ok: Some(true), primaries: Some(3), nodes: Some(6), slots: Some(16_384) };
        assert_eq!((cluster, cluster.is_whole()), (wanted, false));
        assert!(Cluster::read("cluster_size:1").unwrap().is_whole());
        assert!(!Cluster::read("cluster_state:fail").unwrap().is_whole());
        assert_eq!(Cluster::read("cluster_enabled:0"), None);
    }
}
