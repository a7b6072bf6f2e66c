//! What we do to queues where something stands against it: rights that are missing, replies that are lost, owners that come back,
//! workers that are quicker.
//!
//! Knows layouts as the libraries write them, and the moment in which we look and in which we move. Invariant: a job is in one place
//! afterwards, whatever came between.

use crate::layouts::Layout;
use crate::proxy::{Proxy, Words};
use crate::rows::{act, told};
use crate::server::{Build, Server, builds, kinds};
use serde_json::Value;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

pub fn way(path: &Path) -> String {
    path.display().to_string()
}

pub fn eval(server: &Server, script: &str) -> String {
    let said = server.redis_cli(&["EVAL", script, "0"]);
    assert!(!said.contains("ERR"), "{script}: {said}");
    said
}

/// Every key with all that it holds.
pub fn all(server: &Server) -> String {
    eval(
        server,
        "local r={} for _,k in ipairs(redis.call('KEYS','*')) do r[#r+1]=k..redis.sha1hex(redis.call('DUMP',k)) end \
         table.sort(r) return table.concat(r,' ')",
    )
}

/// Jobs of RQ that are orphans (`o1` and on), dead (`d1` and on) and ready (`r1` and on), so many of each.
pub fn rq(server: &Server, prefix: &str, each: u32) {
    let script = format!(
        "local p='{prefix}' local now=tonumber(redis.call('TIME')[1]) \
         redis.call('SADD',p..'queues',p..'queue:mail') \
         local function job(id,status) redis.call('HSET',p..'job:'..id,'description','app.send(1)','status',status,'created_at','2026-01-01T00:00:00Z') end \
         for i=1,{each} do \
         job('o'..i,'started') redis.call('ZADD',p..'wip:mail',now-10,'o'..i..':e') redis.call('HSET',p..'execution:o'..i..':e','id','e') \
         job('d'..i,'failed') redis.call('ZADD',p..'failed:mail',now-10,'d'..i) \
         job('r'..i,'queued') redis.call('RPUSH',p..'queue:mail','r'..i) end return 1"
    );
    eval(server, &script);
}

/// The same of BullMQ.
pub fn bullmq(server: &Server, prefix: &str, each: u32) {
    let script = format!(
        "local b='{prefix}mail:' redis.call('HSET',b..'meta','version','bullmq:5') redis.call('XADD',b..'events','*','event','added') \
         local function job(id) redis.call('HSET',b..id,'name','send','data','{{}}','opts','{{}}','timestamp',1) end \
         for i=1,{each} do job('o'..i) redis.call('RPUSH',b..'active','o'..i) \
         job('d'..i) redis.call('HSET',b..'d'..i,'failedReason','x') redis.call('ZADD',b..'failed',i,'d'..i) \
         job('r'..i) redis.call('LPUSH',b..'wait','r'..i) end return 1"
    );
    eval(server, &script);
}

/// Dead and ready jobs of Sidekiq.
pub fn sidekiq(server: &Server, prefix: &str, each: u32) {
    let script = format!(
        "local p='{prefix}' redis.call('SADD',p..'queues','mail') redis.call('SET',p..'stat:processed',1) \
         local function job(id) return '{{\"class\":\"Send\",\"jid\":\"'..id..'\",\"args\":[],\"queue\":\"mail\",\"created_at\":1.5,\"retry_count\":3}}' end \
         for i=1,{each} do redis.call('ZADD',p..'dead',i,job('d'..i)) redis.call('LPUSH',p..'queue:mail',job('r'..i)) end return 1"
    );
    eval(server, &script);
}

/// What came of it, and of how many; `nothing` where nothing is to be done.
pub fn outcome(told: &Value) -> (&str, u64) {
    let result = &told["result"];
    (result["outcome"].as_str().unwrap_or("nothing"), result["done"].as_u64().unwrap_or(0))
}

