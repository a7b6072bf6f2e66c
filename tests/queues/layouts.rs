//! Queues of frameworks that are not started here, written by hand as each of them keeps its keys.
//!
//! Knows layouts as the frameworks' own sources have them. Invariant: what is made here is what `snapshot` tells, with nothing
//! of it counted for another framework.

use crate::server::{Kind, Options, Server, kinds};
use serde_json::Value;
use std::process::{Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

pub fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64
}

/// What is made on a server, a command each.
pub struct Layout(pub Server);

impl Layout {
    pub fn new(kind: Kind) -> Self {
        Self(Server::start(Options::with(kind, &[])))
    }

    /// Sends a command.
    pub fn run(&self, words: &[&str]) {
        let reply = self.0.redis_cli(words);
        assert!(!reply.contains("ERR"), "{words:?}: {reply}");
    }

    /// What `snapshot` tells of its queues, with this configuration.
    fn queues(&self, config: &str) -> Vec<Value> {
        self.snapshot(config)["queues"].as_array().unwrap().clone()
    }

    /// What `snapshot` tells of all, with this configuration.
    pub fn snapshot(&self, config: &str) -> Value {
        let path = self.0.folder().join("queues.toml");
        std::fs::write(&path, config).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_streamgauge"));
        command.args(["snapshot", "--format", "json", "--config"]).arg(path).arg("-s").arg(self.0.socket());
        command.env("HOME", self.0.folder()).env("XDG_CONFIG_HOME", self.0.folder());
        command.env("XDG_STATE_HOME", self.0.folder()).env_remove("REDIS_URL").stdin(Stdio::null());
        let done = command.output().unwrap();
        serde_json::from_slice(&done.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&done.stderr)))
    }
}

/// Framework, prefix and name with ready, in flight, orphaned, delayed, dead and workers; `-` is what is not known.
fn line(row: &Value) -> String {
    let columns = ["ready", "in_flight", "orphaned", "delayed", "dead", "workers"];
    let figures =
        columns.map(|column| row[column].as_u64().map_or("-".to_owned(), |count| count.to_string()));
    let text = |field: &str| row[field].as_str().unwrap().to_owned();
    let paused = row["paused"].as_bool().map_or("-", |is_paused| if is_paused { "paused" } else { "on" });
    format!("{} {}{} {} {paused}", text("framework"), text("prefix"), text("name"), figures.join(" "))
}

fn lines(rows: &[Value]) -> Vec<String> {
    rows.iter().map(line).collect()
}

/// Whether the age of a queue's first job is about this, in seconds.
fn is_aged(row: &Value, seconds: u64, kind: &str) -> bool {
    let age_ms = row["oldest_age_ms"].as_u64().unwrap_or(0);
    row["oldest_age_kind"] == kind && (seconds * 1000..(seconds + 60) * 1000).contains(&age_ms)
}

/// Classes of the jobs that are ready.
fn classes(row: &Value) -> Vec<&str> {
    let ready = row["classes"].as_array().unwrap().iter().filter(|class| class["part"] == "ready");
    ready.filter_map(|class| class["class"].as_str()).collect()
}

