//! Parse, choose, hand over to `runtime`; nothing else.

use std::process::ExitCode;
use streamgauge::runtime::start;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    ExitCode::from(start::run(std::env::args_os()))
}
