//! What we do to queues of frameworks that are not started here: every key afterwards is as the framework's own source has it.
//!
//! Knows layouts as those sources have them. Invariant: what is undone is as it was, but for where a job stands in a list.

use crate::layouts::{Layout, now_ms};
use crate::rows::act;
use crate::server::kinds;

/// A queue on a layout.
struct Made {
    layout: Layout,
    framework: &'static str,
    more: &'static [&'static str],
}

impl Made {
    fn act(&self, verb: &str, more: &[&str], done: u64) -> String {
        let words = [&[verb, self.framework, "mail"], more, self.more].concat();
        let told = act(&self.layout.0, &words);
        let result = &told["result"];
        assert_eq!((&result["outcome"], &result["done"]), (&"done".into(), &done.into()), "{words:?} {told}");
        result["id"].as_str().unwrap().to_owned()
    }

    fn undo(&self, id: &str, done: u64) {
        let told = act(&self.layout.0, &["undo", id]);
        assert_eq!(told["result"]["done"], done, "{told}");
    }

    fn say(&self, words: &str) -> String {
        let words: Vec<&str> = words.split(' ').collect();
        self.layout.0.redis_cli(&words).lines().collect::<Vec<_>>().join(" ")
    }
}

#[test]
fn asynq_gets_tasks_back_and_dropped_ones_leave_nothing() {
    for kind in kinds() {
        let layout = Layout::new(kind);
        let now_s = now_ms() / 1000;
        let (later, before) = ((now_s + 600).to_string(), (now_s - 60).to_string());
        layout.run(&["SADD", "asynq:queues", "mail"]);
        for (id, state) in
            [("a", "pending"), ("d", "active"), ("e", "active"), ("f", "active"), ("i", "archived")]
        {
            let task = format!("asynq:{{mail}}:t:{id}");
            layout.run(&["HSET", &task, "msg", "\n\tmail:send\x12\x02{}", "state", state]);
        }
        layout.run(&["HSET", "asynq:{mail}:t:a", "unique_key", "asynq:{mail}:unique:x"]);
        layout.run(&["SET", "asynq:{mail}:unique:x", "a"]);
        layout.run(&["LPUSH", "asynq:{mail}:pending", "a"]);
        layout.run(&["LPUSH", "asynq:{mail}:active", "d", "e", "f"]);
        layout.run(&["ZADD", "asynq:{mail}:lease", &before, "d", &later, "f"]);
        layout.run(&["ZADD", "asynq:{mail}:archived", &before, "i"]);
        let made = Made { layout, framework: "asynq", more: &[] };
        let id = made.act("requeue-orphans", &[], 2);
        assert_eq!(made.say("LRANGE asynq:{mail}:active 0 -1"), "f");
        assert_eq!(made.say("LRANGE asynq:{mail}:pending 0 -1"), "a e d");
        assert_eq!(made.say("HGET asynq:{mail}:t:e state"), "pending");
        assert_eq!(made.say("ZRANGE asynq:{mail}:lease 0 -1"), "f");
        made.undo(&id, 2);
        assert_eq!(made.say("LRANGE asynq:{mail}:pending 0 -1"), "a");
        assert_eq!(made.say("ZSCORE asynq:{mail}:lease d"), before);
        assert_eq!(made.say("HGET asynq:{mail}:t:d state"), "active");
        let id = made.act("revive-jobs", &["--class", "mail:send"], 1);
        assert_eq!(made.say("LRANGE asynq:{mail}:pending 0 -1"), "i a");
        made.undo(&id, 1);
        assert_eq!(made.say("ZSCORE asynq:{mail}:archived i"), before);
        let id = made.act("drop-jobs", &["--class", "mail:send"], 1);
        assert_eq!(made.say("EXISTS asynq:{mail}:t:a asynq:{mail}:unique:x asynq:{mail}:pending"), "0");
        made.undo(&id, 1);
        assert_eq!(made.say("HGET asynq:{mail}:t:a state"), "pending");
        made.act("pause-queue", &[], 1);
        assert_eq!(made.say("EXISTS asynq:{mail}:paused"), "1");
        made.act("resume-queue", &[], 1);
        assert_eq!(made.say("EXISTS asynq:{mail}:paused"), "0");
    }
}

