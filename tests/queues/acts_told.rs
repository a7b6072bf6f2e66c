//! What a plan about a queue tells, and what it keeps its hands off: times that it rests on, jobs that are failed at once, prefixes.
//!
//! Knows layouts as the libraries write them. Invariant: keys under another prefix stay as they are, to the byte.

use crate::acts_guarded::{all, bullmq, eval, outcome, rq, sidekiq, way};
use crate::layouts::{Layout, now_ms};
use crate::rows::{act, told};
use crate::server::kinds;

#[test]
fn a_prefix_of_its_own_is_all_that_is_touched() {
    for kind in kinds() {
        let server = Layout::new(kind).0;
        rq(&server, "rq:", 3);
        bullmq(&server, "bull:", 3);
        sidekiq(&server, "", 3);
        let others = all(&server);
        rq(&server, "shop:rq:", 3);
        bullmq(&server, "{shop}:", 3);
        sidekiq(&server, "shop:", 3);
        let sites =
            [("rq", "shop:rq:", "app.send"), ("bullmq", "{shop}:", "send"), ("sidekiq", "shop:", "Send")];
        for (framework, prefix, class) in sites {
            let act = |verb: &str, more: &[&str]| {
                let words = [&[verb, framework, "mail", "--prefix", prefix], more].concat();
                let said = act(&server, &words);
                (outcome(&said).0.to_owned(), outcome(&said).1, said.to_string())
            };
            let check = |verb: &str, more: &[&str], done: u64| {
                let (outcome, number, said) = act(verb, more);
                assert_eq!((outcome.as_str(), number), ("done", done), "{said}");
            };
            if framework == "sidekiq" {
                assert_eq!(act("requeue-orphans", &[]).0, "refused");
                assert_eq!(act("pause-queue", &[]).0, "refused");
            } else {
                check("requeue-orphans", &[], 3);
                check("pause-queue", &[], 1);
                check("resume-queue", &[], 1);
            }
            check("revive-jobs", &["--count", "2"], 2);
            check("drop-jobs", &["--class", class, "--part", "dead"], 1);
            let ready = if framework == "sidekiq" { 5 } else { 8 };
            check("drop-jobs", &["--class", class], ready);
            // Without the prefix it is another queue; with a wrong one there is none.
            let said = told(
                &server,
                &way(&server.socket()),
                "",
                &["revive-jobs", framework, "mail", "--prefix", "no:", "--yes"],
            );
            assert_eq!(said["result"]["outcome"], "refused", "{said}");
            assert!(said["result"]["reason"].as_str().unwrap().contains("--prefix says"), "{said}");
        }
        let left: Vec<String> =
            all(&server).split(' ').filter(|key| !key.contains("shop")).map(str::to_owned).collect();
        assert_eq!(left.join(" "), others, "{kind:?}");
    }
}

#[test]
fn a_plan_that_rests_on_a_time_says_which_and_what_a_longer_one_would_do() {
    for kind in kinds() {
        let server = Layout::new(kind).0;
        eval(
            &server,
            "redis.call('SADD','_kombu.binding.mail','mail\\6\\22\\6\\22mail') \
             local now=tonumber(redis.call('TIME')[1]) \
             redis.call('ZADD','unacked_index',now-120,'a') \
             redis.call('HSET','unacked','a','[{\"body\":\"x\",\"headers\":{\"task\":\"send\"},\"properties\":{\"delivery_info\":{}}}, \"\", \"mail\"]') \
             redis.call('HSET','dramatiq:mail.msgs','m','{\"actor_name\":\"send\"}') \
             redis.call('ZADD','dramatiq:__heartbeats__',(now-30)*1000,'w') redis.call('SADD','dramatiq:__acks__.w.mail','m') return 1",
        );
        let way = way(&server.socket());
        for (framework, setting, usual, short, words) in [
            (
                "celery",
                "celery_visibility",
                "1h",
                "1m",
                "`visibility_timeout` is longer than 1m, a job that still runs",
            ),
            (
                "dramatiq",
                "dramatiq_heartbeat",
                "1m",
                "10s",
                "`heartbeat_timeout` is longer than 10 s, a job that still runs",
            ),
        ] {
            let act = |config: &str, how: &str| {
                told(&server, &way, config, &["requeue-orphans", framework, "mail", how])
            };
            let said = act("", "--dry-run");
            assert_eq!(said["plan"]["items"], 0, "{said}");
            assert!(said["plan"].to_string().contains(&format!(" {usual}, by queues.{setting}")), "{said}");
            // Nothing moves by the usual time, and all that is orphaned by the one of the config.
            assert_eq!(outcome(&act("", "--yes")).1, 0);
            let config = format!("[queues]\n{setting} = \"{short}\"\n");
            let said = act(&config, "--dry-run");
            assert_eq!(said["plan"]["items"], 1, "{said}");
            assert!(said["plan"]["warnings"].to_string().contains(words), "{said}");
            assert_eq!(outcome(&act(&config, "--yes")), ("done", 1));
            assert_eq!(
                server.redis_cli(&["LLEN", if framework == "celery" { "mail" } else { "dramatiq:mail" }]),
                "1"
            );
        }
    }
}

#[test]
fn of_laravels_jobs_those_that_a_worker_fails_at_once_are_counted() {
    let layout = Layout::new(kinds()[0]);
    let past = (now_ms() / 1000 - 60).to_string();
    let soon = now_ms() / 1000 + 600;
    let jobs = [
        r#""maxTries":3,"attempts":1"#.to_owned(),
        r#""maxTries":3,"attempts":3"#.to_owned(),
        r#""attempts":1,"maxTries":1"#.to_owned(),
        r#""maxTries":0,"attempts":9"#.to_owned(),
        r#""maxTries":null,"attempts":1"#.to_owned(),
        format!(r#""maxTries":1,"retryUntil":{soon},"attempts":5"#),
        format!(r#""maxTries":9,"retryUntil":{past},"attempts":1"#),
        r#""maxTries":2,"data":{"attempts":7,"maxTries":9},"attempts":1"#.to_owned(),
    ];
    for (at, rest) in jobs.iter().enumerate() {
        let job = format!(r#"{{"uuid":"{at}","displayName":"App\\Jobs\\Mail","job":"Illuminate",{rest}}}"#);
        layout.run(&["ZADD", "laravel_database_queues:mail:reserved", &past, &job]);
    }
    let said =
        told(&layout.0, &way(&layout.0.socket()), "", &["requeue-orphans", "laravel", "mail", "--dry-run"]);
    assert_eq!(said["plan"]["items"], 8, "{said}");
    let warnings = said["plan"]["warnings"].to_string();
    assert!(warnings.contains("3 jobs whose tries are used up"), "{said}");
    assert!(warnings.contains("1 job that name no `maxTries`"), "{said}");
}
