//! What servers are filled with: streams, pending rows, keys. Made by scripts on the server, so that filling is quick.
//!
//! Knows sizes; measures nothing. Invariant: no script makes more than a part of it, so that the server answers.

use redis::Connection;

use crate::server::{Options, Server};

/// What one script makes at most.
const PART: u64 = 100_000;

/// A server that never saves, with a connection to it.
pub fn server() -> (Server, Connection) {
    let args = ["--save", "", "--maxclients", "10000"].map(str::to_owned);
    let server = Server::start(Options { args: args.to_vec(), ..Options::default() });
    let connection = connect(&server);
    (server, connection)
}

/// Another connection to it.
pub fn connect(server: &Server) -> Connection {
    let url = format!("redis+unix://{}", server.socket().display());
    redis::Client::open(url).unwrap().get_connection().unwrap()
}

/// Runs a script for the numbers from 0 on, in parts: `ARGV[1]` is the first, `ARGV[2]` the last.
fn in_parts(connection: &mut Connection, all: u64, script: &str) {
    for first in (0..all).step_by(PART as usize) {
        let last = (first + PART).min(all) - 1;
        redis::cmd("EVAL").arg(script).arg(0).arg(first).arg(last).exec(connection).unwrap();
    }
}

/// Keys `PREFIX:N` with a value of 40 bytes.
pub fn keys(connection: &mut Connection, prefix: &str, all: u64) {
    let script = format!(
        "for n = ARGV[1], ARGV[2] do redis.call('SET', '{prefix}:' .. string.format('%d', n), string.rep('x', 40)) end"
    );
    in_parts(connection, all, &script);
}

/// Streams `s:N` of five entries, with so many groups of so many consumers; each consumer has one entry pending.
pub fn streams(connection: &mut Connection, all: u64, groups: u64, consumers: u64) {
    let script = format!(
        "for n = ARGV[1], ARGV[2] do
           local key = 's:' .. string.format('%d', n)
           for e = 1, 5 do redis.call('XADD', key, '*', 'number', e) end
           for g = 1, {groups} do
             redis.call('XGROUP', 'CREATE', key, 'g' .. g, '0')
             for c = 1, {consumers} do
               redis.call('XREADGROUP', 'GROUP', 'g' .. g, 'consumer-' .. c, 'COUNT', 1, 'STREAMS', key, '>')
             end
           end
         end"
    );
    // A stream with all its consumers is far more than a key.
    for first in (0..all).step_by(500) {
        let last = (first + 500).min(all) - 1;
        redis::cmd("EVAL").arg(&script).arg(0).arg(first).arg(last).exec(connection).unwrap();
    }
}

/// A stream of so many entries.
pub fn entries(connection: &mut Connection, key: &str, all: u64) {
    let script =
        format!("for n = ARGV[1], ARGV[2] do redis.call('XADD', '{key}', '*', 'job', n, 'state', 'new') end");
    in_parts(connection, all, &script);
}

/// So many entries, all of them pending with consumer `dead` of group `g`; `live` has nothing to do.
pub fn pending(connection: &mut Connection, key: &str, all: u64) {
    entries(connection, key, all);
    redis::cmd("XGROUP").arg(&["CREATE", key, "g", "0"]).exec(connection).unwrap();
    redis::cmd("XGROUP").arg(&["CREATECONSUMER", key, "g", "live"]).exec(connection).unwrap();
    let script = format!(
        "redis.call('XREADGROUP', 'GROUP', 'g', 'dead', 'COUNT', ARGV[2] - ARGV[1] + 1, 'STREAMS', '{key}', '>')"
    );
    in_parts(connection, all, &script);
}
