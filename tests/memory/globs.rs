//! A pattern matches what the server itself says that it matches.

use crate::server::kinds;
use crate::watch::{connection, server};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::collections::BTreeSet;
use streamgauge::core::model::Name;
use streamgauge::core::model::glob::Glob;

fn name() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(
        prop_oneof![Just(b'a'), Just(b'b'), Just(b'-'), Just(b']'), Just(b'\\'), Just(b'*')],
        1..6,
    )
}

fn pattern() -> impl Strategy<Value = Vec<u8>> {
    let byte = proptest::sample::select(b"ab*?[]^-\\c".to_vec());
    proptest::collection::vec(byte, 1..8)
}

#[test]
fn a_pattern_matches_what_the_server_says() {
    for kind in kinds() {
        let server = server(kind, &[]);
        let connection = std::cell::RefCell::new(connection(&server));
        let mut runner =
            TestRunner::new(Config { cases: 400, failure_persistence: None, ..Config::default() });
        let cases = (proptest::collection::vec(name(), 1..12), pattern());
        runner
            .run(&cases, |(names, pattern)| {
                let connection = &mut *connection.borrow_mut();
                let mut pipe = redis::pipe();
                pipe.cmd("FLUSHALL").ignore();
                for name in &names {
                    pipe.cmd("SET").arg(name).arg("v").ignore();
                }
                pipe.exec(connection).unwrap();
                let said: BTreeSet<Vec<u8>> = redis::cmd("KEYS")
                    .arg(&pattern)
                    .query::<Vec<Vec<u8>>>(connection)
                    .unwrap()
                    .into_iter()
                    .collect();
                let glob = Glob::new(Name::from(pattern));
                let ours: BTreeSet<Vec<u8>> = names.into_iter().filter(|name| glob.matches(name)).collect();
                prop_assert_eq!(ours, said, "{:?} {:?}", kind, glob.text());
                Ok(())
            })
            .unwrap();
    }
}
