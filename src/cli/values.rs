//! Values of options that several commands take.
//!
//! Knows their range; not what they are for.

use crate::config::units::duration;
use crate::core::limits::FOR_MAX_MS;
use std::time::Duration;

/// What `--for` takes.
pub(super) fn within(text: &str) -> Result<Duration, String> {
    let within = duration(text).map_err(|bad| bad.hint)?;
    if (Duration::from_secs(1)..=Duration::from_millis(FOR_MAX_MS)).contains(&within) {
        Ok(within)
    } else {
        Err("from 1s to 1h".to_owned())
    }
}
