//! What the operator has asked for: the config file, the environment and the flags, made into values.
//!
//! Pure: text comes in, values and errors come out. Reading files and the environment is `edge::files`.

pub mod target;

pub use target::{Address, Secret, Target, Tls};
