//! Which server this is: product, version, role, identity, replication and persistence.
//!
//! Knows what INFO says of itself; does not judge by versions (features are found out by trying;
//! what things take in memory can't be).

/// What the server says it is.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Server {
    /// The product.
    pub product: Product,
    /// Its own version, not the Redis version that it claims to be compatible with.
    pub version: Option<String>,
    /// How it is deployed.
    pub mode: Mode,
    /// Primary or replica.
    pub role: ServerRole,
    /// Changes with every start of the process.
    pub run_id: Option<String>,
    /// Seconds since the start.
    pub uptime_s: Option<u64>,
    /// Process id on its host.
    pub process_id: Option<u64>,
    /// The server's clock, microseconds since 1970 (6.2).
    pub time_us: Option<i64>,
    /// How far the data set is loaded, while it is being loaded.
    pub loading: Option<LoadProgress>,
}

/// How far a data set is loaded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LoadProgress {
    /// Share that is loaded, 0 to 1; none where the server does not say.
    pub share: Option<f64>,
}

impl Server {
    /// The first two numbers of its version; 0 for one that it does not tell.
    pub fn release(&self) -> (u32, u32) {
        let version = self.version.as_deref().unwrap_or("");
        let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
        (parts.next().unwrap_or(0), parts.next().unwrap_or(0))
    }
}

/// Server products told apart by their INFO.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Product {
    /// Redis.
    #[default]
    Redis,
    /// Valkey.
    Valkey,
    /// Another that names itself.
    Other(String),
}

impl Product {
    /// The word for machines and people.
    pub fn word(&self) -> &str {
        match self {
            Self::Redis => "redis",
            Self::Valkey => "valkey",
            Self::Other(name) => name,
        }
    }
}

worded! {
    /// How the server is deployed.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
    pub enum Mode {
        /// One server.
        #[default]
        Standalone "standalone",
        /// Part of a cluster.
        Cluster "cluster",
        /// A sentinel.
        Sentinel "sentinel",
    }
    /// The word for machines and people.
    fn word
}

/// Primary or replica.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum ServerRole {
    /// Not said.
    #[default]
    Unknown,
    /// Takes writes.
    Primary,
    /// Follows a primary.
    Replica,
}

impl ServerRole {
    /// The word for machines and people.
    pub const fn word(self) -> Option<&'static str> {
        match self {
            Self::Unknown => None,
            Self::Primary => Some("primary"),
            Self::Replica => Some("replica"),
        }
    }
}

/// The state of RDB and AOF.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Persistence {
    /// Whether the append-only file is on.
    pub aof_enabled: Option<bool>,
    /// Whether its last write went well.
    pub aof_last_write_ok: Option<bool>,
    /// Whether its last rewrite went well.
    pub aof_last_rewrite_ok: Option<bool>,
    /// Whether it is being rewritten.
    pub aof_rewriting: Option<bool>,
    /// Whether the last RDB save went well.
    pub rdb_last_ok: Option<bool>,
    /// When the last RDB save ended, seconds since 1970; the server's start where there was none.
    pub rdb_last_save_s: Option<u64>,
    /// Whether an RDB save is running.
    pub rdb_saving: Option<bool>,
    /// Changes since the last save.
    pub rdb_changes: Option<u64>,
    /// How long the last fork held the server, microseconds.
    pub latest_fork_us: Option<u64>,
    /// Memory that was copied while the last RDB save ran, bytes.
    pub rdb_last_copied: Option<u64>,
    /// Memory that was copied while the last AOF rewrite ran, bytes.
    pub aof_last_copied: Option<u64>,
    /// The most that was copied since the fork that runs began, bytes (7.0); 0 while none runs.
    pub copied_now: Option<u64>,
}

/// The link to a primary, or the replicas.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Replication {
    /// Replicas connected.
    pub replicas: Option<u64>,
    /// Of a replica: whether the link to its primary stands.
    pub link_up: Option<bool>,
    /// Of a replica: seconds since the primary was last heard.
    pub link_silent_s: Option<u64>,
    /// Of a replica: its primary.
    pub primary: Option<String>,
    /// Bytes written to the replication stream since ever.
    pub offset: Option<u64>,
    /// Size of the backlog, bytes.
    pub backlog_size: Option<u64>,
}