#[test]
fn a_user_without_a_right_is_refused_with_a_sentence_and_nothing_is_done_by_half() {
    for kind in kinds() {
        let layout = Layout::new(kind);
        let server = &layout.0;
        rq(server, "rq:", 3);
        bullmq(server, "bull:", 3);
        let before = all(server);
        let acts: [(&str, &[&str], &[&str]); 7] = [
            ("rq", &["requeue-orphans"], &["eval", "rpush", "zrem", "hset", "del", "hdel", "sadd"]),
            ("rq", &["revive-jobs"], &["eval", "rpush", "zrem", "hset"]),
            ("rq", &["drop-jobs", "--class", "app.send"], &["lrem", "del"]),
            ("rq", &["pause-queue"], &["eval", "set"]),
            ("bullmq", &["requeue-orphans"], &["lrem", "hincrby", "rpush", "zadd", "xadd"]),
            ("bullmq", &["revive-jobs"], &["eval", "zrem", "hdel", "lpush", "xadd"]),
            ("bullmq", &["pause-queue"], &["rename", "hset", "del", "xadd"]),
        ];
        for (framework, words, denied) in acts {
            for command in denied {
                let may_not = format!("-{command}");
                layout.run(&["ACL", "SETUSER", "default", "+@all", &may_not]);
                let words = [&words[..1], &[framework, "mail"], &words[1..]].concat();
                let said = act(server, &words);
                layout.run(&["ACL", "SETUSER", "default", "+@all"]);
                let case = format!("{words:?} without {command} on {kind:?}: {said}");
                assert_eq!(before, all(server), "{case}");
                let reason = said["result"]["reason"].as_str().unwrap_or_else(|| panic!("{case}"));
                assert!(["refused", "failed"].contains(&outcome(&said).0), "{case}");
                assert!(reason.to_lowercase().contains(command), "{case}");
                assert!(reason.contains("ACL SETUSER"), "{case}");
            }
        }
        // Keys that are not the user's: the queue is, and jobs are not.
        layout.run(&["ACL", "SETUSER", "default", "resetkeys", "~rq:queue*", "~rq:wip*", "%R~rq:job:*"]);
        let said = act(server, &["requeue-orphans", "rq", "mail"]);
        layout.run(&["ACL", "SETUSER", "default", "allkeys"]);
        assert_eq!(before, all(server), "{said}");
        assert!(said["result"]["reason"].as_str().unwrap().contains("rq:job:o"), "{said}");
    }
}

#[test]
fn before_acl_checks_in_scripts_a_job_that_was_moved_by_half_is_named_and_undo_puts_it_back() {
    let old: Vec<Build> = builds().into_iter().filter(|build| build.version.starts_with("6.")).collect();
    for build in old {
        let layout = Layout(Server::start((&build).into()));
        let server = &layout.0;
        rq(server, "rq:", 2);
        let before = all(server);
        layout.run(&["ACL", "SETUSER", "default", "-zrem"]);
        let said = act(server, &["requeue-orphans", "rq", "mail"]);
        layout.run(&["ACL", "SETUSER", "default", "+@all"]);
        let reason = said["result"]["reason"].as_str().unwrap();
        assert!(reason.contains("in the middle of job o1:e"), "{said}");
        let id = said["result"]["id"].as_str().unwrap();
        act(server, &["undo", id]);
        assert_eq!(before, all(server), "{said}");
    }
}

/// Words of the script that moves, and of the look before it that is to be kept.
fn moves(words: &Words) -> bool {
    let is_script = words.first().is_some_and(|word| word.eq_ignore_ascii_case(b"EVAL"));
    let has = |text: &str| words.get(1).is_some_and(|said| String::from_utf8_lossy(said).contains(text));
    is_script && has("acl_check_cmd")
}

fn looks(words: &Words) -> bool {
    let is_script = words.first().is_some_and(|word| word.eq_ignore_ascii_case(b"EVAL"));
    let has = |text: &str| words.get(1).is_some_and(|said| String::from_utf8_lossy(said).contains(text));
    is_script && has("local function walk") && words.get(8).is_some_and(|whole| whole == b"1")
}

