//! What frameworks keep beside their queues, by hand: schedulers, what is left behind, and times of holding.
//!
//! Knows layouts as the frameworks' own sources have them. Invariant: what is made here is what `snapshot` tells, with nothing
//! of a job's arguments.

use crate::layouts::{Layout, now_ms};
use crate::server::kinds;
use serde_json::Value;

/// A field of a message of protocol buffers that is text or another message.
fn field(number: u8, text: &[u8]) -> Vec<u8> {
    [&[number << 3 | 2, text.len() as u8], text].concat()
}

/// A time as protocol buffers have it: seconds in as many pieces of seven bits as it takes.
fn timestamp(mut second: u64) -> Vec<u8> {
    let mut bytes = vec![0x08];
    while second >= 128 {
        bytes.push((second % 128) as u8 | 0x80);
        second /= 128;
    }
    bytes.push(second as u8);
    bytes
}

/// Schedulers as lines: framework, name, rule, seconds till the next and since the last time, and overdue or not.
fn schedulers(told: &Value, now_s: u64) -> Vec<String> {
    let at = |row: &Value, of: &str| {
        row[of].as_i64().map_or("-".to_owned(), |ms| (ms / 1000 - now_s as i64).to_string())
    };
    let rows = told["schedulers"].as_array().unwrap().iter();
    let mut lines: Vec<String> = rows
        .map(|row| {
            let late = if row["overdue_ms"].is_null() { "in time" } else { "late" };
            let text = |of: &str| row[of].as_str().unwrap_or("-").to_owned();
            let (next, last) = (at(row, "next_ms"), at(row, "last_ms"));
            format!("{} {} ({}) {next} {last} {late}", text("framework"), text("name"), text("rule"))
        })
        .collect();
    lines.sort();
    lines
}

#[test]
fn schedulers_of_frameworks_that_are_not_started_are_told_as_they_were_made() {
    for kind in kinds() {
        let made = Layout::new(kind);
        let now_s = now_ms() / 1000;
        let second = |ago: i64| (now_s as i64 - ago).to_string();
        // asynq: an entry is id, spec, type, payload, options, next and previous time.
        made.run(&["SADD", "asynq:queues", "mail"]);
        made.run(&["ZADD", "asynq:schedulers", &second(-60), "asynq:schedulers:{h:1:x}"]);
        let entry = [
            field(1, b"e1"),
            field(2, b"@every 10m"),
            field(3, b"mail:digest"),
            field(4, b"secret"),
            field(6, &timestamp(now_s + 600)),
            field(7, &timestamp(now_s - 30)),
        ];
        made.0.redis_cli_bytes(&[b"RPUSH", b"asynq:schedulers:{h:1:x}", &entry.concat()]);
        // A scheduler that has ended: its list is gone before its place in the set is.
        made.run(&["ZADD", "asynq:schedulers", &second(60), "asynq:schedulers:{h:2:y}"]);
        // streaq: the name of a function with its next time, and its rule beside.
        made.run(&["XADD", "streaq:mail:queues:normal", "*", "task_id", "a"]);
        let next_ms = ((now_s + 300) * 1000).to_string();
        made.run(&["ZADD", "streaq:mail:cron:schedule", &next_ms, "app.tidy"]);
        made.run(&["HSET", "streaq:mail:cron:jobs", "app.tidy", "*/5 * * * *"]);
        // gocraft/work: periodic jobs are enqueued every two minutes by whoever lives.
        made.run(&["SADD", "shop:known_jobs", "mail"]);
        made.run(&["SET", "shop:last_periodic_enqueue", &second(1_000)]);
        // rq-scheduler: jobs with their next time, once or again and again.
        made.run(&["SADD", "rq:queues", "rq:queue:low"]);
        made.run(&["ZADD", "rq:scheduler:scheduled_jobs", &second(900), "7f"]);
        made.run(&["HSET", "rq:job:7f", "description", "app.report('secret')", "data", "secret"]);
        // resque-scheduler: when an entry was enqueued last.
        made.run(&["SADD", "resque:queues", "mail"]);
        made.run(&["RPUSH", "resque:queue:mail", r#"{"class":"SendMail","args":["secret"]}"#]);
        let last = jiff::Timestamp::from_second(now_s as i64 - 120).unwrap().to_string();
        let last = last.replace('T', " ").replace('Z', " +0000");
        made.run(&["HSET", "resque:delayed:last_enqueued_at", "nightly", &last]);

        let told = made.snapshot("");
        assert!(!told.to_string().contains("secret"), "{told}");
        let expected = [
            "asynq mail:digest (@every 10m) 600 -30 in time",
            "gocraft/work periodic jobs (every 120 s) -880 -1000 late",
            "resque nightly (-) - -120 in time",
            "rq app.report (-) -900 - late",
            "streaq app.tidy (*/5 * * * *) 300 - in time",
        ];
        assert_eq!(schedulers(&told, now_s), expected, "{}", told["schedulers"]);
        let findings = told["findings"].as_array().unwrap().iter();
        let late = findings.filter(|finding| finding["id"] == "scheduler.overdue");
        let late: Vec<_> = late.filter_map(|finding| finding["subject"].as_str()).collect();
        assert_eq!(late, ["queues of rq", "queues of gocraft/work"], "{}", told["findings"]);
    }
}

/// The text of the only finding with this id.
fn finding<'a>(told: &'a Value, id: &str) -> &'a str {
    let all = told["findings"].as_array().unwrap().iter();
    let found: Vec<_> = all.filter(|finding| finding["id"] == id).collect();
    assert_eq!(found.len(), 1, "{id}: {}", told["findings"]);
    found[0]["text"].as_str().unwrap()
}

