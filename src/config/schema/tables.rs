//! The keys of tables that have a name: `[targets.NAME]`, `[patterns.NAME]`, `[counters.NAME]`; and of those that are a
//! list: `[[commands]]`.
//!
//! Knows what each key takes and what holds without it; not how they go together. Invariant, held by tests: every key
//! stands in config.example.toml with its words.

use crate::config::value::Kind;
use crate::core::limits::{OWN_COMMAND_MOST_MS, THRESHOLD_MAX_MS};

/// Tables of one kind, each with a name of its own.
#[derive(Debug)]
pub struct Family {
    /// The table that holds them.
    pub name: &'static str,
    /// One of them, in words.
    pub one: &'static str,
    /// What each of them may hold.
    pub keys: &'static [TableKey],
}

/// A key of a table that has a name.
#[derive(Debug)]
pub struct TableKey {
    /// The key.
    pub name: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// What holds without it, in words or as TOML.
    pub default: &'static str,
    /// What it is for.
    pub doc: &'static str,
}

/// Every family.
pub const FAMILIES: &[Family] = &[
    Family { name: "targets", one: "a target", keys: TARGET_KEYS },
    Family { name: "patterns", one: "a pattern", keys: PATTERN_KEYS },
    Family { name: "counters", one: "a counter", keys: COUNTER_KEYS },
];

const fn key(name: &'static str, kind: Kind, default: &'static str, doc: &'static str) -> TableKey {
    TableKey { name, kind, default, doc }
}

/// Programs of the operator's own: tables without a name, in their order.
pub const COMMANDS_FAMILY: Family = Family { name: "commands", one: "a command", keys: COMMAND_KEYS };

/// What a program of the operator's own can be about.
pub const SUBJECTS: &[&str] = &["any", "stream", "group", "consumer", "key", "client", "queue"];

/// Every key of `[[commands]]`.
pub const COMMAND_KEYS: &[TableKey] = &[
    key("key", Kind::Text, "needed", "The key that runs it: one that no command of the table below has."),
    key("name", Kind::Text, "needed", "What it is called in help, palette and footer."),
    key(
        "argv",
        Kind::List,
        "needed",
        "Program and arguments, with {names} in braces put in. No shell reads them.",
    ),
    key(
        "on",
        Kind::Choice(SUBJECTS),
        "\"any\"",
        "What has to be selected for it: any, stream, group, consumer, key, client, queue.",
    ),
    key("confirm", Kind::Flag, "true", "Show what will run, and ask."),
    key(
        "reads",
        Kind::Flag,
        "false",
        "It changes nothing, by your word: it runs on read-only and locked targets, too.",
    ),
    key(
        "timeout",
        Kind::DurationMs(100, OWN_COMMAND_MOST_MS),
        "\"30s\"",
        "How long it may take, 100ms to 10m. Then it is ended.",
    ),
    key("password_env", Kind::Text, "none", "Variable in which it gets the password of the target."),
];

/// Every key of `[targets.NAME]`.
pub const TARGET_KEYS: &[TableKey] = &[
    key("url", Kind::Text, "none", "redis://, rediss:// or redis+unix://, without a password."),
    key("azure", Kind::Text, "none", "Azure's connection string: host:6380,password=...,ssl=True."),
    key("host", Kind::Text, "\"127.0.0.1\"", "Host name or address."),
    key("port", Kind::Whole(1, 65_535), "6379", "Port."),
    key("socket", Kind::Text, "none", "Path of a unix socket, instead of host and port."),
    key("user", Kind::Text, "none", "ACL user."),
    key("password_env", Kind::Text, "none", "Variable of the environment that holds the password."),
    key("password_file", Kind::Text, "none", "File with the password on its first line, or a .env file."),
    key("database", Kind::Whole(0, u32::MAX), "0", "Logical database."),
    key("tls", Kind::Flag, "false", "Speak TLS."),
    key("ca_file", Kind::Text, "the system's", "Certificates to trust (PEM)."),
    key("cert_file", Kind::Text, "none", "Our certificate (PEM), for servers that ask for one."),
    key("key_file", Kind::Text, "none", "Its private key (PEM)."),
    key("sni", Kind::Text, "the host", "Name to ask for and to verify instead of the host."),
    key("insecure", Kind::Flag, "false", "Accept any certificate."),
    key("production", Kind::Flag, "false", "Paint it as production."),
    key("memory_limit", Kind::Size, "the host's", "Memory of the server's container, where it has a limit."),
];

/// Every key of `[patterns.NAME]`.
pub const PATTERN_KEYS: &[TableKey] = &[
    key("match", Kind::Text, "needed", "Glob of the keys, as SCAN MATCH has it."),
    key("ttl", Kind::DurationMs(1, THRESHOLD_MAX_MS * 366), "any", "How long a key of it lives at most."),
    key(
        "warm_up",
        Kind::List,
        "none",
        "Program and arguments that fill the cache again after an invalidation.",
    ),
];

/// Every key of `[counters.NAME]`.
pub const COUNTER_KEYS: &[TableKey] = &[
    key("key", Kind::Text, "needed", "The key that holds the number."),
    key("field", Kind::Text, "none", "The field that holds it, where the key is a hash."),
    key("pair", Kind::Text, "none", "Another counter: the share of this one in both is shown."),
];
