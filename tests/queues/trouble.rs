//! Queues in trouble, on layouts of RQ and Sidekiq written by hand: who floods, who does not listen, what it costs.
//!
//! Knows the layouts as the libraries write them (`real` compares them); measures no time of its own.

use crate::rows::{snapshot, snapshot_with};
use crate::server::{Options, Server};
use serde_json::Value;

/// A row of `snapshot`, by the name of its queue.
fn row<'a>(snapshot: &'a Value, name: &str) -> &'a Value {
    let rows = snapshot["queues"].as_array().unwrap();
    rows.iter().find(|row| row["name"] == name).unwrap_or_else(|| panic!("no {name}: {rows:?}"))
}

fn findings<'a>(snapshot: &'a Value, id: &str) -> Vec<&'a str> {
    let all = snapshot["findings"].as_array().unwrap().iter();
    all.filter(|finding| finding["id"] == id).map(|finding| finding["text"].as_str().unwrap()).collect()
}

fn eval(server: &Server, script: &str) {
    let said = server.redis_cli(&["EVAL", script, "0"]);
    assert!(!said.contains("ERR"), "{said}");
}

#[test]
fn a_class_that_floods_jobs_for_later_is_named_with_its_share_and_no_read_takes_a_millisecond() {
    let server = Server::start(Options::default());
    // Of ten classes one has 62 in 100, spread over the whole set.
    eval(
        &server,
        "redis.call('SADD','queues','default') redis.call('SET','stat:processed',7) \
         for i=0,99999 do local c='Job'..(i%9) if (i*7919)%100<62 then c='Flood' end \
         redis.call('ZADD','schedule',2000000000+(i*7919)%100000, \
         '{\"class\":\"'..c..'\",\"jid\":\"'..i..'\",\"args\":[\"secret\"],\"queue\":\"default\"}') end",
    );
    server.redis_cli(&["CONFIG", "SET", "slowlog-log-slower-than", "1000"]);
    server.redis_cli(&["CONFIG", "RESETSTAT"]);
    let seen = snapshot(&server);
    assert!(!seen.to_string().contains("secret"));
    let queue = row(&seen, "default");
    assert_eq!(queue["delayed"], 100_000);
    let class = &queue["classes"][0];
    assert_eq!((&class["class"], &class["part"]), (&"Flood".into(), &"delayed".into()), "{queue}");
    let share = class["share"].as_f64().unwrap();
    // Four standard errors of 400 jobs: one run in 15,000 is off by more.
    assert!((share - 0.62).abs() < 0.1 && class["error"].as_f64().unwrap() < 0.05, "{class}");
    let told = findings(&seen, "queue.flood");
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("delayed jobs are Flood"), "{told:?}");
    // The median: a machine that is busy elsewhere makes any of them late.
    let statistics = server.redis_cli(&["INFO", "latencystats"]);
    let eval = statistics.lines().find(|line| line.contains("_usec_eval")).expect("windows are read");
    let median: f64 = eval.split("p50=").nth(1).unwrap().split(',').next().unwrap().parse().unwrap();
    assert!(median < 500.0, "{eval}");
}

/// Jobs of BullMQ for later, ten classes with one that floods: an id in a sorted set, and a hash for each.
fn flood_of_bullmq(server: &Server, jobs: u32) {
    eval(
        server,
        &format!(
            "redis.call('HSET','bull:mail:meta','version','bullmq:5') redis.call('SET','bull:mail:id',{jobs}) \
             redis.call('XADD','bull:mail:events','*','event','delayed') \
             for i=0,{jobs}-1 do local c='Job'..(i%9) if (i*7919)%100<62 then c='Flood' end \
             redis.call('ZADD','bull:mail:delayed',8192000000000000+((i*7919)%{jobs})*4096,i) \
             redis.call('HSET','bull:mail:'..i,'name',c,'data','secret','timestamp',1,'opts','{{}}') end"
        ),
    );
}

#[test]
fn jobs_that_have_a_key_each_do_not_hide_their_queue_nor_the_class_that_floods_it() {
    let server = Server::start(Options::default());
    flood_of_bullmq(&server, 100_000);
    server.redis_cli(&["CONFIG", "RESETSTAT"]);
    let seen = snapshot(&server);
    assert!(!seen.to_string().contains("secret"));
    let queue = row(&seen, "mail");
    assert_eq!((&queue["framework"], &queue["delayed"]), (&"bullmq".into(), &100_000.into()), "{queue}");
    let class = &queue["classes"][0];
    assert_eq!((&class["class"], &class["part"]), (&"Flood".into(), &"delayed".into()), "{queue}");
    let share = class["share"].as_f64().unwrap();
    assert!((share - 0.62).abs() < 0.1 && class["error"].as_f64().unwrap() <= 0.05, "{class}");
    let told = findings(&seen, "queue.flood");
    assert!(told.len() == 1 && told[0].contains("delayed jobs are Flood"), "{told:?}");
    let statistics = server.redis_cli(&["INFO", "latencystats"]);
    for command in ["eval", "hmget"] {
        let line = statistics.lines().find(|line| line.contains(&format!("_usec_{command}")));
        let line = line.unwrap_or_else(|| panic!("no {command}: {statistics}"));
        let median: f64 = line.split("p50=").nth(1).unwrap().split(',').next().unwrap().parse().unwrap();
        assert!(median < 500.0, "{line}");
    }
}

