//! What the heads of tables mean, in words, for help.
//!
//! Knows heads; not figures. Invariant: every head of every table has its words.

/// What a head means; none for one that is in no table.
pub fn explained(head: &str) -> Option<&'static str> {
    WORDS.iter().find(|(known, _)| *known == head).map(|(_, words)| *words)
}

/// Head and words, by the alphabet.
const WORDS: &[(&str, &str)] = &[
    ("ACKED/S", "Entries acknowledged a second."),
    ("ADDRESS", "Where the client connects from."),
    ("AGE", "Time since it began: since it connected, or since the entry was added."),
    ("ARGUMENTS", "How many arguments the command had; they are not shown."),
    ("AVG SIZE", "Bytes of a key on average."),
    ("BEHIND", "For how long the subscriber has had messages waiting."),
    ("BYTES", "Memory, as MEMORY USAGE says it or estimated from a sample."),
    ("CATCH-UP", "Time until nothing waits, at the present pace; growing: more comes than goes."),
    ("CHANNEL", "Name of the pub/sub channel."),
    ("CHANNELS", "Channels that the client subscribes to."),
    ("CLIENT", "What the client calls itself (CLIENT SETNAME)."),
    ("COMMAND", "The command, without its arguments."),
    ("CONSUMER", "Name of the consumer in its group."),
    ("CONSUMERS", "Consumers of the group, dead ones too."),
    ("DB", "Number of the database."),
    ("DEAD", "Jobs that failed for the last time."),
    ("DELAY", "How late the group is: half of its entries waited so long, or its oldest still waits."),
    ("DELAYED", "Jobs that wait for their time, or to be tried again."),
    ("DELIVERIES", "How often the entry was delivered; of a consumer, its entry with the most."),
    ("DISCONNECT IN", "Time until Redis disconnects it because its output buffer is full."),
    ("ERROR", "What the failed jobs say."),
    ("FINDING", "What is wrong, with numbers."),
    ("FLAGS", "CLIENT LIST's flags: N normal, P subscriber, S replica, M primary, b blocked, U unix socket."),
    ("FREES", "Memory that it gives back, about."),
    ("GROUP", "Name of the consumer group."),
    ("GROUP OR CHANNEL", "Part of a channel layer (channels_redis)."),
    ("GROUPS", "Consumer groups of the stream."),
    ("GROWTH", "Change a second."),
    ("HOW", "What is done for it."),
    ("ID", "Its id, as Redis numbers it."),
    ("IDLE", "Time since it last did anything; of an entry, since its last delivery."),
    ("IN", "Jobs that came, a second."),
    ("IN FLIGHT", "Jobs that a worker has taken and not finished."),
    ("IN HAND", "Messages taken and not acknowledged."),
    ("IN/S", "Entries added a second."),
    ("INACTIVE", "Time since the consumer last got an entry."),
    ("JOB CLASS", "What the jobs do: their class or function."),
    ("JOBS", "How many jobs, about where only some were looked at."),
    ("KEY", "Name of the key."),
    ("KEYS", "Keys of the pattern, about where not all were looked at."),
    ("KIND", "Plain, pattern or shard channel."),
    ("LAG", "Entries that the group has not read yet."),
    ("LAG (REDIS)", "The lag as the server says it; none where it does not know."),
    ("LAG 5 MIN", "The lag over the last 5 minutes."),
    ("LAST DELIVERED", "Id of the last entry that the group read."),
    ("LAST ENTRY", "Time since the newest entry was added."),
    ("LAST RUN", "Time since it last began a job."),
    ("LAYER", "Prefix and kind of the channel layer."),
    ("LAYER GROUP", "Group of the channel layer that the channel serves."),
    ("LENGTH", "Entries in the stream."),
    ("LENGTH 5 MIN", "The length over the last 5 minutes."),
    ("LIBRARY", "Client library and version (CLIENT SETINFO)."),
    ("LOOKED AT", "How many jobs the shares rest on."),
    ("MEMBERS", "Channels in the group of the layer."),
    ("MEMORY", "Memory that the client takes in the server."),
    ("NAME", "What the client calls itself (CLIENT SETNAME)."),
    ("NEWEST", "Time since the last of them failed."),
    ("NEXT IN", "Time until it begins its next job."),
    ("NO TTL", "Keys that never expire."),
    ("OF", "The framework, or the queue."),
    ("OLDEST", "How long the oldest has waited."),
    ("ORPHANED", "Jobs in flight whose worker is gone."),
    ("OUT", "Jobs that were done, a second."),
    ("OUT BUFFER", "Replies that wait for the client to read them."),
    ("OUT/S", "Entries delivered a second, all groups together."),
    ("OVERDUE", "For how long it should have begun a job."),
    ("P50", "Half of the entries waited at most so long."),
    ("P95", "95 of 100 entries waited at most so long."),
    ("P99", "99 of 100 entries waited at most so long."),
    ("PART", "Where the jobs are: ready, delayed or dead."),
    ("PATTERN", "Keys with such names; of a cache as the config has it."),
    ("PATTERNS", "Patterns that the client subscribes to."),
    ("PENDING", "Entries delivered and not acknowledged."),
    ("PENDING AGE", "Time since the oldest unacknowledged entry was added."),
    ("QUEUE", "Name of the queue."),
    ("READ/S", "Entries delivered to the group a second."),
    ("READY", "Jobs that wait for a worker."),
    ("RETENTION", "Age of the oldest entry: how far back the stream reaches."),
    ("RULE", "When it begins a job."),
    ("SAMPLES", "How many entries the times rest on."),
    ("SCHEDULER", "What begins jobs again and again."),
    ("SEVERITY", "Warning, or critical."),
    ("SHARE", "Part of all of them."),
    ("SINCE", "For how long it has been so."),
    ("SPREAD", "How much later the slowest group of a stream is than the quickest."),
    ("STATE", "Whether it is in order."),
    ("STREAM", "Name of the stream."),
    ("SUBJECT", "What it is about."),
    ("SUBSCRIBERS", "Clients that listen to the channel."),
    ("TENANT", "For whom the jobs are."),
    ("TEXT", "Bytes of the jobs."),
    ("TIER", "The pattern's name in the config."),
    ("TOOK", "How long the server worked on it."),
    ("TTL", "Time until the key expires."),
    ("TTL MAX", "The longest time until one of them expires."),
    ("TTL P50", "Half of the keys expire within so long."),
    ("TYPE", "Type of the value."),
    ("UNREAD", "Bytes that wait for the subscriber."),
    ("UNREAD AGE", "How long the oldest entry has waited that the group has not read."),
    ("USER", "ACL user of the client."),
    ("VERDICT", "How it fares in one word; Enter says why."),
    ("WAITING", "Messages that nobody has taken."),
    ("WHAT", "What it is about."),
    ("WHEN", "When it ran (UTC)."),
    ("WORKERS", "Workers that show a sign of life."),
    ("\u{b1} SHARE", "How far the share may be off, since only some were looked at."),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::cell::TableId;
    use crate::app::rows::columns;

    #[test]
    fn every_head_of_every_table_is_explained_and_no_other() {
        let heads: Vec<&str> =
            TableId::ALL.iter().flat_map(|&id| columns(id)).map(|column| column.title).collect();
        let unknown: Vec<&&str> = heads.iter().filter(|head| explained(head).is_none()).collect();
        assert!(unknown.is_empty(), "without words: {unknown:?}");
        let unused: Vec<&str> =
            WORDS.iter().map(|(head, _)| *head).filter(|head| !heads.contains(head)).collect();
        assert!(unused.is_empty(), "in no table: {unused:?}");
    }
}
