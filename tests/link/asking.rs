//! The connection to real servers: asking, and what comes back.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use streamgauge::config::{Address, Secret, Target};
use streamgauge::core::model::{Fault, Name, Protocol, StreamId};
use streamgauge::core::wire::{ErrorKind, NoReply, ReadCmd, Resp};
use streamgauge::edge::link::{AskResult, Lane, Link, LinkLedger, Pieces, Timeouts};

use crate::server::{Kind, Options, Server, builds, kinds};
use crate::{PATIENT, open, start, target};

fn replies(asked: AskResult) -> Vec<Resp> {
    assert_eq!(asked.lost, None);
    asked.exchanges.into_iter().map(|exchange| exchange.reply.unwrap()).collect()
}

#[tokio::test]
async fn a_unix_socket_speaks_resp3() {
    for kind in kinds() {
        let server = start(kind, &[]);
        let mut link = open(&target(&server)).await;
        assert_eq!(link.protocol(), Protocol::Resp3);
        assert_eq!(replies(link.ask(vec![ReadCmd::Ping]).await), [Resp::bulk(b"PONG")]);
        let info = replies(link.ask(vec![ReadCmd::Info(vec!["server"])]).await);
        assert!(info[0].text().unwrap().starts_with("# Server"), "{info:?}");
    }
}

#[tokio::test]
async fn a_loopback_port_is_found_by_name() {
    for kind in kinds() {
        let server = Server::start(Options { kind: Some(kind), port: true, ..Options::default() });
        let address = Address::Tcp { host: "localhost".to_owned(), port: server.port };
        let mut link = open(&Target { address, ..target(&server) }).await;
        assert_eq!(replies(link.ask(vec![ReadCmd::Ping]).await), [Resp::bulk(b"PONG")]);
    }
}

#[tokio::test]
async fn the_server_knows_each_lane_by_name() {
    for kind in kinds() {
        let server = start(kind, &[]);
        let (target, ledger) = (target(&server), LinkLedger::default());
        let _poll = Link::open(&target, Lane::Poll, &PATIENT, &ledger).await.unwrap();
        // The second knows from the first what may be said, and waits until all of it is answered.
        let _control = Link::open(&target, Lane::Control, &PATIENT, &ledger).await.unwrap();
        let clients = server.redis_cli(&["CLIENT", "LIST"]);
        assert!(clients.contains("name=streamgauge:poll "), "{clients}");
        assert!(clients.contains("name=streamgauge:control "), "{clients}");
        let flags = |name: &str| {
            let line = clients.lines().find(|line| line.contains(name)).unwrap();
            line.split(' ').find_map(|field| field.strip_prefix("flags=")).unwrap().to_owned()
        };
        assert!(flags("streamgauge:poll").contains('e'), "not to be evicted: {clients}");
        if kind == Kind::Valkey {
            assert!(flags("streamgauge:poll").contains('T'), "does not touch keys: {clients}");
            assert!(clients.contains("lib-name=streamgauge lib-ver=0.1.0"), "{clients}");
        }
    }
}

#[tokio::test]
async fn a_server_without_hello_is_spoken_to_in_resp2() {
    for kind in kinds() {
        let server = start(kind, &["--rename-command", "HELLO", "", "--requirepass", "hunter2"]);
        let secret = Some(Secret::new("hunter2"));
        let mut link = open(&Target { password: secret, database: 2, ..target(&server) }).await;
        assert_eq!(link.protocol(), Protocol::Resp2);
        let got = replies(link.ask(vec![ReadCmd::Ping, ReadCmd::ClientList]).await);
        assert!(got[1].text().unwrap().contains("db=2"), "{got:?}");
    }
}

