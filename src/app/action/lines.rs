//! What is typed into a line of a form, as what it means: a span, an age, a name.
//!
//! Knows text; asks no server. Invariant: what can't be read is told in words, and nothing stands for it.

use crate::core::model::Name;
use crate::core::model::id_unit::BadIdUnit;
use crate::core::ops::TrimTo;

/// A span as it is typed: in whole seconds where it is some.
pub fn typed_span(ms: u64) -> String {
    if ms.is_multiple_of(1_000) { format!("{}s", ms / 1_000) } else { format!("{ms}ms") }
}

/// `24h`, or `24h s` where ids count seconds.
pub(super) fn age(line: &str) -> Result<TrimTo, String> {
    let (age, unit) = line.split_once(' ').unwrap_or((line, "ms"));
    let unit = unit.trim().parse().map_err(|bad: BadIdUnit| bad.to_string())?;
    Ok(TrimTo::OlderThan { age_ms: milliseconds(age)?, unit })
}

/// A span, in milliseconds.
pub(super) fn milliseconds(line: &str) -> Result<u64, String> {
    let duration =
        crate::config::units::duration(line).map_err(|bad| format!("{}: {}", bad.what, bad.hint))?;
    u64::try_from(duration.as_millis()).map_err(|_| "too long".to_owned())
}

/// A name, which may be written with escapes.
pub(super) fn name(line: &str) -> Result<Name, String> {
    match line {
        "" => Err("type a name".to_owned()),
        _ => Name::from_text(line).map_err(|bad| bad.to_string()),
    }
}

/// A name, or a pattern as it stands.
pub(super) fn name_or_glob(line: &str) -> Result<Name, String> {
    match line {
        "" => Err("type a pattern".to_owned()),
        _ => Ok(Name::from_text(line).unwrap_or_else(|_| Name::from(line))),
    }
}
