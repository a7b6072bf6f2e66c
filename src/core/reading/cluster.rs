//! Whether this server is but a part: one node of a cluster, whose other nodes are in no figure.
//!
//! Knows the last CLUSTER INFO and the mode of INFO. Invariant: as long as it is not known that one primary holds
//! everything, a node is a part.

use super::Reading;
use crate::core::model::cluster::part;

impl Reading {
    /// As [`part`], of what was read last.
    pub fn part_of_cluster(&self) -> Option<String> {
        part(&self.this_node().info.as_ref()?.value, self.this_node().cluster.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::model::Snapshot;
    use crate::core::model::cluster::Cluster;
    use crate::core::model::info::Info;
    use crate::core::model::server::{Mode, Server, ServerRole};
    use crate::core::reading::gaps::CLUSTER;

    fn told(mode: Mode, role: ServerRole, primaries: Option<u64>) -> (Option<String>, Option<String>) {
        let server = Server { mode, role, ..Server::default() };
        let cluster = primaries.map(|primaries| Cluster { primaries: Some(primaries), ..Cluster::default() });
        let mut reading = Reading::new(0);
        reading.advance(Snapshot {
            info: Some(Info { server, ..Info::default() }),
            cluster,
            ..Snapshot::default()
        });
        (reading.part_of_cluster(), reading.this_node().gaps.of(CLUSTER).map(|gap| gap.text.clone()))
    }

    #[test]
    fn a_node_is_a_part_until_one_primary_is_known_to_hold_everything() {
        let part = |mode, role, primaries| told(mode, role, primaries).0;
        let of = |text: &str| Some(text.to_owned());
        assert_eq!(part(Mode::Standalone, ServerRole::Primary, None), None);
        assert_eq!(part(Mode::Cluster, ServerRole::Primary, None), of(""));
        assert_eq!(part(Mode::Cluster, ServerRole::Primary, Some(0)), of(""));
        assert_eq!(part(Mode::Cluster, ServerRole::Primary, Some(3)), of(" (1 of 3 primaries)"));
        assert_eq!(part(Mode::Cluster, ServerRole::Replica, Some(3)), of(" (a replica of 1 of 3 primaries)"));
        assert_eq!(told(Mode::Cluster, ServerRole::Primary, Some(1)), (None, None));
        let (_, gap) = told(Mode::Cluster, ServerRole::Primary, Some(3));
        assert!(gap.unwrap().starts_with("one node of a cluster (1 of 3 primaries): streams, keys"));
    }
}
