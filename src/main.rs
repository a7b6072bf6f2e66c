//! Parse, choose, hand over to `runtime`; nothing else.

fn main() {}
