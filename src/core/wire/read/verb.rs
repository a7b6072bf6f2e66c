//! Commands and forms of commands by name: what may be denied, unsupported or paid for as one.
//!
//! Knows what people and `INFO commandstats` call each; not what it asks. Invariant: a verb without a name of its own
//! in the server's figures shares that of its command.

/// Which command or form of a command: what may be denied, unsupported or paid for as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ReadVerb {
    label: &'static str,
    stat_name: &'static str,
}

#[allow(missing_docs, reason = "each is the command of its name")]
impl ReadVerb {
    pub const PING: Self = Self::new("PING", "ping");
    pub const TIME: Self = Self::new("TIME", "time");
    pub const INFO: Self = Self::new("INFO", "info");
    pub const INFO_SECTIONS: Self = Self::new("INFO with several sections", "info");
    pub const SCAN: Self = Self::new("SCAN", "scan");
    pub const SCAN_TYPE: Self = Self::new("SCAN TYPE", "scan");
    pub const TYPE: Self = Self::new("TYPE", "type");
    pub const XLEN: Self = Self::new("XLEN", "xlen");
    pub const XINFO_STREAM: Self = Self::new("XINFO STREAM", "xinfo|stream");
    pub const EVAL_RO: Self = Self::new("EVAL_RO", "eval_ro");
    pub const EVAL: Self = Self::new("EVAL", "eval");
    pub const XINFO_GROUPS: Self = Self::new("XINFO GROUPS", "xinfo|groups");
    pub const XINFO_CONSUMERS: Self = Self::new("XINFO CONSUMERS", "xinfo|consumers");
    pub const XPENDING: Self = Self::new("XPENDING", "xpending");
    pub const XRANGE: Self = Self::new("XRANGE", "xrange");
    pub const XREVRANGE: Self = Self::new("XREVRANGE", "xrevrange");
    pub const CLIENT_LIST: Self = Self::new("CLIENT LIST", "client|list");
    pub const SLOWLOG_GET: Self = Self::new("SLOWLOG GET", "slowlog|get");
    pub const LATENCY_LATEST: Self = Self::new("LATENCY LATEST", "latency|latest");
    pub const PTTL: Self = Self::new("PTTL", "pttl");
    pub const MEMORY_USAGE: Self = Self::new("MEMORY USAGE", "memory|usage");
    pub const GETRANGE: Self = Self::new("GETRANGE", "getrange");
    pub const HGET: Self = Self::new("HGET", "hget");
    pub const CONFIG_GET: Self = Self::new("CONFIG GET", "config|get");
    pub const LATENCY_HISTOGRAM: Self = Self::new("LATENCY HISTOGRAM", "latency|histogram");
    pub const PUBSUB_CHANNELS: Self = Self::new("PUBSUB CHANNELS", "pubsub|channels");
    pub const PUBSUB_NUMSUB: Self = Self::new("PUBSUB NUMSUB", "pubsub|numsub");
    pub const PUBSUB_SHARD_CHANNELS: Self = Self::new("PUBSUB SHARDCHANNELS", "pubsub|shardchannels");
    pub const PUBSUB_SHARD_NUMSUB: Self = Self::new("PUBSUB SHARDNUMSUB", "pubsub|shardnumsub");
    pub const CLIENT_LIST_PUBSUB: Self = Self::new("CLIENT LIST TYPE", "client|list");
    pub const ZCARD: Self = Self::new("ZCARD", "zcard");
    pub const COUNT_EVAL_RO: Self = Self::new("EVAL_RO with XRANGE", "eval_ro");
    pub const COUNT_EVAL: Self = Self::new("EVAL with XRANGE", "eval");
    pub const LAYER_EVAL_RO: Self = Self::new("EVAL_RO on channel layers", "eval_ro");
    pub const LAYER_EVAL: Self = Self::new("EVAL on channel layers", "eval");
    pub const LLEN: Self = Self::new("LLEN", "llen");
    pub const SCARD: Self = Self::new("SCARD", "scard");
    pub const HLEN: Self = Self::new("HLEN", "hlen");
    pub const ZCOUNT: Self = Self::new("ZCOUNT", "zcount");
    pub const LINDEX: Self = Self::new("LINDEX", "lindex");
    pub const HMGET: Self = Self::new("HMGET", "hmget");
    pub const HEXISTS: Self = Self::new("HEXISTS", "hexists");
    pub const SISMEMBER: Self = Self::new("SISMEMBER", "sismember");
    pub const SRANDMEMBER: Self = Self::new("SRANDMEMBER", "srandmember");
    pub const QUEUE_TYPE: Self = Self::new("TYPE of queues", "type");
    pub const QUEUE_ZCARD: Self = Self::new("ZCARD of queues", "zcard");
    pub const QUEUE_XLEN: Self = Self::new("XLEN of queues", "xlen");
    pub const QUEUE_EXISTS: Self = Self::new("EXISTS of queues", "exists");
    pub const QUEUE_GETRANGE: Self = Self::new("GETRANGE of queues", "getrange");
    pub const QUEUE_HGET: Self = Self::new("HGET of queues", "hget");
    pub const QUEUE_EVAL_RO: Self = Self::new("EVAL_RO on queues", "eval_ro");
    pub const QUEUE_EVAL: Self = Self::new("EVAL on queues", "eval");
    pub const MEASURE_EVAL_RO: Self = Self::new("EVAL_RO with MEMORY USAGE", "eval_ro");
    pub const MEASURE_EVAL: Self = Self::new("EVAL with MEMORY USAGE", "eval");
    pub const DUMP: Self = Self::new("DUMP", "dump");
    pub const DBSIZE: Self = Self::new("DBSIZE", "dbsize");
    pub const EXISTS: Self = Self::new("EXISTS", "exists");
}

impl ReadVerb {
    /// What a person calls it, and its name in `INFO commandstats` from Redis 7.0 on.
    pub const fn new(label: &'static str, stat_name: &'static str) -> Self {
        Self { label, stat_name }
    }

    /// What a person calls it.
    pub const fn label(self) -> &'static str {
        self.label
    }

    /// Its name in `INFO commandstats` from Redis 7.0 on, and for ACLs; before, the part left of `|`.
    pub const fn stat_name(self) -> &'static str {
        self.stat_name
    }
}