fn asynq(kind: Kind) {
    let made = Layout::new(kind);
    let (now_s, ago_ns) = (now_ms() / 1000, ((now_ms() - 90_000) * 1_000_000).to_string());
    made.run(&["SADD", "asynq:queues", "mail", "images"]);
    for id in ["a", "b", "c"] {
        made.run(&["LPUSH", "asynq:{mail}:pending", id]);
        let task = format!("asynq:{{mail}}:t:{id}");
        // The beginning of a message of protocol buffers: its type, then its payload.
        made.run(&[
            "HSET",
            &task,
            "msg",
            "\n\tmail:send\x12\x02{}",
            "state",
            "pending",
            "pending_since",
            &ago_ns,
        ]);
    }
    made.run(&["LPUSH", "asynq:{mail}:active", "d", "e", "f"]);
    let (later, before) = ((now_s + 600).to_string(), (now_s - 60).to_string());
    made.run(&["ZADD", "asynq:{mail}:lease", &later, "d", &before, "e"]);
    made.run(&["ZADD", "asynq:{mail}:scheduled", &later, "g"]);
    made.run(&["ZADD", "asynq:{mail}:retry", &later, "h"]);
    made.run(&["ZADD", "asynq:{mail}:archived", &before, "i"]);
    made.run(&["SET", "asynq:{images}:paused", &before]);
    made.run(&["SET", "asynq:{mail}:processed", "17"]);
    made.run(&["ZADD", "asynq:servers", &later, "asynq:servers:{h:1:x}", &before, "asynq:servers:{h:2:y}"]);
    let rows = made.queues("");
    assert_eq!(lines(&rows), ["asynq images 0 0 0 0 0 1 paused", "asynq mail 3 3 2 2 1 1 on"]);
    let mail = rows.iter().find(|row| row["name"] == "mail").unwrap();
    assert!(is_aged(mail, 90, "exact"), "{mail}");
    assert_eq!(classes(mail), ["mail:send"]);
}

