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
//! - [`cli`] reads the command line; [`runtime`] puts the parts together and lets them run.
//!
//! docs/ARCHITECTURE.md has the invariants and what holds each of them; `tests/architecture` holds who may use
//! whom.

pub mod app;
pub mod cli;
pub mod commands;
pub mod config;
pub mod core;
pub mod edge;
pub mod report;
pub mod runtime;
pub mod ui;
