//! Keys that frameworks leave behind, and that nobody reads or removes any more: by which names they are known.
//!
//! Knows names and what to do; counts nothing. Invariant: a key that ends by itself is no leak, whatever it is called.

/// Keys of one kind that are left behind.
#[derive(Debug, PartialEq, Eq)]
pub struct LeakKeys {
    /// Whose.
    pub framework: &'static str,
    /// What their names begin with, after any prefix that ends with a separator; empty where they may begin with anything.
    pub begin: &'static str,
    /// What their names end with.
    pub end: &'static str,
    /// What they are, many of them.
    pub what: &'static str,
    /// What to do about it.
    pub remedy: &'static str,
}

/// All of them.
pub const LEAKS: &[LeakKeys] = &[
    LeakKeys {
        framework: "celery",
        begin: "",
        end: ".reply.celery.pidbox",
        what: "reply lists that nobody reads",
        remedy: "Invalidate *.reply.celery.pidbox: replies to inspect and control of processes that are gone. Newer versions of kombu give them an end.",
    },
    LeakKeys {
        framework: "celery",
        begin: "celery-task-meta-",
        end: "",
        what: "results without an end",
        remedy: "Set result_expires (a day by default), or ignore_result where nobody asks; then invalidate celery-task-meta-*.",
    },
    LeakKeys {
        framework: "celery",
        begin: "celery-taskset-meta-",
        end: "",
        what: "results of groups without an end",
        remedy: "Set result_expires, or forget() groups once they were read.",
    },
    LeakKeys {
        framework: "rq",
        begin: "rq:results:",
        end: "",
        what: "streams of one result without an end",
        remedy: "Give jobs a result_ttl and a failure_ttl (-1 keeps them for ever).",
    },
    LeakKeys {
        framework: "arq",
        begin: "arq:result:",
        end: "",
        what: "results without an end",
        remedy: "Set keep_result to a time; keep_result_forever keeps them.",
    },
];

impl LeakKeys {
    /// Whether a key is called so.
    pub fn matches(&self, name: &[u8]) -> bool {
        name.ends_with(self.end.as_bytes()) && {
            let begin = self.begin.as_bytes();
            begin.is_empty() || name.starts_with(begin) || {
                let found = name.windows(begin.len()).position(|window| window == begin);
                let before = found.and_then(|at| name.get(at.checked_sub(1)?));
                before.is_some_and(|byte| !byte.is_ascii_alphanumeric())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_known_by_their_ends_and_after_any_prefix() {
        let of = |name: &str| {
            LEAKS.iter().filter(|leak| leak.matches(name.as_bytes())).map(|leak| leak.what).next()
        };
        assert_eq!(of("7f-1.reply.celery.pidbox"), Some("reply lists that nobody reads"));
        assert_eq!(of("app-celery-task-meta-7f"), Some("results without an end"));
        assert_eq!(of("celery-task-meta-7f"), Some("results without an end"));
        assert_eq!(of("shop.rq:results:7"), Some("streams of one result without an end"));
        assert_eq!((of("mycelery-task-meta-7"), of("rq:job:7")), (None, None));
    }
}
