//! What tells one server from another while several are watched.
//!
//! Knows an address as it is dialled; not what role the server has. Invariant: an id is never reused for another
//! address; the process behind it may change, which its run id tells.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// One server: the address under which it is asked. The default is that of whoever asks but one and needs no name for it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct NodeId(Arc<str>);

impl From<String> for NodeId {
    fn from(address: String) -> Self {
        Self(address.into())
    }
}

impl From<NodeId> for String {
    fn from(node: NodeId) -> Self {
        node.0.as_ref().into()
    }
}

impl From<&str> for NodeId {
    fn from(address: &str) -> Self {
        Self(address.into())
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
