//! Memory as INFO reports it, in bytes.

pub mod allocator;
pub mod forecast;
pub mod headroom;
pub mod members;
pub mod packed;
pub mod parts;
pub mod pending;

pub use headroom::{Headroom, LimitContext, LimitOf};

/// INFO memory.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Memory {
    /// Allocated by the allocator for everything.
    pub used: Option<u64>,
    /// Resident set: what the host's OOM killer sees.
    pub rss: Option<u64>,
    /// The most that was ever used.
    pub peak: Option<u64>,
    /// Everything that is not data: buffers, tables, backlog.
    pub overhead: Option<u64>,
    /// Used right after the start.
    pub startup: Option<u64>,
    /// The data.
    pub dataset: Option<u64>,
    /// The limit; `Some(0)` is none.
    pub maxmemory: Option<u64>,
    /// What happens at the limit.
    pub policy: Option<String>,
    /// RAM of the host (not of its container).
    pub system_total: Option<u64>,
    /// Resident over used.
    pub fragmentation_ratio: Option<f64>,
    /// Allocator's own fragmentation: active over allocated.
    pub allocator_frag_ratio: Option<f64>,
    /// The same in bytes.
    pub allocator_frag: Option<u64>,
    /// Pages that the allocator holds and nobody uses.
    pub allocator_rss: Option<u64>,
    /// Not counted against the limit: replica buffers beyond the backlog, AOF buffer.
    pub not_counted_for_evict: Option<u64>,
    /// Buffers of ordinary clients.
    pub clients_normal: Option<u64>,
    /// Buffers of replicas.
    pub clients_replicas: Option<u64>,
    /// Replication backlog.
    pub replication_backlog: Option<u64>,
    /// Backlog and replica buffers together (7.0).
    pub replication_buffers: Option<u64>,
    /// AOF buffers.
    pub aof_buffer: Option<u64>,
    /// Objects waiting to be freed in the background.
    pub lazyfree_pending: Option<u64>,
    /// Resident over used, in bytes: negative where a part is swapped out.
    pub fragmentation: Option<i64>,
    /// Allocator's resident over active pages.
    pub allocator_rss_ratio: Option<f64>,
    /// Resident set over the allocator's.
    pub rss_overhead_ratio: Option<f64>,
    /// The same in bytes.
    pub rss_overhead: Option<i64>,
    /// What the allocator was asked for.
    pub allocated: Option<u64>,
    /// Scripts that are kept.
    pub scripts: Option<u64>,
    /// The allocator, such as `jemalloc-5.3.0` or `libc`.
    pub allocator: Option<String>,
}

impl Memory {
    /// The limit, where there is one.
    pub fn limit(&self) -> Option<u64> {
        self.maxmemory.filter(|&bytes| bytes > 0)
    }

    /// What the server compares with the limit: used less what is not counted for eviction.
    pub fn counted(&self) -> Option<u64> {
        self.used.map(|used| used.saturating_sub(self.not_counted_for_evict.unwrap_or(0)))
    }

    /// Counted over the limit, 0 to 1 and beyond.
    pub fn fullness(&self) -> Option<f64> {
        Some(self.counted()? as f64 / self.limit()? as f64)
    }
}
