//! A script that holds the server: it is ended while the server answers BUSY to everything else.

use crate::server::{Build, Options, Server, builds, wait_until};
use crate::{Place, connect, say};
use streamgauge::core::ops::{KillScriptRequest, Outcome, Request};

/// A server on which a script runs for ever, after this command of its own.
fn hung(build: &Build, first: &str) -> (Server, std::thread::JoinHandle<()>) {
    let args = ["--lua-time-limit", "20"].map(str::to_owned).to_vec();
    let server = Server::start(Options { args, ..Options::from(build) });
    let mut connection = connect(&server);
    let script = format!("{first} while true do end");
    let runs = std::thread::spawn(move || {
        let ended: Result<redis::Value, _> = redis::cmd("EVAL").arg(script).arg(0).query(&mut connection);
        drop(ended);
    });
    wait_until("the server is busy", || server.redis_cli(&["PING"]).starts_with("BUSY"));
    (server, runs)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_script_that_holds_the_server_is_ended_and_it_answers_again_on_every_server() {
    for build in builds() {
        let (server, runs) = hung(&build, "");
        let place = Place::of(&server);
        let plan = place.plan(&Request::KillScript(KillScriptRequest)).await.unwrap();
        assert_eq!((plan.commands.as_slice(), &plan.nothing), (&["SCRIPT KILL".to_owned()][..], &None));
        let receipt = place.carry_out(plan, 1 << 30).await;
        assert_eq!((receipt.outcome, receipt.tally.done), (Outcome::Done, 1), "{build:?}");
        runs.join().unwrap();
        let pong: String = say(&mut connect(&server), &["PING"]);
        assert_eq!(pong, "PONG");
        let past = place.past();
        assert_eq!(past[0].finish.as_ref().unwrap().outcome, "done");
        assert!(place.plan(&Request::KillScript(KillScriptRequest)).await.unwrap().nothing.is_some());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_script_that_has_written_is_told_to_be_unkillable() {
    for build in builds().into_iter().take(2) {
        let (mut server, runs) = hung(&build, "redis.call('SET','a','b')");
        let place = Place::of(&server);
        let receipt = place.act(&Request::KillScript(KillScriptRequest)).await.unwrap();
        let Outcome::Refused(why) = &receipt.outcome else { panic!("{build:?} {receipt:?}") };
        assert!(why.contains("has written already"), "{build:?} {why}");
        server.kill();
        runs.join().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_function_is_ended_by_its_own_command() {
    for build in builds().into_iter().filter(|build| build.major() >= 7) {
        let args = ["--lua-time-limit", "20"].map(str::to_owned).to_vec();
        let server = Server::start(Options { args, ..Options::from(&build) });
        let mut connection = connect(&server);
        let library = "#!lua name=l\nredis.register_function{function_name='f',callback=function() while true do end end,flags={'no-writes'}}";
        let _: String = say(&mut connection, &["FUNCTION", "LOAD", library]);
        let runs = std::thread::spawn(move || {
            let ended: Result<redis::Value, _> = redis::cmd("FCALL").arg("f").arg(0).query(&mut connection);
            drop(ended);
        });
        wait_until("the server is busy", || server.redis_cli(&["PING"]).starts_with("BUSY"));
        let place = Place::of(&server);
        let plan = place.plan(&Request::KillScript(KillScriptRequest)).await.unwrap();
        assert_eq!(plan.commands, ["FUNCTION KILL"], "{build:?}");
        assert_eq!(place.carry_out(plan, 1 << 30).await.outcome, Outcome::Done, "{build:?}");
        runs.join().unwrap();
    }
}
