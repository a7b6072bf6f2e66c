//! Two servers in one reading: each keeps its own figures, as if it were the only one.

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, sync_channel};
use streamgauge::core::model::Name;
use streamgauge::core::reading::Reading;
use streamgauge::core::wire::Observation;
use streamgauge::core::wire::decode::decode;
use streamgauge::core::wire::round::agenda::Turn;
use streamgauge::core::wire::round::{Focus, PollSettings};
use streamgauge::edge::source::Session;

use crate::server::{Options, Server};
use crate::session::session;

const ROUNDS: usize = 5;

/// A server with streams of its own, and what is observed of it.
struct Watched {
    server: Server,
    session: Session,
    recorded: Receiver<Observation>,
    name: &'static str,
}

impl Watched {
    fn start(name: &'static str) -> Self {
        let server = Server::start(Options::default());
        let settings = PollSettings { discover: true, measures_keys: true, ..PollSettings::default() };
        let (recorder, recorded) = sync_channel(64);
        let session = session(&server, settings).recorded(recorder);
        Self { server, session, recorded, name }
    }

    /// One more of everything, and what a session sees of it.
    async fn observe(&mut self) -> Vec<Observation> {
        let (stream, page) = (format!("{}:orders", self.name), format!("{}:page", self.name));
        self.server.redis_cli(&["XADD", &stream, "*", "f", "v"]);
        self.server.redis_cli(&["XGROUP", "CREATE", &stream, self.name, "0"]);
        self.server.redis_cli(&[
            "XREADGROUP",
            "GROUP",
            self.name,
            "c",
            "COUNT",
            "1",
            "STREAMS",
            &stream,
            ">",
        ]);
        self.server.redis_cli(&["SET", &page, "v"]);
        self.server.redis_cli(&["GET", &page]);
        Box::pin(self.session.connect()).await.unwrap();
        Box::pin(self.session.round(&Focus::default())).await.unwrap();
        Box::pin(self.session.turn(Turn::Search)).await.unwrap();
        Box::pin(self.session.turn(Turn::Keys)).await.unwrap();
        self.recorded.try_iter().collect()
    }
}

#[tokio::test]
async fn two_nodes_fed_from_recorded_observations_keep_apart() {
    let mut servers = ["a", "b"].map(Watched::start);
    let (mut both, mut alone) = (Box::new(Reading::new(0)), [(); 2].map(|()| Box::new(Reading::new(0))));
    let mut nodes = BTreeMap::new();
    for round in 0..ROUNDS {
        if round == ROUNDS - 2 {
            servers[1].server.restart();
        }
        for (at, watched) in servers.iter_mut().enumerate() {
            let observations = observe_again(watched).await;
            for observation in observations {
                nodes.insert(at, observation.node.clone());
                both.advance(decode(&observation));
                alone[at].advance(decode(&observation));
            }
        }
    }
    for (at, own) in alone.iter().enumerate() {
        let node = both.node(&nodes[&at]).unwrap();
        assert_eq!(format!("{node:?}"), format!("{:?}", own.this_node()));
        assert_eq!(node.restarts, at as u64, "the second was started again, the first was not");
        for (key, stream) in own.streams() {
            assert_eq!(format!("{:?}", both.streams()[key]), format!("{stream:?}"));
            assert_eq!(stream.home, nodes[&at]);
        }
    }
    let keys: Vec<&Name> = both.streams().keys().collect();
    assert_eq!(keys, [&Name::from("a:orders"), &Name::from("b:orders")]);
}

/// A server that was started again has cut its connections: the first round finds that out.
async fn observe_again(watched: &mut Watched) -> Vec<Observation> {
    let status = Box::pin(watched.session.connect()).await;
    if status.is_err() || Box::pin(watched.session.round(&Focus::default())).await.is_err() {
        watched.session.retry_now();
        watched.recorded.try_iter().for_each(drop);
    }
    watched.observe().await
}
