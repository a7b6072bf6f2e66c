//! Errors by which a server refuses a command, by their first word, and those of them that it counts (`errorstat_*` of
//! INFO, 6.2).
//!
//! Knows codes and counts; judges nothing. Invariant: a code that is not known is not counted, so that a list is bounded
//! by the codes there are.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

worded! {
    /// The first word of an error on which something depends.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    pub enum RefusalCode {
        /// A write, for want of memory.
        Oom "OOM",
        /// A write, because too few replicas are there to take it (`min-replicas-to-write`).
        NoReplicas "NOREPLICAS",
        /// A write to a replica.
        ReadOnly "READONLY",
        /// A write, because what is written can't be saved to disk.
        Misconf "MISCONF",
        /// Any command, because slots of the cluster are served by nobody.
        ClusterDown "CLUSTERDOWN",
        /// A command of a connection that has not logged in.
        NoAuth "NOAUTH",
        /// A command or a key that this user may not use.
        NoPerm "NOPERM",
        /// A login with a wrong name or password.
        WrongPass "WRONGPASS",
        /// A command on a key that another node of the cluster holds.
        Moved "MOVED",
        /// The same for this once: the key is on its way there.
        Ask "ASK",
        /// A command on several keys of which some are on their way to another node.
        TryAgain "TRYAGAIN",
        /// A command on keys of several slots of a cluster.
        CrossSlot "CROSSSLOT",
        /// Nearly any command, because a script or a function holds the server.
        Busy "BUSY",
        /// Nearly any command, because the server loads its data set.
        Loading "LOADING",
        /// A read of a replica that has lost its primary (`replica-serve-stale-data no`).
        MasterDown "MASTERDOWN",
    }
    /// The word that servers use.
    fn word
}

impl RefusalCode {
    /// Those that are counted: refused writes and refused users.
    pub const COUNTED: [Self; 8] = [
        Self::Oom,
        Self::NoReplicas,
        Self::ReadOnly,
        Self::Misconf,
        Self::ClusterDown,
        Self::NoAuth,
        Self::NoPerm,
        Self::WrongPass,
    ];

    /// The code of this word, where it is one of them.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.word() == word)
    }
}

/// A figure for each code; that of a code that is not listed is unknown.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RefusalCounts(BTreeMap<RefusalCode, u64>);

impl RefusalCounts {
    /// The figure of a code.
    pub fn get(&self, code: RefusalCode) -> Option<u64> {
        self.0.get(&code).copied()
    }

    /// One more of it.
    pub fn add_one(&mut self, code: RefusalCode) {
        let count = self.0.entry(code).or_insert(0);
        *count = count.saturating_add(1);
    }
}

impl FromIterator<(RefusalCode, u64)> for RefusalCounts {
    fn from_iter<I: IntoIterator<Item = (RefusalCode, u64)>>(counts: I) -> Self {
        Self(counts.into_iter().collect())
    }
}

/// Errors that our own connections have caused, since the program began.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct OwnRefusals {
    /// Those that were answered before INFO was asked: the server's count holds them for sure.
    pub before: RefusalCounts,
    /// Those that are answered by now.
    pub by_now: RefusalCounts,
    /// Commands that have no answer yet, or never got one: each may be an error of any code.
    pub unanswered: u64,
}

impl OwnRefusals {
    /// At least so many stand in the server's count.
    pub fn least(&self, code: RefusalCode) -> u64 {
        self.before.get(code).unwrap_or(0)
    }

    /// At most so many.
    pub fn most(&self, code: RefusalCode) -> u64 {
        self.by_now.get(code).unwrap_or(0).saturating_add(self.unanswered)
    }
}
