//! The only code that touches the world. Each door uses `core` and `config`; among themselves only:
//! `source` uses `link`; `demo` uses `link`.