#[test]
fn five_hundred_queues_are_all_told_at_once_with_their_oldest_jobs() {
    let server = Server::start(Options::default());
    eval(
        &server,
        "for q=0,499 do redis.call('SADD','rq:queues','rq:queue:q'..q) \
         for j=0,q%3 do redis.call('RPUSH','rq:queue:q'..q,'job-'..q..'-'..j) \
         redis.call('HSET','rq:job:job-'..q..'-'..j,'enqueued_at','2026-11-01T00:00:00.000000Z', \
         'description','app.mail(\"secret\")') end end",
    );
    let seen = snapshot(&server);
    assert!(!seen.to_string().contains("secret"));
    assert_eq!(seen["queues"].as_array().unwrap().len(), 500);
    for queue in ["q0", "q1", "q499"] {
        let row = row(&seen, queue);
        let ready = queue.get(1..).unwrap().parse::<u64>().unwrap() % 3 + 1;
        assert_eq!((&row["ready"], &row["oldest_age_kind"]), (&ready.into(), &"exact".into()), "{row}");
        assert!(row["oldest_age_ms"].as_u64().unwrap() > 86_400_000, "{row}");
    }
    // One trouble of five hundred is one finding.
    let told = findings(&seen, "queue.not_listening");
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("500 queues have nobody who takes jobs"), "{told:?}");
}

#[test]
fn who_does_not_listen_is_told_apart_from_a_pause_and_from_a_worker_that_is_alive() {
    let server = Server::start(Options::default());
    eval(
        &server,
        "redis.call('SADD','rq:queues','rq:queue:mail') redis.call('RPUSH','rq:queue:mail','a','b')",
    );
    let verdict = || {
        let seen = snapshot(&server);
        let verdict = row(&seen, "mail")["verdict"].as_str().unwrap().to_owned();
        (verdict, findings(&seen, "queue.not_listening").len())
    };
    assert_eq!(verdict(), ("not_listening".to_owned(), 1));
    server.redis_cli(&["SADD", "rq:workers:mail", "rq:worker:w1"]);
    // A worker that was killed stays in the set; what it says of itself ends.
    assert_eq!(verdict(), ("not_listening".to_owned(), 1));
    server.redis_cli(&["HSET", "rq:worker:w1", "state", "busy"]);
    assert_eq!(verdict(), ("ok".to_owned(), 0));
    server.redis_cli(&["DEL", "rq:worker:w1"]);
    server.redis_cli(&["SET", "rq:suspended", "1"]);
    assert_eq!(verdict(), ("paused".to_owned(), 0));
}

#[test]
fn names_that_only_look_like_those_of_a_framework_make_no_queue() {
    let server = Server::start(Options::default());
    eval(
        &server,
        "for i=1,500 do redis.call('HSET','user:'..i..':meta','name','x') end \
         redis.call('SADD','queues','london','paris') redis.call('SET','rq:queues','text') \
         redis.call('SADD','shop:queues','a','b')",
    );
    let seen = snapshot(&server);
    assert_eq!(seen["queues"].as_array().unwrap().len(), 0, "{}", seen["queues"]);
    assert_eq!(seen["gaps"].as_array().unwrap().len(), 0, "{}", seen["gaps"]);
}

#[test]
fn what_frameworks_leave_behind_is_one_finding_with_count_bytes_and_remedy() {
    let server = Server::start(Options::default());
    eval(
        &server,
        "redis.call('HSET','bull:mail:meta','version','bullmq:5') redis.call('XADD','bull:mail:events','*','event','completed') \
         for i=1,20000 do redis.call('ZADD','bull:mail:completed',i,i) \
         redis.call('HSET','bull:mail:'..i,'name','mail','data','secret','timestamp',1,'opts','{}') end \
         for i=1,12000 do redis.call('RPUSH','7f1d3c2e-9a40-4c1b-8f57-'..string.format('%012d',i)..'.reply.celery.pidbox','x') end \
         for i=1,500 do redis.call('SETEX','celery-task-meta-'..i,86400,'x') end",
    );
    let seen = snapshot(&server);
    let told = findings(&seen, "queue.leaks");
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].contains("bullmq queue mail: 20,000 finished jobs that are kept with no end, about "),
        "{told:?}"
    );
    assert!(told[0].contains("12,000 reply lists that nobody reads, about "), "{told:?}");
    assert!(!told[0].contains("results without an end"), "{told:?}");
    let mail = row(&seen, "mail");
    assert_eq!(mail["kept"], 20_000);
    let bytes = mail["kept_bytes"].as_u64().unwrap();
    assert!((20_000 * 100..20_000 * 400).contains(&bytes), "{bytes}");
}

