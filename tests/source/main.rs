//! How a server is read that does not make it easy: busy, without an end, forbidding, or far away.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![cfg(test)]

mod cluster;
mod denied;
mod ends;
mod far;
mod fields;
mod ghosts;
mod nodes;
#[path = "../support/proxy.rs"]
mod proxy;
mod refused;
mod remembered;
#[path = "../support/server.rs"]
mod server;
#[path = "../support/session.rs"]
mod session;

use server::Server;
use std::path::Path;
use std::process::{Command, Stdio};

/// The program, on this socket, with a home of the server's own.
fn program(server: &Server, socket: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_streamgauge"));
    command.args(args).arg("-s").arg(socket).stdin(Stdio::null());
    // Neither the developer's config nor the developer's Redis may matter.
    command.env("HOME", server.folder()).env("XDG_CONFIG_HOME", server.folder());
    command.env("XDG_STATE_HOME", server.folder()).env_remove("REDIS_URL").env_remove("REDISCLI_AUTH");
    command
}