#[tokio::test]
async fn a_user_with_few_rights_reads_what_it_may_and_each_denial_is_its_own() {
    for kind in kinds() {
        let server = start(kind, &["--user", "eve", "on", ">pw", "~*", "-@all", "+ping", "+xlen"]);
        server.redis_cli(&["XADD", "s", "1-1", "a", "b"]);
        let (username, password) = (Some("eve".to_owned()), Some(Secret::new("pw")));
        let mut link = open(&Target { username, password, ..target(&server) }).await;
        let key = Name::from("s");
        let asked = vec![
            ReadCmd::Ping,
            ReadCmd::XinfoStream(key.clone()),
            ReadCmd::Xlen(key.clone()),
            ReadCmd::ClientList,
            ReadCmd::Xlen(key),
        ];
        let got = replies(link.ask(asked).await);
        assert_eq!(got[0], Resp::bulk(b"PONG"));
        assert_eq!((&got[2], &got[4]), (&Resp::Int(1), &Resp::Int(1)));
        for denied in [&got[1], &got[3]] {
            let Resp::Error(refusal) = denied else { panic!("{denied:?}") };
            assert_eq!(refusal.kind(), ErrorKind::DeniedCommand);
        }
    }
}

/// Whoever asks without a pause uses up what the runtime lets a task do at a time: who waits in line then waits all the same.
#[tokio::test]
async fn pipelines_are_answered_in_the_order_sent_however_much_a_task_has_done() {
    let server = start(Kind::Redis, &[]);
    let timeouts = Timeouts { poll: Duration::from_secs(5), ..PATIENT };
    let mut link = Link::open(&target(&server), Lane::Poll, &timeouts, &LinkLedger::default()).await.unwrap();
    for used in 0..=128 {
        let commands = (0..250).map(|n| ReadCmd::Xlen(Name::from(&*format!("k{n}")))).collect();
        tokio::task::yield_now().await;
        for _ in 0..used {
            tokio::task::consume_budget().await;
        }
        let asked = link.ask(commands).await;
        assert_eq!(asked.lost, None, "{used}");
    }
}

#[tokio::test]
async fn of_a_thousand_commands_a_hundred_are_under_way_at_most_in_two_halves() {
    for kind in kinds() {
        let server = start(kind, &[]);
        let mut link = open(&target(&server)).await;
        let commands: Vec<ReadCmd> =
            (0..1_050).map(|n| ReadCmd::Xlen(Name::from(&*format!("k{n}")))).collect();
        let asked = link.ask(commands.clone()).await;
        assert_eq!(asked.lost, None);
        let order: Vec<_> = asked.exchanges.iter().map(|exchange| exchange.command.clone()).collect();
        assert_eq!(order, commands);
        assert!(asked.exchanges.iter().all(|exchange| exchange.reply == Ok(Resp::Int(0))));
        assert!(asked.exchanges.iter().all(|exchange| exchange.reply_bytes == 4));
        let pipelines: BTreeSet<_> =
            asked.exchanges.iter().map(|exchange| (exchange.sent_us, exchange.received_us)).collect();
        assert_eq!(pipelines.len(), 21);
        assert!(pipelines.iter().zip(pipelines.iter().skip(2)).all(|(a, b)| a.1 <= b.0));
    }
}

#[tokio::test]
async fn an_error_that_names_a_key_of_odd_bytes_costs_one_command_and_not_the_connection() {
    for kind in kinds() {
        let server = start(kind, &[]);
        let odd = Name::new(&b"k\xff\xfe"[..]);
        server.redis_cli_bytes(&[b"XGROUP", b"CREATE", odd.as_bytes(), b"\xe9", b"$", b"MKSTREAM"]);
        let mut link = open(&target(&server)).await;
        let pending = |group: &[u8]| ReadCmd::Xpending {
            key: odd.clone(),
            group: Name::new(group.to_vec()),
            start: StreamId::MIN,
            count: 10,
            consumer: None,
        };
        let got = replies(
            link.ask(vec![pending(b"\xe9"), pending(b"\xe8"), ReadCmd::XinfoGroups(odd.clone())]).await,
        );
        assert_eq!(got[0], Resp::Array(vec![]));
        assert!(matches!(&got[1], Resp::Error(refusal) if refusal.kind() == ErrorKind::Gone), "{got:?}");
        let groups = got[2].items().unwrap();
        assert_eq!(groups[0].pairs().next().unwrap(), (b"name".into(), &Resp::bulk(b"\xe9")));
        assert_eq!(replies(link.ask(vec![ReadCmd::Ping]).await), [Resp::bulk(b"PONG")]);
    }
}