#[test]
fn rmq_returns_what_dead_connections_hold_and_what_was_rejected() {
    for kind in kinds() {
        let layout = Layout::new(kind);
        layout.run(&["SADD", "rmq::queues", "mail"]);
        layout.run(&["LPUSH", "rmq::queue::[mail]::rejected", "4"]);
        layout.run(&["SADD", "rmq::connections", "alive", "dead"]);
        layout.run(&["SET", "rmq::connection::alive::heartbeat", "1"]);
        for connection in ["alive", "dead"] {
            layout.run(&[
                "LPUSH",
                &format!("rmq::connection::{connection}::queue::[mail]::unacked"),
                "5",
                "6",
            ]);
        }
        let made = Made { layout, framework: "rmq", more: &[] };
        let id = made.act("requeue-orphans", &[], 2);
        assert_eq!(made.say("LLEN rmq::queue::[mail]::ready"), "2");
        assert_eq!(made.say("LLEN rmq::connection::alive::queue::[mail]::unacked"), "2");
        assert_eq!(made.say("LLEN rmq::connection::dead::queue::[mail]::unacked"), "0");
        made.undo(&id, 2);
        assert_eq!(made.say("LLEN rmq::connection::dead::queue::[mail]::unacked"), "2");
        made.act("revive-jobs", &[], 1);
        assert_eq!(made.say("LRANGE rmq::queue::[mail]::ready 0 -1"), "4");
    }
}

#[test]
fn gocraft_gets_jobs_of_silent_pools_and_dead_ones_without_their_failures() {
    for kind in kinds() {
        let layout = Layout::new(kind);
        let now_s = now_ms() / 1000;
        let (before, soon) = ((now_s - 60).to_string(), (now_s + 30).to_string());
        let job = |id: u32, more: &str| {
            format!(r#"{{"name":"mail","id":"{id}","t":{},"args":null{more}}}"#, now_s - 45)
        };
        layout.run(&["SADD", "shop:known_jobs", "mail"]);
        layout.run(&["SADD", "shop:worker_pools", "p1", "p2"]);
        layout.run(&["HSET", "shop:worker_pools:p1", "heartbeat_at", &soon]);
        layout.run(&["HSET", "shop:worker_pools:p2", "heartbeat_at", &before]);
        layout.run(&["LPUSH", "shop:jobs:mail:p1:inprogress", &job(3, "")]);
        layout.run(&["LPUSH", "shop:jobs:mail:p2:inprogress", &job(4, "")]);
        layout.run(&["HSET", "shop:jobs:mail:lock_info", "p2", "1"]);
        layout.run(&["SET", "shop:jobs:mail:lock", "2"]);
        let failed = job(8, r#","fails":4,"err":"boom","failed_at":17"#);
        layout.run(&["ZADD", "shop:dead", &before, &failed]);
        let made = Made { layout, framework: "gocraft/work", more: &["--prefix", "shop:"] };
        let id = made.act("requeue-orphans", &[], 1);
        assert_eq!(made.say("LRANGE shop:jobs:mail 0 -1"), job(4, ""));
        assert_eq!(
            (made.say("GET shop:jobs:mail:lock"), made.say("HGET shop:jobs:mail:lock_info p2")),
            ("1".into(), "0".into())
        );
        made.undo(&id, 1);
        assert_eq!(made.say("LLEN shop:jobs:mail:p2:inprogress"), "1");
        made.act("revive-jobs", &[], 1);
        let ready = made.say("LRANGE shop:jobs:mail 0 -1");
        assert!(ready.ends_with(r#","args":null}"#) && !ready.contains("fails"), "{ready}");
        made.act("pause-queue", &[], 1);
        assert_eq!(made.say("GET shop:jobs:mail:paused"), "1");
        made.act("resume-queue", &[], 1);
        let id = made.act("drop-jobs", &["--class", "mail"], 1);
        made.undo(&id, 1);
        assert_eq!(made.say("LRANGE shop:jobs:mail 0 -1"), ready);
    }
}

#[test]
fn resque_gets_the_job_of_a_silent_worker_and_the_worker_goes() {
    for kind in kinds() {
        let layout = Layout::new(kind);
        let at =
            |ago_s: i64| jiff::Timestamp::from_second((now_ms() / 1000) as i64 - ago_s).unwrap().to_string();
        layout.run(&["SADD", "resque:queues", "mail"]);
        layout.run(&["SADD", "resque:workers", "h:1:mail", "h:2:mail"]);
        layout.run(&["HSET", "resque:workers:heartbeat", "h:1:mail", &at(5), "h:2:mail", &at(900)]);
        for worker in ["h:1:mail", "h:2:mail"] {
            let payload = r#"{"queue":"mail","run_at":"now","payload":{"class":"SendMail","args":[9]}}"#;
            layout.run(&["SET", &format!("resque:worker:{worker}"), payload]);
        }
        let made = Made { layout, framework: "resque", more: &[] };
        let id = made.act("requeue-orphans", &[], 1);
        assert_eq!(made.say("LRANGE resque:queue:mail 0 -1"), r#"{"class":"SendMail","args":[9]}"#);
        assert_eq!(made.say("SMEMBERS resque:workers"), "h:1:mail");
        assert_eq!(made.say("EXISTS resque:worker:h:2:mail"), "0");
        made.undo(&id, 1);
        assert_eq!(
            (made.say("LLEN resque:queue:mail"), made.say("EXISTS resque:worker:h:2:mail")),
            ("0".into(), "1".into())
        );
    }
}