fn laravel(kind: Kind) {
    let made = Layout::new(kind);
    let now_s = now_ms() / 1000;
    let (later, before) = ((now_s + 600).to_string(), (now_s - 60).to_string());
    let pushed = format!("{}.25", now_s - 30);
    let job = format!(
        r#"{{"uuid":"7f","displayName":"App\\Jobs\\SendMail","job":"Illuminate\\Queue\\CallQueuedHandler@call","data":{{}},"attempts":0,"pushedAt":"{pushed}"}}"#
    );
    made.run(&["RPUSH", "app_database_queues:mail", &job, &job]);
    made.run(&["RPUSH", "app_database_queues:mail:notify", "1", "1"]);
    made.run(&["ZADD", "app_database_queues:mail:reserved", &later, "x", &before, "y"]);
    made.run(&["ZADD", "app_database_queues:mail:delayed", &later, "z"]);
    made.run(&["RPUSH", "shop:queues:no", "not a job"]);
    let told = lines(&made.queues(""));
    assert_eq!(told, ["laravel app_database_mail 2 2 1 1 - - -"]);
    made.run(&["ZADD", "app_horizon:supervisors", &later, "h-1:s"]);
    made.run(&["HSET", "app_horizon:supervisor:h-1:s", "processes", r#"{"redis:mail":3,"redis:other":2}"#]);
    let rows = made.queues("");
    assert_eq!(lines(&rows), ["laravel app_database_mail 2 2 1 1 - 3 -"]);
    assert!(is_aged(&rows[0], 30, "exact"), "{rows:?}");
    assert_eq!(classes(&rows[0]), [r"App\\Jobs\\SendMail"]);
}

fn rmq(kind: Kind) {
    let made = Layout::new(kind);
    made.run(&["SADD", "rmq::queues", "mail"]);
    made.run(&["LPUSH", "rmq::queue::[mail]::ready", "1", "2", "3"]);
    made.run(&["LPUSH", "rmq::queue::[mail]::rejected", "4"]);
    made.run(&["SADD", "rmq::connections", "alive", "dead"]);
    made.run(&["SET", "rmq::connection::alive::heartbeat", "1"]);
    for connection in ["alive", "dead"] {
        let base = format!("rmq::connection::{connection}::queue::[mail]");
        made.run(&["LPUSH", &format!("{base}::unacked"), "5", "6"]);
        made.run(&["SADD", &format!("{base}::consumers"), "a", "b"]);
    }
    assert_eq!(lines(&made.queues("")), ["rmq mail 3 4 2 - 1 2 -"]);
}

fn gocraft(kind: Kind) {
    let made = Layout::new(kind);
    let now_s = now_ms() / 1000;
    let job =
        |name: &str, id: u32| format!(r#"{{"name":"{name}","id":"{id}","t":{},"args":null}}"#, now_s - 45);
    let (later, before, now) = ((now_s + 600).to_string(), (now_s - 60).to_string(), (now_s + 2).to_string());
    made.run(&["SADD", "shop:known_jobs", "mail", "resize"]);
    made.run(&["LPUSH", "shop:jobs:mail", &job("mail", 1), &job("mail", 2)]);
    made.run(&["SET", "shop:jobs:resize:paused", "1"]);
    made.run(&["SADD", "shop:worker_pools", "p1", "p2"]);
    made.run(&["HSET", "shop:worker_pools:p1", "heartbeat_at", &now, "job_names", "mail,resize"]);
    made.run(&["HSET", "shop:worker_pools:p2", "heartbeat_at", &before, "job_names", "mail"]);
    made.run(&["LPUSH", "shop:jobs:mail:p1:inprogress", &job("mail", 3)]);
    made.run(&["LPUSH", "shop:jobs:mail:p2:inprogress", &job("mail", 4)]);
    made.run(&["ZADD", "shop:scheduled", &later, &job("mail", 5), &later, &job("resize", 6)]);
    made.run(&["ZADD", "shop:retry", &later, &job("mail", 7)]);
    made.run(&["ZADD", "shop:dead", &before, &job("resize", 8)]);
    let rows = made.queues("");
    let expected = [
        "gocraft/work shop:* - - - 3 1 - -",
        "gocraft/work shop:mail 2 2 1 2 0 1 on",
        "gocraft/work shop:resize 0 0 0 1 1 1 paused",
    ];
    assert_eq!(lines(&rows), expected);
    assert!(is_aged(&rows[1], 45, "exact"), "{rows:?}");
}

fn resque(kind: Kind) {
    let made = Layout::new(kind);
    let at = |ago_s: i64| jiff::Timestamp::from_second((now_ms() / 1000) as i64 - ago_s).unwrap().to_string();
    made.run(&["SADD", "resque:queues", "mail", "images"]);
    for number in 0..3 {
        made.run(&["RPUSH", "resque:queue:mail", &format!(r#"{{"class":"SendMail","args":[{number}]}}"#)]);
    }
    made.run(&["SADD", "resque:workers", "h:1:mail", "h:2:mail"]);
    made.run(&["HSET", "resque:workers:heartbeat", "h:1:mail", &at(5), "h:2:mail", &at(900)]);
    for worker in ["h:1:mail", "h:2:mail"] {
        let payload = r#"{"queue":"mail","run_at":"now","payload":{"class":"SendMail","args":[9]}}"#;
        made.run(&["SET", &format!("resque:worker:{worker}"), payload]);
    }
    made.run(&["RPUSH", "resque:failed", r#"{"queue":"mail","payload":{"class":"SendMail","args":[]}}"#]);
    let rows = made.queues("");
    let expected = [
        "resque resque:* - - - - 1 1 -",
        "resque resque:images 0 0 0 0 0 1 -",
        "resque resque:mail 3 2 1 0 1 1 -",
    ];
    assert_eq!(lines(&rows), expected);
    assert_eq!(classes(&rows[2]), ["SendMail"]);
}

#[test]
fn layouts_of_frameworks_that_are_not_started_are_told_as_they_were_made() {
    for kind in kinds() {
        asynq(kind);
        laravel(kind);
        rmq(kind);
        gocraft(kind);
        resque(kind);
    }
}

#[test]
fn lists_and_sorted_sets_that_the_config_names_are_queues_and_no_others_are() {
    for kind in kinds() {
        let made = Layout::new(kind);
        made.run(&["LPUSH", "jobs:7:mail", "a", "b"]);
        made.run(&["ZADD", "jobs:due", "1", "a"]);
        made.run(&["SET", "jobs:count", "7"]);
        made.run(&["LPUSH", "cache:1", "a"]);
        assert_eq!(lines(&made.queues("")), Vec::<String>::new());
        let told = lines(&made.queues("[queues]\nlists = [\"jobs:*\"]\n"));
        assert_eq!(told, ["plain jobs:7:mail 2 - - - - - -", "plain jobs:due 1 - - - - - -"]);
    }
}

/// Errors of jobs that failed, a line each: queue, part, jobs, class, error.
fn failures(told: &Value) -> Vec<String> {
    let rows = told["queues"].as_array().unwrap().iter();
    let line = |row: &Value, group: &Value| {
        let text = |field: &str| group[field].as_str().unwrap_or("-").to_owned();
        format!(
            "{} {} {} {}: {}",
            row["name"].as_str().unwrap(),
            text("part"),
            group["jobs"],
            text("class"),
            text("message")
        )
    };
    let groups = rows.flat_map(|row| {
        row["failures"].as_array().unwrap().iter().map(|group| line(row, group)).collect::<Vec<_>>()
    });
    groups.collect()
}

#[test]
fn jobs_that_failed_are_told_by_what_went_wrong_and_nothing_else_of_them_is() {
    for kind in kinds() {
        let made = Layout::new(kind);
        let now_s = now_ms() / 1000;
        made.run(&["SADD", "asynq:queues", "mail"]);
        for (id, number) in [("a", "17"), ("b", "18")] {
            made.run(&["ZADD", "asynq:{mail}:archived", &now_s.to_string(), id]);
            let error = format!("no user {number}");
            let message = format!(
                "\n\tmail:send\x12\x06secret\x1a\x01{id}\x3a{}{error}",
                char::from(error.len() as u8)
            );
            made.run(&["HSET", &format!("asynq:{{mail}}:t:{id}"), "msg", &message]);
        }
        made.run(&["SADD", "shop:known_jobs", "mail"]);
        let job = |number: u32| {
            format!(
                r#"{{"name":"mail","id":"{number}","t":1,"args":{{"key":"secret"}},"fails":3,"err":"dial tcp 10.0.0.{number}:25: i/o timeout","failed_at":{now_s}}}"#
            )
        };
        for number in 1..=100 {
            made.run(&["ZADD", "shop:dead", &number.to_string(), &job(number)]);
        }
        let told = made.snapshot("");
        assert!(!told.to_string().contains("secret"));
        let expected = ["mail dead 2 mail:send: no user *", "mail dead 100 mail: dial tcp *: i/o timeout"];
        assert_eq!(failures(&told), expected, "{}", told["queues"]);
    }
}

#[test]
fn jobs_that_failed_under_horizon_are_told_by_their_exception() {
    for kind in kinds() {
        let made = Layout::new(kind);
        let at_s = now_ms() / 1000 - 600;
        for id in 0..5 {
            let exception = match id {
                0 => "PDOException: gone away in /app/Mail.php:7".to_owned(),
                _ => format!(
                    "App\\NoMailbox: no such mailbox: {id} in /app/Mail.php:12\nStack trace:\n#0 secret"
                ),
            };
            let key = format!("shop_horizon:7f1d3c2e-9a40-4c1b-8f57-00000000000{id}");
            made.run(&["ZADD", "shop_horizon:failed_jobs", &format!("-{at_s}.5"), key.split_at(13).1]);
            let fields =
                ["queue", "mail", "name", r"App\Jobs\SendMail", "payload", "secret", "exception", &exception];
            made.run(&[&["HSET", key.as_str()], &fields[..], &["failed_at", &format!("{at_s}.25")]].concat());
        }
        // A set of that name alone is nobody's.
        made.run(&["ZADD", "other:failed_jobs", "1", "a"]);
        made.run(&["ZADD", "shop_horizon:recent_failed_jobs", "1", "a"]);
        let told = made.snapshot("");
        assert!(!told.to_string().contains("secret"), "{told}");
        let rows = told["queues"].as_array().unwrap();
        assert_eq!(lines(rows), ["horizon shop_horizon:* - - - - 5 - -"], "{kind:?}");
        let expected = [
            r"* dead 4 App\\Jobs\\SendMail: App\\NoMailbox: no such mailbox: * in /app/Mail.php:*",
            r"* dead 1 App\\Jobs\\SendMail: PDOException: gone away in /app/Mail.php:*",
        ];
        assert_eq!(failures(&told), expected, "{kind:?}");
        assert_eq!(rows[0]["failures"][0]["newest_ms"], at_s * 1000 + 250, "{kind:?}");
    }
}

#[test]
fn what_begins_jobs_again_and_again_is_told_with_its_times_and_is_late_when_they_are_over() {
    for kind in kinds() {
        let made = Layout::new(kind);
        let now_s = now_ms() / 1000;
        let (late, later) = (now_s - 3_600, now_s + 600);
        let at = |second: u64| jiff::Timestamp::from_second(second as i64).unwrap().to_string();
        made.run(&["SADD", "queues", "mail"]);
        made.run(&["SADD", "processes", "x"]);
        let ruby = at(late).replace('T', " ").replace('Z', " +0000");
        made.run(&["HSET", "sidekiq-scheduler:next_times", "digest", &ruby]);
        made.run(&["HSET", "sidekiq-scheduler:last_times", "digest", &ruby]);
        made.run(&["SADD", "cron_jobs:default", "cron_job:default:report"]);
        made.run(&[
            "HSET",
            "cron_job:default:report",
            "name",
            "report",
            "cron",
            "*/5 * * * *",
            "last_enqueue_time",
            &ruby,
        ]);
        made.run(&["SADD", "rq:queues", "rq:queue:low"]);
        made.run(&["ZADD", "rq:cron_schedulers", &now_s.to_string(), "s1"]);
        let jobs = format!(
            r#"[{{"name":"clean","func_name":"app.clean","args":"[\"secret\"]","interval":60,"cron":null,"latest_enqueue_time":"{}","next_enqueue_time":"{}"}}]"#,
            at(late),
            at(later)
        );
        made.run(&["HSET", "rq:cron_scheduler:s1", "cron_jobs", &jobs]);
        made.run(&["SADD", "_kombu.binding.celery", "celery\x06\x16\x06\x16celery"]);
        made.run(&["ZADD", "redbeat::schedule", &later.to_string(), "redbeat:sums"]);
        let definition = r#"{"name": "sums", "task": "app.sums", "args": ["secret"], "schedule": {"__type__": "crontab", "minute": "5", "hour": "*", "day_of_week": "*", "day_of_month": "*", "month_of_year": "*"}}"#;
        let meta = r#"{"last_run_at": {"__type__": "datetime", "year": 2026, "month": 11, "day": 29, "hour": 9, "minute": 5, "second": 0}}"#;
        made.run(&["HSET", "redbeat:sums", "definition", definition, "meta", meta]);
        let told = made.snapshot("");
        assert!(!told.to_string().contains("secret"));
        let rows = told["schedulers"].as_array().unwrap();
        let mut lines: Vec<String> = (rows.iter())
            .map(|row| {
                let is = |field: &'static str| if row[field].is_null() { "-" } else { field };
                let rule = row["rule"].as_str().unwrap_or("-");
                let words = ["next_ms", "last_ms", "overdue_ms"].map(is).join(" ");
                format!(
                    "{} {}: {rule}: {words}",
                    row["framework"].as_str().unwrap(),
                    row["name"].as_str().unwrap()
                )
            })
            .collect();
        lines.sort();
        let expected = [
            "celery sums: 5 * * * *: next_ms last_ms -",
            "rq clean: every 60 s: next_ms last_ms -",
            "sidekiq digest: -: next_ms last_ms overdue_ms",
            "sidekiq report: */5 * * * *: - last_ms -",
        ];
        assert_eq!(lines, expected, "{told}");
        let findings = told["findings"].as_array().unwrap().iter();
        let late: Vec<_> = findings.filter(|finding| finding["id"] == "scheduler.overdue").collect();
        assert_eq!(late.len(), 1, "{late:?}");
        assert!(
            late[0]["text"].as_str().unwrap().starts_with("sidekiq: digest is overdue by 1h"),
            "{late:?}"
        );
    }
}
