//! A node of a real cluster: what it holds is told as a part, what is elsewhere as elsewhere, and no key of the part is
//! invalidated as if it were the whole.

use serde_json::Value;
use streamgauge::core::model::Name;
use streamgauge::core::model::topology::slot;
use streamgauge::core::reading::Reading;
use streamgauge::core::wire::round::{Focus, PollSettings};
use streamgauge::edge::source::Session;

use crate::program;
use crate::server::{Build, Options, Server, builds, side_by_side, wait_until};
use crate::session::session as session_to;

/// A node without slots.
struct Node {
    server: Server,
}

impl Node {
    fn start(build: &Build) -> Self {
        Self { server: Server::start(Options { port: true, cluster: true, ..Options::from(build) }) }
    }

    fn say(&self, words: &[&str]) -> String {
        self.server.redis_cli(words)
    }

    fn meet(&self, other: &Self) {
        let (port, bus) = (other.server.port.to_string(), other.server.bus_port.to_string());
        assert_eq!(self.say(&["CLUSTER", "MEET", "127.0.0.1", &port, &bus]), "OK");
    }

    fn id(&self) -> String {
        self.say(&["CLUSTER", "MYID"])
    }

    fn address(&self) -> String {
        format!("127.0.0.1:{}", self.server.port)
    }

    /// What the program prints, its complaints included, and its exit status.
    fn run(&self, args: &[&str]) -> (String, i32) {
        let output = program(&self.server, &self.server.socket(), args).output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        (String::from_utf8(text).unwrap(), output.status.code().unwrap())
    }

    fn snapshot(&self) -> Value {
        let (text, status) = self.run(&["snapshot", "--format", "json"]);
        assert_eq!(status, 0, "{text}");
        serde_json::from_str(&text).unwrap()
    }
}

/// Builds whose nodes can be given ports of their own and ranges of slots.
fn clustering() -> Vec<Build> {
    builds().into_iter().filter(|build| build.major() >= 7).collect()
}

/// Three primaries that know each other and serve all slots.
fn cluster(build: &Build) -> [Node; 3] {
    let nodes = [(); 3].map(|()| Node::start(build));
    for (node, (from, to)) in nodes.iter().zip([("0", "5460"), ("5461", "10922"), ("10923", "16383")]) {
        assert_eq!(node.say(&["CLUSTER", "ADDSLOTSRANGE", from, to]), "OK");
    }
    nodes[0].meet(&nodes[1]);
    nodes[0].meet(&nodes[2]);
    for node in &nodes {
        wait_until("the cluster is made", || is_ready(node, 3));
    }
    nodes
}

fn is_ready(node: &Node, nodes: u32) -> bool {
    let text = node.say(&["CLUSTER", "INFO"]);
    let known = format!("cluster_known_nodes:{nodes}");
    ["cluster_state:ok", "cluster_slots_ok:16384", &known].iter().all(|line| text.contains(line))
}

#[test]
fn a_slot_is_the_one_that_servers_say() {
    let mut random = fastrand::Rng::with_seed(7);
    for build in clustering() {
        let node = Node::start(&build);
        for _ in 0..60 {
            // Braces often, and any other byte.
            let byte = |random: &mut fastrand::Rng| match random.u8(0..4) {
                0 => b'{',
                1 => b'}',
                _ => random.u8(..),
            };
            let key: Vec<u8> = (0..random.usize(1..12)).map(|_| byte(&mut random)).collect();
            let told = node.server.redis_cli_bytes(&[b"CLUSTER", b"KEYSLOT", &key]);
            assert_eq!(told, slot(&key).to_string(), "{build:?} {key:?}");
        }
    }
}

/// Streams and pages, each where it belongs; the names of the first node's streams.
fn fill(nodes: &[Node; 3]) -> Vec<String> {
    let mut here = Vec::new();
    for at in 0..30 {
        let (stream, page) = (format!("s{at}"), format!("page:{at}"));
        for node in nodes {
            let added = node.say(&["XADD", &stream, "1-1", "f", "v"]);
            assert!(added == "1-1" || added.starts_with("MOVED "), "{added}");
            if added == "1-1" && std::ptr::eq(node, &nodes[0]) {
                here.push(stream.clone());
            }
            node.say(&["SET", &page, "v"]);
        }
    }
    here.sort();
    assert!((1..30).contains(&here.len()), "{here:?}");
    here
}

fn texts<'a>(list: &'a Value, field: &str) -> Vec<&'a str> {
    let mut texts: Vec<&str> =
        list.as_array().unwrap().iter().map(|one| one[field].as_str().unwrap()).collect();
    texts.sort_unstable();
    texts
}