#[tokio::test]
async fn bodies_are_counted_and_then_left_out() {
    for kind in kinds() {
        for hello in ["HELLO", ""] {
            let slow = ["--slowlog-log-slower-than", "0", "--rename-command", "HELLO", hello];
            let server = start(kind, &slow);
            let body = "4111".repeat(500);
            server.redis_cli(&["XADD", "s", "1-1", "card", &body]);
            let mut link = open(&target(&server)).await;
            let commands = vec![ReadCmd::XinfoStream(Name::from("s")), ReadCmd::SlowlogGet(128)];
            let asked = link.ask(commands).await;
            assert!(asked.exchanges[0].reply_bytes > 4_000);
            let shown = format!("{asked:?}");
            assert!(!shown.contains("4111") && !shown.contains(&format!("{:?}", b"4111".to_vec())));
            let got = replies(asked);
            let first = got[0].pairs().find(|(name, _)| **name == *b"first-entry").unwrap();
            // The id, and how long values and names are.
            let [id, values, _] = first.1.items().unwrap() else { panic!("{:?}", first.1) };
            assert_eq!((id, values), (&Resp::bulk(b"1-1"), &Resp::Int(2_004)));
            let xadd = got[1].items().unwrap().iter().find_map(|entry| {
                let words = entry.items()?.get(3)?.items()?;
                (words.first()?.text()? == "XADD").then(|| words.to_vec())
            });
            assert_eq!(xadd.unwrap().len(), 5);
        }
    }
}

#[tokio::test]
async fn a_frozen_server_is_a_time_out_and_the_rest_is_not_sent() {
    for kind in kinds() {
        let server = start(kind, &[]);
        let timeouts = Timeouts { poll: Duration::from_secs(2), ..PATIENT };
        let mut link =
            Link::open(&target(&server), Lane::Poll, &timeouts, &LinkLedger::default()).await.unwrap();
        server.freeze();
        let started = Instant::now();
        let asked = link.ask(vec![ReadCmd::Ping; 250]).await;
        assert!(started.elapsed() < timeouts.poll * 2, "one time-out, not three");
        assert_eq!(asked.exchanges.len(), 250);
        assert!(asked.exchanges.iter().all(|exchange| exchange.reply == Err(NoReply::TimedOut)));
        let lost = asked.lost.unwrap();
        assert_eq!(lost.fault(), Fault::ResponseTimeout);
        assert!(lost.to_string().contains(&server.socket().display().to_string()), "{lost}");
        server.thaw();
        assert_eq!(link.ask(vec![ReadCmd::Ping]).await.lost, Some(lost), "a lost link stays lost");
        let mut fresh = open(&target(&server)).await;
        assert_eq!(replies(fresh.ask(vec![ReadCmd::Ping]).await), [Resp::bulk(b"PONG")]);
    }
}

#[tokio::test]
async fn a_killed_client_is_told_so() {
    for kind in kinds() {
        let server = start(kind, &[]);
        let mut link = open(&target(&server)).await;
        server.redis_cli(&["CLIENT", "KILL", "TYPE", "normal"]);
        let asked = link.ask(vec![ReadCmd::Ping]).await;
        assert_eq!(asked.exchanges[0].reply, Err(NoReply::Disconnected));
        assert_eq!(asked.lost.unwrap().fault(), Fault::Closed);
    }
}

