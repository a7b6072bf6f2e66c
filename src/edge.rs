//! The only code that touches the world. Each door uses `core` and `config`; among themselves only:
//! `link` uses `clock`; `source` uses `clock`; `source` uses `link`; `probe` uses `clock`; `probe` uses `link`.

pub mod clock;
pub mod demo;
pub mod files;
pub mod journal;
pub mod link;
pub mod probe;
pub mod source;
pub mod term;