/// Something that happens once: as we look at jobs to move them, or as we move them.
fn meanwhile(server: &Server, is_when: fn(&Words) -> bool, script: &str) -> (Proxy, Arc<AtomicBool>) {
    let (came, seen) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let told = Arc::clone(&seen);
    let (socket, script) = (server.socket(), script.to_owned());
    let proxy = Proxy::start(server, Duration::ZERO, move |words| {
        if is_when(words) && !came.swap(true, Ordering::SeqCst) {
            let url = format!("redis+unix://{}", socket.display());
            let mut connection = redis::Client::open(url).unwrap().get_connection().unwrap();
            let _: i64 = redis::cmd("EVAL").arg(&script).arg(0).query(&mut connection).unwrap();
            told.store(true, Ordering::SeqCst);
        }
        None
    });
    (proxy, seen)
}

/// Who makes the jobs; framework, prefix and action; what happens to one of three, and what has to hold afterwards.
type Race = (Make, &'static str, &'static str, &'static [&'static str], &'static str, &'static str);
type Make = fn(&Server, &str, u32);

const RACES: [Race; 8] = [
    (
        rq,
        "rq",
        "rq:",
        &["requeue-orphans"],
        "redis.call('ZADD','rq:wip:mail',redis.call('TIME')[1]+600,'o2:e')",
        "redis.call('ZSCORE','rq:wip:mail','o2:e') and redis.call('HGET','rq:job:o2','status')=='started' and redis.call('LLEN','rq:queue:mail')==5",
    ),
    (
        rq,
        "rq",
        "rq:",
        &["requeue-orphans"],
        "redis.call('ZREM','rq:wip:mail','o2:e') redis.call('HSET','rq:job:o2','status','finished')",
        "redis.call('HGET','rq:job:o2','status')=='finished' and redis.call('LLEN','rq:queue:mail')==5",
    ),
    (
        rq,
        "rq",
        "rq:",
        &["revive-jobs"],
        "redis.call('ZREM','rq:failed:mail','d2') redis.call('RPUSH','rq:queue:mail','d2')",
        "redis.call('LLEN','rq:queue:mail')==6 and redis.call('LREM','rq:queue:mail',0,'d2')==1",
    ),
    (
        rq,
        "rq",
        "rq:",
        &["drop-jobs", "--class", "app.send"],
        "redis.call('LREM','rq:queue:mail',1,'r2') redis.call('ZADD','rq:wip:mail',redis.call('TIME')[1]+600,'r2:e')",
        "redis.call('EXISTS','rq:job:r2')==1 and redis.call('EXISTS','rq:queue:mail')==0",
    ),
    (
        bullmq,
        "bullmq",
        "bull:",
        &["requeue-orphans"],
        "redis.call('SET','bull:mail:o2:lock','t','PX',60000)",
        "redis.call('LREM','bull:mail:active',0,'o2')==1 and redis.call('LLEN','bull:mail:wait')==5",
    ),
    (
        bullmq,
        "bullmq",
        "bull:",
        &["requeue-orphans"],
        "redis.call('LREM','bull:mail:active',1,'o2') redis.call('LPUSH','bull:mail:wait','o2')",
        "redis.call('LREM','bull:mail:wait',0,'o2')==1 and redis.call('LLEN','bull:mail:wait')==5",
    ),
    (
        bullmq,
        "bullmq",
        "bull:",
        &["drop-jobs", "--class", "send"],
        "redis.call('LREM','bull:mail:wait',1,'r2') redis.call('LPUSH','bull:mail:active','r2') redis.call('SET','bull:mail:r2:lock','t','PX',60000)",
        "redis.call('EXISTS','bull:mail:r2')==1 and redis.call('EXISTS','bull:mail:wait')==0",
    ),
    (
        sidekiq,
        "sidekiq",
        "",
        &["revive-jobs"],
        "local j=redis.call('ZRANGE','dead',1,1)[1] redis.call('ZREM','dead',j) redis.call('LPUSH','queue:mail',j)",
        "redis.call('LLEN','queue:mail')==6 and redis.call('ZCARD','dead')==0",
    ),
];

