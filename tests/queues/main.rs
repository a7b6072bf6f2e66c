//! Queues of real frameworks on real servers: what each library says of its own queues, in the states that matter.
//!
//! Knows what was made and what the libraries tell; nothing of how it is shown.

#![cfg(test)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "tests"
)]

#[path = "../support/proxy.rs"]
mod proxy;
#[path = "../support/python.rs"]
mod python;
#[path = "../support/server.rs"]
mod server;

mod acts;
mod acts_by_hand;
mod acts_guarded;
mod acts_told;
mod beside;
mod channels;
mod frameworks;
mod half_open;
mod install;
mod layouts;
mod leftovers;
mod real;
mod rows;
mod schedules;
mod tenants;
mod trouble;
