//! How long readings and plans may take altogether, each with its reason.
//!
//! Knows numbers alone. Invariant: whoever asks for a reading or a plan without a word about time gets an answer before
//! a person gives up or a script is ended.

/// How long one reading may take, and one plan, milliseconds: monitoring systems end a check after half a minute.
pub const READING_MS: u64 = 20_000;

/// The same where every key is to be measured first.
pub const READING_ALL_KEYS_MS: u64 = 600_000;

/// Longest time that `--for` may give, milliseconds.
pub const FOR_MAX_MS: u64 = 3_600_000;

/// What is kept of that for the second look, without which nothing has a rate, in hundredths.
pub const SECOND_LOOK_PERCENT: u32 = 30;

/// What a `check` may take beyond its watch, milliseconds: a look that is under way, and whatever hangs in it.
pub const CHECK_BEYOND_MS: u64 = 8_000;

const _: () = assert!(READING_MS > 4 * super::RESPONSE_TIMEOUT_MS);