#[test]
fn a_job_whose_owner_comes_back_or_that_somebody_takes_after_the_plan_is_left_to_them() {
    for kind in kinds() {
        for (make, framework, prefix, words, happens, holds) in &RACES {
            for (is_when, moment) in [(looks as fn(&Words) -> bool, "look"), (moves, "move")] {
                let server = Layout::new(kind).0;
                make(&server, prefix, 3);
                let (proxy, came) = meanwhile(&server, is_when, &format!("{happens} return 1"));
                let words = [&words[..1], &[framework, "mail"], &words[1..], &["--yes"]].concat();
                let said = told(&server, &way(proxy.socket()), "", &words);
                let case = format!("{words:?} {happens} at the {moment} on {kind:?}: {said}");
                assert!(came.load(Ordering::SeqCst), "{case}");
                assert_eq!(outcome(&said), ("done", 2), "{case}");
                assert_eq!(eval(&server, &format!("return ({holds}) and 1 or 0")), "1", "{case}");
            }
        }
    }
}

/// The connection of the order is ended by CLIENT KILL: before the server carries the order out, or when it has done so.
fn killed(server: &Server, is_done: bool) -> Proxy {
    let came = AtomicBool::new(false);
    let socket = server.socket();
    Proxy::start(server, Duration::ZERO, move |words| {
        if !moves(words) || came.swap(true, Ordering::SeqCst) {
            return None;
        }
        let url = format!("redis+unix://{}", socket.display());
        let mut own = redis::Client::open(url).unwrap().get_connection().unwrap();
        if is_done {
            let mut order = redis::cmd("EVAL");
            for word in words.iter().skip(1) {
                order.arg(word);
            }
            let _: redis::Value = order.query(&mut own).unwrap();
        }
        // Orders stand still, so that the next one is never carried out.
        let _: () = redis::cmd("CLIENT").arg("PAUSE").arg(5_000).arg("WRITE").query(&mut own).unwrap();
        std::thread::spawn(move || {
            for _ in 0..200 {
                std::thread::sleep(Duration::from_millis(20));
                let all: String = redis::cmd("CLIENT").arg("LIST").query(&mut own).unwrap();
                let stands = all.lines().find(|line| line.contains(" cmd=eval ") && line.contains("flags=b"));
                let Some(id) = stands.and_then(|line| line.split([' ', '=']).nth(1)) else { continue };
                let _: i64 = redis::cmd("CLIENT").arg("KILL").arg("ID").arg(id).query(&mut own).unwrap();
                break;
            }
            let _: () = redis::cmd("CLIENT").arg("UNPAUSE").query(&mut own).unwrap();
        });
        None
    })
}

#[test]
fn a_reply_that_client_kill_takes_away_is_unknown_and_nothing_is_there_twice_after_another_run() {
    let cases: [(Make, &str, &str, &[&str], &str); 4] = [
        (rq, "rq", "rq:", &["requeue-orphans"], "rq:queue:mail"),
        (rq, "rq", "rq:", &["revive-jobs"], "rq:queue:mail"),
        (bullmq, "bullmq", "bull:", &["requeue-orphans"], "bull:mail:wait"),
        (sidekiq, "sidekiq", "", &["revive-jobs"], "queue:mail"),
    ];
    for kind in kinds() {
        for (make, framework, prefix, words, list) in &cases {
            for is_done in [false, true] {
                let server = Layout::new(kind).0;
                make(&server, prefix, 50);
                let proxy = killed(&server, is_done);
                let words = [&words[..1], &[framework, "mail"], &words[1..], &["--yes"]].concat();
                let said = told(&server, &way(proxy.socket()), "", &words);
                let case = format!("{words:?}, done {is_done}, on {kind:?}: {said}");
                assert_eq!(said["result"]["outcome"], "unknown", "{case}");
                let again = act(&server, &words[..words.len() - 1]);
                assert_eq!(again["result"]["outcome"], "done", "{case} {again}");
                let script = format!(
                    "local n,seen=0,{{}} for _,j in ipairs(redis.call('LRANGE','{list}',0,-1)) do \
                     local id=string.match(j,'\"jid\":\"(%w+)\"') or j \
                     if seen[id] then return -1 end seen[id]=true n=n+1 end return n"
                );
                assert_eq!(eval(&server, &script), "100", "{case} {again}");
            }
        }
    }
}