#[test]
fn finished_jobs_without_an_end_and_short_streams_that_nobody_removes_are_told_and_those_with_an_end_are_not()
{
    for kind in kinds() {
        let made = Layout::new(kind);
        // RQ: of `finished`, the score is when a job ends; jobs with `result_ttl=-1` have one that never comes.
        made.run(&[
            "EVAL",
            "redis.call('SADD','rq:queues','rq:queue:mail') \
             local now=tonumber(redis.call('TIME')[1]) \
             for i=1,1500 do redis.call('ZADD','rq:finished:mail',-1,'k'..i) \
             redis.call('HSET','rq:job:k'..i,'status','finished','data','secret') end \
             for i=1,300 do redis.call('ZADD','rq:finished:mail',now+500,'e'..i) end",
            "0",
        ]);
        made.run(&[
            "EVAL",
            "for i=1,1200 do redis.call('XADD','app:reply-'..string.format('%06d',i),'*','result','secret') end \
             for i=1,1200 do redis.call('XADD','app:answer-'..string.format('%06d',i),'*','result','secret') \
             redis.call('EXPIRE','app:answer-'..string.format('%06d',i),600) end",
            "0",
        ]);
        let told = made.snapshot("[thresholds]\nqueue_leaks = 1000\n");
        assert!(!told.to_string().contains("secret"));
        let rows = told["queues"].as_array().unwrap();
        let mail = rows.iter().find(|row| row["name"] == "mail").unwrap();
        assert_eq!(mail["kept"], 1_500, "{mail}");
        let text = finding(&told, "queue.leaks");
        assert!(text.contains("rq queue mail: 1,500 finished jobs that are kept with no end"), "{text}");
        assert!(
            text.contains("app:reply-*: 1,200 streams without an end whose names differ by an id only"),
            "{text}"
        );
        assert!(!text.contains("answer"), "{text}");
    }
}

#[test]
fn consumers_that_workers_of_taskiq_left_behind_are_told() {
    for kind in kinds() {
        let made = Layout::new(kind);
        let task = r#"{"task_id":"a","task_name":"app.mail","labels":{},"args":["secret"],"kwargs":{}}"#;
        made.run(&["XADD", "taskiq", "*", "data", task]);
        made.run(&["XGROUP", "CREATE", "taskiq", "taskiq", "$"]);
        made.run(&[
            "EVAL",
            "redis.call('XADD','taskiq','*','data',ARGV[1]) \
             for i=1,1500 do local id=string.format('%08x-0000-4000-8000-0123456789ab',i) \
             redis.call('XREADGROUP','GROUP','taskiq',id,'COUNT',1,'STREAMS','taskiq','>') \
             redis.call('XADD','taskiq','*','data',ARGV[1]) end \
             local p=redis.call('XPENDING','taskiq','taskiq','-','+',2000) \
             for _,e in ipairs(p) do redis.call('XACK','taskiq','taskiq',e[1]) end",
            "0",
            task,
        ]);
        let told = made.snapshot("");
        assert!(!told.to_string().contains("secret"));
        let text = finding(&told, "consumer.leaked");
        assert!(text.contains("taskiq"), "{text}");
    }
}

#[test]
fn how_long_workers_of_dramatiq_and_taskiq_may_hold_a_job_is_what_the_config_says() {
    for kind in kinds() {
        let made = Layout::new(kind);
        // A process of dramatiq that was silent for half a minute holds two messages.
        let silent = (now_ms() - 30_000).to_string();
        made.run(&["ZADD", "dramatiq:__heartbeats__", &silent, "w1"]);
        made.run(&["HSET", "dramatiq:mail.msgs", "a", "{}", "b", "{}"]);
        made.run(&["SADD", "dramatiq:__acks__.w1.mail", "a", "b"]);
        // A worker of taskiq has had one job for half a minute.
        let task = r#"{"task_id":"a","task_name":"app.mail","labels":{},"args":[],"kwargs":{}}"#;
        made.run(&["XADD", "taskiq", "1-1", "data", task]);
        made.run(&["XGROUP", "CREATE", "taskiq", "taskiq", "0"]);
        made.run(&["XREADGROUP", "GROUP", "taskiq", "w", "COUNT", "1", "STREAMS", "taskiq", ">"]);
        made.run(&["XCLAIM", "taskiq", "taskiq", "w", "0", "1-1", "IDLE", "30000", "JUSTID"]);
        let orphans = |config: &str| {
            let told = made.snapshot(config);
            let rows = told["queues"].as_array().unwrap().clone();
            let of = |framework: &str| {
                let row = rows.iter().find(|row| row["framework"] == framework);
                row.unwrap_or_else(|| panic!("no {framework}: {rows:?}"))["orphaned"].as_u64()
            };
            (of("dramatiq"), of("taskiq"))
        };
        assert_eq!(orphans(""), (Some(0), Some(0)));
        assert_eq!(orphans("[queues]\ndramatiq_heartbeat = \"20s\"\n"), (Some(2), Some(0)));
        assert_eq!(orphans("[queues]\ntaskiq_idle = \"20s\"\n"), (Some(0), Some(1)));
    }
}