#[tokio::test]
async fn every_server_at_hand_is_greeted_in_the_best_protocol_it_has() {
    for build in builds() {
        let args = ["--requirepass", "hunter2"].map(str::to_owned).to_vec();
        let server = Server::start(Options { args, ..Options::from(&build) });
        let password = Some(Secret::new("hunter2"));
        for username in [None, Some("default".to_owned())] {
            let door = Target { username, password: password.clone(), database: 1, ..target(&server) };
            let mut link = open(&door).await;
            let best = if build.major() < 6 { Protocol::Resp2 } else { Protocol::Resp3 };
            assert_eq!(link.protocol(), best, "{build:?}");
            let asked = vec![ReadCmd::Ping, ReadCmd::XinfoStream(Name::from("none")), ReadCmd::ClientList];
            let got = replies(link.ask(asked).await);
            assert_eq!(got[0], Resp::bulk(b"PONG"));
            assert!(matches!(&got[1], Resp::Error(refusal) if refusal.kind() == ErrorKind::Gone));
            assert!(got[2].text().unwrap().contains(" name=streamgauge:poll "), "{build:?}");
        }
    }
}

#[tokio::test]
async fn a_server_that_loads_its_keys_is_connected_to() {
    for kind in kinds() {
        let mut server = start(kind, &[]);
        let fill = "for i=1,3000 do redis.call('SET', i, string.rep('x', 4096)) end";
        server.redis_cli(&["EVAL", fill, "0"]);
        server.redis_cli(&["SAVE"]);
        let slowly = ["--key-load-delay", "5000", "--loading-process-events-interval-bytes", "1024"];
        server.restart_with(&slowly);
        let mut link = open(&Target { database: 1, ..target(&server) }).await;
        let got = replies(link.ask(vec![ReadCmd::Ping, ReadCmd::Info(vec!["persistence"])]).await);
        assert!(matches!(&got[0], Resp::Error(refusal) if refusal.kind() == ErrorKind::Busy), "{got:?}");
        assert!(got[1].text().unwrap().contains("loading:1"), "{got:?}");
    }
}

#[tokio::test]
async fn a_user_who_may_not_say_hello_is_spoken_to_in_resp2() {
    for build in builds().into_iter().filter(|build| build.major() >= 6) {
        let server = Server::start(Options::from(&build));
        server.redis_cli(&["ACL", "SETUSER", "eve", "on", "nopass", "~*", "+@all", "-hello"]);
        let mut link = open(&Target { username: Some("eve".to_owned()), ..target(&server) }).await;
        // Later versions let everybody say HELLO, whatever the user's rights.
        let best = if build.version.starts_with("6.0.") { Protocol::Resp2 } else { Protocol::Resp3 };
        assert_eq!(link.protocol(), best, "{build:?}");
        assert_eq!(replies(link.ask(vec![ReadCmd::Ping]).await), [Resp::bulk(b"PONG")]);
    }
}

/// A proxy before `server` that hangs up at HELLO, as some do at every command they do not know.
async fn picky_proxy(server: &Server) -> u16 {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let socket = server.socket();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let mut upstream = tokio::net::UnixStream::connect(&socket).await.unwrap();
            tokio::spawn(async move {
                let mut first = [0; 64];
                let read = client.peek(&mut first).await.unwrap_or(0);
                if !String::from_utf8_lossy(first.get(..read).unwrap_or_default()).contains("HELLO") {
                    let _ = tokio::io::copy_bidirectional(&mut client, &mut upstream).await;
                }
            });
        }
    });
    port
}

#[tokio::test]
async fn a_proxy_that_hangs_up_at_hello_is_greeted_without() {
    for kind in kinds() {
        let server = start(kind, &[]);
        let mut link = open(&crate::tcp("127.0.0.1", picky_proxy(&server).await)).await;
        assert_eq!(link.protocol(), Protocol::Resp2);
        assert_eq!(replies(link.ask(vec![ReadCmd::Ping]).await), [Resp::bulk(b"PONG")]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_looks_whether_the_link_goes_on_takes_no_reply_from_whoever_waits() {
    let server = start(Kind::Redis, &[]);
    let link = open(&target(&server)).await;
    for _ in 0..2_000 {
        let asked = tokio::spawn(link.begin(vec![ReadCmd::Ping; 3], None, Pieces::WHOLE));
        while !asked.is_finished() {
            assert_eq!(link.lost(), None);
        }
        assert!(asked.await.unwrap().exchanges.iter().all(|exchange| exchange.reply.is_ok()));
    }
}