#[test]
fn how_long_a_worker_may_hold_a_task_is_what_the_config_says() {
    let server = Server::start(Options::default());
    eval(
        &server,
        "redis.call('SADD','_kombu.binding.mail','mail\\6\\22\\6\\22mail') \
         local now=tonumber(redis.call('TIME')[1]) \
         redis.call('ZADD','unacked_index',now-120,'a') \
         redis.call('HSET','unacked','a','[{\"body\":\"x\",\"headers\":{}}, \"\", \"mail\"]')",
    );
    let orphans = |config: &str| row(&snapshot_with(&server, config), "mail")["orphaned"].clone();
    assert_eq!(orphans(""), 0);
    assert_eq!(orphans("[queues]\ncelery_visibility = \"1m\"\n"), 1);
}

#[test]
fn what_an_endpoint_for_health_needs_stands_in_one_object() {
    let server = Server::start(Options::default());
    server.redis_cli(&["CONFIG", "SET", "maxmemory", "1gb"]);
    eval(
        &server,
        "redis.call('SADD','rq:queues','rq:queue:mail','rq:queue:low') redis.call('RPUSH','rq:queue:mail','a','b') \
         for _,w in ipairs({'a','b'}) do redis.call('HSET','rq:worker:'..w,'state','idle') \
         redis.call('SADD','rq:workers:mail','rq:worker:'..w) redis.call('SADD','rq:workers:low','rq:worker:'..w) end",
    );
    let seen = snapshot(&server);
    let system = &seen["system"];
    assert_eq!(
        (&system["redis_up"], &system["workers"], &system["jobs_ready"]),
        (&true.into(), &2.into(), &2.into()),
        "{system}"
    );
    assert_eq!(system["status"], seen["health"]);
    assert_eq!(system["memory_bytes"], seen["memory"]["used_bytes"]);
    let share = system["memory_share"].as_f64().unwrap();
    assert!((0.0..0.1).contains(&share), "{system}");
}

#[test]
fn groups_of_streams_stand_among_the_queues_with_their_own_verdict() {
    let server = Server::start(Options::default());
    for n in 0..7 {
        server.redis_cli(&["XADD", "orders", "*", "n", &n.to_string()]);
    }
    server.redis_cli(&["XGROUP", "CREATE", "orders", "billing", "0"]);
    server.redis_cli(&["XREADGROUP", "GROUP", "billing", "w-1", "COUNT", "3", "STREAMS", "orders", ">"]);
    // What a framework uses is shown with the framework alone.
    let task = "{\"task_id\":\"1\",\"task_name\":\"mail\",\"args\":[]}";
    server.redis_cli(&["XADD", "taskiq", "*", "data", task]);
    server.redis_cli(&["XGROUP", "CREATE", "taskiq", "taskiq", "0"]);
    let seen = snapshot(&server);
    let queue = row(&seen, "billing");
    for (field, wanted) in
        [("framework", "stream".into()), ("prefix", "orders".into()), ("ready_kind", "exact".into())]
    {
        assert_eq!(queue[field], Value::String(wanted), "{queue}");
    }
    assert_eq!((&queue["ready"], &queue["in_flight"]), (&4.into(), &3.into()), "{queue}");
    let group = &seen["streams"].as_array().unwrap().iter().find(|stream| stream["key"] == "orders").unwrap()
        ["groups"][0];
    assert_eq!((&queue["verdict"], &queue["reason"]), (&group["verdict"], &group["reason"]));
    let of_taskiq: Vec<_> =
        seen["queues"].as_array().unwrap().iter().filter(|row| row["name"] == "taskiq").collect();
    assert_eq!(of_taskiq.len(), 1, "{of_taskiq:?}");
    // The object for an endpoint of health counts both.
    let system = &seen["system"];
    assert_eq!((&system["jobs_ready"], &system["workers"]), (&5.into(), &1.into()), "{system}");
    assert!(system["oldest_job_ms"].as_u64().is_some(), "{system}");
    assert_eq!((&of_taskiq[0]["framework"], &of_taskiq[0]["ready"]), (&"taskiq".into(), &1.into()));
}
