//! Parse, choose, hand over to `runtime`; nothing else.

use std::process::ExitCode;
use streamgauge::runtime::start;

// A reading of ten thousand streams is made of millions of small values: it takes a quarter less of the processor than with
// the allocator of the system. Without huge pages, which make a small console half as large again and save no time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    ExitCode::from(start::run(std::env::args_os()))
}
