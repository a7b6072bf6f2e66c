//! Where an order has to go: to the server that holds its key, or to the one that its plan looked at.
//!
//! Knows a key or a server, and asks the topology who that is; opens no connection. Invariant: an order about one key goes
//! where that key is by now; one about none or several goes to the server of its plan and to no other.

use crate::core::model::Name;
use crate::core::model::node::NodeId;
use crate::core::model::topology::Topology;
use crate::core::wire::WriteCmd;

/// Where an order has to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// To whichever server holds this key.
    Key(Name),
    /// To this server.
    Node(NodeId),
}

impl Route {
    /// The route of these commands: their key where all have the same one, else `node`.
    pub(super) fn of(commands: &[WriteCmd], node: &NodeId) -> Self {
        let mut keys = commands.iter().map(WriteCmd::home);
        match keys.next().flatten() {
            Some(key) if keys.all(|other| other == Some(key)) => Self::Key(key.clone()),
            _ => Self::Node(node.clone()),
        }
    }

    /// The server to which it leads; `None` while nobody is known to hold its key.
    pub fn leads_to<'a>(&'a self, topology: &'a Topology) -> Option<&'a NodeId> {
        match self {
            Self::Key(key) => topology.home(key.as_bytes()),
            Self::Node(node) => Some(node),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::model::topology::SlotMap;

    fn unlink(key: &str) -> WriteCmd {
        WriteCmd::Unlink(Name::from(key))
    }

    #[test]
    fn one_key_goes_to_its_home_and_several_or_none_go_to_the_server_of_the_plan() {
        let [low, high, planned] = ["low:1", "high:1", "planned:1"].map(NodeId::from);
        let mut slots = SlotMap::default();
        slots.assign(0, 8_191, &low);
        slots.assign(8_192, 16_383, &high);
        let cluster = Topology::Cluster(slots);
        let route = |commands: &[WriteCmd]| Route::of(commands, &planned);
        assert_eq!(route(&[unlink("bar"), unlink("bar")]).leads_to(&cluster), Some(&low));
        assert_eq!(route(&[unlink("foo")]).leads_to(&cluster), Some(&high));
        for commands in [vec![unlink("foo"), unlink("bar")], vec![WriteCmd::KillClient(7)], Vec::new()] {
            assert_eq!(route(&commands).leads_to(&cluster), Some(&planned), "{commands:?}");
        }
        let nobody = Topology::Cluster(SlotMap::default());
        assert_eq!(route(&[unlink("foo")]).leads_to(&nobody), None);
    }
}
