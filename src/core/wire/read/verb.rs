//! Commands and forms of commands by name: what may be denied, unsupported or paid for as one.
//!
//! Knows what people and `INFO commandstats` call each; not what it asks. Invariant: a verb without a name of its own
//! in the server's figures shares that of its command.

/// Which command or form of a command: what may be denied, unsupported or paid for as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs, reason = "each is the command of its name")]
pub enum Verb {
    Ping,
    Time,
    Info,
    InfoSections,
    Scan,
    ScanType,
    Type,
    Xlen,
    XinfoStream,
    EvalRo,
    Eval,
    XinfoGroups,
    XinfoConsumers,
    Xpending,
    Xrange,
    Xrevrange,
    ClientList,
    SlowlogGet,
    LatencyLatest,
    Pttl,
    MemoryUsage,
    Getrange,
    Hget,
    ConfigGet,
    LatencyHistogram,
    PubsubChannels,
    PubsubNumsub,
    PubsubShardChannels,
    PubsubShardNumsub,
    ClientListPubsub,
    Zcard,
    LayerEvalRo,
    LayerEval,
}

impl Verb {
    /// What a person calls it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Ping => "PING",
            Self::Time => "TIME",
            Self::Info => "INFO",
            Self::InfoSections => "INFO with several sections",
            Self::Scan => "SCAN",
            Self::ScanType => "SCAN TYPE",
            Self::Type => "TYPE",
            Self::Xlen => "XLEN",
            Self::XinfoStream => "XINFO STREAM",
            Self::EvalRo => "EVAL_RO",
            Self::Eval => "EVAL",
            Self::XinfoGroups => "XINFO GROUPS",
            Self::XinfoConsumers => "XINFO CONSUMERS",
            Self::Xpending => "XPENDING",
            Self::Xrange => "XRANGE",
            Self::Xrevrange => "XREVRANGE",
            Self::ClientList => "CLIENT LIST",
            Self::SlowlogGet => "SLOWLOG GET",
            Self::LatencyLatest => "LATENCY LATEST",
            Self::Pttl => "PTTL",
            Self::MemoryUsage => "MEMORY USAGE",
            Self::Getrange => "GETRANGE",
            Self::Hget => "HGET",
            Self::ConfigGet => "CONFIG GET",
            Self::LatencyHistogram => "LATENCY HISTOGRAM",
            Self::PubsubChannels => "PUBSUB CHANNELS",
            Self::PubsubNumsub => "PUBSUB NUMSUB",
            Self::PubsubShardChannels => "PUBSUB SHARDCHANNELS",
            Self::PubsubShardNumsub => "PUBSUB SHARDNUMSUB",
            Self::ClientListPubsub => "CLIENT LIST TYPE",
            Self::Zcard => "ZCARD",
            Self::LayerEvalRo => "EVAL_RO on channel layers",
            Self::LayerEval => "EVAL on channel layers",
        }
    }

    /// Its name in `INFO commandstats` from Redis 7.0 on; before, the part left of `|`.
    pub fn stat_name(self) -> &'static str {
        match self {
            Self::Ping => "ping",
            Self::Time => "time",
            Self::Info | Self::InfoSections => "info",
            Self::Scan | Self::ScanType => "scan",
            Self::Type => "type",
            Self::Xlen => "xlen",
            Self::XinfoStream => "xinfo|stream",
            Self::EvalRo | Self::LayerEvalRo => "eval_ro",
            Self::Eval | Self::LayerEval => "eval",
            Self::XinfoGroups => "xinfo|groups",
            Self::XinfoConsumers => "xinfo|consumers",
            Self::Xpending => "xpending",
            Self::Xrange => "xrange",
            Self::Xrevrange => "xrevrange",
            Self::ClientList | Self::ClientListPubsub => "client|list",
            Self::SlowlogGet => "slowlog|get",
            Self::LatencyLatest => "latency|latest",
            Self::Pttl => "pttl",
            Self::MemoryUsage => "memory|usage",
            Self::Getrange => "getrange",
            Self::Hget => "hget",
            Self::ConfigGet => "config|get",
            Self::LatencyHistogram => "latency|histogram",
            Self::PubsubChannels => "pubsub|channels",
            Self::PubsubNumsub => "pubsub|numsub",
            Self::PubsubShardChannels => "pubsub|shardchannels",
            Self::PubsubShardNumsub => "pubsub|shardnumsub",
            Self::Zcard => "zcard",
        }
    }
}
