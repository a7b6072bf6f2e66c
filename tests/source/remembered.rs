//! Streams of an earlier run: asked for first, believed only when the server says so, kept as a file of the operator's own.

use crate::server::{Options, PATIENCE, Server};
use crate::session::session;
use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Instant;
use streamgauge::core::model::Snapshot;
use streamgauge::core::wire::round::PollSettings;
use streamgauge::edge::source::{Event, poll};

fn settings() -> PollSettings {
    PollSettings { interval_us: 100_000, discover: true, ..PollSettings::default() }
}

fn say(server: &Server, words: &[&str]) {
    let client = redis::Client::open(format!("redis+unix://{}", server.socket().display())).unwrap();
    redis::cmd(words[0]).arg(&words[1..]).exec(&mut client.get_connection().unwrap()).unwrap();
}

/// Polls until `is_enough` of what was told so far.
async fn told(server: &Server, state: &Path, mut is_enough: impl FnMut(&Snapshot) -> bool) {
    let session = session(server, settings()).remembering(Some(state.to_owned()));
    let (_handle, mut events, poller) = poll(session);
    let until = Instant::now() + PATIENCE;
    loop {
        assert!(Instant::now() < until, "it is never told");
        match tokio::time::timeout(PATIENCE, events.recv()).await {
            Ok(Some(Event::Observed(snapshot))) if is_enough(&snapshot) => break,
            Ok(Some(_)) => {}
            gone => panic!("{gone:?}"),
        }
    }
    poller.abort();
}

fn kept(state: &Path) -> Option<PathBuf> {
    let mut files = std::fs::read_dir(state.join("known")).ok()?.filter_map(|file| Some(file.ok()?.path()));
    files.find(|path| path.extension().is_some_and(|end| end == "jsonl"))
}

/// Streams `s:1` to `s:3` among many other keys, polled until they are on disk.
async fn server_whose_streams_are_kept(state: &Path) -> Server {
    let server = Server::start(Options::default());
    for key in ["s:1", "s:2", "s:3"] {
        say(&server, &["XADD", key, "*", "a", "1"]);
    }
    told(&server, state, |_| kept(state).is_some_and(|path| names(&path).len() == 3)).await;
    server
}

fn names(path: &Path) -> BTreeSet<String> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().skip(1).map(str::to_owned).collect()
}

#[tokio::test]
async fn streams_that_were_found_are_kept_for_the_operator_alone_and_asked_for_before_the_search_meets_them()
{
    let state = tempfile::TempDir::new().unwrap();
    let server = server_whose_streams_are_kept(state.path()).await;
    let path = kept(state.path()).unwrap();
    assert_eq!(names(&path), ["\"s:1\"", "\"s:2\"", "\"s:3\""].map(str::to_owned).into());
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(path.parent().unwrap().metadata().unwrap().permissions().mode() & 0o077, 0);
    // A hundred thousand keys stand before whatever the search would find now.
    let fill = "for n = 1, 100000 do redis.call('SET', 'k:' .. n, 1) end";
    say(&server, &["EVAL", fill, "0"]);
    let mut seen = BTreeSet::new();
    told(&server, state.path(), |snapshot| {
        seen.extend(snapshot.streams.iter().map(|stream| stream.key.to_string()));
        let searched = snapshot.discovery.map_or(0, |search| search.keys + 1_000_000 * search.passes);
        assert!(searched < 100_000, "the search was as quick: {seen:?}");
        seen.len() == 3
    })
    .await;
}

#[tokio::test]
async fn a_name_that_is_no_stream_any_more_is_none() {
    let state = tempfile::TempDir::new().unwrap();
    let server = server_whose_streams_are_kept(state.path()).await;
    say(&server, &["DEL", "s:1", "s:2"]);
    say(&server, &["SET", "s:2", "a string"]);
    let mut seen = BTreeSet::new();
    told(&server, state.path(), |snapshot| {
        seen.extend(snapshot.streams.iter().map(|stream| stream.key.to_string()));
        assert!(snapshot.discovery.is_none_or(|search| search.streams <= 1), "{:?}", snapshot.discovery);
        snapshot.discovery.is_some_and(|search| search.passes > 0) && !seen.is_empty()
    })
    .await;
    assert_eq!(seen, ["s:3".to_owned()].into());
}

#[tokio::test]
async fn a_damaged_file_is_ignored_and_replaced() {
    let state = tempfile::TempDir::new().unwrap();
    let server = server_whose_streams_are_kept(state.path()).await;
    let path = kept(state.path()).unwrap();
    for damage in [&b"\xff\xfe no text"[..], b"{\"form\":1}\n", b""] {
        std::fs::write(&path, damage).unwrap();
        let is_whole = || std::fs::read_to_string(&path).is_ok_and(|text| text.lines().count() == 4);
        told(&server, state.path(), |_| is_whole()).await;
    }
}