fn gap<'a>(snapshot: &'a Value, what: &str) -> Option<&'a str> {
    let gaps = snapshot["gaps"].as_array().unwrap();
    gaps.iter().find(|gap| gap["what"] == what).and_then(|gap| gap["text"].as_str())
}

#[test]
fn a_node_is_told_as_a_part_and_its_pattern_is_not_invalidated() {
    side_by_side(clustering(), |build| {
        let nodes = cluster(&build);
        let here = fill(&nodes);
        let told = nodes[0].snapshot();
        assert_eq!(texts(&told["streams"], "key"), here, "{build:?}");
        let facts =
            serde_json::json!({ "is_part": true, "ok": true, "primaries": 3, "nodes": 3, "slots": 16384 });
        assert_eq!(told["cluster"], facts, "{build:?}");
        let text = gap(&told, "cluster").unwrap();
        assert!(text.contains("(1 of 3 primaries)") && text.contains("of this node alone"), "{text}");

        let before = nodes[0].say(&["DBSIZE"]);
        for args in [&["invalidate", "page:*", "--yes"][..], &["invalidate", "page:*", "--dry-run"]] {
            let (text, status) = nodes[0].run(args);
            assert!(text.contains("one node of a cluster (1 of 3 primaries)"), "{text}");
            assert_eq!((status, nodes[0].say(&["DBSIZE"])), (1, before.clone()), "{text}");
        }
        replica_answers(&build, &nodes[0], &here);
    });
}

/// A replica has its primary's streams, and says whose part it is.
fn replica_answers(build: &Build, primary: &Node, here: &[String]) {
    let replica = Node::start(build);
    replica.meet(primary);
    wait_until("the replica knows the cluster", || is_ready(&replica, 4));
    let id = primary.id();
    wait_until("it follows", || replica.say(&["CLUSTER", "REPLICATE", &id]) == "OK");
    wait_until("it is up to date", || {
        replica.say(&["INFO", "replication"]).contains("master_link_status:up")
            && replica.say(&["DBSIZE"]) == primary.say(&["DBSIZE"])
    });
    let told = replica.snapshot();
    assert_eq!(texts(&told["streams"], "key"), here, "{build:?}");
    let text = gap(&told, "cluster").unwrap();
    assert!(text.contains("(a replica of 1 of 3 primaries)"), "{text}");
}

#[test]
fn one_primary_with_all_slots_is_the_whole() {
    side_by_side(clustering(), |build| {
        let node = Node::start(&build);
        assert_eq!(node.say(&["CLUSTER", "ADDSLOTSRANGE", "0", "16383"]), "OK");
        wait_until("the cluster is made", || is_ready(&node, 1));
        for at in 0..200 {
            node.say(&["SET", &format!("page:{at}"), "v"]);
            node.say(&["RPUSH", &format!("list:{at}"), "v"]);
        }
        let told = node.snapshot();
        assert_eq!((&told["cluster"]["is_part"], gap(&told, "cluster")), (&Value::Bool(false), None));
        let (text, status) = node.run(&["invalidate", "page:*", "--yes"]);
        assert_eq!((status, node.say(&["DBSIZE"])), (0, "200".to_owned()), "{build:?} {text}");
        // Each went by a script of its own, which sees its type: a cluster runs none on keys of several slots.
        let stats = node.say(&["INFO", "commandstats"]);
        let evals = stats.lines().find_map(|line| line.strip_prefix("cmdstat_eval:calls="));
        let evals: u64 = evals.unwrap().split(',').next().unwrap().parse().unwrap();
        assert!(evals >= 200, "{build:?} {stats}");
    });
}

/// A session that watches this stream alone.
fn session(node: &Node, key: &str) -> Session {
    let settings =
        PollSettings { interval_us: 100_000, patterns: vec![Name::from(key)], ..PollSettings::default() };
    session_to(&node.server, settings)
}

async fn read(session: &mut Session, reading: &mut Reading) {
    Box::pin(session.connect()).await.unwrap();
    for _ in 0..3 {
        reading.advance(Box::pin(session.round(&Focus::default())).await.unwrap());
    }
}

