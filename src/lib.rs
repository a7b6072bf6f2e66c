//! streamgauge: an operations console for Redis.
//!
//! Everything that can be decided is a pure function over values; everything that touches the world is one small
//! loop with two doors.
//!
//! - [`core`] is what is known about a Redis: [`core::wire`] what may be asked and what replies mean,
//!   [`core::model`] facts, [`core::reading`] what follows from facts over time, [`core::ops`] what may be done and
//!   what consent it needs, [`core::limits`] every bound.
//! - [`commands`] is the table of what keys do, [`config`] what the operator asked for, [`app`] the console as
//!   values, [`ui`] its picture, [`report`] its figures as JSON and text. All these are pure: no file, no clock,
//!   no task, nothing printed.
//! - [`edge`] is the world: [`edge::link`] asks a server, [`edge::source`] says when, [`edge::journal`] keeps what was
//!   done, [`edge::demo`] runs a server.
//! - [`cli`] reads the command line; [`actions`] plans and carries out what was asked for; [`runtime`] puts the parts together and lets them run.
//!
//! From a reply to a finding, without a server:
//!
//! ```
//! use streamgauge::core::reading::Reading;
//! use streamgauge::core::wire::decode::decode;
//! use streamgauge::core::wire::{Exchange, Observation, ReadCmd, Resp};
//!
//! let info = "redis_version:7.0.15\r\nrole:master\r\nused_memory:99000000\r\nmaxmemory:100000000\r\n\
//!             maxmemory_policy:noeviction\r\nmem_not_counted_for_evict:0\r\n";
//! let mut reading = Reading::new(0);
//! // A limit that is near for a moment is no news: it is told when it has lasted.
//! for second in 0..10 {
//!     let exchange = Exchange {
//!         command: ReadCmd::Info(vec![]),
//!         sent_us: second * 1_000_000,
//!         received_us: second * 1_000_000 + 400,
//!         reply: Ok(Resp::bulk(info)),
//!         reply_bytes: info.len() as u64,
//!     };
//!     let taken_at_ms = second as i64 * 1_000;
//!     let observation = Observation { taken_at_ms, exchanges: vec![exchange], ..Observation::default() };
//!     reading.advance(decode(&observation));
//! }
//! for finding in reading.judged().findings() {
//!     println!("{}: {}", finding.id, finding.text);
//! }
//! assert_eq!(reading.judged().findings()[0].id, "memory.near_limit");
//! ```
//!
//! docs/ARCHITECTURE.md has the invariants and what holds each of them; `tests/architecture` holds who may use
//! whom.

pub mod actions;
pub mod app;
pub mod cli;
pub mod commands;
pub mod config;
pub mod core;
pub mod edge;
pub mod report;
pub mod runtime;
pub mod ui;