#[tokio::test]
async fn a_stream_that_moves_away_is_told_as_elsewhere_and_not_as_empty() {
    for build in clustering() {
        let nodes = cluster(&build);
        let key = fill(&nodes).remove(0);
        let (from, to) = (&nodes[0], &nodes[1]);
        let (mut watched, mut reading) = (session(from, &key), Box::new(Reading::new(0)));
        read(&mut watched, &mut reading).await;
        assert!(reading.streams().contains_key(&Name::from(key.as_str())), "{build:?}");

        let slot = from.say(&["CLUSTER", "KEYSLOT", &key]);
        assert_eq!(to.say(&["CLUSTER", "SETSLOT", &slot, "IMPORTING", &from.id()]), "OK");
        assert_eq!(from.say(&["CLUSTER", "SETSLOT", &slot, "MIGRATING", &to.id()]), "OK");
        let port = to.server.port.to_string();
        assert_eq!(from.say(&["MIGRATE", "127.0.0.1", &port, &key, "0", "5000"]), "OK");
        // From now on ASK, and with the slot itself gone MOVED.
        elsewhere(&mut watched, &mut reading, &key, to).await;
        for node in [to, from] {
            assert_eq!(node.say(&["CLUSTER", "SETSLOT", &slot, "NODE", &to.id()]), "OK");
        }
        elsewhere(&mut session(from, &key), &mut Box::new(Reading::new(0)), &key, to).await;
        let (text, status) = from.run(&["trim", &key, "--safe", "--yes"]);
        assert!(
            status == 1 && text.contains(&format!("on another node of the cluster: {}", to.address())),
            "{text}"
        );
    }
}

async fn elsewhere(session: &mut Session, reading: &mut Reading, key: &str, place: &Node) {
    read(session, reading).await;
    assert!(reading.streams().is_empty());
    let text =
        reading.this_node().gaps.of(&format!("XINFO STREAM {key}")).map(|gap| gap.text.clone()).unwrap();
    let wanted = format!("stream {key} is not on this node of the cluster: it is on {}", place.address());
    assert_eq!(text, wanted);
}

#[test]
fn what_a_trim_removed_comes_back_in_the_slot_of_its_stream_and_dead_letters_elsewhere_are_refused() {
    side_by_side(clustering(), |build| {
        let nodes = cluster(&build);
        let key = fill(&nodes).remove(0);
        let here = &nodes[0];
        for at in 2..=40 {
            assert_eq!(here.say(&["XADD", &key, &format!("{at}-1"), "f", "v"]), format!("{at}-1"));
        }
        assert_eq!(here.say(&["XGROUP", "CREATE", &key, "g", "35"]), "OK");
        here.say(&["XREADGROUP", "GROUP", "g", "w", "STREAMS", &key, ">"]);
        let (text, status) = here.run(&[
            "trim",
            &key,
            "--maxlen",
            "10",
            "--archive",
            "--yes",
            "--confirm",
            &key,
            "--format",
            "json",
        ]);
        assert_eq!(status, 0, "{build:?} {text}");
        let id = serde_json::from_str::<Value>(&text).unwrap()["result"]["id"].as_str().unwrap().to_owned();
        let (text, status) = here.run(&["undo", &id, "--yes"]);
        assert_eq!(status, 0, "{build:?} {text}");
        let side = format!("{{{key}}}:restored");
        assert_eq!(here.say(&["XLEN", &side]), "30", "{build:?} {text}");

        // Of names that the key's node may or may not have, none takes an entry out of the list that went nowhere.
        let pending = here.say(&["XPENDING", &key, "g", "-", "+", "100"]);
        let mut said = [0, 0];
        for at in 0..20 {
            let to = format!("dead:{at}");
            let words = [
                "reclaim",
                &key,
                "g",
                "--dead-letter",
                &to,
                "--deliveries",
                "1",
                "--min-idle",
                "0s",
                "--yes",
            ];
            let (text, status) = here.run(&words);
            assert_eq!(status, 1, "{build:?} {text}");
            said[0] += u32::from(text.contains("is on another node of the cluster"));
            said[1] += u32::from(text.contains("give the other key the hash tag"));
        }
        assert!(said[0] > 0 && said[1] > 0 && said[0] + said[1] == 20, "{build:?} {said:?}");
        let ids = |text: &str| text.lines().filter(|line| line.ends_with("-1")).count();
        let after = here.say(&["XPENDING", &key, "g", "-", "+", "100"]);
        assert_eq!((ids(&after), ids(&after) > 0), (ids(&pending), true), "{build:?} {after}");
        let to = format!("dead:{{{key}}}");
        let (text, status) = here.run(&[
            "reclaim",
            &key,
            "g",
            "--dead-letter",
            &to,
            "--deliveries",
            "1",
            "--min-idle",
            "0s",
            "--yes",
        ]);
        assert_eq!((status, here.say(&["XLEN", &to])), (0, ids(&pending).to_string()), "{build:?} {text}");
    });
}
